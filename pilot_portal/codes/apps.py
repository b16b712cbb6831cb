"""The app of the code tables."""

from django.apps import AppConfig


class CodesConfig(AppConfig):
    """Registers nothing; holds the code tables."""

    name = "pilot_portal.codes"
    label = "codes"
    verbose_name = "代码表"
