"""Writing workbooks row by row: any length in the memory of one row.

Texts are written as texts (a user's `=1+1` stays what was typed), codes and telephones as texts, money
and dates as numbers with a format. Cells are equal for equal input; the file's date is the moment passed
in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from math import ceil
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pilot_portal.common.errors import Refused
from pilot_portal.documents.sheets.columns import (
    DATE,
    INT,
    MONEY,
    MOST_ROWS,
    PERCENT,
    TEXT,
    TIME,
    Column,
    Value,
    cell_text,
)

SONG, HEI = "宋体", "黑体"
BEIJING = ZoneInfo("Asia/Shanghai")
UNDATED = datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook's properties know no time zone
NUMBER_FORMATS = {
    TEXT: "@",
    INT: "0",
    MONEY: "#,##0.00",
    PERCENT: "0.00%",
    DATE: "yyyy-mm-dd",
    TIME: "yyyy-mm-dd hh:mm",
}
A4_PAPER = 9
# Not every program measures wrapped rows anew when it opens a file: heights are written.
LINE_HEIGHT, ROW_PADDING, MOST_HEIGHT = 15.0, 5.0, 409.0
CELL_PADDING = 1.0
MARGIN = 0.6  # inches
FOOTER = "&C第 &P 页　共 &N 页"


def _lines(column: Column, value: Value) -> int:
    """Lines that a text takes in its column; a Chinese character is two digits wide."""
    if not isinstance(value, str) or not value:
        return 1
    room = max(1.0, column.width - CELL_PADDING)
    return sum(ceil(len(part.encode("gbk", "replace")) / room) or 1 for part in value.split("\n"))


class Book:
    """A workbook being written; use it as a context.

    Takes a path or a binary stream and the moment to write as the file's date. A workbook whose writing
    failed is closed and, where a path was given, removed.
    """

    def __init__(self, target: Path | str | BinaryIO, title: str, at: datetime | None = None) -> None:
        self.target = target
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.workbook = Workbook(target, options)
        created = at.astimezone(BEIJING).replace(tzinfo=None) if at else UNDATED
        self.workbook.set_properties({"title": title, "created": created})
        self._bodies: dict[Column, Format] = {}
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.workbook.close()
        if kind is not None and isinstance(self.target, (str, Path)):
            Path(self.target).unlink(missing_ok=True)

    def style(self, **properties: object) -> Format:
        """A cell format; equal properties give the same one."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"font_name": SONG, "font_size": 11, "valign": "vcenter"}
            self._formats[key] = self.workbook.add_format({**base, **properties})
        return self._formats[key]

    def sheet(self, name: str, *, landscape: bool = True) -> Worksheet:
        """An empty A4 sheet that prints as wide as the page, with page numbers."""
        sheet = self.workbook.add_worksheet(name)
        sheet.set_paper(A4_PAPER)
        if landscape:
            sheet.set_landscape()
        sheet.set_margins(MARGIN, MARGIN, MARGIN, MARGIN)
        sheet.fit_to_pages(1, 0)
        sheet.center_horizontally()
        sheet.set_footer(FOOTER)
        return sheet

    def columns(self, sheet: Worksheet, columns: Sequence[Column]) -> None:
        """Set widths; text columns are text below the table too, for whoever types on."""
        for at, column in enumerate(columns):
            form = self.style(num_format="@", text_wrap=True) if column.kind == TEXT else None
            sheet.set_column(at, at, column.width, form)

    def body(self, column: Column) -> Format:
        """Format of a data cell."""
        form = self._bodies.get(column)
        if form is None:
            usual = {TEXT: "left", DATE: "center", TIME: "center"}.get(column.kind, "right")
            form = self._bodies[column] = self.style(
                border=1, text_wrap=True, align=column.align or usual, num_format=NUMBER_FORMATS[column.kind]
            )
        return form

    def head(self) -> Format:
        """Format of a header cell."""
        return self.style(border=1, text_wrap=True, align="center", bold=True, num_format="@")

    def span(self, sheet: Worksheet, row: int, width: int, text: str, form: Format) -> None:
        """A text over the whole width of a table."""
        sheet.merge_range(row, 0, row, width - 1, "", form)
        sheet.write_string(row, 0, cell_text(text, row + 1, text[:12]), form)

    def row(
        self,
        sheet: Worksheet,
        row: int,
        columns: Sequence[Column],
        values: Sequence[Value],
        least: float = 0,
    ) -> None:
        """Write one data row (numbered from 0), `least` points high or as high as its texts ask.

        Raises Refused for a text too long or a sheet that is full.
        """
        if row >= MOST_ROWS:
            raise Refused(f"数据超过 {MOST_ROWS:,} 行，一张工作表放不下。请缩小筛选范围，分批导出。")
        lines = max(map(_lines, columns, values))
        sheet.set_row(row, min(MOST_HEIGHT, max(least, lines * LINE_HEIGHT + ROW_PADDING)))
        for at, (column, value) in enumerate(zip(columns, values, strict=True)):
            self._cell(sheet, row, at, column, value)

    def _cell(self, sheet: Worksheet, row: int, at: int, column: Column, value: Value) -> None:
        form = self.body(column)
        if value is None or value == "":
            sheet.write_blank(row, at, None, form)
        elif column.kind == TEXT or isinstance(value, str):
            sheet.write_string(row, at, cell_text(value, row + 1, column.title.replace("\n", "")), form)
        elif isinstance(value, datetime):
            moment = value.astimezone(BEIJING).replace(tzinfo=None) if value.tzinfo else value
            sheet.write_datetime(row, at, moment, form)
        elif isinstance(value, date):
            sheet.write_datetime(row, at, value, form)
        else:
            sheet.write_number(row, at, value, form)
