"""The published lists, and what waits for the next one."""

from django.db.models import Count, QuerySet

from demands.models import Demand, DemandList
from demands.queries.demands import visible_demands
from pilot_portal.accounts.actors import Actor

STATE = Demand.State


def demand_lists() -> QuerySet[DemandList]:
    """All lists, newest first, with how many demands stand on them now."""
    return (
        DemandList.objects.select_related("round", "publication")
        .annotate(demands_count=Count("demands"))
        .order_by("-published_at", "-pk")
    )


def prepared_demands(actor: Actor, round_id: int) -> QuerySet[Demand]:
    """Selected demands of a round that wait for the next list."""
    return (
        visible_demands(actor)
        .filter(round_id=round_id, state__in=[STATE.VERIFIED, STATE.UNCLAIMED], prepared_by__isnull=False)
        .order_by("region__position", "number")
    )
