"""The enterprise library (梯度培育库) as counties keep it in sheets: what each row says of a firm. Pure.

A county's list names a firm once, or once for each of its titles; titles stand in a column of words beside a
date, or each in a column of its own. Nothing is guessed: see `attachment4`.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from demands.rules import contacts, headers
from demands.rules.headers import COMPANY, CONTACT, COUNTY, JOINED, PHONE, SERIAL
from demands.rules.tables import HIDDEN, Cells, Gathering, find_tables, raw_of, rows_in, text_of
from demands.rules.terms import TIER_SYNONYMS, Terms, is_nothing, region_terms
from demands.rules.titles import GivenTitle, expiry_of, read_day
from demands.rules.words import TIER_CODES
from pilot_portal.common.errors import Refused
from pilot_portal.common.text import check_credit_code, to_halfwidth
from pilot_portal.documents.sheets.workbook import Workbook

CODE, LEGAL, TITLE, GRANTED, EXPIRES = "code", "legal", "titles", "granted", "expires"
RULE, EVIDENCE, CHAIN, LINK, SIZE, INDUSTRY = "rule", "evidence", "chain", "key_link", "size", "industry"
MANUFACTURING, ABOVE, SINCE = "manufacturing", "above_scale", "above_since"
CONSENT, PROOF = "consent", "proof"
# A column of its own for one title, which holds the day it was granted: on:giant.
ON = "on:"

LABELS: dict[str, str] = {
    COMPANY: "企业名称",
    CODE: "统一社会信用代码",
    COUNTY: "所属县市区",
    LEGAL: "法定代表人",
    TITLE: "称号",
    GRANTED: "认定日期",
    EXPIRES: "有效期至",
    RULE: "认定依据",
    EVIDENCE: "佐证",
    CHAIN: "产业链",
    LINK: "关键环节",
    SIZE: "企业规模",
    INDUSTRY: "行业代码",
    MANUFACTURING: "是否制造业",
    ABOVE: "是否规上",
    SINCE: "升规入统日期",
    CONTACT: "联系人",
    PHONE: "联系电话",
    CONSENT: "同意公开企业名称",
    PROOF: "同意公开的依据",
    **{f"{ON}{code}": f"{word}认定日期" for word, code in TIER_CODES.items()},
}
LONGEST = {COMPANY: 120, LEGAL: 40, RULE: 40, EVIDENCE: 200, LINK: 60, CONTACT: 40, PHONE: 60, PROOF: 120}
SIZES = ("大型", "中型", "小型", "微型")
YES = frozenset(
    {"是", "有", "√", "✓", "✔", "1", "1.0", "y", "yes", "true", "同意", "规上", "已入统", "已升规"}
)
NO = frozenset(
    {"否", "无", "×", "✗", "x", "0", "0.0", "n", "no", "false", "不同意", "规下", "未入统", "不是"}
)
NO_HEADER = "没有找到企业库的表头（应有“企业名称、信用代码、称号、认定日期”等列），请使用平台的空白表。"
NO_ROWS = "找到了企业库的表头，但下面没有填写任何企业。"
_DAY = r"(?:企业)?(?:认定|获批|获评|入选|入库|公示)?(?:时间|日期|年月|年份)?"


def _own_columns() -> list[tuple[str, list[str]]]:
    """Every title by its names as the head of a column; 小巨人 alone names none."""
    names: dict[str, list[str]] = {code: [word] for word, code in TIER_CODES.items()}
    for synonym, word in TIER_SYNONYMS.items():
        names[TIER_CODES[word]].append(synonym)
    return [
        (
            f"{ON}{code}",
            [rf"{re.escape(re.sub(r'[“”]', '', name))}(?:企业)?{_DAY}" for name in written],
        )
        for code, written in names.items()
    ]


WORDS = headers.TableWords(
    labels=LABELS,
    beside=frozenset({SERIAL}),
    fewest=2,
    patterns=headers.patterns(
        *(found for found in headers.ATTACHMENT4_COLUMNS if found[0] in {JOINED, PHONE, CONTACT}),
        (CODE, [r"(?:企业)?(?:统一)?(?:社会)?信用代码.{0,4}", r"统一代码", r"组织机构代码"]),
        (SINCE, [r"(?:升规入统|升规|入规|入统|规上)(?:时间|日期|年月|年份)"]),
        (
            ABOVE,
            [
                r"(?:是否)?(?:为)?(?:规上|规模以上|升规入统|升规|入规|入统)(?:企业|状态|情况|工业企业)?(?:是否)?"
            ],
        ),
        *_own_columns(),
        (
            TITLE,
            [
                r"(?:企业|培育|认定|获得|已获)?(?:称号|梯度|层级|资质|荣誉)(?:类型|名称)?",
                r"(?:企业|培育|认定|梯度)(?:类型|类别)",
                r"企业现状.{0,4}",
                r"类别",
            ],
        ),
        (
            GRANTED,
            [r"(?:认定|获批|获评|发证|入库|公示)(?:时间|日期|年月|年份)", r"(?:认定)?批次"],
        ),
        (EXPIRES, [r"有效期?(?:至|到|限|截止.{0,2})?", r"(?:到期|截止)(?:时间|日期)"]),
        (RULE, [r"(?:认定|政策)(?:依据|办法)", r"依据(?:文件)?"]),
        (EVIDENCE, [r"佐证(?:材料)?", r"(?:认定|公告)?(?:文号|文件)", r"证书(?:编号|号)"]),
        (CHAIN, [r"(?:所属|所在)?(?:优势)?产业链(?:名称)?"]),
        (LINK, [r"(?:产业链)?(?:关键|所处|所在)?环节"]),
        (SIZE, [r"(?:企业)?(?:规模|划型)(?:类型)?"]),
        (INDUSTRY, [r"(?:国民经济)?(?:所属)?行业(?:代码|类别)?"]),
        (MANUFACTURING, [r"(?:是否)?(?:为)?制造业(?:企业)?"]),
        (LEGAL, [r"(?:企业)?(?:法定代表人|法人代表|法人|负责人)(?:姓名)?"]),
        (PROOF, [r"(?:同意公开|公开|授权).{0,2}(?:依据|证明|书)"]),
        (CONSENT, [r"(?:是否)?(?:同意)?公开(?:企业)?(?:名称)?"]),
        *(found for found in headers.ATTACHMENT4_COLUMNS if found[0] in {COUNTY, SERIAL, COMPANY}),
    ),
)


@dataclass(frozen=True)
class LibraryRow:
    """What a row says of a firm; "" is nothing said, and changes nothing. Days are ISO dates, yes is 是."""

    row: int
    company: str = ""
    code: str = ""
    county: str = ""
    legal: str = ""
    titles: tuple[GivenTitle, ...] = ()
    chain: str = ""
    key_link: str = ""
    size: str = ""
    industry: str = ""
    manufacturing: str = ""
    above_scale: str = ""
    above_since: str = ""
    contact: str = ""
    phone: str = ""
    consent: str = ""
    proof: str = ""
    warn: tuple[str, ...] = ()
    raw: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    columns: Mapping[str, int] = field(default_factory=dict)
    suggest: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The row as an import keeps it."""
        told = asdict(self)
        return told | {"titles": [title.to_json() for title in self.titles]}


class _Words:
    """The official words of a row's cells."""

    def __init__(self, regions: Sequence[str], chains: Sequence[str]) -> None:
        self.regions = region_terms(regions)
        self.tiers = Terms(tuple(TIER_CODES), TIER_SYNONYMS)
        self.chains = Terms(chains, {})


def understand_library(
    workbook: Workbook, *, regions: Sequence[str], chains: Sequence[str]
) -> dict[str, Any]:
    """Understand a workbook as a county's library.

    Args:
        workbook: what `sheets.read.read_workbook` gave.
        regions: the full names of the reporting units.
        chains: the labels of the industry chains.

    Gives unit, sheets with their rows, error and notes as an import keeps them. Never raises for a bad row.
    """
    words = _Words(regions, chains)
    found, notes = find_tables(workbook, WORDS, "企业库")
    sheets = []
    for sheet, index, header in found:
        left_out: list[str] = []
        firms = rows_in(sheet, index, header, LONGEST, left_out)
        rows = [_understood(row, cells, words) for row, cells in firms]
        sheets.append({"name": sheet.name, "rows": [row.to_json() for row in rows]})
    error = NO_HEADER if not sheets else "" if any(sheet["rows"] for sheet in sheets) else NO_ROWS
    return {"unit": None, "sheets": sheets, "error": error or None, "notes": notes}


def _understood(row: Gathering, cells: Cells, words: _Words) -> LibraryRow:
    raw = raw_of(cells, (*LABELS, JOINED))
    said = {name: "" if is_nothing(text) and name not in _FLAGS else text for name, text in raw.items()}

    def text(name: str) -> str:
        return row.tidy(name, said[name]) if said.get(name) else ""

    if row.row.hidden:
        row.mark(HIDDEN, "这一行在表中被隐藏，请确认是否入库")
    contact, phone = _contact(row, cells)
    return LibraryRow(
        row=row.row.number,
        company=row.company(said.get(COMPANY, "")),
        code=_code(row, said.get(CODE, "")),
        county=row.county(COUNTY, said[COUNTY], words.regions) if said.get(COUNTY) else "",
        legal=text(LEGAL),
        titles=_titles(row, said, words.tiers),
        chain=_chain(row, said.get(CHAIN, ""), words.chains),
        key_link=text(LINK),
        size=_size(row, said.get(SIZE, "")),
        industry=_industry(row, said.get(INDUSTRY, "")),
        manufacturing=_flag(row, MANUFACTURING, said.get(MANUFACTURING, "")),
        above_scale=_flag(row, ABOVE, said.get(ABOVE, "")),
        above_since=_day(row, SINCE, said.get(SINCE, "")),
        contact=contact,
        phone=phone,
        consent=_flag(row, CONSENT, said.get(CONSENT, "")),
        proof=text(PROOF),
        warn=tuple(sorted(row.warn)),
        raw=raw,
        notes=tuple(row.notes),
        about=tuple(row.about),
        columns={name: columns[0] for name, columns in row.header.columns.items() if columns},
        suggest=row.suggest,
    )


_FLAGS = frozenset({MANUFACTURING, ABOVE, CONSENT})


def _code(row: Gathering, text: str) -> str:
    if not text:
        return ""
    try:
        return check_credit_code(text)
    except Refused as refusal:
        row.doubt(CODE, refusal.message.rstrip("。"))
        return ""


def _flag(row: Gathering, name: str, text: str) -> str:
    word = to_halfwidth(text).strip().casefold()
    if not word or word in {"/", "-", "—", "--"}:
        return ""
    if word in YES:
        return "是"
    if word in NO:
        return "否"
    row.doubt(name, f"“{text}”看不出是还是否")
    return ""


def _day(row: Gathering, name: str, text: str) -> str:
    day, doubt = read_day(text)
    if doubt:
        row.doubt(name, doubt)
    return day.isoformat() if day else ""


def _chain(row: Gathering, text: str, chains: Terms) -> str:
    if not text:
        return ""
    named = re.sub(r"产业链?$", "", text)
    if found := chains.find(text) or chains.find(named):
        return found
    near = chains.near(named)
    if near:
        row.offer(CHAIN, near)
    row.doubt(CHAIN, f"“{text}”不是规定的产业链" + (f"，是否为「{near}」" if near else ""))
    return ""


def _size(row: Gathering, text: str) -> str:
    word = re.sub(r"企业$", "", to_halfwidth(text).strip())
    found = next((size for size in SIZES if word in {size, size[0]}), "")
    if word and not found:
        row.doubt(SIZE, f"“{text}”不是大型、中型、小型、微型之一")
    return found


def _industry(row: Gathering, text: str) -> str:
    code = to_halfwidth(text).strip().upper().removesuffix(".0")
    if re.fullmatch(r"[A-T]?\d{2,4}", code):
        return code
    if code:
        row.doubt(INDUSTRY, f"“{text}”不是行业代码（如 C35、C3512）")
    return ""


def _contact(row: Gathering, cells: Cells) -> tuple[str, str]:
    """Who is to be reached. A list without contacts is a list: nothing written is no doubt."""
    named = text_of(cells, CONTACT)
    numbers = [*cells.get(JOINED, []), *cells.get(PHONE, [])]
    numbers = [cell for cell in numbers if not (isinstance(cell, str) and is_nothing(cell))]
    named = "" if is_nothing(named) else named
    if not named and not numbers:
        return "", ""
    read = contacts.split(*([named] if re.search(r"\d{3}", named) else []), *numbers)
    name = contacts.name_in(named) if named and not re.search(r"\d{3}", named) else read.name
    if numbers and read.phone_doubt:
        row.doubt(PHONE, read.phone_doubt)
    return row.tidy(CONTACT, name), row.tidy(PHONE, read.phone)


def _titles(row: Gathering, said: Mapping[str, str], tiers: Terms) -> tuple[GivenTitle, ...]:
    """The titles of a row, from the column of words and from columns of their own."""
    titles = [*_worded(row, said, tiers)]
    for word, code in TIER_CODES.items():
        text = said.get(f"{ON}{code}", "")
        mark = to_halfwidth(text).strip().casefold()
        if not text or mark in NO:
            continue
        granted, doubt = (None, "没有写认定日期") if mark in YES else read_day(text)
        if doubt:
            row.doubt(f"{ON}{code}", doubt)
        titles.append(GivenTitle(word, granted, expiry_of(granted) if granted else None))
    return tuple({(title.word, title.granted): title for title in titles}.values())


def _titles_named(row: Gathering, text: str, tiers: Terms) -> list[str]:
    """The official words of a cell, one for each thing written; "" for what is none, which is doubted."""
    named: list[str] = []
    for part in filter(str.strip, re.split(r"[、,，;；\n/]+", text)):
        word = tiers.find(part)
        if not word:
            near = tiers.near(part)
            row.doubt(TITLE, f"“{part.strip()}”不是规定的称号" + (f"，是否为「{near}」" if near else ""))
        named.append(word)
    return named


def _granted(row: Gathering, text: str, count: int) -> list[dt.date | None]:
    """The days on which the titles of a cell were granted; none at all where their numbers differ."""
    days = [part for part in re.split(r"[、,，;；\n]+", text) if part.strip()]
    if not days:
        row.doubt(GRANTED, "没有填写，称号的有效期无法计算")
    elif len(days) != count:
        row.doubt(GRANTED, "称号和日期的个数不一致，请逐个写明")
    else:
        read = [read_day(day) for day in days]
        for _, doubt in read:
            if doubt:
                row.doubt(GRANTED, doubt)
        return [day for day, _ in read]
    return [None] * count


def _until(row: Gathering, text: str, granted: dt.date | None) -> dt.date | None:
    """The last day that a row names for its only title."""
    until, doubt = read_day(text)
    if not doubt and until and granted and until < granted:
        until, doubt = None, "早于认定日期"
    if doubt:
        row.doubt(EXPIRES, doubt)
    return until


def _worded(row: Gathering, said: Mapping[str, str], tiers: Terms) -> list[GivenTitle]:
    """The titles of the column of words; what comes near one is offered with its day."""
    parts = [part for part in re.split(r"[、,，;；\n/]+", said.get(TITLE, "")) if part.strip()]
    if not parts:
        return []
    named = _titles_named(row, said[TITLE], tiers)
    granted = _granted(row, said.get(GRANTED, ""), len(named))
    until = _until(row, said[EXPIRES], granted[0]) if len(named) == 1 and said.get(EXPIRES) else None
    rule, evidence = (row.tidy(name, said[name]) if said.get(name) else "" for name in (RULE, EVIDENCE))
    titles = []
    for part, word, day in zip(parts, named, granted, strict=True):
        expires = until or (expiry_of(day) if day else None)
        if word:
            titles.append(GivenTitle(word, day, expires, rule, evidence))
        elif near := tiers.near(part):
            row.offer(TITLE, str(GivenTitle(near, day, until)))
    return titles
