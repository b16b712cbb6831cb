"""The sections of an application, declared once for forms, check page, comparison, versions, papers.

Source: Attachment 3 (基本情况表), Attachment 2 (承诺), domain.md §4.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

TEXT, LONG, COUNT, MONEY, DAY, PHONE, CODE = "text", "long", "count", "money", "day", "phone", "code"
CHOICE, CHOICES, TICK, FILE = "choice", "choices", "tick", "file"


@dataclass(frozen=True)
class Field:
    """One field as typed: its key, label, kind, unit and whether it must be filled."""

    key: str
    label: str
    kind: str = TEXT
    unit: str = ""
    help: str = ""
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    limit: int = 200


@dataclass(frozen=True)
class Section:
    """One page of the application."""

    code: str
    title: str
    group: str
    lead: str = ""
    fields: tuple[Field, ...] = field(default=())


GROUPS = {
    "body": "一、机构情况",
    "service": "二、服务能力与目标",
    "promise": "三、承诺与提交",
}
LEGAL_KINDS = (
    ("company", "公司制企业"),
    ("public_institution", "事业单位"),
    ("social", "社会组织（民办非企业单位、社会团体等）"),
    ("other", "其他法人"),
)
TIER_FIELDS = (
    ("innovative", "创新型中小企业"),
    ("provincial", "省级专精特新中小企业"),
    ("giant", "国家级专精特新“小巨人”企业"),
    ("key_giant", "国家重点专精特新“小巨人”企业"),
    ("above_scale", "其他：升规入统"),
    ("champion", "其他：国省单项冠军"),
)
# The rows of 近年经营状况, in the order of the form: key, label, kind, is it a 其中 of the row before.
FIGURES: tuple[tuple[str, str, str, bool], ...] = (
    ("staff", "从业人数", COUNT, False),
    ("graduates", "其中：本科及以上学历人员", COUNT, True),
    ("assets", "资产总额", MONEY, False),
    ("fixed_assets", "固定资产", MONEY, True),
    ("current_assets", "流动资产", MONEY, True),
    ("liabilities", "负债总额", MONEY, False),
    ("net_assets", "净资产", MONEY, False),
    ("revenue", "主营业务收入", MONEY, False),
    ("service_revenue", "其中：服务性收入", MONEY, True),
    ("service_cost", "服务成本支出", MONEY, False),
    ("labour_cost", "其中：人工成本", MONEY, True),
    ("activity_cost", "服务活动成本", MONEY, True),
    ("tax", "上缴税金", MONEY, False),
    ("profit", "净利润", MONEY, False),
)
COMPUTED = frozenset({"net_assets"})
MAY_BE_NEGATIVE = frozenset({"net_assets", "profit"})
PEOPLE_ROWS = ("staff", "graduates", "assets", "fixed_assets", "current_assets", "liabilities", "net_assets")
CASES = 3


def tier_fields(prefix: str, total: str) -> tuple[Field, ...]:
    """Total and counts by tier, for 已服务企业 and 培育企业目标数 alike."""
    return (
        Field(f"{prefix}_total", total, COUNT, "家"),
        *(Field(f"{prefix}_{key}", label, COUNT, "家") for key, label in TIER_FIELDS),
    )


def figure_fields(years: tuple[int, int]) -> tuple[Field, ...]:
    """One field a year and row; 净资产 is computed and never typed."""
    return tuple(
        Field(
            f"{key}_{year}",
            f"{year}年{label.removeprefix('其中：')}",
            kind,
            "人" if kind == COUNT else "万元",
        )
        for key, label, kind, _sub in FIGURES
        if key not in COMPUTED
        for year in years
    )


def case_fields() -> tuple[Field, ...]:
    """Up to three success cases; the first is required (有若干服务成功案例)."""
    rows: list[Field] = []
    for n in range(1, CASES + 1):
        must = n == 1
        rows += [
            Field(f"case{n}_firm", f"案例{n}：企业名称", required=must),
            Field(f"case{n}_code", f"案例{n}：统一社会信用代码", CODE, required=False),
            Field(f"case{n}_service", f"案例{n}：提供的服务", LONG, required=must, limit=500),
            Field(f"case{n}_title", f"案例{n}：获得的称号", required=must),
            Field(f"case{n}_year", f"案例{n}：认定年份", COUNT, "年", required=must),
            Field(f"case{n}_consent", f"案例{n}：企业同意公开名称", TICK, required=False),
        ]
    return tuple(rows)


def sections(
    years: tuple[int, int],
    *,
    kinds: tuple[tuple[str, str], ...] = (),
    chains: tuple[tuple[str, str], ...] = (),
) -> tuple[Section, ...]:
    """The sections of a round; the choices of kinds and chains come from the code tables."""
    return (
        Section(
            "basic",
            "机构基本信息",
            "body",
            "与营业执照（法人证书）一致。代码和名称取自账号，如有变更请先更正账号信息。",
            (
                Field("name", "服务机构（平台）名称", limit=120),
                Field("legal_representative", "企业法人（法定代表人）", limit=40),
                Field("credit_code", "社会信用代码", CODE),
                Field("legal_kind", "法人类型", CHOICE, choices=LEGAL_KINDS),
                Field("registered_on", "注册时间", DAY),
                Field("address", "注册地址", limit=160),
            ),
        ),
        Section(
            "contact",
            "联系人",
            "body",
            "只用于本次申报的联系，不会在网上公布。",
            (
                Field("contact", "联系人", limit=40),
                Field("phone", "联系电话", PHONE, help="手机，或带区号的座机"),
            ),
        ),
        Section(
            "served",
            "已服务企业",
            "body",
            "历年累计服务的企业。同一企业可以有多种称号，分项之和可以大于总数，每一分项不能大于总数。",
            tier_fields("served", "已服务企业共计"),
        ),
        Section(
            "finance",
            "近年经营状况",
            "body",
            "按年度财务报表填写，单位为万元，保留两位小数。净资产由系统计算，不必填写。中途离开，已填内容会保留在草稿中。",
            figure_fields(years),
        ),
        Section(
            "services",
            "主要服务内容",
            "service",
            "",
            (
                Field("kinds", "主要服务内容", CHOICES, choices=kinds, help="十类服务，可多选"),
                Field("chains", "服务的产业链", CHOICES, choices=chains, help="可多选"),
                Field("niche", "细分行业", limit=160),
                Field("capacity", "年服务企业能力", COUNT, "家"),
                Field("path", "主要服务内容或实施路径", LONG, limit=3000),
                Field("common", "针对行业共性问题的方案", LONG, limit=3000),
                Field("individual", "针对企业个性需求的方案", LONG, limit=3000),
                Field("partners", "合作资源", LONG, required=False, limit=1000),
                Field("prices", "主要服务价目", LONG, help="服务名称与标价，一行一项", limit=2000),
            ),
        ),
        Section(
            "targets",
            "培育企业目标数",
            "service",
            "试点期一年内的目标。承诺服务企业数不少于 10 家，且不大于年服务企业能力。",
            (Field("committed", "承诺服务企业数", COUNT, "家"), *tier_fields("target", "培育企业目标共计")),
        ),
        Section(
            "premises",
            "场地设施与业绩",
            "service",
            "",
            (
                Field("premises", "主要服务场地、设施情况", LONG, limit=3000),
                Field("results", "培育优质企业业绩", LONG, limit=3000),
            ),
        ),
        Section("cases", "成功案例", "service", "至少一个：服务对象成为专精特新企业的案例。", case_fields()),
        Section(
            "eligibility",
            "资格声明与附件",
            "promise",
            "附营业执照（法人证书）扫描件。",
            (
                Field("in_city", "本单位在株洲市内注册", TICK),
                Field("no_finance", "本单位不是金融服务机构", TICK),
                Field("licence", "营业执照（法人证书）", FILE),
            ),
        ),
        Section(
            "promise",
            "真实性承诺",
            "promise",
            "",
            (Field("promised", "我单位已阅读并作出上述承诺", TICK),),
        ),
    )


def promise_text(year: int) -> str:
    """Attachment 2, word for word; the year comes from the round."""
    return (
        f"我单位承诺：此次申报{year}年度株洲市支持服务机构（平台）培育优质企业试点，所提交的申报材料内容和"
        "所附资料均真实、合法。如有不实之处，愿负相应的法律责任，并承担由此产生的一切后果。"
    )


def all_fields(parts: tuple[Section, ...]) -> Iterator[tuple[Section, Field]]:
    """Every field with its section, in order."""
    for section in parts:
        for item in section.fields:
            yield section, item


# What the county checks against the papers (domain.md §4: county checklist).
CHECKLIST = {
    "in_city": "在株洲市内注册（对照营业执照）",
    "legal_person": "具备独立法人资格",
    "not_finance": "不是金融服务机构",
    "field": "有行业知识积累和服务生态",
    "cases": "有服务成功案例",
    "policy": "符合国、省、市政策导向",
}
