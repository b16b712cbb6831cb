"""Who may act on accounts of public bodies. Predicates; no database."""

from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import Grant


def may_request(actor: Actor, _grant: object = None) -> bool:
    """The system administrator carries out account changes (domain.md §1)."""
    return actor.role == "sysadmin"


def is_second_person(actor: Actor, grant: Grant) -> bool:
    """The city's chief, never the person who asked, nor the one who would receive (domain.md §1)."""
    return (
        actor.role == "city_chief"
        and grant.requested_by_id != actor.user_id
        and not (actor.user is not None and actor.user.mobile and actor.user.mobile == grant.mobile)
    )
