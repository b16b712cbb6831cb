"""Freezing a county's Attachment 4, so that what is printed and stamped can be built again byte by byte."""

import datetime as dt
import hashlib
import json

from django.db import IntegrityError, transaction
from django.db.models import Max

from demands import policies
from demands.documents import ATTACHMENT_4
from demands.models import CountySummary
from demands.queries.summaries import attachment_row, vouched_demands
from pilot_portal.accounts.actors import Actor
from pilot_portal.common.errors import NotAllowed, Stale
from pilot_portal.documents.models import Paper
from pilot_portal.documents.operations import request_paper
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round


@transaction.atomic
def freeze_summary(
    round: Round,
    region: Region,
    *,
    by: Actor,
    at: dt.datetime,
) -> CountySummary:
    """Freeze what the county vouches for now; the newest edition is given again while nothing changed.

    A county without demands freezes an empty table (零报送). Raises NotAllowed for anyone but the county.
    """
    if not policies.may_import(by, region.pk):
        raise NotAllowed("只有本县市区工信部门可以生成附件4。")
    rows = [attachment_row(demand) for demand in vouched_demands(round.pk, region.pk)]
    text = json.dumps([region.department, rows], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    editions = CountySummary.objects.filter(round=round, region=region)
    newest = editions.order_by("-edition").first()
    if newest and newest.data["digest"] == digest:
        return newest
    edition = (editions.aggregate(last=Max("edition"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            return CountySummary.objects.create(
                round=round,
                region=region,
                edition=edition,
                number=f"{round.code}-F4-{region.code}-{edition:02}",
                data={"unit": region.department, "place": region.name, "rows": rows, "digest": digest},
                rows=len(rows),
                made_by_id=by.user_id,
                made_at=at,
            )
    except IntegrityError as error:
        raise Stale("同事刚刚生成了新的一版，请刷新后再看。") from error


@transaction.atomic
def request_summary(
    round: Round,
    region: Region,
    *,
    by: Actor,
    at: dt.datetime,
) -> Paper:
    """Freeze the county's Attachment 4 and ask for its PDF."""
    return request_paper(ATTACHMENT_4, freeze_summary(round, region, by=by, at=at), by=by, at=at)
