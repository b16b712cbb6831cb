"""A preview that nobody will take over is set aside; file and rows stay for the trail."""

import datetime as dt

from django.db import transaction

from demands import policies
from demands.models import ImportBatch
from pilot_portal.accounts.actors import Actor
from pilot_portal.common.errors import NotAllowed, Stale

STATUS = ImportBatch.Status


@transaction.atomic
def discard_batch(batch: ImportBatch, *, by: Actor, at: dt.datetime) -> None:
    """Set a workbook aside that was read and not taken over; the same file may be sent again.

    Leaves who and when. Raises NotAllowed for anyone but the county, Stale where a colleague was quicker.
    """
    if not policies.owns_import(by, batch):
        raise NotAllowed("只有本县市区工信部门可以放弃这份表格。")
    won = ImportBatch.objects.filter(pk=batch.pk, status=STATUS.READ).update(
        status=STATUS.DISCARDED, discarded_by_id=by.user_id, discarded_at=at
    )
    if not won:
        raise Stale("这份表格已经导入、撤销或放弃过，请刷新后再看。")
    batch.status = STATUS.DISCARDED
