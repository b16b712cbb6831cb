"""What differs between the kinds of imports: how rows are judged, taken over and undone."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from demands.models import ImportBatch, ImportRow
from demands.operations.imports.demands import take_demands, undo_demands
from demands.queries.imports import Judging, judge_demands
from pilot_portal.accounts.actors import Actor


class MakesJudge(Protocol):
    """Gives what judges the rows of an import, as things stand; `keys` when only these are in question."""

    def __call__(self, batch: ImportBatch, *, keys: Collection[str] | None = None) -> Judging:
        """The judge."""
        ...


# (import, rows, by, at): takes the rows over; all of them, or IntegrityError.
Take = Callable[[ImportBatch, Sequence[ImportRow], Actor, dt.datetime], None]
# (import, by, at, note): takes everything back; gives how much. Raises Refused where something stands on it.
Undo = Callable[[ImportBatch, Actor, dt.datetime, str], int]

KIND = ImportBatch.Kind
JUDGES: dict[str, MakesJudge] = {KIND.DEMANDS: judge_demands}
TAKERS: dict[str, Take] = {KIND.DEMANDS: take_demands}
UNDOERS: dict[str, Undo] = {KIND.DEMANDS: undo_demands}
