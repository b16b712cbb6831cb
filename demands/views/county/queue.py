"""需求审核: the county's queue, its cases, verifying, returning, refusing, one by one and in batch."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from demands import operations, queries
from demands.forms.filters import QueueFilter, address, code_choices, region_choices, round_choices
from demands.forms.staff import BatchVerifyForm, NoteForm, OptionalNoteForm, VerifyForm
from demands.models import Demand
from demands.operations.checking import needs_reason
from demands.queries.content import warnings_of
from demands.views.county.case import case_context, refuse_strangers, state_of
from demands.workflow import DEMAND
from pilot_portal.accounts.actors import COUNTY
from pilot_portal.codes.models import ServiceKind, Tier
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Refused
from pilot_portal.common.fields import PlainForm
from pilot_portal.common.text import whole
from pilot_portal.rounds.models import Stage
from pilot_portal.rounds.queries import deadline

STATE = Demand.State
READERS = ("leader", "auditor")
PAGE = 20
ACTS = dict.fromkeys(("verify", "return", "refuse"), "demands:county-demand-move")
STATS = (STATE.SUBMITTED, STATE.RETURNED, STATE.VERIFIED, STATE.REFUSED, STATE.PUBLISHED, STATE.UNCLAIMED)


def queue_page(
    request: HttpRequest, *, first: str, stats: tuple[str, ...], at: dt.datetime
) -> dict[str, Any]:
    """The left half of a review page: counts, filter, twenty rows, the chosen case, in state `first`."""
    visible = queries.visible_demands(request.actor)
    counts = queries.counts_by_state(visible)
    query = request.GET.copy()
    if "state" not in query:
        query["state"] = first
    listed = QueueFilter(
        query,
        visible,
        choices={
            "round": round_choices(),
            "county": region_choices(),
            "kind": code_choices(ServiceKind),
            "tier": code_choices(Tier),
        },
    )
    if request.actor.is_county:
        del listed.form.fields["county"]
    state = query["state"]
    order = ("submitted_at", "pk") if state == first else ("-submitted_at", "-pk")
    page = Paginator(listed.qs.order_by(*order), PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    chosen = rows[0] if rows else None
    asked = whole(request.GET.get("case"))
    if asked is not None:
        chosen = visible.filter(pk=asked).first() or chosen
    here = request.GET.copy()
    here.pop("case", None)
    return {
        "filter": listed,
        "page": page,
        "chosen": chosen,
        "heading": STATE(state).label if state in STATE.values else "全部需求",
        "stats": [
            {
                "count": counts.get(value, 0),
                "label": STATE(value).label,
                "url": address(request.GET, state=value),
                "current": state == value,
            }
            for value in stats
        ]
        + [{"count": sum(counts.values()), "label": "全部", "url": "?state=", "current": not state}],
        "rows": [
            {
                "demand": row,
                "state": state_of(row),
                "on": chosen is not None and row.pk == chosen.pk,
                "url": f"?{here.urlencode()}{'&' if here else ''}case={row.pk}#case",
                "kinds": " · ".join(kind.label for kind in row.kinds.all()),
                "waits": _waits(row, at),
            }
            for row in rows
        ],
        "reset_url": "?",
        "export_url": f"{reverse('demands:demand-export')}{address(query)}",
    }


def _waits(demand: Demand, at: dt.datetime) -> str:
    """「已等 4 天」 for a demand that waits for the reader."""
    if demand.state not in {STATE.SUBMITTED, STATE.VERIFIED} or not demand.submitted_at:
        return ""
    days = (at - demand.submitted_at).days
    return f"已等 {days} 天" if days else f"今天 {clock.beijing(demand.submitted_at):%H:%M}"


@for_roles(*COUNTY, readers=READERS)
@require_GET
def demand_list(request: HttpRequest) -> HttpResponse:
    """The queue on the left, the chosen case on the right."""
    at = clock.now()
    context = queue_page(request, first=STATE.SUBMITTED, stats=STATS, at=at)
    chosen = context["chosen"]
    if chosen is not None:
        context |= case_context(request, chosen, acts=ACTS, at=at)
    region = request.actor.organisation.region if request.actor.is_county else None
    rounds = queries.open_rounds(at)
    checking = [
        deadline(found, Stage.Kind.DEMAND_CHECK, at=at, region_id=region.pk if region else None)
        for found in rounds
    ]
    context |= {
        "place": region.name if region else "全市",
        "is_county": request.actor.is_county,
        "deadline": next((end for end in checking if end and end.is_open), None),
    }
    return render(request, "demands/county/queue.html", context)


@for_roles(*COUNTY, readers=READERS)
@require_GET
def demand(request: HttpRequest, pk: int) -> HttpResponse:
    """One case on a page of its own: where messages and links lead."""
    at = clock.now()
    found = get_object_or_404(queries.visible_demands(request.actor), pk=pk)
    return render(request, "demands/county/case.html", case_context(request, found, acts=ACTS, at=at))


CONSEQUENCES = {
    "verify": "核实通过后报市局，由市局选取并分批发布。",
    "return": "企业按意见修改后重新提交，编号不变。没有账号的企业看不到意见："
    "录入有误的可由县区“更正录入内容”，其他请先在企业库发出邀请。",
    "refuse": "不予采纳后本项需求结束，企业可另行提出。",
}


@for_roles(*COUNTY)
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Asks once more, with the reason where one is needed, then verifies, returns or refuses."""
    if name not in ACTS:
        raise Http404
    found = get_object_or_404(queries.visible_demands(request.actor), pk=pk)
    refuse_strangers(request.actor, found, name)
    data = request.POST if request.method == "POST" else None
    form = VerifyForm(data, needs_reason=needs_reason(found)) if name == "verify" else NoteForm(data)
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            act = {
                "verify": operations.verify_demand,
                "return": operations.return_demand,
                "refuse": operations.refuse_demand,
            }[name]
            try:
                act(found, by=request.actor, at=clock.now(), **form.cleaned_data)
            except NotAllowed:
                raise
            except Refused as refused:
                refusal, status = refused.message, refused.status
            else:
                messages.success(request, f"{found.number} 已办理“{DEMAND.moves[name].label}”。")
                return redirect("demands:county-demand-list")
    chosen = DEMAND.moves[name]
    return render(
        request,
        "demands/county/confirm.html",
        {
            "demand": found,
            "move": {"label": chosen.label, "tone": chosen.tone},
            "form": form,
            "refusal": refusal,
            "consequence": CONSEQUENCES[name],
            "back_url": reverse("demands:county-demand", args=[pk]),
        },
        status=status,
    )


def _batch_form(data: QueryDict | None, *, has_note: bool, outside: int) -> PlainForm:
    """The form under a batch: a note where the move needs one, a reason for firms outside the library."""
    if has_note:
        return NoteForm(data)
    return BatchVerifyForm(data, outside=outside) if outside else OptionalNoteForm(data)


@for_roles(*COUNTY)
@require_http_methods(["GET", "POST"])
def batch(request: HttpRequest, name: str) -> HttpResponse:
    """What will and what will not be done, and why; then the same move on all that can be."""
    if name not in ACTS:
        raise Http404
    given = request.POST if request.method == "POST" else request.GET
    demands = queries.chosen_of(queries.visible_demands(request.actor), given.getlist("case"))
    if not demands:
        messages.warning(request, "请先勾选需求。")
        return redirect("demands:county-demand-list")
    chosen = DEMAND.moves[name]
    data = request.POST if request.method == "POST" else None
    outside = sum(map(needs_reason, demands)) if name == "verify" else 0
    form = _batch_form(data, has_note=chosen.note, outside=outside)
    if request.method == "POST" and form.is_valid():
        done = operations.check_many(
            demands,
            name,
            by=request.actor,
            at=clock.now(),
            note=form.cleaned_data["note"],
            library_reason=form.cleaned_data.get("library_reason", ""),
        )
        messages.success(request, f"已办理“{chosen.label}” {len(done.done)} 项。")
        if done.refused:
            messages.warning(request, f"{len(done.refused)} 项未办理：{done.refused[0][1]}")
        return redirect("demands:county-demand-list")
    plan = operations.plan_batch(demands, name, by=request.actor)
    ready = {demand.pk for demand in plan.done}
    return render(
        request,
        "demands/county/batch.html",
        {
            "move": {"label": chosen.label, "tone": chosen.tone},
            "form": form,
            "ready": [{"title": d.enterprise.name, "note": d.number} for d in plan.done],
            # A page of the queue is looked through; who sends hundreds at once has his own list.
            "to_see": [
                {"title": f"{d.enterprise.name} {d.number}", "reason": "；".join(told)}
                for d in (plan.done[:PAGE] if name == "verify" else ())
                if (told := warnings_of(d))
            ],
            "refused": [
                {"title": f"{d.enterprise.name} {d.number}", "reason": why} for d, why in plan.refused
            ],
            # Those outside the library go along: a reason below is enough for them.
            "cases": [d.pk for d in demands if d.pk in ready or (outside and needs_reason(d))],
            "back_url": reverse("demands:county-demand-list"),
        },
        status=422 if request.method == "POST" else 200,
    )
