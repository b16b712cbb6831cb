"""代录: a demand that came on paper."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from demands import operations, queries
from demands.forms.filters import code_choices
from demands.forms.paper import PaperDemandForm
from pilot_portal.accounts.actors import COUNTY
from pilot_portal.codes.models import ServiceKind, Tier
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Refused


@for_roles(*COUNTY)
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """The form; a demand entered leads to its case, where it is checked like any other."""
    at = clock.now()
    rounds = {found.code: found for found in queries.open_rounds(at)}
    files = request.FILES if request.method == "POST" else None
    form = PaperDemandForm(
        request.POST if request.method == "POST" else None,
        files,
        rounds=[(code, found.title) for code, found in rounds.items()],
        kinds=code_choices(ServiceKind),
        tiers=code_choices(Tier),
        initial={"received_on": clock.beijing_date(at).isoformat(), "received_by": request.user.name},
    )
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = operations.enter_paper_demand(
                    form.typed(),
                    form.cleaned_data["scan"],
                    round=rounds[form.cleaned_data["round"]],
                    by=request.actor,
                    at=at,
                )
            except NotAllowed:
                raise
            except Refused as refused:
                status = refused.status
                refusal = "" if refused.problems else refused.message
                for problem in refused.problems:
                    form.add_error(problem.field, problem.message)
            else:
                messages.success(request, f"已代录需求 {made.number}，请核实。")
                return redirect("demands:county-demand", pk=made.pk)
    return render(
        request,
        "demands/county/paper.html",
        {"form": form, "refusal": refusal, "has_rounds": bool(rounds)},
        status=status,
    )
