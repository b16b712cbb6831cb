"""附件4 of the county: frozen editions to print and stamp, workbooks as things stand."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from demands import operations, queries
from demands.queries.summaries import visible_summaries, vouched_demands
from pilot_portal.accounts.actors import COUNTY
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
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
    return render(
        request,
        "demands/county/summary.html",
        {"region": region, "rounds": rounds, "page": page, "editions": list(page.object_list)},
    )


@for_roles(*COUNTY)
@require_POST
def make_summary(request: HttpRequest, code: str) -> HttpResponse:
    """Freezes the county's Attachment 4 of a round and asks for its PDF."""
    found = get_object_or_404(rounds_newest_first(), code=code)
    region = request.actor.organisation.region
    paper = operations.request_summary(found, region, by=request.actor, at=clock.now())
    messages.info(request, f"已开始生成“{paper.title}”{paper.number}，完成后可在本页下载。")
    return redirect("documents:mine")
