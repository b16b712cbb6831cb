"""The published list: search, order, keyset pages, counts."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from demands.models import Demand, DemandList
from demands.queries.demands import published
from pilot_portal.common.text import name_key

STATE = Demand.State
PAGE = 20
NEWEST, DEADLINE = "new", "end"


def search_text(*, title: str, text: str, county: str, chain: str, words: Collection[str], firm: str) -> str:
    """What the public search looks through: only what the public page shows, without spaces and case.

    `firm` is the name as shown, so that a search never finds a firm that did not agree to be named.
    """
    return "\n".join(name_key(part) for part in (title, text, county, chain, firm, *words) if part)


def search(demands: QuerySet[Demand], typed: str, *, named_rounds: Collection[int] = ()) -> QuerySet[Demand]:
    """Demands that hold every typed word; two characters are enough. Numbers find too.

    A pilot institution in good standing also finds open demands by the firm's name, which it may see.
    """
    for word in typed.split():
        key = name_key(word)
        if not key:
            continue
        found = Q(search_text__contains=key) | Q(number__iexact=word)
        if named_rounds:
            found |= Q(round_id__in=named_rounds, state=STATE.PUBLISHED, enterprise__name_key__contains=key)
        demands = demands.filter(found)
    return demands


def open_now(demands: QuerySet[Demand], at: dt.datetime) -> QuerySet[Demand]:
    """Those whose claim window is open."""
    return demands.filter(state=STATE.PUBLISHED, claims_until__gt=at)


@dataclass(frozen=True)
class Page:
    """One page of a keyset-paged list, and the key of the next."""

    rows: list[Demand]
    next_key: str


def _moment(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def page(demands: QuerySet[Demand], *, order: str, after: str, at: dt.datetime) -> Page:
    """Twenty demands after a key: the newest first, or the open ones by deadline and then the rest.

    A key that cannot be read begins at the top.
    """
    is_over = Case(
        When(state=STATE.PUBLISHED, claims_until__gt=at, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    parts = after.split("~")
    if order == DEADLINE:
        demands = demands.annotate(is_over=is_over).order_by("is_over", "claims_until", "pk")
        if len(parts) == 3 and (moment := _moment(parts[1])) and parts[0] in "01" and parts[2].isdigit():
            over, pk = int(parts[0]), int(parts[2])
            same = Q(is_over=over)
            demands = demands.filter(
                Q(is_over__gt=over)
                | same & Q(claims_until__gt=moment)
                | same & Q(claims_until=moment, pk__gt=pk)
            )
    else:
        demands = demands.order_by("-published_at", "-pk")
        if len(parts) == 2 and (moment := _moment(parts[0])) and parts[1].isdigit():
            demands = demands.filter(
                Q(published_at__lt=moment) | Q(published_at=moment, pk__lt=int(parts[1]))
            )
    rows = list(demands[: PAGE + 1])
    next_key = ""
    if len(rows) > PAGE:
        last = rows[PAGE - 1]
        if order == DEADLINE and last.claims_until:
            over = int(not (last.state == STATE.PUBLISHED and last.claims_until > at))
            next_key = f"{over}~{last.claims_until.isoformat()}~{last.pk}"
        elif last.published_at:
            next_key = f"{last.published_at.isoformat()}~{last.pk}"
    return Page(rows[:PAGE], next_key)


def newest_list() -> DemandList | None:
    """The list published last."""
    return DemandList.objects.select_related("round").order_by("-published_at", "-pk").first()


def newest_published(limit: int, at: dt.datetime) -> list[Demand]:
    """The newest demands that may be claimed, for the public home."""
    return list(open_now(published(), at).order_by("-published_at", "-pk")[:limit])
