"""Workbooks of a list: Attachment 4 or chosen columns, under the conditions of the list. County and city."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from demands.documents import ATTACHMENT_4_SHEET, DEMANDS_SHEET
from demands.forms.exports import FORM, ExportForm
from demands.forms.filters import QueueFilter, code_choices, region_choices, round_choices
from demands.queries import conditions, visible_demands
from pilot_portal.accounts.actors import CITY, COUNTY
from pilot_portal.codes.models import ServiceKind, Tier
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.documents.operations import request_export
from pilot_portal.rounds.queries import rounds_newest_first

CHOICES = {"state", "county", "kind", "tier", "q"}


@for_roles(*COUNTY, *CITY)
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest) -> HttpResponse:
    """Which columns, what for; the workbook is written in the background."""
    query = {name: request.GET[name] for name in CHOICES if request.GET.get(name)}
    listed = QueueFilter(
        query,
        visible_demands(request.actor),
        choices={
            "round": round_choices(),
            "county": region_choices(),
            "kind": code_choices(ServiceKind),
            "tier": code_choices(Tier),
        },
    )
    words = listed.applied()
    query = {name: value for name, value in query.items() if name in words}
    rounds = list(rounds_newest_first().values_list("code", "title"))
    form = ExportForm(
        request.POST if request.method == "POST" else None,
        rounds=rounds,
        initial={"round": request.GET.get("round") or (rounds[0][0] if rounds else "")},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            typed = form.cleaned_data
            kind = ATTACHMENT_4_SHEET if typed["layout"] == FORM else DEMANDS_SHEET
            paper = request_export(
                kind,
                get_object_or_404(rounds_newest_first(), code=typed["round"]),
                request.actor.organisation.region if request.actor.is_county else None,
                by=request.actor,
                at=clock.now(),
                query=query,
                words="，".join(words.values()),
                columns=typed["columns"],
                purpose=typed["purpose"],
            )
            messages.info(request, f"已开始生成“{paper.title}”，完成后可在本页下载。")
            return redirect("documents:mine")
    found = conditions.under(visible_demands(request.actor), query)
    return render(
        request,
        "demands/county/export.html",
        {
            "form": form,
            "conditions": list(words.values()),
            "count": found.order_by().prefetch_related(None).values("pk").distinct().count(),
        },
        status=status,
    )
