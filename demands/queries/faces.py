"""How a published demand looks from outside. Only these fields ever reach a public page, file or feed.

A `PublicDemand` has no phone, no contact, no remark and no firm's name unless the firm agreed or the reader
is a pilot institution in good standing (domain.md §5): a template cannot show what it was not given.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from demands.models import Demand, DemandList
from demands.queries.registered import chosen_names, claim_counts
from demands.rules.privacy import masked_name
from demands.rules.words import limit_words, ordinal_words, short_tier
from pilot_portal.rounds.models import Round

STATE = Demand.State
SOON_DAYS = 3
TONES: dict[str, str] = {
    STATE.PUBLISHED: "ok",
    STATE.CHOOSING: "wait",
    STATE.UNCLAIMED: "wait",
    STATE.WITHDRAWN: "bad",
}


@dataclass(frozen=True)
class Badge:
    """A status word with its tone, as components/badge.html takes it."""

    label: str
    tone: str = ""


@dataclass(frozen=True)
class PublicDemand:
    """One demand as the public, or a pilot institution, may see it."""

    number: str
    title: str
    text: str
    firm: str
    is_named: bool
    county: str
    chain: str
    kinds: tuple[str, ...]
    present: str
    target: str
    due_on: dt.date | None
    pays_from_gains: bool
    state: Badge
    is_open: bool
    claims: int
    chosen: str
    claims_until: dt.datetime | None
    left_words: str
    is_soon: bool
    published_at: dt.datetime | None
    list_name: str
    limit_words: str
    is_corrected: bool


def firm_shown(demand: Demand, *, named: bool = False) -> str:
    """The firm's name where it agreed or the reader may know it, else region and chain."""
    if named or demand.name_public:
        return demand.enterprise.name
    chain = demand.enterprise.chain
    return masked_name(demand.region.name, chain.label if chain else "")


def public_state(demand: Demand, at: dt.datetime) -> Badge:
    """The state in words for everybody; a window that has closed is closed even before the clock came by."""
    if demand.state == STATE.PUBLISHED and demand.claims_until and demand.claims_until <= at:
        return Badge(STATE.CHOOSING.label, TONES[STATE.CHOOSING])
    if demand.state == STATE.PUBLISHED and demand.list and demand.list.claims_from > at:
        return Badge("即将揭榜", "info")
    return Badge(STATE(demand.state).label, TONES.get(demand.state, ""))


def list_name(listed: DemandList, round: Round) -> str:
    """「2023年度 · 第一批」."""
    return f"{round.label} · {ordinal_words(listed.ordinal)}"


def claims_limit(demand: Demand, of_round: int) -> int:
    """How many may claim a demand, 0 for no limit: as its list was published with, else as the round says."""
    limit = demand.list.claims_limit if demand.list else None
    return of_round if limit is None else limit


def time_left(end: dt.datetime | None, at: dt.datetime) -> tuple[str, bool]:
    """「还剩 2 天」 and whether that is soon."""
    if end is None or end <= at:
        return "", False
    left = end - at
    if left.days:
        return f"还剩 {left.days} 天", left.days <= SOON_DAYS
    hours = left.seconds // 3600
    return (f"还剩 {hours} 小时" if hours else "不到 1 小时"), True


def face(
    demand: Demand,
    *,
    at: dt.datetime,
    named: bool = False,
    claims: int = 0,
    chosen: str = "",
) -> PublicDemand:
    """One demand as the reader may see it; `named` when the reader may know the firm."""
    is_open = demand.state == STATE.PUBLISHED and bool(demand.claims_until and demand.claims_until > at)
    left_words, is_soon = time_left(demand.claims_until, at) if is_open else ("", False)
    present, target, chain = demand.present_tier, demand.target_tier, demand.enterprise.chain
    return PublicDemand(
        number=demand.number or "",
        title=demand.public_title,
        text=demand.public_text,
        firm=firm_shown(demand, named=named),
        is_named=named or demand.name_public,
        county=demand.region.name,
        chain=chain.label if chain else "",
        kinds=tuple(kind.label for kind in sorted(demand.kinds.all(), key=lambda kind: kind.position)),
        present=short_tier(present.code, present.label) if present else "",
        target=short_tier(target.code, target.label) if target else "",
        due_on=demand.due_on,
        pays_from_gains=demand.pays_from_gains,
        state=public_state(demand, at),
        is_open=is_open,
        claims=claims,
        chosen=chosen,
        claims_until=demand.claims_until,
        left_words=left_words,
        is_soon=is_soon,
        published_at=demand.published_at,
        list_name=list_name(demand.list, demand.round) if demand.list else "",
        limit_words=limit_words(demand.list.claims_limit) if demand.list else "",
        is_corrected=demand.corrections > 0,
    )


def faces(
    demands: Iterable[Demand], *, at: dt.datetime, named_rounds: Collection[int] = frozenset()
) -> list[PublicDemand]:
    """A page of demands; claims and chosen institutions are asked for once for all of them."""
    rows = list(demands)
    keys = [row.pk for row in rows]
    claims, chosen = claim_counts(keys), chosen_names(keys)
    return [
        face(
            row,
            at=at,
            named=row.round_id in named_rounds and row.state == STATE.PUBLISHED,
            claims=claims.get(row.pk, 0),
            chosen=chosen.get(row.pk, ""),
        )
        for row in rows
    ]
