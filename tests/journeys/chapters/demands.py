"""From the county's workbook to the accepted service."""

import datetime as dt
from pathlib import Path

from demands.models import Demand, Enterprise
from evaluation.management import story
from institutions.models import PilotInstitution
from matching.models import Claim, Engagement
from tests import factories
from tests.journeys.chapters.year import Year, day
from tests.journeys.people import Person

SAMPLE = Path(__file__).parents[2] / "samples" / "attachment4" / "01_standard.xlsx"


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
