"""Attachment 3: the applicant's basic situation (notice, 附件3), field by field as issued."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pilot_portal.documents.pdf.flow import Paragraph, Table
from pilot_portal.documents.pdf.fonts import Fonts
from pilot_portal.documents.pdf.forms.attachment2 import Attachment2Data, attachment2
from pilot_portal.documents.pdf.forms.common import (
    CENTRED,
    FIGURE,
    LABEL,
    LONG,
    NOTHING,
    VALUE,
    day,
    figure,
    fill,
    form_head,
    form_page,
)
from pilot_portal.documents.pdf.frame import PORTRAIT
from pilot_portal.documents.pdf.grid import Cell, Grid, Row
from pilot_portal.documents.pdf.page import Document, Imprint, join
from pilot_portal.documents.pdf.text import Style

LINE = 22.0
GAP = 26.0  # empty height of a long text that is not filled in
Money = Decimal | None


@dataclass(frozen=True, slots=True)
class TierCounts:
    """Enterprises by tier; `others` are label–number pairs (升规入统, 国省单项冠军 …)."""

    total: int | None = None
    innovative: int | None = None
    provincial: int | None = None
    national: int | None = None
    key: int | None = None
    others: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class YearFigures:
    """One year of 近年经营状况 in 万元; None is printed as —."""

    staff: int | None = None
    graduates: int | None = None
    assets: Money = None
    fixed: Money = None
    current: Money = None
    liabilities: Money = None
    net_assets: Money = None
    revenue: Money = None
    service_revenue: Money = None
    service_cost: Money = None
    labour_cost: Money = None
    activity_cost: Money = None
    tax: Money = None
    profit: Money = None


@dataclass(frozen=True, slots=True)
class Attachment3Words:
    """The form's words as issued, 「国家及小巨人」 and the unit line included."""

    mark: str = "附件3"
    title: str = "{year}年株洲市支持服务机构（平台）\n培育优质企业试点基本情况表"
    unit: str = "单位：万元：人、平米"
    name: str = "服务机构（平台）"
    county: str = "所在县市区"
    legal_representative: str = "企业法人"
    credit_code: str = "社会信用代码"
    contact: str = "联系人"
    phone: str = "联系电话"
    registered_on: str = "注册时间"
    registered_at: str = "注册地址"
    served: str = "已服务企业"
    targets: str = "培育企业目标数"
    tiers: str = (
        "共计{total}家，其中{innovative}家创新型中小企业，{provincial}家省级专精特新中小企业，"
        "{national}家国家及小巨人企业，{key}家国家重点小巨人。（其它：{others}）"
    )
    no_others: str = "如升规入统、国省单项冠军"
    years: str = "近年经营状况"
    year: str = "年份"
    figures_left: tuple[str, ...] = (
        "从业人数\n（不含外聘）",
        "其中：本科及\n以上学历人员",
        "资产总额",
        "固定资产",
        "流动资产",
        "负债总额",
        "净资产",
    )
    figures_right: tuple[str, ...] = (
        "主营业务收入",
        "其中：服务性收入",
        "服务成本支出",
        "其中：人工成本",
        "服务活动成本",
        "上缴税金",
        "净利润",
    )
    premises: str = "主要服务场地、设施情况："
    path: str = "主要服务内容或实施路径："
    results: str = "培育优质企业业绩："
    again: str = "（续）："  # after the label of a text that goes on


@dataclass(frozen=True, slots=True)
class Attachment3Data:
    """A frozen application.

    `before` is the year two before the round, `last` the year before it (None: no figures, —).
    """

    year: int
    name: str
    county: str
    legal_representative: str
    credit_code: str
    contact: str
    phone: str
    registered_on: date | None
    registered_at: str
    served: TierCounts
    targets: TierCounts
    before: YearFigures | None
    last: YearFigures | None
    premises: str
    path: str
    results: str
    imprint: Imprint = field(default_factory=Imprint)
    words: Attachment3Words = field(default_factory=Attachment3Words)


def tier_sentence(counts: TierCounts, words: Attachment3Words) -> str:
    """The sentence of 已服务企业 and 培育企业目标数 with its numbers.

    A number not given leaves its blank.
    """
    values = {
        name: getattr(counts, name) for name in ("total", "innovative", "provincial", "national", "key")
    }
    shown = {name: "　　" if value is None else str(value) for name, value in values.items()}
    others = "、".join(f"{label}{number}家" for label, number in counts.others) or words.no_others
    return fill(words.tiers, others=others, **shown)


LEFT = ("staff", "graduates", "assets", "fixed", "current", "liabilities", "net_assets")
RIGHT = ("revenue", "service_revenue", "service_cost", "labour_cost", "activity_cost", "tax", "profit")


def _figure_rows(data: Attachment3Data) -> list[Row]:
    words = data.words
    years = (f"{data.year - 2}年", f"{data.year - 1}年")
    rows = [
        Row([Cell(words.years, LABEL, span=6)], LINE),
        Row([Cell(text, LABEL) for text in (words.year, *years, "", *years)], LINE),
    ]
    sides = zip(words.figures_left, LEFT, words.figures_right, RIGHT, strict=True)
    for left, left_name, right, right_name in sides:
        cells = []
        for label, name in ((left, left_name), (right, right_name)):
            cells.append(Cell(label, LABEL, place=label))
            for figures in (data.before, data.last):
                text = NOTHING if figures is None else figure(getattr(figures, name))
                cells.append(
                    Cell(text, CENTRED if text == NOTHING or name in LEFT[:2] else FIGURE, place=label)
                )
        rows.append(Row(cells, LINE))
    return rows


def _long_rows(data: Attachment3Data) -> list[Row]:
    """The three long texts.

    As issued, the first has a box of its own under its label, the others begin below theirs.
    """
    words = data.words
    label = Style(LABEL.role, LABEL.size, 17)
    rows = []
    for title, text, joined in (
        (words.premises, data.premises, False),
        (words.path, data.path, True),
        (words.results, data.results, True),
    ):
        place = f"{words.mark}“{title.rstrip('：')}”"
        rows.append(Row([Cell(title, label, span=6, pad=(6, 3), place=words.mark)], keep=True, joined=joined))
        box = Cell(text, LONG, span=6, valign="top", pad=(6, 4), place=place)
        again = Cell(title.rstrip("：") + words.again, label, pad=(6, 3), place=words.mark)
        rows.append(Row([box], GAP, flow=True, again=again))
    return rows


def attachment3(data: Attachment3Data, fonts: Fonts) -> Document:
    """Lay out Attachment 3: one page with short texts, flowing over pages with long ones.

    Raises MissingGlyph.
    """
    words = data.words
    title = fill(words.title, year=data.year)

    def pair(*cells: tuple[str, str]) -> Row:
        row = []
        for label, value in cells:
            row.append(Cell(label, LABEL, place=label))
            row.append(Cell(value, VALUE, span=5 if len(cells) == 1 else 2, place=f"{words.mark}“{label}”"))
        return Row(row, LINE)

    rows = [
        pair((words.name, data.name)),
        pair((words.county, data.county)),
        pair((words.legal_representative, data.legal_representative), (words.credit_code, data.credit_code)),
        pair((words.contact, data.contact), (words.phone, data.phone)),
        pair((words.registered_on, day(data.registered_on)), (words.registered_at, data.registered_at)),
        pair((words.served, tier_sentence(data.served, words))),
        pair((words.targets, tier_sentence(data.targets, words))),
        *_figure_rows(data),
        *_long_rows(data),
    ]
    blocks = [
        *form_head(words.mark, title, narrow=82),
        Paragraph(words.unit, Style("song", 10.5, 18, "right"), keep=True),
        Table(Grid((19.6, 13, 13, 19.6, 17.4, 17.4), rows)),
    ]
    return form_page(title, blocks, PORTRAIT, data.imprint, fonts, words=data.words)


def print_set(promise: Attachment2Data, situation: Attachment3Data, fonts: Fonts) -> Document:
    """Attachments 2 and 3 as one file to print; each keeps its own page numbers. Raises MissingGlyph."""
    parts = attachment2(promise, fonts), attachment3(situation, fonts)
    return join(
        "".join(part.title + separator for part, separator in zip(parts, ("、", ""), strict=True)), *parts
    )
