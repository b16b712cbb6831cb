"""What changed between two submissions, field by field, with the changed pieces of long texts."""

import difflib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from institutions.rules.sections import CHOICE, CHOICES, MONEY, Section, all_fields

LONG_FROM = 24


@dataclass(frozen=True)
class Difference:
    """One changed field as the comparison shows it."""

    label: str
    before: str
    after: str
    before_parts: tuple[tuple[str, bool], ...] = ()
    after_parts: tuple[tuple[str, bool], ...] = ()


def said(value: Any, labels: list[str] | None) -> str:
    """A frozen value in words."""
    if labels:
        return "、".join(labels)
    if value is None or value == []:
        return ""
    if value is True:
        return "是"
    return str(value)


def parts(before: str, after: str) -> tuple[tuple[tuple[str, bool], ...], tuple[tuple[str, bool], ...]]:
    """Both texts in pieces, each with whether it changed."""
    old: list[tuple[str, bool]] = []
    new: list[tuple[str, bool]] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        changed = tag != "equal"
        if b > a:
            old.append((before[a:b], changed))
        if d > c:
            new.append((after[c:d], changed))
    return tuple(old), tuple(new)


def differences(old: dict[str, Any], new: dict[str, Any], form: tuple[Section, ...]) -> list[Difference]:
    """The changed fields of two frozen versions (their `data`), in the form's order."""
    rows = []
    for _section, item in all_fields(form):
        choice = item.kind in {CHOICE, CHOICES}
        before, after = (
            said(data["values"].get(item.key), data["labels"].get(item.key) if choice else None)
            for data in (old, new)
        )
        # 1200 and 1200.00 are the same amount.
        if before == after or (item.kind == MONEY and before and after and Decimal(before) == Decimal(after)):
            continue
        if min(len(before), len(after)) >= LONG_FROM:
            rows.append(Difference(item.label, before, after, *parts(before, after)))
        else:
            rows.append(Difference(item.label, before, after))
    return rows
