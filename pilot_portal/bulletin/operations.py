"""Publishing: what is published is frozen."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction

from pilot_portal.accounts.actors import Actor
from pilot_portal.bulletin.documents import KINDS, NOTICE_PAPER
from pilot_portal.bulletin.models import Publication
from pilot_portal.common.errors import Refused, Stale
from pilot_portal.documents.operations import request_paper
from pilot_portal.rounds.models import Round
from pilot_portal.rounds.operations import next_numbers

REASON_LENGTH = 300


def publish(  # noqa: PLR0913 - a publication has that many parts
    round: Round,
    kind: str,
    title: str,
    *,
    payload: dict[str, Any],
    by: Actor,
    at: dt.datetime,
    body: str = "",
    document_number: str = "",
    replaces: Publication | None = None,
) -> Publication:
    """Freeze and publish. The caller's policy says who may; numbers are "2023-N-0001".

    Leaves the publication and, where no app has a form of its own for it, its paper ordered.
    Raises Stale where somebody was quicker with the same edition; its number is not lost.
    """
    try:
        with transaction.atomic():
            made = Publication.objects.create(
                round=round,
                kind=kind,
                number=next_numbers(round, "N")[0],
                title=title,
                document_number=document_number,
                edition=replaces.edition + 1 if replaces else 1,
                body=body,
                payload=payload,
                published_at=at,
                published_by_id=by.user_id,
                replaces=replaces,
            )
    except IntegrityError as error:
        raise Stale("刚刚已有新版公布，请刷新页面核对后再办理。") from error
    if kind in KINDS:
        request_paper(NOTICE_PAPER, made, by=by, at=at)
    return made


def withdraw(publication: Publication, *, reason: str, at: dt.datetime) -> None:
    """Mark a publication as withdrawn with its reason; it stays readable as 已撤回."""
    if not reason.strip():
        raise Refused("撤回须写明理由。")
    if len(reason.strip()) > REASON_LENGTH:
        raise Refused(f"撤回理由会公开显示，请写在 {REASON_LENGTH} 字以内。")
    won = Publication.objects.filter(pk=publication.pk, withdrawn_at=None).update(
        withdrawn_at=at, withdrawn_reason=reason.strip()
    )
    if not won:
        raise Stale("该公告已撤回。")
