"""附件4 盖章报送: what the counties sent, accepted or returned by the city."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from demands import operations
from demands.forms.staff import NoteForm, OptionalNoteForm
from demands.models import DemandReport
from demands.queries.summaries import last_notes, silent_regions, visible_reports
from demands.workflow import DEMAND_REPORT
from pilot_portal.accounts.actors import CITY
from pilot_portal.attachments.models import Attachment
from pilot_portal.attachments.queries import files_of_many
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Refused
from pilot_portal.documents.models import ScanReading
from pilot_portal.documents.queries import readings_of, scan_lines
from pilot_portal.rounds.queries import rounds_newest_first

READERS = ("leader", "auditor")
PAGE = 20
CONSEQUENCES = {"accept": "附件4 已核对，予以接收。", "return": "县区改好、重新盖章后再次报送。"}


@for_roles(*CITY, readers=READERS)
@require_GET
def report_list(request: HttpRequest) -> HttpResponse:
    """The stamped reports of all counties, and who has sent none."""
    page = Paginator(visible_reports(request.actor), PAGE).get_page(request.GET.get("page"))
    reports = list(page.object_list)
    notes, scans = last_notes(reports), files_of_many("demands.demandreport", [row.pk for row in reports])
    readings = readings_of([scan for files in scans.values() for scan in files])
    return render(
        request,
        "demands/city/reports.html",
        {
            "page": page,
            "rows": [
                {
                    "report": report,
                    "state": {
                        "label": DemandReport.State(report.state).label,
                        "tone": DEMAND_REPORT.tones[report.state],
                    },
                    "note": notes.get(report.pk, "") if report.state == DemandReport.State.RETURNED else "",
                    "scans": scans.get(report.pk, []),
                    "checks": _checks(report, scans.get(report.pk, []), readings),
                    "moves": [
                        {
                            "label": move.label,
                            "url": reverse("demands:city-demand-report-move", args=[report.pk, move.name]),
                        }
                        for move in DEMAND_REPORT.moves_open_to(request.actor, report)
                    ],
                }
                for report in reports
            ],
            "rounds": [
                {"round": found, "silent": silent_regions(found)} for found in rounds_newest_first()[:2]
            ],
        },
    )


def _checks(
    report: DemandReport, scans: list[Attachment], readings: list[ScanReading]
) -> list[dict[str, str]]:
    """What was read on the scans of one report."""
    own = {scan.pk for scan in scans}
    found = [reading for reading in readings if reading.attachment_id in own]
    return scan_lines(found, {"attachment-4"}, report.summary_id)


@for_roles(*CITY)
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Accepts a report, or returns it with the reason."""
    report = get_object_or_404(visible_reports(request.actor), pk=pk)
    if name not in CONSEQUENCES:
        raise Http404
    chosen = DEMAND_REPORT.moves[name]
    posted = request.POST if request.method == "POST" else None
    form = NoteForm(posted) if name == "return" else OptionalNoteForm(posted)
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                if name == "return":
                    operations.return_summary(
                        report, note=form.cleaned_data["note"], by=request.actor, at=clock.now()
                    )
                else:
                    operations.accept_summary(report, by=request.actor, at=clock.now())
            except NotAllowed:
                raise
            except Refused as refused:
                refusal, status = refused.message, refused.status
            else:
                messages.success(request, f"{report.summary.number}：{chosen.label}。")
                return redirect("demands:city-demand-report-list")
    return render(
        request,
        "demands/city/report_move.html",
        {
            "report": report,
            "form": form if name == "return" else None,
            "refusal": refusal,
            "move": chosen,
            "consequence": CONSEQUENCES[name],
            "back_url": reverse("demands:city-demand-report-list"),
        },
        status=status,
    )
