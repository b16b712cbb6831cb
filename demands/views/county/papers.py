"""附件4 of the county: frozen editions to print and stamp, workbooks as things stand."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from demands import operations, policies, queries
from demands.forms.staff import ScanForm
from demands.models import CountySummary, DemandReport
from demands.queries.summaries import (
    last_notes,
    newest_editions,
    reported,
    visible_summaries,
    vouched_demands,
)
from demands.workflow import DEMAND_REPORT
from pilot_portal.accounts.actors import COUNTY
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Refused
from pilot_portal.rounds.queries import rounds_newest_first

READERS = ("leader", "auditor")
PAGE = 20


@for_roles(*COUNTY, readers=READERS)
@require_GET
def summary(request: HttpRequest) -> HttpResponse:
    """The rounds with what the county vouches for, and the editions made so far."""
    region = request.actor.organisation.region if request.actor.is_county else None
    page = Paginator(visible_summaries(request.actor), PAGE).get_page(request.GET.get("page"))
    rounds = [
        {"round": found, "count": queries.counted(vouched_demands(found.pk, region.pk)) if region else None}
        for found in rounds_newest_first()[:5]
    ]
    editions = list(page.object_list)
    return render(
        request,
        "demands/county/summary.html",
        {
            "region": region,
            "rounds": rounds,
            "page": page,
            "editions": _edition_rows(request, editions),
            "form": ScanForm(),
        },
    )


def _edition_rows(request: HttpRequest, editions: list[CountySummary]) -> list[dict[str, object]]:
    """The editions with where each stands on its way to the city."""
    reports = reported(editions, request.actor)
    newest, notes = newest_editions(editions), last_notes(reports.values())
    rows = []
    for edition in editions:
        report = reports.get(edition.pk)
        waits = report is None or report.state == DemandReport.State.RETURNED
        sendable = waits and edition.pk in newest
        rows.append(
            {
                "edition": edition,
                "state": state_of(report, is_newest=edition.pk in newest),
                "note": notes.get(report.pk, "") if report and waits else "",
                "may_send": sendable and policies.may_send(request.actor, edition.region_id),
            }
        )
    return rows


def state_of(report: DemandReport | None, *, is_newest: bool) -> dict[str, str]:
    """Where an edition stands, as components/badge.html takes it."""
    if report is None:
        return {"label": "未报送" if is_newest else "已有新版", "tone": "info" if is_newest else ""}
    return {"label": DemandReport.State(report.state).label, "tone": DEMAND_REPORT.tones[report.state]}


@for_roles("county_approver")
@require_POST
def send_summary(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends an edition with the scan of its stamped print to the city."""
    found = get_object_or_404(visible_summaries(request.actor), pk=pk)
    form = ScanForm(request.POST, request.FILES)
    form.is_valid()
    try:
        operations.send_summary(found, form.cleaned_data.get("scan"), by=request.actor, at=clock.now())
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"附件4 {found.number} 已报送市局。")
    return redirect("demands:county-summary")


@for_roles(*COUNTY)
@require_POST
def make_summary(request: HttpRequest, code: str) -> HttpResponse:
    """Freezes the county's Attachment 4 of a round and asks for its PDF."""
    found = get_object_or_404(rounds_newest_first(), code=code)
    region = request.actor.organisation.region
    paper = operations.request_summary(found, region, by=request.actor, at=clock.now())
    messages.info(request, f"已开始生成“{paper.title}”{paper.number}，完成后可在本页下载。")
    return redirect("documents:mine")
