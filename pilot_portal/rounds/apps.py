"""The app of the rounds."""

from django.apps import AppConfig


class RoundsConfig(AppConfig):
    """Rounds with their calendars and settings."""

    name = "pilot_portal.rounds"
    label = "rounds"
    verbose_name = "批次"
