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
from demands.rules.tables import HIDDEN, Cells, Gathering, find_tables, raw_of, rows_in, text_of
from demands.rules.terms import (
    KIND_SYNONYMS,
    TIER_SYNONYMS,
    Terms,
    find_kinds,
    find_tier,
    is_nothing,
    region_terms,
)
from pilot_portal.common.text import name_key, without_invisible
from pilot_portal.documents.sheets.workbook import Sheet, SheetRow, Workbook, cell_words

LONGEST = {COMPANY: 120, CONTACT: 40, PHONE: 60, REMARK: 300}
REMEMBERED = 4096
DUPLICATE = "duplicate"
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
    # Official words that may be meant by what is none, by field.
    suggest: Mapping[str, Sequence[str]] = stays(default_factory=dict)

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
            "suggest": {field: list(words) for field, words in self.suggest.items()},
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
    found, notes = find_tables(workbook, headers.ATTACHMENT4, "附件4")
    unit, location = "", ""
    for sheet, first, _ in found:
        above = sheet.rows[:first]
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
    left_out: list[str] = []
    rows = tuple(
        _understood(row, cells, words, places, seen)
        for row, cells in rows_in(sheet, index, header, LONGEST, left_out)
    )
    return Attachment4Sheet(sheet.name, rows, tuple(left_out))


def _understood(
    row: Gathering,
    cells: Cells,
    words: _Words,
    places: tuple[str, str],
    seen: dict[tuple[object, ...], str],
) -> Attachment4Row:
    raw = raw_of(cells, (*LABELS, JOINED))
    company = row.company(raw.get(COMPANY, ""))
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
        suggest=row.suggest,
    )


def _county(row: Gathering, text: str, regions: Terms, places: tuple[str, str]) -> str:
    if not is_nothing(text):
        return row.county(COUNTY, text, regions)
    near = next((name for place in places for name in regions.official if place and name in place), "")
    if near:
        row.offer(COUNTY, near)
    row.doubt(COUNTY, "没有填写" + (f"，是否为「{near}」" if near else ""))
    return ""


def _contact(row: Gathering, cells: Cells) -> tuple[str, str]:
    named = text_of(cells, CONTACT)
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
