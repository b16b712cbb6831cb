"""Columns of a workbook and what may stand in a cell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pilot_portal.common.errors import Refused

# What a cell of Excel holds, counted in UTF-16 units, and the rows of a sheet.
MOST_CHARACTERS = 32_767
MOST_ROWS = 1_048_576
# XML 1.0 has no place for these; tab and line feed are kept.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
Value = str | int | Decimal | date | datetime | bool | None

TEXT, INT, MONEY, PERCENT, DATE, TIME = "text", "int", "money", "percent", "date", "time"
KINDS = (TEXT, INT, MONEY, PERCENT, DATE, TIME)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, its kind (text, int, money, percent, date, time), width in characters, alignment.

    Codes and telephone numbers are text, so that no digit is ever lost.
    """

    title: str
    kind: str = TEXT
    width: float = 16
    align: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of column: {self.kind}")


def cell_text(value: object, row: int, title: str) -> str:
    """A text as a cell takes it: control characters stripped, line ends as line feeds.

    Raises Refused, with row and column, when it is longer than a cell may hold.
    """
    text = CONTROL.sub("", str(value).replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) * 2 <= MOST_CHARACTERS:
        return text
    length = len(text.encode("utf-16-le")) // 2
    if length > MOST_CHARACTERS:
        raise Refused(
            f"第 {row} 行“{title}”有 {length} 个字符，超过 Excel 单元格上限 {MOST_CHARACTERS}，文件未生成。"
            "请缩短该内容，或改用 PDF。"
        )
    return text
