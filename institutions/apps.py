"""The app institutions: what it registers with the ground."""

from django.apps import AppConfig


class InstitutionsConfig(AppConfig):
    """Registers papers, cards, navigation and guards."""

    name = "institutions"
    verbose_name = "申报"
