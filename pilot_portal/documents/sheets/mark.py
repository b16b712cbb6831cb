"""Somebody's own workbook given back with cells marked and commented."""

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

from openpyxl import Workbook as Book
from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from pilot_portal.documents.sheets.columns import CONTROL
from pilot_portal.documents.sheets.workbook import Workbook

AUTHOR = "试点工作平台"
YELLOW, RED = "FFF2CC", "F8CBAD"
# Beyond this their own file is too heavy to be carried through: its cells are written anew.
MOST_MARKUP = 60 * 1024 * 1024
_FORBIDDEN_IN_TITLES = re.compile(r"[\[\]:*?/\\]")
COMMENT_WIDTH, COMMENT_LINE, COMMENT_CHARACTERS = 320, 22, 24


@dataclass(frozen=True, slots=True)
class Mark:
    """What is said about one cell: its sheet, row (from 1) and column (from 0), whether it is wrong."""

    sheet: str
    row: int
    column: int
    text: str
    is_wrong: bool = False


def mark_workbook(content: bytes, read: Workbook, marks: Iterable[Mark]) -> bytes:
    """A workbook with marked cells.

    Args:
        content: the file as it came.
        read: what was read from it.
        marks: what is said about which cells; a cell may have several.

    An .xlsx comes back as it was, with colours and comments added. Of any other kind, or where it cannot be
    carried through, a new .xlsx with the names of its sheets, its rows and columns in their places.
    """
    book = _own(content) if read.kind == "xlsx" else None
    names: dict[str, str] = {}
    if book is None:
        book, names = _anew(read)
    told: dict[tuple[str, int, int], list[Mark]] = defaultdict(list)
    for mark in marks:
        told[names.get(mark.sheet, mark.sheet), mark.row, mark.column].append(mark)
    fills = {wrong: PatternFill("solid", start_color=RED if wrong else YELLOW) for wrong in (True, False)}
    for (sheet, row, column), found in told.items():
        if sheet not in book.sheetnames or not isinstance(book[sheet], Worksheet):
            continue
        cell = _top_left(book[sheet], row, column + 1)
        cell.fill = fills[any(mark.is_wrong for mark in found)]
        text = "\n".join(dict.fromkeys(CONTROL.sub("", mark.text) for mark in found))
        lines = sum(len(line) // COMMENT_CHARACTERS + 1 for line in text.split("\n")) + 1
        cell.comment = Comment(text, AUTHOR, height=lines * COMMENT_LINE, width=COMMENT_WIDTH)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _own(content: bytes) -> Book | None:
    """Their own workbook; None where it is too heavy or written in a way that is not understood."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts if "/worksheets/" in part.filename) > MOST_MARKUP:
            return None
    try:
        return load_workbook(BytesIO(content))
    # Programs write .xlsx in many ways; openpyxl stumbles over some with whatever error comes first.
    except (InvalidFileException, KeyError, ValueError, TypeError, AttributeError, IndexError):
        return None


def _top_left(sheet: Worksheet, row: int, column: int) -> object:
    """The cell, or the one that shows for it where cells were merged."""
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        for merged in sheet.merged_cells.ranges:
            if cell.coordinate in merged:
                return sheet.cell(merged.min_row, merged.min_col)
    return cell


def _anew(read: Workbook) -> tuple[Book, dict[str, str]]:
    """A new workbook with the visible sheets, every cell as text in its place; and the names it gave them."""
    book = Book()
    book.remove(book.active)
    names: dict[str, str] = {}
    for number, sheet in enumerate(read.sheets, 1):
        if not sheet.visible:
            continue
        title = _FORBIDDEN_IN_TITLES.sub(" ", sheet.name)[:31].strip() or f"Sheet{number}"
        written = book.create_sheet(title)
        names[sheet.name] = written.title
        for merge in sheet.merges:
            written.merge_cells(
                start_row=merge.top,
                start_column=merge.left,
                end_row=merge.bottom,
                end_column=merge.right,
            )
        for row in sheet.rows:
            for column, value in enumerate(row.cells, 1):
                cell = written.cell(row.number, column)
                if value == "" or isinstance(cell, MergedCell):
                    continue
                cell.value = CONTROL.sub("", value) if isinstance(value, str) else value
                if isinstance(value, str):
                    # Their "=1+1" was a text and stays one.
                    cell.data_type, cell.number_format = "s", "@"
    if not book.sheetnames:
        book.create_sheet("Sheet1")
    return book, names
