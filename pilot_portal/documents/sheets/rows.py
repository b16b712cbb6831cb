"""Rows of data written straight into the stream of an XlsxWriter sheet.

XlsxWriter keeps a height for every row in memory and asks a dozen questions a cell. A row of data needs
neither: it is written once, in order, with a height of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from math import ceil
from zoneinfo import ZoneInfo

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from pilot_portal.common.errors import Refused
from pilot_portal.documents.sheets.columns import MOST_ROWS, TEXT, Column, Value, cell_text

BEIJING = ZoneInfo("Asia/Shanghai")
# Not every program measures wrapped rows anew when it opens a file: heights are written.
LINE_HEIGHT, ROW_PADDING, MOST_HEIGHT = 15.0, 5.0, 409.0
CELL_PADDING = 1.0
# A Chinese character is two digits wide.
WIDE = 2
# What Excel would read as a character's code is written so that it reads as it stands.
_CODE = re.compile("_x[0-9a-fA-F]{4}_")
_MARKUP = re.compile("[&<>]")


class DataSheet(Worksheet):
    """A worksheet that also takes whole rows of data."""

    def open_row(self, row: int, last_column: int) -> None:
        """Write what waits of the rows before; the sheet then reaches to this cell."""
        self._write_single_row(row)
        self._check_dimensions(row, 0)
        self._check_dimensions(row, last_column)

    def write_markup(self, markup: str) -> None:
        """Write a row, ready as XML."""
        self.fh.write(markup)

    def day_number(self, value: date) -> float:
        """A day or moment as Excel counts them."""
        return self._convert_date_time(value)


def index_of(form: Format) -> int:
    """The number by which the cells name a format."""
    return form._get_xf_index()  # noqa: SLF001 - XlsxWriter's own writer asks the same way


def lines_in(text: str, room: float) -> int:
    """Lines that a text takes in a column of so many digits' width."""
    if len(text) * WIDE <= room and "\n" not in text:
        return 1
    return sum(ceil(len(part.encode("gbk", "replace")) / room) or 1 for part in text.split("\n"))


def markup_of(text: str) -> str:
    """A text inside a cell."""
    if _MARKUP.search(text):
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _CODE.sub(lambda found: f"_x005F{found[0]}", text) if "_x" in text else text


class DataRows:
    """Writes the rows of one table: its columns, their formats, the least height of a row."""

    def __init__(
        self, sheet: DataSheet, columns: Sequence[Column], forms: Sequence[Format], least: float = 0
    ) -> None:
        self.sheet, self.least, self.last = sheet, least, len(columns) - 1
        self.plan = [
            (
                xl_col_to_name(at),
                index_of(form),
                column.kind == TEXT,
                max(1.0, column.width - CELL_PADDING),
                column.title.replace("\n", ""),
            )
            for at, (column, form) in enumerate(zip(columns, forms, strict=True))
        ]

    def write(self, row: int, values: Sequence[Value]) -> None:
        """Write one data row (numbered from 0), as high as its texts ask.

        Raises Refused for a text too long or a sheet that is full.
        """
        if row >= MOST_ROWS:
            raise Refused(f"数据超过 {MOST_ROWS:,} 行，一张工作表放不下。请缩小筛选范围，分批导出。")
        number, lines, cells = row + 1, 1, []
        for (letters, form, is_text, room, title), value in zip(self.plan, values, strict=True):
            if value is None or value == "":
                cells.append(f'<c r="{letters}{number}" s="{form}"/>')
            elif is_text or isinstance(value, str):
                text = cell_text(value, number, title)
                lines = max(lines, lines_in(text, room))
                keep = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
                inside = f"<is><t{keep}>{markup_of(text)}</t></is>"
                cells.append(f'<c r="{letters}{number}" s="{form}" t="inlineStr">{inside}</c>')
            else:
                cells.append(f'<c r="{letters}{number}" s="{form}"><v>{self._number(value):.16G}</v></c>')
        height = min(MOST_HEIGHT, max(self.least, lines * LINE_HEIGHT + ROW_PADDING))
        self.sheet.open_row(row, self.last)
        self.sheet.write_markup(
            f'<row r="{number}" ht="{height:.16G}" customHeight="1">{"".join(cells)}</row>'
        )

    def _number(self, value: Value) -> float:
        if isinstance(value, datetime):
            moment = value.astimezone(BEIJING).replace(tzinfo=None) if value.tzinfo else value
            return self.sheet.day_number(moment)
        if isinstance(value, date):
            return self.sheet.day_number(value)
        return float(value)  # type: ignore[arg-type] - texts and blanks are written elsewhere
