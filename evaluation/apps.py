"""The app evaluation: what it registers with the ground."""

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    """Registers workbooks, cards and navigation."""

    name = "evaluation"
    verbose_name = "评价"

    def ready(self) -> None:
        """Everything declared is registered here."""
        from evaluation import desk, documents
        from pilot_portal.desk.registry import register_card, register_nav
        from pilot_portal.documents.registry import register_sheet

        register_sheet(documents.EVALUATIONS_SHEET)
        register_sheet(documents.RESULTS_SHEET)
        for card in desk.CARDS:
            register_card(card)
        register_nav(*desk.PLACES)
