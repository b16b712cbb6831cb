"""A workbook comes in: the file kept as it came, and every row that was understood."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from celery import current_app
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from demands import policies
from demands.models import ImportBatch, ImportRow
from demands.operations.imports.kinds import JUDGES
from demands.operations.imports.rows import BATCH, recount
from pilot_portal.accounts.actors import Actor
from pilot_portal.attachments.operations import store
from pilot_portal.common.errors import NotAllowed, Stale
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round

STATUS = ImportBatch.Status
WORKBOOKS = frozenset({".xlsx", ".xls", ".et", ".ods"})
CASE_TYPE = "demands.importbatch"
PURPOSE = "workbook"


def wake() -> None:
    """Wake a worker; with the broker down the sweep does it."""
    current_app.send_task("demands.sweep_imports", retry=False)


def _new_batch(
    *,
    round: Round | None,
    region: Region,
    file_name: str,
    sha256: str,
    by: Actor,
    at: dt.datetime,
    kind: str,
) -> ImportBatch:
    if not policies.may_import(by, region.pk):
        raise NotAllowed("只有本县市区工信部门可以导入表格。")
    if round is not None and round.status == Round.Status.CLOSED:
        raise Stale("该批次已结束，不再接收需求。")
    return ImportBatch.objects.create(
        kind=kind,
        round=round,
        region=region,
        file_name=file_name[-160:],
        sha256=sha256,
        status=STATUS.QUEUED,
        uploaded_by_id=by.user_id,
        uploaded_at=at,
    )


def _keep_file(batch: ImportBatch, upload: UploadedFile, by: Actor, at: dt.datetime) -> None:
    batch.file = store(
        upload, case_type=CASE_TYPE, case_id=batch.pk, purpose=PURPOSE, by=by, at=at, allowed=WORKBOOKS
    )
    batch.save(update_fields=["file"])


@transaction.atomic
def receive_workbook(
    upload: UploadedFile,
    *,
    round: Round | None,
    region: Region,
    sha256: str,
    by: Actor,
    at: dt.datetime,
    kind: str = ImportBatch.Kind.DEMANDS,
) -> ImportBatch:
    """Keep a workbook that is too long to be read at once; a worker reads it.

    Raises NotAllowed for anyone but the county, Stale where the round has ended, Refused for no workbook.
    """
    batch = _new_batch(
        round=round, region=region, file_name=upload.name or "表格", sha256=sha256, by=by, at=at, kind=kind
    )
    _keep_file(batch, upload, by, at)
    transaction.on_commit(wake, robust=True)
    return batch


@transaction.atomic
def read_workbook(  # noqa: PLR0913 - what was read, and everything about where it came from
    parsed: Mapping[str, Any],
    *,
    round: Round | None,
    region: Region,
    file_name: str,
    sha256: str,
    by: Actor,
    at: dt.datetime,
    upload: UploadedFile | None = None,
    kind: str = ImportBatch.Kind.DEMANDS,
) -> ImportBatch:
    """Keep what was read from a workbook, and the workbook itself, before anything is taken over.

    Args:
        parsed: what `intake` understood, in the structure of `import_demands --json`, with details.
        round: the round the demands belong to; none for the enterprise library.
        region: the county that sends it.
        file_name: the name of their file.
        sha256: the digest of the file's bytes.
        by: an officer of that county.
        at: the moment.
        upload: the file as it came, kept beside the import; none when a command read it from a disk.
        kind: demands or the library.

    Raises NotAllowed for anyone but the county, Stale where the round has ended.
    """
    batch = _new_batch(
        round=round, region=region, file_name=file_name, sha256=sha256, by=by, at=at, kind=kind
    )
    if upload is not None and not parsed.get("error"):
        _keep_file(batch, upload, by, at)
    keep_reading(batch, parsed)
    return batch


def _rows(batch: ImportBatch, parsed: Mapping[str, Any]) -> Iterator[ImportRow]:
    judge = JUDGES[batch.kind](batch)
    ordinal = 0
    for sheet in parsed.get("sheets", []):
        for data in sheet["rows"]:
            ordinal += 1
            verdict = judge(sheet["name"], data, {})
            yield ImportRow(
                batch=batch,
                ordinal=ordinal,
                sheet=sheet["name"][:80],
                row=data["row"],
                data=data,
                key=verdict.key,
                level=verdict.level,
                reasons=list(verdict.reasons),
            )


@transaction.atomic
def keep_reading(batch: ImportBatch, parsed: Mapping[str, Any], *, attempt: int | None = None) -> bool:
    """Keep the rows of a workbook that waited to be read.

    With `attempt` (a worker's) only while the worker still holds the job; gives whether it did.
    """
    error = str(parsed.get("error") or "")
    batch.status = STATUS.REFUSED if error else STATUS.READ
    batch.error, batch.unit, batch.notes = (
        error[:400],
        str(parsed.get("unit") or "")[:160],
        list(parsed.get("notes", [])),
    )
    held = ImportBatch.objects.filter(pk=batch.pk, status=STATUS.QUEUED)
    if attempt is not None:
        held = held.filter(attempt=attempt)
    won = held.update(
        status=batch.status,
        error=batch.error,
        unit=batch.unit,
        notes=batch.notes,
        lease_until=None,
        progress=100,
    )
    if not won:
        return False
    pending: list[ImportRow] = []
    for row in _rows(batch, parsed):
        pending.append(row)
        if len(pending) == BATCH:
            ImportRow.objects.bulk_create(pending)
            pending.clear()
    ImportRow.objects.bulk_create(pending)
    recount(batch)
    return True
