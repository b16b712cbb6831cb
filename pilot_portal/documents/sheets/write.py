"""Writing workbooks row by row: any length in the memory of one row.

Texts are written as texts (a user's `=1+1` stays what was typed), codes and telephones as texts, money
and dates as numbers with a format. Cells are equal for equal input; the file's date is the moment passed
in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pilot_portal.documents.sheets.columns import (
    DATE,
    INT,
    MONEY,
    PERCENT,
    TEXT,
    TIME,
    Column,
    cell_text,
)
from pilot_portal.documents.sheets.rows import BEIJING, DataRows, DataSheet

SONG, HEI = "宋体", "黑体"
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
MARGIN = 0.6  # inches
FOOTER = "&C第 &P 页　共 &N 页"


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

    def sheet(self, name: str, *, landscape: bool = True) -> DataSheet:
        """An empty A4 sheet that prints as wide as the page, with page numbers."""
        sheet = self.workbook.add_worksheet(name, DataSheet)
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

    def rows(self, sheet: DataSheet, columns: Sequence[Column], least: float = 0) -> DataRows:
        """What writes the data rows of a table, each at least so high."""
        return DataRows(sheet, columns, [self.body(column) for column in columns], least)
