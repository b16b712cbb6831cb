"""Handing out a file: permission first, a line in the log, then the bytes."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from pilot_portal.attachments.answer import file_answer
from pilot_portal.attachments.models import Attachment
from pilot_portal.attachments.operations import note_access
from pilot_portal.attachments.registry import may_see
from pilot_portal.common import clock


@require_safe
def download(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The file, for those who may see its case; anybody else learns not even that it exists."""
    attachment = get_object_or_404(Attachment, uuid=key, removed_at=None)
    if not may_see(request.actor, attachment.case_type, attachment.case_id, attachment.purpose):
        raise Http404
    note_access(f"附件 {attachment.name}", by=request.actor, at=clock.now())
    return file_answer(attachment.file, attachment.name, attachment.mime)
