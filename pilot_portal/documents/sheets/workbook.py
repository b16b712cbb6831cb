"""What was read from a spreadsheet: sheets, rows by their numbers in the file, cells as they stood."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pilot_portal.common.errors import Refused

MOST_ROWS = 20_000
# Beside them stand titles, headers, notes and totals.
ROOM_AROUND = 200
MOST_BLANK_ROWS = 2_000
# 20,000 rows of 50 filled cells; what goes on beyond is nobody's list.
MOST_VALUES = 1_000_000
# Cells that are handed over, the blanks between them included.
MOST_KEPT = 3_000_000
TOO_MANY_ROWS = f"表格超过 {MOST_ROWS} 行，请分成几份后分别上传。"
TOO_MUCH = "表格内容过大，请分成几份后分别上传。"
# From here on a number of Excel no longer holds every digit (15 significant ones).
EXACT = 10**15

Cell = str | int | float
"""A cell: text as it stood ("" for an empty one), or a number. Dates and truth values come as text."""


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range, both ends inclusive, rows and columns counted from 1 as in the sheet."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that holds something: its number in their sheet, its cells from column A on, hidden or not."""

    number: int
    cells: tuple[Cell, ...]
    hidden: bool = False

    def cell(self, column: int) -> Cell:
        """The cell of a column counted from 0; "" beyond the last."""
        return self.cells[column] if 0 <= column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet. `more` says that reading stopped at 2,000 blank rows although the sheet goes on."""

    name: str
    visible: bool
    rows: tuple[SheetRow, ...]
    merges: tuple[Merge, ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class Workbook:
    """A spreadsheet as read. `kind`: xlsx, xls (also .et), ods or html."""

    kind: str
    sheets: tuple[Sheet, ...]

    def to_json(self) -> dict[str, Any]:
        """The form in which the reading process hands it over."""
        return {
            "kind": self.kind,
            "sheets": [
                {
                    "name": sheet.name,
                    "visible": sheet.visible,
                    "more": sheet.more,
                    "merges": [[m.top, m.left, m.bottom, m.right] for m in sheet.merges],
                    "rows": [[row.number, row.hidden, row.cells] for row in sheet.rows],
                }
                for sheet in self.sheets
            ],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Workbook":
        """The workbook that `to_json` wrote."""
        return cls(
            kind=data["kind"],
            sheets=tuple(
                Sheet(
                    name=sheet["name"],
                    visible=sheet["visible"],
                    more=sheet["more"],
                    merges=tuple(Merge(*merge) for merge in sheet["merges"]),
                    rows=tuple(
                        SheetRow(number, tuple(cells), hidden=hidden)
                        for number, hidden, cells in sheet["rows"]
                    ),
                )
                for sheet in data["sheets"]
            ),
        )


class Gathering:
    """Rows as they come in, until there are too many of them or nothing but blanks."""

    def __init__(self) -> None:
        self.rows: list[SheetRow] = []
        self.blanks = 0
        self.kept = 0

    def add(self, number: int, cells: list[Cell], *, hidden: bool = False) -> bool:
        """Take a row; gives False when reading should stop. Raises Refused beyond 20,000 rows.

        Blanks at the end of a row count for nothing, those before its last cell do.
        """
        while cells and (cells[-1] == "" or (isinstance(cells[-1], str) and not cells[-1].strip())):
            cells.pop()
        if not cells:
            self.blanks += 1
            return self.blanks < MOST_BLANK_ROWS
        self.blanks = 0
        if len(self.rows) >= MOST_ROWS + ROOM_AROUND:
            raise Refused(TOO_MANY_ROWS)
        self.kept += len(cells)
        if self.kept > MOST_KEPT:
            raise Refused(TOO_MUCH)
        self.rows.append(SheetRow(number, tuple(cells), hidden=hidden))
        return True


def plain(value: object) -> Cell:
    """A value of a reader as a cell: numbers stay, dates become 2023-03-08, nothing becomes ""."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (str, int, float)):
        return value
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return str(value)


def cell_words(cell: Cell) -> str:
    """A cell as text: a number without the `.0` that Excel's floats bring along."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < EXACT else repr(cell)
    return str(cell)


def column_letters(column: int) -> str:
    """The letters of a column counted from 0: A, B … Z, AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
