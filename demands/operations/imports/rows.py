"""What an officer does with single rows of a workbook before it is taken over."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q

from demands import policies
from demands.models import ImportBatch, ImportRow
from demands.operations.imports.kinds import EDITS, JUDGES
from demands.queries.imports import rows_of
from demands.rules.rows import CONFIRMED
from pilot_portal.accounts.actors import Actor
from pilot_portal.common.errors import NotAllowed, Refused, Stale

BATCH = 1000
LEVEL = ImportRow.Level


def recount(batch: ImportBatch) -> None:
    """Write the numbers of rows beside the import."""
    rows = ImportRow.objects.filter(batch=batch)
    doubt, wrong = Count("pk", filter=Q(level=LEVEL.DOUBT)), Count("pk", filter=Q(level=LEVEL.WRONG))
    numbers = rows.aggregate(rows_total=Count("pk"), rows_doubtful=doubt, rows_wrong=wrong)
    ImportBatch.objects.filter(pk=batch.pk).update(**numbers)
    for name, number in numbers.items():
        setattr(batch, name, number)


def rejudge(batch: ImportBatch, *, keys: Collection[str] | None = None) -> None:
    """Judge the rows of an import anew, all of them or those of these keys: rows of one key hang together."""
    rows = rows_of(batch).filter(is_taken=False)
    if keys is not None:
        rows = rows.filter(key__in=keys)
    judge = JUDGES[batch.kind](batch, keys=keys)
    changed: list[ImportRow] = []
    for row in rows.iterator(chunk_size=BATCH):
        verdict = judge(row.sheet, row.data, row.edits)
        if (row.level, row.reasons, row.key) != (verdict.level, list(verdict.reasons), verdict.key):
            row.level, row.reasons, row.key = verdict.level, list(verdict.reasons), verdict.key
            changed.append(row)
    ImportRow.objects.bulk_update(changed, ["level", "reasons", "key"], batch_size=BATCH // 2)
    recount(batch)


def _change(row: ImportRow, *, revision: int, by: Actor, at: dt.datetime, **changes: Any) -> None:
    if not policies.owns_import(by, row.batch):
        raise NotAllowed("只有本县市区工信部门可以修改这份表格。")
    won = ImportRow.objects.filter(
        pk=row.pk, revision=revision, is_taken=False, batch__in=_waiting(row.batch_id)
    ).update(revision=F("revision") + 1, **changes)
    if not won:
        raise Stale("这一行已被同事改过，或这份表格已经导入，请刷新核对后再改。")
    for name, value in changes.items():
        setattr(row, name, value)
    row.revision = revision + 1


def _waiting(batch_id: int) -> Any:
    return ImportBatch.objects.filter(pk=batch_id, status=ImportBatch.Status.READ).values("pk")


@transaction.atomic
def edit_row(
    row: ImportRow, typed: Mapping[str, Any], *, revision: int, by: Actor, at: dt.datetime
) -> ImportRow:
    """Type over a row of a workbook; what was read stays beside it. Gives the row judged anew.

    Raises Refused with all problems, NotAllowed for anyone but the county, Stale where a colleague was
    quicker or the import is taken over.
    """
    read = EDITS[row.batch.kind](typed)
    # What is typed as it was read is no change of it.
    new = {name: value for name, value in read.items() if value != row.data.get(name)}
    kept = {name: value for name, value in row.edits.items() if name not in read}
    return _judged_anew(row, kept | new, revision=revision, by=by, at=at)


@transaction.atomic
def confirm_row(row: ImportRow, *, revision: int, by: Actor, at: dt.datetime) -> ImportRow:
    """Say that a doubtful row was looked at and stands as it is. Raises as `edit_row` does."""
    if row.level == LEVEL.WRONG:
        raise Refused("这一行还不能导入：" + "；".join(row.reasons))
    return _judged_anew(row, row.edits | {CONFIRMED: True}, revision=revision, by=by, at=at)


def _judged_anew(
    row: ImportRow, edits: dict[str, Any], *, revision: int, by: Actor, at: dt.datetime
) -> ImportRow:
    _change(row, revision=revision, by=by, at=at, edits=edits)
    key = JUDGES[row.batch.kind](row.batch, keys=())(row.sheet, row.data, edits).key
    former = row.key
    ImportRow.objects.filter(pk=row.pk).update(key=key)
    rejudge(row.batch, keys={former, key})
    row.refresh_from_db()
    return row


@transaction.atomic
def leave_out_row(
    row: ImportRow, *, is_left_out: bool, revision: int, by: Actor, at: dt.datetime
) -> ImportRow:
    """Leave a row out of the import, or take it in again. Raises NotAllowed, Stale as `edit_row` does."""
    _change(row, revision=revision, by=by, at=at, is_left_out=is_left_out)
    return row
