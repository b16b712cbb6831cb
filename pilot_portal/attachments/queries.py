"""Reading uploaded files."""

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import QuerySet

from pilot_portal.attachments.models import Attachment


def files_of(case_type: str, case_id: int, purpose: str | None = None) -> QuerySet[Attachment]:
    """The files that lie at a case (of one purpose), oldest first; those set aside left out."""
    files = Attachment.objects.filter(case_type=case_type, case_id=case_id, removed_at=None)
    return (files.filter(purpose=purpose) if purpose else files).order_by("uploaded_at", "pk")


def files_of_many(case_type: str, case_ids: Sequence[int]) -> dict[int, list[Attachment]]:
    """The files that lie at each of many cases, oldest first. One query."""
    found: dict[int, list[Attachment]] = defaultdict(list)
    files = Attachment.objects.filter(case_type=case_type, case_id__in=case_ids, removed_at=None)
    for file in files.order_by("uploaded_at", "pk"):
        found[file.case_id].append(file)
    return found
