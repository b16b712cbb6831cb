"""The app of the desk (工作台)."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Home by role, settings pages, the registries' faces."""

    name = "pilot_portal.desk"
    label = "desk"
    verbose_name = "工作台"

    def ready(self) -> None:
        """The places of the ground in the main navigation."""
        from pilot_portal.desk.cards import CARDS
        from pilot_portal.desk.nav import PLACES
        from pilot_portal.desk.registry import register_card, register_nav

        register_nav(*PLACES)
        for card in CARDS:
            register_card(card)
