"""The app of the papers."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Papers and workbooks; the apps register what they can print."""

    name = "pilot_portal.documents"
    label = "documents"
    verbose_name = "文书"

    def ready(self) -> None:
        """A scan that nobody placed yet is its uploader's alone."""
        from pilot_portal.attachments.registry import register_guard

        register_guard("documents.scan", lambda actor, owner, _purpose: actor.user_id == owner)
