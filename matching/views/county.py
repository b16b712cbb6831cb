"""The county's and city's pages of contracts: list, one contract, what a county may do with it."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods

from matching import queries
from matching.forms import NoteForm, TerminateForm
from matching.models import Engagement
from matching.operations import engagements
from matching.views.party import facts
from matching.workflow import ENGAGEMENT
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.desk.moving import move_page, post_of

STAFF = ("county_handler", "county_approver", "city_handler", "city_chief")
PAGES = {
    "resume": "resume/",
    "terminate": "terminate/",
    "accept_by_county": "accept-by-county/",
}


def address(engagement: Engagement) -> str:
    """The page of a contract for staff."""
    return f"/desk/engagements/{engagement.number}/"


@for_roles(*STAFF, readers=("leader", "auditor"))
@require_GET
def engagement_list(request: HttpRequest) -> HttpResponse:
    """The contracts of the county (or the city), by state."""
    found = queries.visible_engagements(request.actor)
    counts = queries.counts_by_state(found)
    state = request.GET.get("state", "")
    if state in Engagement.State.values:
        found = found.filter(state=state)
    page = Paginator(found.order_by("-pk"), 20).get_page(request.GET.get("page"))
    stats = [
        {
            "label": choice.label,
            "count": counts.get(choice.value, 0),
            "url": f"?state={choice.value}",
            "current": state == choice.value,
        }
        for choice in Engagement.State
        if counts.get(choice.value) or choice.value in {"AGREED", "IN_SERVICE", "DELIVERED", "ACCEPTED"}
    ]
    context = {"engagements": list(page.object_list), "page": page, "stats": stats, "chosen": state}
    return render(request, "matching/county/engagements.html", context)


@for_roles(*STAFF, readers=("leader", "auditor"))
@require_GET
def engagement_page(request: HttpRequest, number: str) -> HttpResponse:
    """One contract with price, log, evidence and trail."""
    engagement = get_object_or_404(queries.visible_engagements(request.actor), number=number)
    moves = [
        {"label": move.label, "tone": move.tone, "url": address(engagement) + PAGES[move.name]}
        for move in ENGAGEMENT.moves_open_to(request.actor, engagement)
        if move.name in PAGES
    ]
    at = clock.now()
    context = facts(engagement, at=at) | {"moves": moves, "hints": queries.hints_of(engagement, at=at)}
    return render(request, "matching/county/engagement.html", context)


def _move(request: HttpRequest, number: str, name: str, **parts: Any) -> HttpResponse:
    engagement = get_object_or_404(queries.visible_engagements(request.actor), number=number)
    return move_page(
        request,
        ENGAGEMENT,
        engagement,
        name,
        back=address(engagement),
        heading=f"合同 {engagement.number}",
        **parts,
    )


@for_roles("county_approver")
@require_http_methods(["GET", "POST"])
def terminate(request: HttpRequest, number: str) -> HttpResponse:
    """Record the end of a contract with its cause."""
    text = "只有“机构原因”会影响机构的评价；理由会告知双方。"
    form = TerminateForm(post_of(request))
    return _move(request, number, "terminate", form=form, act=engagements.terminate, consequence=text)


@for_roles("county_approver")
@require_http_methods(["GET", "POST"])
def accept_by_county(request: HttpRequest, number: str) -> HttpResponse:
    """Accept on evidence after the enterprise's silence."""
    text = "企业逾期未答复的，经电话询问、上门核实并记录依据后，可由县区核定验收；市局将抽查。"
    form, act = NoteForm(post_of(request)), engagements.accept_by_county
    return _move(request, number, "accept_by_county", form=form, act=act, consequence=text)


@for_roles("county_handler", "county_approver")
@require_http_methods(["GET", "POST"])
def resume(request: HttpRequest, number: str) -> HttpResponse:
    """Bring a disputed contract back into service after mediation."""
    form, text = NoteForm(post_of(request), required=False), "协调一致后，合同回到服务中。"
    return _move(request, number, "resume", form=form, act=engagements.resume, consequence=text)
