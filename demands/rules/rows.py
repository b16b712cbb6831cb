"""What to do with each row of a county's Attachment 4: take it, ask a person, or leave it.

Works on the rows as `import_demands --json` prints them. Nothing is guessed: a doubt stays a question.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from demands.rules.words import KIND_CODES, TIER_CODES
from pilot_portal.common.text import name_key

GOOD, DOUBT, WRONG = "good", "doubt", "wrong"
Parsed = Mapping[str, Any]
# What an officer may type instead of what was read, and the mark that a person has looked at the row.
FIELDS = ("company", "county", "services", "status", "target", "contact", "phone", "remark")
CONFIRMED = "confirmed"

WARNINGS: dict[str, str] = {
    "company": "企业名称需核对",
    "county": "所属县市区没有写清",
    "services": "所需服务有不认识的写法",
    "status": "企业现状不在规定的类型内，留空",
    "target": "发展目标不在规定的类型内，留空",
    "contact": "没有读到联系人姓名",
    "phone": "联系电话不完整，请核对",
    "remark": "备注需核对",
    "hidden_row": "这一行在表中被隐藏",
    "duplicate": "表内有重复的行",
}


def row_key(company: str, kinds: Iterable[str], target: str) -> str:
    """The same firm asking for the same services and goal: one demand, by whatever way it comes.

    Takes the firm's name, the codes of the services in the order of the notice, the code of the goal.
    """
    parts = [name_key(company), ",".join(kinds), target]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Row:
    """One row of the preview: where it stands in their sheet, what was understood, what is to be done.

    `doubts` are the reader's sentences about what a person must look at.
    """

    sheet: str
    row: int
    company: str
    county: str
    kinds: tuple[str, ...]
    status: str
    target: str
    contact: str
    phone: str
    remark: str
    warn: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    is_confirmed: bool = False
    level: str = GOOD
    notes: tuple[str, ...] = field(default=())

    @property
    def place(self) -> str:
        """「城关镇 第 3 行」, as their sheet numbers it."""
        return f"{self.sheet} 第 {self.row} 行"

    @property
    def kind_codes(self) -> list[str]:
        """The codes of the services, in the order of the notice."""
        return [code for word, code in KIND_CODES.items() if word in self.kinds]

    @cached_property
    def key(self) -> str:
        """By which the row is known again, however often it is sent."""
        return row_key(self.company, self.kind_codes, TIER_CODES.get(self.target, ""))


@dataclass(frozen=True)
class Known:
    """What the round already holds for the county: keys of rows taken over, firms with numbers of demands."""

    keys: Collection[str] = ()
    firms: Mapping[str, str] = field(default_factory=dict)


def row_of(sheet: str, data: Mapping[str, Any], edits: Mapping[str, Any] | None = None) -> Row:
    """A row as read, with what an officer typed instead; doubts about what he typed over are settled."""
    edits = edits or {}
    settled = set(edits) & set(FIELDS)
    told = {name: edits.get(name, data[name]) for name in FIELDS}
    if edits.get(CONFIRMED):
        warn, doubts = (), ()
    else:
        warn = tuple(name for name in data["warn"] if name not in settled)
        sentences, about = data.get("notes") or (), data.get("about") or ()
        if settled and about:
            sentences = [note for note, name in zip(sentences, about, strict=True) if name not in settled]
        elif settled or not sentences:
            sentences = [WARNINGS.get(name, name) for name in warn]
        doubts = tuple(sentences)
    return Row(
        sheet=sheet,
        row=data["row"],
        company=told["company"],
        county=told["county"],
        kinds=tuple(told["services"]),
        status=told["status"],
        target=told["target"],
        contact=told["contact"],
        phone=told["phone"],
        remark=told["remark"],
        warn=warn,
        doubts=doubts,
        is_confirmed=bool(edits.get(CONFIRMED)),
    )


def read_rows(parsed: Parsed) -> Iterator[Row]:
    """The rows of a read workbook, sheet after sheet, not yet judged."""
    for sheet in parsed.get("sheets", []):
        for row in sheet["rows"]:
            yield row_of(sheet["name"], row)


class Judge:
    """Judges row after row of one workbook; remembers which rows came before.

    Args:
        region: the full name of the county that sends it.
        known: what the round already holds; nothing unless given.
    """

    def __init__(self, region: str, known: Known | None = None) -> None:
        self.region = region
        self.known = known or Known()
        self.first: dict[str, str] = {}

    def __call__(self, row: Row) -> Row:
        """The row with its level and the reasons in words."""
        wrongs = self._wrongs(row)
        doubts = list(row.doubts)
        number = self.known.firms.get(name_key(row.company))
        if number and not wrongs and not row.is_confirmed:
            doubts.append(f"该企业本批次已有需求 {number}，请确认是另一项")
        level = WRONG if wrongs else DOUBT if doubts else GOOD
        if level != WRONG:
            self.first.setdefault(row.key, row.place)
        return replace(row, level=level, notes=(*wrongs, *doubts))

    def _wrongs(self, row: Row) -> list[str]:
        wrongs = []
        if not row.company:
            wrongs.append("没有企业名称")
        if not row.kind_codes:
            wrongs.append("没有认出所需服务，请写十大类型之一")
        if row.county and row.county != self.region:
            wrongs.append(f"所属县市区为{row.county}，不是{self.region}")
        if row.key in self.known.keys:
            wrongs.append("此前已导入过同样的一行")
        elif row.key in self.first:
            wrongs.append(f"与{self.first[row.key]}相同")
        return wrongs


def judge(parsed: Parsed, *, region: str, known: Known | None = None) -> list[Row]:
    """Every row with its level and the reasons in words."""
    return [*map(Judge(region, known), read_rows(parsed))]
