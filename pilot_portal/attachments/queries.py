"""Reading uploaded files."""

from django.db.models import QuerySet

from pilot_portal.attachments.models import Attachment


def files_of(case_type: str, case_id: int, purpose: str | None = None) -> QuerySet[Attachment]:
    """The files that lie at a case (of one purpose), oldest first; those set aside left out."""
    files = Attachment.objects.filter(case_type=case_type, case_id=case_id, removed_at=None)
    return (files.filter(purpose=purpose) if purpose else files).order_by("uploaded_at", "pk")
