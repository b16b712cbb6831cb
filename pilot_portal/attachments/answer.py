"""How bytes leave: streamed here, or by the front server where one is configured."""

from pathlib import PurePath

from django.conf import settings
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header

MIMES = {
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".json": "application/json",
    ".zip": "application/zip",
}


def mime_of(name: str) -> str:
    """The type of a file of our own making, by its name."""
    return MIMES.get(PurePath(name).suffix, "application/octet-stream")


def file_answer(file: FieldFile, name: str, mime: str) -> HttpResponse:
    """Always as a download, never rendered in our origin."""
    if settings.X_ACCEL_PREFIX:
        response = HttpResponse(content_type=mime)
        response["X-Accel-Redirect"] = f"{settings.X_ACCEL_PREFIX}/{file.name}"
        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    else:
        response = FileResponse(file.open("rb"), as_attachment=True, filename=name, content_type=mime)
    response["Cache-Control"] = "private, no-store"
    return response
