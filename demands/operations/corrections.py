"""更正: what is public of a demand is put right by two persons; what stood there before stays readable."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, Protocol

from django.db import IntegrityError, transaction

from demands import policies, queries
from demands.models import Correction, Demand
from demands.operations.publication import leaks_of, search_text_of
from demands.operations.telling import tell_county, tell_enterprise
from demands.queries.corrections import public_fields
from demands.rules.corrections import ASKING, REASON_MAX, changes_between, due_date, read_correction
from demands.workflow import DEMAND
from pilot_portal.accounts.actors import Actor
from pilot_portal.codes.models import ServiceKind, Tier
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.common.text import clean

STATE = Demand.State
MOVES: dict[str, str] = {
    STATE.PUBLISHED: "correct",
    STATE.CHOOSING: "correct_choosing",
    STATE.UNCLAIMED: "correct_unclaimed",
}


class AfterCorrection(Protocol):
    """What an app above does in the transaction of a correction."""

    def __call__(self, demand: Demand, kinds: Collection[str], *, asks: bool, at: dt.datetime) -> None:
        """`kinds` are the codes the demand names now; `asks` whether each claimant must confirm."""
        ...


AFTER_CORRECTION: list[AfterCorrection] = []


def register_after_correction(act: AfterCorrection) -> None:
    """`act` runs in the transaction of a correction: matching tells the claimants."""
    if act not in AFTER_CORRECTION:
        AFTER_CORRECTION.append(act)


def _reason(typed: str, *, field: str) -> str:
    reason = clean(typed)
    if not reason or len(reason) > REASON_MAX:
        text = f"请写明理由，最多 {REASON_MAX} 字；理由会公开显示。"
        raise Refused(text, [Problem(text, field=field)])
    return reason


@transaction.atomic
def propose_correction(
    demand: Demand, typed: Mapping[str, Any], *, reason: str, by: Actor, at: dt.datetime
) -> Correction:
    """Propose how the public words of a demand should read; another person publishes it.

    Raises NotAllowed for anyone but the demand's county and the city, Refused with all problems (a contact
    given away, nothing changed, no reason), Stale where the demand is not public or a proposal is open.
    """
    if not (policies.is_county_of(by, demand) or policies.is_city(by, demand)):
        raise NotAllowed("只有所在县市区和市局可以提出更正。")
    if demand.state not in MOVES:
        raise Stale(f"需求目前为“{STATE(demand.state).label}”，不能更正。")
    choices = queries.choices(at)
    after = read_correction(typed, kinds=choices.kinds, tiers=choices.tiers)
    words = _reason(reason, field="reason")
    found = leaks_of(demand, after["public_title"], after["public_text"])
    found += [text for text in leaks_of(demand, "", words) if text not in found]
    if found:
        raise Refused(f"有 {len(found)} 处需要修改。", [Problem(text, field="public_text") for text in found])
    changes = changes_between(public_fields(demand), after)
    try:
        with transaction.atomic():
            return Correction.objects.create(
                demand=demand, reason=words, changes=changes, proposed_by_id=by.user_id, proposed_at=at
            )
    except IntegrityError as error:
        raise Stale("这项需求已有一份更正待发布，请先办理。") from error


@transaction.atomic
def publish_correction(correction: Correction, *, by: Actor, at: dt.datetime) -> None:
    """Publish a correction: the demand reads anew everywhere, marked 已更正, with what stood there before.

    After the first claim a change of kind or goal asks each claimant. Leaves an entry in the trail, messages
    to firm and county. Raises NotAllowed for anyone but the chief and for who proposed it, Stale where the
    demand or the correction moved on.
    """
    demand = correction.demand
    if not policies.may_publish(by):
        raise NotAllowed("更正须由中小企业科科长发布。")
    if correction.proposed_by_id == by.user_id:
        raise NotAllowed("更正由您提出，须由另一人发布。")
    if demand.state not in MOVES:
        raise Stale(f"需求目前为“{STATE(demand.state).label}”，不能更正。")
    now_public = public_fields(demand)
    if any(now_public[name] != before for name, (before, _after) in correction.changes.items()):
        raise Stale("需求在提出更正后又有改动，请重新提出。")
    after = {**now_public, **{name: new for name, (_old, new) in correction.changes.items()}}
    has_claims = queries.claim_counts([demand.pk])[demand.pk] > 0
    asks = has_claims and bool(ASKING & set(correction.changes))
    ordinal = demand.corrections + 1
    won = Correction.objects.filter(pk=correction.pk, published_at=None, dropped_at=None).update(
        ordinal=ordinal, published_at=at, decided_by_id=by.user_id, asks_claimants=asks
    )
    if not won:
        raise Stale("这份更正已由同事办理。")
    DEMAND.move(
        demand,
        MOVES[demand.state],
        by=by,
        at=at,
        note=correction.reason,
        data={"correction": ordinal, "changes": correction.changes},
        public_title=after["public_title"],
        public_text=after["public_text"],
        target_tier=Tier.objects.filter(code=after["target_tier"]).first(),
        due_on=due_date(after["due_on"]),
        corrections=ordinal,
        asking_correction=ordinal if asks else demand.asking_correction,
    )
    demand.kinds.set(ServiceKind.objects.filter(code__in=after["kinds"]))
    fresh = queries.published().get(pk=demand.pk)
    Demand.objects.filter(pk=demand.pk).update(search_text=search_text_of(fresh))
    for act in AFTER_CORRECTION:
        act(fresh, after["kinds"], asks=asks, at=at)
    tell_enterprise(fresh, "贵企业的需求已更正", at=at, body=correction.reason)
    tell_county(fresh, "需求已更正", at=at, body=correction.reason)


@transaction.atomic
def drop_correction(correction: Correction, *, by: Actor, at: dt.datetime) -> None:
    """Set a proposal aside. Raises NotAllowed for anyone but its county and the city, Stale where decided."""
    if not (policies.is_county_of(by, correction.demand) or policies.is_city(by, correction.demand)):
        raise NotAllowed("只有所在县市区和市局可以撤下更正。")
    won = Correction.objects.filter(pk=correction.pk, published_at=None, dropped_at=None).update(
        dropped_at=at, decided_by_id=by.user_id
    )
    if not won:
        raise Stale("这份更正已由同事办理。")
