"""A demand received on paper: a row of Attachment 4 and when and by whom it was received."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from demands.rules.draft import READERS, TEXT_MAX, Choices, typed_day
from demands.rules.privacy import contacts_in
from pilot_portal.common.errors import Problem, Refused
from pilot_portal.common.text import clean

NAME_MAX, WORDS_MAX, RECEIVER_MAX, REMARK_MAX = 120, TEXT_MAX, 40, 300


@dataclass(frozen=True)
class OnPaper:
    """What a paper demand says, with typed values."""

    company: str
    kinds: tuple[str, ...]
    present_tier: str
    target_tier: str
    situation: str
    wish: str
    contact: str
    phone: str
    remark: str
    received_on: dt.date
    received_by: str


def _words(raw: Mapping[str, Any], field: str, limit: int, *, required: bool = False) -> str:
    text = "\n".join(clean(line) for line in str(raw.get(field, "") or "").splitlines()).strip()
    if required and not text:
        raise Refused("请填写此项。")
    if len(text) > limit:
        raise Refused(f"最多 {limit} 字，现有 {len(text)} 字。")
    return text


def free_words(raw: Mapping[str, Any], field: str) -> str:
    """What the firm says in its own words; raises Refused for a text too long or with a contact in it."""
    text = _words(raw, field, WORDS_MAX)
    if found := contacts_in(text):
        raise Refused(f"这里不要写联系方式（{found[0]}），联系电话请填在专门一栏，不会对外公布。")
    return text


def _received(raw: Mapping[str, Any], today: dt.date) -> dt.date:
    day = typed_day(str(raw.get("received_on", "") or ""))
    if day > today:
        raise Refused("收到日期不能晚于今天。")
    return day


def _optional_tier(raw: Mapping[str, Any], field: str, choices: Choices) -> str:
    code = str(raw.get(field, "") or "")
    if code and code not in choices.tiers:
        raise Refused("请从列表中选择。")
    return code


def read_paper(raw: Mapping[str, Any], choices: Choices) -> OnPaper:
    """What was typed from the paper. Raises Refused with every problem, tied to its field.

    The present state and the goal may be empty, as on the paper; the rest of Attachment 4 must stand.
    """
    readers = {
        "company": lambda: _words(raw, "company", NAME_MAX, required=True),
        "kinds": lambda: READERS["kinds"](raw, choices),
        "present_tier": lambda: _optional_tier(raw, "present_tier", choices),
        "target_tier": lambda: _optional_tier(raw, "target_tier", choices),
        "situation": lambda: free_words(raw, "situation"),
        "wish": lambda: free_words(raw, "wish"),
        "contact": lambda: READERS["contact"](raw, choices),
        "phone": lambda: READERS["phone"](raw, choices),
        "remark": lambda: _words(raw, "remark", REMARK_MAX),
        "received_on": lambda: _received(raw, choices.today),
        "received_by": lambda: _words(raw, "received_by", RECEIVER_MAX, required=True),
    }
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for field, read in readers.items():
        try:
            values[field] = read()
        except Refused as refusal:
            problems.append(Problem(refusal.message, field=field))
    if problems:
        raise Refused(f"有 {len(problems)} 处需要修改。", problems)
    return OnPaper(**values)
