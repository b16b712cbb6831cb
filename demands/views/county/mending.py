"""更正录入内容: the county puts right what it entered itself, as long as the firm has no account."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from demands import operations, queries
from demands.forms.rows import MendForm
from demands.models import Demand, ImportBatch
from demands.queries import content
from demands.queries.mending import mended_rows, row_behind, standing_of, why_not_mendable
from demands.views.county.import_kinds import FACES
from pilot_portal.accounts.actors import COUNTY
from pilot_portal.attachments.queries import files_of
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Refused, Stale


def _sheet_words(demand: Demand) -> list[tuple[str, str]]:
    """What stood in the county's sheet, column by column, as it was written there."""
    row = row_behind(demand)
    raw = row.data.get("raw", {}) if row else {}
    labels = FACES[ImportBatch.Kind.DEMANDS].labels
    return [(label, raw[name]) for name, label in labels.items() if raw.get(name)]


@for_roles(*COUNTY)
@require_http_methods(["GET", "POST"])
def mend(request: HttpRequest, pk: int) -> HttpResponse:
    """What stood in the sheet or on paper, and the form to put it right; nothing typed is lost."""
    at, visible = clock.now(), queries.visible_demands(request.actor)
    found = get_object_or_404(visible, pk=pk)
    standing = standing_of(found)
    form = MendForm(
        request.POST if request.method == "POST" else None,
        also=standing.also,
        is_paper=found.origin == Demand.Origin.PAPER,
        initial={
            **standing.words,
            "revision": found.step,
            "shown": json.dumps(standing.words, ensure_ascii=False),
        },
    )
    refusal, status, is_stale = "", 200, False
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                operations.mend_demand(found, form.typed(), step=form.seen, by=request.actor, at=at)
            except NotAllowed:
                raise
            except Refused as refused:
                status = refused.status
                refusal = "" if refused.problems else refused.message
                for problem in refused.problems:
                    form.add_error(problem.field, problem.message)
                if isinstance(refused, Stale):
                    is_stale, found = True, visible.get(pk=pk)
                    form.meet(standing_of(found).words, found.step)
            else:
                messages.success(request, f"{found.number} 已更正，请核实。")
                return redirect("demands:county-demand", pk=pk)
    return render(
        request,
        "demands/county/mend.html",
        {
            "demand": found,
            "form": form,
            "refusal": refusal,
            "comes_back": found.state == Demand.State.RETURNED,
            "why_not": why_not_mendable(found, at),
            "sheet_words": _sheet_words(found),
            "mended": mended_rows(found),
            "files": list(files_of(queries.CASE_TYPE, found.pk)),
            "now": [*content.content_rows(found), *content.contact_rows(found)] if is_stale else [],
        },
        status=status,
    )
