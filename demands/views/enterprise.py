"""The enterprise's pages: its demands, the four short steps, check and submit, take back, withdraw."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from demands import operations, queries
from demands.forms.filters import address
from demands.forms.parts import PART_FORMS, PartForm, initial_of
from demands.forms.questions import AnswerForm
from demands.forms.staff import OptionalNoteForm
from demands.models import Demand, RecordClaim
from demands.operations.questions import ANSWERABLE
from demands.queries import content
from demands.queries.enterprises import open_claim_of, record_of
from demands.queries.mending import mended_rows
from demands.queries.questions import questions_on, visible_questions
from demands.rules import draft
from demands.views.county.case import refuse_strangers, state_of
from demands.workflow import DEMAND
from pilot_portal.accounts.actors import ENTERPRISE
from pilot_portal.codes.models import ServiceKind, Tier
from pilot_portal.codes.queries import valid_on
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import Refused, Stale
from pilot_portal.common.text import whole
from pilot_portal.rounds.models import Stage
from pilot_portal.rounds.queries import deadline
from pilot_portal.workflow.queries import timeline

STATE = Demand.State
PAGE = 20
PARTS = list(draft.PARTS)
EDITABLE = {STATE.DRAFT, STATE.RETURNED}
UNTITLED = "（还没有写标题）"


@for_roles(*ENTERPRISE)
@require_GET
def demand_list(request: HttpRequest) -> HttpResponse:
    """The firm's demands, and the way to a new one."""
    demands = queries.visible_demands(request.actor)
    counts = queries.counts_by_state(demands)
    state = request.GET.get("state", "")
    chosen = demands.filter(state=state) if state in STATE.values else demands
    page = Paginator(chosen.order_by("-created_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    typed = queries.typed_titles([found for found in shown if found.state in EDITABLE])
    rows = [
        {
            "demand": demand,
            "state": state_of(demand),
            "url": reverse("demands:enterprise-demand", args=[demand.pk]),
            "title": typed.get(demand.pk) or demand.title or demand.public_title or UNTITLED,
            "choose_until": demand.choose_until if demand.state == STATE.CHOOSING else None,
        }
        for demand in shown
    ]
    chips = [
        {
            "label": f"{value.label} {counts[value]}",
            "url": address(request.GET, state=value),
            "on": state == value,
        }
        for value in STATE
        if counts.get(value)
    ]
    return render(
        request,
        "demands/enterprise/list.html",
        {
            "rows": rows,
            "chips": chips,
            "page": page,
            "all_url": address(request.GET, state=""),
            "state": state,
            "total": sum(counts.values()),
            "record": record_of(request.actor.organisation),
            "claim": open_claim_of(request.actor.organisation),
            "rounds": queries.open_rounds(clock.now()),
        },
    )


@for_roles(*ENTERPRISE)
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """A new demand in the chosen round; a firm whose record is not its own yet asks the county first."""
    at = clock.now()
    rounds = {found.code: found for found in queries.open_rounds(at)}
    chosen = rounds.get(request.POST.get("round", ""))
    if chosen is None:
        raise Stale("目前没有接收需求的批次，请留意公告。")
    begun = operations.begin_demand(chosen, by=request.actor, at=at)
    if isinstance(begun, RecordClaim):
        messages.info(request, "企业库中已有同名或同代码的企业，已请县市区工信部门确认，确认后即可填报。")
        return redirect("demands:enterprise-demand-list")
    return redirect("demands:enterprise-demand-part", pk=begun.pk, part=PARTS[0])


@for_roles(*ENTERPRISE)
@require_GET
def demand(request: HttpRequest, pk: int) -> HttpResponse:
    """One demand: what is to be done, what it says, how it came here."""
    at = clock.now()
    found = get_object_or_404(queries.visible_demands(request.actor), pk=pk)
    editable = found.state in EDITABLE
    moves = [
        {
            "label": move.label,
            "tone": move.tone,
            "url": reverse("demands:enterprise-demand-check", args=[pk])
            if move.name == "submit"
            else reverse("demands:enterprise-demand-move", args=[pk, move.name]),
        }
        for move in DEMAND.moves_open_to(request.actor, found)
        if move.name in {"submit", "take_back", "withdraw"}
    ]
    check = deadline(found.round, Stage.Kind.DEMAND_COLLECTION, at=at, region_id=found.region_id)
    return render(
        request,
        "demands/enterprise/demand.html",
        {
            "demand": found,
            "title": queries.typed_titles([found]).get(pk) or found.title or found.public_title or UNTITLED,
            "state": state_of(found),
            "editable": editable,
            "groups": _tasks(found, at) if editable else [],
            "rows": [] if editable else [*content.content_rows(found), *content.contact_rows(found)],
            "mended": [] if editable else mended_rows(found),
            "returned": content.last_note(found, "return") if found.state == STATE.RETURNED else None,
            "moves": moves,
            "links": queries.case_links(request.actor, found, at),
            "public_url": reverse("demands:public-demand", args=[found.number]) if found.published_at else "",
            "question_count": len(questions_on(found, request.actor)) if found.published_at else 0,
            "entries": timeline(queries.CASE_TYPE, found.pk),
            "deadline": check if editable and check and check.is_open else None,
        },
    )


def _tasks(demand: Demand, at: Any) -> list[dict[str, Any]]:
    """The four steps as a task list."""
    raw, saved, choices = queries.raw_parts(demand), queries.parts_of(demand), queries.choices(at)
    items = []
    for number, (part, title) in enumerate(draft.PARTS.items(), 1):
        _, problems = draft.read_part(part, raw[part], choices)
        if not problems:
            state = {"label": "已完成", "tone": "plain"}
        elif part in saved:
            state = {"label": "填写中", "tone": "info"}
        else:
            state = {"label": "未开始", "tone": ""}
        items.append(
            {
                "label": f"{number}. {title}",
                "url": reverse("demands:enterprise-demand-part", args=[demand.pk, part]),
                "state": state,
            }
        )
    check = {
        "label": "核对并提交",
        "url": reverse("demands:enterprise-demand-check", args=[demand.pk]),
        "state": {"label": "最后一步", "tone": "plain"},
    }
    return [{"title": "填写需求", "items": items}, {"title": "提交", "items": [check]}]


def _form(part: str, at: Any, *args: Any, **kwargs: Any) -> PartForm:
    day = clock.beijing_date(at)
    return PART_FORMS[part](
        *args,
        choices=queries.choices(at),
        kinds=list(valid_on(ServiceKind, day).values_list("code", "label")),
        tiers=list(valid_on(Tier, day).values_list("code", "label")),
        **kwargs,
    )


@for_roles(*ENTERPRISE)
@require_http_methods(["GET", "POST"])
def part(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """One of the four steps: kept as typed, checked when the next one is asked for."""
    if part not in draft.PARTS:
        raise Http404
    at = clock.now()
    found = get_object_or_404(queries.visible_demands(request.actor), pk=pk)
    saved = queries.parts_of(found).get(part)
    if request.method == "GET":
        form = _form(part, at, initial=initial_of(queries.raw_parts(found)[part]))
        return _part_page(request, found, form, saved.revision if saved else 0)
    form = _form(part, at, request.POST)
    revision = whole(request.POST.get("revision")) or 0
    is_autosave = "autosave" in request.POST
    try:
        new = operations.save_part(found, part, form.raw(), revision=revision, by=request.actor, at=at)
    except Stale as stale:
        if is_autosave:
            return JsonResponse({"error": stale.message}, status=stale.status)
        return _conflict_page(request, found, form, stale)
    if is_autosave:
        return JsonResponse({"revision": new, "saved": f"{clock.beijing(at):%H:%M}"})
    if "later" not in request.POST and not form.is_valid():
        return _part_page(request, found, form, new, status=422)
    return _after(request, pk, part)


def _after(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """Where a saved step leads: back to the demand, on to the next step, or to the check page."""
    if "later" in request.POST:
        messages.success(request, "已保存，可以稍后再填。")
        return redirect("demands:enterprise-demand", pk=pk)
    if part == PARTS[-1]:
        return redirect("demands:enterprise-demand-check", pk=pk)
    return redirect("demands:enterprise-demand-part", pk=pk, part=PARTS[PARTS.index(part) + 1])


def _part_page(
    request: HttpRequest, demand: Demand, form: PartForm, revision: int, *, status: int = 200, **context: Any
) -> HttpResponse:
    number = PARTS.index(form.part)
    steps = [
        {"label": title, "state": "done" if n < number else "now" if n == number else "todo"}
        for n, title in enumerate(draft.PARTS.values())
    ]
    context |= {
        "demand": demand,
        "form": form,
        "revision": revision,
        "steps": steps,
        "title": draft.PARTS[form.part],
        "number": number + 1,
        "is_last": number == len(PARTS) - 1,
        "autosave_url": request.path,
        "back_url": reverse("demands:enterprise-demand-part", args=[demand.pk, PARTS[number - 1]])
        if number
        else reverse("demands:enterprise-demand", args=[demand.pk]),
        "returned": content.last_note(demand, "return") if demand.state == STATE.RETURNED else None,
    }
    return render(request, "demands/enterprise/part.html", context, status=status)


def _conflict_page(request: HttpRequest, demand: Demand, form: PartForm, stale: Stale) -> HttpResponse:
    """Both texts side by side; pressing again saves what stands in the form."""
    names = content.code_labels()
    raw = queries.raw_parts(demand)
    before = {row.field: row.value for p in content.draft_parts(raw, names) for row in p.rows}
    typed = {**raw, form.part: form.raw()}
    rows = [
        {"label": row.label, "before": before[row.field], "after": row.value}
        for p in content.draft_parts(typed, names)
        for row in p.rows
        if row.value != before[row.field]
    ]
    saved = queries.parts_of(demand).get(form.part)
    revision = saved.revision if saved and demand.state in EDITABLE else 0
    return _part_page(
        request, demand, form, revision, status=stale.status, conflict=rows, refusal=stale.message
    )


@for_roles(*ENTERPRISE)
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """All four steps on one page, each row with its way back; from here it is submitted."""
    at = clock.now()
    found = get_object_or_404(queries.visible_demands(request.actor), pk=pk)
    raw, problems, refusal, status = queries.raw_parts(found), (), "", 200
    if request.method == "POST":
        try:
            operations.submit_demand(found, by=request.actor, at=at)
        except Refused as refused:
            problems, refusal, status = refused.problems, refused.message, refused.status
        else:
            messages.success(request, f"需求已提交，编号 {found.number}，等待{found.region.name}核实。")
            return redirect("demands:enterprise-demand", pk=pk)
    elif found.state not in EDITABLE:
        return redirect("demands:enterprise-demand", pk=pk)
    parts = [
        {"rows": p, "url": reverse("demands:enterprise-demand-part", args=[pk, p.part])}
        for p in content.draft_parts(raw, content.code_labels(), problems)
    ]
    linked = [
        {
            "message": f"{draft.PARTS[p.section]} · {content.LABELS[p.field]}：{p.message}",
            "url": reverse("demands:enterprise-demand-part", args=[pk, p.section]) + f"#id_{p.field}",
        }
        for p in problems
    ]
    return render(
        request,
        "demands/enterprise/check.html",
        {
            "demand": found,
            "parts": parts,
            "problems": linked,
            "refusal": refusal,
            "may_submit": DEMAND.may(request.actor, found, "submit"),
        },
        status=status,
    )


ACTS = {
    "take_back": (operations.take_back_demand, "撤回后回到草稿，改好再提交；编号不变。"),
    "withdraw": (operations.withdraw_demand, "撤回后这项需求不再办理；已发布的会在榜单上标明“已撤回”。"),
}


@for_roles(*ENTERPRISE)
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Asks once more before the firm takes a demand back or withdraws it."""
    if name not in ACTS:
        raise Http404
    found = get_object_or_404(queries.visible_demands(request.actor), pk=pk)
    refuse_strangers(request.actor, found, name)
    act, consequence = ACTS[name]
    form = OptionalNoteForm(request.POST or None) if name == "withdraw" else None
    if request.method == "POST" and (form is None or form.is_valid()):
        extra = {"note": form.cleaned_data["note"]} if form else {}
        act(found, by=request.actor, at=clock.now(), **extra)
        messages.success(request, f"已办理“{DEMAND.moves[name].label}”。")
        return redirect("demands:enterprise-demand", pk=pk)
    chosen = DEMAND.moves[name]
    return render(
        request,
        "demands/enterprise/confirm.html",
        {
            "demand": found,
            "move": {"label": chosen.label, "tone": chosen.tone},
            "form": form,
            "consequence": consequence,
            "back_url": reverse("demands:enterprise-demand", args=[pk]),
            "refusal": "" if DEMAND.may(request.actor, found, name) else f"目前不能办理“{chosen.label}”。",
        },
    )


def _questions(
    request: HttpRequest, found: Demand, *, form: AnswerForm, refusal: str = "", status: int = 200
) -> HttpResponse:
    rows = questions_on(found, request.actor)
    waiting = [row for row in rows if row.answered_at is None and not row.hidden_reason]
    return render(
        request,
        "demands/enterprise/questions.html",
        {
            "demand": found,
            "questions": rows,
            "waiting": waiting[0] if waiting and found.state in ANSWERABLE else None,
            "waiting_count": len(waiting),
            "form": form,
            "refusal": refusal,
        },
        status=status,
    )


@for_roles(*ENTERPRISE)
@require_GET
def questions(request: HttpRequest, pk: int) -> HttpResponse:
    """What was asked about a demand; the first one that waits is answered here."""
    found = get_object_or_404(queries.visible_demands(request.actor), pk=pk)
    return _questions(request, found, form=AnswerForm())


@for_roles(*ENTERPRISE)
@require_POST
def answer(request: HttpRequest, pk: int, ordinal: int) -> HttpResponse:
    """Answers one question in public."""
    found = get_object_or_404(queries.visible_demands(request.actor), pk=pk)
    question = get_object_or_404(visible_questions(request.actor, found), ordinal=ordinal)
    question.demand = found
    form, refusal, status = AnswerForm(request.POST), "", 422
    if form.is_valid():
        try:
            operations.answer_question(
                question, form.cleaned_data["answer"], by=request.actor, at=clock.now()
            )
        except Refused as refused:
            status = refused.status
            refusal = "" if refused.problems else refused.message
            for problem in refused.problems:
                form.add_error(problem.field, problem.message)
        else:
            messages.success(request, "已公开答复。")
            return redirect("demands:enterprise-demand-questions", pk=pk)
    return _questions(request, found, form=form, refusal=refusal, status=status)
