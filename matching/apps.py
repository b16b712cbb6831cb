"""The app matching: what it registers with the ground and with demands."""

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    """Registers cards, navigation, guards, and what pages of demands ask of it."""

    name = "matching"
    verbose_name = "揭榜"

    def ready(self) -> None:
        """Everything declared is registered here."""
        from demands.operations import register_after_correction
        from demands.queries import registered
        from matching import desk, queries
        from matching.operations.claims import after_correction
        from pilot_portal.attachments.registry import register_guard
        from pilot_portal.desk.registry import register_card, register_nav

        for card in desk.CARDS:
            register_card(card)
        register_nav(*desk.PLACES)
        register_guard("matching.engagement", queries.may_see_file)
        register_after_correction(after_correction)
        registered.register_claim_counter(queries.claim_counts)
        registered.register_chosen_names(desk.chosen_names)
        registered.register_standing(desk.standing)
        registered.register_case_links(desk.case_links)
