"""榜单: the lists published so far, and the next one with its claim window."""

import datetime as dt

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from demands import operations, policies, queries
from demands.forms.staff import ListForm
from demands.models import Demand, DemandList
from demands.queries.faces import list_name
from demands.queries.lists import demand_lists, prepared_counts, prepared_demands
from pilot_portal.accounts.actors import CITY
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Refused
from pilot_portal.rounds.queries import rounds_newest_first, setting

READERS = ("leader", "auditor")
PAGE = 20


def _state(listed: DemandList, at: dt.datetime) -> dict[str, str]:
    if at < listed.claims_from:
        return {"label": "即将揭榜", "tone": "info"}
    return {"label": "揭榜中", "tone": "ok"} if at < listed.claims_until else {"label": "已截止", "tone": ""}


@for_roles(*CITY, readers=READERS)
@require_GET
def list_list(request: HttpRequest) -> HttpResponse:
    """The lists, newest first, with window and paper."""
    at = clock.now()
    shelf = reverse("demands:public-demand-list")
    page = Paginator(demand_lists(), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "demands/city/lists.html",
        {
            "page": page,
            "rows": [
                {
                    "listed": listed,
                    "state": _state(listed, at),
                    "count": listed.demands_count,
                    "name": list_name(listed, listed.round),
                    "url": f"{shelf}?round={listed.round.code}&batch={listed.ordinal}",
                }
                for listed in page.object_list
            ],
            "may_publish": policies.may_publish(request.actor),
            "may_export": request.actor.is_city,
            "rounds": list(rounds_newest_first()[:5]),
        },
    )


@for_roles("city_chief")
@require_http_methods(["GET", "POST"])
def new_list(request: HttpRequest) -> HttpResponse:
    """What the next list of a round will hold and what not, and why; the chief publishes it."""
    at = clock.now()
    rounds = {found.code: found for found in queries.open_rounds(at)}
    given = request.POST if request.method == "POST" else request.GET
    waiting = prepared_counts(request.actor)
    # Without a choice the newest round that has something to publish.
    first = next((found for found in rounds.values() if waiting.get(found.pk)), None)
    chosen = rounds.get(given.get("round", "")) or first or next(iter(rounds.values()), None)
    prepared = list(prepared_demands(request.actor, chosen.pk)) if chosen else []
    form = ListForm(request.POST if request.method == "POST" else None)
    picked: list[Demand] | None = None
    refusal, problems, status = "", (), 200
    if request.method == "POST" and chosen:
        status = 422
        ticked = set(request.POST.getlist("case"))
        picked = [d for d in prepared if str(d.pk) in ticked]
        if form.is_valid():
            begins, ends = form.window(at)
            try:
                listed = operations.publish_list(
                    chosen,
                    picked,
                    claims_from=begins,
                    claims_until=ends,
                    document_number=form.cleaned_data["document_number"],
                    claims_limit=form.cleaned_data["claims_limit"],
                    by=request.actor,
                    at=at,
                )
            except NotAllowed:
                raise
            except Refused as refused:
                refusal, status = refused.message, refused.status
                problems = [p for p in refused.problems if not p.field]
                for problem in refused.problems:
                    if problem.field:
                        form.add_error(problem.field, problem.message)
            else:
                messages.success(request, f"第{listed.ordinal}批榜单已发布，共 {len(picked)} 项。")
                return redirect("demands:city-list-list")
    plan = operations.plan_list(prepared, by=request.actor)
    return render(
        request,
        "demands/city/publish.html",
        {
            "round": chosen,
            "rounds": [
                {"round": found, "waiting": waiting.get(found.pk, 0), "on": found == chosen}
                for found in rounds.values()
            ],
            "claims_limit": setting(chosen, "claims_per_demand", at=at) if chosen else 0,
            "form": form,
            "ready": [
                {
                    "demand": d,
                    "firm": queries.firm_shown(d),
                    "again": d.state == Demand.State.UNCLAIMED,
                    "picked": picked is None or d in picked,
                }
                for d in plan.done
            ],
            "refused": [
                {"title": f"{d.number} {d.enterprise.name}", "reason": why} for d, why in plan.refused
            ],
            "refusal": refusal,
            "problems": problems,
        },
        status=status,
    )
