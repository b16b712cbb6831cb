"""What changed in a firm's record: every act that changes one writes who, when, and before and after."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from demands.models import Demand, Enterprise, EnterpriseChange, ImportBatch
from pilot_portal.accounts.actors import Actor

SOURCE = EnterpriseChange.Source
# The columns of a record whose history is kept.
KEPT = (
    *("name", "credit_code", "legal_representative", "chain", "key_link", "size", "size_year", "industry"),
    *("is_manufacturing", "is_above_scale", "above_scale_since", "contact", "phone", "in_library"),
    *("name_public", "name_public_proof"),
)


def values_of(firm: Enterprise) -> dict[str, Any]:
    """The columns of a record as history keeps them: codes, days as ISO dates, "" for none."""
    values: dict[str, Any] = {}
    for column in KEPT:
        value = getattr(firm, column)
        if column == "chain":
            value = value.code if value else ""
        values[column] = value.isoformat() if isinstance(value, dt.date) else "" if value is None else value
    return values


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The columns that differ: before and after."""
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}


def change(
    firm: Enterprise,
    changes: Mapping[str, Sequence[Any]],
    source: str,
    *,
    by: Actor,
    at: dt.datetime,
    note: str = "",
    batch: ImportBatch | None = None,
) -> EnterpriseChange:
    """One line of the history, not yet saved: several are written at once."""
    return EnterpriseChange(
        enterprise=firm,
        source=source,
        changes=dict(changes),
        note=note[:300],
        batch=batch,
        at=at,
        by_id=by.user_id,
    )


def pass_consent_on(firms: Iterable[Enterprise]) -> None:
    """The consent of a record holds for demands that the firm did not write itself, until published."""
    for public in (True, False):
        Demand.objects.filter(
            enterprise__in=[firm.pk for firm in firms if firm.name_public is public],
            origin=Demand.Origin.IMPORT,
            published_at=None,
        ).update(name_public=public)
