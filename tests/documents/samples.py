"""Data of every paper as tests print it: bodies and people are made up."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from pilot_portal.documents.pdf import Document, Imprint, canonical, load_fonts, save
from pilot_portal.documents.pdf.charts import BarChart, ColumnChart, LineChart, Series
from pilot_portal.documents.pdf.forms import (
    Attachment1Data,
    Attachment1Row,
    Attachment2Data,
    Attachment3Data,
    Attachment4Data,
    Attachment4Row,
    CoveringLetterData,
    DemandListData,
    DemandListRow,
    Heading,
    LetterData,
    NoticeColumn,
    NoticeData,
    RankingData,
    RankingRow,
    RosterData,
    RosterRow,
    ServiceProofData,
    TierCounts,
    YearFigures,
    attachment1,
    attachment2,
    attachment3,
    attachment4,
    covering_letter,
    demand_list,
    letter,
    notice,
    ranking,
    roster,
    service_proof,
)
from pilot_portal.documents.pdf.official import body, official_page

RARE = "䶮㛃𬭎喆堃甪渌醴攸"
VERIFY = "https://portal.example/verify/0123456789abcdef0123456789abcdef/"
DIGEST = "3f2a9c4e5b6d7081aabbccddeeff00112233445566778899aabbccddeeff0011"
IMPRINT = Imprint("2023-A-0001", "第2版", DIGEST, VERIFY)
KINDS = ("咨询管理", "检验检测", "共享制造", "产权交易", "人才招引", "升规入统", "争资引项", "数智转型")
LONG = (
    "围绕先进轨道交通装备、先进硬质材料两条产业链，建设共性技术服务平台（含ISO9001:2015、CNAS认可实验室），"
    "按照“政府补一点，机构（平台）让一点，企业出一点”的思路，降低企业发展成本：先诊断……后方案——再实施。"
)
FIGURES = YearFigures(
    40,
    30,
    *(
        Decimal(text)
        for text in (
            "1402.75",
            "802.10",
            "600.65",
            "395.00",
            "1007.75",
            "958.00",
            "900.00",
            "500.00",
            "320.00",
            "120.00",
            "55.20",
            "-12.30",
        )
    ),
)
PROMISE = Attachment2Data(2023, Imprint("2023-A-0001"))
SITUATION = Attachment3Data(
    year=2023,
    name="株洲示例云帆生产力促进中心有限公司",
    county="芦淞区",
    legal_representative="陈㛃",
    credit_code="91000000MA0000T44T",
    contact="龚䶮",
    phone="13800000001",
    registered_on=date(2015, 3, 1),
    registered_at="株洲市芦淞区示例大道1号示例科技园A座301室",
    served=TierCounts(35, 12, 8, 2, 1, (("升规入统", 5), ("国省单项冠军", 0))),
    targets=TierCounts(20, 10, 6, 2, 0),
    before=FIGURES,
    last=replace(FIGURES, assets=Decimal("1868.30")),
    premises="自有检测场地1,200平米，设备46台（套）。",
    path="面向轨道交通、硬质合金两条产业链，提供“咨询—检测—改造”一体化服务：先诊断，后方案，再实施。",
    results="服务过王𬭎、李堃、王喆、赵甪等负责人所在的渌口、醴陵、攸县企业。",
    imprint=IMPRINT,
)
COUNTY_REPORT = Attachment1Data(
    2023,
    "芦淞区工信部门",
    tuple(
        Attachment1Row(f"株洲示例{at}号技术服务有限公司", "龚䶮 13800000001", KINDS[at % 6 : at % 6 + 2], 30)
        for at in range(1, 31)
    ),
    IMPRINT,
)
DEMANDS = Attachment4Data(
    "芦淞区工信部门",
    "芦淞区",
    tuple(
        Attachment4Row(
            f"株洲示例{at}号精密制造有限公司",
            "芦淞区",
            KINDS[at % 6 : at % 6 + 2],
            "创新型中小企业",
            "国家级专精特新“小巨人”",
            "李堃 13800000002",
            "急",
        )
        for at in range(1, 41)
    ),
    IMPRINT,
)
DAY = date(2023, 3, 16)
COVERING = CoveringLetterData(
    2023, "芦淞区工信部门", DAY, ("株洲示例一号有限公司", "株洲示例二号有限公司"), imprint=IMPRINT
)
ROSTER = RosterData(
    2023,
    "株洲市工业和信息化局",
    DAY,
    tuple(RosterRow(f"株洲示例{at}号有限公司", "天元区", KINDS[:2]) for at in range(1, 41)),
    imprint=IMPRINT,
)
DEMAND_LIST = DemandListData(
    2023,
    1,
    "株洲市工业和信息化局",
    DAY,
    "揭榜时间：2023年4月7日至4月20日24:00（北京时间）。",
    tuple(
        DemandListRow(f"2023-D-{at:04d}", "某轨道交通企业", "渌口区", KINDS[:2], "创新型中小企业", "升规入统")
        for at in range(1, 21)
    ),
    imprint=IMPRINT,
)
RANKING = RankingData(
    2022,
    "株洲市工业和信息化局",
    DAY,
    tuple(
        RankingRow(at, f"株洲示例{at}号有限公司", "攸县", 20, 15, "95.0%", "96.25", "继续")
        for at in range(1, 13)
    ),
    note="注：截至2022年12月31日。",
    imprint=IMPRINT,
)
LETTER = LetterData(
    "一次性补正告知书",
    "株洲示例检测技术有限公司：",
    (
        "你单位提交的申报材料收悉，需补正以下内容：",
        Heading("一、基本情况表"),
        LONG,
        Heading("（一）经营状况", 2),
        LONG,
    ),
    "芦淞区工信部门",
    DAY,
    enclosures=("补正内容清单", "申报须知"),
    closing="特此告知。",
    imprint=IMPRINT,
)
BUREAU = "株洲市工业和信息化局"
DECISION = LetterData(
    "移出决定书",
    "株洲示例检测技术有限公司：",
    ("经查，你单位存在以下情形：", LONG, "经研究，决定将你单位移出试点服务机构（平台）名单。"),
    BUREAU,
    DAY,
    number="示例工信〔2023〕22号",
    imprint=IMPRINT,
)
NOTICE = NoticeData(
    "2023年度拟确认试点服务机构（平台）公示",
    ("现予公示，公示期5个工作日。", "如有异议，请在公示期内书面反映。"),
    BUREAU,
    DAY,
    (NoticeColumn("名称", 40), NoticeColumn("县市区", 14, "middle"), NoticeColumn("服务类型", 30, "list")),
    tuple((f"株洲示例{at}号有限公司", "天元区", "、".join(KINDS[: at % 8 + 1])) for at in range(1, 4)),
    total="合计 3 家",
    note="注：名单以公示期满后公布的为准。",
    imprint=IMPRINT,
)
PROOF = ServiceProofData(
    BUREAU, "移出决定书", "示例工信〔2023〕22号", "株洲示例检测技术有限公司", imprint=IMPRINT
)


@dataclass(frozen=True, slots=True)
class ChartsData:
    """Charts as a report would hold them."""

    charts: tuple[BarChart | ColumnChart | LineChart, ...]
    imprint: Imprint = IMPRINT


def charts_sheet(data, fonts):
    """A page with charts between its words."""
    blocks = [body("试点期内的需求、签约和完成情况如下。"), *data.charts]
    return official_page("图表样张", blocks, data.imprint, fonts)


TIERS = ("创新型\n中小企业", "省级专精特新", "国家级“小巨人”", "重点“小巨人”", "单项冠军", "升规入统")
COUNTIES = (
    "荷塘区",
    "芦淞区",
    "石峰区",
    "天元区",
    "渌口区",
    "攸县",
    "茶陵县",
    "炎陵县",
    "醴陵市",
    "株洲经开区（云龙示范区）",
)
CHARTS = ChartsData(
    (
        ColumnChart(
            "图1　六项目标完成情况",
            TIERS,
            (Series("目标", (200, 80, 30, 10, 6, 200)), Series("完成", (186, 91, 12, 3, 0, 143))),
            unit="家",
            source="数据来源：示例统计，截至2023年12月31日。",
        ),
        BarChart(
            "图2　各县市区服务情况",
            COUNTIES,
            (
                Series("公开发布需求", (12, 30, 8, 45, 9, 21, 6, 3, 38, 7)),
                Series("签约", (10, 22, 8, 40, 7, 15, 5, 2, 30, 6)),
                Series("服务完成", (8, 20, None, 33, 5, 12, 4, 0, 28, 6)),
            ),
            unit="项",
        ),
        LineChart(
            "图3　满意率变化",
            ("2021年", "2022年", "2023年"),
            (
                Series("全市", (Decimal("81.2"), Decimal("84.0"), Decimal("93.25"))),
                Series("咨询管理", (Decimal("79.0"), Decimal("83.5"), Decimal("91.0"))),
                Series("检验检测", (Decimal("60.0"), None, Decimal("88.8"))),
            ),
            unit="%",
        ),
    )
)
# Every paper: name → (form, data).
PAPERS = {
    "attachment1": (attachment1, COUNTY_REPORT),
    "attachment1-none": (attachment1, replace(COUNTY_REPORT, rows=())),
    "attachment2": (attachment2, PROMISE),
    "attachment3": (attachment3, SITUATION),
    "attachment3-long": (
        attachment3,
        replace(SITUATION, premises=LONG, path=LONG * 20, results="\n".join([LONG] * 20)),
    ),
    "attachment4": (attachment4, DEMANDS),
    "covering": (covering_letter, COVERING),
    "covering-none": (covering_letter, replace(COVERING, names=())),
    "roster": (roster, ROSTER),
    "demand-list": (demand_list, DEMAND_LIST),
    "ranking": (ranking, RANKING),
    "letter": (letter, LETTER),
    "letter-short": (letter, replace(LETTER, paragraphs=("收悉。",), enclosures=())),
    "decision": (letter, DECISION),
    "decision-long": (letter, replace(DECISION, paragraphs=("经查：", LONG * 12, "经研究，决定如下。"))),
    "notice": (notice, NOTICE),
    "notice-long": (
        notice,
        replace(NOTICE, paragraphs=(LONG * 3,), rows=NOTICE.rows * 30, total="合计 90 家"),
    ),
    "notice-words": (notice, replace(NOTICE, columns=(), rows=(), total="", note="", closing="特此公告。")),
    "service-proof": (service_proof, PROOF),
    "service-proof-long": (
        service_proof,
        replace(PROOF, addressee=f"株洲示例{RARE}有限公司" * 4, number="", document="移出事先告知书" * 6),
    ),
    "charts": (charts_sheet, CHARTS),
    "charts-narrow": (
        charts_sheet,
        ChartsData((replace(CHARTS.charts[0], labels=tuple(f"{name}很长的标签" * 3 for name in TIERS)),)),
    ),
}


def build(name: str) -> Document:
    """A sample laid out."""
    form, data = PAPERS[name]
    return form(data, load_fonts())


def file_of(name: str) -> bytes:
    """A sample as a file, its data attached."""
    return save(build(name), load_fonts(), attached=canonical(PAPERS[name][1]))
