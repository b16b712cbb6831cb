"""What the notice's forms share: how values are written, and the styles of their cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from pilot_portal.documents.pdf.flow import Block, Drawn, Paragraph, set_blocks
from pilot_portal.documents.pdf.fonts import Fonts
from pilot_portal.documents.pdf.frame import Column, Frame, finish_pages
from pilot_portal.documents.pdf.grid import Cell, Row
from pilot_portal.documents.pdf.official import SEAL, chinese_date
from pilot_portal.documents.pdf.page import Document, Imprint, Page, printed_in
from pilot_portal.documents.pdf.text import Style, break_lines, measure

NOTHING = "—"
PLACE = re.compile(r"\{(\w+)\}")
LABEL = Style("hei", 10.5, 15, "center")
HEAD = Style("hei_bold", 10.5, 15, "center")
VALUE = Style("song", 10.5, 15)
LISTED = Style("song", 10.5, 15, only="、")
CENTRED = Style("song", 10.5, 15, "center")
FIGURE = Style("song", 10.5, 15, "right", columns=True)
LONG = Style("song", 10.5, 17, "justify", 2)
MARK = Style("hei", 16, 24)  # 附件n
FORM_TITLE = Style("title", 18, 27, "center")
NOTE = Style("song", 9.5, 14, "justify")


def fill(text: str, **values: object) -> str:
    """A text of the round with its known places (`{year}` …) filled in.

    Any other bracket stays as it was written: these texts are edited by people.
    """
    return PLACE.sub(lambda place: str(values.get(place[1], place[0])), text)


def listed(words: Sequence[str]) -> str:
    """Several official words in one cell."""
    return "、".join(words)


def figure(value: Decimal | int | None) -> str:
    """A figure of the forms.

    Money with two decimals and thousand separators, a count as it is, — for none.
    """
    if value is None:
        return NOTHING
    return f"{value:,.2f}" if isinstance(value, Decimal) else str(value)


def day(value: date | None) -> str:
    """A date in Chinese, — for none."""
    return NOTHING if value is None else chinese_date(value)


def table_rows(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    styles: Sequence[Style],
    *,
    height: float,
    place: str,
) -> tuple[Row, ...]:
    """A header row and data rows as grid rows; a missing character is told with row number and column."""
    head = Row([Cell(title, HEAD, pad=(2, 3), place=place) for title in headers], height)
    body = [
        Row(
            [
                Cell(text, style, pad=(3, 3), place=f"{place}第{number}行“{title.replace(chr(10), '')}”")
                for text, style, title in zip(row, styles, headers, strict=True)
            ],
            height,
        )
        for number, row in enumerate(rows, start=1)
    ]
    return (head, *body)


def form_page(
    title: str, blocks: Sequence[Block], frame: Frame, imprint: Imprint, fonts: Fonts, *, words: object
) -> Document:
    """Set blocks in a form's frame and finish its pages; `words` is the data class of the form's texts."""
    column = Column(frame, fonts)
    set_blocks(column, blocks)
    pages = finish_pages(column.pages, frame, imprint, fonts)
    return Document(title.replace("\n", ""), pages, imprint.dated, printed_in(words))


def note_block(text: str, width: float, fonts: Fonts) -> tuple[list[Block], float]:
    """The note under a table, and its height: the last row goes along to the page where it stands."""
    if not text:
        return [], 0.0
    note = Paragraph(text, NOTE, before=5, keep=True)
    return [note], note.before + len(break_lines(text, width, NOTE, fonts, text[:12])) * NOTE.leading


def unit_line(label: str, unit: str, rest: str, fonts: Fonts) -> list[Block]:
    """The line over a table that says whose it is（盖章）; the seal goes over the body's name."""
    style = Style("song", 12, 22)
    begin = measure(label, fonts[style.role], style.size)
    middle = begin + measure(unit, fonts[style.role], style.size) / 2

    def mark(page: Page, x: float, y: float, _width: float) -> None:
        page.seals.append((x + middle - SEAL / 2, y - style.pitch / 2 - SEAL / 2, SEAL))

    line = Paragraph(label + unit + rest, style, after=2, keep=True, place_name=label)
    return [line, Drawn(0, mark, keep=True)]


def form_head(mark: str, title: str, *, narrow: float) -> list[Block]:
    """附件n at the left, the title centred below, clear of the QR."""
    return [
        Paragraph(mark, MARK, keep=True),
        Paragraph(title, FORM_TITLE, before=2, after=6, balance=True, keep=True, narrow=narrow),
    ]
