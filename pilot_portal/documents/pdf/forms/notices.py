"""A public notice (公示, 公告, 名单) in the frame of official documents: words, a table of any columns, date.

It is public: callers pass no contact of anybody.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from pilot_portal.documents.pdf.flow import Spacer, Table
from pilot_portal.documents.pdf.fonts import Fonts
from pilot_portal.documents.pdf.forms.common import CENTRED, LISTED, VALUE, note_block, table_rows
from pilot_portal.documents.pdf.forms.letter import number_blocks
from pilot_portal.documents.pdf.grid import Cell, Grid, Row
from pilot_portal.documents.pdf.official import (
    OFFICIAL,
    PITCH,
    Signature,
    before_signature,
    body,
    head_blocks,
    official_page,
    signature_block,
)
from pilot_portal.documents.pdf.page import Document, Imprint

TALL = 24.0
STYLES = {"middle": CENTRED, "words": VALUE, "list": LISTED}


@dataclass(frozen=True, slots=True)
class NoticeColumn:
    """One column: its title, its share of the width, and how it is set: middle, words, or list (、)."""

    title: str
    share: float = 10
    set_as: str = "words"


@dataclass(frozen=True, slots=True)
class NoticeData:
    """A notice; rows are numbered as they stand. `total` is a last row over all columns, such as 合计."""

    title: str
    paragraphs: tuple[str, ...]
    issuer: str
    issued_on: date
    columns: tuple[NoticeColumn, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    total: str = ""
    closing: str = ""
    number: str = ""
    head: str = ""
    note: str = ""
    imprint: Imprint = field(default_factory=Imprint)


def notice(data: NoticeData, fonts: Fonts) -> Document:
    """Lay out a notice. Raises MissingGlyph."""
    signature = signature_block(Signature(data.issuer, data.issued_on), data.imprint, fonts)
    text = [body(words) for words in data.paragraphs]
    closing = [body(data.closing)] if data.closing else []
    note, tail = note_block(data.note, OFFICIAL.width, fonts)
    if data.rows:
        tail += signature.height + (PITCH if closing else 0)
        last = [replace(words, before=6, keep=True) for words in closing]
        blocks = [*text, Spacer(PITCH / 3), Table(_grid(data, tail)), *note, *last, signature]
    else:
        # A note stands under the text as under a table.
        blocks = [*before_signature([*text, *closing], enclosures=False), *note, signature]
    head = head_blocks(data.head, data.number) if data.head else number_blocks(data.number)
    return official_page(data.title, blocks, data.imprint, fonts, head=head)


def _grid(data: NoticeData, tail: float) -> Grid:
    headers = ("序号", *(column.title for column in data.columns))
    styles = [CENTRED, *(STYLES[column.set_as] for column in data.columns)]
    numbered = [(str(at), *row) for at, row in enumerate(data.rows, start=1)]
    rows = table_rows(headers, numbered, styles, height=TALL, place=data.title)
    if data.total:
        rows = (*rows, Row([Cell(data.total, CENTRED, span=len(headers))], TALL))
    return Grid((7, *(column.share for column in data.columns)), rows, head=1, tail=tail)
