"""The published list: search, order, keyset pages, counts."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from demands.models import Demand, DemandList
from demands.queries.demands import published
from pilot_portal.common.text import name_key

STATE = Demand.State
PAGE = 20
NEWEST, DEADLINE = "new", "end"
PUBLIC_STATES = [
    ("open", "可揭榜"),
    (STATE.CHOOSING, "企业选择中"),
    (STATE.MATCHED, "已选定机构"),
    (STATE.FULFILLED, "已完成"),
    (STATE.UNCLAIMED, "流榜"),
    (STATE.WITHDRAWN, "已撤回"),
]
# Name in the address → field, of the conditions that are one field each.
FIELDS: dict[str, str] = {
    "county": "region__code",
    "kind": "kinds__code",
    "tier": "target_tier__code",
    "chain": "enterprise__chain__code",
    "round": "round__code",
    "batch": "list__ordinal",
}


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


def in_state(demands: QuerySet[Demand], state: str, at: dt.datetime) -> QuerySet[Demand]:
    """`open` is a claim window that is open now; the others are states."""
    return open_now(demands, at) if state == "open" else demands.filter(state=state)


def under(demands: QuerySet[Demand], conditions: Mapping[str, str], at: dt.datetime) -> QuerySet[Demand]:
    """The published demands under all conditions of an address, whose values were checked."""
    for name, field in FIELDS.items():
        if value := conditions.get(name):
            demands = demands.filter(**{field: value})
    if state := conditions.get("state"):
        demands = in_state(demands, state, at)
    return search(demands, conditions.get("q", ""))


@dataclass(frozen=True)
class Page:
    """One page of a keyset-paged list, and the key of the next."""

    rows: list[Demand]
    next_key: str


@dataclass(frozen=True)
class Key:
    """Where a page of the list ends: whether the window was over, the moment that orders, the row."""

    is_over: bool
    moment: dt.datetime
    pk: int

    def __str__(self) -> str:
        # Z instead of +00:00: a plus sign in an address is a space.
        moment = self.moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        return f"{int(self.is_over)}~{moment}~{self.pk}"

    @classmethod
    def read(cls, text: str) -> "Key | None":
        """A key from an address; None for what is none."""
        try:
            over, moment, pk = text.split("~")
            key = cls(bool(int(over)), dt.datetime.fromisoformat(moment), int(pk))
        except ValueError:
            return None
        return key if key.moment.tzinfo else None


def page(demands: QuerySet[Demand], *, order: str, after: str, at: dt.datetime, size: int = PAGE) -> Page:
    """Twenty demands (or `size`) after a key: the newest first, or the open ones by deadline, then the rest.

    A key that cannot be read begins at the top.
    """
    is_open = Q(state=STATE.PUBLISHED, claims_until__gt=at)
    over = Case(When(is_open, then=Value(0)), default=Value(1), output_field=IntegerField())
    key = Key.read(after)
    if order == DEADLINE:
        demands = demands.annotate(is_over=over).order_by("is_over", "claims_until", "pk")
        if key:
            same = Q(is_over=int(key.is_over))
            later = Q(claims_until__gt=key.moment) | Q(claims_until=key.moment, pk__gt=key.pk)
            demands = demands.filter(Q(is_over__gt=int(key.is_over)) | same & later)
    else:
        demands = demands.order_by("-published_at", "-pk")
        if key:
            demands = demands.filter(
                Q(published_at__lt=key.moment) | Q(published_at=key.moment, pk__lt=key.pk)
            )
    rows = list(demands[: size + 1])
    if len(rows) <= size:
        return Page(rows, "")
    last = rows[size - 1]
    was_over = not (last.state == STATE.PUBLISHED and last.claims_until and last.claims_until > at)
    moment = last.claims_until if order == DEADLINE else last.published_at
    return Page(rows[:size], str(Key(was_over, moment, last.pk)) if moment else "")


def newest_list() -> DemandList | None:
    """The list published last."""
    return DemandList.objects.select_related("round").order_by("-published_at", "-pk").first()


def newest_published(limit: int, at: dt.datetime) -> list[Demand]:
    """The newest demands that may be claimed, for the public home."""
    return list(open_now(published(), at).order_by("-published_at", "-pk")[:limit])
