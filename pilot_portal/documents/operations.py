"""Asking for papers, building them, bringing back what a killed worker held."""

import datetime as dt
import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from celery import current_app
from django.conf import settings
from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, Q

from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import User
from pilot_portal.accounts.queries import live_memberships
from pilot_portal.attachments.operations import note_access
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.documents.models import Paper
from pilot_portal.documents.queries import key_of
from pilot_portal.documents.registry import PAPERS, SHEETS, PaperKind, Printing, SheetKind, SheetOrder
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round

logger = logging.getLogger(__name__)
LEASE = dt.timedelta(minutes=10)
RETRY = dt.timedelta(seconds=30)
MAX_ATTEMPTS = 3
INTERACTIVE, BULK = 0, 10
STOPPED = (Paper.Status.FAILED, Paper.Status.CANCELLED)
AGAIN: dict[str, Any] = {"status": Paper.Status.REQUESTED, "attempt": 0, "error": "", "progress": 0}
WORN_OUT = "多次尝试未能生成，已停止；请稍后重试，仍不成功请联系管理员。"


def verify_code(kind: PaperKind, subject: Any) -> str:
    """128 bits, the same for the same paper: HMAC-SHA-256 under the secret key, as 32 hex digits."""
    text = f"paper:{key_of(kind, subject)}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]


def verify_url(code: str) -> str:
    """The public address that the QR of a paper holds."""
    return f"{settings.SITE_ORIGIN}/verify/{code}/"


def wake() -> None:
    """Wake a worker; with the broker down the sweep does it."""
    current_app.send_task("documents.sweep", retry=False)


def request_paper(
    kind: PaperKind, subject: Any, *, by: Actor, at: dt.datetime, urgency: int = INTERACTIVE
) -> Paper:
    """Ask for a paper; asked twice it is one job, and once built it is served ever after.

    Raises NotAllowed where the actor may not see it.
    """
    if not kind.may_see(by, subject):
        raise NotAllowed("您没有权限取得这份文书。")
    paper = Paper(
        kind=kind.code,
        subject_id=subject.pk,
        params={"version": kind.version(subject)},
        title=kind.title,
        number=kind.number(subject),
        dedupe=key_of(kind, subject),
        verify_code=verify_code(kind, subject),
        urgency=urgency,
        requested_by_id=by.user_id,
        organisation_id=by.organisation_id,
        role=by.role,
        requested_at=at,
    )
    return _enqueue(paper)


def request_sheet(  # noqa: PLR0913 - an export has that many conditions
    kind: SheetKind,
    round: Round,
    region: Region | None,
    *,
    by: Actor,
    at: dt.datetime,
    query: Mapping[str, str] | None = None,
    words: str = "",
    columns: Sequence[str] = (),
    purpose: str = "",
) -> Paper:
    """Ask for a workbook as things stand; one under way for the same person is given instead.

    Args:
        kind: which workbook.
        round: the round it is about.
        region: the reporting unit, None for the whole city.
        by: who asks; the workbook is his alone.
        at: the moment.
        query: the conditions of the list it is made from, as in the address.
        words: the same conditions for people.
        columns: the chosen columns, all where none is named.
        purpose: what it is for, kept in the access log.

    Raises NotAllowed where the actor may not see it.
    """
    if not kind.may_see(by, round, region):
        raise NotAllowed("您没有权限导出这份汇总表。")
    params = {
        "round": round.code,
        "region": region.code if region else "",
        "query": dict(query or {}),
        "words": words,
        "columns": list(columns),
        "purpose": purpose,
    }
    digest = hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()
    paper = Paper(
        kind=kind.code,
        params=params,
        title=f"{round.label} {region.name if region else '全市'} {kind.title}",
        dedupe=f"{kind.code}:{round.code}:{region.code if region else '-'}:{by.user_id}:{digest[:16]}",
        urgency=INTERACTIVE,
        requested_by_id=by.user_id,
        organisation_id=by.organisation_id,
        role=by.role,
        requested_at=at,
    )
    return _enqueue(paper)


def _enqueue(paper: Paper) -> Paper:
    # Between the first two a workbook may have been finished, whose key is free again.
    found = _keep(paper) or _join(paper) or _keep(paper)
    if found is None:
        raise Stale("同一份汇总表正在生成，请到“我的文件”查看。")
    transaction.on_commit(wake, robust=True)
    return found


def _keep(paper: Paper) -> Paper | None:
    """The new row; None where there is one for the same already."""
    try:
        with transaction.atomic():
            paper.save(force_insert=True)
    except IntegrityError:
        return None
    return paper


def _join(asked: Paper) -> Paper | None:
    """The row that is there for the same, now also the asker's; set going again where it had stopped."""
    paper = Paper.objects.filter(dedupe=asked.dedupe).first()
    if paper is None:
        return None
    if asked.requested_by_id not in {None, paper.requested_by_id}:
        paper.also_asked_by.add(asked.requested_by_id)
    if paper.status in STOPPED:
        # As the one who asks now: who had asked may have left his office.
        sheet = asked.kind in SHEETS
        renewed = {"organisation_id": asked.organisation_id, "role": asked.role} if sheet else {}
        Paper.objects.filter(pk=paper.pk, status=paper.status).update(**AGAIN, **renewed)
        paper.refresh_from_db()
    return paper


def retry_paper(paper: Paper, *, by: Actor) -> None:
    """Ask again for one's own paper that failed or was cancelled; raises Stale otherwise."""
    shared = Paper.also_asked_by.through.objects.filter(user_id=by.user_id).values("paper_id")
    own = Paper.objects.filter(Q(requested_by_id=by.user_id) | Q(pk__in=shared), pk=paper.pk)
    if not own.filter(status__in=STOPPED).update(**AGAIN):
        raise Stale("这份文书正在生成或已经生成。")
    transaction.on_commit(wake, robust=True)


def cancel_paper(paper: Paper, *, by: Actor) -> None:
    """Cancel one's own paper; raises Stale when others wait for it too, or it is done.

    A workbook may be cancelled while it is written: the worker finds its job gone at the next thousand rows.
    """
    # Nothing is joined: conditions behind a join are asked before the row is locked, and a worker slips in.
    shared = Paper.also_asked_by.through.objects.filter(paper_id=paper.pk)
    own = Paper.objects.filter(~Exists(shared), pk=paper.pk, requested_by_id=by.user_id)
    waiting = Q(status=Paper.Status.REQUESTED) | Q(status=Paper.Status.RUNNING, kind__in=list(SHEETS))
    if not own.filter(waiting).update(status=Paper.Status.CANCELLED, progress=0):
        raise Stale("这份文书已开始生成，或者还有别人在等，不能取消。")


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
    with TemporaryFile() as stream:
        try:
            order, count = None, 0
            if paper.kind in SHEETS:
                name, order, count = write_sheet(paper, stream, at=at)
            else:
                name, content = build(paper, at=at)
                stream.write(content)
            stream.seek(0)
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            size = stream.tell()
            stream.seek(0)
            paper.file.save(name, File(stream), save=False)
        except TakenBack:
            return
        except Refused as refusal:
            Paper.objects.filter(pk=paper.pk, attempt=paper.attempt, status=Paper.Status.RUNNING).update(
                status=Paper.Status.FAILED, error=refusal.message[:400], finished_at=at
            )
            return
        except Exception:
            # A fault of ours and no answer to the asker: into the log, and tried again until it is worn out.
            logger.exception("paper %s (%s) could not be built", paper.pk, paper.kind)
            Paper.objects.filter(pk=paper.pk, attempt=paper.attempt, status=Paper.Status.RUNNING).update(
                lease_until=at + RETRY
            )
            return
    # A workbook shows things as they stood; asked for later it is a new job, so its key is set free.
    spent = f"{paper.dedupe}#{paper.pk}" if paper.kind in SHEETS else paper.dedupe
    with transaction.atomic():
        won = Paper.objects.filter(pk=paper.pk, attempt=paper.attempt, status=Paper.Status.RUNNING).update(
            status=Paper.Status.DONE,
            progress=100,
            error="",
            file=paper.file.name,
            file_name=name,
            size=size,
            sha256=digest,
            finished_at=at,
            dedupe=spent,
        )
        if won and order is not None:
            what = f"导出 {paper.title}"
            note_access(what, by=order.actor, at=at, query=order.words, count=count, purpose=order.purpose)
    if not won:
        paper.file.delete(save=False)
