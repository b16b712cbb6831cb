"""Which lines below the header of a table are rows of firms: not totals, signatures, notes, blanks."""

import re

from demands.rules import headers
from demands.rules.headers import COMPANY, SERIAL, Header
from pilot_portal.common.errors import Refused
from pilot_portal.documents.sheets.workbook import Cell, Sheet, SheetRow, cell_words

DATA, BLANK, TOTAL, FOOT, NOTE, HEADING = "data", "", "合计行", "填表信息", "注", "分段标题"
MOST_FILLED = 2_000_000
_WIDE = 4
_TOTAL = re.compile(r"^(?:本页)?(?:合\s*计|小\s*计|总\s*计|共\s*计|累\s*计)[:：]?\s*\d*\s*家?(?:企业)?$")
_FOOT = re.compile(
    r"^(?:填表人|填报人|制表人|制表|审核人|审核|审批人|经办人|负责人|单位负责人|分管领导|主要领导|联系人|联系电话|"
    r"填表日期|填报日期|填表时间|填报时间|申报单位|填报单位|单位盖章|所在地)(?:[（(][^）)]*[）)])?\s*[:：]"
)
_NOTE = re.compile(r"^(?:附?注|备注|说明|填表说明|填报说明|填写说明|注意事项?)\s*\d*\s*[:：.、]")
_DOTS = re.compile(r"^[.…·。\s]+$")
_NUMBER = re.compile(r"^\d+(?:\.0)?$")


class Reading:
    """A sheet while its rows are read: the header that holds now, and what merged cells fill."""

    def __init__(self, sheet: Sheet, header: Header) -> None:
        self.sheet = sheet
        self.header = header
        self.noted = False
        self.filled: dict[tuple[int, int], Cell] = {}
        self.wide: dict[int, int] = {}
        self._fill()

    def _fill(self) -> None:
        by_number = {row.number: row for row in self.sheet.rows}
        last = self.sheet.rows[-1].number
        for merge in self.sheet.merges:
            anchor = by_number.get(merge.top)
            if anchor is None:
                continue
            self.wide[merge.top] = max(self.wide.get(merge.top, 0), merge.right - merge.left + 1)
            value = anchor.cell(merge.left - 1)
            # Downwards alone: what is merged across is one cell, not the same thing said twice.
            for number in range(merge.top + 1, min(merge.bottom, last) + 1):
                self.filled[number, merge.left - 1] = value
            if len(self.filled) > MOST_FILLED:
                raise Refused("合并单元格过多，请取消合并后重试。")

    def cell(self, row: SheetRow, column: int) -> Cell:
        """A cell, or what the merged cell it belongs to says."""
        cell = row.cell(column)
        if isinstance(cell, str) and not cell.strip():
            return self.filled.get((row.number, column), "")
        return cell

    def repeated(self, position: int) -> Header | None:
        """The header that begins again here, as on every printed page; None where it does not."""
        row = self.sheet.rows[position]
        columns, words = self.header.columns, self.header.words
        names = (row.cell(column) for field in (COMPANY, SERIAL) for column in columns.get(field, ())[:1])
        if not any(words.field_of(cell) for cell in names) and not words.field_of(row.cell(0)):
            return None
        return headers.header_at(self.sheet.rows, position, self.sheet.merges, words)


def kind_of(row: SheetRow, reading: Reading) -> str:
    """What a line is: DATA, or in a word why it is no firm's row ("" for a blank line of the template)."""
    filled = [text for cell in row.cells if (text := cell_words(cell).strip())]
    first = filled[0] if filled else ""
    if kind := _closing(first, row, reading):
        return kind
    columns = reading.header.columns
    own = [
        text
        for field in (*reading.header.words.labels, headers.JOINED)
        for column in columns.get(field, ())
        if (text := cell_words(row.cell(column)).strip()) and not _DOTS.match(text)
    ]
    if not own:
        return BLANK if not first or _NUMBER.match(first) or _DOTS.match(first) else NOTE
    if len(filled) == 1 and (reading.noted or reading.wide.get(row.number, 0) >= _WIDE):
        return NOTE if reading.noted else HEADING
    return DATA


def _closing(first: str, row: SheetRow, reading: Reading) -> str:
    """Lines that begin with the word of what they are; "" where it is none."""
    companies = (cell_words(row.cell(column)).strip() for column in reading.header.columns.get(COMPANY, ()))
    if _TOTAL.match(first) or any(_TOTAL.match(company) for company in companies):
        return TOTAL
    if _NOTE.match(first):
        reading.noted = True
        return NOTE
    return FOOT if _FOOT.match(first) else ""
