"""Attachment 4: the summary of service demands (notice, 附件4), A4 landscape."""

from __future__ import annotations

from dataclasses import dataclass, field

from pilot_portal.documents.pdf.flow import Table
from pilot_portal.documents.pdf.fonts import Fonts
from pilot_portal.documents.pdf.forms.common import (
    CENTRED,
    LISTED,
    VALUE,
    form_head,
    form_page,
    listed,
    note_block,
    table_rows,
    unit_line,
)
from pilot_portal.documents.pdf.frame import LANDSCAPE
from pilot_portal.documents.pdf.grid import Cell, Grid, Row
from pilot_portal.documents.pdf.page import Document, Imprint

TALL = 27.0
GAP_EM = 12  # between 申报单位 and 所在地


@dataclass(frozen=True, slots=True)
class Attachment4Words:
    """The form's words as issued."""

    mark: str = "附件4"
    title: str = "服务需求摸底汇总表"
    unit: str = "申报单位：（盖章）"
    place: str = "所在地："
    headers: tuple[str, ...] = (
        "序号",
        "企业名称",
        "所属县市区",
        "所需服务",
        "企业现状",
        "发展目标",
        "企业联系人\n及联系电话",
        "备注",
    )
    note: str = (
        "注：所需服务主要有十大类型：咨询管理、检验检测、共享制造、产权交易、人才招引、升规入统、争资引项、数智转型、技术创新、上市辅导；"
        "企业现状和培育目标主要有六种类型：创新型中小企业、省级专精特新中小企业、国家级专精特新“小巨人”、国家重点专精特新“小巨人”，"
        "升规入统、国省单项冠军等"
    )
    none: str = "（无）"


@dataclass(frozen=True, slots=True)
class Attachment4Row:
    """One demand; `contact` is name and phone."""

    company: str
    county: str
    services: tuple[str, ...]
    status: str
    target: str
    contact: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Attachment4Data:
    """The demands of one reporting body."""

    unit: str
    place: str
    rows: tuple[Attachment4Row, ...]
    imprint: Imprint = field(default_factory=Imprint)
    words: Attachment4Words = field(default_factory=Attachment4Words)


def attachment4(data: Attachment4Data, fonts: Fonts) -> Document:
    """Lay out Attachment 4, header repeated on each page. Raises MissingGlyph."""
    words = data.words
    rows = [
        (
            str(number),
            row.company,
            row.county,
            listed(row.services),
            row.status,
            row.target,
            row.contact,
            row.remark,
        )
        for number, row in enumerate(data.rows, start=1)
    ]
    styles = (CENTRED, VALUE, CENTRED, LISTED, VALUE, VALUE, CENTRED, VALUE)
    body = table_rows(words.headers, rows, styles, height=TALL, place=words.mark)
    if not rows:
        body = (*body, Row([Cell(words.none, CENTRED, span=len(words.headers))], TALL))
    note, tail = note_block(words.note, LANDSCAPE.width, fonts)
    blocks = [
        *form_head(words.mark, words.title, narrow=90),
        *unit_line(words.unit, data.unit, f"{'　' * GAP_EM}{words.place}{data.place}", fonts),
        Table(Grid((4.5, 23.5, 8.7, 18.5, 13, 13, 14, 12.3), body, head=1, tail=tail)),
        *note,
    ]
    return form_page(words.title, blocks, LANDSCAPE, data.imprint, fonts, words=data.words)
