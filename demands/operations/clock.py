"""What the clock does with demands: closes claim windows, ends what a closed round leaves open."""

import datetime as dt
from itertools import groupby

from django.db import transaction

from demands import queries
from demands.models import Demand
from demands.operations.telling import tell_enterprises
from demands.queries.registered import COUNTERS
from demands.workflow import DEMAND
from pilot_portal.accounts.actors import SYSTEM
from pilot_portal.rounds.models import Round
from pilot_portal.rounds.operations import number_in_force
from pilot_portal.rounds.queries import add_working_days

BATCH = 500


@transaction.atomic
def close_windows(*, at: dt.datetime) -> int:
    """Bring every demand whose window has closed to CHOOSING, or to UNCLAIMED (流榜) where nobody claimed it.

    The days to choose count from the end of the window, not from when the clock came by. Gives how many
    moved.
    """
    moved = 0
    due = list(queries.windows_closed(at))
    for (_, ends_at), group in groupby(due, key=lambda demand: (demand.round_id, demand.claims_until)):
        demands = list(group)
        counts = queries.claim_counts([demand.pk for demand in demands])
        claimed = [d for d in demands if counts[d.pk] or not COUNTERS]
        days = number_in_force(demands[0].round, "choosing_days", at=at, act="揭榜截止")
        choosing = DEMAND.apply_many(
            claimed, "close_window", by=SYSTEM, at=at, choose_until=add_working_days(ends_at, days)
        )
        unclaimed = DEMAND.apply_many(
            [d for d in demands if d not in claimed],
            "no_claims",
            by=SYSTEM,
            at=at,
            note="揭榜期内无机构揭榜",
            prepared_by=None,
            prepared_at=None,
        )
        for done, subject in (
            (choosing.done, "揭榜已截止，请在期限内选定服务机构"),
            (unclaimed.done, "贵企业的服务需求暂无机构揭榜"),
        ):
            if done:
                tell_enterprises(done, subject, key=f"demand-window:{done[0].digest}", at=at)
        moved += len(choosing.done) + len(unclaimed.done)
    return moved


@transaction.atomic
def close_rounds(*, at: dt.datetime) -> int:
    """End the demands that closed rounds leave open; the firm may take them over into the next round.

    Gives how many were closed.
    """
    left = list(
        Demand.objects.filter(round__status=Round.Status.CLOSED, state__in=DEMAND.moves["close"].sources)
        .select_related("enterprise")
        .order_by("pk")
    )
    done = DEMAND.apply_many(left, "close", by=SYSTEM, at=at, row_key=None).done
    if done:
        tell_enterprises(done, "批次已结束，未完成的需求可结转", key=f"demand-closed:{done[0].digest}", at=at)
    return len(done)
