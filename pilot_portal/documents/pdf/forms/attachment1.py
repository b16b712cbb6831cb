"""Attachment 1: the county's summary of recommended institutions (notice, 附件1)."""

from __future__ import annotations

from dataclasses import dataclass, field

from pilot_portal.documents.pdf.flow import Table
from pilot_portal.documents.pdf.fonts import Fonts
from pilot_portal.documents.pdf.forms.common import (
    CENTRED,
    LISTED,
    VALUE,
    fill,
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


@dataclass(frozen=True, slots=True)
class Attachment1Words:
    """The form's words as issued."""

    mark: str = "附件1"
    title: str = "{year}年株洲市支持服务机构（平台）培育优质企业试点汇总表"
    unit: str = "县市区工信部门（盖章）："
    headers: tuple[str, ...] = (
        "序号",
        "服务机构（平台）\n名称",
        "联系人及联系电话",
        "主要服务内容",
        "年服务企业\n能力（家）",
        "备注",
    )
    note: str = (
        "注：主要服务内容包括咨询管理、检验检测、共享制造、产权交易、人才招引、升规入统、争资引项、"
        "数智转型、技术创新、上市辅导"
    )
    none: str = "（零报送）"


@dataclass(frozen=True, slots=True)
class Attachment1Row:
    """One institution; `contact` is name and phone."""

    name: str
    contact: str
    services: tuple[str, ...]
    capacity: int
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Attachment1Data:
    """A county's report of one round; no rows is a report of none (零报送)."""

    year: int
    unit: str
    rows: tuple[Attachment1Row, ...]
    imprint: Imprint = field(default_factory=Imprint)
    words: Attachment1Words = field(default_factory=Attachment1Words)


def attachment1(data: Attachment1Data, fonts: Fonts) -> Document:
    """Lay out Attachment 1, A4 landscape, header repeated. Raises MissingGlyph."""
    words = data.words
    title = fill(words.title, year=data.year)
    rows = [
        (str(number), row.name, row.contact, listed(row.services), str(row.capacity), row.remark)
        for number, row in enumerate(data.rows, start=1)
    ]
    styles = (CENTRED, VALUE, CENTRED, LISTED, CENTRED, VALUE)
    body = table_rows(words.headers, rows, styles, height=TALL, place=words.mark)
    if not rows:
        body = (*body, Row([Cell(words.none, CENTRED, span=len(words.headers))], TALL))
    note, tail = note_block(words.note, LANDSCAPE.width, fonts)
    blocks = [
        *form_head(words.mark, title, narrow=90),
        *unit_line(words.unit, data.unit, "", fonts),
        Table(Grid((5, 29, 18, 27, 9, 12), body, head=1, tail=tail)),
        *note,
    ]
    return form_page(title, blocks, LANDSCAPE, data.imprint, fonts, words=data.words)
