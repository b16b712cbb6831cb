"""The records of an .xls (BIFF5, BIFF8), walked before it is read: locks, macros, links, size, merges.

A record is its type, its length, its bytes. Only those are looked at that say something of the above.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pilot_portal.common.errors import Refused
from pilot_portal.documents.sheets.compound import BROKEN
from pilot_portal.documents.sheets.markup import MOST_SHEETS, TOO_MANY_SHEETS, SheetFacts, refuse_too_much
from pilot_portal.documents.sheets.workbook import TOO_MUCH, Merge

_HEAD = struct.Struct("<HH")
_CELL = struct.Struct("<HH")
# First and last row, first and last column, counted from 0.
_RANGE = struct.Struct("<HHHH")
_BOF, _EOF, _BOUNDSHEET, _FILEPASS, _SUPBOOK, _ROW, _MULRK = 0x0809, 0x0A, 0x85, 0x2F, 0x01AE, 0x0208, 0xBD
_MERGED = 0xE5
_CONTENT = frozenset({0x0203, 0x0204, 0x0205, 0x027E, 0xFD, 0x06, 0x0206, 0x0406, 0xD6, _MULRK})
_BIFF8 = 0x0600
_MACRO_SHEET = 1
_HIDDEN = 0x20
_SHEET_HIDDEN = 0x03
_ROW_LENGTH = 16
# 20,000 rows of 50 cells, with what stands around them. Sheets may lie in one another: records walked over
# twice count twice.
_MOST_RECORDS = 1_200_000
# A link's own workbook, and functions of add-ins: nothing outside.
_INSIDE = {0x0401, 0x3A01}
LOCKED = "文件设有打开密码，无法读取。请取消密码后另存再传。"
MACROS = "文件中含有宏，不予读取。请另存为不含宏的 .xlsx 后再传。"
LINKS = "文件链接了其他文件或外部数据，不予读取。请断开外部链接（选择性粘贴为数值）后另存再传。"


def _name(record: bytes, *, wide: bool) -> str:
    """The name of a sheet: in BIFF8 with a flag for UTF-16, before in the code page of its country."""
    length = record[6]
    if not wide:
        return record[7 : 7 + length].decode("gb18030", "replace")
    if record[7] & 1:
        return record[8 : 8 + 2 * length].decode("utf-16-le", "replace")
    return record[8 : 8 + length].decode("latin-1")


@dataclass(frozen=True)
class _Listed:
    """A sheet as the workbook lists it: its name, where its records begin."""

    name: str
    place: int
    visible: bool


def _globals(book: bytes, steps: Iterator[int]) -> list[_Listed]:
    """The sheets of a workbook. Raises Refused for locks, macros, links, too many records."""
    sheets: list[_Listed] = []
    place, wide = 0, True
    for _step in steps:
        if place + _HEAD.size > len(book):
            raise Refused(BROKEN)
        kind, length = _HEAD.unpack_from(book, place)
        record = book[place + _HEAD.size : place + _HEAD.size + length]
        if kind == _BOF:
            wide = int.from_bytes(record[:2], "little") >= _BIFF8
        elif kind == _FILEPASS:
            raise Refused(LOCKED)
        elif kind == _BOUNDSHEET and length > _HEAD.size * 2:
            if record[5] == _MACRO_SHEET:
                raise Refused(MACROS)
            begins = int.from_bytes(record[:4], "little")
            sheets.append(_Listed(_name(record, wide=wide), begins, visible=not record[4] & _SHEET_HIDDEN))
            if len(sheets) > MOST_SHEETS:
                raise Refused(TOO_MANY_SHEETS)
        elif kind == _SUPBOOK and int.from_bytes(record[2:4], "little") not in _INSIDE:
            raise Refused(LINKS)
        elif kind == _EOF:
            return sheets
        place += _HEAD.size + length
    raise Refused(TOO_MUCH)


def _sheet(book: bytes, listed: _Listed, steps: Iterator[int]) -> SheetFacts:  # noqa: C901 - a record, a branch
    facts = SheetFacts()
    depth = 0
    place, end = listed.place, len(book) - _HEAD.size
    for _step in steps:
        if place > end:
            raise Refused(BROKEN)
        kind, length = _HEAD.unpack_from(book, place)
        place += _HEAD.size
        if kind in _CONTENT and length >= _CELL.size and depth == 1:
            row, column = _CELL.unpack_from(book, place)
            cells = 1
            if kind == _MULRK:
                last = int.from_bytes(book[place + length - 2 : place + length], "little")
                column, cells = last, max(1, last - column + 1)
            facts.use(row + 1, column + 1, cells)
            if listed.visible:
                facts.fill(row + 1)
        elif kind == _ROW and length >= _ROW_LENGTH:
            if book[place + 12] & _HIDDEN:
                # Rows are told in blocks of 32 before their cells: how far reading comes is not known yet.
                facts.hidden.add(int.from_bytes(book[place : place + 2], "little") + 1)
        elif kind == _MERGED and depth == 1:
            whole = (length - 2) // _RANGE.size * _RANGE.size
            for a, b, c, d in _RANGE.iter_unpack(book[place + 2 : place + 2 + whole]):
                facts.merge(Merge(a + 1, c + 1, b + 1, d + 1))
        elif kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth == 0:
                return facts
        place += length
    raise Refused(TOO_MUCH)


def check_records(book: bytes) -> dict[str, SheetFacts]:
    """What the records of a workbook's stream say of each sheet.

    Raises Refused for a password, macro sheets, links to other files, a sheet that spans or holds too much,
    for records that end too early, and for too many of them.
    """
    steps = iter(range(_MOST_RECORDS))
    found: dict[str, SheetFacts] = {}
    try:
        for listed in _globals(book, steps):
            if listed.name in found:
                raise Refused(BROKEN)
            found[listed.name] = _sheet(book, listed, steps)
            refuse_too_much(found.values())
    except (IndexError, struct.error):
        raise Refused(BROKEN) from None
    return found
