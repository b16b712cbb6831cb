"""Stamped papers that come back: scans, and PDFs that were sealed elsewhere.

They are kept byte for byte and never re-saved. What is on them is read by a worker; the check stays a
person's.
"""

import datetime as dt
import logging
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F, Q

from pilot_portal.accounts.actors import Actor
from pilot_portal.attachments.models import Attachment
from pilot_portal.attachments.operations import SCANS, check_upload, set_aside, store
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.documents.models import Paper, ScanReading
from pilot_portal.documents.operations.papers import LEASE, MAX_ATTEMPTS, RETRY, wake
from pilot_portal.documents.queries import my_scans
from pilot_portal.documents.registry import PAPERS, TAKERS
from pilot_portal.documents.scans import SIGNATURE, changes_since, inspect
from pilot_portal.rounds.models import Round
from pilot_portal.rounds.queries import setting

logger = logging.getLogger(__name__)
# Scans that were not uploaded at a case lie with the person who uploaded them.
CASE_TYPE = "documents.scan"
MOST_SCANS, MOST_WAITING = 20, 100
WAITING = (ScanReading.Status.REQUESTED, ScanReading.Status.RUNNING)
WORN_OUT = "多次尝试未能识别，请人工核对。"
ONLY_SIGNED = "本批次只接受在别处加盖电子印章的 PDF，请加盖后上传。"
ONLY_SCANS = "本批次不接受电子印章，请打印盖章后上传扫描件。"


def is_signed(upload: UploadedFile) -> bool:
    """Whether a file bears an electronic signature; the upload stands at its beginning then."""
    upload.seek(0)
    found = SIGNATURE in upload.read()
    upload.seek(0)
    return found


def refuse_unless_accepted(round: Round, upload: UploadedFile, *, at: dt.datetime) -> None:
    """Raise Refused where the round does not take papers sealed in this way (scan, or sealed elsewhere)."""
    scans, sealed = setting(round, "scans_accepted", at=at), setting(round, "sealed_accepted", at=at)
    signed = is_signed(upload)
    if signed and not sealed:
        raise Refused(ONLY_SCANS, [Problem(ONLY_SCANS, field="file")])
    if not signed and not scans and sealed:
        raise Refused(ONLY_SIGNED, [Problem(ONLY_SIGNED, field="file")])


def store_sealed(
    upload: UploadedFile,
    *,
    round: Round,
    case_type: str,
    case_id: int,
    purpose: str,
    by: Actor,
    at: dt.datetime,
) -> Attachment:
    """Keep a stamped scan or sealed PDF for its case and have it read. Raises Refused."""
    refuse_unless_accepted(round, upload, at=at)
    attachment = store(
        upload, case_type=case_type, case_id=case_id, purpose=purpose, by=by, at=at, allowed=SCANS
    )
    _read_later(attachment, at=at)
    return attachment


def _read_later(attachment: Attachment, *, at: dt.datetime) -> ScanReading:
    reading = ScanReading.objects.create(attachment=attachment, requested_at=at)
    transaction.on_commit(wake, robust=True)
    return reading


@transaction.atomic
def upload_scans(uploads: Sequence[UploadedFile], *, by: Actor, at: dt.datetime) -> list[ScanReading]:
    """Take several scans of which nobody says whose they are: their codes will. Raises Refused for all."""
    if not uploads:
        raise Refused("请选择扫描件。", [Problem("请选择扫描件。", field="files")])
    if len(uploads) > MOST_SCANS:
        text = f"一次最多 {MOST_SCANS} 份，请分几次上传。"
        raise Refused(text, [Problem(text, field="files")])
    if my_scans(by.user_id or 0).count() + len(uploads) > MOST_WAITING:
        text = f"待归入的扫描件最多 {MOST_WAITING} 份，请先归入或移除已上传的。"
        raise Refused(text, [Problem(text, field="files")])
    # All are looked at before one is kept: a file of a refused upload would lie there for ever.
    for upload in uploads:
        try:
            check_upload(upload, SCANS)
        except Refused as refusal:
            text = f"{upload.name}：{refusal.message}"
            raise Refused(text, [Problem(text, field="files")]) from refusal
    place = {"case_type": CASE_TYPE, "case_id": by.user_id or 0, "purpose": "scan"}
    return [_read_later(store(upload, **place, by=by, at=at, allowed=SCANS), at=at) for upload in uploads]


def place_scan(reading: ScanReading, *, by: Actor, at: dt.datetime) -> None:
    """Put a scan to the case that its code names, by the app's own act; twice is refused.

    Raises NotAllowed for another's scan, Stale when it was placed meanwhile, Refused where it has no place.
    """
    if reading.attachment.uploaded_by_id != by.user_id:
        raise NotAllowed("只能办理自己上传的扫描件。")
    paper = reading.paper
    kind = PAPERS.get(paper.kind) if paper else None
    taker = TAKERS.get(paper.kind) if paper else None
    subject = kind.get(paper.subject_id or 0) if kind and paper else None
    if taker is None or kind is None or subject is None or not kind.may_see(by, subject):
        raise Refused("没有找到这份扫描件对应的事项，请到该事项的页面上传。")
    if paper is not None and paper.params.get("version", "") != kind.version(subject):
        raise Refused("材料在打印之后有改动，请重新打印、盖章后再上传。")
    with transaction.atomic(), reading.attachment.file.open("rb") as file:
        _close(reading, at=at)
        upload = UploadedFile(file, reading.attachment.name, reading.attachment.mime, reading.attachment.size)
        taker.take(subject, upload, by=by, at=at)


def discard_scan(reading: ScanReading, *, by: Actor, at: dt.datetime) -> None:
    """Take one's own scan off the list. Raises NotAllowed, Stale."""
    if reading.attachment.uploaded_by_id != by.user_id:
        raise NotAllowed("只能办理自己上传的扫描件。")
    with transaction.atomic():
        _close(reading, at=at)


def _close(reading: ScanReading, *, at: dt.datetime) -> None:
    if not ScanReading.objects.filter(pk=reading.pk, placed_at=None).update(placed_at=at):
        raise Stale("这份扫描件已经办理。")
    set_aside(reading.attachment, at=at)


def take_reading(at: dt.datetime) -> ScanReading | None:
    """Take the scan that waits longest, or one whose worker died; worn-out ones are failed on the way."""
    ScanReading.objects.filter(
        status=ScanReading.Status.RUNNING, lease_until__lt=at, attempt__gte=MAX_ATTEMPTS
    ).update(status=ScanReading.Status.FAILED, error=WORN_OUT)
    waiting = Q(status=ScanReading.Status.REQUESTED) | Q(
        status=ScanReading.Status.RUNNING, lease_until__lt=at
    )
    while True:
        reading = ScanReading.objects.filter(waiting).order_by("requested_at", "pk").first()
        if reading is None:
            return None
        won = ScanReading.objects.filter(waiting, pk=reading.pk, attempt=reading.attempt).update(
            status=ScanReading.Status.RUNNING, attempt=F("attempt") + 1, lease_until=at + LEASE
        )
        if won:
            return ScanReading.objects.select_related("attachment").get(pk=reading.pk)


def read_scan(reading: ScanReading, *, at: dt.datetime) -> None:
    """Look into a taken scan and write down what was found; what cannot be opened is said in words."""
    held = ScanReading.objects.filter(
        pk=reading.pk, attempt=reading.attempt, status=ScanReading.Status.RUNNING
    )
    try:
        with reading.attachment.file.open("rb") as file:
            content = file.read()
        roots = Path(settings.SEAL_ROOTS_FILE) if settings.SEAL_ROOTS_FILE else None
        finding = inspect(content, roots=roots)
        paper = paper_of(finding.codes)
        added = added_to(paper, content) if paper else ""
    except Refused as refusal:
        held.update(status=ScanReading.Status.FAILED, error=refusal.message[:400])
        return
    except Exception:
        logger.exception("scan %s could not be read", reading.pk)
        held.update(lease_until=at + RETRY)
        return
    held.update(
        status=ScanReading.Status.DONE,
        pages=finding.pages,
        finding=finding.to_json(),
        paper=paper,
        added=added,
        error="",
    )


def paper_of(codes: Sequence[str]) -> Paper | None:
    """The built paper that the first of the codes names which is known."""
    found = {
        paper.verify_code: paper
        for paper in Paper.objects.filter(verify_code__in=codes, status=Paper.Status.DONE)
    }
    return next((found[code] for code in codes if code in found), None)


def added_to(paper: Paper, content: bytes) -> str:
    """What stands behind the bytes of the paper's own file (see `scans.finding`); empty for another file."""
    for stored in (paper.sealed_file, paper.file):
        if not stored:
            continue
        with stored.open("rb") as file:
            original = file.read()
        if content.startswith(original):
            return changes_since(original, content)
    return ""
