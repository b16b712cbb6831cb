"""What a row of the library would do to the record of its firm, and whether it may. Pure."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from demands.rules.library import LABELS, LibraryRow
from demands.rules.rows import CONFIRMED, DOUBT, GOOD, WRONG
from demands.rules.titles import GivenTitle
from pilot_portal.common.text import name_key

# The columns of a record that a row may fill, and the row's word for each. Days are ISO dates.
COLUMNS: dict[str, str] = {
    "credit_code": "code",
    "legal_representative": "legal",
    "chain": "chain",
    "key_link": "key_link",
    "size": "size",
    "industry": "industry",
    "is_manufacturing": "manufacturing",
    "is_above_scale": "above_scale",
    "above_scale_since": "above_since",
    "contact": "contact",
    "phone": "phone",
}
FLAGS = frozenset({"is_manufacturing", "is_above_scale"})
# Stands in the first change of a record: it was made by it.
CREATED = "created"
NAMED: dict[str, str] = {
    "name": "企业名称",
    "in_library": "纳入培育库",
    "name_public": "同意公开企业名称",
    "name_public_proof": "同意公开的依据",
    "size_year": "规模年份",
    "organisation": "账号单位",
    **{column: LABELS[word] for column, word in COLUMNS.items()},
}
EDITED = tuple(name for name in LibraryRow.__dataclass_fields__ if name in LABELS)


@dataclass(frozen=True)
class FirmRecord:
    """A record as it stands: its key, and its columns as `facts_of` gives them."""

    pk: int
    name: str
    values: Mapping[str, Any]
    has_account: bool = False
    titles: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class KnownFirms:
    """The county's records by name and by code, and who else bears which code (code → county)."""

    by_name: Mapping[str, FirmRecord] = field(default_factory=dict)
    by_code: Mapping[str, FirmRecord] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    def find(self, row: LibraryRow) -> FirmRecord | None:
        """The record of a row's firm: by its code, else by its name."""
        return self.by_code.get(row.code) or self.by_name.get(name_key(row.company))


@dataclass(frozen=True)
class Judged:
    """The verdict on a row, with the key by which rows of one firm are known."""

    level: str
    notes: tuple[str, ...]
    key: str


def library_row_of(data: Mapping[str, Any], edits: Mapping[str, Any]) -> LibraryRow:
    """A row as read, with what an officer typed instead; doubts about what he typed over are settled."""
    told = {name: data[name] for name in LibraryRow.__dataclass_fields__}
    told |= {name: edits[name] for name in EDITED if name in edits}
    settled = {name for name in EDITED if name in edits}
    if "titles" in settled:
        settled |= {name for name in data["about"] if name in {"granted", "expires", "rule", "evidence"}}
        settled |= {name for name in data["about"] if name.startswith("on:")}
    kept = [
        (note, name) for note, name in zip(data["notes"], data["about"], strict=True) if name not in settled
    ]
    if edits.get(CONFIRMED):
        kept = []
    told["titles"] = tuple(GivenTitle.from_json(title) for title in told["titles"])
    told["warn"] = tuple(sorted({name for _, name in kept}))
    told["notes"], told["about"] = tuple(note for note, _ in kept), tuple(name for _, name in kept)
    return LibraryRow(**told)


def facts_of(row: LibraryRow) -> dict[str, Any]:
    """What a row says of the record's columns. What is blank is not said and wipes out nothing."""
    facts: dict[str, Any] = {}
    for column, word in COLUMNS.items():
        said = getattr(row, word)
        if said:
            facts[column] = said == "是" if column in FLAGS else said
    if row.consent == "是" and row.proof:
        facts |= {"name_public": True, "name_public_proof": row.proof}
    elif row.consent == "否":
        facts |= {"name_public": False}
    return facts


def changes_of(row: LibraryRow, record: FirmRecord) -> dict[str, list[Any]]:
    """The columns that a row changes: before and after."""
    facts = facts_of(row) | {"name": row.company, "in_library": True}
    return {
        column: [record.values.get(column), value]
        for column, value in facts.items()
        if record.values.get(column) != value
    }


def new_titles(row: LibraryRow, record: FirmRecord | None) -> list[GivenTitle]:
    """The titles of a row that the record does not hold yet."""
    known = record.titles if record else frozenset()
    return [
        title
        for title in row.titles
        if (title.code, title.granted.isoformat() if title.granted else "") not in known
    ]


def key_of(company: str) -> str:
    """By which the rows of one firm hang together."""
    return hashlib.sha256(name_key(company).encode()).hexdigest()


class LibraryJudge:
    """Judges row after row of one workbook; remembers what earlier rows said of the same firm.

    Args:
        region: the full name of the county that sends it.
        known: the records as they stand.
        today: the day (Beijing) by which a title cannot have been granted yet.
    """

    def __init__(self, region: str, known: KnownFirms, today: dt.date) -> None:
        self.region, self.known, self.today = region, known, today
        self.said: dict[str, tuple[str, LibraryRow]] = {}
        self.codes: dict[str, tuple[str, str]] = {}

    def __call__(self, sheet: str, row: LibraryRow, *, confirmed: bool) -> Judged:
        """The row's level with the reasons in words; for a good row what it will do."""
        place = f"{sheet} 第 {row.row} 行"
        key = key_of(row.company)
        wrongs = self._wrongs(row, key)
        doubts = [*row.notes, *([] if confirmed or wrongs else self._doubts(row, key))]
        if not wrongs:
            self._remember(row, key, place)
        level = WRONG if wrongs else DOUBT if doubts else GOOD
        told = wrongs + doubts or [self._effect(row)]
        return Judged(level, tuple(told), key)

    def _remember(self, row: LibraryRow, key: str, place: str) -> None:
        first = self.said.get(key)
        self.said[key] = (place, row if first is None else replace(row, titles=first[1].titles + row.titles))
        if row.code:
            self.codes.setdefault(row.code, (key, place))

    def _wrongs(self, row: LibraryRow, key: str) -> list[str]:
        if not row.company:
            return ["没有企业名称"]
        wrongs = []
        if row.county and row.county != self.region:
            wrongs.append(f"所属县市区为{row.county}，不是{self.region}")
        if row.code:
            wrongs += self._wrong_code(row, key)
        first = self.said.get(key)
        if first and set(row.titles) <= set(first[1].titles) and facts_of(row) == facts_of(first[1]):
            wrongs.append(f"与{first[0]}相同")
        return wrongs

    def _wrong_code(self, row: LibraryRow, key: str) -> list[str]:
        wrongs = []
        if elsewhere := self.known.elsewhere.get(row.code):
            wrongs.append(f"该信用代码的企业登记在{elsewhere}，请与其核实")
        named = self.known.by_name.get(key_name := name_key(row.company))
        coded = self.known.by_code.get(row.code)
        if named and coded and named.pk != coded.pk:
            wrongs.append(f"名称和信用代码在库中是两家企业（{named.name}、{coded.name}），请先核实或合并")
        elif named and not coded and (own := named.values.get("credit_code")) and own != row.code:
            wrongs.append("信用代码与库中登记的不同，请先在企业页面核实")
        elif coded and coded.has_account and name_key(coded.name) != key_name:
            wrongs.append(f"库中名称为{coded.name}，企业已开通账号，请由企业变更")
        earlier = self.codes.get(row.code)
        if earlier and earlier[0] != key:
            wrongs.append(f"与{earlier[1]}的信用代码相同、名称不同")
        return wrongs

    def _doubts(self, row: LibraryRow, key: str) -> list[str]:
        doubts = []
        record = self.known.find(row)
        if record and name_key(record.name) != name_key(row.company):
            doubts.append(f"库中名称为{record.name}，导入后改为{row.company}，请核对")
        if row.consent == "是" and not row.proof:
            doubts.append("同意公开企业名称没有写依据，不作为同意")
        if late := [title.word for title in row.titles if title.granted and title.granted > self.today]:
            doubts.append(f"{late[0]}的认定日期在今天之后，请核对")
        if first := self.said.get(key):
            before, now = facts_of(first[1]), facts_of(row)
            if other := [NAMED[name] for name in now if name in before and before[name] != now[name]]:
                doubts.append(f"{'、'.join(other)}与{first[0]}写的不同，以后一行为准，请核对")
        return doubts

    def _effect(self, row: LibraryRow) -> str:
        record = self.known.find(row)
        titles = [title.word for title in new_titles(row, record)]
        if record is None:
            return "新企业" + (f"，称号：{'、'.join(titles)}" if titles else "")
        parts = []
        if changed := [NAMED[column] for column in changes_of(row, record) if column in NAMED]:
            parts.append(f"更新{'、'.join(changed)}")
        if titles:
            parts.append(f"新增称号：{'、'.join(titles)}")
        return "；".join(parts) or "与库中一致，没有变化"
