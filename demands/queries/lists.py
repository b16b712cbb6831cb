"""The published lists, and what waits for the next one."""

from django.db.models import Count, Q, QuerySet

from demands.models import Demand, DemandList
from demands.queries.demands import visible_demands
from demands.rules.words import ordinal_words
from pilot_portal.accounts.actors import Actor
from pilot_portal.bulletin.models import Publication
from pilot_portal.bulletin.registry import Later

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


def prepared_counts(actor: Actor) -> dict[int, int]:
    """How many selected demands wait for the next list, by round."""
    waiting = visible_demands(actor).filter(
        state__in=[STATE.VERIFIED, STATE.UNCLAIMED], prepared_by__isnull=False
    )
    counted = waiting.order_by().values_list("round_id").annotate(Count("pk", distinct=True))
    return dict(counted)


def later_of(publication: Publication) -> dict[str, Later]:
    """What became of the demands of a published list since, by number; those that stand are left out."""
    listed = DemandList.objects.filter(publication=publication).first()
    if listed is None:
        return {}
    numbers = [row["number"] for row in publication.payload.get("rows", ())]
    found = (
        Demand.objects.filter(number__in=numbers)
        .filter(Q(state=STATE.WITHDRAWN) | Q(corrections__gt=0) | ~Q(list=listed))
        .values_list("number", "state", "corrections", "list_id", "list__ordinal")
    )
    later = {}
    for number, state, corrections, list_id, ordinal in found:
        url = f"/demands/{number}/"
        if state == STATE.WITHDRAWN:
            later[number] = Later("已撤回", "bad", url)
        elif list_id != listed.pk:
            later[number] = Later(f"已列入{ordinal_words(ordinal)}" if ordinal else "已退出榜单", "info", url)
        elif corrections:
            later[number] = Later("已更正", "wait", url)
    return later
