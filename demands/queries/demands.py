"""Who sees which demands; the queues of county and city."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, QuerySet

from demands.models import Demand, DraftPart
from demands.rules.draft import FEN_PER_WAN, FIELDS, Choices
from pilot_portal.accounts.actors import Actor
from pilot_portal.codes.models import ServiceKind, Tier
from pilot_portal.codes.queries import valid_on
from pilot_portal.common import clock
from pilot_portal.common.text import wholes
from pilot_portal.rounds.models import Round, Stage

STATE = Demand.State
CASE_TYPE = "demands.demand"


def with_words(demands: QuerySet[Demand]) -> QuerySet[Demand]:
    """Everything a page says about demands, in a fixed number of queries."""
    return demands.select_related(
        "round", "region", "enterprise__chain", "enterprise__region", "present_tier", "target_tier", "list"
    ).prefetch_related("kinds")


def published() -> QuerySet[Demand]:
    """All that was ever on a list, withdrawn ones included: they are shown as 已撤回, never silently gone."""
    return with_words(Demand.objects.filter(published_at__isnull=False))


def visible_demands(actor: Actor) -> QuerySet[Demand]:
    """The demands an actor may see (domain.md §1, §5).

    The firm: its own. The county: those of its firms, drafts left out. City, leader, auditor: all but drafts.
    Everybody else: what was published (what is shown of it is decided by `faces`). The clock: all.
    """
    demands = with_words(Demand.objects.all())
    if actor.is_system:
        return demands
    if actor.is_enterprise:
        return demands.filter(enterprise__organisation_id=actor.organisation_id)
    if actor.is_county:
        return demands.filter(region_id=actor.region_id).exclude(state=STATE.DRAFT)
    if actor.reads_city:
        return demands.exclude(state=STATE.DRAFT)
    return demands.filter(published_at__isnull=False)


def sees_scan(actor: Actor, demand_id: int, _purpose: str) -> bool:
    """Whether the actor may fetch the scan of a paper demand: its county, the city's readers, the firm."""
    if not (actor.is_county or actor.reads_city or actor.is_enterprise):
        return False
    return visible_demands(actor).filter(pk=demand_id).exists()


def counts_by_state(demands: QuerySet[Demand]) -> dict[str, int]:
    """How many demands stand in each state."""
    rows = demands.order_by().prefetch_related(None).values_list("state").annotate(n=Count("pk"))
    return dict(rows)


def chosen_of(demands: QuerySet[Demand], keys: Iterable[str]) -> list[Demand]:
    """The demands with these primary keys, as typed in an address; what is no number is left out."""
    return list(demands.filter(pk__in=wholes(keys)).order_by("number"))


def parts_of(demand: Demand) -> dict[str, DraftPart]:
    """The saved steps of a draft by name."""
    return {part.part: part for part in DraftPart.objects.filter(demand=demand)}


def typed_titles(drafts: Sequence[Demand]) -> dict[int, str]:
    """The titles as typed so far, of those that have one; submitted demands keep theirs in a column."""
    rows = DraftPart.objects.filter(demand__in=drafts, part="kinds").values_list("demand_id", "data")
    return {key: title for key, data in rows if (title := str(data.get("title", "")).strip())}


def open_rounds(at: dt.datetime) -> list[Round]:
    """The rounds that take demands: first those that collect them now, each part newest first.

    A form offers the first: not the round that has only begun to take applications, nor last year's.
    """
    collecting = Stage.objects.filter(
        round=OuterRef("pk"), kind=Stage.Kind.DEMAND_COLLECTION, starts_at__lte=at, ends_at__gt=at
    )
    taking = Round.objects.filter(status__in=[Round.Status.OPEN, Round.Status.CONSULTATION])
    return list(taking.order_by(Exists(collecting).desc(), "-year", "-code"))


def windows_closed(at: dt.datetime) -> QuerySet[Demand]:
    """Published demands whose claim window is over: the clock's work."""
    return (
        Demand.objects.filter(state=STATE.PUBLISHED, claims_until__lte=at)
        .select_related("enterprise", "round")
        .order_by("round_id", "claims_until", "pk")
    )


def choices(at: dt.datetime) -> Choices:
    """What a demand may name at the moment: kinds and tiers valid that day in Beijing."""
    day = clock.beijing_date(at)
    return Choices(
        kinds=tuple(valid_on(ServiceKind, day).values_list("code", flat=True)),
        tiers=tuple(valid_on(Tier, day).values_list("code", flat=True)),
        today=day,
    )


def raw_parts(demand: Demand) -> dict[str, dict[str, object]]:
    """The four steps as typed; a step never saved is filled from the columns (an imported row)."""
    budget = "" if demand.budget_fen is None else f"{Decimal(demand.budget_fen) / FEN_PER_WAN:f}"
    columns: dict[str, object] = {
        "kinds": [kind.code for kind in demand.kinds.all()] if demand.pk else [],
        "title": demand.title,
        "present_tier": demand.present_tier.code if demand.present_tier else "",
        "situation": demand.situation,
        "target_tier": demand.target_tier.code if demand.target_tier else "",
        "wish": demand.wish,
        "due_on": demand.due_on.isoformat() if demand.due_on else "",
        "budget": budget,
        "pays_from_gains": "on" if demand.pays_from_gains else "",
        "contact": demand.contact,
        "phone": demand.phone,
        "name_public": "on" if demand.name_public else "",
    }
    saved = parts_of(demand)
    return {
        part: dict(saved[part].data) if part in saved else {field: columns[field] for field in fields}
        for part, fields in FIELDS.items()
    }


COUNTED_UP_TO = 10_000


def counted(demands: QuerySet[Demand]) -> int:
    """How many, exactly up to 10,000; one more stands for all beyond (「超过 10,000 项」)."""
    return demands.order_by().prefetch_related(None).values("pk")[: COUNTED_UP_TO + 1].count()
