"""Rows of firms out of a county's workbook, whichever table it holds: found, tidied, doubted. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence

from demands.rules import headers
from demands.rules.headers import COMPANY
from demands.rules.rowkinds import DATA, Reading, kind_of
from demands.rules.terms import DITTO, Found, Terms, is_nothing
from pilot_portal.common.text import without_invisible
from pilot_portal.documents.sheets.workbook import (
    Cell,
    Sheet,
    SheetRow,
    Workbook,
    cell_words,
    column_letters,
)

Cells = dict[str, list[Cell]]
HIDDEN = "hidden_row"


class Gathering:
    """A row on its way to be understood: gathers warnings, sentences and words to choose from.

    `longest` says how many characters a field may have.
    """

    def __init__(self, sheet: str, row: SheetRow, header: headers.Header, longest: Mapping[str, int]) -> None:
        self.sheet, self.row, self.header, self.longest = sheet, row, header, longest
        self.warn: set[str] = set()
        self.notes: list[str] = []
        # The field (or mark) that each sentence is about.
        self.about: list[str] = []
        self.suggest: dict[str, list[str]] = {}

    def doubt(self, field: str, message: str) -> None:
        """Something of a field needs a person."""
        column = self.header.column(field)
        where = f" {column_letters(column)} 列" if column is not None else "（表中没有这一列）"
        label = self.header.words.labels[field]
        self.warn.add(field)
        self.about.append(field)
        self.notes.append(f"「{self.sheet}」第 {self.row.number} 行{where}“{label}”：{message}。")

    def mark(self, name: str, message: str) -> None:
        """Something of the whole row needs a person."""
        self.warn.add(name)
        self.about.append(name)
        self.notes.append(f"「{self.sheet}」第 {self.row.number} 行：{message}。")

    def tidy(self, field: str, text: str) -> str:
        """A text in one line, without what cannot be seen; one that is too long to be true is left out."""
        text = text.replace("_x000D_", "\n")
        kept = without_invisible(text)
        if kept != text:
            self.doubt(field, "含有不可见字符，已去掉，请核对")
        # A line break inside a Chinese name is the cell's width, not a space.
        kept = re.sub(r"(?<=[^\x00-\x7f])\s*[\r\n]+\s*(?=[^\x00-\x7f])", "", kept)
        kept = re.sub(r"\s+", " ", kept).strip()
        if len(kept) > self.longest[field]:
            self.doubt(field, f"有 {len(kept)} 个字，超过 {self.longest[field]} 个字，请缩短")
            return ""
        return kept

    def words(self, field: str, found: Found, text: str) -> tuple[str, ...]:
        """The official words of a cell, and a sentence for what is none, with what may be meant."""
        if found.unknown:
            unknown = "、".join(f"“{word}”" for word in found.unknown)
            near = (
                f"，是否为{'、'.join(f'「{word}」' for word in found.suggestions)}"
                if found.suggestions
                else ""
            )
            self.offer(field, *(word for word in found.suggestions if word not in found.words))
            self.doubt(field, f"{unknown}不是规定的写法{near}")
        elif not found.words:
            self.doubt(field, "没有填写" if is_nothing(text) else f"“{text}”不是规定的写法")
        return found.words

    def offer(self, field: str, *words: str) -> None:
        """Words that may be meant: offered as a choice, never taken over."""
        if words:
            self.suggest[field] = [*self.suggest.get(field, ()), *words]

    def company(self, text: str) -> str:
        """The firm's name, doubted where it is none."""
        company = self.tidy(COMPANY, text)
        if not company and text.strip() and COMPANY in self.warn:
            return company
        if not re.search(r"[^\W\d_]", company):
            self.doubt(COMPANY, f"“{company}”不像企业名称" if company else "没有填写")
        return company

    def county(self, field: str, text: str, regions: Terms) -> str:
        """The reporting unit a cell names; one that is near is offered."""
        if found := regions.find(text):
            return found
        near = regions.near(text)
        if near:
            self.offer(field, near)
        self.doubt(field, f"“{text}”不是本市的县市区" + (f"，是否为「{near}」" if near else ""))
        return ""


def find_tables(
    workbook: Workbook, words: headers.TableWords, named: str
) -> tuple[list[tuple[Sheet, int, headers.Header]], list[str]]:
    """The visible sheets that hold the table, with the first row of its header; and what was not read.

    `named` is what the table is called in the sentences.
    """
    found: list[tuple[Sheet, int, headers.Header]] = []
    notes: list[str] = []
    for sheet in workbook.sheets:
        if not sheet.visible:
            notes.append(f"工作表「{sheet.name}」被隐藏，未读取。")
            continue
        header = headers.find_header(sheet.rows, sheet.merges, words)
        if header is None:
            if sheet.rows:
                notes.append(f"工作表「{sheet.name}」没有{named}的表头，未读取。")
            continue
        if sheet.more:
            notes.append(f"工作表「{sheet.name}」中部有两千多个空行，其后的内容未读取。")
        found.append((sheet, *header))
    return found, notes


def rows_in(
    sheet: Sheet, index: int, header: headers.Header, longest: Mapping[str, int], left_out: list[str]
) -> Iterator[tuple[Gathering, Cells]]:
    """The rows of firms below a header, with their cells by field; other lines are told in `left_out`."""
    reading = Reading(sheet, header)
    previous: dict[int, Cell] = {}
    for position in range(index, len(sheet.rows)):
        row = sheet.rows[position]
        if row.number <= reading.header.last_row:
            continue
        if again := reading.repeated(position):
            reading.header = again
            continue
        kind = kind_of(row, reading)
        if kind != DATA:
            if kind:
                left_out.append(f"第 {row.number} 行：{kind}")
            continue
        gathering = Gathering(sheet.name, row, reading.header, longest)
        yield gathering, _cells(gathering, reading, previous)


def _cells(gathering: Gathering, reading: Reading, previous: dict[int, Cell]) -> Cells:
    """The cells of a row by field: merged ones filled down, 同上 replaced by the row before."""
    cells: Cells = {}
    for field, columns in gathering.header.columns.items():
        for column in columns:
            cell = reading.cell(gathering.row, column)
            if isinstance(cell, str) and cell.strip() in DITTO:
                cell = previous.get(column, "")
                if cell == "" and field in gathering.header.words.labels:
                    gathering.doubt(field, "写的是“同上”，但上一行没有内容")
            previous[column] = cell
            cells.setdefault(field, []).append(cell)
    return cells


def text_of(cells: Cells, field: str) -> str:
    """What stands in the cells of a field, as one text."""
    return " ".join(filter(None, (cell_words(cell).strip() for cell in cells.get(field, []))))


def raw_of(cells: Cells, fields: Sequence[str]) -> dict[str, str]:
    """What stood in their sheet, by field."""
    return {field: text for field in fields if (text := text_of(cells, field))}
