"""Reading publications."""

from django.db.models import QuerySet

from pilot_portal.bulletin.models import Publication


def published() -> QuerySet[Publication]:
    """Everything published, newest first; withdrawn ones stay visible, marked."""
    return Publication.objects.select_related("round").order_by("-published_at", "-pk")


def listed() -> QuerySet[Publication]:
    """The same for lists, without what is printed on each: that of a long roster is half a megabyte."""
    return published().defer("payload")


def latest(kind: str, round_id: int) -> Publication | None:
    """The newest edition of a kind in a round that was not withdrawn."""
    return published().filter(kind=kind, round_id=round_id, withdrawn_at=None).first()
