"""新增企业: one firm added by hand, after the records that may be the same firm were looked at."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from demands import operations
from demands.forms.rows import NewFirmForm
from demands.models import Enterprise
from demands.queries.firms import doubles_of
from demands.rules.library import LibraryRow
from pilot_portal.accounts.actors import COUNTY
from pilot_portal.codes.models import Chain
from pilot_portal.codes.queries import labels
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Refused
from pilot_portal.common.text import wholes


def _alike(request: HttpRequest, form: NewFirmForm) -> list[Enterprise]:
    """The records that may be the firm as it was typed."""
    typed = {name: str(form.cleaned_data.get(name) or "").strip() for name in ("company", "code", "phone")}
    if not typed["company"] or request.actor.region_id is None:
        return []
    return doubles_of(request.actor.region_id, LibraryRow(row=1, **typed | {"code": typed["code"].upper()}))


@for_roles(*COUNTY)
@require_http_methods(["GET", "POST"])
def new_firm(request: HttpRequest) -> HttpResponse:
    """The form; what may be the same firm is shown with its page before anything is made."""
    form = NewFirmForm(
        request.POST if request.method == "POST" else None, chains=list(labels(Chain).values())
    )
    refusal, status = "", 200
    alike: list[Enterprise] = []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            seen = wholes(str(form.cleaned_data["shown"] or "").split(","))
            try:
                made = operations.add_firm(form.typed(), seen=seen, by=request.actor, at=clock.now())
            except NotAllowed:
                raise
            except Refused as refused:
                status = refused.status
                refusal = "" if refused.problems else refused.message
                for problem in refused.problems:
                    form.add_error(problem.field or None, problem.message)
                alike = _alike(request, form)
                if not refused.problems:
                    # Beside mistakes they are easily overlooked: then they are asked about once more.
                    form.data = form.data.copy()
                    form.data["shown"] = ",".join(str(firm.pk) for firm in alike)
            else:
                messages.success(request, f"已新增企业“{made.name}”。")
                return redirect("demands:county-enterprise", pk=made.pk)
    context = {"form": form, "refusal": refusal, "alike": alike}
    return render(request, "demands/county/new_firm.html", context, status=status)
