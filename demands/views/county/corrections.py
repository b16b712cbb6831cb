"""更正 of a published demand: proposed by county or city, published by the chief. County and city."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from demands import operations, policies, queries
from demands.forms.corrections import CorrectionForm
from demands.forms.filters import code_choices
from demands.models import Correction, Demand
from demands.queries.corrections import lines_of, open_correction, public_fields
from pilot_portal.accounts.actors import CITY, COUNTY
from pilot_portal.codes.models import ServiceKind, Tier
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Refused


def _back(request: HttpRequest, demand: Demand) -> str:
    audience = "county" if request.actor.is_county else "city"
    return reverse(f"demands:{audience}-demand", args=[demand.pk])


@for_roles(*COUNTY, *CITY)
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """The form, or the proposal that waits, with what it changes."""
    found = get_object_or_404(queries.visible_demands(request.actor), pk=pk, published_at__isnull=False)
    waiting = open_correction(found)
    if waiting is not None:
        waiting.demand = found
        return _waiting(request, waiting)
    form = CorrectionForm(
        request.POST if request.method == "POST" else None,
        kinds=code_choices(ServiceKind),
        tiers=code_choices(Tier),
        initial=public_fields(found),
    )
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            typed = form.cleaned_data
            try:
                operations.propose_correction(
                    found, typed, reason=typed["reason"], by=request.actor, at=clock.now()
                )
            except NotAllowed:
                raise
            except Refused as refused:
                status = refused.status
                refusal = "" if refused.problems else refused.message
                for problem in refused.problems:
                    form.add_error(problem.field, problem.message)
            else:
                messages.success(request, "更正已提出，由科长发布后生效。")
                return redirect("demands:demand-correct", pk=pk)
    context = {"demand": found, "form": form, "refusal": refusal, "back_url": _back(request, found)}
    return render(request, "demands/county/correct.html", context, status=status)


def _waiting(request: HttpRequest, waiting: Correction) -> HttpResponse:
    refusal, status = "", 200
    if request.method == "POST":
        try:
            if "drop" in request.POST:
                operations.drop_correction(waiting, by=request.actor, at=clock.now())
                messages.success(request, "已撤下这份更正。")
            else:
                operations.publish_correction(waiting, by=request.actor, at=clock.now())
                messages.success(request, "更正已发布。")
        except NotAllowed:
            raise
        except Refused as refused:
            refusal, status = refused.message, refused.status
        else:
            return redirect(_back(request, waiting.demand))
    return render(
        request,
        "demands/county/correct.html",
        {
            "demand": waiting.demand,
            "waiting": waiting,
            "lines": lines_of(waiting),
            "refusal": refusal,
            "may_publish": policies.may_publish(request.actor)
            and waiting.proposed_by_id != request.actor.user_id,
            "back_url": _back(request, waiting.demand),
        },
        status=status,
    )
