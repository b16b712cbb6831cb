"""The app of the papers."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Papers and workbooks; the apps register what they can print."""

    name = "pilot_portal.documents"
    label = "documents"
    verbose_name = "文书"
