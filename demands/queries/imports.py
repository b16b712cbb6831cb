"""Reading imports, their rows, and what the round already holds for a county."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from demands.models import Demand, Enterprise, ImportBatch, ImportRow
from demands.queries.enterprises import STANDING
from demands.rules.rows import Judge, Known, row_of
from pilot_portal.accounts.actors import Actor

GONE = frozenset({Demand.State.WITHDRAWN, Demand.State.REFUSED})
STATUS = ImportBatch.Status
# What a worker has to do with an import, and what it is called on the page.
UNDER_WAY: dict[str, str] = {
    STATUS.QUEUED: "正在读取表格",
    STATUS.ORDERED: "正在导入",
    STATUS.UNDOING: "正在撤销导入",
}


@dataclass(frozen=True)
class Verdict:
    """What is to be done with a row: its level, why, and the key by which it is known again."""

    level: str
    reasons: tuple[str, ...]
    key: str


Judging = Callable[[str, Mapping[str, Any], Mapping[str, Any]], Verdict]


def visible_batches(actor: Actor) -> QuerySet[ImportBatch]:
    """The imports of a county's own; those who read the city's see all."""
    batches = ImportBatch.objects.select_related(
        "round", "region", "uploaded_by", "discarded_by", "file"
    ).order_by("-pk")
    if actor.is_county:
        return batches.filter(region_id=actor.region_id)
    return batches if actor.reads_city or actor.is_system else batches.none()


def batches_under_way(at: dt.datetime) -> QuerySet[ImportBatch]:
    """Imports that wait for a worker, or whose worker died: the oldest first."""
    free = Q(lease_until=None) | Q(lease_until__lt=at)
    return ImportBatch.objects.filter(free, status__in=UNDER_WAY).order_by("pk")


def known_rows(
    round_id: int,
    region_id: int,
    *,
    besides: int | None = None,
    keys: Collection[str] | None = None,
) -> Known:
    """The rows a round already holds for a county, and its firms with the number of their first demand.

    `besides` leaves the firms of one import out: what it made itself is no news. `keys` asks for these alone.
    """
    held = Demand.objects.filter(round_id=round_id, region_id=region_id).exclude(state__in=GONE)
    rows = held.filter(row_key__isnull=False) if keys is None else held.filter(row_key__in=keys)
    numbered = held.exclude(number=None)
    if besides is not None:
        numbered = numbered.exclude(batch_id=besides)
    firms: dict[str, str] = {}
    for name, number in numbered.order_by("pk").values_list("enterprise__name_key", "number"):
        firms.setdefault(name, number)
    return Known(frozenset(rows.values_list("row_key", flat=True)), firms)


def judge_demands(batch: ImportBatch, *, keys: Collection[str] | None = None) -> Judging:
    """Judges rows of Attachment 4 by what the round holds now, in the order in which they are given."""
    known = known_rows(batch.round_id or 0, batch.region_id, besides=batch.pk, keys=keys)
    judge = Judge(batch.region.name, known)

    def judging(sheet: str, data: Mapping[str, Any], edits: Mapping[str, Any]) -> Verdict:
        row = judge(row_of(sheet, data, edits))
        return Verdict(row.level, row.notes, row.key)

    return judging


def rows_of(batch: ImportBatch) -> QuerySet[ImportRow]:
    """The rows of an import in the order of their sheets."""
    return ImportRow.objects.filter(batch=batch).order_by("ordinal")


def rows_at(batch: ImportBatch, level: str) -> QuerySet[ImportRow]:
    """The rows of one level; those an officer left out are a level of their own."""
    if level == "left":
        return rows_of(batch).filter(is_left_out=True)
    return rows_of(batch).filter(level=level, is_left_out=False)


def counts_of(batch: ImportBatch) -> dict[str, int]:
    """How many rows stand at each level, and how many were left out."""
    levels = ImportRow.objects.filter(batch=batch).values("level", "is_left_out").annotate(n=Count("pk"))
    counts = dict.fromkeys((*ImportRow.Level.values, "left"), 0)
    for found in levels:
        counts["left" if found["is_left_out"] else found["level"]] += found["n"]
    return counts


def next_doubtful(batch: ImportBatch, after: int) -> ImportRow | None:
    """The next row that a person must look at."""
    waiting = rows_of(batch).filter(is_left_out=False, is_taken=False).exclude(level=ImportRow.Level.GOOD)
    return waiting.filter(ordinal__gt=after).first()


def demands_of(batch: ImportBatch) -> QuerySet[Demand]:
    """What an import made."""
    return Demand.objects.filter(batch=batch).select_related("enterprise").order_by("number")


def firms_made_by(batch: ImportBatch) -> QuerySet[Enterprise]:
    """The records that an import of demands made for firms that nobody knew, as far as they still stand."""
    return Enterprise.objects.filter(made_by_import=batch, **STANDING)


def known_firms(region_id: int, names: Collection[str]) -> dict[str, Enterprise]:
    """The firms of a county by the key of their name, of those asked for."""
    firms = Enterprise.objects.filter(region_id=region_id, name_key__in=names, **STANDING)
    return {firm.name_key: firm for firm in firms.order_by("pk")}


def file_known(batch: ImportBatch) -> ImportBatch | None:
    """An import of the very same file that was committed before."""
    same = ImportBatch.objects.filter(
        kind=batch.kind, round_id=batch.round_id, region_id=batch.region_id, sha256=batch.sha256
    )
    return same.filter(status=STATUS.COMMITTED).exclude(pk=batch.pk).first()


def sees_file(actor: Actor, batch_id: int, _purpose: str) -> bool:
    """Whether the actor may fetch the workbook of an import."""
    return visible_batches(actor).filter(pk=batch_id).exists()
