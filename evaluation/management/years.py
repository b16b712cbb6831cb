"""The two years of the demonstration: one finished, one in which everybody has work today."""

import datetime as dt

from demands import operations as demanding
from evaluation.management import story
from evaluation.management.aside import answer, side_demands, side_sanctions, to_acceptance
from evaluation.management.cast import Cast
from evaluation.management.library import ask_and_answer
from evaluation.models import Evaluation, Questionnaire
from evaluation.operations import awards, evaluating, results, sanctions, satisfaction
from evaluation.rules import DIMENSIONS
from institutions.operations import confirmation, drafts, reports, review, roster
from matching.operations import engagements
from pilot_portal.accounts import operations as accounting
from pilot_portal.accounts.models import Grant
from pilot_portal.codes.models import Tier
from pilot_portal.rounds.models import Round

DAY = dt.timedelta(days=1)


def last_year(round: Round, cast: Cast, now: dt.datetime) -> None:
    """From application to award, with twelve institutions: eleven stay, one is removed; then it is closed."""
    at = now - 470 * DAY
    served = to_acceptance(round, cast, 12, at)
    leftover = story.write_demand(round, *cast.firms[12], 3, at + 80 * DAY)
    demanding.verify_demand(leftover, by=cast.officers[leftover.region.code][0], at=at + 82 * DAY)
    rate_and_judge(round, cast, now)
    steps = ("claim", "deny", "verify", "revoke", *["confirm"] * 4)
    tiers = ("provincial", "innovative", "above-scale", "giant")
    for n, (last, (agreed, firm_admin, provider)) in enumerate(zip(steps, served, strict=False)):
        result = results.claim_result(
            agreed.pilot,
            agreed.enterprise,
            Tier.objects.get(code=tiers[n % 4]),
            reached_on=(now - 120 * DAY).date(),
            evidence="示例公告〔示例〕12号",
            by=provider,
            at=now - 100 * DAY,
        )
        if last == "deny":
            results.deny(result, note="该称号与本次服务无关。", by=firm_admin, at=now - 99 * DAY)
        if last in {"claim", "deny"}:
            continue
        results.enterprise_confirm(result, by=firm_admin, at=now - 99 * DAY)
        results.verify(result, by=cast.officers[agreed.enterprise.region.code][0], at=now - 98 * DAY)
        if last == "confirm":
            results.confirm(result, by=cast.chief, at=now - 97 * DAY)
        elif last == "revoke":
            results.revoke(result, note="复核时称号已失效。", by=cast.chief, at=now - 97 * DAY)
    Round.objects.filter(pk=round.pk).update(status=Round.Status.CLOSED)
    demanding.close_rounds(at=now - 8 * DAY)


def rate_and_judge(round: Round, cast: Cast, now: dt.datetime) -> None:
    """Ratings, figures, decisions, awards, a removal and a sanction of the finished round."""
    round.settings.model.objects.create(
        round=round, key="exit_min_answers", value=1, valid_from=now - 480 * DAY, reason="演示批次机构少"
    )
    satisfaction.open_questionnaires(round, at=now - 59 * DAY)
    rows = list(
        Questionnaire.objects.filter(round=round)
        .select_related("enterprise", "pilot", "round")
        .order_by("pk")
    )
    raters = {firm.pk: by for firm, by in cast.firms}
    worst = rows[0].pilot_id
    for n, row in enumerate(rows):
        mark = 2 if row.pilot_id == worst else 5 - n % 2
        satisfaction.answer(
            row,
            dict.fromkeys(DIMENSIONS, mark),
            reasons=dict.fromkeys(DIMENSIONS, "进度慢，效果不明显") if mark <= 2 else {},  # noqa: PLR2004 - a low mark
            would_continue=mark > 2,  # noqa: PLR2004 - a low mark
            comment="服务及时，方案实用。" if mark > 2 else "",  # noqa: PLR2004 - a low mark
            comment_public=True,
            by=raters[row.enterprise_id],
            at=now - 50 * DAY,
        )
    satisfaction.follow_up(rows[1], "后续服务仍然及时。", by=raters[rows[1].enterprise_id], at=now - 45 * DAY)
    satisfaction.close_questionnaires(round, at=now - 38 * DAY)
    judged = evaluating.compute(round, by=cast.handler, at=now - 37 * DAY)
    evaluating.notify(judged, by=cast.handler, at=now - 36 * DAY)
    for row in judged:
        row.refresh_from_db()
        leaves = row.pilot_id == worst
        evaluating.decide(
            row,
            "remove" if leaves else "keep",
            document_number="示例工信〔示例〕20号" if leaves else "",
            note="满意率低于规定，经研究移出。" if leaves else "评价合格。",
            by=cast.chief,
            at=now - 25 * DAY,
        )
    evaluating.publish_results(
        round, document_number="示例工信〔示例〕21号", by=cast.chief, at=now - 24 * DAY
    )
    leaving = next(row.pilot for row in judged if row.pilot_id == worst)
    roster.give_removal_notice(leaving, note="满意率低于规定。", by=cast.chief, at=now - 24 * DAY)
    roster.remove(
        leaving,
        note="陈述期满，决定移出。",
        document_number="示例工信〔示例〕22号",
        by=cast.chief,
        at=now - 12 * DAY,
    )
    award(round, [row for row in judged if row.decision == "keep"], cast, now)
    for row in judged:
        pilot = row.pilot
        pilot.refresh_from_db()
        if pilot.state == "LISTED":
            roster.complete(pilot, by=cast.chief, at=now - 5 * DAY)
    clue = sanctions.open_clue(
        round, leaving.organisation, "举报反映申报材料中案例不实。", by=cast.handler, at=now - 30 * DAY
    )
    sanctions.verify(clue, by=cast.handler, at=now - 29 * DAY)
    sanctions.hear(
        clue,
        findings="经核实，一个案例的企业未接受服务。",
        statement="当事人承认。",
        by=cast.handler,
        at=now - 25 * DAY,
    )
    sanctions.decide(
        clue,
        measure="criticise",
        document_number="示例工信〔示例〕24号",
        ends_on=(now + 300 * DAY).date(),
        note="依据通知三（三）。",
        by=cast.chief,
        at=now - 20 * DAY,
    )
    sanctions.publish_sanction(clue, by=cast.chief, at=now - 19 * DAY)


def award(round: Round, staying: list[Evaluation], cast: Cast, now: dt.datetime) -> None:
    """Nine awards, one at every step from the proposal to the money that came back."""
    best = sorted(staying, key=lambda row: (row.rank or 99, row.pk))[:9]
    given = [
        awards.propose_award(
            row, amount_fen=100_000_00, reason="效益突出、企业反响好", by=cast.handler, at=now - 23 * DAY
        )
        for row in best
    ]
    awards.to_publicity(given[:8], by=cast.chief, at=now - 22 * DAY)
    for row in given:
        row.refresh_from_db()
    for row in given[:6]:
        awards.approve(
            row,
            body="局长办公会（示例）",
            minutes="会议纪要〔示例〕5号",
            document_number="示例工信〔示例〕23号",
            by=cast.chief,
            at=now - 6 * DAY,
        )
    awards.publish_awards(round, document_number="示例工信〔示例〕23号", by=cast.chief, at=now - 6 * DAY)
    for row in given:
        row.refresh_from_db()
    for row in (given[0], given[4], given[5]):
        awards.plain_move(row, name="pay", by=cast.handler, at=now - 5 * DAY)
    awards.reduce(given[2], amount_fen=60_000_00, note="服务企业数核减。", by=cast.chief, at=now - 5 * DAY)
    for row, name, note in (
        (given[3], "cancel", "查实一份服务记录不实。"),
        (given[4], "recover", "复核不符合条件。"),
        (given[5], "recover", "复核不符合条件。"),
        (given[5], "recovered", ""),
        (given[6], "reject", "局长办公会未通过。"),
    ):
        awards.plain_move(row, name=name, note=note, by=cast.chief, at=now - 4 * DAY)


def accounts_of_this_year(cast: Cast, now: dt.datetime) -> None:
    """A grant in each state: one waits for the chief, one's slip waits to be handed over."""
    bureau = cast.officers["430203"][0].organisation
    if bureau is None:
        raise LookupError("the officer stands in no county")

    def ask(name: str, phone: str, role: str) -> Grant:
        return accounting.request_grant(
            bureau, role, name=name, mobile=phone, by=cast.sysadmin, at=now - 3 * DAY
        )

    ask("新任经办示例", "13800000091", "county_handler")
    approved = ask("新任审核示例", "13800000092", "county_approver")
    accounting.approve_grant(approved, by=cast.chief, at=now - 2 * DAY)
    refused = ask("调离人员示例", "13800000093", "county_handler")
    accounting.refuse_grant(refused, note="该同志已调离，请重新提名。", by=cast.chief, at=now - 2 * DAY)
    accounting.withdraw_grant(
        ask("误填示例", "13800000094", "county_handler"), by=cast.sysadmin, at=now - DAY
    )


def this_year(round: Round, cast: Cast, now: dt.datetime) -> None:
    """Everybody has something to do today."""
    accounts_of_this_year(cast, now)
    at = now - 69 * DAY
    people = cast.institutions
    # Seven went the whole way to the roster.
    first = [story.fill_application(round, by, n, at) for n, by in enumerate(people[:7], 1)]
    for application, by in zip(first, people[:7], strict=True):
        story.submit(application, by, at + DAY)
        story.recommend(application, cast.officers[application.region.code], at + 4 * DAY)
    for code in sorted({application.region.code for application in first}):
        sent = story.report(round, cast.officers[code], at + 6 * DAY)
        if code != "430212":
            reports.accept_report(sent, by=cast.handler, at=at + 9 * DAY)
    pilots = story.confirm(first, cast.handler, cast.chief, at + 10 * DAY)
    story.publish_roster(round, cast.chief, at + 28 * DAY)
    others(round, cast, now)
    demands_of_this_year(round, cast, pilots, now)
    side_demands(round, cast, pilots, now)
    side_sanctions(round, cast, now)


def others(round: Round, cast: Cast, now: dt.datetime) -> None:
    """Applications in every other state: draft, submitted, returned, direct, proposed and so on."""
    at, people = now - 12 * DAY, cast.institutions
    officers = cast.officers
    eighth = story.fill_application(round, people[7], 8, at)  # waits for the county
    story.submit(eighth, people[7], at + DAY)
    ninth = story.fill_application(round, people[8], 9, at)  # returned
    story.submit(ninth, people[8], at + DAY)
    review.open_by_county(ninth, by=officers["430225"][0], at=at + 2 * DAY)
    notes = {"finance": "上一年度资产数据与附表不一致，请核对。"}
    review.return_application(
        ninth, note="请修改后重新提交。", sections=notes, by=officers["430225"][0], at=now - 2 * DAY
    )
    tenth = story.fill_application(round, people[9], 10, at)  # direct to the city
    story.submit(tenth, people[9], at + DAY, direct="所在园区工信部门正在交接，情况特殊。")
    eleventh = story.fill_application(round, people[10], 11, at)  # resubmitted after a return
    story.submit(eleventh, people[10], at)
    review.return_application(
        eleventh,
        note="业绩部分请写明家数。",
        sections={"premises": "请写明家数和名单。"},
        by=officers["430203"][0],
        at=at + 2 * DAY,
    )
    eleventh.refresh_from_db()
    saved = eleventh.sections.get(section="premises")
    better = dict(saved.data) | {
        "results": "近三年服务制造业企业 36 家，其中 7 家成为专精特新企业（名单见附件）。"
    }
    drafts.save_section(
        eleventh, "premises", better, revision=saved.revision, done=True, by=people[10], at=at + 3 * DAY
    )
    story.submit(eleventh, people[10], at + 4 * DAY)
    twelfth = story.fill_application(round, people[11], 12, at)  # recommended, proposed
    story.submit(twelfth, people[11], at)
    story.recommend(twelfth, officers["430211"], at + 2 * DAY)
    confirmation.propose(twelfth, by=cast.handler, at=at + 6 * DAY)
    thirteenth = story.fill_application(round, people[12], 13, at)  # not recommended
    story.submit(thirteenth, people[12], at)
    review.open_by_county(thirteenth, by=officers["430203"][0], at=at + DAY)
    review.decline(
        thirteenth,
        note="服务案例不能提供佐证，建议下一年度再申报。",
        by=officers["430203"][1],
        at=at + 3 * DAY,
    )
    story.fill_application(round, people[13], 14, now - 3 * DAY, sections=4)  # still being written


def demands_of_this_year(round: Round, cast: Cast, pilots: list, now: dt.datetime) -> None:
    """Demands in every state: drafts, to check, to publish, open, to choose, in service, delivered, done."""
    firms, officers, people = cast.firms, cast.officers, cast.institutions
    early = [story.write_demand(round, firm, by, n, now - 45 * DAY) for n, (firm, by) in enumerate(firms[:7])]
    closed = now - 20 * DAY
    story.publish_demands(round, early, officers, cast.handler, cast.chief, now - 38 * DAY, closed)
    offers = {}
    for n, demand in enumerate(early[:6]):
        demand.refresh_from_db()
        offers[n] = [story.claim(demand, pilots[k], people[k], n, now - 35 * DAY) for k in (n, (n + 1) % 7)]
    demanding.close_windows(at=closed + DAY)  # the seventh is 流榜
    agreed = {n: story.choose(early[n], offers[n][0], firms[n][1], closed + 2 * DAY) for n in range(5)}
    # 0 to be signed · 1 in service · 2 delivered · 3 accepted · 4 in dispute · the sixth to choose
    for n in (1, 2, 3, 4):
        story.sign(agreed[n], people[n], firms[n][1], closed + 4 * DAY)
        story.serve(agreed[n], people[n], closed + 6 * DAY)
    for n in (2, 3, 4):
        story.deliver(agreed[n], people[n], closed + 12 * DAY)
    story.accept(agreed[3], firms[3][1], closed + 14 * DAY)
    engagements.dispute(agreed[4], note="交付的报告缺少实施记录。", by=firms[4][1], at=closed + 14 * DAY)
    satisfaction.open_questionnaires(round, at=now - 2 * DAY)
    rated = {n: Questionnaire.objects.get(engagement=agreed[n]) for n in (2, 3)}
    for n, row in rated.items():
        answer(row, 5, firms[n][1], now - DAY)
    rated[2].refresh_from_db()
    satisfaction.follow_up(rated[2], "后续服务仍然及时。", by=firms[2][1], at=now - DAY / 2)
    later = [
        story.write_demand(round, firm, by, n, now - 15 * DAY) for n, (firm, by) in enumerate(firms[7:12], 7)
    ]
    story.publish_demands(round, later, officers, cast.handler, cast.chief, now - 8 * DAY, now + 10 * DAY)
    for n, region in enumerate({demand.region.code: demand.region for demand in later}.values()):
        frozen = demanding.freeze_summary(round, region, by=officers[region.code][0], at=now - 7 * DAY)
        report = demanding.send_summary(
            frozen, story.scan("附件4盖章扫描件.pdf"), by=officers[region.code][1], at=now - 6 * DAY
        )
        if n == 0:
            demanding.accept_summary(report, by=cast.handler, at=now - 5 * DAY)
        elif n == 1:
            demanding.return_summary(report, note="印章不清，请重盖。", by=cast.handler, at=now - 5 * DAY)
    for n, demand in enumerate(later[:3]):
        demand.refresh_from_db()
        story.claim(demand, pilots[n], people[n], n, now - 5 * DAY)
    later[0].refresh_from_db()
    story.claim(later[0], pilots[3], people[3], 3, now - 4 * DAY, submitted=False)
    ask_and_answer(later[0], people[0], firms[7][1], now)
    verified = story.write_demand(round, *firms[12], 12, now - 6 * DAY)
    demanding.verify_demand(verified, by=officers[verified.region.code][0], at=now - 4 * DAY)
    story.write_demand(round, *firms[13], 13, now - 3 * DAY)  # waits for the county
    returned = story.write_demand(round, *firms[14], 14, now - 5 * DAY)
    demanding.return_demand(
        returned,
        note="请写明希望完成的时间和具体指标。",
        by=officers[returned.region.code][0],
        at=now - 2 * DAY,
    )
    story.write_demand(round, *firms[15], 15, now - DAY, submitted=False)
    withdrawn = story.write_demand(round, *firms[0], 3, now - 9 * DAY)
    demanding.withdraw_demand(withdrawn, by=firms[0][1], at=now - 8 * DAY)
    result = results.claim_result(
        agreed[3].pilot,
        firms[3][0],
        Tier.objects.get(code="above-scale"),
        reached_on=(now - 4 * DAY).date(),
        evidence="示例入库通知〔示例〕3号",
        by=people[3],
        at=now - 2 * DAY,
    )
    results.enterprise_confirm(result, by=firms[3][1], at=now - DAY)
    sanctions.open_clue(
        round, people[6].organisation, "来信反映服务收费与价目表不符。", by=cast.handler, at=now - DAY
    )
