"""Rows of Attachment 4 become submitted demands, and cease to be."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from demands.models import Demand, Enterprise, EnterpriseChange, ImportBatch, ImportRow, Title
from demands.operations.merging import ties
from demands.queries.imports import demands_of, firms_made_by, known_firms
from demands.rules.rows import Row, row_of
from demands.rules.words import LIBRARY_TIERS, TIER_CODES
from demands.workflow import DEMAND
from pilot_portal.accounts.actors import Actor
from pilot_portal.codes.models import ServiceKind, Tier
from pilot_portal.common.errors import Refused, Stale
from pilot_portal.common.text import name_key
from pilot_portal.rounds.operations import next_numbers

STATE = Demand.State


def _firms(rows: Sequence[Row], batch: ImportBatch, at: dt.datetime) -> dict[str, Enterprise]:
    """The record of each row's firm by the key of its name; unknown firms get one, as the row says."""
    region, wanted = batch.region, dict[str, Row]()
    for row in rows:
        wanted.setdefault(name_key(row.company), row)
    known = known_firms(region.pk, wanted)
    new = [
        Enterprise(
            name=row.company,
            name_key=key,
            region=region,
            contact=row.contact,
            phone=row.phone,
            in_library=TIER_CODES.get(row.status) in LIBRARY_TIERS,
            made_by_import=batch,
            created_at=at,
        )
        for key, row in wanted.items()
        if key not in known
    ]
    if not new:
        return known
    Enterprise.objects.bulk_create(new, ignore_conflicts=True)
    return known_firms(region.pk, wanted)


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


def take_demands(batch: ImportBatch, rows: Sequence[ImportRow], by: Actor, at: dt.datetime) -> None:
    """Make a numbered, submitted demand of each row, and a record for every unknown firm.

    Inside the caller's transaction. Raises IntegrityError where one of the rows was taken over meanwhile.
    """
    taken = [row_of(row.sheet, row.data, row.edits) for row in rows]
    firms = _firms(taken, batch, at)
    tiers = {tier.code: tier for tier in Tier.objects.all()}
    kinds = {kind.code: kind.pk for kind in ServiceKind.objects.all()}
    demands = [_demand(row, batch, firms[name_key(row.company)], tiers, at) for row in taken]
    for demand, number in zip(demands, next_numbers(batch.round, "D", len(demands)), strict=True):
        demand.number = number
    DEMAND.start_many(demands, by=by, at=at, state=STATE.SUBMITTED, data={"import": batch.pk})
    through = Demand.kinds.through
    through.objects.bulk_create(
        through(demand_id=demand.pk, servicekind_id=kinds[code])
        for demand, row in zip(demands, taken, strict=True)
        for code in row.kind_codes
    )


def undo_demands(batch: ImportBatch, by: Actor, at: dt.datetime, note: str) -> int:
    """Set aside every demand of an import and the records that it made and nothing else uses; gives how many.

    Numbers are never reused and the trail stays; a record in use stays too. Raises Refused without a reason
    or where a demand was acted on, Stale where somebody acts on one at this moment.
    """
    demands = list(demands_of(batch))
    built_on = [demand for demand in demands if demand.step or demand.state != STATE.SUBMITTED]
    if built_on:
        raise Refused(
            f"已有 {len(built_on)} 项需求被办理（如 {built_on[0].number}），不能整批撤销，请逐项办理。"
        )
    applied = DEMAND.apply_many(demands, "refuse", by=by, at=at, note=note, row_key=None)
    if applied.refused:
        raise Stale("有需求刚被办理，导入未撤销，请刷新后再看。")
    _unused(batch).update(removed_at=at, revision=F("revision") + 1)
    return len(demands)


def _unused(batch: ImportBatch) -> QuerySet[Enterprise]:
    """The records that an import made and on which nothing stands but its own demands.

    In use is what has a body, a title, a line of history, a record merged into it, a row of another table.
    """
    own = OuterRef("pk")
    firms = firms_made_by(batch).filter(organisation=None)
    used: list[QuerySet[Any]] = [
        Title.objects.filter(enterprise=own),
        EnterpriseChange.objects.filter(enterprise=own),
        Enterprise.objects.filter(merged_into=own),
        Demand.objects.filter(enterprise=own).exclude(batch=batch),
    ]
    used += [
        model._default_manager.filter(**{column: own}) for model, column in ties() if model is not Demand
    ]
    for rows in used:
        firms = firms.exclude(Exists(rows))
    return firms
