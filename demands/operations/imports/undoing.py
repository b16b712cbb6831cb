"""Undoing an import while nothing was built on it."""

import datetime as dt

from django.db import transaction

from demands import policies
from demands.models import ImportBatch, ImportRow
from demands.operations.imports.committing import AT_ONCE
from demands.operations.imports.kinds import UNDOERS
from demands.operations.imports.receiving import wake
from pilot_portal.accounts.actors import Actor
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.common.text import clean

STATUS = ImportBatch.Status
NOTE_LENGTH = 300
GONE = "这份表格没有导入，或已经撤销。"


def _order(batch: ImportBatch, *, note: str, by: Actor) -> None:
    if not policies.owns_import(by, batch):
        raise NotAllowed("只有本县市区工信部门可以撤销导入。")
    note = clean(note)
    if not note or len(note) > NOTE_LENGTH:
        text = f"请写明撤销理由，最多 {NOTE_LENGTH} 字。"
        raise Refused(text, [Problem(text, field="note")])
    won = ImportBatch.objects.filter(pk=batch.pk, status=STATUS.COMMITTED).update(
        status=STATUS.UNDOING,
        undo_note=note,
        ordered_by_id=by.user_id,
        ordered_role=by.role,
        error="",
        attempt=0,
        lease_until=None,
        progress=0,
    )
    if not won:
        raise Stale(GONE)
    batch.refresh_from_db()


@transaction.atomic
def undo_ordered(batch: ImportBatch, *, by: Actor, at: dt.datetime, attempt: int | None = None) -> int:
    """Take back what an import made, all of it or nothing; gives how much. Raises Refused, Stale."""
    count = UNDOERS[batch.kind](batch, by, at, f"撤销导入：{batch.undo_note}")
    held = ImportBatch.objects.filter(pk=batch.pk, status=STATUS.UNDOING)
    if attempt is not None:
        held = held.filter(attempt=attempt)
    if not held.update(status=STATUS.UNDONE, progress=100, lease_until=None):
        raise Stale(GONE)
    ImportRow.objects.filter(batch=batch).update(is_taken=False)
    batch.status = STATUS.UNDONE
    return count


@transaction.atomic
def undo_batch(batch: ImportBatch, *, note: str, by: Actor, at: dt.datetime) -> int:
    """Undo an import now; gives how many demands, or firms, were set aside.

    Raises NotAllowed for anyone but the county, Refused without a reason or where something stands on it,
    Stale where it is undone already.
    """
    _order(batch, note=note, by=by)
    return undo_ordered(batch, by=by, at=at)


@transaction.atomic
def order_undo(batch: ImportBatch, *, note: str, by: Actor, at: dt.datetime) -> int | None:
    """Undo a short import now, or leave a long one to a worker: then None. Raises as `undo_batch`."""
    if batch.rows_taken <= AT_ONCE:
        return undo_batch(batch, note=note, by=by, at=at)
    _order(batch, note=note, by=by)
    transaction.on_commit(wake, robust=True)
    return None
