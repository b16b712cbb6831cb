"""Demands in great numbers: at the counties, with the city, on lists whose windows are open or closed."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Count

from demands.models import Demand, Enterprise
from demands.operations import check_many, close_windows, prepare_demands, publish_list
from demands.workflow import DEMAND
from evaluation.management import story
from evaluation.management.bulk_applications import all_done
from evaluation.management.bulk_services import serve
from evaluation.management.crowd import BATCH, DAY, FICTIONAL, Crowd, actors_of, batches, link
from institutions.models import PilotInstitution
from matching.models import Claim
from matching.workflow import CLAIM
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import Role
from pilot_portal.common import clock
from pilot_portal.rounds.models import NumberSeries
from pilot_portal.rounds.operations import freeze_settings, next_numbers
from pilot_portal.rounds.queries import setting

# Of twenty demands sixteen stand on a list: six may be claimed, two are being chosen, eight went on.
FATES = (
    *("waiting",) * 2,
    "returned",
    "verified",
    *("open",) * 6,
    *("choosing",) * 2,
    *("served",) * 8,
)
ON_A_LIST = ("open", "choosing", "served")
# When each list was published and when its window closes, in days from now.
WINDOWS = {"open": (-8, 10), "choosing": (-25, -4), "served": (-40, -22)}
CLAIMS = (0, 1, 1, 2, 2, 2, 3, 4)  # how many institutions claim a demand
LIST = 4 * BATCH  # demands made at a time, of which one list of each window is published


@dataclass
class Pool:
    """The institutions of the round that may claim, with what is left of their capacity."""

    pilots: list[PilotInstitution]
    actors: dict[int, Actor]
    free: dict[int, int] = field(default_factory=dict)
    limit: dict[int, int] = field(default_factory=dict)

    def whose(self, case: Any) -> Actor:
        """The administrator of the institution that a claim or contract belongs to."""
        return self.actors[case.pilot.organisation_id]


def pool_of(crowd: Crowd) -> Pool:
    """The published pilots in good standing, their administrators, places and open claims."""
    pilots = list(
        PilotInstitution.objects.filter(round=crowd.round, state="LISTED", published_at__isnull=False)
        .select_related("organisation", "round")
        .order_by("pk")
    )
    actors = actors_of([pilot.organisation_id for pilot in pilots], Role.INSTITUTION_ADMIN)
    pool = Pool([pilot for pilot in pilots if pilot.organisation_id in actors], actors)
    live = Claim.objects.filter(pilot__round=crowd.round, state__in=["SUBMITTED", "SHORTLISTED", "FROZEN"])
    claimed = dict(live.order_by().values_list("pilot_id").annotate(n=Count("pk")))
    factor = setting(crowd.round, "open_claims_factor", at=crowd.now)
    for pilot in pool.pilots:
        pool.free[pilot.pk] = pilot.capacity - pilot.taken
        pool.limit[pilot.pk] = factor * pool.free[pilot.pk] - claimed.get(pilot.pk, 0)
    return pool


def firms_in_turn() -> Iterator[Enterprise]:
    """The fictional firms, the newest first, again and again."""
    firms = (
        Enterprise.objects.filter(credit_code__startswith=FICTIONAL)
        .select_related("region", "chain", "organisation")
        .order_by("-pk")
    )
    if not firms.exists():
        raise LookupError("demands need enterprises")
    while True:
        last = None
        while rows := list((firms.filter(pk__lt=last) if last else firms)[:BATCH]):
            yield from rows
            last = rows[-1].pk


def demand(crowd: Crowd, count: int) -> dict[str, int]:
    """`count` demands with the claims on them and the contracts that came of them; gives what was made."""
    made = {"claims": 0, "contracts": 0}
    if not count:
        return made
    pool, firms = pool_of(crowd), firms_in_turn()
    freeze_settings(
        crowd.round, ["claims_per_demand", "open_claims_factor"], act="揭榜", at=crowd.now - 38 * DAY
    )
    for numbers in batches(range(count), LIST):
        with transaction.atomic():
            groups = _collect(crowd, [next(firms) for _ in numbers])
        for fate in ON_A_LIST:
            with transaction.atomic():
                rows, claims = _publish(crowd, pool, groups.get(fate, []), fate)
                made["claims"] += len(claims)
                if fate == "served":
                    made["contracts"] += serve(crowd, pool, rows, claims)
    return made


def _row(crowd: Crowd, firm: Enterprise, number: str, at: dt.datetime) -> Demand:
    dice = crowd.dice
    title, situation, wish = dice.choice(story.WISHES)
    return Demand(
        round=crowd.round,
        region=firm.region,
        enterprise=firm,
        number=number,
        origin=Demand.Origin.ONLINE if firm.organisation_id else Demand.Origin.PAPER,
        title=title,
        present_tier=crowd.tiers["innovative"],
        target_tier=crowd.tiers[dice.choice(("provincial", "giant", "above-scale"))],
        situation=f"{situation}涉及 {dice.randint(1, 9)} 条产线、{dice.randint(10, 99)} 台（套）设备。",
        wish=f"{wish}目标产值提高 {dice.randint(5, 40)}%。",
        due_on=clock.beijing_date(crowd.now) + dt.timedelta(days=dice.randint(100, 300)),
        budget_fen=dice.randint(2, 40) * 10_000_00,
        contact=firm.contact,
        phone=firm.phone,
        name_public=firm.name_public,
        created_at=at,
        submitted_at=at,
    )


def _collect(crowd: Crowd, firms: list[Enterprise]) -> dict[str, list[Any]]:
    """Written by the firm, or by its county for one without account; checked by the county."""
    at, dice = crowd.now - 52 * DAY, crowd.dice
    rows = [
        _row(crowd, firm, number, at)
        for firm, number in zip(firms, next_numbers(crowd.round, "D", len(firms)), strict=True)
    ]
    own = actors_of([firm.organisation_id for firm in firms], Role.ENTERPRISE_ADMIN)

    def whose(case: Any) -> Actor:
        county = crowd.cast.officers[case.region.code][0]
        return own.get(case.enterprise.organisation_id, county)

    online = [row for row in rows if row.enterprise.organisation_id in own]
    paper = [row for row in rows if row.enterprise.organisation_id not in own]
    DEMAND.start_many(online, by=whose, at=at)
    DEMAND.start_many(paper, by=whose, at=at, state="SUBMITTED")
    all_done(DEMAND.apply_many(online, "submit", by=whose, at=at + story.HOUR))
    link(Demand.kinds.through, ((row.pk, kind.pk) for row in rows for kind in crowd.some_kinds()))
    groups: dict[str, list[Any]] = {}
    by_county: dict[tuple[str, str], list[Any]] = {}
    for row, fate in zip(rows, crowd.fates(FATES, len(rows)), strict=True):
        groups.setdefault(fate, []).append(row)
        name = {"waiting": "", "returned": "return"}.get(fate, "verify")
        by_county.setdefault((name, row.region.code), []).append(row)
    for (name, region), group in by_county.items():
        if name:
            note = "请写明希望完成的时间和具体指标。" if name == "return" else ""
            officer = crowd.cast.officers[region][0]
            all_done(check_many(group, name, by=officer, at=at + dice.randint(2, 4) * DAY, note=note))
    return groups


def _publish(crowd: Crowd, pool: Pool, rows: list[Any], fate: str) -> tuple[list[Any], list[Any]]:
    """One list of these demands, the claims on it, and its window closed where its day has come."""
    if not rows:
        return [], []
    first, last = (crowd.now + days * DAY for days in WINDOWS[fate])
    # Read again: an operation expects what a page would hand it.
    fresh = {
        row.pk: row
        for row in Demand.objects.filter(pk__in=[row.pk for row in rows])
        .select_related("round", "region", "enterprise__chain", "present_tier", "target_tier")
        .prefetch_related("kinds")
    }
    listed = [fresh[row.pk] for row in rows]
    all_done(prepare_demands(listed, by=crowd.cast.handler, at=first - DAY))
    publish_list(crowd.round, listed, claims_from=first, claims_until=last, by=crowd.cast.chief, at=first)
    claims = _claim(crowd, pool, listed, first + DAY)
    if last < crowd.now:
        close_windows(at=last + story.HOUR)
    return listed, claims


def _claim(crowd: Crowd, pool: Pool, demands: list[Any], at: dt.datetime) -> list[Any]:
    dice, rows, series = crowd.dice, [], []
    for wanted in demands:
        drawn = dice.sample(pool.pilots, min(dice.choice(CLAIMS), len(pool.pilots)))
        takers = [pilot for pilot in drawn if pool.limit[pilot.pk] > 0]
        for ordinal, pilot in enumerate(takers, 1):
            pool.limit[pilot.pk] -= 1
            price = dice.randint(20, 200) * 1_000_00
            rows.append(
                Claim(
                    demand=wanted,
                    pilot=pilot,
                    number=f"{wanted.number}-{ordinal:02}",
                    proposal="第一阶段现场诊断，第二阶段方案实施，第三阶段验收和跟踪；交付诊断报告和实施报告。",
                    milestones="第 1 月诊断；第 2—4 月实施；第 5 月验收。",
                    days=dice.randint(30, 300),
                    team=f"{dice.randint(3, 12)} 人，含高级工程师",
                    list_price_fen=price,
                    concession_fen=price // 5,
                    enterprise_fen=price - price // 5,
                    created_at=at,
                )
            )
        if takers:
            # A claim that is made by hand later goes on counting from here.
            series.append(NumberSeries(round=crowd.round, series=f"C{wanted.pk}", last=len(takers)))
    NumberSeries.objects.bulk_create(series, batch_size=BATCH)
    made: list[Any] = CLAIM.start_many(rows, by=pool.whose, at=at)
    all_done(
        CLAIM.apply_many(made, "submit", by=pool.whose, at=at + story.HOUR, submitted_at=at + story.HOUR)
    )
    link(
        Claim.kinds.through,
        ((row.pk, kind.pk) for row in made for kind in row.demand.kinds.all()),
    )
    return made
