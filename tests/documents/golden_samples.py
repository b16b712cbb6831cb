"""The papers whose pictures are kept: those of samples.py, and what is hard to set beside them.

Rare names on every kind of paper, very short and very long texts, tables that run over many pages, the
marks of a rehearsal and a demonstration, red heads.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from pilot_portal.documents.pdf import Document, Fonts
from pilot_portal.documents.pdf.forms import (
    Attachment3Data,
    Attachment4Row,
    DemandListRow,
    Heading,
    Slip,
    SlipsData,
    TierCounts,
    attachment1,
    attachment3,
    attachment4,
    covering_letter,
    demand_list,
    letter,
    print_set,
    ranking,
    roster,
    slips,
)
from tests.documents.samples import (
    COUNTY_REPORT,
    COVERING,
    DEMAND_LIST,
    DEMANDS,
    IMPRINT,
    KINDS,
    LETTER,
    LONG,
    PAPERS,
    PROMISE,
    RANKING,
    RARE,
    ROSTER,
    SITUATION,
)

ALL_KINDS = (*KINDS, "技术创新", "上市辅导")
NAME = "株洲示例先进轨道交通装备与硬质合金共性技术服务平台（芦淞）生产力促进中心有限责任公司"
RARE_NAME = "株洲示例䶮㛃𬭎喆堃精密制造有限公司"
PEOPLE = ("龚䶮 13800000001", "陈㛃 13800000002", "王𬭎 13800000003", "李堃、王喆、赵甪 0731-20000000")
SUITE = replace(
    SITUATION,
    name="株洲示例渌醴攸检测技术有限公司",
    county="渌口区",
    legal_representative="王𬭎",
    contact="赵甪",
    registered_at="醴陵市示例路8号；攸县示例街9号；渌口区示例巷10号",
    premises=RARE,
    path=f"为{RARE_NAME}等企业服务。",
    results=f"已服务{RARE_NAME}（{RARE}）。",
)
SCANT = Attachment3Data(
    year=2023,
    name="示例",
    county="攸县",
    legal_representative="甲",
    credit_code="91000000MA0000T44T",
    contact="乙",
    phone="13800000001",
    registered_on=date(2022, 12, 31),
    registered_at="—",
    served=TierCounts(0, 0, 0, 0, 0),
    targets=TierCounts(10, 0, 0, 0, 0),
    before=None,
    last=SITUATION.last,
    premises="无",
    path="无",
    results="无",
    imprint=IMPRINT,
)
FULL = replace(
    SITUATION,
    name=NAME,
    registered_at=NAME + "第12栋A座3单元1801室、1802室、1803室",
    served=TierCounts(
        10435, 2312, 1808, 200, 100, (("升规入统", 1500), ("国省单项冠军", 30), ("其他", 9999))
    ),
    last=replace(SITUATION.last, assets=Decimal("123456789.01"), profit=Decimal("-98765432.10")),
    premises=LONG * 3,
    path="\n".join(f"（{number}）{LONG}" for number in "一二三四五六"),
    results="\n".join(f"{number}.{LONG}" for number in range(1, 13)),
)
MARKED = replace(IMPRINT, specimen=True, banner="征求意见")
TEXT = (
    "你单位提交的申报材料收悉，经核，存在以下问题：",
    Heading("一、基本情况表"),
    LONG,
    Heading("（一）经营状况", 2),
    LONG * 4,
    Heading("1.资产总额", 3),
    LONG * 3,
    Heading("二、主要服务内容或实施路径"),
    LONG * 6,
    f"涉及人员：{RARE}。",
)
HEAD, NUMBER = "株洲市工业和信息化局文件", "株工信发〔2023〕12号"
SLIPS = SlipsData(
    "芦淞区工信部门",
    "2023年服务机构（平台）培育优质企业试点服务需求摸底",
    "portal.example",
    [
        Slip(name, f"https://portal.example/invited/{at:032x}/", f"ABCD{at:04d}", date(2023, 4, 30))
        for at, name in enumerate(("示例厂", RARE_NAME, NAME, *[f"株洲示例{n}号厂" for n in range(6)]))
    ],
    replace(IMPRINT, number="2023-L-0001"),
)


def application_set(data: Attachment3Data, fonts: Fonts) -> Document:
    """Attachments 2 and 3 as an institution prints them."""
    return print_set(replace(PROMISE, imprint=replace(PROMISE.imprint, number="2023-A-0001")), data, fonts)


def mixed(wordy: str, rare: str) -> tuple[str, str, str, str]:
    """Names of rows that are hard to set: long, rare, short, and the usual one."""
    return wordy, rare, "示例厂", "株洲示例一号有限公司"


# Name → (form, data), as in samples.py.
MORE = {
    "set": (application_set, SUITE),
    "set-long": (application_set, FULL),
    "attachment3-scant": (attachment3, SCANT),
    "attachment3-marked": (attachment3, replace(SITUATION, imprint=MARKED)),
    "attachment1-rare": (
        attachment1,
        replace(
            COUNTY_REPORT,
            rows=tuple(
                replace(COUNTY_REPORT.rows[0], name=name, contact=contact)
                for name, contact in zip(mixed(NAME, RARE_NAME), PEOPLE, strict=True)
            ),
            imprint=MARKED,
        ),
    ),
    "attachment1-long": (
        attachment1,
        replace(
            COUNTY_REPORT,
            rows=tuple(
                replace(row, name=NAME, contact=PEOPLE[3], services=ALL_KINDS, remark=LONG[: 20 + 4 * at])
                for at, row in enumerate(COUNTY_REPORT.rows)
            ),
        ),
    ),
    "attachment4-none": (attachment4, replace(DEMANDS, rows=())),
    "attachment4-rare": (
        attachment4,
        replace(
            DEMANDS,
            rows=tuple(
                replace(DEMANDS.rows[0], company=name, contact=contact, county="醴陵市")
                for name, contact in zip(mixed(NAME, RARE_NAME), PEOPLE, strict=True)
            ),
            imprint=MARKED,
        ),
    ),
    "attachment4-long": (
        attachment4,
        replace(
            DEMANDS,
            rows=tuple(
                Attachment4Row(
                    NAME,
                    "株洲经开区",
                    ALL_KINDS[: 1 + at % 10],
                    "国家级专精特新“小巨人”",
                    "国家重点专精特新“小巨人”",
                    PEOPLE[at % 4],
                    LONG[: 5 * at],
                )
                for at in range(24)
            ),
        ),
    ),
    "covering-long": (
        covering_letter,
        replace(COVERING, names=tuple(f"{NAME}（{at}）" for at in range(1, 31)), head=HEAD, number=NUMBER),
    ),
    "covering-supplement": (
        covering_letter,
        replace(COVERING, names=(RARE_NAME,), supplement=True, contact="联系人：龚䶮，电话：13800000001"),
    ),
    "letter-rare": (
        letter,
        replace(
            LETTER, paragraphs=(f"{RARE_NAME}：{RARE}。",), enclosures=(RARE_NAME,), issuer="攸县工信部门"
        ),
    ),
    "letter-long": (
        letter,
        replace(
            LETTER,
            head=HEAD,
            number=NUMBER,
            paragraphs=TEXT,
            enclosures=(NAME * 2, "申报须知"),
            contact="联系人：王𬭎，电话：13800000003",
            imprint=MARKED,
        ),
    ),
    "roster-rare": (
        roster,
        replace(
            ROSTER,
            rows=tuple(
                replace(ROSTER.rows[0], name=name, county="渌口区", services=ALL_KINDS, remark=remark)
                for name, remark in zip(mixed(NAME, RARE_NAME), ("", "新增", "原示例站", ""), strict=True)
            ),
            head=HEAD,
            number=NUMBER,
            note="注：按收到申报的先后排列。",
        ),
    ),
    "roster-none": (roster, replace(ROSTER, rows=())),
    "demand-list-long": (
        demand_list,
        replace(
            DEMAND_LIST,
            rows=tuple(
                DemandListRow(
                    f"2023-D-{at:04d}",
                    NAME if at % 2 else RARE_NAME,
                    "株洲经开区",
                    ALL_KINDS[: 1 + at % 10],
                    "国家级专精特新“小巨人”",
                    "国家重点专精特新“小巨人”",
                )
                for at in range(1, 31)
            ),
        ),
    ),
    "ranking-long": (
        ranking,
        replace(
            RANKING,
            rows=tuple(
                replace(RANKING.rows[0], rank=at, name=NAME, county="株洲经开区", verdict="调整出服务体系")
                for at in range(1, 41)
            ),
            note=f"注：{LONG}",
        ),
    ),
    "slips": (slips, SLIPS),
}
GOLDEN = PAPERS | MORE
assert len(GOLDEN) == len(PAPERS) + len(MORE), "two papers of one name"
