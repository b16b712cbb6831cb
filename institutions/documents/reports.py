"""The papers of a county report (推荐文件, 附件1) and of the roster."""

from typing import Any, BinaryIO

from institutions.models import Application, CountyReport, ReportRow
from institutions.queries import OPEN_REPORTS, frozen_report, visible_reports
from institutions.queries.reports import report_content, report_versions
from pilot_portal.accounts.actors import Actor
from pilot_portal.bulletin.documents import files_of, nothing_later, of_publications
from pilot_portal.bulletin.models import Publication
from pilot_portal.bulletin.registry import NoticeExtra
from pilot_portal.common import clock
from pilot_portal.documents.letterhead import BUREAU, fonts_in_use, look_of
from pilot_portal.documents.pdf import Imprint, canonical, save
from pilot_portal.documents.pdf.forms import (
    Attachment1Data,
    Attachment1Row,
    CoveringLetterData,
    RosterData,
    RosterRow,
    attachment1,
    covering_letter,
    roster,
)
from pilot_portal.documents.registry import PaperKind, Printing, SheetKind, SheetOrder
from pilot_portal.documents.sheets import write_attachment1
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round


def _report(pk: int) -> CountyReport | None:
    return CountyReport.objects.select_related("round", "region").filter(pk=pk).first()


def _report_by_number(number: str) -> CountyReport | None:
    return CountyReport.objects.select_related("round", "region").filter(number=number).first()


def _sees_report(actor: Actor, report: CountyReport) -> bool:
    return visible_reports(actor).filter(pk=report.pk).exists()


def _version(report: CountyReport) -> str:
    """Until the report is sent each order of its rows, and whatever they say, is a paper of its own."""
    printed, sent = report_versions(report)
    return printed if report.state in OPEN_REPORTS else sent


def _imprint(report: CountyReport, printing: Printing) -> Imprint:
    return Imprint(
        number=report.number,
        version=f"第{report.edition}版",
        verify_url=printing.verify_url,
        dated=report.created_at,
        **look_of(report.round),
    )


def _rows(rows: list[dict[str, Any]]) -> tuple[Attachment1Row, ...]:
    return tuple(
        Attachment1Row(
            name=row["name"],
            contact=row["contact"],
            services=tuple(row["kinds"]),
            capacity=row["capacity"],
            remark=row["remark"],
        )
        for row in rows
    )


def _build_attachment_1(report: CountyReport, printing: Printing) -> bytes:
    content, fonts = report_content(report), fonts_in_use()
    data = Attachment1Data(
        year=content["year"],
        unit=content["unit"],
        rows=_rows(content["rows"]),
        imprint=_imprint(report, printing),
    )
    return save(attachment1(data, fonts), fonts, attached=canonical(data))


def _build_covering_letter(report: CountyReport, printing: Printing) -> bytes:
    content, fonts = report_content(report), fonts_in_use()
    data = CoveringLetterData(
        year=content["year"],
        issuer=report.region.department,
        issued_on=clock.beijing_date(report.submitted_at or report.created_at),
        names=tuple(row["name"] for row in content["rows"]),
        number=report.document_number,
        supplement=report.edition > 1,
        imprint=_imprint(report, printing),
    )
    return save(covering_letter(data, fonts), fonts, attached=canonical(data))


def _example_report() -> str | None:
    rows = CountyReport.objects.order_by("-submitted_at", "pk")
    return rows.filter(submitted_at__isnull=False).values_list("number", flat=True).first()


ATTACHMENT_1 = PaperKind(
    code="attachment-1",
    title="附件1 试点汇总表",
    get=_report,
    find=_report_by_number,
    number=lambda report: report.number,
    build=_build_attachment_1,
    may_see=_sees_report,
    file_name=lambda report: f"{report.region.name}_附件1_试点汇总表_第{report.edition}版.pdf",
    example=_example_report,
    date=lambda report: report.submitted_at or report.created_at,
    version=_version,
    edition=lambda report: f"第 {report.edition} 版",
)
COVERING_LETTER = PaperKind(
    code="covering-letter",
    title="推荐文件",
    get=_report,
    find=_report_by_number,
    number=lambda report: report.number,
    build=_build_covering_letter,
    may_see=_sees_report,
    file_name=lambda report: f"{report.region.name}_推荐文件_第{report.edition}版.pdf",
    example=_example_report,
    date=lambda report: report.submitted_at or report.created_at,
    version=_version,
    edition=lambda report: f"第 {report.edition} 版",
)


# The roster -------------------------------------------------------------------------------


def _build_roster(publication: Publication, printing: Printing) -> bytes:
    fonts = fonts_in_use()
    data = RosterData(
        year=publication.round.year,
        issuer=BUREAU,
        issued_on=clock.beijing_date(publication.published_at),
        rows=tuple(
            RosterRow(name=row["name"], county=row["region"], services=tuple(row["kinds"]), remark="")
            for row in publication.payload["rows"]
        ),
        number=publication.document_number,
        imprint=Imprint(
            number=publication.number,
            version=f"第{publication.edition}版",
            verify_url=printing.verify_url,
            dated=publication.published_at,
            **look_of(publication.round),
        ),
    )
    return save(roster(data, fonts), fonts, attached=canonical(data))


ROSTER = of_publications("roster", "试点服务机构（平台）名单", (Publication.Kind.ROSTER,), _build_roster)
ROSTER_EXTRA = NoticeExtra(Publication.Kind.ROSTER, files_of(ROSTER), nothing_later)


# The workbook of Attachment 1 -------------------------------------------------------------


def _sees_sheet(actor: Actor, round: Round, region: Region | None) -> bool:
    if actor.role == "system" or actor.reads_city:
        return True
    return actor.is_county and region is not None and actor.region_id == region.pk


def _write_sheet(order: SheetOrder, stream: BinaryIO) -> int:
    """The recommended applications as they stand, in the notice's layout."""
    applications = Application.objects.filter(
        round=order.round, state__in=["RECOMMENDED", "PROPOSED", "PUBLICITY", "CONFIRMED"]
    ).select_related("organisation", "region")
    if order.region is not None:
        applications = applications.filter(region=order.region)
    rows = [
        ReportRow(application=application, position=n)
        for n, application in enumerate(applications.order_by("region__position", "number"), 1)
    ]
    report = CountyReport(round=order.round, region=order.region or Region(department=BUREAU))
    content = frozen_report(report, rows)
    data = Attachment1Data(year=order.round.year, unit=content["unit"], rows=_rows(content["rows"]))
    return write_attachment1(data, stream, at=order.at)


ATTACHMENT_1_SHEET = SheetKind(
    code="attachment-1-xlsx",
    title="附件1 试点汇总表",
    may_see=_sees_sheet,
    build=_write_sheet,
    file_name=lambda round, region: (
        f"{round.year}年_{region.name if region else '全市'}_附件1_试点汇总表.xlsx"
    ),
)
