"""The ground's own cards of work to do."""

import datetime as dt

from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.queries import visible_grants
from pilot_portal.desk.registry import Card, Todo

STAFF = "/accounts/staff/"


def grant_todos(actor: Actor, at: dt.datetime) -> list[Todo]:
    """Grants that wait for the chief, slips that wait to be handed over. One query."""
    grants = visible_grants(actor)
    if actor.role == "city_chief":
        count = grants.filter(state="REQUESTED").exclude(requested_by_id=actor.user_id).count()
        return [Todo(count, "账号授权待批准", STAFF, "申请人和批准人须是两人", "批准")] if count else []
    count = grants.filter(state="APPROVED", invitation__spent_at=None, invitation__expires_at__gt=at).count()
    return [Todo(count, "邀请码待本人使用", STAFF, "批准后交给本人，30 天内有效", "查看")] if count else []


CARDS = (Card("accounts-grants", "账号授权", frozenset({"city_chief", "sysadmin"}), grant_todos, 80),)
