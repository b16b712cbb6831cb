"""Taking what waits and working at it; bringing back what a killed worker held."""

import datetime as dt
import logging
from collections.abc import Callable
from tempfile import TemporaryFile

from django.db.models import Exists, F, OuterRef, Q

from pilot_portal.common.errors import Refused
from pilot_portal.documents.models import BundleItem, Paper
from pilot_portal.documents.operations.building import make_paper
from pilot_portal.documents.operations.exports import TakenBack, make_bundle, make_sheet
from pilot_portal.documents.operations.papers import LAST, LEASE, MAX_ATTEMPTS, RETRY, WAITING
from pilot_portal.documents.registry import BUNDLES, SHEETS

logger = logging.getLogger(__name__)
WORN_OUT = "多次尝试未能生成，已停止；请稍后重试，仍不成功请联系管理员。"


def take(at: dt.datetime) -> Paper | None:
    """Take the most urgent waiting row, or one whose worker died; worn-out rows are failed on the way."""
    Paper.objects.filter(status=Paper.Status.RUNNING, lease_until__lt=at, attempt__gte=MAX_ATTEMPTS).update(
        status=Paper.Status.FAILED, error=WORN_OUT, finished_at=at
    )
    waiting = Q(status=Paper.Status.REQUESTED) | Q(status=Paper.Status.RUNNING, lease_until__lt=at)
    # A bundle is packed when none of its papers is waited for any more.
    behind = BundleItem.objects.filter(bundle=OuterRef("pk"), paper__status__in=WAITING)
    ready = ~Q(urgency=LAST) | ~Exists(behind)
    while True:
        paper = Paper.objects.filter(waiting, ready).order_by("urgency", "pk").first()
        if paper is None:
            return None
        won = Paper.objects.filter(waiting, pk=paper.pk, attempt=paper.attempt).update(
            status=Paper.Status.RUNNING, attempt=F("attempt") + 1, lease_until=at + LEASE
        )
        if won:
            paper.refresh_from_db()
            return paper


def _maker(kind: str) -> Callable[..., None]:
    if kind in BUNDLES:
        return make_bundle
    return make_sheet if kind in SHEETS else make_paper


def run(paper: Paper, *, at: dt.datetime) -> None:
    """Build a taken row. Effect and "done" are one transaction that checks the attempt: never twice."""
    held = Paper.objects.filter(pk=paper.pk, attempt=paper.attempt, status=Paper.Status.RUNNING)
    with TemporaryFile() as stream:
        try:
            _maker(paper.kind)(paper, stream, at=at)
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
