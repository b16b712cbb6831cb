"""Who may see the files of a case: each app registers one guard for each kind of case it has."""

from collections.abc import Callable

from pilot_portal.accounts.actors import Actor

Guard = Callable[[Actor, int, str], bool]
GUARDS: dict[str, Guard] = {}


def register_guard(case_type: str, guard: Guard) -> None:
    """`guard(actor, case_id, purpose)` says whether the actor may see the file."""
    if GUARDS.setdefault(case_type, guard) is not guard:
        raise ValueError(f"the files of {case_type} have two guards")


def may_see(actor: Actor, case_type: str, case_id: int, purpose: str) -> bool:
    """Ask the app that owns the case; a case without a guard shows its files to nobody."""
    guard = GUARDS.get(case_type)
    return guard is not None and guard(actor, case_id, purpose)
