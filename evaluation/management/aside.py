"""The side roads of the demonstration: every state that the two main years do not pass through."""

import datetime as dt

from demands import operations as demanding
from demands.models import Demand
from evaluation.management import story
from evaluation.management.cast import Cast
from evaluation.models import Questionnaire
from evaluation.operations import evaluating, sanctions, satisfaction
from evaluation.rules import DIMENSIONS
from institutions.models import PilotInstitution
from institutions.operations import applications, confirmation, reports, review, roster
from matching.models import Engagement
from matching.operations import choosing, claims, engagements
from matching.operations import clock as ticking
from pilot_portal.accounts.actors import Actor
from pilot_portal.common.clock import beijing_date
from pilot_portal.rounds.models import Round

DAY = dt.timedelta(days=1)
Served = list[tuple[Engagement, Actor, Actor]]


def second_batch(round: Round, cast: Cast, now: dt.datetime) -> None:
    """A second batch that applies today: what may become of an application besides the roster."""
    people, at = cast.institutions[7:], now - 28 * DAY
    made = [story.fill_application(round, by, n, at) for n, by in enumerate(people, 8)]
    direct, late, unconfirmed, public, recommended, revoked, withdrawn = made
    for application, by in zip(made, people, strict=True):
        reason = "所在县市区工信部门正在调整，情况特殊。" if application is direct else ""
        story.submit(application, by, at + DAY, direct=reason)
    review.accept_direct(direct, by=cast.handler, at=at + 2 * DAY)
    review.return_application(
        late,
        note="请补充服务案例佐证。",
        sections={"cases": "请补充佐证材料。"},
        by=cast.officers[late.region.code][0],
        at=at + 2 * DAY,
    )
    for application in (unconfirmed, public, recommended, revoked):
        story.recommend(application, cast.officers[application.region.code], at + 3 * DAY)
    for code in sorted({application.region.code for application in (unconfirmed, public, revoked)}):
        reports.accept_report(
            story.report(round, cast.officers[code], at + 4 * DAY), by=cast.handler, at=at + 5 * DAY
        )
    for application in (unconfirmed, public, revoked):
        confirmation.propose(application, by=cast.handler, at=at + 5 * DAY)
    confirmation.not_confirm(unconfirmed, note="服务方向与本年度重点不符。", by=cast.chief, at=at + 6 * DAY)
    confirmation.one_to_publicity(revoked, by=cast.chief, at=at + 6 * DAY)
    confirmation.confirm(revoked, by=cast.chief, at=now - 6 * DAY)
    confirmation.one_to_publicity(public, by=cast.chief, at=now - 2 * DAY)
    confirmation.revoke(
        revoked,
        note="公示后查实注册地已迁出本市。",
        document_number="示例工信〔示例〕31号",
        by=cast.chief,
        at=now - 4 * DAY,
    )
    applications.withdraw_application(withdrawn, by=people[6], at=at + 4 * DAY)
    applications.lapse_overdue(at=now)
    handler, _ = cast.officers[late.region.code]
    reports.start_report(round, late.region, by=handler, at=now - 2 * DAY)
    sent = story.report(round, cast.officers[recommended.region.code], at + 5 * DAY)
    reports.return_report(sent, note="附件1 缺少备注，请补充后再报。", by=cast.handler, at=at + 7 * DAY)


def to_acceptance(round: Round, cast: Cast, size: int, at: dt.datetime) -> Served:
    """A whole year until every service is accepted: `size` institutions, each serves one of as many firms."""
    people = cast.institutions[:size]
    made = [story.fill_application(round, by, n, at) for n, by in enumerate(people, 1)]
    for application, by in zip(made, people, strict=True):
        story.submit(application, by, at + DAY)
        story.recommend(application, cast.officers[application.region.code], at + 3 * DAY)
    for code in sorted({application.region.code for application in made}):
        sent = story.report(round, cast.officers[code], at + 5 * DAY)
        reports.accept_report(sent, by=cast.handler, at=at + 8 * DAY)
    pilots = story.confirm(made, cast.handler, cast.chief, at + 25 * DAY)
    story.publish_roster(round, cast.chief, at + 45 * DAY)
    firms = cast.firms[:size]
    listed = [story.write_demand(round, firm, by, n, at + 20 * DAY) for n, (firm, by) in enumerate(firms, 1)]
    until = at + 75 * DAY
    story.publish_demands(round, listed, cast.officers, cast.handler, cast.chief, at + 50 * DAY, until)
    offers = []
    for n, demand in enumerate(listed):
        demand.refresh_from_db()
        offers.append(story.claim(demand, pilots[n], people[n], n, at + 55 * DAY))
        story.claim(demand, pilots[(n + 1) % size], people[(n + 1) % size], n, at + 56 * DAY)
    demanding.close_windows(at=until + DAY)
    served: Served = []
    for n, demand in enumerate(listed):
        firm_admin, provider = firms[n][1], people[n]
        agreed = story.choose(demand, offers[n], firm_admin, until + 2 * DAY)
        story.sign(agreed, provider, firm_admin, until + 5 * DAY)
        story.serve(agreed, provider, until + 20 * DAY)
        story.deliver(agreed, provider, until + 150 * DAY)
        story.accept(agreed, firm_admin, until + 155 * DAY)
        served.append((agreed, firm_admin, provider))
    return served


def being_evaluated(round: Round, cast: Cast, now: dt.datetime) -> None:
    """A batch whose term is over and that is judged today: every step of an evaluation, of a warning."""
    round.settings.model.objects.create(
        round=round, key="exit_min_answers", value=1, valid_from=now - 460 * DAY, reason="演示批次机构少"
    )
    served = to_acceptance(round, cast, 8, now - 440 * DAY)
    satisfaction.open_questionnaires(round, at=now - 24 * DAY)
    for row in Questionnaire.objects.filter(round=round).select_related("enterprise", "pilot", "round"):
        by = next(admin for agreed, admin, _ in served if agreed.pk == row.engagement_id)
        answer(row, 4, by, now - 20 * DAY)
    satisfaction.close_questionnaires(round, at=now - 5 * DAY)
    pilots = [agreed.pilot for agreed, _, _ in served]
    for pilot in pilots:
        pilot.refresh_from_db()
    for pilot in pilots[4:6]:
        roster.warn(pilot, note="服务记录不完整，请整改。", days=10, by=cast.chief, at=now - 12 * DAY)
    roster.take_up(pilots[5], by=cast.institutions[5], at=now - 10 * DAY)
    note = "因业务调整自愿退出。"
    roster.exit_programme(pilots[7], note=note, by=cast.institutions[7], at=now - 9 * DAY)
    rows = evaluating.compute(round, by=cast.handler, at=now - 4 * DAY)
    order = {pilot.pk: n for n, pilot in enumerate(pilots)}
    rows.sort(key=lambda row: order[row.pilot_id])
    evaluating.notify(rows[1:4], by=cast.handler, at=now - 3 * DAY)
    for row in rows:
        row.refresh_from_db()
    text = "有一份问卷未计入，请核对。"
    evaluating.object_to(rows[2], text, by=cast.institutions[2], at=now - 2 * DAY)
    evaluating.decide(rows[3], "keep", document_number="", note="评价合格。", by=cast.chief, at=now - DAY)


def answer(row: Questionnaire, mark: int, by: Actor, at: dt.datetime) -> None:
    """One questionnaire with the same mark everywhere."""
    satisfaction.answer(
        row,
        dict.fromkeys(DIMENSIONS, mark),
        reasons={},
        would_continue=True,
        comment="",
        comment_public=False,
        by=by,
        at=at,
    )


def side_demands(round: Round, cast: Cast, pilots: list[PilotInstitution], now: dt.datetime) -> None:
    """Offers that are withdrawn, declined, frozen, void; contracts that end otherwise; refused demands."""
    firms, people, officers = cast.firms[8:15], cast.institutions, cast.officers
    made = [story.write_demand(round, firm, by, n, now - 43 * DAY) for n, (firm, by) in enumerate(firms)]
    until = now - 34 * DAY
    story.publish_demands(round, made, officers, cast.handler, cast.chief, now - 40 * DAY, until)
    for demand in made:
        demand.refresh_from_db()
    at = now - 37 * DAY
    kept = story.claim(made[0], pilots[0], people[0], 0, at)
    story.claim(made[0], pilots[1], people[1], 1, at, submitted=False)  # lapses with the window
    claims.withdraw_claim(story.claim(made[0], pilots[2], people[2], 2, at), by=people[2], at=at + DAY)
    declined = story.claim(made[1], pilots[3], people[3], 3, at)
    story.claim(made[1], pilots[4], people[4], 4, at)
    offers = {n: story.claim(made[n], pilots[n - 2], people[n - 2], n, at) for n in (2, 3, 4)}
    story.claim(made[5], pilots[6], people[6], 5, at)
    story.claim(made[6], pilots[0], people[0], 6, at)
    demanding.withdraw_demand(made[6], by=firms[6][1], at=at + DAY)
    ticking.void_orphans(at=at + 2 * DAY)
    demanding.close_windows(at=until + DAY)
    ticking.lapse_drafts(at=until + DAY)
    for demand in made:
        demand.refresh_from_db()
    at = now - 33 * DAY
    kept.refresh_from_db()
    choosing.shortlist(kept, by=firms[0][1], at=at)
    agreed = {n: story.choose(made[n], claim, firms[n][1], at) for n, claim in offers.items()}
    story.choose(made[1], declined, firms[1][1], at)
    declined.refresh_from_db()
    choosing.decline_selection(declined, note="近期人手不足。", by=people[3], at=at + DAY)
    for n, contract in agreed.items():
        story.sign(contract, people[n - 2], firms[n][1], at + DAY)
    for n in (3, 4):
        story.serve(agreed[n], people[n - 2], at + 2 * DAY, visits=1)
    county = officers[made[3].region.code][1]
    engagements.terminate(
        agreed[3], cause="neither", note="企业产线搬迁，双方同意终止。", by=county, at=now - 9 * DAY
    )
    story.deliver(agreed[4], people[2], at + 3 * DAY)
    county = officers[made[4].region.code][1]
    engagements.accept_by_county(agreed[4], note="现场查看，服务已完成。", by=county, at=now - 2 * DAY)
    roster.suspend(
        pilots[6],
        note="收费与价目表不符，核查期间暂停。",
        document_number="示例工信〔示例〕33号",
        by=cast.chief,
        at=now - DAY,
    )
    ticking.freeze_suspended(at=now)
    refused(round, cast, now)


def refused(round: Round, cast: Cast, now: dt.datetime) -> None:
    """One demand that the county does not take up, one that the city does not publish."""

    def write(n: int) -> Demand:
        return story.write_demand(round, *cast.firms[n], n + 2, now - 12 * DAY)

    first, second = write(10), write(11)
    note = "不属于本次试点的服务内容。"
    demanding.refuse_demand(first, note=note, by=cast.officers[first.region.code][0], at=now - 10 * DAY)
    demanding.verify_demand(second, by=cast.officers[second.region.code][0], at=now - 10 * DAY)
    demanding.not_publish_demand(second, note="与已发布需求重复。", by=cast.chief, at=now - 9 * DAY)


def side_sanctions(round: Round, cast: Cast, now: dt.datetime) -> None:
    """A sanction at every step."""
    steps = ("verify", "hear", "decide", "publish", "reverse")
    for n, last in enumerate(("drop", "verify", "hear", "decide", "reverse")):
        body = cast.institutions[n + 1].organisation
        if body is None:
            raise LookupError("the actor stands in no body")
        at = now - (30 - n) * DAY
        case = sanctions.open_clue(round, body, "来信反映服务记录不实。", by=cast.handler, at=at)
        if last == "drop":
            sanctions.drop(case, note="经核实不属实。", by=cast.chief, at=at + DAY)
            continue
        for step in steps[: steps.index(last) + 1]:
            at += DAY
            take(case, step, cast, at)


def take(case: sanctions.Sanction, step: str, cast: Cast, at: dt.datetime) -> None:
    """One step of a sanction."""
    if step == "verify":
        sanctions.verify(case, by=cast.handler, at=at)
    elif step == "hear":
        found, said = "两次服务没有签到。", "当事人补交了签到表。"
        sanctions.hear(case, findings=found, statement=said, by=cast.handler, at=at)
    elif step == "decide":
        sanctions.decide(
            case,
            measure="criticise",
            document_number="示例工信〔示例〕34号",
            ends_on=beijing_date(at) + 200 * DAY,
            note="依据通知三（三）。",
            by=cast.chief,
            at=at,
        )
    elif step == "publish":
        sanctions.publish_sanction(case, by=cast.chief, at=at)
    else:
        sanctions.reverse(case, note="复核后撤销。", by=cast.chief, at=at)
