"""Attachment 1 as a workbook, in the notice's layout: mark, title, unit, header, rows, 注."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pilot_portal.documents.pdf.forms.attachment1 import Attachment1Data, Attachment1Row
from pilot_portal.documents.pdf.forms.common import fill, listed
from pilot_portal.documents.sheets.columns import INT, Column
from pilot_portal.documents.sheets.layout import FormSheet, write_form
from pilot_portal.documents.sheets.write import Book

KINDS = (
    ("text", 6, "center"),
    ("text", 34, ""),
    ("text", 26, ""),
    ("text", 40, ""),
    (INT, 14, "center"),
    ("text", 18, ""),
)


def write_attachment1(
    data: Attachment1Data,
    target: Path | str | BinaryIO,
    rows: Iterable[Attachment1Row] | None = None,
    *,
    at: datetime | None = None,
) -> int:
    """Write Attachment 1 and return the number of rows.

    `rows` stands in for `data.rows` when there are many; `at` becomes the file's date. Raises Refused for
    a text longer than a cell.
    """
    words = data.words
    titles = words.headers
    columns = [
        Column(title, kind, width, align) for title, (kind, width, align) in zip(titles, KINDS, strict=True)
    ]
    title = fill(words.title, year=data.year)
    form = FormSheet(words.mark, title, words.unit + data.unit, columns, words.note, words.none)
    lines = (
        (str(number), row.name, row.contact, listed(row.services), row.capacity, row.remark)
        for number, row in enumerate(data.rows if rows is None else rows, start=1)
    )
    with Book(target, title, at) as book:
        return write_form(book, form, lines)
