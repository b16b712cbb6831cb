"""The app evaluation: what it registers with the ground."""

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    """Registers papers, workbooks, cards and navigation."""

    name = "evaluation"
    verbose_name = "评价"

    def ready(self) -> None:
        """Everything declared is registered here."""
        from evaluation import desk, documents
        from pilot_portal.bulletin.registry import register_extra
        from pilot_portal.desk.registry import register_card, register_nav
        from pilot_portal.documents.registry import register_paper, register_sheet

        for paper in documents.PAPERS:
            register_paper(paper)
        for sheet in documents.SHEETS:
            register_sheet(sheet)
        for extra in documents.EXTRAS:
            register_extra(extra)
        for card in desk.CARDS:
            register_card(card)
        register_nav(*desk.PLACES)
