"""The process that reads a stranger's spreadsheet: bytes in on stdin, one JSON object out on stdout.

It may run out of memory, be killed or abort: whoever started it only sees that no answer came.
Start: `python -m pilot_portal.documents.sheets.child MEMORY SECONDS`.
"""

import json
import resource
import sys
import zipfile
from io import BytesIO
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from pilot_portal.common.errors import Refused
from pilot_portal.documents.sheets.guard import BROKEN, LOCKED, Checked, check
from pilot_portal.documents.sheets.html import read_html
from pilot_portal.documents.sheets.markup import (
    MOST_CELLS,
    MOST_SHEETS,
    TOO_MANY_SHEETS,
    TOO_WIDE,
    SheetFacts,
)
from pilot_portal.documents.sheets.workbook import (
    MOST_KEPT,
    TOO_MUCH,
    Cell,
    Gathering,
    Merge,
    Sheet,
    Workbook,
    plain,
)

MOST_TEXT = 30_000_000


def limit(memory: int, seconds: int) -> None:
    """Let the system stop this process at so many bytes of address space and seconds of work."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(content: bytes) -> Workbook:
    """Check and read a spreadsheet in this very process. Raises Refused."""
    checked = check(content)
    try:
        if checked.kind == "html":
            return read_html(content)
        with CalamineWorkbook.from_filelike(BytesIO(content)) as book:
            return _read_book(book, checked)
    except CalamineError as error:
        told = str(error).casefold()
        raise Refused(LOCKED if "password" in told or "encrypt" in told else BROKEN) from None
    except (zipfile.BadZipFile, ValueError, OSError):
        raise Refused(BROKEN) from None


def _read_book(book: CalamineWorkbook, checked: Checked) -> Workbook:
    sheets = [found for found in book.sheets_metadata if found.typ == SheetTypeEnum.WorkSheet]
    if not sheets:
        raise Refused(BROKEN)
    if len(sheets) > MOST_SHEETS:
        raise Refused(TOO_MANY_SHEETS)
    text = kept = 0
    read_sheets = []
    for found in sheets:
        if found.visible != SheetVisibleEnum.Visible:
            # Last year's list behind the curtain is nobody's demand of this year: not even read.
            read_sheets.append(Sheet(found.name, visible=False, rows=()))
            continue
        facts = checked.sheets.get(found.name)
        if facts is None and checked.kind != "xls":
            # The reader knows a sheet that nobody looked at.
            raise Refused(BROKEN)
        sheet = _read_sheet(book.get_sheet_by_name(found.name), found.name, facts)
        kept += sum(len(row.cells) for row in sheet.rows)
        text += sum(len(cell) for row in sheet.rows for cell in row.cells if isinstance(cell, str))
        if text > MOST_TEXT or kept > MOST_KEPT:
            raise Refused(TOO_MUCH)
        read_sheets.append(sheet)
    return Workbook(checked.kind, tuple(read_sheets))


def _read_sheet(sheet: CalamineSheet, name: str, facts: SheetFacts | None) -> Sheet:
    if sheet.end is None or sheet.start is None:
        return Sheet(name, visible=True, rows=())
    if (sheet.end[0] + 1) * (sheet.end[1] + 1) > MOST_CELLS:
        raise Refused(TOO_WIDE)
    hidden = facts.hidden if facts else set()
    merges = (
        tuple(facts.merges)
        if facts
        else tuple(
            Merge(top + 1, left + 1, bottom + 1, right + 1)
            for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
        )
    )
    gathering = Gathering()
    going = True
    # Calamine's rows begin with the first of the sheet, its columns with the first one used.
    indent: list[Cell] = [""] * sheet.start[1]
    for number, values in enumerate(sheet.iter_rows(), 1):
        while values and values[-1] == "":
            values.pop()
        cells = indent + [plain(value) for value in values]
        going = gathering.add(number, cells, hidden=number in hidden)
        if not going:
            break
    return Sheet(name, visible=True, rows=tuple(gathering.rows), merges=merges, more=not going)


def answer(content: bytes) -> dict[str, Any]:
    """What goes back: the workbook, or why it was refused."""
    try:
        return {"workbook": read(content).to_json()}
    except Refused as refused:
        return {"refused": refused.message}
    except (MemoryError, RecursionError):
        return {"refused": TOO_MUCH}


def main() -> None:
    """Read stdin, answer on stdout."""
    limit(int(sys.argv[1]), int(sys.argv[2]))
    # Half a surrogate may stand in a file: it travels as it is.
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")  # type: ignore[union-attr]
    json.dump(answer(sys.stdin.buffer.read()), sys.stdout, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main()
