"""The county report (推荐文件 + 附件1): collect, order, send; the city accepts or returns."""

import datetime as dt
from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import F

from institutions import policies
from institutions.models import Application, CountyReport, ReportRow
from institutions.queries import OPEN_REPORTS, REPORT_TYPE, frozen_report, recommended_for, rows_of
from institutions.workflow import COUNTY_REPORT
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.queries import recipients_of_city, recipients_of_region
from pilot_portal.attachments.models import Attachment
from pilot_portal.attachments.queries import files_of
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.common.text import clean
from pilot_portal.documents.operations import store_sealed
from pilot_portal.notifications.operations import tell
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round, Stage
from pilot_portal.rounds.operations import next_numbers
from pilot_portal.rounds.queries import deadline
from pilot_portal.workflow.queries import trail

SCAN = "scan"
REMARK_LENGTH, NUMBER_LENGTH = 200, 60


@transaction.atomic
def start_report(round: Round, region: Region, *, by: Actor, at: dt.datetime) -> CountyReport:
    """Begin the next edition with the recommended applications that no report lists yet.

    Edition 1 lists all; the next (补充推荐) only the differences. Without any: 零报送. Raises NotAllowed,
    Stale while an edition is open.
    """
    if not (by.is_county and by.region_id == region.pk):
        raise NotAllowed("只有该县区的人员可以编制推荐文件。")
    reports = CountyReport.objects.filter(round=round, region=region).order_by("-edition")
    former = reports.first()
    if former is not None and former.state in {*OPEN_REPORTS, CountyReport.State.SUBMITTED}:
        raise Stale("已有一份推荐文件在办理中，请先办结。")
    report = CountyReport(
        round=round,
        region=region,
        number=next_numbers(round, "R")[0],
        edition=former.edition + 1 if former else 1,
        created_at=at,
    )
    try:
        with transaction.atomic():
            COUNTY_REPORT.start(report, by=by, at=at)
    except IntegrityError as error:
        raise Stale("同事刚刚开始编制推荐文件，请刷新后再看。") from error
    ReportRow.objects.bulk_create(
        ReportRow(report=report, application=application, position=position)
        for position, application in enumerate(recommended_for(round, region.pk), 1)
    )
    return report


@transaction.atomic
def set_rows(report: CountyReport, rows: Sequence[tuple[int, str]], *, by: Actor, at: dt.datetime) -> None:
    """Order the rows and keep their remarks: (application key, remark) in the order wanted.

    Recommended ones added since are taken in, those recommended no longer are left out. Raises NotAllowed,
    Refused for a remark that is too long, Stale once sent.
    """
    if not policies.is_county_of(by, report):
        raise NotAllowed("只有该县区的人员可以编制推荐文件。")
    if report.state not in OPEN_REPORTS:
        raise Stale("推荐文件已报送，不能再修改。")
    rows = [(pk, clean(remark)) for pk, remark in rows]
    long = [pk for pk, remark in rows if len(remark) > REMARK_LENGTH]
    if long:
        text = f"备注不能超过 {REMARK_LENGTH} 字，请缩短后再保存。"
        raise Refused(text, [Problem(text, field=f"remark_{pk}") for pk in long])
    recommended = Application.State.RECOMMENDED
    listed = {row.application_id for row in rows_of(report) if row.application.state == recommended}
    fresh = {a.pk: a for a in recommended_for(report.round, report.region_id)}
    wanted = [(pk, remark) for pk, remark in rows if pk in listed or pk in fresh]
    # Written first: who sends the report at the same moment waits here, or has been quicker.
    if not CountyReport.objects.filter(pk=report.pk, state__in=OPEN_REPORTS).update(
        revision=F("revision") + 1
    ):
        raise Stale("推荐文件已报送，不能再修改。")
    report.revision += 1
    ReportRow.objects.filter(report=report).delete()
    ReportRow.objects.bulk_create(
        ReportRow(report=report, application_id=pk, position=position, remark=remark)
        for position, (pk, remark) in enumerate(wanted, 1)
    )


@transaction.atomic
def upload_report_scan(
    report: CountyReport, upload: UploadedFile, *, by: Actor, at: dt.datetime
) -> Attachment:
    """Add the stamped scan of the report."""
    if not policies.is_county_of(by, report):
        raise NotAllowed("只有该县区的人员可以上传。")
    if report.state not in OPEN_REPORTS:
        raise Stale("推荐文件已报送，不能再上传。")
    return store_sealed(
        upload,
        round=report.round,
        case_type=REPORT_TYPE,
        case_id=report.pk,
        purpose=SCAN,
        by=by,
        at=at,
    )


def scan_stands(report: CountyReport) -> bool:
    """Whether a stamped scan came after the city's last return: what changed is stamped anew."""
    scans = files_of(REPORT_TYPE, report.pk, SCAN)
    back = trail(REPORT_TYPE, report.pk).filter(move="return").last()
    return (scans.filter(uploaded_at__gte=back.at) if back else scans).exists()


@transaction.atomic
def submit_report(report: CountyReport, *, document_number: str = "", by: Actor, at: dt.datetime) -> None:
    """Send the report to the city: freezes its rows.

    Raises NotAllowed, Stale after the deadline or when a listed case has moved on, Refused without the scan.
    """
    if not COUNTY_REPORT.moves["submit"].who(by, report):
        raise NotAllowed("只有县区审核人可以报送。")
    document_number = clean(document_number)
    if len(document_number) > NUMBER_LENGTH:
        text = f"文号不能超过 {NUMBER_LENGTH} 字。"
        raise Refused(text, [Problem(text, field="document_number")])
    window = deadline(report.round, Stage.Kind.COUNTY_REPORT, at=at, region_id=report.region_id)
    first = report.edition == 1 and report.state == CountyReport.State.DRAFT
    if first and window is not None and window.is_over:
        raise Stale(f"县区上报已于 {window.words} 截止（北京时间）；如需上报，请向市局申请延期。")
    if not scan_stands(report):
        text = "请先打印推荐文件和附件1，盖章后上传扫描件；市局退回的，须重新盖章上传。"
        raise Refused(text, [Problem(text, field="scan")])
    # Written first: who orders the rows at the same moment waits here; what is frozen is what stands.
    CountyReport.objects.filter(pk=report.pk).update(revision=F("revision"))
    rows = rows_of(report)
    gone = [r for r in rows if r.application.state != Application.State.RECOMMENDED]
    if gone:
        names = "、".join(row.application.organisation.name for row in gone)
        raise Stale(f"下列申报已不在“县区已推荐”状态，请先保存名单（将自动移出）：{names}。")
    COUNTY_REPORT.move(
        report,
        "submit",
        by=by,
        at=at,
        # What the receipt says of this sending: the next one may list others.
        data={"document_number": document_number, "count": len(rows)},
        submitted_at=at,
        submitted_by=by.user,
        document_number=document_number,
        frozen=frozen_report(report, rows),
    )
    tell(
        recipients_of_city({"city_handler", "city_chief"}, at),
        f"{report.region.name}已报送推荐文件（第 {report.edition} 版，{len(rows)} 家）",
        key=f"report:{report.pk}:{report.step}",
        at=at,
        path=f"/desk/city/reports/{report.number}/",
    )


@transaction.atomic
def accept_report(report: CountyReport, *, by: Actor, at: dt.datetime) -> None:
    """The city accepts the report."""
    COUNTY_REPORT.move(report, "accept", by=by, at=at)
    tell_county_of(report, f"市局已接收推荐文件 {report.number}", at=at)


@transaction.atomic
def return_report(report: CountyReport, *, note: str, by: Actor, at: dt.datetime) -> None:
    """The city returns the report, with its reasons."""
    COUNTY_REPORT.move(report, "return", by=by, at=at, note=note)
    tell_county_of(report, f"市局退回推荐文件 {report.number}", at=at)


def tell_county_of(report: CountyReport, subject: str, *, at: dt.datetime) -> None:
    """A message to the county's officers."""
    people = recipients_of_region(report.region_id, {"county_handler", "county_approver"}, at)
    key = f"report:{report.pk}:{report.step}"
    tell(people, subject, key=key, at=at, path=f"/desk/county/reports/{report.number}/")


def mark_paper_received(report: CountyReport, *, by: Actor, at: dt.datetime) -> None:
    """The city ticks that the two stamped copies have come in."""
    if not by.is_city:
        raise NotAllowed("只有市局可以登记收到纸质件。")
    CountyReport.objects.filter(pk=report.pk, paper_received_at=None).update(paper_received_at=at)


def mark_mailed(report: CountyReport, *, by: Actor, at: dt.datetime) -> None:
    """The county ticks that the electronic copy was mailed."""
    if not policies.is_county_of(by, report):
        raise NotAllowed("只有该县区的人员可以登记。")
    CountyReport.objects.filter(pk=report.pk, mailed_at=None).update(mailed_at=at)
