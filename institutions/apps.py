"""The app institutions: what it registers with the ground."""

from django.apps import AppConfig


class InstitutionsConfig(AppConfig):
    """Registers papers, cards, navigation and guards."""

    name = "institutions"
    verbose_name = "申报"

    def ready(self) -> None:
        """Everything declared is registered here."""
        from institutions import desk, documents, queries
        from institutions.documents.bundles import APPLICATION_PAPERS
        from institutions.operations.drafts import take_set_scan
        from institutions.operations.reports import upload_report_scan
        from institutions.queries.open import INSTITUTIONS_FEED
        from pilot_portal.attachments.registry import register_guard
        from pilot_portal.bulletin.feeds import register_feed
        from pilot_portal.bulletin.registry import register_extra
        from pilot_portal.desk.registry import register_card, register_nav
        from pilot_portal.documents.registry import (
            ScanTaker,
            register_bundle,
            register_paper,
            register_sheet,
            register_taker,
        )

        for paper in documents.PAPERS:
            register_paper(paper)
        for sheet in documents.SHEETS:
            register_sheet(sheet)
        register_bundle(APPLICATION_PAPERS)
        register_taker(
            documents.APPLICATION_SET.code,
            ScanTaker("归入申报", take_set_scan, lambda by: by.is_institution),
        )
        for paper in (documents.ATTACHMENT_1, documents.COVERING_LETTER):
            register_taker(paper.code, ScanTaker("归入推荐文件", upload_report_scan))
        for card in desk.CARDS:
            register_card(card)
        register_nav(*desk.PLACES)
        register_feed(INSTITUTIONS_FEED)
        register_extra(documents.ROSTER_EXTRA)
        register_guard(queries.CASE_TYPE, queries.may_see_file)
        register_guard(queries.REPORT_TYPE, queries.may_see_report_file)
