"""The XML inside a spreadsheet, streamed: no DTD, no entities, and what calamine does not tell of a sheet."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from xml.parsers.expat import ExpatError
from xml.sax import SAXException

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from pilot_portal.common.errors import Refused
from pilot_portal.documents.sheets.workbook import Merge

MOST_CELLS = 12_000_000
MOST_MERGES = 20_000
MOST_COLUMNS, MOST_SHEET_ROWS = 16_384, 1_048_576
TOO_WIDE = "表格的行数×列数过大（最右下角的单元格离数据太远），请删除数据以外的行和列后重试。"
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")

ENTITIES = "文件中含有外部实体或 DTD 声明，为安全起见不予读取。请用 Excel 或 WPS 另存后重试。"
BROKEN_XML = "文件已损坏，无法读取。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"

Attributes = Mapping[str, str]
Start = Callable[[str, Attributes], None]


@dataclass
class SheetFacts:
    """What streaming a sheet showed: hidden rows, merged ranges, the last used row and column (from 1)."""

    hidden: set[int] = field(default_factory=set)
    merges: list[Merge] = field(default_factory=list)
    last_row: int = 0
    last_column: int = 0

    def use(self, row: int, column: int) -> None:
        """A cell with content stands here. Raises Refused when the sheet spans too much."""
        if row > self.last_row or column > self.last_column:
            self.last_row = max(row, self.last_row)
            self.last_column = max(column, self.last_column)
            if self.last_row * self.last_column > MOST_CELLS:
                raise Refused(TOO_WIDE)


class Scan(DefusedExpatParser):  # type: ignore[misc]
    """A parser that calls one function per element and refuses DTDs and entities."""

    def __init__(self, start: Start) -> None:
        self.on_start = start
        super().__init__(forbid_dtd=True)

    def start_element(self, name: str, attrs: Attributes) -> None:
        """Expat's call for an opening tag; the prefix of the namespace is of no interest."""
        self.on_start(name.rpartition(":")[2] if ":" in name else name, attrs)

    def end_element(self, name: str) -> None:
        """Closing tags say nothing that is asked here."""

    def characters(self, content: str) -> None:
        """Nor does text."""


def scan(chunks: Iterable[bytes], start: Start) -> None:
    """Stream XML through `start(local name, attributes)`.

    Raises Refused for a DTD, an entity or broken XML.
    """
    parser = Scan(start)
    try:
        for chunk in chunks:
            parser.feed(chunk)
        parser.close()
    except DefusedXmlException:
        raise Refused(ENTITIES) from None
    except (SAXException, ExpatError, ValueError, LookupError):
        raise Refused(BROKEN_XML) from None


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
    and harmless. Rows and cells without a reference follow the one before.
    """

    def __init__(self) -> None:
        self.facts = SheetFacts()
        self.row = 0
        self.cell = (0, 0)

    def start(self, name: str, attributes: Attributes) -> None:
        """One opening tag."""
        if name == "c":
            here = place(attributes["r"]) if "r" in attributes else (self.row, self.cell[1] + 1)
            if here is None or here[1] > MOST_COLUMNS:
                raise Refused("文件中有不存在的单元格位置，无法读取。请另存为 .xlsx 后重试。")
            self.cell = here
        elif name in {"v", "is", "f"}:
            self.facts.use(*self.cell)
        elif name == "row":
            self._row(attributes)
        elif name == "mergeCell" and (merge := merge_of(attributes.get("ref", ""))):
            self.facts.merges.append(merge)
            if len(self.facts.merges) > MOST_MERGES:
                raise Refused("合并单元格过多，请取消合并后重试。")

    def _row(self, attributes: Attributes) -> None:
        number = attributes.get("r", "")
        self.row = int(number) if number.isdecimal() else self.row + 1
        if self.row > MOST_SHEET_ROWS:
            raise Refused("文件中有不存在的行号，无法读取。请另存为 .xlsx 后重试。")
        self.cell = (self.row, 0)
        if attributes.get("hidden") in {"1", "true"} or attributes.get("ht") in {"0", "0.0"}:
            self.facts.hidden.add(self.row)


class TablesScan:
    """Gathers the facts of every table of an .ods; repeated rows and cells count fully."""

    def __init__(self) -> None:
        self.tables: dict[str, SheetFacts] = {}
        self.facts = SheetFacts()
        self.row = self.rows = self.column = self.columns = 0

    def start(self, name: str, attributes: Attributes) -> None:
        """One opening tag."""
        if name in {"table", "table-row", "table-cell", "covered-table-cell"}:
            given = {key.rpartition(":")[2]: value for key, value in attributes.items()}
            if name == "table":
                self.facts = self.tables[given.get("name", "")] = SheetFacts()
                self.row = self.rows = 0
            elif name == "table-row":
                self._row(given)
            else:
                self._cell(given)
        elif name == "p" and self.columns:
            self.facts.use(self.row + self.rows, self.column + self.columns)

    def _row(self, given: Attributes) -> None:
        self.row += self.rows
        self.rows = _count(given.get("number-rows-repeated"))
        self.column = self.columns = 0
        if given.get("visibility") in {"collapse", "filter"}:
            last = min(self.row + self.rows, MOST_SHEET_ROWS)
            self.facts.hidden.update(range(self.row + 1, last + 1))

    def _cell(self, given: Attributes) -> None:
        self.column += self.columns
        self.columns = _count(given.get("number-columns-repeated"))
        if "value-type" in given or "formula" in given:
            self.facts.use(self.row + self.rows, self.column + self.columns)
        down = _count(given.get("number-rows-spanned"))
        right = _count(given.get("number-columns-spanned"))
        if (down > 1 or right > 1) and len(self.facts.merges) < MOST_MERGES:
            top, left = self.row + 1, self.column + 1
            self.facts.merges.append(Merge(top, left, top + down - 1, left + right - 1))


def _count(text: str | None) -> int:
    return max(1, int(text)) if text and text.isdecimal() and len(text) < len("10000000") else 1
