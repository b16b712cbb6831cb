"""The county's pages: verifying cultivation results."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods

from evaluation import queries
from evaluation.forms import NoteForm
from evaluation.operations import results
from evaluation.workflow import RESULT
from pilot_portal.common.audience import for_roles
from pilot_portal.desk.moving import everything, move_page, nothing, post_of

STAFF = ("county_handler", "county_approver", "city_handler", "city_chief")


@for_roles(*STAFF, readers=("leader", "auditor"))
@require_GET
def result_list(request: HttpRequest) -> HttpResponse:
    """培育成果 of the county's (the city's) firms."""
    page = Paginator(queries.visible_results(request.actor).order_by("-pk"), 20)
    shown = page.get_page(request.GET.get("page"))
    rows = [(row, RESULT.moves_open_to(request.actor, row)) for row in shown.object_list]
    return render(request, "evaluation/county/results.html", {"rows": rows, "page": shown})


@for_roles(*STAFF)
@require_http_methods(["GET", "POST"])
def result_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Verify (county), confirm or revoke (city) a result."""
    row = get_object_or_404(queries.visible_results(request.actor), pk=pk)
    acts = {"verify": results.verify, "confirm": results.confirm, "revoke": results.revoke}
    noted = RESULT.moves[name].note
    return move_page(
        request,
        RESULT,
        row,
        name,
        form=NoteForm(post_of(request)) if noted else None,
        act=acts[name],
        values=everything if noted else nothing,
        back="/desk/results/",
        heading=f"{row.enterprise.name} · {row.tier.label}",
        consequence=f"认定日期 {row.reached_on}，依据：{row.evidence}；份额：{row.shares_in_words or '—'}",
    )
