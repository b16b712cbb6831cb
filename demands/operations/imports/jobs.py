"""An import as a job: its row is the truth, a message only wakes a worker."""

import datetime as dt
from collections.abc import Callable

from django.db.models import F

from demands.models import ImportBatch
from demands.operations.imports.committing import LEASE, Hold, finish, take_chunks
from demands.operations.imports.rows import rejudge
from demands.operations.imports.undoing import undo_ordered
from demands.queries.imports import batches_under_way
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import Membership
from pilot_portal.common.errors import Refused

STATUS = ImportBatch.Status
MAX_ATTEMPTS = 5
RETRY = dt.timedelta(seconds=30)
WORN_OUT = "多次尝试未能完成，已停止；请稍后重试，仍不成功请联系管理员。"
# Where an import stands again when what was ordered could not be done.
BACK_TO: dict[str, str] = {
    STATUS.QUEUED: STATUS.REFUSED,
    STATUS.ORDERED: STATUS.READ,
    STATUS.UNDOING: STATUS.COMMITTED,
}


def take_import(at: dt.datetime) -> ImportBatch | None:
    """Take the oldest import that waits, or whose worker died; worn-out ones are given back on the way."""
    while batch := batches_under_way(at).first():
        if batch.attempt >= MAX_ATTEMPTS:
            keep_failure(batch, WORN_OUT)
            continue
        free = batches_under_way(at).filter(pk=batch.pk, attempt=batch.attempt, status=batch.status)
        if free.order_by().update(attempt=F("attempt") + 1, lease_until=at + LEASE):
            found = ImportBatch.objects.select_related("round", "region", "file", "ordered_by")
            return found.get(pk=batch.pk)
    return None


def keep_failure(batch: ImportBatch, message: str) -> None:
    """Give an import back with the reason why what was ordered could not be done; nothing taken is lost."""
    ImportBatch.objects.filter(pk=batch.pk, attempt=batch.attempt, status=batch.status).update(
        status=BACK_TO[batch.status], error=message[:400], lease_until=None, attempt=0
    )


def tell_opened(batch: ImportBatch, *, at: dt.datetime) -> None:
    """A workbook is open, its rows are judged and kept next: half of the reading is done."""
    ImportBatch.objects.filter(pk=batch.pk, attempt=batch.attempt, status=batch.status).update(
        progress=50, lease_until=at + LEASE
    )


def tire(batch: ImportBatch, *, at: dt.datetime) -> None:
    """After a fault of ours: tried again soon, until it is worn out."""
    ImportBatch.objects.filter(pk=batch.pk, attempt=batch.attempt, status=batch.status).update(
        lease_until=at + RETRY
    )


def _orderer(batch: ImportBatch) -> Actor:
    """The officer who gave the order, as he stood then: leaving office since does not undo it."""
    stood = Membership.objects.filter(
        user_id=batch.ordered_by_id, role=batch.ordered_role, organisation__region_id=batch.region_id
    ).select_related("organisation")
    return Actor(batch.ordered_by, stood.order_by("-pk").first())


def run_order(batch: ImportBatch, *, now: Callable[[], dt.datetime]) -> None:
    """Take over, or take back, what an officer ordered; a refusal gives the import back with its reason."""
    by = _orderer(batch)
    try:
        if batch.status == STATUS.UNDOING:
            undo_ordered(batch, by=by, at=now(), attempt=batch.attempt)
            return
        rejudge(batch)
        for _ in take_chunks(batch, by=by, at=now(), hold=Hold(batch.attempt, now)):
            pass
        finish(batch, at=now(), attempt=batch.attempt)
    except Refused as refusal:
        keep_failure(batch, refusal.message)
