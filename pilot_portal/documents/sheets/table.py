"""A plain table with a cover sheet: every export that is no form of the notice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from xlsxwriter.worksheet import Worksheet

from pilot_portal.documents.sheets.columns import Column, Value, cell_text
from pilot_portal.documents.sheets.write import HEI, Book

COVER, DATA = "说明", "数据"


@dataclass(frozen=True, slots=True)
class TableSheet:
    """A table.

    Its title, columns, and what the cover says (筛选条件, 导出时间, 导出人, 用途 …) as label–text pairs.
    """

    title: str
    columns: Sequence[Column]
    cover: Sequence[tuple[str, str]] = ()


def write_table(
    table: TableSheet,
    rows: Iterable[Sequence[Value]],
    target: Path | str | BinaryIO,
    *,
    at: datetime | None = None,
) -> int:
    """Write a table and its cover and return the number of rows.

    `rows` is read once; `at` becomes the file's date. Raises Refused for a text longer than a cell and
    for more rows than a sheet holds.
    """
    with Book(target, table.title, at) as book:
        cover = book.sheet(COVER, landscape=False)
        sheet = book.sheet(DATA)
        book.columns(sheet, table.columns)
        sheet.repeat_rows(0)
        sheet.freeze_panes(1, 0)
        sheet.set_row(0, 30)
        for column, heading in enumerate(table.columns):
            sheet.write_string(0, column, heading.title, book.head())
        count, data = 0, book.rows(sheet, table.columns)
        for count, values in enumerate(rows, 1):
            data.write(count, values)
        if table.columns:
            sheet.autofilter(0, 0, count, len(table.columns) - 1)
        _cover(book, cover, table, count)
    return count


def _cover(book: Book, sheet: Worksheet, table: TableSheet, count: int) -> None:
    label = book.style(border=1, bold=True)
    text = book.style(border=1, text_wrap=True, num_format="@")
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 64)
    sheet.set_row(0, 32)
    sheet.write_string(0, 0, cell_text(table.title, 1, COVER), book.style(font_name=HEI, font_size=16))
    for row, (name, value) in enumerate((*table.cover, ("行数", str(count))), start=1):
        sheet.write_string(row, 0, cell_text(name, row + 1, COVER), label)
        sheet.write_string(row, 1, cell_text(value, row + 1, name), text)
