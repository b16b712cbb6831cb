"""Taking over what was read: a short workbook at once, a long one by a worker, chunk by chunk."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from demands import policies
from demands.models import ImportBatch, ImportRow
from demands.operations.imports.kinds import TAKERS
from demands.operations.imports.receiving import wake
from demands.operations.imports.rows import BATCH, recount, rejudge
from demands.queries.imports import rows_of
from pilot_portal.accounts.actors import Actor
from pilot_portal.common.errors import NotAllowed, Refused, Stale

STATUS = ImportBatch.Status
LEVEL = ImportRow.Level
# Up to here a person waits for it; beyond it a worker does it and the page shows how far it is.
AT_ONCE = 500
LEASE = dt.timedelta(minutes=5)
TAKEN_MEANWHILE = "同样的行刚刚被导入过，请刷新预览后再试。"


@dataclass(frozen=True)
class Committed:
    """How many rows an import took over, and how many it left out."""

    taken: int
    left_out: int


def _order(batch: ImportBatch, *, by: Actor, with_doubtful: bool) -> None:
    """Mark the import as ordered by one person; the first order wins."""
    if not policies.owns_import(by, batch):
        raise NotAllowed("只有本县市区工信部门可以导入表格。")
    won = ImportBatch.objects.filter(pk=batch.pk, status=STATUS.READ).update(
        status=STATUS.ORDERED,
        with_doubtful=with_doubtful,
        ordered_by_id=by.user_id,
        ordered_role=by.role,
        error="",
        attempt=0,
        lease_until=None,
        progress=0,
    )
    if not won:
        raise Stale("这份表格已经导入或撤销过。")
    batch.refresh_from_db()


@transaction.atomic
def commit_batch(batch: ImportBatch, *, by: Actor, at: dt.datetime, with_doubtful: bool = False) -> Committed:
    """Take the good rows over now; the doubtful ones too when the officer says so. All of it or nothing.

    Leaves: a record for every unknown firm, a numbered demand for every row taken, with its first entry. The
    same row is never taken twice, whoever sends it again. Raises NotAllowed, Stale where the import was
    committed already, Refused where no row can be taken.
    """
    _order(batch, by=by, with_doubtful=with_doubtful)
    # What was judged when the file was read may have changed since.
    rejudge(batch)
    for _ in take_chunks(batch, by=by, at=at):
        pass
    return finish(batch, at=at)


@transaction.atomic
def order_batch(
    batch: ImportBatch, *, by: Actor, at: dt.datetime, with_doubtful: bool = False
) -> Committed | None:
    """Take a short workbook over now, or leave a long one to a worker: then None.

    Raises as `commit_batch` does.
    """
    if batch.rows_total <= AT_ONCE:
        return commit_batch(batch, by=by, at=at, with_doubtful=with_doubtful)
    _order(batch, by=by, with_doubtful=with_doubtful)
    transaction.on_commit(wake, robust=True)
    return None


@dataclass(frozen=True)
class Hold:
    """A worker's hold on an import: its attempt, and the clock by which it prolongs the lease."""

    attempt: int
    now: Callable[[], dt.datetime]


def take_chunks(batch: ImportBatch, *, by: Actor, at: dt.datetime, hold: Hold | None = None) -> Iterator[int]:
    """Take the ordered rows over, a thousand at a time, each with the note that it was; gives how many.

    Between two chunks a worker may die: whoever goes on takes only what was not taken. With `hold` a chunk
    counts only while the worker holds the job. Raises Stale where it does not, or where a row was taken over
    elsewhere at the same moment.
    """
    levels = {LEVEL.GOOD, LEVEL.DOUBT} if batch.with_doubtful else {LEVEL.GOOD}
    waiting = rows_of(batch).filter(is_left_out=False, is_taken=False, level__in=levels)
    last = 0
    while rows := list(waiting.filter(ordinal__gt=last)[:BATCH]):
        last = rows[-1].ordinal
        try:
            with transaction.atomic():
                TAKERS[batch.kind](batch, rows, by, at)
                ImportRow.objects.filter(pk__in=[row.pk for row in rows]).update(is_taken=True)
                if hold:
                    _advance(batch, hold, done=last)
        except IntegrityError as error:
            raise Stale(TAKEN_MEANWHILE) from error
        yield len(rows)


def _advance(batch: ImportBatch, hold: Hold, *, done: int) -> None:
    share = min(99, done * 100 // max(1, batch.rows_total))
    held = ImportBatch.objects.filter(pk=batch.pk, status=STATUS.ORDERED, attempt=hold.attempt)
    if not held.update(progress=share, lease_until=hold.now() + LEASE):
        raise Stale("这份表格正由另一个进程导入。")


def finish(batch: ImportBatch, *, at: dt.datetime, attempt: int | None = None) -> Committed:
    """Close an import whose rows are taken; raises Refused where there was none."""
    taken = rows_of(batch).filter(is_taken=True).count()
    if not taken:
        raise Refused("没有可以导入的行，请按提示改好表格后重新上传。")
    held = ImportBatch.objects.filter(pk=batch.pk, status=STATUS.ORDERED)
    if attempt is not None:
        held = held.filter(attempt=attempt)
    won = held.update(
        status=STATUS.COMMITTED, rows_taken=taken, committed_at=at, progress=100, lease_until=None
    )
    if not won:
        raise Stale("这份表格已经导入或撤销过。")
    recount(batch)
    batch.status, batch.rows_taken, batch.committed_at = STATUS.COMMITTED, taken, at
    for other in _others(batch):
        rejudge(other)
    return Committed(taken, batch.rows_total - taken)


def _others(batch: ImportBatch) -> Iterator[ImportBatch]:
    """The county's other workbooks that wait for a word: what was just taken over is no longer theirs."""
    yield from (
        ImportBatch.objects.filter(
            kind=batch.kind, round=batch.round_id, region=batch.region_id, status=STATUS.READ
        )
        .exclude(pk=batch.pk)
        .select_related("region", "round")
    )
