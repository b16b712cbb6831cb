"""Where a table begins on a county's sheet, and which column holds what."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pilot_portal.common.text import to_halfwidth
from pilot_portal.documents.sheets.workbook import Cell, Merge, SheetRow

COMPANY, COUNTY, SERVICES, STATUS, TARGET = "company", "county", "services", "status", "target"
CONTACT, PHONE, REMARK, SERIAL, JOINED = "contact", "phone", "remark", "serial", "joined"
LABELS: dict[str, str] = {
    COMPANY: "企业名称",
    COUNTY: "所属县市区",
    SERVICES: "所需服务",
    STATUS: "企业现状",
    TARGET: "发展目标",
    CONTACT: "联系人",
    PHONE: "联系电话",
    REMARK: "备注",
}
SEARCHED_ROWS = 40
_LONGEST = 30


@dataclass(frozen=True)
class TableWords:
    """What the columns of a table are called, however a county writes it.

    `patterns` are tried in their order; `fewest` fields beside `beside` make a header, the firm's among them.
    """

    labels: Mapping[str, str]
    patterns: Sequence[tuple[str, re.Pattern[str]]]
    beside: frozenset[str]
    fewest: int = 3

    def field_of(self, cell: Cell) -> str:
        """Which field a header's cell names; "" for none."""
        if not isinstance(cell, str) or not cell or len(cell) > _LONGEST:
            return ""
        word = re.sub(r"[\s*＊:：、/“”\"]+", "", to_halfwidth(cell)).casefold()
        word = word.replace("（", "(").replace("）", ")")
        for text in (word, re.sub(r"\(.*?\)", "", word)):
            for field, pattern in self.patterns:
                if pattern.search(text):
                    return field
        return ""

    def fields_of(self, row: SheetRow) -> dict[int, str]:
        """The fields that a row's cells name, by column."""
        return {column: field for column, cell in enumerate(row.cells) if (field := self.field_of(cell))}

    def suffices(self, fields: Mapping[int, str]) -> bool:
        """Whether these columns are those of the table."""
        named = set(fields.values()) - self.beside
        return COMPANY in named and len(named) >= self.fewest


def patterns(*named: tuple[str, Sequence[str]]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The words of each field as patterns of the whole cell, in the order in which they are tried."""
    return tuple((field, re.compile("|".join(f"^(?:{word})$" for word in words))) for field, words in named)


# In this order: 「联系人及电话」 holds both words, 「企业联系电话」 and 「企业类型」 the firm's.
ATTACHMENT4_COLUMNS: tuple[tuple[str, Sequence[str]], ...] = (
    (
        JOINED,
        (
            r"(?:企业)?(?:联系人|姓名|负责人).{0,4}(?:电话|手机|联系方式|号码).{0,3}",
            r"(?:企业)?(?:联系)?电话.{0,2}联系人",
        ),
    ),
    (
        PHONE,
        (
            r"(?:企业|联系人|固定|办公|移动)?(?:联系)?(?:电话|手机)(?:号码?)?",
            r"(?:企业|联系人)?联系(?:方式|号码)",
        ),
    ),
    (CONTACT, (r"(?:企业)?(?:联系人|联络人|经办人)(?:姓名)?", "姓名")),
    (
        SERVICES,
        (
            r"(?:企业)?(?:所需|需求|需要)的?服务.{0,6}",
            r"(?:服务)?需求(?:类型|内容|类别|事项)?",
            r"服务(?:类型|内容|类别|需求.{0,4})",
        ),
    ),
    (
        STATUS,
        (
            r"(?:企业|培育|目前|当前)?现状.{0,4}",
            r"(?:企业)?(?:目前|现有|现)(?:类型|梯度|层级|资质)",
            r"企业(?:类型|梯度)",
        ),
    ),
    (TARGET, (r"(?:企业)?(?:发展|培育|预期|拟达)目标.{0,4}", r"目标(?:类型)?")),
    (
        COUNTY,
        (
            r"(?:企业)?(?:所属|所在)?的?(?:县市区|县区|区县|市县区|区县市|县市|县\(市区\))(?:名称)?",
            r"(?:企业)?(?:所属|所在)的?(?:辖区|区域|地区|县)",
            r"(?:所)?属地",
        ),
    ),
    (REMARK, (r"备注.{0,4}", "说明")),
    (SERIAL, (r"序号?", "编号", r"no\.?")),
    (COMPANY, (r"(?:需求)?(?:企业|公司|单位|企业\(单位\)|企业单位)(?:名称|全称|名)?", "名称")),
)
ATTACHMENT4 = TableWords(
    labels=LABELS, beside=frozenset({SERIAL, REMARK}), patterns=patterns(*ATTACHMENT4_COLUMNS)
)


@dataclass(frozen=True)
class Header:
    """The header of a table: columns (counted from 0) by field, and the number of its last row."""

    columns: Mapping[str, tuple[int, ...]]
    last_row: int
    words: TableWords

    def column(self, field: str) -> int | None:
        """The first column of a field, the joined one for contact and phone; None where there is none."""
        found = self.columns.get(field) or (self.columns.get(JOINED) if field in {CONTACT, PHONE} else None)
        return found[0] if found else None


def is_header(row: SheetRow, words: TableWords) -> bool:
    """Whether a row is a header by itself, as one repeated on every printed page."""
    return words.suffices(words.fields_of(row))


def _is_second(row: SheetRow, words: TableWords) -> bool:
    """Whether every cell of the row below names a field, so that it is the header's second row."""
    filled = [column for column, cell in enumerate(row.cells) if str(cell).strip()]
    fields = words.fields_of(row)
    return bool(filled) and set(filled) == set(fields) and not words.suffices(fields)


def _spread(row: SheetRow, merges: Sequence[Merge], words: TableWords) -> dict[int, str]:
    """The fields of a row, a merged cell's for every column it covers."""
    fields = words.fields_of(row)
    for merge in merges:
        if merge.top == row.number and (field := fields.get(merge.left - 1)):
            fields.update(dict.fromkeys(range(merge.left - 1, merge.right), field))
    return fields


def _header(fields: Mapping[int, str], last_row: int, words: TableWords) -> Header:
    columns: dict[str, tuple[int, ...]] = {}
    for column, field in sorted(fields.items()):
        columns[field] = (*columns.get(field, ()), column)
    return Header(columns, last_row, words)


def header_at(
    rows: Sequence[SheetRow], index: int, merges: Sequence[Merge], words: TableWords
) -> Header | None:
    """The header that begins with this row, of one row or two; None where none does."""
    row = rows[index]
    spanned = [merge for merge in merges if merge.right - merge.left < len(words.labels) * 2]
    fields = _spread(row, spanned, words)
    below = rows[index + 1] if index + 1 < len(rows) else None
    if below is not None and fields and below.number == row.number + 1 and _is_second(below, words):
        both = fields | words.fields_of(below)
        if words.suffices(both):
            return _header(both, below.number, words)
    if words.suffices(words.fields_of(row)):
        return _header(fields, row.number, words)
    return None


def find_header(
    rows: Sequence[SheetRow], merges: Sequence[Merge], words: TableWords
) -> tuple[int, Header] | None:
    """The first header among the first rows of a sheet, with the index of its first row."""
    for index in range(min(len(rows), SEARCHED_ROWS)):
        header = header_at(rows, index, merges, words)
        if header:
            return index, header
    return None
