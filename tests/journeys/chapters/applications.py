"""From the opened round to the published roster."""

import datetime as dt

from evaluation.management import story
from institutions.models import Application, PilotInstitution
from pilot_portal.bulletin.models import Publication
from tests import factories
from tests.journeys.chapters.year import Year, day

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
    "award": (100, 150),
    "satisfaction": (100, 112),
    "evaluation": (113, 125),
    "decision": (113, 170),
}


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
    """陈示例 proposes, 赵示例 publicizes, confirms and publishes the roster, which shows no phones."""
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
    zhao.press("批量转入公示")
    zhao.press("转入公示")
    zhao.sees("3 家")
    year.time.reaches(Application.objects.filter(round=year.round)[0].publicity_until)
    zhao.goto("/desk/city/applications/?state=PUBLICITY")
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
