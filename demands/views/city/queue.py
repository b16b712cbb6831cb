"""需求发布: the city's queue, the public text, sending back, not publishing, selecting for the next list."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from demands import operations, policies, queries
from demands.forms.staff import NoteForm, PublicTextForm
from demands.models import Demand
from demands.operations.publication import PUBLISHABLE
from demands.queries import content
from demands.views.county.case import case_context, refuse_strangers
from demands.views.county.queue import queue_page
from demands.workflow import DEMAND
from pilot_portal.accounts.actors import CITY
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Refused

STATE = Demand.State
READERS = ("leader", "auditor")
ACTS = dict.fromkeys(("city_return", "not_publish"), "demands:city-demand-move")
STATS = (STATE.VERIFIED, STATE.SUBMITTED, STATE.PUBLISHED, STATE.CHOOSING, STATE.MATCHED, STATE.UNCLAIMED)


def _case(request: HttpRequest, demand: Demand, at: dt.datetime) -> dict[str, Any]:
    context = case_context(request, demand, acts=ACTS, at=at)
    context["text_url"] = ""
    if request.actor.is_city and demand.state in PUBLISHABLE:
        context["text_url"] = reverse("demands:city-demand-text", args=[demand.pk])
        edit = {"label": "编辑发布内容", "tone": "primary", "url": context["text_url"]}
        context["moves"] = [edit, *context["moves"]]
    return context


@for_roles(*CITY, readers=READERS)
@require_GET
def demand_list(request: HttpRequest) -> HttpResponse:
    """The queue on the left, the chosen case on the right."""
    at = clock.now()
    context = queue_page(request, first=STATE.VERIFIED, stats=STATS, at=at)
    if context["chosen"] is not None:
        context |= _case(request, context["chosen"], at)
    context["is_city"] = request.actor.is_city
    context["may_publish"] = policies.may_publish(request.actor)
    return render(request, "demands/city/queue.html", context)


@for_roles(*CITY, readers=READERS)
@require_GET
def demand(request: HttpRequest, pk: int) -> HttpResponse:
    """One case on a page of its own."""
    found = get_object_or_404(queries.visible_demands(request.actor), pk=pk)
    return render(request, "demands/city/case.html", _case(request, found, clock.now()))


@for_roles(*CITY)
@require_http_methods(["GET", "POST"])
def text(request: HttpRequest, pk: int) -> HttpResponse:
    """What is published, beside the firm's own words, which stay as they are."""
    found = get_object_or_404(queries.visible_demands(request.actor), pk=pk)
    title, words = operations.suggested(found)
    initial = {"public_title": title, "public_text": words, "revision": found.public_revision}
    form = PublicTextForm(request.POST if request.method == "POST" else None, initial=initial)
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                operations.edit_public_text(
                    found,
                    title=form.cleaned_data["public_title"],
                    text=form.cleaned_data["public_text"],
                    revision=form.cleaned_data["revision"],
                    by=request.actor,
                    at=clock.now(),
                )
            except NotAllowed:
                raise
            except Refused as refused:
                for problem in refused.problems:
                    form.add_error(problem.field, problem.message)
                refusal, status = "" if refused.problems else refused.message, refused.status
            else:
                messages.success(request, f"{found.number} 的发布内容已保存，可由另一人发布。")
                return redirect("demands:city-demand-list")
    return render(
        request,
        "demands/city/text.html",
        {
            "demand": found,
            "form": form,
            "refusal": refusal,
            "rows": content.content_rows(found),
            "firm_shown": queries.firm_shown(found),
            "back_url": reverse("demands:city-demand", args=[pk]),
        },
        status=status,
    )


CONSEQUENCES = {
    "city_return": "退回县区重新核实，县区会看到意见。",
    "not_publish": "不予发布后本项需求结束，企业和县区会看到理由。",
}


@for_roles(*CITY)
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Asks for the reason, then sends back to the county or does not publish."""
    if name not in ACTS:
        raise Http404
    found = get_object_or_404(queries.visible_demands(request.actor), pk=pk)
    refuse_strangers(request.actor, found, name)
    chosen = DEMAND.moves[name]
    form = NoteForm(request.POST if request.method == "POST" else None)
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            act = {
                "city_return": operations.city_return_demand,
                "not_publish": operations.not_publish_demand,
            }[name]
            try:
                act(found, note=form.cleaned_data["note"], by=request.actor, at=clock.now())
            except NotAllowed:
                raise
            except Refused as refused:
                refusal, status = refused.message, refused.status
            else:
                messages.success(request, f"{found.number} 已办理“{chosen.label}”。")
                return redirect("demands:city-demand-list")
    return render(
        request,
        "demands/city/confirm.html",
        {
            "demand": found,
            "move": {"label": chosen.label, "tone": chosen.tone},
            "form": form,
            "refusal": refusal,
            "consequence": CONSEQUENCES[name],
            "back_url": reverse("demands:city-demand", args=[pk]),
        },
        status=status,
    )


@for_roles(*CITY)
@require_POST
def prepare(request: HttpRequest) -> HttpResponse:
    """Selects the ticked demands for the next list; those without a public text get the suggested one."""
    demands = queries.chosen_of(queries.visible_demands(request.actor), request.POST.getlist("case"))
    if not demands:
        messages.warning(request, "请先勾选需求。")
        return redirect("demands:city-demand-list")
    done = operations.prepare_demands(demands, by=request.actor, at=clock.now())
    if done.done:
        messages.success(request, f"已选取 {len(done.done)} 项，由另一人在“新建榜单”中发布。")
    for refused, why in done.refused[:3]:
        messages.warning(request, f"{refused.number} 未选取：{why}")
    return redirect("demands:city-demand-list")
