"""What stands in a county's Attachment 4, and its frozen editions."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.db.models import QuerySet

from demands.models import CountySummary, Demand
from demands.queries.conditions import under
from demands.queries.demands import with_words
from pilot_portal.accounts.actors import Actor

STATE = Demand.State
NO_CONDITION: Mapping[str, str] = MappingProxyType({})
GIVEN_UP = frozenset({STATE.DRAFT, STATE.REFUSED, STATE.WITHDRAWN})
# What a county vouches for to the city: checked, and not taken back since.
VOUCHED_FOR = frozenset(
    {
        STATE.VERIFIED,
        STATE.NOT_PUBLISHED,
        STATE.PUBLISHED,
        STATE.CHOOSING,
        STATE.MATCHED,
        STATE.FULFILLED,
        STATE.UNCLAIMED,
    }
)


def _of(round_id: int, region_id: int | None) -> QuerySet[Demand]:
    demands = with_words(Demand.objects.filter(round_id=round_id))
    return demands if region_id is None else demands.filter(region_id=region_id)


def attachment_demands(
    round_id: int, region_id: int | None, query: Mapping[str, str] = NO_CONDITION
) -> QuerySet[Demand]:
    """What a workbook of Attachment 4 lists: every live demand under the conditions, by county and number."""
    demands = under(_of(round_id, region_id), query)
    if not query.get("state"):
        demands = demands.exclude(state__in=GIVEN_UP)
    return demands.exclude(state=STATE.DRAFT).order_by("region__position", "number")


def export_demands(
    round_id: int, region_id: int | None, query: Mapping[str, str] = NO_CONDITION
) -> QuerySet[Demand]:
    """What the plain export lists: everything ever submitted, under the conditions."""
    demands = under(_of(round_id, region_id), query)
    return demands.exclude(state=STATE.DRAFT).order_by("region__position", "number")


def vouched_demands(round_id: int, region_id: int) -> QuerySet[Demand]:
    """What a county's stamped Attachment 4 lists."""
    return _of(round_id, region_id).filter(state__in=VOUCHED_FOR).order_by("number")


def attachment_row(demand: Demand) -> dict[str, Any]:
    """One row of Attachment 4, field by field as the form has it."""
    kinds = sorted(demand.kinds.all(), key=lambda kind: kind.position)
    return {
        "company": demand.enterprise.name,
        "county": demand.region.name,
        "services": [kind.label for kind in kinds],
        "status": demand.present_tier.label if demand.present_tier else "",
        "target": demand.target_tier.label if demand.target_tier else "",
        "contact": f"{demand.contact} {demand.phone}".strip(),
        "remark": demand.remark,
    }


def visible_summaries(actor: Actor) -> QuerySet[CountySummary]:
    """The editions of a county's own; those who read the city's see all."""
    summaries = CountySummary.objects.select_related("round", "region", "made_by").order_by("-pk")
    if actor.is_county:
        return summaries.filter(region_id=actor.region_id)
    return summaries if actor.reads_city or actor.is_system else summaries.none()
