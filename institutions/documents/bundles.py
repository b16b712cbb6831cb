"""All papers of a round's applications as one bundle, for the county or the whole city."""

from collections.abc import Sequence

from django.db.models import F

from institutions.documents.applications import APPLICATION_SET, RECEIPT
from institutions.documents.letters import DECLINE_LETTER, DECLINE_MOVES, RETURN_MOVES, RETURN_NOTICE
from institutions.documents.reports import ATTACHMENT_1, COVERING_LETTER
from institutions.models import ApplicationVersion
from institutions.queries import CASE_TYPE, visible_applications, visible_reports
from pilot_portal.accounts.actors import Actor
from pilot_portal.documents.registry import BundleKind, Folder, SheetOrder
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round
from pilot_portal.workflow.models import Entry


def _may_see(actor: Actor, round: Round, region: Region | None) -> bool:
    if actor.reads_city:
        return region is None
    return actor.is_county and region is not None and actor.region_id == region.pk


def _folders(order: SheetOrder) -> Sequence[Folder]:
    """The newest version of every application that was sent, its letters, and the reports that were sent."""
    cases = visible_applications(order.actor).filter(round=order.round, submitted_at__isnull=False)
    reports = visible_reports(order.actor).filter(round=order.round, submitted_at__isnull=False)
    if order.region is not None:
        cases, reports = cases.filter(region=order.region), reports.filter(region=order.region)
    versions = (
        ApplicationVersion.objects.filter(
            application__in=cases.values("pk"), version=F("application__versions_count")
        )
        .exclude(data={})
        .defer("data")  # the papers are built one by one, each reads its own
        .select_related("application__round", "application__region", "application__organisation")
        .order_by("application__number")
    )
    entries = Entry.objects.filter(case_type=CASE_TYPE, case_id__in=cases.values("pk")).order_by(
        "case_id", "step"
    )
    reports = reports.order_by("region__position", "edition")
    return (
        Folder("申报材料", APPLICATION_SET, versions),
        Folder("收件回执", RECEIPT, versions),
        Folder("补正告知书", RETURN_NOTICE, entries.filter(move__in=RETURN_MOVES)),
        Folder("不予推荐（确认）告知书", DECLINE_LETTER, entries.filter(move__in=DECLINE_MOVES)),
        Folder("推荐文件", COVERING_LETTER, reports),
        Folder("附件1", ATTACHMENT_1, reports),
    )


APPLICATION_PAPERS = BundleKind(
    code="application-papers",
    title="申报文书打包",
    may_see=_may_see,
    folders=_folders,
    file_name=lambda round, region: f"{round.year}年_{region.name if region else '全市'}_申报文书.zip",
    has_page=True,
)
