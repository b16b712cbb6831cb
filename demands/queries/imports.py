"""Reading imports and what the round already holds for a county."""

from django.db.models import QuerySet

from demands.models import Demand, Enterprise, ImportBatch
from demands.rules.rows import Known, Row, judge
from pilot_portal.accounts.actors import Actor

GONE = frozenset({Demand.State.WITHDRAWN, Demand.State.REFUSED})


def visible_batches(actor: Actor) -> QuerySet[ImportBatch]:
    """The imports of a county's own; those who read the city's see all."""
    batches = ImportBatch.objects.select_related("round", "region", "uploaded_by", "file").order_by("-pk")
    if actor.is_county:
        return batches.filter(region_id=actor.region_id)
    return batches if actor.reads_city or actor.is_system else batches.none()


def known_rows(round_id: int, region_id: int) -> Known:
    """The rows a round already holds for a county, and its firms with the number of their first demand."""
    held = Demand.objects.filter(round_id=round_id, region_id=region_id).exclude(state__in=GONE)
    keys = set(held.filter(row_key__isnull=False).values_list("row_key", flat=True))
    firms: dict[str, str] = {}
    for name, number in (
        held.exclude(number=None).order_by("pk").values_list("enterprise__name_key", "number")
    ):
        firms.setdefault(name, number)
    return Known(frozenset(keys), firms)


def preview(batch: ImportBatch) -> list[Row]:
    """The rows of an import, judged by what the round holds now; after the import, as they were read."""
    known = Known()
    if batch.status == ImportBatch.Status.READ:
        known = known_rows(batch.round_id, batch.region_id)
    return judge(batch.parsed, region=batch.region.name, known=known)


def demands_of(batch: ImportBatch) -> QuerySet[Demand]:
    """What an import made."""
    return Demand.objects.filter(batch=batch).select_related("enterprise").order_by("number")


def known_firms(region_id: int, names: set[str]) -> dict[str, Enterprise]:
    """The firms of a county by the key of their name, of those asked for."""
    firms = Enterprise.objects.filter(region_id=region_id).order_by("pk")
    return {firm.name_key: firm for firm in firms if firm.name_key in names}


def file_known(round_id: int, region_id: int, sha256: str) -> ImportBatch | None:
    """An import of the very same file that was committed before."""
    return ImportBatch.objects.filter(
        round_id=round_id, region_id=region_id, sha256=sha256, status=ImportBatch.Status.COMMITTED
    ).first()


def sees_file(actor: Actor, batch_id: int, _purpose: str) -> bool:
    """Whether the actor may fetch the workbook of an import."""
    return visible_batches(actor).filter(pk=batch_id).exists()
