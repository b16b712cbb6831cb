"""The stamped Attachment 4 goes to the city: sent with its scan, accepted or returned."""

import datetime as dt

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from demands import policies
from demands.models import CountySummary, DemandReport
from demands.workflow import DEMAND_REPORT
from pilot_portal.accounts.actors import COUNTY, Actor
from pilot_portal.accounts.queries import recipients_of_city, recipients_of_region
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.documents.operations import store_sealed
from pilot_portal.notifications.operations import tell

CASE_TYPE = "demands.demandreport"
SCAN = "scan"
STATE = DemandReport.State


@transaction.atomic
def send_summary(
    summary: CountySummary, scan: UploadedFile | None, *, by: Actor, at: dt.datetime
) -> DemandReport:
    """Send an edition of the county's Attachment 4 to the city, with the scan of the stamped print.

    A returned one is sent again with a new scan. Leaves the report in SUBMITTED and a message to the city.
    Raises NotAllowed for anyone but the county's approver, Refused without a scan, Stale for an edition that
    a newer one replaced or that was sent already.
    """
    if not policies.may_send(by, summary.region_id):
        raise NotAllowed("只有本县市区审核人可以报送。")
    if scan is None:
        text = "请先打印盖章，再上传扫描件。"
        raise Refused(text, [Problem(text, field="scan")])
    newer = CountySummary.objects.filter(
        round=summary.round_id, region=summary.region_id, edition__gt=summary.edition
    )
    if newer.exists():
        raise Stale("已有更新的一版，请报送最新的一版。")
    report = DemandReport.objects.filter(summary=summary).first()
    if report is None:
        report = DemandReport(
            round=summary.round,
            region=summary.region,
            summary=summary,
            submitted_at=at,
            submitted_by_id=by.user_id,
        )
        try:
            with transaction.atomic():
                DEMAND_REPORT.start(report, by=by, at=at)
        except IntegrityError as error:
            raise Stale("同事刚刚报送了这一版。") from error
    else:
        DEMAND_REPORT.move(report, "submit", by=by, at=at, submitted_at=at, submitted_by_id=by.user_id)
    store_sealed(
        scan,
        round=summary.round,
        case_type=CASE_TYPE,
        case_id=report.pk,
        purpose=SCAN,
        by=by,
        at=at,
    )
    tell(
        recipients_of_city({"city_handler", "city_chief"}, at),
        f"{summary.region.name}已报送附件4 第 {summary.edition} 版（{summary.rows} 项需求）",
        key=f"demand-report:{report.pk}:{report.step}",
        at=at,
        path="/desk/city/demands/reports/",
    )
    return report


@transaction.atomic
def accept_summary(report: DemandReport, *, by: Actor, at: dt.datetime) -> None:
    """The city accepts the stamped Attachment 4. Raises NotAllowed, Stale."""
    DEMAND_REPORT.move(report, "accept", by=by, at=at)
    _tell_county(report, f"市局已接收附件4 {report.summary.number}", at=at)


@transaction.atomic
def return_summary(report: DemandReport, *, note: str, by: Actor, at: dt.datetime) -> None:
    """The city returns it with its reasons, to be stamped anew. Raises Refused, NotAllowed, Stale."""
    DEMAND_REPORT.move(report, "return", by=by, at=at, note=note)
    _tell_county(report, f"市局退回附件4 {report.summary.number}", at=at, body=note)


def _tell_county(report: DemandReport, subject: str, *, at: dt.datetime, body: str = "") -> None:
    tell(
        recipients_of_region(report.region_id, set(COUNTY), at),
        subject,
        key=f"demand-report:{report.pk}:{report.step}",
        at=at,
        body=body,
        path="/desk/county/demands/summary/",
    )
