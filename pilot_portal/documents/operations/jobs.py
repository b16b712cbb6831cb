"""Building what was asked for; bringing back what a killed worker held."""

import datetime as dt
import logging
from collections.abc import Callable
from io import BytesIO
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import pikepdf
from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import User
from pilot_portal.accounts.queries import live_memberships
from pilot_portal.attachments.operations import note_access
from pilot_portal.common import clock
from pilot_portal.common.digests import digests_of
from pilot_portal.common.errors import Refused
from pilot_portal.documents.models import Paper
from pilot_portal.documents.operations.papers import STOPPED, row_of, verify_url
from pilot_portal.documents.registry import PAPERS, SHEETS, PaperKind, Printing, SheetOrder
from pilot_portal.documents.signing import seal_backend
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round
from pilot_portal.rounds.queries import setting

logger = logging.getLogger(__name__)
LEASE = dt.timedelta(minutes=10)
RETRY = dt.timedelta(seconds=30)
MAX_ATTEMPTS = 3
WORN_OUT = "多次尝试未能生成，已停止；请稍后重试，仍不成功请联系管理员。"


def take(at: dt.datetime) -> Paper | None:
    """Take the most urgent waiting row, or one whose worker died; worn-out rows are failed on the way."""
    Paper.objects.filter(status=Paper.Status.RUNNING, lease_until__lt=at, attempt__gte=MAX_ATTEMPTS).update(
        status=Paper.Status.FAILED, error=WORN_OUT, finished_at=at
    )
    waiting = Q(status=Paper.Status.REQUESTED) | Q(status=Paper.Status.RUNNING, lease_until__lt=at)
    while True:
        paper = Paper.objects.filter(waiting).order_by("urgency", "pk").first()
        if paper is None:
            return None
        won = Paper.objects.filter(waiting, pk=paper.pk, attempt=paper.attempt).update(
            status=Paper.Status.RUNNING, attempt=F("attempt") + 1, lease_until=at + LEASE
        )
        if won:
            paper.refresh_from_db()
            return paper


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


class TakenBack(Exception):  # noqa: N818 - no fault: somebody cancelled, or another worker has the job
    """The job is no longer this worker's."""


def _teller(paper: Paper) -> Callable[[int, int], None]:
    """Writes down how far a workbook is, and prolongs the lease; raises TakenBack where the job is gone."""

    def told(done: int, total: int) -> None:
        share = min(99, done * 100 // max(1, total))
        held = Paper.objects.filter(pk=paper.pk, attempt=paper.attempt, status=Paper.Status.RUNNING)
        if not held.update(progress=share, lease_until=clock.now() + LEASE):
            raise TakenBack

    return told


def write_sheet(paper: Paper, stream: BinaryIO, *, at: dt.datetime) -> tuple[str, SheetOrder, int]:
    """Write a requested workbook, as its asker may see it now; gives file name, order and number of rows.

    Raises Refused where he stands there no longer, TakenBack where the job was cancelled meanwhile.
    """
    kind, params = SHEETS[paper.kind], paper.params
    round_ = Round.objects.get(code=params["round"])
    region = Region.objects.get(code=params["region"]) if params["region"] else None
    user = User.objects.get(pk=paper.requested_by_id)
    held = live_memberships(user, at).filter(organisation_id=paper.organisation_id, role=paper.role)
    order = SheetOrder(
        round=round_,
        region=region,
        actor=Actor(user, held.first()),
        at=at,
        query=params.get("query", {}),
        words=params.get("words", ""),
        columns=tuple(params.get("columns", ())),
        purpose=params.get("purpose", ""),
        told=_teller(paper),
    )
    if not kind.may_see(order.actor, round_, region):
        raise Refused("您已没有权限导出这份汇总表。")
    return kind.file_name(round_, region), order, kind.build(order, stream)


def run(paper: Paper, *, at: dt.datetime) -> None:
    """Build a taken paper. Effect and "done" are one transaction that checks the attempt: never twice."""
    held = Paper.objects.filter(pk=paper.pk, attempt=paper.attempt, status=Paper.Status.RUNNING)
    with TemporaryFile() as stream:
        try:
            if paper.kind in SHEETS:
                _make_sheet(paper, stream, at=at)
            else:
                _make_paper(paper, stream, at=at)
        except TakenBack:
            return
        except Refused as refusal:
            held.update(status=Paper.Status.FAILED, error=refusal.message[:400], finished_at=at)
            return
        except Exception:
            # A fault of ours and no answer to the asker: into the log, and tried again until it is worn out.
            logger.exception("paper %s (%s) could not be built", paper.pk, paper.kind)
            held.update(lease_until=at + RETRY)
            return


def _keep_file(paper: Paper, name: str, stream: BinaryIO) -> None:
    """Store what was written and say what it is; the row is not touched."""
    stream.seek(0)
    paper.sha256, paper.sm3 = digests_of(stream)
    paper.size, paper.file_name = stream.tell(), name
    stream.seek(0)
    paper.file.save(name, File(stream), save=False)


def _done(paper: Paper, *, at: dt.datetime, **more: Any) -> bool:
    """Write down that it is done, unless the job is no longer this worker's."""
    held = Paper.objects.filter(pk=paper.pk, attempt=paper.attempt, status=Paper.Status.RUNNING)
    return bool(
        held.update(
            status=Paper.Status.DONE,
            progress=100,
            error="",
            file=paper.file.name,
            file_name=paper.file_name,
            size=paper.size,
            sha256=paper.sha256,
            sm3=paper.sm3,
            finished_at=at,
            **more,
        )
    )


def _make_sheet(paper: Paper, stream: BinaryIO, *, at: dt.datetime) -> None:
    name, order, count = write_sheet(paper, stream, at=at)
    _keep_file(paper, name, stream)
    with transaction.atomic():
        # It shows things as they stood; asked for later it is a new job, so its key is set free.
        won = _done(
            paper,
            at=at,
            dedupe=f"{paper.dedupe.partition('#')[0]}#{paper.pk}",
            expires_at=at + dt.timedelta(days=settings.EXPORT_DAYS),
        )
        if won:
            what = f"导出 {paper.title}"
            note_access(what, by=order.actor, at=at, query=order.words, count=count, purpose=order.purpose)
    if not won:
        paper.file.delete(save=False)


def _make_paper(paper: Paper, stream: BinaryIO, *, at: dt.datetime) -> None:
    name, content = build(paper, at=at)
    # First of all: a seal that cannot be set leaves no file behind.
    sealed = _seal(paper, name, content, at=at)
    stream.write(content)
    _keep_file(paper, name, stream)
    if sealed:
        paper.sealed_file.save(name, ContentFile(sealed.pop("content")), save=False)
        sealed["sealed_file"] = paper.sealed_file.name
    if not _done(paper, at=at, pages=_pages(content), **sealed):
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


def provide(kind: PaperKind, subject: Any, *, at: dt.datetime) -> tuple[str, bytes]:
    """Name and bytes of a paper for a bundle: the stored file, or built here and now and stored.

    Where another worker is just at it, the same bytes are built and left to him to store. Raises Refused.
    """
    asked = row_of(kind, subject, at=at)
    paper = Paper.objects.filter(dedupe=asked.dedupe).first() or _insert(asked)
    stopped = Q(status__in=[*STOPPED, Paper.Status.REQUESTED])
    stale = Q(status=Paper.Status.RUNNING, lease_until__lt=at)
    mine = Paper.objects.filter(stopped | stale, pk=paper.pk, attempt=paper.attempt)
    if mine.update(status=Paper.Status.RUNNING, attempt=F("attempt") + 1, lease_until=at + LEASE, error=""):
        paper.refresh_from_db()
        run(paper, at=at)
    paper.refresh_from_db()
    if paper.status == Paper.Status.DONE:
        with (paper.sealed_file or paper.file).open("rb") as file:
            return paper.file_name, file.read()
    if paper.status == Paper.Status.FAILED:
        raise Refused(f"{paper.title} {paper.number}：{paper.error}")
    return build(paper, at=at)


def _insert(paper: Paper) -> Paper:
    try:
        with transaction.atomic():
            paper.save(force_insert=True)
    except IntegrityError:  # asked for by somebody at this very moment
        return Paper.objects.get(dedupe=paper.dedupe)
    return paper


def expire(at: dt.datetime) -> int:
    """Take away exports whose days are over, file and all; gives how many."""
    count = 0
    for paper in Paper.objects.filter(status=Paper.Status.DONE, expires_at__lte=at).order_by("pk")[:500]:
        name = paper.file.name
        over = Paper.objects.filter(pk=paper.pk, status=Paper.Status.DONE, expires_at__lte=at)
        if over.update(status=Paper.Status.EXPIRED, file="", expires_at=None):
            paper.file.storage.delete(name)
            count += 1
    return count
