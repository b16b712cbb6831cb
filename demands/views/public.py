"""The published list and its demands, for everybody. Shown is only what `queries.faces` gives."""

import datetime as dt
from collections.abc import Collection
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from demands import queries
from demands.forms.filters import PublicFilter, address, code_choices, region_choices, round_choices
from demands.forms.questions import QuestionForm
from demands.models import Demand
from demands.operations.looks import note_look
from demands.queries import public
from demands.queries.corrections import corrections_of
from demands.queries.faces import list_name
from demands.queries.questions import questions_on
from pilot_portal.codes.models import Chain, ServiceKind, Tier
from pilot_portal.common import clock

FACETS = {"county": "县市区", "kind": "服务类型", "tier": "发展目标", "chain": "产业链", "state": "状态"}


def _choices() -> dict[str, list[tuple[str, str]]]:
    return {
        "county": region_choices(),
        "kind": code_choices(ServiceKind),
        "tier": code_choices(Tier),
        "chain": code_choices(Chain),
        "round": round_choices(),
    }


def _chip(label: str, url: str, *, on: bool) -> dict[str, object]:
    return {"label": label, "url": url, "on": on}


def _facets(query: QueryDict, listed: PublicFilter, open_count: int) -> list[dict[str, object]]:
    """The row of chips: everything, what may be claimed, and one chip for each kind of condition."""
    applied = listed.applied()
    is_open = query.get("state") == "open"
    order = query.get("sort", "")
    chips = [
        _chip("全部", f"?sort={order}" if order else "?", on=not applied),
        _chip(f"可揭榜 {open_count}", address(query, state="" if is_open else "open"), on=is_open),
    ]
    for name, label in FACETS.items():
        if name in applied and not (name == "state" and is_open):
            chips.append({**_chip(applied[name], address(query, **{name: ""}), on=True), "x": True})
        else:
            chips.append(_chip(label, f"{address(query)}&facet={name}", on=query.get("facet") == name))
    return chips


def _facet_choices(query: QueryDict, listed: PublicFilter) -> list[dict[str, object]]:
    """The choices of the condition that was pressed, each an address."""
    facet = query.get("facet", "")
    if facet not in FACETS:
        return []
    return [
        _chip(str(label), address(query, **{facet: str(value)}), on=query.get(facet) == value)
        for value, label in listed.form.fields[facet].choices
        if value
    ]


def _open_query(query: QueryDict, applied: Collection[str]) -> str:
    """The conditions in force as the open data takes them; a value that is none was not in force."""
    words = urlencode({name: query[name] for name in applied if query.get(name)})
    return f"?{words}" if words else ""


def _list_title(at: dt.datetime) -> str:
    newest = public.newest_list()
    return list_name(newest, newest.round) if newest else f"{clock.beijing(at).year}年度"


@require_safe
def demand_list(request: HttpRequest) -> HttpResponse:
    """企业服务需求榜单: search, chips, order, twenty at a time."""
    at = clock.now()
    named = queries.rounds_in_good_standing(request.actor, at)
    published = queries.published()
    listed = PublicFilter(request.GET, published, choices=_choices(), at=at, named_rounds=named)
    order = public.DEADLINE if request.GET.get("sort") == public.DEADLINE else public.NEWEST
    page = public.page(listed.qs, order=order, after=request.GET.get("after", ""), at=at)
    applied = listed.applied()
    other = "" if order == public.DEADLINE else public.DEADLINE
    hidden = [(name, value) for name, value in request.GET.items() if name not in {"q", "after", "facet"}]
    return render(
        request,
        "demands/public/list.html",
        {
            "where": _list_title(at),
            "total": queries.counted(published),
            "demands": queries.faces(page.rows, at=at, named_rounds=named),
            "found": queries.counted(listed.qs) if applied else None,
            "heading": "按截止时间" if order == public.DEADLINE else "最新发布",
            "other_order": {
                "label": "按最新发布" if order == public.DEADLINE else "按截止时间",
                "url": address(request.GET, sort=other),
            },
            "facets": _facets(request.GET, listed, queries.counted(public.open_now(published, at))),
            "facet_choices": _facet_choices(request.GET, listed),
            "facet_label": FACETS.get(request.GET.get("facet", ""), ""),
            "next_url": f"{address(request.GET)}&after={page.next_key}" if page.next_key else "",
            "q": request.GET.get("q", ""),
            "hidden": hidden,
            "open_path": "/open/v1/demands",
            "open_query": _open_query(request.GET, applied),
        },
    )


@require_safe
def demand(request: HttpRequest, number: str) -> HttpResponse:
    """One published demand. A pilot institution's look at a name that is not public is logged."""
    return demand_page(request, get_object_or_404(queries.published(), number=number.upper()))


def demand_page(
    request: HttpRequest,
    found: Demand,
    *,
    question_form: QuestionForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of one published demand, with a question that was refused where there is one."""
    at = clock.now()
    named = queries.rounds_in_good_standing(request.actor, at)
    shown = queries.faces([found], at=at, named_rounds=named)[0]
    if shown.is_named and not found.name_public:
        note_look(found, by=request.actor, at=at)
    return render(
        request,
        "demands/public/demand.html",
        {
            "demand": shown,
            "links": queries.case_links(request.actor, found, at),
            "notice_number": found.list.publication.number if found.list else "",
            "is_private_name": shown.is_named and not found.name_public,
            "corrections": corrections_of(found),
            "questions": questions_on(found, request.actor),
            "form": question_form or (QuestionForm() if shown.is_open and found.round_id in named else None),
            "refusal": refusal,
        },
        status=status,
    )
