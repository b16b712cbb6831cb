"""The city's pages of sanctions: clue, verification, hearing, decision, publication, reversal."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from evaluation import queries
from evaluation.forms import ClueForm, HearingForm, NoteForm, SanctionForm
from evaluation.operations import sanctions
from evaluation.workflow import SANCTION
from pilot_portal.accounts.models import Organisation
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import Refused
from pilot_portal.desk.moving import everything, move_page, nothing, post_of
from pilot_portal.rounds.models import Round
from pilot_portal.workflow.queries import timeline

CITY = ("city_handler", "city_chief")
READERS = ("leader", "auditor")


@for_roles(*CITY, readers=READERS)
@require_GET
def sanction_list(request: HttpRequest) -> HttpResponse:
    """处理: all sanctions."""
    page = Paginator(queries.visible_sanctions(request.actor).order_by("-pk"), 20)
    shown = page.get_page(request.GET.get("page"))
    context = {
        "rows": list(shown.object_list),
        "page": shown,
        "may_open": request.actor.role == "city_handler",
    }
    return render(request, "evaluation/city/sanctions.html", context)


@for_roles("city_handler")
@require_http_methods(["GET", "POST"])
def clue(request: HttpRequest, code: str) -> HttpResponse:
    """Note a clue against an institution, applicant or enterprise of a round."""
    found = get_object_or_404(Round, code=code)
    form, refusal = ClueForm(post_of(request), bodies=queries.bodies_of(found)), None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        body = get_object_or_404(Organisation, pk=data["organisation"])
        try:
            made = sanctions.open_clue(found, body, data["clue"], by=request.actor, at=clock.now())
        except Refused as error:
            refusal = error
        else:
            messages.success(request, "线索已登记。")
            return redirect("evaluation:city-sanction", pk=made.pk)
    status = refusal.status if refusal else (422 if form.is_bound else 200)
    context = {
        "move": {"label": "登记线索", "tone": "primary"},
        "form": form,
        "refusal": refusal,
        "heading": f"登记线索 · {found.label}",
        "back_url": "/desk/city/sanctions/",
    }
    return render(request, "desk/confirm.html", context, status=status)


@for_roles(*CITY, readers=READERS)
@require_GET
def sanction(request: HttpRequest, pk: int) -> HttpResponse:
    """One sanction with its trail."""
    row = get_object_or_404(queries.visible_sanctions(request.actor), pk=pk)
    moves = [
        {"label": move.label, "tone": move.tone, "url": f"/desk/city/sanctions/{row.pk}/{move.name}/"}
        for move in SANCTION.moves_open_to(request.actor, row)
    ]
    decision = queries.decisions_of([row]).get(row.pk)
    context = {
        "row": row,
        "decision": decision,
        "moves": moves,
        "state": {"label": row.get_state_display(), "tone": SANCTION.tones.get(row.state, "")},
        "entries": timeline("evaluation.sanction", row.pk),
    }
    return render(request, "evaluation/city/sanction.html", context)


ACTS = {
    "verify": sanctions.verify,
    "hear": sanctions.hear,
    "decide": sanctions.decide,
    "publish": sanctions.publish_sanction,
    "reverse": sanctions.reverse,
    "drop": sanctions.drop,
}


@for_roles(*CITY)
@require_http_methods(["GET", "POST"])
def sanction_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One move of a sanction."""
    row = get_object_or_404(queries.visible_sanctions(request.actor), pk=pk)
    forms = {"hear": HearingForm, "decide": SanctionForm, "reverse": NoteForm, "drop": NoteForm}
    return move_page(
        request,
        SANCTION,
        row,
        name,
        form=forms[name](post_of(request)) if name in forms else None,
        act=ACTS[name],
        values=everything if name in forms else nothing,
        back=f"/desk/city/sanctions/{row.pk}/",
        heading=row.organisation.name,
    )
