"""The app of the desk (工作台)."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Home by role, settings pages, the registries' faces."""

    name = "pilot_portal.desk"
    label = "desk"
    verbose_name = "工作台"
