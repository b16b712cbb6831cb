"""The app matching: what it registers with the ground."""

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    """Registers papers, cards, navigation and guards."""

    name = "matching"
    verbose_name = "揭榜"
