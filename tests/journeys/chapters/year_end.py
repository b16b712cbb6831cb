"""From the questionnaires to removal and award."""

from evaluation.models import Award, Evaluation, Questionnaire
from evaluation.operations import satisfaction
from evaluation.rules import DIMENSIONS
from institutions.models import PilotInstitution
from tests.journeys.chapters.year import Year


def rate(year: Year) -> None:
    """The questionnaires open; 龚䶮 is satisfied, the other firm is not."""
    year.time.reaches(year.stage("satisfaction").starts_at)
    open_ones = Questionnaire.objects.filter(round=year.round, state="OPEN")
    year.time.strikes("evaluation.clock", lambda: open_ones.count() == 2, "the questionnaires")
    gong = year.gong
    gong.goto("/my/ratings/")
    gong.shows("40-待评价")
    gong.follow(
        "数智转型" if gong.page.get_by_role("link").filter(has_text="数智转型").count() else year.code
    )
    gong.fill(**dict.fromkeys(DIMENSIONS, "5"), would_continue="1", comment="服务及时，方案实用。")
    gong.shows("41-满意度评价")
    gong.press("提交评价")
    gong.sees("评价已提交")
    row = open_ones.get()
    satisfaction.answer(
        row,
        dict.fromkeys(DIMENSIONS, 1),
        reasons=dict.fromkeys(DIMENSIONS, "只来过一次，没有下文"),
        would_continue=False,
        comment="",
        comment_public=False,
        by=year.unhappy,
        at=year.now(),
    )


def evaluate(year: Year) -> None:
    """The window closes; figures are computed, told, decided, published."""
    year.time.reaches(year.stage("satisfaction").ends_at)
    answered = Questionnaire.objects.filter(round=year.round, state="CLOSED")
    year.time.strikes("evaluation.clock", lambda: answered.count() == 2, "the end of the ratings")
    chen, zhao = year.chen, year.zhao
    chen.goto(f"/desk/city/evaluations/{year.code}/")
    chen.press("计算评价结果")
    chen.shows("42-期满评价")
    chen.press("告知机构")
    year.zhou.goto(f"/my/evaluation/{year.code}/")
    year.zhou.sees("100")
    year.zhou.shows("43-机构查看评价")
    for row in Evaluation.objects.filter(round=year.round).select_related("pilot__organisation"):
        leaves = row.pilot.organisation_id == year.others[1].organisation_id
        zhao.goto(f"/desk/city/evaluations/case/{row.pk}/decide/")
        zhao.fill(
            decision="remove" if leaves else "keep",
            note="满意率低于规定，经研究移出。" if leaves else "评价合格。",
            document_number="示例工信〔示例〕20号" if leaves else "",
        )
        if leaves:
            assert row.proposal == "remove"
            zhao.shows("44-作出决定")
        zhao.press("作出决定")
    zhao.goto(f"/desk/city/evaluations/{year.code}/publish/")
    zhao.fill(document_number="示例工信〔示例〕21号")
    zhao.press("公布评价结果")


def remove_one_award_one(year: Year) -> None:
    """钱示例's institution leaves after notice and reply; 周示例's is awarded; the results are public."""
    chen, zhao = year.chen, year.zhao
    leaving = PilotInstitution.objects.get(round=year.round, organisation=year.others[1].organisation)
    zhao.goto(f"/desk/city/roster/{leaving.pk}/notice/")
    zhao.fill(note="满意率低于规定，拟移出试点，可在五个工作日内陈述。")
    zhao.press("移出事先告知")
    year.time.passes(days=10)
    zhao.goto(f"/desk/city/roster/{leaving.pk}/remove/")
    zhao.fill(note="陈述期满未陈述，决定移出。", document_number="示例工信〔示例〕22号")
    zhao.shows("45-移出试点")
    zhao.press("移出试点")
    leaving.refresh_from_db()
    assert leaving.state == "REMOVED"
    best = Evaluation.objects.get(round=year.round, pilot__organisation__name__contains="数字化服务")
    chen.goto(f"/desk/city/evaluations/case/{best.pk}/award/")
    chen.fill(amount_fen="100000", reason="效益突出、企业反响好")
    chen.shows("46-提请奖补")
    chen.press("提请奖补")
    zhao.goto(f"/desk/city/evaluations/{year.code}/")
    zhao.press("公示拟奖补名单")
    zhao.sees("已公示 1 家")
    year.time.reaches(Award.objects.get().publicity_until)
    zhao.goto(f"/desk/city/evaluations/case/{best.pk}/")
    zhao.press("登记批准")
    zhao.fill(
        body="局长办公会（示例）", minutes="会议纪要〔示例〕5号", document_number="示例工信〔示例〕23号"
    )
    zhao.shows("47-批准奖补")
    zhao.press("登记批准")
    zhao.goto(f"/desk/city/evaluations/{year.code}/publish-awards/")
    zhao.fill(document_number="示例工信〔示例〕23号")
    zhao.press("公布奖补名单")
    guest = year.passer_by
    guest.goto("/results/")
    guest.shows("48-评价结果")
    guest.follow("评比奖补名单")
    guest.sees("株洲示例数字化服务有限公司", "示例工信〔示例〕23号")
    guest.sees_not("株洲示例钱氏检测技术有限公司")
    guest.shows("49-奖补名单")
    guest.goto("/results/")
    guest.follow("期满评价结果")
    guest.sees("株洲示例钱氏检测技术有限公司", "移出")
    guest.shows("50-期满评价结果")
    zhao.goto("/desk/city/dashboard/")
    zhao.page.wait_for_load_state("networkidle")
    zhao.shows("51-试点总览")
