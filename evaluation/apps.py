"""The app evaluation: what it registers with the ground."""

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    """Registers papers, cards, navigation and guards."""

    name = "evaluation"
    verbose_name = "评价"
