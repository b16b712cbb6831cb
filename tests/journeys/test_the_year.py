"""The whole year, played by named people in their browsers: from the opened round to the published award.

PostgreSQL, Redis, a web server and a worker run as processes; the portal's clock is set ahead between stages.
What the journey itself does not show in a browser (the second and third institution's papers, the second
firm's contract) is done by the same operations the pages call.
"""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command

from demands.models import Demand, Enterprise
from evaluation.management import story
from evaluation.models import Evaluation, Questionnaire
from evaluation.operations import satisfaction
from evaluation.rules import DIMENSIONS
from institutions.models import Application, PilotInstitution
from matching.models import Claim, Engagement
from pilot_portal.accounts.actors import Actor
from pilot_portal.bulletin.models import Publication
from pilot_portal.common import clock
from pilot_portal.rounds.models import Round
from tests import factories
from tests.journeys.fixtures import Time
from tests.journeys.people import Person

pytestmark = [pytest.mark.journey, pytest.mark.postgresql_only]
SAMPLE = Path(__file__).parents[1] / "samples" / "attachment4" / "01_standard.xlsx"
WORDS = {"message": "请修改后重新提交。", "finance": "请核对上一年度从业人数。"}
# First and last day of each stage, in days from the day the round is opened.
CALENDAR = {
    "application": (0, 10),
    "county_report": (0, 15),
    "demand_collection": (0, 60),
    "demand_check": (0, 60),
    "publicity": (0, 20),
    "publication": (0, 60),
    "claiming": (0, 40),
    "choosing": (0, 60),
    "service": (0, 365),
    "award": (90, 120),
    "satisfaction": (90, 100),
    "evaluation": (101, 110),
    "decision": (101, 150),
}


class Year:
    """What the chapters hand on to each other."""

    def __init__(self, at_work: Callable[..., Person], time: Time, folder: Path) -> None:
        self.at_work, self.time = at_work, time
        self.scan = folder / "盖章扫描件.pdf"
        self.scan.write_bytes(story.SCAN)
        self.county = factories.county_reviewer_wang(), factories.county_approver_li()
        self.city = factories.city_handler_chen(), factories.city_chief_zhao()
        self.wang, self.li = (at_work(actor) for actor in self.county)
        self.chen, self.zhao = (at_work(actor) for actor in self.city)
        self.passer_by = at_work("路过的人")
        self.zhou: Person
        self.others: list[Actor] = []
        self.code = str(time.today().year)

    @property
    def round(self) -> Round:
        """The round, fresh."""
        return Round.objects.get(code=self.code)

    def now(self) -> dt.datetime:
        """The portal's clock."""
        return clock.now()


def day(date: dt.date) -> str:
    """A day as a date control takes it."""
    return date.isoformat()


def test_the_whole_year(at_work, time, tmp_path):
    year = Year(at_work, time, tmp_path)
    open_the_round(year)
    apply(year)
    two_more_apply(year)
    review_and_recommend(year)
    the_county_reports(year)
    confirm_and_publish_the_roster(year)
    import_check_and_publish_demands(year)
    three_claim(year)
    the_enterprise_chooses(year)
    contract_logs_acceptance(year)
    another_firm_is_served_badly(year)
    rate(year)
    evaluate(year)
    remove_one_award_one(year)
    call_command("verify_audit")  # raises where a case and its trail differ


def open_the_round(year: Year) -> None:
    """陈示例 opens this year's round and sets what the year needs."""
    chen, today = year.chen, year.time.today()
    chen.goto("/desk/settings/")
    chen.press("设立批次")
    chen.fill(document_number="示例工信〔示例〕1号", baseline_date=day(today))
    for kind, (first, last) in CALENDAR.items():
        chen.fill(
            **{
                f"{kind}_first": day(today + dt.timedelta(days=first)),
                f"{kind}_last": day(today + dt.timedelta(days=last)),
            }
        )
    chen.shows("01-设立批次")
    chen.press("设立批次")
    chen.sees(f"批次 {year.code} 已设立", "满意率下限")
    chen.goto(f"/desk/settings/{year.code}/values/exit_min_answers/")
    chen.fill(value="1", reason="示例：本批次机构少")
    chen.press("保存设定")
    chen.shows("02-批次设置")


def apply(year: Year) -> None:
    """周示例 registers the institution, fills ten sections, is told what is missing, submits, stamps."""
    zhou = year.zhou = year.at_work("周示例")
    zhou.goto("/accounts/register/")
    zhou.fill(
        kind="institution",
        organisation="株洲示例数字化服务有限公司",
        credit_code=factories.credit_code(900_001),
        legal_representative="法定示例",
        region="430203",
        name="周示例",
        mobile="13800000041",
        password="Xiang-Jiang-2023!",
        password_again="Xiang-Jiang-2023!",
        agree=True,
    )
    zhou.shows("03-机构注册")
    zhou.press("注册单位")
    zhou.shows("04-机构工作台")
    zhou.goto("/my/application/")
    zhou.press("开始申报")
    zhou.shows("05-申报目录")
    application = Application.objects.get(round=year.round)
    for n, (code, typed) in enumerate(story.answers(application, 1).items()):
        zhou.goto(f"/my/application/{year.code}/{code}/")
        ticks = {key: True if value == "on" else value for key, value in typed.items()}
        zhou.fill(**ticks, done="1")
        if n in {0, 3, 4}:
            zhou.shows(f"06-填写-{code}")
        zhou.press("保存并返回")
    zhou.goto(f"/my/application/{year.code}/check/")
    zhou.sees("请上传营业执照")
    zhou.shows("07-检查页-还缺执照")
    zhou.goto(f"/my/application/{year.code}/eligibility/")
    zhou.fill(file=str(year.scan))
    zhou.press("上传执照")
    zhou.goto(f"/my/application/{year.code}/check/")
    zhou.shows("08-检查页")
    zhou.press("提交申报")
    zhou.sees(f"编号 {year.code}-A-0001")
    zhou.press("生成申报材料")
    zhou.waits_for("已生成")
    zhou.shows("09-我的文件")
    paper = zhou.download("下载")
    assert paper.read_bytes().startswith(b"%PDF-")
    zhou.goto(f"/my/application/{year.code}/")
    zhou.page.locator("#id_scan").set_input_files(year.scan)
    zhou.press("上传扫描件")
    zhou.sees("文件已上传")
    zhou.shows("10-已提交")


def two_more_apply(year: Year) -> None:
    """孙示例 and 钱示例 apply as well."""
    for n, name in enumerate(("孙示例", "钱示例"), 2):
        body = factories.institution(f"株洲示例{name[0]}氏检测技术有限公司")
        actor = factories.member(body, "institution_admin", name)
        application = story.fill_application(year.round, actor, n, year.now())
        story.submit(application, actor, year.now())
        year.others.append(actor)


def review_and_recommend(year: Year) -> None:
    """王示例 returns one with notes, it comes again; 李示例 recommends all three and reports."""
    wang, li, zhou = year.wang, year.li, year.zhou
    number = f"{year.code}-A-0001"
    wang.goto("/desk/county/applications/")
    wang.shows("11-县区审核队列")
    wang.follow("株洲示例数字化服务有限公司")
    wang.shows("12-县区查看申报")
    wang.goto(f"/desk/county/applications/{number}/return/")
    wang.fill(note=WORDS["message"], note_finance=WORDS["finance"])
    wang.shows("13-退回修改")
    wang.press("退回修改")
    zhou.goto(f"/my/application/{year.code}/")
    zhou.sees("退回意见", WORDS["message"])
    zhou.shows("14-机构看到退回意见")
    zhou.goto(f"/my/application/{year.code}/finance/")
    zhou.sees(WORDS["finance"])
    zhou.fill(**{f"staff_{year.round.years_reported[1]}": "61"}, done="1")
    zhou.press("保存并返回")
    zhou.goto(f"/my/application/{year.code}/check/")
    zhou.press("提交申报")
    zhou.page.locator("#id_scan").set_input_files(year.scan)
    zhou.press("上传扫描件")
    wang.goto(f"/desk/county/applications/{number}/?tab=changes")
    wang.sees("第 2 次提交", "从业人数", "61")
    wang.shows("15-与上次对比")
    wang.goto(f"/desk/county/applications/{number}/?tab=checklist")
    for code in story.CHECKLIST:
        wang.fill(**{code: "yes"})
    wang.press("保存核对清单")
    li.goto("/desk/county/applications/")
    for box in li.page.locator('input[name="case"]').all():
        box.check()
    li.press("批量推荐")
    li.sees("株洲示例数字化服务有限公司", "株洲示例孙氏检测技术有限公司")
    li.shows("16-批量推荐")
    li.press("推荐至市局")
    li.sees("已推荐 3 家")


def the_county_reports(year: Year) -> None:
    """王示例 makes the county's report with Attachment 1, 李示例 sends it."""
    wang, li = year.wang, year.li
    wang.goto("/desk/county/reports/")
    wang.press("编制推荐文件")
    wang.press("生成附件1")
    wang.waits_for("已生成")
    assert wang.download("下载").read_bytes().startswith(b"%PDF-")
    wang.goto("/desk/county/reports/")
    wang.follow(year.code)
    report = wang.page.url.removeprefix(wang.origin)
    wang.fill(file=str(year.scan))
    wang.press("上传扫描件")
    li.goto(report)
    li.fill(document_number="示例工信〔示例〕5号")
    li.shows("17-推荐文件")
    li.press("报送市局")
    li.sees("推荐文件已报送市局")


def confirm_and_publish_the_roster(year: Year) -> None:
    """陈示例 proposes, 赵示例 confirms and publishes; everybody can read the roster, without phones."""
    chen, zhao = year.chen, year.zhao
    chen.goto("/desk/city/reports/")
    chen.shows("18-市局收到推荐")
    chen.goto("/desk/city/applications/?state=RECOMMENDED")
    for box in chen.page.locator('input[name="case"]').all():
        box.check()
    chen.shows("19-市局提请确认")
    chen.press("批量提请确认")
    chen.press("提请确认")
    chen.sees("3 家")
    zhao.goto("/desk/city/applications/?state=PROPOSED")
    for box in zhao.page.locator('input[name="case"]').all():
        box.check()
    zhao.press("批量确认为试点机构")
    zhao.shows("20-科长确认")
    zhao.press("确认为试点机构")
    zhao.sees("3 家")
    zhao.goto("/desk/city/roster/")
    zhao.shows("21-试点机构名单")
    zhao.goto(f"/desk/city/roster/publish/{year.code}/")
    zhao.fill(document_number="示例工信发〔示例〕3号")
    zhao.press("发布试点机构名单")
    assert PilotInstitution.objects.filter(round=year.round, state="LISTED").count() == 3
    guest = year.passer_by
    guest.goto("/institutions/")
    guest.sees("株洲示例数字化服务有限公司")
    guest.sees_not("13800000041", "13800000051")
    guest.shows("22-公众查看试点机构")
    notice = Publication.objects.get(kind=Publication.Kind.ROSTER)
    guest.goto(f"/notices/{notice.number}/")
    guest.sees("示例工信发〔示例〕3号")
    guest.shows("23-名单公告")


def import_check_and_publish_demands(year: Year) -> None:
    """王示例 imports the county's Attachment 4 and checks it; the city publishes the list."""
    wang, chen, zhao = year.wang, year.chen, year.zhao
    wang.goto("/desk/county/demands/imports/")
    wang.fill(file=str(SAMPLE))
    wang.press("读取并预览")
    wang.sees("株洲云帆示例精密制造有限公司", "龚䶮")
    wang.shows("24-导入附件4-预览")
    wang.press("导入")
    wang.goto("/desk/county/demands/")
    wang.shows("25-县区核实需求")
    for box in wang.page.locator('input[name="case"]').all():
        box.check()
    wang.press("批量核实")
    wang.press("核实通过")
    assert Demand.objects.filter(round=year.round, state="VERIFIED").count() == 5
    chen.goto("/desk/city/demands/")
    for box in chen.page.locator('input[name="case"]').all():
        box.check()
    chen.shows("26-市局选取需求")
    chen.press("选取进入下一批")
    today = year.time.today()
    zhao.goto("/desk/city/demands/lists/new/")
    zhao.fill(claims_from=day(today), claims_until=day(today + dt.timedelta(days=20)))
    zhao.shows("27-新建榜单")
    zhao.press("发布榜单")
    zhao.sees("第1批榜单已发布")
    guest = year.passer_by
    guest.goto("/demands/")
    guest.sees("芦淞区")
    guest.sees_not("云帆", "龚䶮", "13800000001", "0731-28680000")
    guest.shows("28-公众查看榜单")
    guest.goto(f"/demands/{year.code}-D-0001/")
    guest.sees_not("云帆", "龚䶮", "13800000001")
    guest.shows("29-需求详情")


def claim(person: Person, year: Year, price: int, *, shot: str = "") -> None:
    """One institution claims the first demand."""
    person.goto("/my/hall/")
    if shot:
        person.shows(f"{shot}-揭榜大厅")
    demand = Demand.objects.get(number=f"{year.code}-D-0001")
    person.press("我要揭榜")  # the first card: soonest deadline, lowest number
    person.fill(
        kinds=list(demand.kinds.values_list("code", flat=True)),
        proposal="第一阶段现场诊断，第二阶段方案实施，第三阶段验收和跟踪。",
        days="150",
        list_price_fen=str(price),
        concession_fen=str(price // 4),
        enterprise_fen=str(price),
        payment="ONCE",
    )
    person.press("提交揭榜")
    person.sees("机构让利")  # the three parts do not add up: refused, and everything typed is still there
    assert person.page.locator('[name="proposal"]').input_value().startswith("第一阶段现场诊断")
    if shot:
        person.shows(f"{shot}-三方分担不平被拒")
    person.fill(enterprise_fen=str(price - price // 4))
    person.press("提交揭榜")
    person.sees("已揭榜")
    if shot:
        person.shows(f"{shot}-已揭榜")


def three_claim(year: Year) -> None:
    """All three claim the first demand; offers stay sealed until the window has closed."""
    claim(year.zhou, year, 80_000, shot="30")
    sun, qian = (year.at_work(actor) for actor in year.others)
    claim(sun, year, 72_000)
    claim(qian, year, 60_000)
    assert Claim.objects.filter(demand__number=f"{year.code}-D-0001", state="SUBMITTED").count() == 3
    sun.goto("/my/claims/")
    sun.sees_not("80,000", "80000")
    year.wang.goto(f"/desk/county/enterprises/{Enterprise.objects.get(name__contains='云帆').pk}/")
    year.wang.press("邀请企业")
    year.wang.shows("31-邀请企业")
    code = year.wang.page.locator(".code").first.inner_text().strip()
    gong = year.gong = year.at_work("龚䶮")
    gong.goto("/accounts/invitation/")
    gong.fill(code=code)
    gong.press("查看邀请")
    gong.fill(
        name="龚䶮",
        mobile="13800000001",
        password="Xiang-Jiang-2023!",
        password_again="Xiang-Jiang-2023!",
    )
    gong.shows("32-企业凭短码加入")
    gong.press("加入单位")
    gong.goto(f"/my/demands/{year.code}-D-0001/choose/")
    gong.sees("揭榜期尚未结束", "3 家机构")
    gong.sees_not("60,000", "株洲示例钱氏")
    gong.shows("33-揭榜期内密封")


def the_enterprise_chooses(year: Year) -> None:
    """The window closes, the offers open, 龚䶮 chooses 周示例's."""
    year.time.passes(days=21)
    demands = Demand.objects.filter(round=year.round)
    year.time.strikes(
        "demands.clock", lambda: demands.filter(state="CHOOSING").count() == 1, "the end of the window"
    )
    assert demands.filter(state="UNCLAIMED").count() == 4
    gong = year.gong
    gong.goto(f"/my/demands/{year.code}-D-0001/choose/")
    gong.sees("60,000.00", "株洲示例数字化服务有限公司")
    gong.shows("34-企业比选")
    chosen = Claim.objects.get(demand__number=f"{year.code}-D-0001", list_price_fen=80_000_00)
    for kind in chosen.kinds.all():
        gong.fill(**{f"kind_{kind.code}": str(chosen.pk)})
    gong.press("选定机构")
    gong.sees("已选定服务机构")


def contract_logs_acceptance(year: Year) -> None:
    """The contract is laid down and confirmed, the service logged, delivered and accepted."""
    zhou, gong, today = year.zhou, year.gong, year.time.today()
    number = Engagement.objects.get(round=year.round).number
    base = f"/my/engagements/{number}/"
    zhou.goto(base)
    zhou.sees("13800000001")
    zhou.press("填写合同")
    zhou.fill(
        signed_on=day(today),
        starts_on=day(today),
        ends_on=day(today + dt.timedelta(days=150)),
        contract=str(year.scan),
        payment="ONCE",
    )
    zhou.shows("35-填写合同")
    zhou.press("提交合同")
    gong.goto(f"{base}sign/")
    gong.shows("36-企业确认合同")
    gong.press("确认签约")
    zhou.goto(f"{base}start-service/")
    zhou.press("开始服务")
    for hours, text in (("4", "现场走访，梳理流程，形成问题清单。"), ("6.5", "安装调试，培训操作人员。")):
        zhou.goto(f"{base}log/")
        zhou.fill(on=day(today), hours=hours, people="2", text=text)
        zhou.press("保存服务记录")
    zhou.shows("37-服务记录")
    zhou.goto(f"{base}deliver/")
    zhou.press("提交验收")
    gong.goto(f"{base}accept/")
    gong.shows("38-企业验收")
    gong.press("验收通过")
    assert Engagement.objects.get(number=number).state == "ACCEPTED"
    year.wang.goto(f"/desk/engagements/{number}/")
    year.wang.shows("39-县区查看合同")


def another_firm_is_served_badly(year: Year) -> None:
    """钱示例 serves a second firm, which will not be satisfied. Done by the operations."""
    at = year.now()
    firm = factories.enterprise("株洲示例未满意制造有限公司")
    hu = factories.enterprise_admin_wu(firm)
    demand = story.write_demand(year.round, firm, hu, 1, at)
    officers = {"430203": year.county}
    story.publish_demands(year.round, [demand], officers, *year.city, at, at + dt.timedelta(days=10))
    demand.refresh_from_db()
    qian = year.others[1]
    pilot = PilotInstitution.objects.get(round=year.round, organisation=qian.organisation)
    offer = story.claim(demand, pilot, qian, 1, at + dt.timedelta(hours=2))
    year.time.passes(days=12)
    year.time.strikes(
        "demands.clock",
        lambda: Demand.objects.filter(pk=demand.pk, state="CHOOSING").exists(),
        "the end of the second window",
    )
    at = year.now()
    agreed = story.choose(demand, offer, hu, at)
    story.sign(agreed, qian, hu, at)
    story.serve(agreed, qian, at + dt.timedelta(hours=2), visits=1)
    year.unhappy = hu


def rate(year: Year) -> None:
    """The questionnaires open; 龚䶮 is satisfied, the other firm is not."""
    year.time.passes(days=60)
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
    year.time.passes(days=15)
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
    zhao.goto(f"/desk/city/evaluations/case/{best.pk}/")
    zhao.press("转入公示")
    zhao.press("转入公示")
    year.time.passes(days=10)
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
