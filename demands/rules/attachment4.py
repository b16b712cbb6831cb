"""Attachment 4 as counties send it: what each row of their workbook means, and what a person must look at.

Pure: no database, no clock. Nothing is guessed: a doubt is a warning with row and column of their sheet and,
where one lies near, a suggestion; what cannot be read is empty with a warning.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as stays
from functools import lru_cache
from typing import Any

from demands.rules import contacts, headers
from demands.rules.headers import (
    COMPANY,
    CONTACT,
    COUNTY,
    JOINED,
    LABELS,
    PHONE,
    REMARK,
    SERVICES,
    STATUS,
    TARGET,
)
from demands.rules.rowkinds import DATA, Reading, kind_of
from demands.rules.terms import (
    DITTO,
    KIND_SYNONYMS,
    TIER_SYNONYMS,
    Found,
    Terms,
    find_kinds,
    find_tier,
    is_nothing,
    region_terms,
)
from pilot_portal.common.text import name_key, without_invisible
from pilot_portal.documents.sheets.workbook import Cell, Sheet, SheetRow, Workbook, cell_words, column_letters

LONGEST = {COMPANY: 120, CONTACT: 40, PHONE: 60, REMARK: 300}
REMEMBERED = 4096
DUPLICATE, HIDDEN = "duplicate", "hidden_row"
NO_HEADER = "没有找到附件4的表头（应有“企业名称、所需服务、企业现状、发展目标”等列），请使用附件4的表样。"
NO_ROWS = "找到了附件4的表头，但下面没有填写任何企业。"
_BLANK_UNIT = re.compile(r"^[\s_＿—\-/（）()盖章:：]*$")
_UNIT = re.compile(
    r"(?:申报|填报|报送)单位\s*(?:[（(]?\s*盖\s*章\s*[）)]?)?\s*[:：]?\s*(?:[（(]\s*盖\s*章\s*[）)])?[:：]?\s*(.*?)"
    r"(?=\s*(?:所在地|联系人|联系电话|填报时间|填报日期|填表日期|日期|单位[:：]|$))"
)
_LOCATION = re.compile(r"所在地\s*[:：]?\s*([^\s_＿]+)")


@dataclass(frozen=True)
class Attachment4Row:
    """One firm's row with its number in their sheet; `raw` is what stood there, `notes` are sentences."""

    row: int
    company: str
    county: str
    services: tuple[str, ...]
    status: str
    target: str
    contact: str
    phone: str
    remark: str
    warn: tuple[str, ...]
    raw: dict[str, str]
    notes: tuple[str, ...] = ()
    # The field (or mark) that each note is about, and the column of their sheet (from 0) of each field.
    about: tuple[str, ...] = ()
    columns: Mapping[str, int] = stays(default_factory=dict)

    def to_json(self, *, detailed: bool = False) -> dict[str, Any]:
        """The row as `import_demands --json` prints it; with `detailed` also what stood there and why."""
        told: dict[str, Any] = {
            "row": self.row,
            "company": self.company,
            "county": self.county,
            "services": list(self.services),
            "status": self.status,
            "target": self.target,
            "contact": self.contact,
            "phone": self.phone,
            "remark": self.remark,
            "warn": list(self.warn),
        }
        if not detailed:
            return told
        return told | {
            "raw": self.raw,
            "notes": list(self.notes),
            "about": list(self.about),
            "columns": dict(self.columns),
        }


@dataclass(frozen=True)
class Attachment4Sheet:
    """A sheet that holds the table, and which of its lines were no rows of firms."""

    name: str
    rows: tuple[Attachment4Row, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Attachment4File:
    """What a county's file says. `error`: why the whole file is refused; `notes`: what was not read of it."""

    unit: str | None
    error: str | None
    sheets: tuple[Attachment4Sheet, ...]
    location: str = ""
    notes: tuple[str, ...] = ()

    def to_json(self, *, detailed: bool = False) -> dict[str, Any]:
        """The structure that `import_demands --json` prints; with `detailed` also notes and raw text."""
        told: dict[str, Any] = {
            "unit": self.unit,
            "sheets": [
                {"name": sheet.name, "rows": [row.to_json(detailed=detailed) for row in sheet.rows]}
                for sheet in self.sheets
            ],
            "error": self.error,
        }
        return told | {"notes": list(self.notes)} if detailed else told


def refused_file(message: str) -> Attachment4File:
    """A file that could not be read at all, with the reason."""
    return Attachment4File(unit=None, error=message, sheets=())


class _Words:
    """The official words and how cells are understood by them; the same text is looked at once."""

    def __init__(self, regions: Sequence[str], kinds: Sequence[str], tiers: Sequence[str]) -> None:
        self.regions = region_terms(regions)
        own_kinds, own_tiers = Terms(kinds, KIND_SYNONYMS), Terms(tiers, TIER_SYNONYMS)
        self.kinds_of = lru_cache(REMEMBERED)(lambda text: find_kinds(text, own_kinds))
        self.tier_of = lru_cache(REMEMBERED)(lambda text: find_tier(text, own_tiers))


class _Row:
    """A row on its way to be understood: gathers warnings and sentences."""

    def __init__(self, sheet: str, row: SheetRow, header: headers.Header) -> None:
        self.sheet, self.row, self.header = sheet, row, header
        self.warn: set[str] = set()
        self.notes: list[str] = []
        self.about: list[str] = []

    def doubt(self, field: str, message: str) -> None:
        """Something of a field needs a person."""
        column = self.header.column(field)
        where = f" {column_letters(column)} 列" if column is not None else "（表中没有这一列）"
        self.warn.add(field)
        self.about.append(field)
        self.notes.append(f"「{self.sheet}」第 {self.row.number} 行{where}“{LABELS[field]}”：{message}。")

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
        if len(kept) > LONGEST[field]:
            self.doubt(field, f"有 {len(kept)} 个字，超过 {LONGEST[field]} 个字，请缩短")
            return ""
        return kept

    def words(self, field: str, found: Found, text: str) -> tuple[str, ...]:
        """The official words of a cell, and a sentence for what is none."""
        if found.unknown:
            unknown = "、".join(f"“{word}”" for word in found.unknown)
            near = (
                f"，是否为{'、'.join(f'“{word}”' for word in found.suggestions)}" if found.suggestions else ""
            )
            self.doubt(field, f"{unknown}不是规定的写法{near}")
        elif not found.words:
            self.doubt(field, "没有填写" if is_nothing(text) else f"“{text}”不是规定的写法")
        return found.words


def understand(
    workbook: Workbook, *, regions: Sequence[str], kinds: Sequence[str], tiers: Sequence[str]
) -> Attachment4File:
    """Understand a workbook as Attachment 4.

    Args:
        workbook: what `sheets.read.read_workbook` gave.
        regions: the full names of the reporting units.
        kinds: the official words of the ten services.
        tiers: the official words for present state and goal.

    Gives the file with its rows, or with `error` where no sheet holds the table. Never raises for a bad row.
    """
    words = _Words(regions, kinds, tiers)
    notes: list[str] = []
    found: list[tuple[Sheet, int, headers.Header]] = []
    unit, location = "", ""
    for sheet in workbook.sheets:
        if not sheet.visible:
            notes.append(f"工作表「{sheet.name}」被隐藏，未读取。")
            continue
        header = headers.find_header(sheet.rows, sheet.merges)
        if header is None:
            if sheet.rows:
                notes.append(f"工作表「{sheet.name}」没有附件4的表头，未读取。")
            continue
        if sheet.more:
            notes.append(f"工作表「{sheet.name}」中部有两千多个空行，其后的内容未读取。")
        found.append((sheet, *header))
        above = sheet.rows[: header[0]]
        unit, location = unit or _unit(above), location or _location(above)
    seen: dict[tuple[object, ...], str] = {}
    sheets = [_sheet(sheet, index, header, words, (location, unit), seen) for sheet, index, header in found]
    error = None
    if not sheets:
        error = NO_HEADER
    elif not any(sheet.rows for sheet in sheets):
        error = NO_ROWS
    return Attachment4File(unit or None, error, tuple(sheets), location, tuple(notes))


def _unit(rows: Sequence[SheetRow]) -> str:
    for row in rows:
        line = "  ".join(cell_words(cell) for cell in row.cells if cell != "")
        found = _UNIT.search(line)
        if found and not _BLANK_UNIT.match(found[1]):
            return re.sub(r"\s+", " ", without_invisible(found[1])).strip(" _＿")
    return ""


def _location(rows: Sequence[SheetRow]) -> str:
    for row in rows:
        found = _LOCATION.search("  ".join(cell_words(cell) for cell in row.cells if cell != ""))
        if found:
            return found[1].strip("：: ")
    return ""


def _sheet(
    sheet: Sheet,
    index: int,
    header: headers.Header,
    words: _Words,
    places: tuple[str, str],
    seen: dict[tuple[object, ...], str],
) -> Attachment4Sheet:
    reading = Reading(sheet, header)
    rows: list[Attachment4Row] = []
    left_out: list[str] = []
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
        gathering = _Row(sheet.name, row, reading.header)
        cells = _cells(gathering, reading, previous)
        rows.append(_understood(gathering, cells, words, places, seen))
    return Attachment4Sheet(sheet.name, tuple(rows), tuple(left_out))


def _cells(gathering: _Row, reading: Reading, previous: dict[int, Cell]) -> dict[str, list[Cell]]:
    """The cells of a row by field: merged ones filled down, 同上 replaced by the row before."""
    cells: dict[str, list[Cell]] = {}
    for field, columns in gathering.header.columns.items():
        for column in columns:
            cell = reading.cell(gathering.row, column)
            if isinstance(cell, str) and cell.strip() in DITTO:
                cell = previous.get(column, "")
                if cell == "" and field in LABELS:
                    gathering.doubt(field, "写的是“同上”，但上一行没有内容")
            previous[column] = cell
            cells.setdefault(field, []).append(cell)
    return cells


def _text(cells: dict[str, list[Cell]], field: str) -> str:
    return " ".join(filter(None, (cell_words(cell).strip() for cell in cells.get(field, []))))


def _understood(
    row: _Row,
    cells: dict[str, list[Cell]],
    words: _Words,
    places: tuple[str, str],
    seen: dict[tuple[object, ...], str],
) -> Attachment4Row:
    raw = {field: text for field in (*LABELS, JOINED) if (text := _text(cells, field))}
    company = row.tidy(COMPANY, raw.get(COMPANY, ""))
    if not re.search(r"[^\W\d_]", company):
        row.doubt(COMPANY, f"“{company}”不像企业名称" if company else "没有填写")
    county = _county(row, raw.get(COUNTY, ""), words.regions, places)
    kinds = row.words(SERVICES, words.kinds_of(raw.get(SERVICES, "")), raw.get(SERVICES, ""))
    tiers = [
        (row.words(field, words.tier_of(raw.get(field, "")), raw.get(field, "")) or ("",))[0]
        for field in (STATUS, TARGET)
    ]
    contact, phone = _contact(row, cells)
    remark = raw.get(REMARK, "")
    remark = "" if is_nothing(remark) else row.tidy(REMARK, remark)
    if row.row.hidden:
        row.mark(HIDDEN, "这一行在表中被隐藏，请确认是否上报")
    key = (name_key(company), frozenset(kinds), tiers[1])
    if company and key in seen:
        row.mark(DUPLICATE, f"与{seen[key]}的企业、所需服务和发展目标相同")
    seen.setdefault(key, f"「{row.sheet}」第 {row.row.number} 行")
    return Attachment4Row(
        row=row.row.number,
        company=company,
        county=county,
        services=kinds,
        status=tiers[0],
        target=tiers[1],
        contact=contact,
        phone=phone,
        remark=remark,
        warn=tuple(sorted(row.warn)),
        raw=raw,
        notes=tuple(row.notes),
        about=tuple(row.about),
        columns={name: columns[0] for name, columns in row.header.columns.items() if columns},
    )


def _county(row: _Row, text: str, regions: Terms, places: tuple[str, str]) -> str:
    if is_nothing(text):
        near = next((name for place in places for name in regions.official if place and name in place), "")
        row.doubt(COUNTY, "没有填写" + (f"，是否为“{near}”" if near else ""))
        return ""
    if found := regions.find(text):
        return found
    near = regions.near(text)
    row.doubt(COUNTY, f"“{text}”不是本市的县市区" + (f"，是否为“{near}”" if near else ""))
    return ""


def _contact(row: _Row, cells: dict[str, list[Cell]]) -> tuple[str, str]:
    named = _text(cells, CONTACT)
    numbers = [*cells.get(JOINED, []), *cells.get(PHONE, [])]
    numbers = [cell for cell in numbers if not (isinstance(cell, str) and is_nothing(cell))]
    if is_nothing(named):
        read = contacts.split(*numbers)
        name = read.name
    elif numbers and not re.search(r"\d{3}", named):
        # Each in its own column: what else stands beside the number (办公室) is not the person.
        read = contacts.split(*numbers)
        name = contacts.name_in(named)
    else:
        read = contacts.split(*cells.get(CONTACT, []), *numbers)
        name = read.name
    name = row.tidy(CONTACT, name)
    if not name and CONTACT not in row.warn:
        row.doubt(CONTACT, "没有联系人姓名")
    if read.phone_doubt:
        row.doubt(PHONE, read.phone_doubt)
    return name, row.tidy(PHONE, read.phone)
