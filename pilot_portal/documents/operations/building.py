"""Building one paper: its bytes, the portal's signature where the round has it on, the file."""

import datetime as dt
from collections.abc import Collection
from contextlib import suppress
from io import BytesIO
from typing import Any, BinaryIO

import pikepdf
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models.fields.files import FieldFile

from pilot_portal.common.digests import digests_of
from pilot_portal.common.errors import Refused
from pilot_portal.documents.models import Paper
from pilot_portal.documents.operations.papers import verify_url
from pilot_portal.documents.registry import PAPERS, Printing
from pilot_portal.documents.signing import seal_backend
from pilot_portal.rounds.queries import setting


def build(paper: Paper, *, at: dt.datetime) -> tuple[str, bytes]:
    """The file name and the bytes of a paper; writes nothing. Raises Refused in words for the user."""
    kind = PAPERS[paper.kind]
    subject = kind.get(paper.subject_id or 0)
    if subject is None:
        raise Refused("这份文书所依据的材料已不存在。")
    if kind.version(subject) != paper.params.get("version", ""):
        raise Refused("材料已有改动，请回到原页面重新生成。")
    return kind.file_name(subject), kind.build(
        subject, Printing(verify_url=verify_url(paper.verify_code or ""), layout=kind.layout, at=at)
    )


def keep_file(paper: Paper, name: str, stream: BinaryIO) -> None:
    """Store what was written and say what it is; the row is not touched."""
    stream.seek(0)
    paper.sha256, paper.sm3 = digests_of(stream)
    paper.size, paper.file_name = stream.tell(), name
    stream.seek(0)
    _store(paper, paper.file, name, File(stream))


def _store(paper: Paper, field: FieldFile, name: str, content: File) -> None:
    """Store a file; where the disk is full no half of it is left, nor what this attempt had stored before."""
    try:
        field.save(name, content, save=False)
    except OSError:
        _discard(paper, f"{paper.uuid.hex}-{paper.attempt}")
        raise


def _discard(paper: Paper, beginning: str, *, but: Collection[str] = ()) -> None:
    """Delete the files of a paper whose names begin so, except those that are kept."""
    storage, folder = paper.file.storage, f"papers/{paper.uuid.hex[:2]}"
    with suppress(FileNotFoundError):
        for name in storage.listdir(folder)[1]:
            path = f"{folder}/{name}"
            if name.startswith(beginning) and path not in but:
                storage.delete(path)


def finish(paper: Paper, *, at: dt.datetime, error: str = "", **more: Any) -> bool:
    """Write down that it is done, unless the job is no longer this worker's; `error` is what it lacks."""
    held = Paper.objects.filter(pk=paper.pk, attempt=paper.attempt, status=Paper.Status.RUNNING)
    won = held.update(
        status=Paper.Status.DONE,
        progress=100,
        error=error,
        file=paper.file.name,
        file_name=paper.file_name,
        size=paper.size,
        sha256=paper.sha256,
        sm3=paper.sm3,
        finished_at=at,
        **more,
    )
    if won:
        # What a worker had stored that was killed before it could say so.
        kept = {paper.file.name, paper.sealed_file.name}
        transaction.on_commit(lambda: _discard(paper, f"{paper.uuid.hex}-", but=kept), robust=True)
    return bool(won)


def make_paper(paper: Paper, stream: BinaryIO, *, at: dt.datetime) -> None:
    """Build a taken paper and store it, signed or not. Raises Refused."""
    name, content = build(paper, at=at)
    # First of all: a seal that cannot be set leaves no file behind.
    sealed = _seal(paper, name, content, at=at)
    stream.write(content)
    keep_file(paper, name, stream)
    if sealed:
        _store(paper, paper.sealed_file, name, ContentFile(sealed.pop("content")))
        sealed["sealed_file"] = paper.sealed_file.name
    if not finish(paper, at=at, pages=_pages(content), **sealed):
        paper.file.delete(save=False)
        if sealed:
            paper.sealed_file.delete(save=False)


def _pages(content: bytes) -> int:
    try:
        with pikepdf.open(BytesIO(content)) as pdf:
            return len(pdf.pages)
    except pikepdf.PdfError:
        return 0


def _seal(paper: Paper, name: str, content: bytes, *, at: dt.datetime) -> dict[str, Any]:
    """The signed file of a paper whose round has the portal's signature on; the unsigned one stays."""
    kind, backend = PAPERS[paper.kind], seal_backend()
    if backend is None or not name.endswith(".pdf"):
        return {}
    subject = kind.get(paper.subject_id or 0)
    found = kind.round(subject) if subject is not None else None
    if found is None or not setting(found, "system_signature_on", at=paper.requested_at):
        return {}
    stream = BytesIO(backend.seal(content, at=at))
    sha256, sm3 = digests_of(stream)
    return {
        "content": stream.getvalue(),
        "sealed_sha256": sha256,
        "sealed_sm3": sm3,
        "sealed_by": backend.label,
    }
