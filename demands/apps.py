"""The app demands: what it registers with the ground."""

from django.apps import AppConfig


class DemandsConfig(AppConfig):
    """Registers papers, cards, navigation and guards."""

    name = "demands"
    verbose_name = "需求"
