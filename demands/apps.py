"""The app demands: what it registers with the ground."""

from django.apps import AppConfig


class DemandsConfig(AppConfig):
    """Registers papers, workbooks, cards, navigation, a block of the public home, and guards of files."""

    name = "demands"
    verbose_name = "需求"

    def ready(self) -> None:
        """Wire the app into the registries of the ground."""
        from demands import documents
        from demands.queries.imports import sees_file
        from pilot_portal.attachments.registry import register_guard
        from pilot_portal.documents.registry import register_paper, register_sheet

        register_paper(documents.ATTACHMENT_4)
        register_paper(documents.DEMAND_LIST)
        register_sheet(documents.ATTACHMENT_4_SHEET)
        register_sheet(documents.DEMANDS_SHEET)
        register_guard("demands.importbatch", sees_file)
