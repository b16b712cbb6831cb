"""A county's Attachment 4: kept as it came, taken over at the officer's word, undone until built on."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from demands import policies
from demands.models import Demand, Enterprise, ImportBatch
from demands.queries.imports import demands_of, known_firms, preview
from demands.rules.rows import DOUBT, GOOD, Row
from demands.rules.words import LIBRARY_TIERS, TIER_CODES
from demands.workflow import DEMAND
from pilot_portal.accounts.actors import Actor
from pilot_portal.attachments.operations import store
from pilot_portal.codes.models import ServiceKind, Tier
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.common.text import name_key
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round
from pilot_portal.rounds.operations import next_numbers

STATE = Demand.State
STATUS = ImportBatch.Status
WORKBOOKS = frozenset({".xlsx", ".xls"})
CASE_TYPE = "demands.importbatch"
PURPOSE = "workbook"
BATCH = 500


@dataclass(frozen=True)
class Committed:
    """What an import made, and the rows it left out."""

    demands: list[Demand]
    left_out: list[Row]


@transaction.atomic
def read_workbook(
    parsed: dict[str, Any],
    *,
    round: Round,
    region: Region,
    file_name: str,
    sha256: str,
    by: Actor,
    at: dt.datetime,
    upload: UploadedFile | None = None,
) -> ImportBatch:
    """Keep what was read from a workbook, and the workbook itself, before anything is taken over.

    Args:
        parsed: what `intake.read` understood, in the structure of `import_demands --json`.
        round: the round the demands belong to.
        region: the county that sends them.
        file_name: the name of their file.
        sha256: the digest of the file's bytes.
        by: an officer of that county.
        at: the moment.
        upload: the file as it came, kept beside the import; none when a command read it from a disk.

    Raises NotAllowed for anyone but the county, Stale where the round has ended.
    """
    if not policies.may_import(by, region.pk):
        raise NotAllowed("只有本县市区工信部门可以导入附件4。")
    if round.status == Round.Status.CLOSED:
        raise Stale("该批次已结束，不再接收需求。")
    error = str(parsed.get("error") or "")
    batch = ImportBatch.objects.create(
        round=round,
        region=region,
        file_name=file_name[-160:],
        sha256=sha256,
        parsed=parsed,
        status=STATUS.REFUSED if error else STATUS.READ,
        error=error[:400],
        rows_total=sum(len(sheet["rows"]) for sheet in parsed.get("sheets", [])),
        uploaded_by_id=by.user_id,
        uploaded_at=at,
    )
    if upload is not None and not error:
        batch.file = store(
            upload, case_type=CASE_TYPE, case_id=batch.pk, purpose=PURPOSE, by=by, at=at, allowed=WORKBOOKS
        )
        batch.save(update_fields=["file"])
    return batch


def _firms(rows: Sequence[Row], region: Region, at: dt.datetime) -> dict[str, Enterprise]:
    """The record of each row's firm by the key of its name; unknown firms get one, as the row says."""
    wanted: dict[str, Row] = {}
    for row in rows:
        wanted.setdefault(name_key(row.company), row)
    known = known_firms(region.pk, set(wanted))
    Enterprise.objects.bulk_create(
        [
            Enterprise(
                name=row.company,
                name_key=key,
                region=region,
                contact=row.contact,
                phone=row.phone,
                in_library=TIER_CODES.get(row.status) in LIBRARY_TIERS,
                created_at=at,
            )
            for key, row in wanted.items()
            if key not in known
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    return known_firms(region.pk, set(wanted))


def _demand(
    row: Row, batch: ImportBatch, firm: Enterprise, tiers: dict[str, Tier], at: dt.datetime
) -> Demand:
    return Demand(
        round=batch.round,
        region=batch.region,
        enterprise=firm,
        origin=Demand.Origin.IMPORT,
        batch=batch,
        source_row=row.place[:60],
        row_key=row.key,
        present_tier=tiers.get(TIER_CODES.get(row.status, "")),
        target_tier=tiers.get(TIER_CODES.get(row.target, "")),
        contact=row.contact[:40],
        phone=row.phone[:60],
        remark=row.remark[:300],
        doubts=list(row.warn),
        name_public=firm.name_public,
        created_at=at,
        submitted_at=at,
    )


@transaction.atomic
def commit_batch(batch: ImportBatch, *, by: Actor, at: dt.datetime, with_doubtful: bool = False) -> Committed:
    """Take the good rows over as submitted demands; the doubtful ones too when the officer says so.

    Leaves: a record for every unknown firm, a numbered demand for every row taken, with its first entry. The
    same row is never taken twice, whoever sends it again. Raises NotAllowed, Stale where the import was
    committed already, Refused where no row can be taken.
    """
    if not policies.owns_import(by, batch):
        raise NotAllowed("只有本县市区工信部门可以导入附件4。")
    levels = {GOOD, DOUBT} if with_doubtful else {GOOD}
    rows = preview(batch)
    taken = [row for row in rows if row.level in levels]
    left_out = [row for row in rows if row.level not in levels]
    if not taken and batch.status == STATUS.READ:
        raise Refused("没有可以导入的行，请按提示改好表格后重新上传。")
    won = ImportBatch.objects.filter(pk=batch.pk, status=STATUS.READ).update(
        status=STATUS.COMMITTED, rows_taken=len(taken), committed_at=at
    )
    if not won:
        raise Stale("这份表格已经导入或撤销过。")
    firms = _firms(taken, batch.region, at)
    tiers = {tier.code: tier for tier in Tier.objects.all()}
    kinds = {kind.code: kind.pk for kind in ServiceKind.objects.all()}
    demands = [_demand(row, batch, firms[name_key(row.company)], tiers, at) for row in taken]
    for demand, number in zip(demands, next_numbers(batch.round, "D", len(demands)), strict=True):
        demand.number = number
    try:
        with transaction.atomic():
            DEMAND.start_many(demands, by=by, at=at, state=STATE.SUBMITTED, data={"import": batch.pk})
    except IntegrityError as error:
        raise Stale("同样的行刚刚被导入过，请刷新预览后再试。") from error
    through = Demand.kinds.through
    through.objects.bulk_create(
        [
            through(demand_id=demand.pk, servicekind_id=kinds[code])
            for demand, row in zip(demands, taken, strict=True)
            for code in row.kind_codes
        ],
        batch_size=BATCH,
    )
    batch.status, batch.rows_taken, batch.committed_at = STATUS.COMMITTED, len(taken), at
    return Committed(demands, left_out)


@transaction.atomic
def undo_batch(batch: ImportBatch, *, note: str, by: Actor, at: dt.datetime) -> int:
    """Undo an import while nothing was built on it: its demands are refused, the rows set free.

    Numbers are never reused and the trail stays. Gives how many demands were set aside. Raises NotAllowed,
    Refused without a reason or where a demand was acted on, Stale where it is undone already.
    """
    if not policies.owns_import(by, batch):
        raise NotAllowed("只有本县市区工信部门可以撤销导入。")
    won = ImportBatch.objects.filter(pk=batch.pk, status=STATUS.COMMITTED).update(status=STATUS.UNDONE)
    if not won:
        raise Stale("这份表格没有导入，或已经撤销。")
    demands = list(demands_of(batch))
    built_on = [demand for demand in demands if demand.step or demand.state != STATE.SUBMITTED]
    if built_on:
        raise Refused(
            f"已有 {len(built_on)} 项需求被办理（如 {built_on[0].number}），不能整批撤销，请逐项办理。"
        )
    applied = DEMAND.apply_many(
        demands,
        "refuse",
        by=by,
        at=at,
        note=f"撤销导入：{note.strip()}" if note.strip() else "",
        row_key=None,
    )
    if applied.refused:
        raise Stale("有需求刚被办理，导入未撤销，请刷新后再看。")
    return len(demands)
