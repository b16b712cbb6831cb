"""What happens in the demonstration, act by act, through the same operations as the pages."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from demands import operations as demanding
from demands.models import Demand, DemandList, Enterprise
from institutions.models import Application, CountyReport, PilotInstitution
from institutions.operations import applications, confirmation, drafts, reports, review, roster
from institutions.rules.sections import CHECKLIST
from matching import rules
from matching.models import Claim, Engagement
from matching.operations import choosing, claims, engagements, files
from matching.rules import Split
from pilot_portal.accounts.actors import Actor
from pilot_portal.common import clock
from pilot_portal.rounds.models import Round

# The smallest thing that is a PDF: what a scanner would have made.
SCAN = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
)
SCAN += b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
HOUR = dt.timedelta(hours=1)
PRICES = ("list_price", "government", "concession", "enterprise")
KINDS = (
    "testing",
    "digital",
    "consulting",
    "shared-manufacturing",
    "talent",
    "listing",
    "funding",
    "innovation",
    "property-exchange",
    "above-scale",
)
WISHES = (
    (
        "精密齿轮产线数字化改造与质量追溯",
        "产线数据靠手工记录，质量问题难以追溯。",
        "建成产线数据采集和质量追溯系统。",
    ),
    ("首次升规入统辅导，完善财务与统计台账", "财务和统计台账不规范。", "年内完成升规入统。"),
    ("零部件第三方检测与认证", "缺少出口所需的检测认证。", "完成三项主要产品的检测认证。"),
    ("申报专精特新的管理提升与材料辅导", "研发费用归集不规范，知识产权布局不足。", "通过省级专精特新认定。"),
    ("共享高精度加工设备", "自有设备精度不够，订单外流。", "使用共享设备完成试制和小批量生产。"),
    ("高技能人才引进与培训", "数控技师短缺。", "引进五名技师，培训二十人。"),
)


def scan(name: str = "盖章扫描件.pdf") -> SimpleUploadedFile:
    """A file as it would be uploaded."""
    return SimpleUploadedFile(name, SCAN, content_type="application/pdf")


def figures(year: int, scale: int) -> dict[str, str]:
    """A year of 近年经营状况 that passes every check."""
    base = Decimal(scale)
    rows = {
        "staff": 40 + scale,
        "graduates": 25 + scale,
        "assets": base * 100,
        "fixed_assets": base * 45,
        "current_assets": base * 50,
        "liabilities": base * 30,
        "revenue": base * 90,
        "service_revenue": base * 80,
        "service_cost": base * 50,
        "labour_cost": base * 30,
        "activity_cost": base * 15,
        "tax": base * 6,
        "profit": base * 9,
    }
    return {f"{key}_{year}": f"{value}" for key, value in rows.items()}


def answers(application: Application, n: int) -> dict[str, dict[str, Any]]:
    """Everything an institution types, section by section."""
    body, years = application.organisation, application.round.years_reported
    kinds = [KINDS[n % len(KINDS)], KINDS[(n + 1) % len(KINDS)]]
    tiers = {"total": "36", "innovative": "20", "provincial": "9", "giant": "2", "key_giant": "0"}
    tiers |= {"above_scale": "12", "champion": "0"}
    return {
        "basic": {
            "name": body.name,
            "legal_representative": body.legal_representative,
            "credit_code": body.credit_code or "",
            "legal_kind": "company",
            "registered_on": "2012-05-18",
            "address": f"株洲市示例路{n}号",
        },
        "contact": {"contact": f"机构联系示例{n}", "phone": f"138000000{50 + n % 40:02}"},
        "served": {f"served_{key}": value for key, value in tiers.items()},
        "finance": figures(years[0], 12 + n) | figures(years[1], 14 + n),
        "services": {
            "kinds": kinds,
            "chains": ["rail", "hard-materials"],
            "niche": "轨道交通零部件",
            "capacity": "30",
            "path": "走访诊断、制定方案、分阶段实施、验收和跟踪。",
            "common": "提炼同行业共性问题，形成标准化诊断清单和工具包。",
            "individual": "按企业现状一企一策，明确阶段目标和责任人。",
            "partners": "高校实验室、行业协会（示例）",
            "prices": "诊断咨询 20000 元/次\n专项服务 80000 元/项",
        },
        "targets": {"committed": "12"}
        | {f"target_{key}": value for key, value in (tiers | {"total": "20"}).items()},
        "premises": {
            "premises": "自有办公和实验场地 1200 平方米，检测设备 36 台（套）。",
            "results": "近三年服务制造业企业 36 家，其中 9 家成为省级专精特新中小企业。",
        },
        "cases": {
            "case1_firm": "株洲示例成功案例有限公司",
            "case1_service": "数字化诊断与质量追溯系统建设",
            "case1_title": "省级专精特新中小企业",
            "case1_year": str(years[1]),
            "case1_consent": "on",
        },
        "eligibility": {"in_city": "on", "no_finance": "on"},
        "promise": {"promised": "on"},
    }


def fill_application(round: Round, by: Actor, n: int, at: dt.datetime, sections: int = 10) -> Application:
    """Begin an application and fill its first sections (all ten by default)."""
    body = by.organisation
    if body is None:
        raise LookupError("the actor stands in no body")
    application = drafts.start_application(round, body, by=by, at=at)
    for code, typed in list(answers(application, n).items())[:sections]:
        # The first section was begun with what the account knows; it counts as revision 0 all the same.
        drafts.save_section(application, code, typed, revision=0, done=True, by=by, at=at)
    upload = scan("营业执照.pdf")
    drafts.upload_file(application, upload, purpose="licence", by=by, at=at)
    return application


def submit(
    application: Application, by: Actor, at: dt.datetime, *, direct: str = "", with_scan: bool = True
) -> None:
    """Submit, and upload the stamped scan an hour later."""
    applications.submit_application(application, by=by, at=at, direct_reason=direct)
    if with_scan:
        drafts.upload_file(application, scan(), purpose="scan", by=by, at=at + HOUR)


def recommend(application: Application, officers: tuple[Actor, Actor], at: dt.datetime) -> None:
    """The county opens, checks and recommends."""
    handler, approver = officers
    review.open_by_county(application, by=handler, at=at)
    items = {code: {"answer": "yes", "remark": ""} for code in CHECKLIST}
    review.set_checklist(application, items, by=handler, at=at)
    application.refresh_from_db()
    review.recommend(application, by=approver, at=at + HOUR)


def report(round: Round, officers: tuple[Actor, Actor], at: dt.datetime) -> CountyReport:
    """The county's report, sent."""
    handler, approver = officers
    region = approver.organisation.region if approver.organisation else None
    if region is None:
        raise LookupError("the officer stands in no county")
    made = reports.start_report(round, region, by=handler, at=at)
    reports.upload_report_scan(made, scan("推荐文件.pdf"), by=handler, at=at)
    reports.submit_report(made, document_number="示例工信〔示例〕1号", by=approver, at=at + HOUR)
    return made


def confirm(
    applications_: Sequence[Application], handler: Actor, chief: Actor, at: dt.datetime
) -> list[PilotInstitution]:
    """The city proposes, publicizes and, after five working days without objection, confirms."""
    for application in applications_:
        confirmation.propose(application, by=handler, at=at)
    confirmation.to_publicity(applications_, by=chief, at=at + HOUR)
    return [
        confirmation.confirm(application, by=chief, at=application.publicity_until + HOUR)
        for application in applications_
    ]


def publish_roster(round: Round, chief: Actor, at: dt.datetime) -> None:
    """The roster is published."""
    roster.publish_roster(round, document_number="示例工信发〔示例〕3号", by=chief, at=at)


def write_demand(
    round: Round, firm: Enterprise, by: Actor, n: int, at: dt.datetime, *, submitted: bool = True
) -> Demand:
    """An enterprise writes a demand in its four steps and submits it."""
    title, situation, wish = WISHES[n % len(WISHES)]
    demand = demanding.start_demand(firm, round=round, by=by, at=at)
    parts = {
        "kinds": {"kinds": [KINDS[n % len(KINDS)], KINDS[(n + 1) % len(KINDS)]], "title": title},
        "trouble": {"present_tier": "innovative", "situation": situation},
        "goal": {
            "target_tier": "provincial",
            "wish": wish,
            "due_on": (clock.beijing_date(at) + dt.timedelta(days=300)).isoformat(),
        },
        "money": {
            "budget": "8",
            "pays_from_gains": "",
            "contact": firm.contact,
            "phone": firm.phone,
            "name_public": "on" if firm.name_public else "",
        },
    }
    for part, typed in parts.items():
        demanding.save_part(demand, part, typed, revision=0, by=by, at=at)
    if submitted:
        demanding.submit_demand(demand, by=by, at=at)
    return demand


def publish_demands(
    round: Round,
    demands: Sequence[Demand],
    officers: dict[str, tuple[Actor, Actor]],
    handler: Actor,
    chief: Actor,
    at: dt.datetime,
    until: dt.datetime,
) -> DemandList:
    """Counties verify, the city prepares and publishes a list, open to the end of the day of `until`."""
    for demand in demands:
        demanding.verify_demand(demand, by=officers[demand.region.code][0], at=at)
    demanding.prepare_demands(demands, by=handler, at=at + HOUR)
    last = clock.end_of_day(clock.beijing_date(until))
    return demanding.publish_list(
        round, demands, claims_from=at + HOUR, claims_until=last, by=chief, at=at + HOUR
    )


def claim(
    demand: Demand, pilot: PilotInstitution, by: Actor, n: int, at: dt.datetime, *, submitted: bool = True
) -> Claim:
    """An institution claims a demand with a price split."""
    made = claims.start_claim(demand, pilot=pilot, by=by, at=at)
    kinds = tuple(demand.kinds.values_list("code", flat=True))
    price = 60_000_00 + n * 5_000_00
    data = rules.ClaimData(
        kinds=kinds,
        proposal="第一阶段现场诊断，第二阶段方案实施，第三阶段验收和跟踪；交付诊断报告和实施报告。",
        milestones="第 1 月诊断；第 2—4 月实施；第 5 月验收。",
        days=150,
        team="5 人，含 2 名高级工程师",
        list_price_fen=price,
        concession_fen=price // 5,
        enterprise_fen=price - price // 5,
    )
    typed = {"kinds": list(kinds), "proposal": data.proposal, "days": "150", "payment": "ONCE"}
    claims.save_claim(made, typed, revision=0, by=by, at=at)
    if submitted:
        claims.submit_claim(made, data, by=by, at=at)
    return made


def choose(demand: Demand, chosen: Claim, by: Actor, at: dt.datetime) -> Engagement:
    """The enterprise chooses one institution for everything."""
    demand.refresh_from_db()
    chosen.refresh_from_db()
    picks = {kind.code: chosen for kind in chosen.kinds.all()}
    return choosing.choose(demand, picks, by=by, at=at)[0]


def sign(engagement: Engagement, institution: Actor, firm: Actor, at: dt.datetime) -> None:
    """The contract is laid down and confirmed."""
    files.add_file(engagement, scan("合同.pdf"), purpose="contract", by=institution, at=at)
    today = clock.beijing_date(at)
    split = Split(
        engagement.list_price_fen,
        engagement.government_fen,
        engagement.concession_fen,
        engagement.enterprise_fen,
    )
    data = rules.ContractData(today, today, today + dt.timedelta(days=150), split, "ONCE")
    engagements.prepare_contract(engagement, data, by=institution, at=at)
    engagements.sign(engagement, by=firm, at=at + HOUR)


def serve(engagement: Engagement, institution: Actor, at: dt.datetime, visits: int = 2) -> None:
    """Service begins and is logged."""
    engagements.start_service(engagement, by=institution, at=at)
    for n in range(visits):
        day = clock.beijing_date(at) + dt.timedelta(days=n)
        engagements.log_service(
            engagement,
            on=day,
            hours=Decimal(4 + n),
            people=2,
            stage="诊断" if n == 0 else "实施",
            text="现场走访，梳理流程，形成问题清单。" if n == 0 else "安装调试，培训操作人员。",
            by=institution,
            at=at + dt.timedelta(days=n),
        )


def deliver(engagement: Engagement, institution: Actor, at: dt.datetime) -> None:
    """The institution asks for acceptance."""
    engagements.deliver(engagement, by=institution, at=at)


def accept(engagement: Engagement, firm: Actor, at: dt.datetime) -> None:
    """The enterprise accepts at the agreed prices."""
    split = Split(
        engagement.list_price_fen,
        engagement.government_fen,
        engagement.concession_fen,
        engagement.enterprise_fen,
    )
    engagements.accept(engagement, actual=split, by=firm, at=at)
