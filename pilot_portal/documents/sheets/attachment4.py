"""Attachment 4 as a workbook, in the notice's layout: what a county fills in, sends, and keeps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pilot_portal.documents.pdf.forms.attachment4 import Attachment4Data, Attachment4Row
from pilot_portal.documents.pdf.forms.common import listed
from pilot_portal.documents.sheets.columns import Column
from pilot_portal.documents.sheets.layout import FormSheet, write_form
from pilot_portal.documents.sheets.write import Book

WIDTHS = (6, 30, 12, 24, 20, 22, 22, 14)
CENTRED = frozenset({0, 2})
GAP = " " * 24  # between 申报单位 and 所在地, as issued


def write_attachment4(
    data: Attachment4Data,
    target: Path | str | BinaryIO,
    rows: Iterable[Attachment4Row] | None = None,
    *,
    at: datetime | None = None,
) -> int:
    """Write Attachment 4 and return the number of rows.

    `rows` stands in for `data.rows` when there are many; `at` becomes the file's date. Raises Refused for
    a text longer than a cell.
    """
    words = data.words
    columns = [
        Column(title, width=width, align="center" if number in CENTRED else "")
        for number, (title, width) in enumerate(zip(words.headers, WIDTHS, strict=True))
    ]
    unit = f"{words.unit}{data.unit}{GAP}{words.place}{data.place}"
    form = FormSheet(words.mark, words.title, unit, columns, words.note, "")
    lines = (
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
        for number, row in enumerate(data.rows if rows is None else rows, start=1)
    )
    with Book(target, words.title, at) as book:
        return write_form(book, form, lines)
