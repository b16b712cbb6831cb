"""Claiming (揭榜): begin, write, submit, withdraw."""

import datetime as dt
import json
from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from demands.models import Demand
from demands.queries import claims_limit
from demands.rules.privacy import contacts_in
from institutions.models import PilotInstitution
from matching import policies, queries, rules
from matching.models import Claim
from matching.operations.telling import tell_claimant
from matching.rules import ClaimData
from matching.workflow import CLAIM
from pilot_portal.accounts.actors import SYSTEM, Actor
from pilot_portal.accounts.queries import live_memberships
from pilot_portal.codes.models import ServiceKind
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.rounds.operations import freeze_settings, next_ordinal
from pilot_portal.rounds.queries import settings_of

GOOD_STANDING = frozenset({"LISTED"})
MAX_BYTES = 64 * 1024
LIVE = ("SUBMITTED", "SHORTLISTED", "SELECTED", "FROZEN")


def refuse_unless_open(demand: Demand, *, at: dt.datetime) -> None:
    """Raise Stale unless the demand may be claimed at `at` by the server's clock."""
    if demand.state != Demand.State.PUBLISHED or demand.list is None or demand.claims_until is None:
        raise Stale("该需求目前不在揭榜期内。")
    if at < demand.list.claims_from:
        raise Stale("揭榜尚未开始。")
    if at >= demand.claims_until:
        raise Stale("揭榜期已结束，不再接受揭榜；请关注后续批次。")


def refuse_affiliates(pilot: PilotInstitution, demand: Demand) -> None:
    """Raise Refused where institution and enterprise are one house, or an affiliate of it claims already."""
    own = queries.body_of(pilot.organisation)
    if any(rules.is_affiliated(own, body) for body in queries.bodies_of(demand.enterprise)):
        raise Refused("该企业与贵机构为关联单位（同一信用代码或法定代表人），不能揭榜。")
    for other in queries.claimants_of(demand).exclude(pk=pilot.pk):
        if rules.is_affiliated(own, queries.body_of(other.organisation)):
            raise Refused("与贵机构有关联的机构已揭此榜，同一需求只能由其中一家揭榜。")


def refuse_both_sides(by: Actor, other_id: int | None, *, at: dt.datetime) -> None:
    """Raise NotAllowed where the person also stands in the other body: he may not act between the two."""
    if by.user and other_id and live_memberships(by.user, at).filter(organisation_id=other_id).exists():
        raise NotAllowed("您同时是对方单位的人员，不能办理双方之间的事项；请由本单位其他人员办理。")


@transaction.atomic
def start_claim(demand: Demand, *, pilot: PilotInstitution, by: Actor, at: dt.datetime) -> Claim:
    """Begin a claim as a draft with the demand's kinds; one live claim per institution and demand.

    Raises NotAllowed for others than the institution's people and for who stands in the enterprise too, Stale
    outside the window, Refused for institutions not in good standing, of another round, or affiliated with
    the enterprise.
    """
    if not (by.is_institution and by.organisation_id == pilot.organisation_id):
        raise NotAllowed("只有试点机构的人员可以揭榜。")
    refuse_both_sides(by, demand.enterprise.organisation_id, at=at)
    if pilot.round_id != demand.round_id:
        raise Refused("贵机构不是该批次的试点机构。")
    if pilot.state not in GOOD_STANDING:
        raise Refused(f"贵机构目前为“{pilot.get_state_display()}”，暂不能揭榜。")
    refuse_unless_open(demand, at=at)
    refuse_affiliates(pilot, demand)
    claim = Claim(demand=demand, pilot=pilot, created_at=at)
    try:
        with transaction.atomic():
            CLAIM.start(claim, by=by, at=at)
    except IntegrityError as error:
        raise Stale("贵机构已经揭了这个榜，请在“我的揭榜”中查看。") from error
    claim.kinds.set(demand.kinds.all())
    return claim


def save_claim(claim: Claim, typed: dict[str, Any], *, revision: int, by: Actor, at: dt.datetime) -> int:
    """Keep a draft exactly as typed, complete or not; gives the new revision.

    Raises NotAllowed for strangers, Refused for what is too long to keep, Stale when the draft was changed
    elsewhere or is no draft any more.
    """
    if not policies.is_claimant(by, claim):
        raise NotAllowed("只有揭榜机构的人员可以修改。")
    if len(json.dumps(typed, ensure_ascii=False).encode()) > MAX_BYTES:
        raise Refused("方案内容太长，草稿没有保存；请精简后再保存。")
    won = Claim.objects.filter(pk=claim.pk, state=Claim.State.DRAFT, revision=revision).update(
        revision=F("revision") + 1, draft=typed
    )
    if not won:
        raise Stale("这份揭榜草稿已在别处修改或已提交，请核对后再保存。")
    claim.revision, claim.draft = revision + 1, typed
    return claim.revision


def claim_problems(claim: Claim, data: ClaimData, *, at: dt.datetime) -> list[Problem]:
    """Everything that keeps a claim from being submitted, at once."""
    values = settings_of(claim.demand.round, at=at)
    cap = rules.government_cap(
        data.list_price_fen,
        is_on=values["government_share_on"],
        rate_percent=values["government_share_rate"],
        cap=values["government_share_cap_fen"],
    )
    problems = rules.split_problems(data.split, government_cap=cap)
    needed = set(claim.demand.kinds.values_list("code", flat=True))
    if not data.kinds:
        problems.append(Problem("请选择至少一类承接的服务。", field="kinds"))
    elif not set(data.kinds) <= needed:
        problems.append(Problem("只能选择该需求所列的服务类型。", field="kinds"))
    if not data.proposal.strip():
        problems.append(Problem("请填写服务方案。", field="proposal"))
    if not data.days:
        problems.append(Problem("请填写预计用时。", field="days"))
    elif not 0 < data.days <= rules.MOST_DAYS:
        problems.append(Problem(f"预计用时须在 1 至 {rules.MOST_DAYS} 天之间。", field="days"))
    problems += [
        Problem(f"不要写联系方式（“{found}”）；被选定后双方可看到对方联系方式。", field=field)
        for field in ("proposal", "milestones", "team")
        for found in contacts_in(getattr(data, field))
    ]
    return problems


@transaction.atomic
def submit_claim(claim: Claim, data: ClaimData, *, by: Actor, at: dt.datetime) -> Claim:
    """Submit a claim; it gets its number and stays sealed until the window closes.

    Raises NotAllowed for others than the institution's administrator, Refused with all problems at once,
    Stale outside the window or beyond a limit.
    """
    if not policies.is_claimant_admin(by, claim):
        raise NotAllowed("揭榜须由贵机构管理员提交；草稿已保存。")
    refuse_both_sides(by, claim.demand.enterprise.organisation_id, at=at)
    problems = claim_problems(claim, data, at=at)
    if problems:
        raise Refused(f"有 {len(problems)} 处需要修改。", problems)
    demand = Demand.objects.select_related("list", "round", "enterprise").get(pk=claim.demand_id)
    refuse_unless_open(demand, at=at)
    refuse_affiliates(claim.pilot, demand)
    refuse_beyond_limits(claim, demand, at=at)
    ordinal = next_ordinal(demand.round, f"C{demand.pk}")
    CLAIM.move(
        claim,
        "submit",
        by=by,
        at=at,
        number=f"{demand.number}-{ordinal:02}",
        submitted_at=at,
        proposal=data.proposal,
        milestones=data.milestones,
        days=data.days,
        team=data.team,
        list_price_fen=data.list_price_fen,
        government_fen=data.government_fen,
        concession_fen=data.concession_fen,
        enterprise_fen=data.enterprise_fen,
        payment=data.payment,
        bears_ungranted=data.bears_ungranted,
        confirmed_correction=demand.asking_correction,
    )
    claim.kinds.set(ServiceKind.objects.filter(code__in=data.kinds))
    return claim


def refuse_beyond_limits(claim: Claim, demand: Demand, *, at: dt.datetime) -> None:
    """Raise Stale where the round limits claims per demand or open claims per institution."""
    values = settings_of(demand.round, at=at)
    freeze_settings(demand.round, ["claims_per_demand", "open_claims_factor"], act="揭榜", at=at)
    # The write to the institution's row comes first: two submissions of one institution go one by one.
    PilotInstitution.objects.filter(pk=claim.pilot_id).update(taken=F("taken"))
    pilot = PilotInstitution.objects.get(pk=claim.pilot_id)
    if pilot.state not in GOOD_STANDING:
        raise Stale(f"贵机构目前为“{pilot.get_state_display()}”，暂不能揭榜。")
    limit = claims_limit(demand, values["claims_per_demand"])
    live = Claim.objects.filter(demand=demand, state__in=LIVE)
    if limit:
        Demand.objects.filter(pk=demand.pk).update(position=F("position"))
        if live.count() >= limit:
            raise Stale(f"该需求最多接受 {limit} 家揭榜，已满；请选择其他需求。")
    most = rules.open_claims_limit(pilot.capacity, pilot.taken, values["open_claims_factor"])
    own = Claim.objects.filter(pilot=pilot, state__in=("SUBMITTED", "SHORTLISTED", "FROZEN")).count()
    if own >= most:
        raise Stale(f"贵机构同时揭榜数已达上限（{most} 项），请等待选定结果或撤回其他揭榜。")


@transaction.atomic
def withdraw_claim(claim: Claim, *, by: Actor, at: dt.datetime, note: str = "") -> None:
    """Take a claim back before it is chosen."""
    CLAIM.move(claim, "withdraw", by=by, at=at, note=note)


@transaction.atomic
def confirm_correction(claim: Claim, *, by: Actor, at: dt.datetime) -> None:
    """Agree to go on after the demand was corrected; who does not may withdraw.

    Raises NotAllowed for others than the institution's administrator, Stale where nothing is asked or the
    claim moved on.
    """
    if not policies.is_claimant_admin(by, claim):
        raise NotAllowed("须由贵机构管理员确认。")
    asked = claim.demand.asking_correction
    won = Claim.objects.filter(
        pk=claim.pk, state__in=["SUBMITTED", "SHORTLISTED", "FROZEN"], confirmed_correction__lt=asked
    ).update(confirmed_correction=asked)
    if not won:
        raise Stale("没有待确认的更正，或该揭榜已办结。")


def after_correction(demand: Demand, kinds: Collection[str], *, asks: bool, at: dt.datetime) -> None:
    """Tell each claimant of a correction; a claim on kinds that are no longer asked for becomes void.

    Part of the correction's transaction.
    """
    claims = Claim.objects.filter(demand=demand, state__in=["DRAFT", "SUBMITTED", "SHORTLISTED", "FROZEN"])
    for claim in claims.select_related("pilot", "demand").prefetch_related("kinds"):
        covered = list(claim.kinds.all())
        left = [kind for kind in covered if kind.code in kinds]
        if covered and not left and claim.state != Claim.State.DRAFT:
            note = "需求更正后不再需要所揭的服务"
            CLAIM.move(claim, "void", by=SYSTEM, at=at, note=note)
            tell_claimant(claim, f"需求 {demand.number} 已更正，{note}，揭榜作废", at=at)
            continue
        if len(left) < len(covered):
            claim.kinds.set(left)
        words = "请确认是否继续揭榜" if asks and claim.state != Claim.State.DRAFT else "请查看更正内容"
        tell_claimant(
            claim, f"需求 {demand.number} 已更正，{words}", at=at, about=f"correction:{demand.corrections}"
        )
