"""The four short steps of an enterprise's demand: raw typed strings in, typed values or all problems out.

Step 1 what kind · 2 what hurts · 3 what is wanted, by when · 4 how much, how paid, whom to ask, which name.
The fields are those of Attachment 4 (所需服务, 企业现状, 发展目标, 联系人及联系电话) and what the notice asks
for beside it.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from demands.rules.privacy import contacts_in
from pilot_portal.common.errors import Problem, Refused
from pilot_portal.common.text import clean, normalise_phone, parse_amount, to_halfwidth

Raw = Mapping[str, Any]

PARTS: dict[str, str] = {
    "kinds": "要什么服务",
    "trouble": "遇到什么困难",
    "goal": "想达到什么目标",
    "money": "预算和联系",
}
FIELDS: dict[str, tuple[str, ...]] = {
    "kinds": ("kinds", "title"),
    "trouble": ("present_tier", "situation"),
    "goal": ("target_tier", "wish", "due_on"),
    "money": ("budget", "pays_from_gains", "contact", "phone", "name_public"),
}
TITLE_MAX = 40
TEXT_MAX = 1000
MIN_TEXT = 5
FEN_PER_WAN = 1_000_000
BUDGET_MAX = Decimal(10_000_000)


@dataclass(frozen=True)
class Choices:
    """What may be chosen: codes of service kinds and tiers valid today, and today's date in Beijing."""

    kinds: Collection[str]
    tiers: Collection[str]
    today: dt.date


@dataclass(frozen=True)
class Filled:
    """A complete demand with typed values, ready to be submitted."""

    kinds: tuple[str, ...]
    title: str
    present_tier: str
    situation: str
    target_tier: str
    wish: str
    due_on: dt.date | None
    budget_fen: int | None
    pays_from_gains: bool
    contact: str
    phone: str
    name_public: bool


def is_ticked(value: Any) -> bool:
    """A tick as a browser or a plain dictionary says it."""
    return str(value).lower() in {"1", "true", "on", "yes"}


def _text(raw: Raw, field: str, limit: int, *, minimum: int = 0) -> str:
    text = clean(str(raw.get(field, "") or ""))
    if len(text) > limit:
        raise Refused(f"最多 {limit} 字，现有 {len(text)} 字。")
    if len(text) < minimum:
        raise Refused("请填写。" if not text else f"请至少写 {minimum} 个字，便于机构看懂。")
    if found := contacts_in(text):
        raise Refused(f"这里不要写联系方式（{found[0]}），联系电话请填在第 4 步，不会对外公布。")
    return text


def _kinds(raw: Raw, choices: Choices) -> tuple[str, ...]:
    typed = raw.get("kinds", [])
    codes = [typed] if isinstance(typed, str) else list(typed)
    known = tuple(code for code in choices.kinds if code in codes)
    if not known:
        raise Refused("请至少选择一类服务。")
    return known


def _tier(raw: Raw, field: str, choices: Choices) -> str:
    code = str(raw.get(field, "") or "")
    if code not in choices.tiers:
        raise Refused("请选择一项。")
    return code


def typed_day(text: str) -> dt.date:
    """A day as typed: 2023-12-31, 2023/12/31, 2023年12月31日, 20231231. Raises Refused else."""
    plain = to_halfwidth(text).strip().rstrip("日号")
    for sign in "年月/.":
        plain = plain.replace(sign, "-")
    parts = plain.split("-") if "-" in plain else [plain[:4], plain[4:6], plain[6:8]]
    try:
        year, month, day = (int(part) for part in parts if part)
        return dt.date(year, month, day)
    except ValueError:
        raise Refused("请填写日期，例如 2023-12-31。") from None


def _due(raw: Raw, choices: Choices) -> dt.date | None:
    text = str(raw.get("due_on", "") or "").strip()
    if not text:
        return None
    day = typed_day(text)
    if day <= choices.today:
        raise Refused("请填写今天以后的日期。")
    return day


def _budget(raw: Raw) -> int | None:
    text = str(raw.get("budget", "") or "").strip()
    if not text:
        return None
    amount = parse_amount(text)
    if amount < 0:
        raise Refused("预算不能是负数。")
    if amount > BUDGET_MAX:
        raise Refused("单位是万元，请核对是否按元填写。")
    fen = amount * FEN_PER_WAN
    if fen != fen.to_integral_value():
        raise Refused("最小到分，请最多保留六位小数。")
    return int(fen)


def _contact(raw: Raw) -> str:
    text = clean(str(raw.get("contact", "") or ""))
    if not text:
        raise Refused("请填写联系人姓名。")
    if len(text) > TITLE_MAX or contacts_in(text):
        raise Refused("请只填写姓名，电话填在下一栏。")
    return text


def _phone(raw: Raw) -> str:
    text = str(raw.get("phone", "") or "").strip()
    if not text:
        raise Refused("请填写联系电话。")
    return normalise_phone(text)


READERS: dict[str, Callable[[Raw, Choices], Any]] = {
    "kinds": _kinds,
    "title": lambda raw, _choices: _text(raw, "title", TITLE_MAX, minimum=MIN_TEXT),
    "present_tier": lambda raw, choices: _tier(raw, "present_tier", choices),
    "situation": lambda raw, _choices: _text(raw, "situation", TEXT_MAX, minimum=MIN_TEXT),
    "target_tier": lambda raw, choices: _tier(raw, "target_tier", choices),
    "wish": lambda raw, _choices: _text(raw, "wish", TEXT_MAX, minimum=MIN_TEXT),
    "due_on": _due,
    "budget": lambda raw, _choices: _budget(raw),
    "pays_from_gains": lambda raw, _choices: is_ticked(raw.get("pays_from_gains", "")),
    "contact": lambda raw, _choices: _contact(raw),
    "phone": lambda raw, _choices: _phone(raw),
    "name_public": lambda raw, _choices: is_ticked(raw.get("name_public", "")),
}


def read_part(part: str, raw: Raw, choices: Choices) -> tuple[dict[str, Any], list[Problem]]:
    """The typed values of one step and what is still wrong with it."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for field in FIELDS[part]:
        try:
            values[field] = READERS[field](raw, choices)
        except Refused as refusal:
            problems.append(Problem(refusal.message, field=field, section=part))
    return values, problems


def read_parts(parts: Mapping[str, Raw], choices: Choices) -> Filled:
    """The whole demand. Raises Refused with every problem of every step, each tied to step and field."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for part in PARTS:
        found, wrong = read_part(part, parts.get(part, {}), choices)
        values |= found
        problems += wrong
    if not problems and values["target_tier"] == values["present_tier"]:
        problems.append(Problem("发展目标不能与企业现状相同，请改选。", field="target_tier", section="goal"))
    if problems:
        raise Refused(f"还有 {len(problems)} 处需要填写或修改。", problems)
    values["budget_fen"] = values.pop("budget")
    return Filled(**values)
