"""The XML inside a spreadsheet, streamed: no DTD, no entities, and what calamine does not tell of a sheet."""

import contextlib
import functools
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from pilot_portal.common.errors import Refused
from pilot_portal.documents.sheets.workbook import (
    MOST_BLANK_ROWS,
    MOST_ROWS,
    MOST_VALUES,
    ROOM_AROUND,
    TOO_MANY_ROWS,
    TOO_MUCH,
    Merge,
)

# Calamine lays the whole rectangle of a sheet out in memory, 24 bytes a cell.
MOST_CELLS = 6_000_000
MOST_MERGES = 20_000
MOST_SHEETS = 100
MOST_COLUMNS, MOST_SHEET_ROWS = 16_384, 1_048_576
TOO_WIDE = "表格的行数×列数过大（最右下角的单元格离数据太远），请删除数据以外的行和列后重试。"
TOO_MANY_MERGES = "合并单元格过多，请取消合并后重试。"
TOO_MANY_SHEETS = "工作表过多，请只保留需求表后再上传。"
UNKNOWN_CELL = "文件中有不存在的单元格位置，无法读取。请另存为 .xlsx 后重试。"
# What one tag or comment may take: expat begins anew with each piece that does not end it.
_MOST_TOKEN = 1024 * 1024
_MOST_NAMES = 1_000
_MOST_DIGITS = 9
# Spaces that an .ods writes as a number (text:s), all together.
MOST_SPACES = 1_000_000
TOO_MANY_SPACES = "单元格中的空格过多，请删除后另存再传。"
# So often may blanks come in one cell before it counts as filled.
_MOST_BLANKS = 4
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")

ENTITIES = "文件中含有外部实体或 DTD 声明，为安全起见不予读取。请用 Excel 或 WPS 另存后重试。"
BROKEN_XML = "文件已损坏，无法读取。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"

Attributes = Mapping[str, str]
Start = Callable[[str, Attributes], None]
Begin = Callable[[expat.XMLParserType], None]


@dataclass
class SheetFacts:
    """What streaming a sheet showed: hidden rows, merged ranges, the last used row and column (from 1).

    `rows` counts the rows with a value as the reader meets them: behind 2,000 blank ones it reads no further.
    """

    hidden: set[int] = field(default_factory=set)
    merges: list[Merge] = field(default_factory=list)
    last_row: int = 0
    last_column: int = 0
    values: int = 0
    rows: int = 0
    reached: int = 0

    def use(self, row: int, column: int, cells: int = 1) -> None:
        """Cells with content end here. Raises Refused when the sheet spans or holds too much."""
        if row > self.last_row or column > self.last_column:
            self.last_row = max(row, self.last_row)
            self.last_column = max(column, self.last_column)
            if self.last_row * self.last_column > MOST_CELLS:
                raise Refused(TOO_WIDE)
        self.values += cells
        if self.values > MOST_VALUES:
            raise Refused(TOO_MUCH)

    def fill(self, row: int, rows: int = 1) -> None:
        """Rows up to this one hold a value; told again, they count once. Raises Refused beyond 20,000."""
        if self.reached < row <= self.reached + MOST_BLANK_ROWS + rows:
            self.rows += min(rows, row - self.reached)
            self.reached = row
            if self.rows > MOST_ROWS + ROOM_AROUND:
                raise Refused(TOO_MANY_ROWS)

    def hide(self, first: int, last: int) -> None:
        """Rows are hidden; of interest as far as reading may come."""
        reach = self.reached + MOST_BLANK_ROWS
        self.hidden.update(range(first, min(last, reach) + 1))

    def merge(self, merge: Merge) -> None:
        """A merged range. Raises Refused when there are too many."""
        self.merges.append(merge)
        if len(self.merges) > MOST_MERGES:
            raise Refused(TOO_MANY_MERGES)


def refuse_too_much(sheets: Collection[SheetFacts]) -> None:
    """Raise Refused where sheets, each within its limits, are too much together."""
    if len(sheets) > MOST_SHEETS:
        raise Refused(TOO_MANY_SHEETS)
    if sum(facts.last_row * facts.last_column for facts in sheets) > MOST_CELLS:
        raise Refused(TOO_WIDE)
    if sum(facts.values for facts in sheets) > MOST_VALUES:
        raise Refused(TOO_MUCH)
    if sum(len(facts.merges) for facts in sheets) > MOST_MERGES:
        raise Refused(TOO_MANY_MERGES)


@functools.lru_cache(_MOST_NAMES)
def _local(name: str) -> str:
    """A name without the prefix of its namespace, which is of no interest."""
    return name.rpartition(":")[2]


class _EnoughError(Exception):
    """The root was reached: no DTD can follow."""


def _refuse_dtd(*_declared: object) -> None:
    raise Refused(ENTITIES)


def _enough(*_element: object) -> None:
    raise _EnoughError


def scan(chunks: Iterable[bytes], start: Start, begin: Begin | None = None) -> None:
    """Stream XML through `start(local name, attributes)`; `begin` is given the parser before.

    Raises Refused for a DTD, broken XML, or one tag or comment so long that the parser would read it over and
    over again.
    """
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_dtd

    def element(name: str, attributes: Attributes) -> None:
        start(_local(name), attributes)

    parser.StartElementHandler = element
    if begin:
        begin(parser)
    _feed(parser, chunks)


def refuse_declarations(chunks: Iterable[bytes]) -> None:
    """Read XML as far as its root: what is declared of entities stands before. Raises Refused as `scan`."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_dtd
    parser.StartElementHandler = _enough
    with contextlib.suppress(_EnoughError):
        _feed(parser, chunks)


def _feed(parser: expat.XMLParserType, chunks: Iterable[bytes]) -> None:
    fed = 0
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)  # noqa: FBT003 - expat takes no keywords
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > _MOST_TOKEN:
                raise Refused(BROKEN_XML)
        parser.Parse(b"", True)  # noqa: FBT003
    except (expat.ExpatError, ValueError, LookupError):
        raise Refused(BROKEN_XML) from None


@functools.cache
def column_number(letters: str) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def place(reference: str) -> tuple[int, int] | None:
    """Row and column (from 1) of a reference such as H12; None where it is none."""
    found = _REFERENCE.fullmatch(reference)
    if not found:
        return None
    row, column = int(found[2]), column_number(found[1])
    return (row, column) if row <= MOST_SHEET_ROWS and column <= MOST_COLUMNS else None


def merge_of(reference: str) -> Merge | None:
    """The merged range of a reference such as A1:H1; None where it is none."""
    first, _, last = reference.partition(":")
    start, end = place(first), place(last or first)
    if not start or not end:
        return None
    return Merge(min(start[0], end[0]), min(start[1], end[1]), max(start[0], end[0]), max(start[1], end[1]))


class SheetScan:
    """Gathers the facts of one worksheet of an .xlsx from its opening tags.

    A cell counts as used when it has content: styled empty cells down to the last row of a sheet are common
    and harmless. A row counts as filled when something other than blanks stands in it: formulas that give
    nothing are common too. Rows and cells without a reference follow the one before.
    """

    def __init__(self) -> None:
        self.facts = SheetFacts()
        self.row = 0
        self.cell = (0, 0)
        self.blanks = 0
        self.parser: expat.XMLParserType | None = None

    def begin(self, parser: expat.XMLParserType) -> None:
        """The parser, whose text is listened to only where it tells something."""
        self.parser = parser

    def start(self, name: str, attributes: Attributes) -> None:
        """One opening tag."""
        if name == "c":
            here = place(attributes["r"]) if "r" in attributes else (self.row, self.cell[1] + 1)
            if here is None or here[1] > MOST_COLUMNS:
                raise Refused(UNKNOWN_CELL)
            self.cell = here
            self._listen(on=False)
        elif name == "row":
            self._row(attributes)
        elif name in {"v", "is", "f"}:
            self.facts.use(*self.cell)
            self._listen(on=name == "v")
        elif name == "t":
            self._listen(on=True)
        elif name == "mergeCell" and (merge := merge_of(attributes.get("ref", ""))):
            self.facts.merge(merge)

    def _listen(self, *, on: bool) -> None:
        if self.parser is not None and (self.parser.CharacterDataHandler is not None) != on:
            wanted = on and self.cell[0] > self.facts.reached
            self.parser.CharacterDataHandler = self._text if wanted else None
            self.blanks = 0

    def _text(self, data: str) -> None:
        self.blanks += 1
        if data.strip() or self.blanks > _MOST_BLANKS:
            self.facts.fill(self.cell[0])
            self._listen(on=False)

    def _row(self, attributes: Attributes) -> None:
        number = attributes.get("r", "")
        self.row = int(number) if number.isdecimal() else self.row + 1
        if self.row > MOST_SHEET_ROWS:
            raise Refused("文件中有不存在的行号，无法读取。请另存为 .xlsx 后重试。")
        self.cell = (self.row, 0)
        if attributes.get("hidden") in {"1", "true"} or attributes.get("ht") in {"0", "0.0"}:
            self.facts.hide(self.row, self.row)


_SOURCES = frozenset({"table-source", "cell-range-source", "dde-source"})
_OF_TABLES = frozenset({"table", "table-row", "table-cell", "covered-table-cell", "s"})


class TablesScan:
    """Gathers the facts of every table of an .ods; repeated rows and cells count fully."""

    def __init__(self) -> None:
        self.tables: dict[str, SheetFacts] = {}
        self.facts = SheetFacts()
        self.is_linked = False
        self.row = self.rows = self.column = self.columns = self.spaces = 0

    def start(self, name: str, attributes: Attributes) -> None:
        """One opening tag."""
        if name in _OF_TABLES:
            given = {_local(key): value for key, value in attributes.items()}
            if name == "table":
                refuse_too_much(self.tables.values())
                if given.get("name", "") in self.tables:
                    raise Refused(BROKEN_XML)
                self.facts = self.tables[given.get("name", "")] = SheetFacts()
                self.row = self.rows = 0
            elif name == "table-row":
                self._row(given)
            elif name == "s":
                self.spaces += _count(given.get("c"), MOST_SPACES, TOO_MANY_SPACES)
                if self.spaces > MOST_SPACES:
                    raise Refused(TOO_MANY_SPACES)
            else:
                self._cell(given)
        elif name == "p" and self.columns:
            self._use()
        elif name in _SOURCES:
            self.is_linked = True

    def _use(self) -> None:
        row = self.row + self.rows
        self.facts.use(row, self.column + self.columns)
        self.facts.fill(row, self.rows)

    def _row(self, given: Attributes) -> None:
        self.row += self.rows
        self.rows = _count(given.get("number-rows-repeated"), MOST_SHEET_ROWS, UNKNOWN_CELL)
        self.column = self.columns = 0
        if given.get("visibility") in {"collapse", "filter"}:
            self.facts.hide(self.row + 1, self.row + self.rows)

    def _cell(self, given: Attributes) -> None:
        self.column += self.columns
        self.columns = _count(given.get("number-columns-repeated"), MOST_COLUMNS, UNKNOWN_CELL)
        if "value-type" in given or "formula" in given:
            self._use()
        if "number-rows-spanned" not in given and "number-columns-spanned" not in given:
            return
        down = _count(given.get("number-rows-spanned"), MOST_SHEET_ROWS, UNKNOWN_CELL)
        right = _count(given.get("number-columns-spanned"), MOST_COLUMNS, UNKNOWN_CELL)
        if down > 1 or right > 1:
            top, left = self.row + 1, self.column + 1
            self.facts.merge(Merge(top, left, top + down - 1, left + right - 1))


def _count(text: str | None, most: int, told: str) -> int:
    """How often something stands there; once where no number says so. Raises Refused beyond the most."""
    if not text or not text.isdecimal():
        return 1
    if len(text) > _MOST_DIGITS or int(text) > most:
        raise Refused(told)
    return max(1, int(text))
