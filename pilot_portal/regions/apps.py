"""The app of the reporting units."""

from django.apps import AppConfig


class RegionsConfig(AppConfig):
    """Registers nothing; holds the table of reporting units."""

    name = "pilot_portal.regions"
    label = "regions"
    verbose_name = "县市区"
