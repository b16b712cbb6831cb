"""The service contract: sign, serve, log, deliver, accept, dispute, terminate."""

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from matching import policies, rules
from matching.models import ChosenKind, Engagement, ServiceLog
from matching.operations.choosing import carry_demand_along, free_place
from matching.operations.claims import refuse_both_sides
from matching.operations.telling import tell_county_of, tell_parties
from matching.rules import ContractData
from matching.workflow import ENGAGEMENT
from pilot_portal.accounts.actors import Actor
from pilot_portal.attachments.queries import files_of
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.rounds.operations import number_in_force
from pilot_portal.rounds.queries import add_working_days, settings_of

CONTRACT, COMPLETION, PROOF = "contract", "completion", "proof"
CASE_TYPE = "matching.engagement"
MAX_HOURS_A_DAY = Decimal(24)


def refuse_strangers(engagement: Engagement, name: str, *, by: Actor, at: dt.datetime) -> None:
    """Raise NotAllowed, before anything else is said, for who may never make this move between these two."""
    move = ENGAGEMENT.moves[name]
    if not move.who(by, engagement):
        raise NotAllowed(f"您没有权限办理“{move.label}”。")
    for body in (engagement.pilot.organisation_id, engagement.enterprise.organisation_id):
        if body != by.organisation_id:
            refuse_both_sides(by, body, at=at)


@transaction.atomic
def prepare_contract(engagement: Engagement, data: ContractData, *, by: Actor, at: dt.datetime) -> None:
    """The institution lays down the contract (with its scan) for the enterprise to confirm.

    Raises NotAllowed, Stale once signed, Refused with all problems (dates, split, missing scan) at once.
    """
    if not policies.is_provider_admin(by, engagement):
        raise NotAllowed("只有服务机构的管理员可以提交合同。")
    refuse_both_sides(by, engagement.enterprise.organisation_id, at=at)
    values = settings_of(engagement.round, at=at)
    cap = rules.government_cap(
        data.split.list_price,
        is_on=values["government_share_on"],
        rate_percent=values["government_share_rate"],
        cap=values["government_share_cap_fen"],
    )
    problems = rules.split_problems(data.split, government_cap=cap)
    if data.ends_on <= data.starts_on:
        problems.append(Problem("服务结束日期须晚于开始日期。", field="ends_on"))
    if data.signed_on > clock.beijing_date(at):
        problems.append(Problem("签约日期不能晚于今天。", field="signed_on"))
    if not files_of(CASE_TYPE, engagement.pk, CONTRACT).exists():
        problems.append(Problem("请上传双方盖章的合同扫描件。", field="contract"))
    if problems:
        raise Refused(f"有 {len(problems)} 处需要修改。", problems)
    won = Engagement.objects.filter(pk=engagement.pk, state=Engagement.State.AGREED).update(
        signed_on=data.signed_on,
        starts_on=data.starts_on,
        ends_on=data.ends_on,
        payment=data.payment,
        list_price_fen=data.split.list_price,
        government_fen=data.split.government,
        concession_fen=data.split.concession,
        enterprise_fen=data.split.enterprise,
        institution_signed_at=at,
    )
    if not won:
        raise Stale("该合同已签约或已终止，不能再修改。")
    engagement.refresh_from_db()
    tell_parties(engagement, f"合同 {engagement.number} 待贵单位确认签约", at=at, by=by)


@transaction.atomic
def sign(engagement: Engagement, *, by: Actor, at: dt.datetime, seen: dt.datetime | None = None) -> None:
    """The enterprise confirms the contract as it was laid down at `seen`: SIGNED.

    Raises NotAllowed, Stale where nothing is laid down yet or the institution changed it meanwhile.
    """
    refuse_strangers(engagement, "sign", by=by, at=at)
    if engagement.institution_signed_at is None:
        raise Stale("服务机构尚未提交合同，请待其提交后再确认。")
    seen = seen or engagement.institution_signed_at
    # A write: an institution that changes the contract in this very moment waits, and finds it signed.
    same = Engagement.objects.filter(pk=engagement.pk, institution_signed_at=seen).update(
        ever_signed=F("ever_signed")
    )
    if not same:
        raise Stale("服务机构刚修改了合同，请重新核对后再确认。")
    ENGAGEMENT.move(engagement, "sign", by=by, at=at, ever_signed=True)
    tell_parties(engagement, f"合同 {engagement.number} 已签约", at=at, by=by)


@transaction.atomic
def start_service(engagement: Engagement, *, by: Actor, at: dt.datetime) -> None:
    """The institution begins to serve: IN_SERVICE."""
    ENGAGEMENT.move(engagement, "start_service", by=by, at=at)
    tell_parties(engagement, f"合同 {engagement.number} 开始服务", at=at, by=by)


@transaction.atomic
def log_service(
    engagement: Engagement,
    *,
    on: dt.date,
    hours: Decimal,
    people: int,
    text: str,
    by: Actor,
    at: dt.datetime,
    stage: str = "",
) -> ServiceLog:
    """Add an entry to the service log; never changed afterwards.

    Raises NotAllowed for others than the institution, Stale outside service, Refused with all problems.
    """
    if not policies.is_provider(by, engagement):
        raise NotAllowed("只有服务机构的人员可以记录服务。")
    if engagement.state != Engagement.State.IN_SERVICE:
        raise Stale("只有“服务中”的合同可以记录服务。")
    problems = []
    if on > clock.beijing_date(at):
        problems.append(Problem("服务日期不能晚于今天。", field="on"))
    if engagement.starts_on and on < engagement.starts_on:
        problems.append(Problem("服务日期不能早于合同开始日期。", field="on"))
    if not 0 < hours <= MAX_HOURS_A_DAY:
        problems.append(Problem("用时须大于 0、不超过 24 小时。", field="hours"))
    if not 0 < people <= rules.MOST_PEOPLE:
        problems.append(Problem(f"服务人数须在 1 至 {rules.MOST_PEOPLE} 人之间。", field="people"))
    if not text.strip():
        problems.append(Problem("请写明做了什么。", field="text"))
    if problems:
        raise Refused(f"有 {len(problems)} 处需要修改。", problems)
    # A write: a delivery in this very moment waits for the entry, or the entry finds it delivered.
    serving = Engagement.objects.filter(pk=engagement.pk, state=Engagement.State.IN_SERVICE)
    if not serving.update(ever_signed=F("ever_signed")):
        raise Stale("合同刚提交验收或已终止，不能再记录服务。")
    return ServiceLog.objects.create(
        engagement=engagement,
        on=on,
        hours=hours,
        people=people,
        stage=stage.strip(),
        text=text.strip(),
        written_by_id=by.user_id,
        written_at=at,
    )


@transaction.atomic
def deliver(engagement: Engagement, *, by: Actor, at: dt.datetime, note: str = "") -> None:
    """The institution asks for acceptance; needs a log and the completion confirmation's proof."""
    refuse_strangers(engagement, "deliver", by=by, at=at)
    if not ServiceLog.objects.filter(engagement=engagement).exists():
        raise Refused("还没有服务记录，不能提交验收。", [Problem("请先填写服务记录。", field="logs")])
    days = number_in_force(engagement.round, "acceptance_days", at=at, act="提交验收")
    ENGAGEMENT.move(
        engagement,
        "deliver",
        by=by,
        at=at,
        note=note,
        delivered_at=at,
        accept_until=add_working_days(at, days),
    )
    tell_parties(engagement, f"合同 {engagement.number} 已提交验收，请在 {days} 个工作日内验收", at=at, by=by)


@transaction.atomic
def accept(
    engagement: Engagement, *, actual: rules.Split, by: Actor, at: dt.datetime, note: str = ""
) -> None:
    """The enterprise accepts at the prices actually paid; the last acceptance fulfils the demand."""
    refuse_strangers(engagement, "accept", by=by, at=at)
    problems = rules.split_problems(actual, government_cap=engagement.government_fen)
    if problems:
        raise Refused(f"有 {len(problems)} 处需要修改。", problems)
    ENGAGEMENT.move(
        engagement,
        "accept",
        by=by,
        at=at,
        note=note,
        accepted_at=at,
        actual_list_price_fen=actual.list_price,
        actual_government_fen=actual.government,
        actual_concession_fen=actual.concession,
        actual_enterprise_fen=actual.enterprise,
    )
    tell_parties(engagement, f"合同 {engagement.number} 已验收", at=at, by=by)
    if engagement.demand is not None:
        carry_demand_along(engagement.demand, at=at)


@transaction.atomic
def dispute(engagement: Engagement, *, by: Actor, at: dt.datetime, note: str) -> None:
    """The enterprise does not accept, with its reason; the county is told."""
    ENGAGEMENT.move(engagement, "dispute", by=by, at=at, note=note)
    tell_parties(engagement, f"合同 {engagement.number} 验收有异议", at=at, by=by, body=note)
    tell_county_of(engagement, f"合同 {engagement.number} 验收有异议，请协调", at=at, body=note)


@transaction.atomic
def resume(engagement: Engagement, *, by: Actor, at: dt.datetime, note: str = "") -> None:
    """Out of dispute back into service."""
    ENGAGEMENT.move(engagement, "resume", by=by, at=at, note=note)
    tell_parties(engagement, f"合同 {engagement.number} 继续服务", at=at, by=by, body=note)


@transaction.atomic
def settle(engagement: Engagement, *, by: Actor, at: dt.datetime, note: str = "") -> None:
    """Out of dispute accepted after all, at the planned prices."""
    refuse_strangers(engagement, "settle", by=by, at=at)
    ENGAGEMENT.move(
        engagement,
        "settle",
        by=by,
        at=at,
        note=note,
        accepted_at=at,
        actual_list_price_fen=engagement.list_price_fen,
        actual_government_fen=engagement.government_fen,
        actual_concession_fen=engagement.concession_fen,
        actual_enterprise_fen=engagement.enterprise_fen,
    )
    tell_parties(engagement, f"合同 {engagement.number} 争议已解决并验收", at=at, by=by)
    if engagement.demand is not None:
        carry_demand_along(engagement.demand, at=at)


@transaction.atomic
def terminate(engagement: Engagement, *, cause: str, by: Actor, at: dt.datetime, note: str) -> None:
    """End a contract with its cause; only the institution's fault harms it (domain.md §3)."""
    refuse_strangers(engagement, "terminate", by=by, at=at)
    if cause not in Engagement.Cause.values:
        raise Refused("请选择终止原因。", [Problem("请选择终止原因。", field="cause")])
    ENGAGEMENT.move(engagement, "terminate", by=by, at=at, note=note, terminated_cause=cause)
    ChosenKind.objects.filter(claim_id=engagement.claim_id).delete()
    free_place(engagement.pilot, engagement.enterprise)
    tell_parties(engagement, f"合同 {engagement.number} 已终止", at=at, by=by, body=note)
    if engagement.demand is not None:
        carry_demand_along(engagement.demand, at=at)


@transaction.atomic
def accept_by_county(engagement: Engagement, *, by: Actor, at: dt.datetime, note: str) -> None:
    """Accepted by the county on evidence once the enterprise's days are over; marked, sampled by the city."""
    refuse_strangers(engagement, "accept_by_county", by=by, at=at)
    if engagement.accept_until is None or at < engagement.accept_until:
        raise Stale("企业的验收期限还没有到，暂不能由县区核定。")
    ENGAGEMENT.move(
        engagement,
        "accept_by_county",
        by=by,
        at=at,
        note=note,
        accepted_at=at,
        actual_list_price_fen=engagement.list_price_fen,
        actual_government_fen=engagement.government_fen,
        actual_concession_fen=engagement.concession_fen,
        actual_enterprise_fen=engagement.enterprise_fen,
    )
    tell_parties(engagement, f"合同 {engagement.number} 由县区核定验收", at=at, by=by, body=note)
    if engagement.demand is not None:
        carry_demand_along(engagement.demand, at=at)
