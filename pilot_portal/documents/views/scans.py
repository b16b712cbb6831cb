"""「扫描件归位」: stamped scans whose codes say where they belong."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from pilot_portal.accounts.actors import COUNTY, INSTITUTION
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import Refused
from pilot_portal.documents import operations, queries


@for_roles(*INSTITUTION, *COUNTY)
@require_http_methods(["GET", "POST"])
def scans(request: HttpRequest) -> HttpResponse:
    """Upload several scans; the list says what was found on each and offers to put it to its case."""
    problem = ""
    if request.method == "POST":
        try:
            taken = operations.upload_scans(request.FILES.getlist("files"), by=request.actor, at=clock.now())
        except Refused as refusal:
            problem = refusal.message
        else:
            messages.info(request, f"已收到 {len(taken)} 份扫描件，正在识别。")
            return redirect("documents:scans")
    rows = queries.scan_rows(queries.my_scans(request.user.pk)[: operations.MOST_WAITING], request.actor)
    waiting = any(row["waiting"] for row in rows)
    part = request.headers.get("HX-Request") == "true"
    template = "documents/_scan_list.html" if part else "documents/scans.html"
    context = {"rows": rows, "waiting": waiting, "problem": problem, "most": operations.MOST_SCANS}
    return render(request, template, context, status=422 if problem else 200)


@for_roles(*INSTITUTION, *COUNTY)
@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a scan to its case, or take it off the list."""
    reading = get_object_or_404(queries.my_scans(request.user.pk), pk=pk)
    act = operations.discard_scan if request.POST.get("act") == "discard" else operations.place_scan
    try:
        act(reading, by=request.actor, at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "已移除。" if act is operations.discard_scan else "已归入对应的事项。")
    return redirect("documents:scans")
