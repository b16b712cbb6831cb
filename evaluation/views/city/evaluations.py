"""The city's pages: dashboard, evaluation, awards."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evaluation import queries
from evaluation.documents import EVALUATIONS_SHEET
from evaluation.forms import ApprovalForm, AwardForm, DecisionForm, DocumentForm, NoteForm, ReductionForm
from evaluation.models import Award
from evaluation.operations import awards, evaluating
from evaluation.views.city.boards import board_of, kpi_of
from evaluation.workflow import AWARD, EVALUATION
from pilot_portal.accounts.actors import Actor
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.desk.moving import act_page, move_page, post_of, press
from pilot_portal.rounds.models import Round, Stage
from pilot_portal.rounds.queries import (
    closed_by_publicity,
    deadline,
    round_shown,
    rounds_newest_first,
    setting,
)
from pilot_portal.workflow.machine import Move
from pilot_portal.workflow.queries import timeline

CITY = ("city_handler", "city_chief")
READERS = ("leader", "auditor")


def _round(request: HttpRequest, code: str) -> Round:
    return get_object_or_404(Round, code=code)


@for_roles(*CITY, readers=READERS)
@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    """试点总览: six targets, funnel, counties, supply and demand."""
    rounds, chosen = round_shown(request.GET.get("round", ""), Stage.Kind.CLAIMING, clock.now())
    if chosen is None:
        return render(request, "evaluation/city/dashboard.html", {"round": None})
    at = clock.now()
    context = {
        "round": chosen,
        "rounds": rounds,
        "as_table": request.GET.get("as") == "table",
        "kpis": [kpi_of(row) for row in queries.progress(chosen, at=at)],
        "passed": queries.term_passed_percent(chosen, at=at),
        "at": at,
        **board_of(
            queries.funnel(chosen),
            queries.by_county(chosen),
            queries.supply_and_demand(chosen),
            f"?round={chosen.code}&as=table",
        ),
    }
    return render(request, "evaluation/city/dashboard.html", context)


@for_roles(*CITY, readers=READERS)
@require_GET
def evaluation_rounds(request: HttpRequest) -> HttpResponse:
    """评价: the rounds."""
    return render(
        request,
        "evaluation/city/rounds.html",
        {"rounds": list(rounds_newest_first()), "may_clue": request.actor.role == "city_handler"},
    )


@for_roles(*CITY, readers=READERS)
@require_GET
def evaluations(request: HttpRequest, code: str) -> HttpResponse:
    """The ranking of a round with every number, and what can be done."""
    found, at = _round(request, code), clock.now()
    rows = list(queries.by_rank(queries.visible_evaluations(request.actor).filter(round=found)))
    awarded = {a.pilot_id: a for a in queries.visible_awards(request.actor).filter(round=found)}
    context = {
        "round": found,
        "rows": [(row, awarded.get(row.pilot_id)) for row in rows],
        "window": deadline(found, Stage.Kind.SATISFACTION, at=at),
        "limits": queries.thresholds(found, at=at),
        "may_export": EVALUATIONS_SHEET.may_see(request.actor, found, None),
        "may_compute": request.actor.is_city and not rows,
        "may_notify": request.actor.is_city and any(r.state == "COMPUTED" for r in rows),
        "may_publicize": request.actor.role == "city_chief"
        and setting(found, "publicity_on", at=at)
        and any(award.state == "PROPOSED" for award in awarded.values()),
        "may_publish_awards": request.actor.role == "city_chief" and bool(awarded),
        "may_publish": request.actor.role == "city_chief"
        and bool(rows)
        and all(r.state in {"DECIDED", "PUBLISHED"} for r in rows)
        and any(r.state == "DECIDED" for r in rows),
    }
    return render(request, "evaluation/city/evaluations.html", context)


@for_roles(*CITY)
@require_POST
def compute(request: HttpRequest, code: str) -> HttpResponse:
    """Compute the evaluations of a round."""
    round_ = _round(request, code)
    return press(
        request,
        lambda: evaluating.compute(round_, by=request.actor, at=clock.now()),
        back=reverse("evaluation:city-evaluations", kwargs={"code": code}),
        done=lambda made: f"已计算 {len(made)} 家机构的评价结果。",
    )


@for_roles(*CITY)
@require_POST
def notify(request: HttpRequest, code: str) -> HttpResponse:
    """Tell all institutions their figures."""
    rows = queries.visible_evaluations(request.actor).filter(round__code=code, state="COMPUTED")
    told = evaluating.notify(list(rows), by=request.actor, at=clock.now())
    messages.success(request, f"已告知 {told} 家机构。")
    return redirect("evaluation:city-evaluations", code=code)


@for_roles(*CITY, readers=READERS)
@require_GET
def evaluation(request: HttpRequest, pk: int) -> HttpResponse:
    """One evaluation: the numbers explained, the objection, the trail."""
    row = get_object_or_404(queries.visible_evaluations(request.actor), pk=pk)
    award = queries.visible_awards(request.actor).filter(pilot=row.pilot).first()
    context = {
        "row": row,
        "award": award,
        "entries": timeline("evaluation.evaluation", row.pk),
        "may_decide": EVALUATION.may(request.actor, row, "decide"),
        "may_award": request.actor.is_city and row.decision == "keep" and award is None,
        "award_moves": _award_moves(request.actor, award) if award else [],
    }
    return render(request, "evaluation/city/evaluation.html", context)


def _award_moves(actor: Actor, award: Award) -> list[Move]:
    """What this person may do with an award now."""
    closed = closed_by_publicity(award.round, award.publicity_until, "approve", at=clock.now())
    return [m for m in AWARD.moves_open_to(actor, award) if m.name in AWARD_ACTS and m.name not in closed]


@for_roles("city_chief")
@require_POST
def awards_to_publicity(request: HttpRequest, code: str) -> HttpResponse:
    """All proposed awards of a round into publicity, with one notice."""
    found = _round(request, code)
    proposed = queries.visible_awards(request.actor).filter(round=found, state="PROPOSED").order_by("pk")
    rows = list(proposed.select_related("round", "evaluation", "pilot__organisation", "pilot__region"))
    return press(
        request,
        lambda: awards.to_publicity(rows, by=request.actor, at=clock.now()),
        back=reverse("evaluation:city-evaluations", kwargs={"code": code}),
        done=lambda _notice: f"已公示 {len(rows)} 家机构的拟奖补名单。",
    )


@for_roles("city_chief")
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The chief decides."""
    row = get_object_or_404(queries.visible_evaluations(request.actor), pk=pk)
    first = {"decision": row.proposal if row.proposal in {"keep", "remove"} else ""}
    form = DecisionForm(post_of(request), initial=first)
    return move_page(
        request,
        EVALUATION,
        row,
        "decide",
        form=form,
        act=evaluating.decide,
        back=f"/desk/city/evaluations/case/{row.pk}/",
        heading=row.pilot.organisation.name,
        consequence="；".join(row.findings),
    )


@for_roles("city_chief")
@require_http_methods(["GET", "POST"])
def publish_results(request: HttpRequest, code: str) -> HttpResponse:
    """Publish the decided results."""
    found = _round(request, code)
    return act_page(
        request,
        label="公布评价结果",
        heading=f"公布评价结果 · {found.label}",
        form=DocumentForm(post_of(request)),
        act=partial(evaluating.publish_results, found),
        back=f"/desk/city/evaluations/{code}/",
        consequence="公布后内容冻结，任何人可见。",
    )


@for_roles(*CITY)
@require_http_methods(["GET", "POST"])
def propose_award(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose an award for an institution."""
    row = get_object_or_404(queries.visible_evaluations(request.actor), pk=pk)
    return act_page(
        request,
        label="提请奖补",
        heading=f"提请奖补 · {row.pilot.organisation.name}",
        form=AwardForm(post_of(request)),
        act=partial(awards.propose_award, row),
        back=f"/desk/city/evaluations/case/{row.pk}/",
        consequence="由局里批准；提议人不能登记批准。",
    )


AWARD_ACTS = {
    "to_publicity": awards.one_to_publicity,
    "approve": awards.approve,
    "reject": partial(awards.plain_move, name="reject"),
    "pay": partial(awards.plain_move, name="pay"),
    "reduce": awards.reduce,
    "cancel": partial(awards.plain_move, name="cancel"),
    "recover": partial(awards.plain_move, name="recover"),
    "recovered": partial(awards.plain_move, name="recovered"),
}


@for_roles(*CITY)
@require_http_methods(["GET", "POST"])
def award_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One move of an award: publicity, approval (with minutes and number), payment and so on."""
    award = get_object_or_404(queries.visible_awards(request.actor), pk=pk)
    post = post_of(request)
    forms = {"approve": ApprovalForm, "reduce": ReductionForm}
    form = forms[name](post) if name in forms else NoteForm(post, required=AWARD.moves[name].note)
    return move_page(
        request,
        AWARD,
        award,
        name,
        form=form,
        act=AWARD_ACTS[name],
        back=f"/desk/city/evaluations/case/{award.evaluation_id}/",
        heading=award.pilot.organisation.name,
    )


@for_roles("city_chief")
@require_http_methods(["GET", "POST"])
def publish_awards(request: HttpRequest, code: str) -> HttpResponse:
    """Publish the approved awards."""
    found = _round(request, code)
    return act_page(
        request,
        label="公布奖补名单",
        heading=f"公布奖补名单 · {found.label}",
        form=DocumentForm(post_of(request)),
        act=partial(awards.publish_awards, found),
        back=f"/desk/city/evaluations/{code}/",
        consequence="公布后内容冻结，任何人可见。",
    )
