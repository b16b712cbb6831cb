"""Choosing (企业选择): one act chooses claims for the kinds of a demand, takes places, makes contracts."""

import datetime as dt
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import F

from demands.models import Demand, Enterprise
from demands.workflow import DEMAND
from institutions.models import PilotInstitution
from matching import policies
from matching.models import ChosenKind, Claim, Engagement, Place
from matching.operations.claims import GOOD_STANDING, refuse_both_sides
from matching.operations.telling import tell_claimant, tell_parties
from matching.workflow import CLAIM, ENGAGEMENT
from pilot_portal.accounts.actors import SYSTEM, Actor
from pilot_portal.codes.models import ServiceKind
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.rounds.operations import next_numbers, number_in_force
from pilot_portal.rounds.queries import add_working_days

DONE = frozenset({Engagement.State.ACCEPTED, Engagement.State.ACCEPTED_BY_COUNTY})
ENDED = frozenset({Engagement.State.TERMINATED, Engagement.State.TRANSFERRED})
NO_PLACE = "该机构今年的服务能力已满，不能再选定；请改选其他机构，或请该机构先与市局商调能力。"


def take_place(pilot: PilotInstitution, enterprise: Enterprise, *, at: dt.datetime) -> None:
    """Let an enterprise take a place of an institution's capacity, once; raises Stale when none is left.

    Counts distinct enterprises (domain.md §3): a firm already served takes no new place. The conditional
    UPDATE and the CHECK constraint keep the limit at any concurrency.
    """
    try:
        with transaction.atomic():
            Place.objects.create(pilot=pilot, enterprise=enterprise, taken_at=at)
    except IntegrityError:
        return
    won = PilotInstitution.objects.filter(pk=pilot.pk, taken__lt=F("capacity")).update(taken=F("taken") + 1)
    if not won:
        raise Stale(NO_PLACE)


def free_place(pilot: PilotInstitution, enterprise: Enterprise) -> None:
    """Give a place back when nothing binds institution and enterprise any more."""
    bound = Engagement.objects.filter(pilot=pilot, enterprise=enterprise).exclude(
        state=Engagement.State.TERMINATED, ever_signed=False
    )
    if bound.exists():
        return
    gone, _ = Place.objects.filter(pilot=pilot, enterprise=enterprise).delete()
    if gone:
        PilotInstitution.objects.filter(pk=pilot.pk, taken__gt=0).update(taken=F("taken") - 1)


@transaction.atomic
def shortlist(claim: Claim, *, by: Actor, at: dt.datetime) -> None:
    """Keep an opened offer in view (入围). Raises NotAllowed, Stale while sealed or once chosen."""
    if not policies.decides_for_enterprise(by, claim):
        raise NotAllowed("只有该企业的管理员（或其指定的经办人）可以列入候选。")
    refuse_both_sides(by, claim.pilot.organisation_id, at=at)
    if claim.demand.state != Demand.State.CHOOSING:
        raise Stale("该需求目前不在选择期内，不能列入候选。")
    CLAIM.move(claim, "shortlist", by=by, at=at)
    tell_claimant(claim, f"贵机构已入围：需求 {claim.demand.number}", at=at)


@transaction.atomic
def choose(
    demand: Demand, choices: Mapping[str, Claim], *, by: Actor, at: dt.datetime, note: str = ""
) -> list[Engagement]:
    """Choose a claim for each kind named (`choices`: kind code → claim); kinds may be left unchosen.

    Leaves: the claims SELECTED or NOT_SELECTED, the demand MATCHED, a contract to sign for each chosen
    institution, messages to all claimants. Raises NotAllowed, Stale (window, state, capacity), Refused.
    """
    if not (by.may_decide and by.organisation_id == demand.enterprise.organisation_id):
        raise NotAllowed("只有该企业的管理员（或其指定的经办人）可以选定机构。")
    if not choices:
        raise Refused("请至少为一类服务选定机构。", [Problem("请选择机构。", field="choices")])
    kinds = {kind.code: kind for kind in demand.kinds.all()}
    claims = {claim.pk: claim for claim in choices.values()}
    covered: dict[int, list[ServiceKind]] = {}
    for code, claim in choices.items():
        offered = {kind.code for kind in claim.kinds.all()}
        is_old = demand.published_at is None or claim.created_at < demand.published_at
        if code not in kinds or code not in offered or claim.demand_id != demand.pk or is_old:
            raise Refused("所选机构没有揭这一类服务。", [Problem("请重新选择。", field=f"kind_{code}")])
        if claim.confirmed_correction < demand.asking_correction:
            text = f"{claim.pilot.organisation.name}尚未确认更正后的需求，暂不能选定；请改选，或等其确认。"
            raise Refused(text, [Problem(text, field=f"kind_{code}")])
        refuse_both_sides(by, claim.pilot.organisation_id, at=at)
        covered.setdefault(claim.pk, []).append(kinds[code])
    DEMAND.move(demand, "match", by=by, at=at, note=note)
    made = [
        select_claim(claims[pk], own_kinds, is_only=len(own_kinds) == len(kinds), by=by, at=at)
        for pk, own_kinds in covered.items()
    ]
    others = Claim.objects.filter(demand=demand, state__in=["SUBMITTED", "SHORTLISTED"]).exclude(
        pk__in=claims
    )
    for claim in others.select_related("pilot__organisation", "demand__enterprise"):
        CLAIM.move(claim, "not_select", by=by, at=at)
        tell_claimant(claim, f"需求 {demand.number} 已选定其他机构", at=at)
    return made


def select_claim(
    claim: Claim, kinds: list[ServiceKind], *, is_only: bool, by: Actor, at: dt.datetime
) -> Engagement:
    """Select one claim for some kinds: place, choice, contract. Part of `choose`."""
    pilot = PilotInstitution.objects.select_related("organisation").get(pk=claim.pilot_id)
    if pilot.state not in GOOD_STANDING:
        raise Stale(
            f"{pilot.organisation.name}目前为“{pilot.get_state_display()}”，不能选定；请改选其他机构。"
        )
    enterprise = claim.demand.enterprise
    take_place(pilot, enterprise, at=at)
    try:
        with transaction.atomic():
            ChosenKind.objects.bulk_create(
                ChosenKind(demand=claim.demand, kind=kind, claim=claim, chosen_at=at) for kind in kinds
            )
    except IntegrityError as error:
        raise Stale("这一类服务已选定机构，请刷新后再看。") from error
    CLAIM.move(claim, "select_next" if claim.state == Claim.State.NOT_SELECTED else "select", by=by, at=at)
    tell_claimant(claim, f"贵机构已被选定：需求 {claim.demand.number}，请尽快与企业联系签约", at=at)
    return make_engagement(claim, kinds, is_only=is_only, by=by, at=at)


def make_engagement(
    claim: Claim, kinds: list[ServiceKind], *, is_only: bool, by: Actor, at: dt.datetime
) -> Engagement:
    """The contract to sign, with the price split of the offer."""
    demand = claim.demand
    days = number_in_force(demand.round, "contract_days", at=at, act="选定机构")
    engagement = Engagement(
        round=demand.round,
        number=next_numbers(demand.round, "E")[0],
        origin=Engagement.Origin.CLAIM,
        claim=claim,
        demand=demand,
        pilot=claim.pilot,
        enterprise=demand.enterprise,
        title=demand.public_title or demand.title,
        payment=claim.payment,
        bears_ungranted=claim.bears_ungranted,
        list_price_fen=claim.list_price_fen,
        government_fen=claim.government_fen,
        concession_fen=claim.concession_fen,
        enterprise_fen=claim.enterprise_fen,
        created_at=at,
        sign_until=add_working_days(at, days),
    )
    ENGAGEMENT.start(engagement, by=by, at=at, data={"whole_demand": is_only})
    engagement.kinds.set(kinds)
    return engagement


def carry_demand_along(demand: Demand, *, at: dt.datetime) -> None:
    """What becomes of a matched demand when a contract of it ended or was accepted.

    While a contract runs, nothing; once all that did not fall away are accepted it is FULFILLED; when all
    were terminated it is open for choosing again.
    """
    demand.refresh_from_db()
    if demand.state != Demand.State.MATCHED:
        return
    states = set(Engagement.objects.filter(demand=demand).values_list("state", flat=True))
    if states == {Engagement.State.TERMINATED}:
        days = number_in_force(demand.round, "choosing_days", at=at, act="重新选择")
        DEMAND.move(demand, "choose_again", by=SYSTEM, at=at, choose_until=add_working_days(at, days))
    elif states & DONE and states <= DONE | ENDED:
        DEMAND.move(demand, "fulfil", by=SYSTEM, at=at)


@transaction.atomic
def decline_selection(claim: Claim, *, by: Actor, at: dt.datetime, note: str) -> None:
    """The chosen institution gives up before signing: place free, the demand open for choosing."""
    if not policies.is_claimant_admin(by, claim):
        raise NotAllowed("只有被选定机构的管理员可以放弃。")
    CLAIM.move(claim, "decline", by=by, at=at, note=note)
    engagement = Engagement.objects.filter(claim=claim).first()
    if engagement is not None:
        ENGAGEMENT.move(
            engagement,
            "give_up",
            by=by,
            at=at,
            note=note,
            terminated_cause=Engagement.Cause.INSTITUTION,
        )
        tell_parties(engagement, f"机构放弃承接合同 {engagement.number}", at=at, by=by, body=note)
    ChosenKind.objects.filter(claim=claim).delete()
    free_place(claim.pilot, claim.demand.enterprise)
    carry_demand_along(claim.demand, at=at)


@transaction.atomic
def give_up(engagement: Engagement, *, by: Actor, at: dt.datetime, note: str) -> None:
    """The institution gives up a contract that is not signed; one from a claim gives up the claim."""
    if engagement.claim is not None:
        decline_selection(engagement.claim, by=by, at=at, note=note)
        return
    ENGAGEMENT.move(
        engagement, "give_up", by=by, at=at, note=note, terminated_cause=Engagement.Cause.INSTITUTION
    )
    tell_parties(engagement, f"机构放弃承接合同 {engagement.number}", at=at, by=by, body=note)
    free_place(engagement.pilot, engagement.enterprise)
