"""What differs between the kinds of imports: how rows are judged, taken over and undone."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from demands.models import ImportBatch, ImportRow
from demands.operations.imports.demands import take_demands, undo_demands
from demands.operations.imports.library import take_library, undo_library
from demands.queries.firms import judge_library
from demands.queries.imports import Judging, judge_demands
from demands.rules.edits import read_edit
from demands.rules.firm_edits import read_library_edit
from pilot_portal.accounts.actors import Actor
from pilot_portal.codes.models import Chain
from pilot_portal.codes.queries import labels
from pilot_portal.regions.queries import active_regions


class MakesJudge(Protocol):
    """Gives what judges the rows of an import, as things stand; `keys` when only these are in question."""

    def __call__(self, batch: ImportBatch, *, keys: Collection[str] | None = None) -> Judging:
        """The judge."""
        ...


# (import, rows, by, at): takes the rows over; all of them, or IntegrityError.
Take = Callable[[ImportBatch, Sequence[ImportRow], Actor, dt.datetime], None]
# (import, by, at, note): takes everything back; gives how much. Raises Refused where something stands on it.
Undo = Callable[[ImportBatch, Actor, dt.datetime, str], int]

# (typed by field) → read by field. Raises Refused with all problems.
Edit = Callable[[Mapping[str, Any]], dict[str, Any]]


def _region_names() -> list[str]:
    return list(active_regions().values_list("name", flat=True))


def _edit_of_demand(typed: Mapping[str, Any]) -> dict[str, Any]:
    return read_edit(typed, _region_names())


def _edit_of_firm(typed: Mapping[str, Any]) -> dict[str, Any]:
    return read_library_edit(typed, _region_names(), list(labels(Chain).values()))


KIND = ImportBatch.Kind
JUDGES: dict[str, MakesJudge] = {KIND.DEMANDS: judge_demands, KIND.LIBRARY: judge_library}
TAKERS: dict[str, Take] = {KIND.DEMANDS: take_demands, KIND.LIBRARY: take_library}
UNDOERS: dict[str, Undo] = {KIND.DEMANDS: undo_demands, KIND.LIBRARY: undo_library}
EDITS: dict[str, Edit] = {KIND.DEMANDS: _edit_of_demand, KIND.LIBRARY: _edit_of_firm}
