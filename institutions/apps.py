"""The app institutions: what it registers with the ground."""

from django.apps import AppConfig


class InstitutionsConfig(AppConfig):
    """Registers papers, cards, navigation and guards."""

    name = "institutions"
    verbose_name = "申报"

    def ready(self) -> None:
        """Everything declared is registered here."""
        from institutions import desk, documents, queries
        from institutions.queries.open import INSTITUTIONS_FEED
        from pilot_portal.attachments.registry import register_guard
        from pilot_portal.bulletin.feeds import register_feed
        from pilot_portal.desk.registry import register_card, register_nav
        from pilot_portal.documents.registry import register_paper, register_sheet

        for paper in documents.PAPERS:
            register_paper(paper)
        for sheet in documents.SHEETS:
            register_sheet(sheet)
        for card in desk.CARDS:
            register_card(card)
        register_nav(*desk.PLACES)
        register_feed(INSTITUTIONS_FEED)
        register_guard(queries.CASE_TYPE, queries.may_see_file)
        register_guard(queries.REPORT_TYPE, queries.may_see_report_file)
