"""What a county does with submitted demands: verify, return, refuse; one by one and in batch."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from demands.models import Demand
from demands.operations.telling import tell_enterprise, tell_enterprises
from demands.workflow import DEMAND
from pilot_portal.accounts.actors import Actor
from pilot_portal.common.errors import Problem, Refused
from pilot_portal.workflow.machine import Applied

OUTSIDE = "企业不在梯度培育库，须写明推荐其享受服务的理由。"


def needs_reason(demand: Demand) -> bool:
    """A firm outside the cultivation library needs the county's justification (domain.md §3)."""
    return not demand.enterprise.in_library and not demand.library_reason


@transaction.atomic
def verify_demand(
    demand: Demand, *, by: Actor, at: dt.datetime, note: str = "", library_reason: str = ""
) -> None:
    """The county finds the demand true and complete; it goes on to the city.

    Raises Refused without a reason for a firm outside the library, NotAllowed, Stale.
    """
    reason = library_reason.strip() or demand.library_reason
    if needs_reason(demand) and not reason:
        raise Refused(OUTSIDE, [Problem("请写明理由。", field="library_reason")])
    DEMAND.move(demand, "verify", by=by, at=at, note=note, library_reason=reason, verified_by_id=by.user_id)
    tell_enterprise(demand, "县区已核实贵企业的服务需求", at=at)


@transaction.atomic
def return_demand(demand: Demand, *, note: str, by: Actor, at: dt.datetime) -> None:
    """Back to the firm to be mended: same case, same number.

    Raises Refused without a note, NotAllowed, Stale.
    """
    DEMAND.move(demand, "return", by=by, at=at, note=note)
    tell_enterprise(demand, "贵企业的服务需求被退回修改", at=at, body=note)


@transaction.atomic
def refuse_demand(demand: Demand, *, note: str, by: Actor, at: dt.datetime) -> None:
    """Not taken up, with the reason; the row may be imported again. Raises Refused, NotAllowed, Stale."""
    DEMAND.move(demand, "refuse", by=by, at=at, note=note, row_key=None)
    tell_enterprise(demand, "贵企业的服务需求未予采纳", at=at, body=note)


BATCH_MOVES: dict[str, str] = {
    "verify": "县区已核实贵企业的服务需求",
    "return": "贵企业的服务需求被退回修改",
    "refuse": "贵企业的服务需求未予采纳",
}


def plan_batch(demands: Sequence[Demand], name: str, *, by: Actor, library_reason: str = "") -> Applied:
    """What a batch would do and would not do, and why; changes nothing.

    `library_reason` stands for every firm outside the library that has none yet.
    """
    move, plan = DEMAND.moves[name], Applied()
    for demand in demands:
        if not move.who(by, demand):
            plan.refused.append((demand, f"您没有权限办理“{move.label}”。"))
        elif demand.state not in move.sources:
            plan.refused.append((demand, f"目前为“{Demand.State(demand.state).label}”。"))
        elif name == "verify" and needs_reason(demand) and not library_reason:
            plan.refused.append((demand, OUTSIDE))
        else:
            plan.done.append(demand)
    return plan


@transaction.atomic
def check_many(
    demands: Sequence[Demand],
    name: str,
    *,
    by: Actor,
    at: dt.datetime,
    note: str = "",
    library_reason: str = "",
) -> Applied:
    """Verify, return or refuse many demands; what cannot be done is told with its reason, not raised.

    Firms outside the library are verified with `library_reason`, or left. Raises Refused where the move needs
    a note and has none.
    """
    reason = library_reason.strip()
    plan = plan_batch(demands, name, by=by, library_reason=reason)
    changes = {"verify": {"verified_by_id": by.user_id}, "refuse": {"row_key": None}}.get(name, {})
    outside = [demand for demand in plan.done if name == "verify" and needs_reason(demand)]
    keys = {demand.pk for demand in outside}
    inside = [demand for demand in plan.done if demand.pk not in keys]
    result = DEMAND.apply_many(inside, name, by=by, at=at, note=note, **changes)
    if outside:
        vouched = DEMAND.apply_many(outside, name, by=by, at=at, note=note, library_reason=reason, **changes)
        result.done += vouched.done
        result.refused += vouched.refused
    result.refused[:0] = plan.refused
    if result.done:
        # The digest of an entry is unique, so each batch tells once.
        tell_enterprises(
            result.done, BATCH_MOVES[name], key=f"demand-batch:{result.done[0].digest}", at=at, body=note
        )
    return result
