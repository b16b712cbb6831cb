"""The app of the publications."""

from django.apps import AppConfig


class BulletinConfig(AppConfig):
    """Frozen publications, the public home; registers the paper of a publication."""

    name = "pilot_portal.bulletin"
    label = "bulletin"
    verbose_name = "公告"

    def ready(self) -> None:
        """Everything declared is registered here."""
        from pilot_portal.bulletin import documents
        from pilot_portal.bulletin.registry import register_extra
        from pilot_portal.documents.registry import register_paper

        register_paper(documents.NOTICE_PAPER)
        for extra in documents.EXTRAS:
            register_extra(extra)
