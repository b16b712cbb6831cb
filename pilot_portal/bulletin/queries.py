"""Reading publications."""

from django.db.models import Exists, OuterRef, QuerySet

from pilot_portal.bulletin.models import Publication


def published() -> QuerySet[Publication]:
    """Everything published, newest first; withdrawn and replaced ones stay visible, marked."""
    newer = Publication.objects.filter(replaces=OuterRef("pk"))
    return (
        Publication.objects.select_related("round")
        .annotate(is_replaced=Exists(newer))
        .order_by("-published_at", "-pk")
    )


def listed() -> QuerySet[Publication]:
    """The same for lists, without what is printed on each: that of a long roster is half a megabyte."""
    return published().defer("payload")


def latest(kind: str, round_id: int) -> Publication | None:
    """The newest edition of a kind in a round that was not withdrawn."""
    return published().filter(kind=kind, round_id=round_id, withdrawn_at=None).first()


def editions_beside(publication: Publication) -> dict[str, Publication | None]:
    """The edition that replaces this one and the one it replaces, without their payload."""
    rows = Publication.objects.defer("payload")
    newer = rows.filter(replaces=publication.pk).first()
    return {"newer": newer, "former": rows.filter(pk=publication.replaces_id).first()}


def standing(publication: Publication) -> str:
    """What became of it since, in words for whoever holds it on paper; empty while it stands."""
    if publication.withdrawn_at is not None:
        return f"该公告已撤回：{publication.withdrawn_reason}"
    newer = editions_beside(publication)["newer"]
    return f"该公告已有第 {newer.edition} 版（{newer.number}）。" if newer else ""
