"""我的试点: an institution's places on the rosters, what the city told it, mending, answering, leaving."""

from functools import partial

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods

from institutions import queries
from institutions.documents.offers import letters_of_pilots
from institutions.forms import NoteForm
from institutions.operations import roster
from institutions.views.applicant.pages import INSTITUTION
from institutions.workflow import PILOT
from pilot_portal.common.audience import for_roles
from pilot_portal.desk.moving import act_page, everything, move_page, nothing, post_of
from pilot_portal.workflow.queries import timelines

BASE = "/my/pilot/"
CASE_TYPE = "institutions.pilotinstitution"
# Move → operation, form, values, what it means.
MOVES = {
    "rectify": (roster.take_up, Form, nothing, "请在期限内完成整改，由市局核查后恢复。"),
    "exit": (roster.exit_programme, NoteForm, everything, "退出后不能再揭榜；已签订的合同应当履行完毕。"),
}


@for_roles(*INSTITUTION)
@require_GET
def pilots(request: HttpRequest) -> HttpResponse:
    """The institution's places on the rosters, newest round first."""
    own = list(queries.visible_pilots(request.actor).order_by("-round__year", "-pk"))
    trails = timelines(CASE_TYPE, [pilot.pk for pilot in own])
    letters = letters_of_pilots(request.actor, own)
    rows = [
        {
            "pilot": pilot,
            "state": {"label": pilot.get_state_display(), "tone": PILOT.tones.get(pilot.state, "")},
            "moves": [
                {"label": move.label, "tone": move.tone, "url": f"{BASE}{pilot.pk}/{move.name}/"}
                for move in PILOT.moves_open_to(request.actor, pilot)
                if move.name in MOVES
            ],
            "may_reply": request.actor.role == "institution_admin" and queries.awaits_reply(pilot),
            "entries": trails.get(pilot.pk, []),
            "letters": letters.get(pilot.pk, []),
        }
        for pilot in own
    ]
    return render(request, "institutions/applicant/pilots.html", {"rows": rows})


@for_roles(*INSTITUTION)
@require_http_methods(["GET", "POST"])
def pilot_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Take the mending up, leave, or answer the prior notice of a removal."""
    pilot = get_object_or_404(queries.visible_pilots(request.actor), pk=pk)
    if name == "reply":
        roster.refuse_reply(pilot, by=request.actor)
        return act_page(
            request,
            label="陈述申辩",
            heading=f"陈述申辩 · {pilot.round.label}",
            form=NoteForm(post_of(request)),
            act=partial(roster.reply_to_notice, pilot),
            values=lambda form: {"text": form.cleaned_data["note"]},
            back=BASE,
            consequence="提交后由市局一并考虑；只能提交一次。",
        )
    if name not in MOVES:
        raise Http404
    act, form_of, values, consequence = MOVES[name]
    return move_page(
        request,
        PILOT,
        pilot,
        name,
        form=form_of(post_of(request)),
        act=act,
        values=values,
        back=BASE,
        heading=pilot.round.label,
        consequence=consequence,
    )
