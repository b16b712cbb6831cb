"""更正录入内容: what a county entered itself it puts right itself; what first stood there stays beside it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from demands import policies
from demands.models import Demand, Enterprise
from demands.operations.history import SOURCE, change, differences, values_of
from demands.queries.mending import columns_now, standing_of, why_not_mendable
from demands.rules.mending import COLUMNS, IN_TRAIL, read_mending
from demands.rules.rows import row_key
from demands.rules.words import KIND_CODES
from demands.workflow import DEMAND
from pilot_portal.accounts.actors import Actor
from pilot_portal.codes.models import ServiceKind, Tier
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale

MOVES: dict[str, str] = {Demand.State.SUBMITTED: "mend", Demand.State.RETURNED: "mend_returned"}
TIERS = ("present_tier", "target_tier")
MEANWHILE = "这项需求刚被同事更正或办理过：您改过的都保留着，没有改的已换成现在的内容，请核对后再保存。"


@transaction.atomic
def mend_demand(
    demand: Demand, typed: Mapping[str, Any], *, step: int, by: Actor, at: dt.datetime
) -> list[str]:
    """Put right what an imported or paper demand says, as long as its firm has no account; gives the columns.

    `typed` are the fields of the form and `reason`; `step` is the one the officer saw. Leaves an entry with
    the reason, what first stood in `as_received`, the firm's record with the new contact and number where it
    bore the old ones, the demand waiting to be checked. Raises NotAllowed for anyone but its county, Refused
    with all problems, Stale where the firm has an account or the demand moved on since `step`.
    """
    if not policies.is_county_of(by, demand):
        raise NotAllowed("只有所在县市区工信部门可以更正录入的需求。")
    if why := why_not_mendable(demand, at):
        raise Stale(why)
    if step != demand.step:
        raise Stale(MEANWHILE)
    standing = standing_of(demand)
    read, reason = read_mending(typed, standing.words, also=standing.also)
    before = columns_now(demand)
    after = dict(before)
    for name, said in read.items():
        column, codes = COLUMNS[name], standing.codes.get(name)
        if name == "services":
            after[column] = [codes[word] for word in said] if codes else said
        else:
            after[column] = codes.get(said, "") if codes else said
    mended = [column for column, value in after.items() if value != before[column]]
    key = _key(demand, after)
    _move(demand, mended, before, after, key=key, reason=reason, by=by, at=at)
    if "kinds" in mended:
        demand.kinds.set(ServiceKind.objects.filter(code__in=after["kinds"]))
    _pass_on(demand, before, after, reason=reason, by=by, at=at)
    return mended


def _key(demand: Demand, after: Mapping[str, Any]) -> str:
    """The key of the row as it reads now; raises Refused where the round holds such a demand already."""
    ordered = [code for code in KIND_CODES.values() if code in after["kinds"]]
    key = row_key(demand.enterprise.name, ordered or after["kinds"], after["target_tier"])
    others = Demand.objects.filter(round=demand.round_id, row_key=key).exclude(pk=demand.pk)
    if double := others.values_list("number", flat=True).first():
        text = f"该企业本批次已有同样服务和目标的需求 {double}，请核对；重复的不予采纳即可。"
        raise Refused(text, [Problem(text, field="services")])
    return key


def _move(
    demand: Demand,
    mended: list[str],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    key: str,
    reason: str,
    by: Actor,
    at: dt.datetime,
) -> None:
    tiers = {tier.code: tier for tier in Tier.objects.filter(code__in=[after[name] for name in TIERS])}
    columns = {
        name: tiers.get(after[name]) if name in TIERS else after[name] for name in mended if name != "kinds"
    }
    settled = {name for name, column in COLUMNS.items() if column in mended}
    told = {name: [before[name], after[name]] for name in mended if name in IN_TRAIL}
    try:
        with transaction.atomic():
            DEMAND.move(
                demand,
                MOVES[demand.state],
                by=by,
                at=at,
                note=reason,
                data={"mended": mended, "changes": told},
                row_key=key,
                doubts=[name for name in demand.doubts if name not in settled],
                as_received={name: before[name] for name in mended} | demand.as_received,
                public_title="",
                public_text="",
                **columns,
            )
    except IntegrityError as error:
        raise Stale("同样的需求刚刚被录入，请核对后再保存。") from error


def _pass_on(
    demand: Demand,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    reason: str,
    by: Actor,
    at: dt.datetime,
) -> None:
    """The record that bears the same wrong contact or number takes the right one: invitations go there."""
    firm = Enterprise.objects.select_related("chain").get(pk=demand.enterprise_id)
    new = {
        name: after[name]
        for name in ("contact", "phone")
        if after[name] != before[name] and getattr(firm, name) == before[name]
    }
    if not new:
        return
    was = values_of(firm)
    seen = Enterprise.objects.filter(pk=firm.pk, **{name: before[name] for name in new})
    if not seen.update(revision=F("revision") + 1, **new):
        return
    for name, value in new.items():
        setattr(firm, name, value)
    note = f"随需求 {demand.number} 更正：{reason}"
    change(firm, differences(was, values_of(firm)), SOURCE.RECORD, by=by, at=at, note=note).save()
