"""Contracts in great numbers: chosen, signed, served, accepted, rated; each in its own stage."""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Protocol

from django.db import transaction
from django.db.models import F

from demands.models import Demand
from demands.workflow import DEMAND
from evaluation.management import story
from evaluation.management.bulk_applications import all_done
from evaluation.management.crowd import BATCH, DAY, MARK, Crowd, actors_of, batches, link
from evaluation.models import Questionnaire
from evaluation.operations.satisfaction import open_questionnaires
from evaluation.rules import DIMENSIONS
from evaluation.workflow import QUESTIONNAIRE
from institutions.models import PilotInstitution
from matching.models import ChosenKind, Engagement, Place, ServiceLog
from matching.operations.engagements import CASE_TYPE, CONTRACT
from matching.workflow import CLAIM, ENGAGEMENT
from pilot_portal.accounts.actors import SYSTEM, Actor
from pilot_portal.accounts.models import Role
from pilot_portal.common import clock
from pilot_portal.rounds.operations import next_numbers, number_in_force
from pilot_portal.rounds.queries import add_working_days

# How far each of ten contracts has come.
FATES = ("agreed", "signed", "serving", "serving", "delivered", "disputed", *("accepted",) * 4)
STAGES = ("agreed", "signed", "serving", "delivered", "accepted")
REACHED = {fate: STAGES.index("delivered" if fate == "disputed" else fate) for fate in FATES}
# What firms think of the service: a mark, or nothing said yet.
MARKS = (5, 5, 5, 5, 4, 4, 4, 3, 2, 0)
LOW = 2
VISITS = (1, 2, 2, 3, 4)
CHOSEN = 8  # of ten closed demands
TEN = 10
Whose = Callable[[Any], Actor]


class Places(Protocol):
    """What is asked of the pool: who acts for an institution, and how many places it has left."""

    free: dict[int, int]

    def whose(self, case: Any) -> Actor:
        """The institution's administrator."""
        ...


def serve(crowd: Crowd, pool: Places, demands: Sequence[Any], claims: Sequence[Any]) -> int:
    """Firms choose among the claims, as far as institutions have places; gives how many contracts."""
    own = actors_of([row.enterprise.organisation_id for row in demands], Role.ENTERPRISE_ADMIN)

    def firm(case: Any) -> Actor:
        return own[case.enterprise.organisation_id]

    # The clock moved them on: read again what it wrote.
    fresh = Demand.objects.filter(pk__in=[row.pk for row in demands], state="CHOOSING")
    closed = {row.pk: row for row in fresh.select_related("enterprise", "round").prefetch_related("kinds")}
    offers: dict[int, list[Any]] = {}
    for claim in claims:
        if claim.demand_id in closed:
            claim.demand = closed[claim.demand_id]
            offers.setdefault(claim.demand_id, []).append(claim)
    chosen = []
    for key, row in closed.items():
        taker = next((c for c in offers.get(key, []) if pool.free[c.pilot_id] > 0), None)
        if taker and row.enterprise.organisation_id in own and crowd.dice.randrange(TEN) < CHOSEN:
            pool.free[taker.pilot_id] -= 1
            chosen.append(taker)
    at = crowd.now - 20 * DAY
    _choose(chosen, offers, firm, at)
    made = _contracts(crowd, chosen, firm, at)
    _carry_out(crowd, made, firm, pool.whose)
    return len(made)


def _choose(chosen: list[Any], offers: dict[int, list[Any]], firm: Whose, at: dt.datetime) -> None:
    """The demands matched, the claims selected or not, the places taken."""

    def decider(claim: Any) -> Actor:
        return firm(claim.demand)

    all_done(DEMAND.apply_many([claim.demand for claim in chosen], "match", by=firm, at=at))
    all_done(CLAIM.apply_many(chosen, "select", by=decider, at=at))
    winners = {claim.pk for claim in chosen}
    others = [c for won in chosen for c in offers[won.demand_id] if c.pk not in winners]
    all_done(CLAIM.apply_many(others, "not_select", by=decider, at=at))
    ChosenKind.objects.bulk_create(
        [
            ChosenKind(demand=claim.demand, kind=kind, claim=claim, chosen_at=at)
            for claim in chosen
            for kind in claim.demand.kinds.all()
        ],
        batch_size=BATCH,
    )
    pairs = {(claim.pilot_id, claim.demand.enterprise_id) for claim in chosen}
    known = set(
        Place.objects.filter(
            pilot_id__in={pilot for pilot, _ in pairs}, enterprise_id__in={key for _, key in pairs}
        ).values_list("pilot_id", "enterprise_id")
    )
    new = sorted(pairs - known)
    Place.objects.bulk_create(
        Place(pilot_id=pilot, enterprise_id=enterprise, taken_at=at) for pilot, enterprise in new
    )
    taken: dict[int, int] = {}
    for pilot, _ in new:
        taken[pilot] = taken.get(pilot, 0) + 1
    for count in set(taken.values()):
        keys = [pilot for pilot, places in taken.items() if places == count]
        PilotInstitution.objects.filter(pk__in=keys).update(taken=F("taken") + count)


def _contracts(crowd: Crowd, chosen: list[Any], firm: Whose, at: dt.datetime) -> list[Any]:
    if not chosen:
        return []
    days = number_in_force(crowd.round, "contract_days", at=at, act="选定机构")
    until = add_working_days(crowd.now, days)
    rows = [
        Engagement(
            round=crowd.round,
            number=number,
            claim=claim,
            demand=claim.demand,
            pilot=claim.pilot,
            enterprise=claim.demand.enterprise,
            title=claim.demand.public_title,
            payment=claim.payment,
            bears_ungranted=claim.bears_ungranted,
            list_price_fen=claim.list_price_fen,
            government_fen=claim.government_fen,
            concession_fen=claim.concession_fen,
            enterprise_fen=claim.enterprise_fen,
            created_at=at,
            sign_until=until,
        )
        for claim, number in zip(chosen, next_numbers(crowd.round, "E", len(chosen)), strict=True)
    ]
    made: list[Any] = ENGAGEMENT.start_many(rows, by=firm, at=at, data={"whole_demand": True})
    link(
        Engagement.kinds.through,
        ((row.pk, kind.pk) for row in made for kind in row.demand.kinds.all()),
    )
    return made


def _carry_out(crowd: Crowd, rows: list[Any], firm: Whose, provider: Whose) -> None:
    """Each contract as far as it has come: signed, served with a log, delivered, accepted or in dispute."""
    fates = crowd.fates(FATES, len(rows))
    now, at = crowd.now, crowd.now - 18 * DAY

    def reached(stage: str) -> list[Any]:
        return [r for r, fate in zip(rows, fates, strict=True) if REACHED[fate] >= STAGES.index(stage)]

    def of(wanted: str) -> list[Any]:
        return [r for r, fate in zip(rows, fates, strict=True) if fate == wanted]

    signed, day = reached("signed"), clock.beijing_date(at)
    Engagement.objects.filter(pk__in=[row.pk for row in signed]).update(
        institution_signed_at=at,
        signed_on=day,
        starts_on=day,
        ends_on=day + dt.timedelta(days=150),
    )
    crowd.scans(
        CASE_TYPE, [(row.pk, provider(row)) for row in signed], purpose=CONTRACT, name="合同.pdf", at=at
    )
    all_done(ENGAGEMENT.apply_many(signed, "sign", by=firm, at=at + story.HOUR, ever_signed=True))
    serving = reached("serving")
    all_done(ENGAGEMENT.apply_many(serving, "start_service", by=provider, at=at + 2 * DAY))
    _log(crowd, serving, provider, at + 2 * DAY)
    delivered = reached("delivered")
    until = add_working_days(now, number_in_force(crowd.round, "acceptance_days", at=at, act="提交验收"))
    all_done(
        ENGAGEMENT.apply_many(
            delivered,
            "deliver",
            by=provider,
            at=at + 10 * DAY,
            delivered_at=at + 10 * DAY,
            accept_until=until,
        )
    )
    note = "交付的报告缺少实施记录。"
    all_done(ENGAGEMENT.apply_many(of("disputed"), "dispute", by=firm, at=at + 12 * DAY, note=note))
    accepted = of("accepted")
    # At the agreed prices.
    prices = {f"actual_{key}_fen": F(f"{key}_fen") for key in story.PRICES}
    all_done(
        ENGAGEMENT.apply_many(
            accepted, "accept", by=firm, at=at + 12 * DAY, accepted_at=at + 12 * DAY, **prices
        )
    )
    done = [row.demand for row in accepted]
    all_done(DEMAND.apply_many(done, "fulfil", by=SYSTEM, at=at + 12 * DAY))


def _log(crowd: Crowd, rows: list[Any], provider: Whose, at: dt.datetime) -> None:
    dice, logs = crowd.dice, []
    for row in rows:
        for n in range(dice.choice(VISITS)):
            moment = at + n * 2 * DAY
            logs.append(
                ServiceLog(
                    engagement=row,
                    on=clock.beijing_date(moment),
                    hours=Decimal(dice.randint(2, 16)) / 2,
                    people=dice.randint(1, 4),
                    stage="实施" if n else "诊断",
                    text="安装调试，培训操作人员。" if n else "现场走访，梳理流程，形成问题清单。",
                    written_by_id=provider(row).user_id,
                    written_at=moment,
                )
            )
    ServiceLog.objects.bulk_create(logs, batch_size=BATCH * 2)


def rate(crowd: Crowd) -> int:
    """Questionnaires for all that was signed; most firms answer theirs. Gives how many answered."""
    with transaction.atomic():
        open_questionnaires(crowd.round, at=crowd.now - 2 * DAY)
    keys = list(
        Questionnaire.objects.filter(
            round=crowd.round,
            state="OPEN",
            is_left_out=False,
            engagement__state="ACCEPTED",
            enterprise__organisation__memberships__user__username__startswith=MARK,
        )
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    answered = 0
    for part in batches(keys):
        with transaction.atomic():
            answered += _answer(crowd, part)
    return answered


def _answer(crowd: Crowd, keys: Sequence[int]) -> int:
    rows = list(Questionnaire.objects.filter(pk__in=keys).select_related("enterprise").order_by("pk"))
    own = actors_of([row.enterprise.organisation_id for row in rows], Role.ENTERPRISE_ADMIN)
    by_mark: dict[int, list[Any]] = {}
    for row in rows:
        by_mark.setdefault(crowd.dice.choice(MARKS), []).append(row)
    by_mark.pop(0, None)
    for mark, group in by_mark.items():
        is_low = mark <= LOW
        all_done(
            QUESTIONNAIRE.apply_many(
                group,
                "answer",
                by=lambda case: own[case.enterprise.organisation_id],
                at=crowd.now - DAY,
                answered_at=crowd.now - DAY,
                answers=dict.fromkeys(DIMENSIONS, mark),
                reasons=dict.fromkeys(DIMENSIONS, "进度慢，效果不明显。") if is_low else {},
                overall=mark,
                would_continue=not is_low,
                comment="" if is_low else "服务及时，方案实用。",
                comment_public=True,
            )
        )
    return sum(len(group) for group in by_mark.values())
