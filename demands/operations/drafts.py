"""What an enterprise does with its own demand: begin, fill in, submit, take back, withdraw."""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F

from demands import policies, queries
from demands.models import Demand, DraftPart, Enterprise, RecordClaim
from demands.operations.enterprises import open_record
from demands.operations.telling import tell_county
from demands.rules import draft
from demands.workflow import DEMAND
from pilot_portal.accounts.actors import Actor
from pilot_portal.codes.models import ServiceKind, Tier
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.rounds.models import Round
from pilot_portal.rounds.operations import next_numbers

STATE = Demand.State
EDITABLE = frozenset({STATE.DRAFT, STATE.RETURNED})
MAX_BYTES = 64 * 1024

AfterWithdrawal = Callable[[Demand, dt.datetime], None]
AFTER_WITHDRAWAL: list[AfterWithdrawal] = []


def register_after_withdrawal(act: AfterWithdrawal) -> None:
    """`act(demand, at)` runs in the transaction of a withdrawal: matching voids the claims on it."""
    if act not in AFTER_WITHDRAWAL:
        AFTER_WITHDRAWAL.append(act)


def start_demand(enterprise: Enterprise, *, round: Round, by: Actor, at: dt.datetime) -> Demand:
    """Begin a demand of the firm in a round, as a draft with the contact of the record filled in.

    Raises NotAllowed for anyone but the firm's people, Stale where the round has ended.
    """
    if not by.is_enterprise or enterprise.organisation_id != by.organisation_id:
        raise NotAllowed("只有企业自己可以填报需求。")
    if round.status == Round.Status.CLOSED:
        raise Stale("该批次已结束，请在新的批次填报。")
    demand = Demand(
        round=round,
        region=enterprise.region,
        enterprise=enterprise,
        origin=Demand.Origin.ONLINE,
        contact=enterprise.contact,
        phone=enterprise.phone,
        name_public=enterprise.name_public,
        created_at=at,
    )
    DEMAND.start(demand, by=by, at=at)
    return demand


@transaction.atomic
def begin_demand(round: Round, *, by: Actor, at: dt.datetime) -> Demand | RecordClaim:
    """Begin a demand of the actor's firm; its record is made or asked for first.

    Gives the claim of the record instead when the county must agree before. Raises as `open_record` and
    `start_demand` do.
    """
    record = open_record(by=by, at=at)
    return record if isinstance(record, RecordClaim) else start_demand(record, round=round, by=by, at=at)


def refuse_unless_editable(demand: Demand, by: Actor) -> None:
    """Raise NotAllowed or Stale unless the actor may write in this draft now."""
    if not policies.is_of_enterprise(by, demand):
        raise NotAllowed("只有企业自己可以修改需求。")
    if demand.state not in EDITABLE:
        raise Stale(f"需求目前为“{STATE(demand.state).label}”，不能修改；如需修改请先撤回。")


@transaction.atomic
def save_part(
    demand: Demand, part: str, data: Mapping[str, Any], *, revision: int, by: Actor, at: dt.datetime
) -> int:
    """Keep one step as typed, right or wrong; gives the new revision.

    Raises Stale when the step was saved elsewhere since `revision`, or the demand is no draft any more.
    """
    refuse_unless_editable(demand, by)
    kept = {field: data.get(field, "") for field in draft.FIELDS[part]}
    if len(json.dumps(kept, ensure_ascii=False).encode()) > MAX_BYTES:
        raise Refused("这一步的内容太长，请精简后再保存。")
    row = {"data": kept, "saved_at": at, "saved_by_id": by.user_id}
    if revision == 0:
        _, is_new = DraftPart.objects.get_or_create(demand=demand, part=part, defaults=row | {"revision": 1})
        won = int(is_new)
    else:
        won = DraftPart.objects.filter(demand=demand, part=part, revision=revision).update(
            **row, revision=F("revision") + 1
        )
    if not won:
        raise Stale("这一步已在别处保存过。请核对两处内容后再保存。")
    return revision + 1


def _columns(filled: draft.Filled) -> dict[str, Any]:
    return {
        "title": filled.title,
        "present_tier": Tier.objects.get(code=filled.present_tier),
        "situation": filled.situation,
        "target_tier": Tier.objects.get(code=filled.target_tier),
        "wish": filled.wish,
        "due_on": filled.due_on,
        "budget_fen": filled.budget_fen,
        "pays_from_gains": filled.pays_from_gains,
        "contact": filled.contact,
        "phone": filled.phone,
        "name_public": filled.name_public,
        "doubts": [],
        # From here on it is the firm's own word, not what the county put right.
        "as_received": {},
        "public_title": "",
        "public_text": "",
        "prepared_by": None,
        "prepared_at": None,
    }


def _shown_in_trail(filled: draft.Filled) -> dict[str, Any]:
    """What the trail keeps of a submission: everything but contact and phone, for it is never deleted."""
    return {
        "kinds": list(filled.kinds),
        "title": filled.title,
        "present_tier": filled.present_tier,
        "situation": filled.situation,
        "target_tier": filled.target_tier,
        "wish": filled.wish,
        "due_on": filled.due_on.isoformat() if filled.due_on else "",
        "budget_fen": filled.budget_fen,
        "pays_from_gains": filled.pays_from_gains,
        "name_public": filled.name_public,
    }


@transaction.atomic
def submit_demand(demand: Demand, *, by: Actor, at: dt.datetime) -> Demand:
    """Submit the four steps: typed columns and kinds are written, a number is given once, the county is told.

    Raises Refused with all problems of all steps, NotAllowed, Stale where the demand or its round moved on.
    """
    refuse_unless_editable(demand, by)
    if demand.round.status == Round.Status.CLOSED:
        raise Stale("该批次已结束，不再接收需求。")
    filled = draft.read_parts(queries.raw_parts(demand), queries.choices(at))
    is_first = demand.number is None
    number = next_numbers(demand.round, "D")[0] if is_first else demand.number
    DEMAND.move(
        demand,
        "submit",
        by=by,
        at=at,
        data={"values": _shown_in_trail(filled)},
        number=number,
        submitted_at=demand.submitted_at or at,
        **_columns(filled),
    )
    demand.kinds.set(ServiceKind.objects.filter(code__in=filled.kinds))
    tell_county(demand, f"{'新提交' if is_first else '重新提交'}服务需求", at=at)
    return demand


@transaction.atomic
def take_back_demand(demand: Demand, *, by: Actor, at: dt.datetime) -> None:
    """Take a submitted demand back into the draft, before the county has decided.

    Raises NotAllowed, or Stale when the county was quicker.
    """
    DEMAND.move(demand, "take_back", by=by, at=at)


@transaction.atomic
def withdraw_demand(demand: Demand, *, by: Actor, at: dt.datetime, note: str = "") -> None:
    """The firm gives its demand up; on a published list it stays, marked 已撤回, and its claims are voided.

    Raises NotAllowed (the firm's administrator decides), Stale where it is matched or ended.
    """
    DEMAND.move(demand, "withdraw", by=by, at=at, note=note, row_key=None)
    for act in AFTER_WITHDRAWAL:
        act(demand, at)
    if demand.number:
        tell_county(demand, "企业撤回服务需求", at=at, body=note)
