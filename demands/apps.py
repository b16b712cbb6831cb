"""The app demands: what it registers with the ground."""

from django.apps import AppConfig


class DemandsConfig(AppConfig):
    """Registers papers, workbooks, cards, navigation, a block of the public home, and guards of files."""

    name = "demands"
    verbose_name = "需求"

    def ready(self) -> None:
        """Wire the app into the registries of the ground."""
        from demands import desk, documents
        from demands.operations.reports import send_summary
        from demands.queries.demands import sees_scan
        from demands.queries.imports import sees_file
        from demands.queries.open import DEMANDS_FEED
        from demands.queries.summaries import sees_report
        from pilot_portal.attachments.registry import register_guard
        from pilot_portal.bulletin.feeds import register_feed
        from pilot_portal.bulletin.registry import register_block, register_extra
        from pilot_portal.desk.registry import register_card, register_nav
        from pilot_portal.documents.registry import (
            ScanTaker,
            register_paper,
            register_sheet,
            register_taker,
        )

        register_paper(documents.ATTACHMENT_4)
        register_taker(documents.ATTACHMENT_4.code, ScanTaker("报送附件4", send_summary))
        for paper in documents.LIST_FILES:
            register_paper(paper)
        register_paper(documents.MARKED_WORKBOOK)
        register_paper(documents.SLIPS)
        register_sheet(documents.ATTACHMENT_4_SHEET)
        register_sheet(documents.DEMANDS_SHEET)
        for card in desk.CARDS:
            register_card(card)
        register_nav(*desk.PLACES)
        register_block(desk.HOME_BLOCK)
        register_feed(DEMANDS_FEED)
        register_extra(desk.LIST_EXTRA)
        register_guard("demands.importbatch", sees_file)
        register_guard("demands.demand", sees_scan)
        register_guard("demands.demandreport", sees_report)
