"""The app of the uploaded files."""

from django.apps import AppConfig


class AttachmentsConfig(AppConfig):
    """Checked upload, guarded download."""

    name = "pilot_portal.attachments"
    label = "attachments"
    verbose_name = "附件"
