"""Asking for papers and workbooks, asking again, taking back."""

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from pilot_portal.accounts.actors import Actor
from pilot_portal.common.errors import NotAllowed, Stale
from pilot_portal.documents.models import BundleItem, Paper
from pilot_portal.documents.queries import key_of
from pilot_portal.documents.registry import BUNDLES, EXPORTS, ExportKind, PaperKind
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round

# Who waits before a screen comes first, then the papers of a bundle, last the bundle that waits for them.
INTERACTIVE, BULK, LAST = 0, 10, 20
LEASE = dt.timedelta(minutes=10)
RETRY = dt.timedelta(seconds=30)
MAX_ATTEMPTS = 3
WAITING = (Paper.Status.REQUESTED, Paper.Status.RUNNING)
STOPPED = (Paper.Status.FAILED, Paper.Status.CANCELLED, Paper.Status.EXPIRED)
AGAIN: dict[str, Any] = {"status": Paper.Status.REQUESTED, "attempt": 0, "error": "", "progress": 0}


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
    paper = row_of(kind, subject, at=at)
    paper.urgency = urgency
    paper.requested_by_id, paper.organisation_id, paper.role = by.user_id, by.organisation_id, by.role
    return _enqueue(paper)


def row_of(kind: PaperKind, subject: Any, *, at: dt.datetime) -> Paper:
    """The row of a paper as it is asked for; not saved, and nobody's yet."""
    return Paper(
        kind=kind.code,
        subject_id=subject.pk,
        params={"version": kind.version(subject)},
        title=kind.title,
        number=kind.number(subject),
        dedupe=key_of(kind, subject),
        verify_code=verify_code(kind, subject),
        requested_at=at,
    )


def request_export(  # noqa: PLR0913 - an export has that many conditions
    kind: ExportKind,
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
    """Ask for a workbook or bundle as things stand; one under way for the same person is given instead.

    Args:
        kind: which workbook or bundle.
        round: the round it is about.
        region: the reporting unit, None for the whole city.
        by: who asks; it is his alone.
        at: the moment.
        query: the conditions of the list it is made from, as in the address.
        words: the same conditions for people.
        columns: the chosen columns, all where none is named.
        purpose: what it is for, kept in the access log.

    Raises NotAllowed where the actor may not see it.
    """
    if not kind.may_see(by, round, region):
        raise NotAllowed("您没有权限导出这些材料。")
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
        raise Stale("同一份材料正在生成，请到“我的文件”查看。")
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
        export = asked.kind in EXPORTS
        renewed = {"organisation_id": asked.organisation_id, "role": asked.role} if export else {}
        Paper.objects.filter(pk=paper.pk, status=paper.status).update(**_again(paper), **renewed)
        paper.refresh_from_db()
    elif paper.kind not in BUNDLES:
        # A paper that waits among the bulk, and now somebody before a screen waits for it.
        sooner = Paper.objects.filter(pk=paper.pk, status__in=WAITING, urgency__gt=asked.urgency)
        sooner.update(urgency=asked.urgency)
    return paper


def _again(paper: Paper) -> dict[str, Any]:
    """What sets a stopped row going; a bundle begins with asking for its papers."""
    return AGAIN | {"urgency": INTERACTIVE} if paper.kind in BUNDLES else AGAIN


def retry_paper(paper: Paper, *, by: Actor) -> None:
    """Ask again for one's own paper that failed or was cancelled; raises Stale otherwise."""
    shared = Paper.also_asked_by.through.objects.filter(user_id=by.user_id).values("paper_id")
    own = Paper.objects.filter(Q(requested_by_id=by.user_id) | Q(pk__in=shared), pk=paper.pk)
    if not own.filter(status__in=STOPPED).update(**_again(paper)):
        raise Stale("这份文书正在生成或已经生成。")
    transaction.on_commit(wake, robust=True)


@transaction.atomic
def cancel_paper(paper: Paper, *, by: Actor) -> None:
    """Cancel one's own paper; raises Stale when others wait for it too, or it is done.

    A workbook may be cancelled while it is written: the worker finds its job gone at the next thousand rows.
    With a bundle go its papers that wait and that nobody else waits for.
    """
    # Nothing is joined: conditions behind a join are asked before the row is locked, and a worker slips in.
    shared = Paper.also_asked_by.through.objects.filter(paper_id=paper.pk)
    own = Paper.objects.filter(~Exists(shared), pk=paper.pk, requested_by_id=by.user_id)
    waiting = Q(status=Paper.Status.REQUESTED) | Q(status=Paper.Status.RUNNING, kind__in=list(EXPORTS))
    if not own.filter(waiting).update(status=Paper.Status.CANCELLED, progress=0):
        raise Stale("这份文书已开始生成，或者还有别人在等，不能取消。")
    if paper.kind in BUNDLES:
        _cancel_items(paper)


def _cancel_items(bundle: Paper) -> None:
    others = Paper.objects.filter(kind__in=list(BUNDLES), status__in=WAITING).exclude(pk=bundle.pk)
    elsewhere = BundleItem.objects.filter(paper_id=OuterRef("pk"), bundle__in=others)
    shared = Paper.also_asked_by.through.objects.filter(paper_id=OuterRef("pk"))
    inside = BundleItem.objects.filter(bundle=bundle).values("paper_id")
    idle = Paper.objects.filter(~Exists(elsewhere), ~Exists(shared), pk__in=inside)
    idle.filter(requested_by=None, status=Paper.Status.REQUESTED).update(status=Paper.Status.CANCELLED)
