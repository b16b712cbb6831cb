"""Corrections of published demands."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from demands.models import Correction, Demand
from demands.queries.content import code_labels
from demands.rules.corrections import LABELS


def public_fields(demand: Demand) -> dict[str, Any]:
    """What is public of a demand, in words that JSON holds."""
    kinds = sorted(demand.kinds.all(), key=lambda kind: kind.position)
    return {
        "public_title": demand.public_title,
        "public_text": demand.public_text,
        "kinds": [kind.code for kind in kinds],
        "target_tier": demand.target_tier.code if demand.target_tier else "",
        "due_on": demand.due_on.isoformat() if demand.due_on else "",
    }


@dataclass(frozen=True)
class Line:
    """One field before and after, as components/diff.html takes it."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Corrected:
    """A published correction as everybody reads it."""

    ordinal: int
    at: dt.datetime
    reason: str
    lines: list[Line]


def _said(field: str, value: Any, names: Mapping[str, Mapping[str, str]]) -> str:
    if field == "kinds":
        return "、".join(names["kinds"].get(code, code) for code in value)
    return names["target_tier"].get(value, value) if field == "target_tier" else str(value)


def lines_of(correction: Correction) -> list[Line]:
    """What a correction changes, in words."""
    names = code_labels()
    return [
        Line(LABELS[field], _said(field, before, names), _said(field, after, names))
        for field, (before, after) in correction.changes.items()
    ]


def corrections_of(demand: Demand) -> list[Corrected]:
    """The published corrections of a demand, newest first."""
    if not demand.corrections:
        return []
    rows = Correction.objects.filter(demand=demand, published_at__isnull=False).order_by("-ordinal")
    return [Corrected(row.ordinal or 0, row.published_at, row.reason, lines_of(row)) for row in rows]


def open_correction(demand: Demand) -> Correction | None:
    """The proposal that waits to be published."""
    waiting = Correction.objects.filter(demand=demand, published_at=None, dropped_at=None)
    return waiting.select_related("proposed_by").first()
