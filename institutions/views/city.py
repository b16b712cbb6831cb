"""The city's pages: all applications, batch, reports, the roster."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from institutions import queries
from institutions.documents.offers import letters_of_pilots, receipts_of
from institutions.forms import NoteForm, ReportForm, ReturnForm, SuspendForm, WarnForm
from institutions.models import Application, CountyReport, PilotInstitution
from institutions.operations import confirmation, reports, review, roster
from institutions.queries.reports import report_scan_hints
from institutions.views.county import case_context, return_values
from institutions.workflow import APPLICATION, COUNTY_REPORT, PILOT
from pilot_portal.accounts.actors import Actor
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed
from pilot_portal.common.text import wholes
from pilot_portal.desk.moving import act_page, everything, move_page, nothing, post_of
from pilot_portal.regions.queries import active_regions
from pilot_portal.rounds.models import Round, Stage
from pilot_portal.rounds.queries import publicity_missing, round_shown, setting
from pilot_portal.workflow.queries import timeline

CITY = ("city_handler", "city_chief")
READERS = ("leader", "auditor")
BASE = "/desk/city/applications/"
STATES = (
    "SUBMITTED",
    "SUBMITTED_CITY",
    "ACCEPTED_DIRECT",
    "RECOMMENDED",
    "PROPOSED",
    "PUBLICITY",
    "CONFIRMED",
    "NOT_CONFIRMED",
)
BATCHES = {
    "propose": ("提请确认", "city_handler", confirmation.propose_many),
    "to_publicity": ("转入公示", "city_chief", confirmation.to_publicity),
    "confirm": ("确认为试点机构", "city_chief", confirmation.confirm_many),
}


@for_roles(*CITY, readers=READERS)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """申报确认: all applications of a round, by state and county."""
    at = clock.now()
    state, region = request.GET.get("state", "RECOMMENDED"), request.GET.get("region", "")
    rounds, chosen, counts = queries.queue_of(request.actor, request.GET.get("round", ""), state, at)
    found = queries.visible_applications(request.actor).filter(round=chosen, state=state)
    if region:
        found = found.filter(region__code=region)
    page = Paginator(found.order_by("region__position", "number"), 20).get_page(request.GET.get("page"))
    cases = list(page.object_list)
    versions = queries.latest_versions([case.pk for case in cases])
    rows = [
        {
            "case": case,
            "kinds": "、".join(k.label for k in versions[case.pk].kinds.all()) if case.pk in versions else "",
            "committed": versions[case.pk].committed if case.pk in versions else "",
            "capacity": versions[case.pk].capacity if case.pk in versions else "",
        }
        for case in cases
    ]
    has_publicity = chosen is not None and setting(chosen, "publicity_on", at=at)
    able = {
        "RECOMMENDED": "propose",
        "ACCEPTED_DIRECT": "propose",
        "PROPOSED": "to_publicity" if has_publicity else "confirm",
        "PUBLICITY": "confirm",
    }
    name = able.get(state, "")
    query = f"&round={chosen.code}" if chosen else ""
    context = {
        "round": chosen,
        "rounds": rounds,
        "rows": rows,
        "page": page,
        "stats": [
            {
                "label": Application.State(value).label,
                "count": counts.get(value, 0),
                "url": f"?state={value}{query}",
                "current": value == state,
            }
            for value in STATES
            if value != "PUBLICITY" or has_publicity or counts.get(value)
        ],
        "chosen": state,
        "region": region,
        "regions": list(active_regions()),
        "batch": name if name and request.actor.role == BATCHES[name][1] else "",
        "batch_label": BATCHES[name][0] if name else "",
    }
    return render(request, "institutions/city/overview.html", context)


def _case(request: HttpRequest, number: str) -> Application:
    return get_object_or_404(queries.visible_applications(request.actor), number=number)


@for_roles(*CITY, readers=READERS)
@require_GET
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One application as the city sees it."""
    context = case_context(request, _case(request, number), BASE)
    context["section_title"] = "申报确认"
    context["list_url"] = BASE
    return render(request, "institutions/county/case.html", context)


MOVES = {
    "accept_direct": (review.accept_direct, nothing),
    "send_to_county": (review.send_to_county, everything),
    "return_direct": (review.return_direct, return_values),
    "city_return_to_county": (review.city_return_to_county, everything),
    "city_return_to_institution": (review.city_return_to_institution, return_values),
    "take_over": (review.take_over, everything),
    "propose": (confirmation.propose, nothing),
    "to_publicity": (confirmation.one_to_publicity, nothing),
    "confirm": (confirmation.confirm, nothing),
    "not_confirm": (confirmation.not_confirm, everything),
    "revoke": (confirmation.revoke, everything),
    "reinstate": (confirmation.reinstate, everything),
}
NUMBERED = frozenset({"revoke", "reinstate"})


@for_roles(*CITY)
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """One move of the city on an application."""
    application = _case(request, number)
    if name not in MOVES:
        raise Http404
    act, values = MOVES[name]
    form: Form | None = None
    if values is return_values:
        form = ReturnForm(post_of(request), sections=queries.sections_for(application.round))
    elif APPLICATION.moves[name].note:
        form = NoteForm(post_of(request), numbered=name in NUMBERED)
    return move_page(
        request,
        APPLICATION,
        application,
        name,
        form=form,
        act=act,
        values=values,
        back=f"{BASE}{number}/",
        heading=application.organisation.name,
    )


def _refusal(actor: Actor, application: Application, name: str) -> str:
    """Why this case will not go along in a batch; empty where it will."""
    if not APPLICATION.may(actor, application, name):
        return f"目前为“{application.get_state_display()}”，或由您提请，不能由您确认"
    if name != "confirm":
        return ""
    return publicity_missing(application.round, application.publicity_until, at=clock.now())


@for_roles(*CITY)
@require_POST
def batch(request: HttpRequest, name: str) -> HttpResponse:
    """Propose, bring into publicity or confirm several: first the plan, then the act."""
    if name not in BATCHES:
        raise Http404
    label, role, act = BATCHES[name]
    if request.actor.role != role:
        raise NotAllowed(f"您没有权限办理“{label}”：经办人提请，科长确认。")
    keys = wholes(request.POST.getlist("case"))
    found = list(queries.visible_applications(request.actor).filter(pk__in=keys).order_by("number"))
    if request.POST.get("confirmed") == "1":
        result = act(found, by=request.actor, at=clock.now())
        messages.success(request, f"已办理“{label}” {len(result.done)} 家。")
        for application, why in result.refused:
            messages.warning(request, f"{application.organisation.name}：{why}")
        return redirect("institutions:city-applications")
    plan = [(application, _refusal(request.actor, application, name)) for application in found]
    ready = [application for application, why in plan if not why]
    context = {
        "ready": [{"title": a.organisation.name, "note": a.number} for a in ready],
        "refused": [{"title": a.organisation.name, "reason": why} for a, why in plan if why],
        "keys": [a.pk for a in ready],
        "act": label,
        "back_url": BASE,
    }
    return render(request, "institutions/batch.html", context)


# Reports --------------------------------------------------------------------------------


@for_roles(*CITY, readers=READERS)
@require_GET
def report_list(request: HttpRequest) -> HttpResponse:
    """县区推荐: the reports that came in."""
    page = Paginator(queries.visible_reports(request.actor).order_by("-submitted_at", "-pk"), 20)
    shown = page.get_page(request.GET.get("page"))
    context = {
        "reports": [
            (r, {"label": r.get_state_display(), "tone": COUNTY_REPORT.tones.get(r.state, "")})
            for r in shown.object_list
        ],
        "page": shown,
    }
    return render(request, "institutions/city/reports.html", context)


def _report(request: HttpRequest, number: str) -> CountyReport:
    return get_object_or_404(queries.visible_reports(request.actor), number=number)


@for_roles(*CITY, readers=READERS)
@require_GET
def report(request: HttpRequest, number: str) -> HttpResponse:
    """One report as it was sent."""
    found = _report(request, number)
    moves = [
        {"label": m.label, "tone": m.tone, "url": f"/desk/city/reports/{found.number}/{m.name}/"}
        for m in COUNTY_REPORT.moves_open_to(request.actor, found)
    ]
    context = {
        "report": found,
        "state": {"label": found.get_state_display(), "tone": COUNTY_REPORT.tones.get(found.state, "")},
        "rows": found.frozen.get("rows", []),
        "files": queries.file_rows(queries.REPORT_TYPE, found.pk),
        "checks": report_scan_hints(found),
        "entries": timeline(queries.REPORT_TYPE, found.pk),
        "letters": receipts_of(found),
        "moves": moves,
        "may_tick": request.actor.is_city and found.paper_received_at is None,
    }
    return render(request, "institutions/city/report.html", context)


@for_roles(*CITY)
@require_http_methods(["GET", "POST"])
def report_move(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Accept or return a report."""
    found = _report(request, number)
    acts = {"accept": (reports.accept_report, nothing), "return": (reports.return_report, everything)}
    if name not in acts:
        raise Http404
    act, values = acts[name]
    noted = COUNTY_REPORT.moves[name].note
    return move_page(
        request,
        COUNTY_REPORT,
        found,
        name,
        form=NoteForm(post_of(request)) if noted else None,
        act=act,
        values=values,
        back=f"/desk/city/reports/{number}/",
        heading=f"{found.region.name}推荐文件第 {found.edition} 版",
    )


@for_roles(*CITY)
@require_POST
def report_received(request: HttpRequest, number: str) -> HttpResponse:
    """Tick that the stamped copies came in."""
    reports.mark_paper_received(_report(request, number), by=request.actor, at=clock.now())
    messages.success(request, "已登记收到纸质件。")
    return redirect("institutions:city-report", number=number)


# The roster -----------------------------------------------------------------------------


@for_roles(*CITY, readers=READERS)
@require_GET
def roster_page(request: HttpRequest) -> HttpResponse:
    """试点机构: the roster of a round, publishing it, what can be done with each."""
    rounds, chosen = round_shown(request.GET.get("round", ""), Stage.Kind.PUBLICATION, clock.now())
    found = queries.visible_pilots(request.actor).filter(round=chosen).order_by("region__position", "pk")
    page = Paginator(found, 20).get_page(request.GET.get("page"))
    pilots = list(page.object_list)
    letters = letters_of_pilots(request.actor, pilots)
    rows = [
        (
            pilot,
            {"label": pilot.get_state_display(), "tone": PILOT.tones.get(pilot.state, "")},
            [m for m in PILOT.moves_open_to(request.actor, pilot) if m.name in PILOT_MOVES],
            letters.get(pilot.pk, []),
        )
        for pilot in pilots
    ]
    context = {
        "round": chosen,
        "rounds": rounds,
        "rows": rows,
        "page": page,
        "may_publish": request.actor.role == "city_chief",
        "may_notice": request.actor.role == "city_chief",
    }
    return render(request, "institutions/city/roster.html", context)


@for_roles("city_chief")
@require_http_methods(["GET", "POST"])
def roster_publish(request: HttpRequest, code: str) -> HttpResponse:
    """Publish the roster of a round."""
    found = get_object_or_404(Round, code=code)
    return act_page(
        request,
        label="发布试点机构名单",
        heading=f"发布试点机构名单 · {found.label}",
        form=ReportForm(post_of(request)),
        act=partial(roster.publish_roster, found),
        values=everything,
        back=f"/desk/city/roster/?round={code}",
        consequence="名单发布后冻结，以后有变化另发新版。联系方式不公布。",
    )


PILOT_MOVES = {
    "warn": (roster.warn, WarnForm, everything),
    "restore": (roster.restore, Form, nothing),
    "suspend": (roster.suspend, SuspendForm, everything),
    "resume_listed": (roster.resume, Form, nothing),
    "remove": (roster.remove, partial(NoteForm, numbered=True), everything),
    "complete": (roster.complete, Form, nothing),
}


@for_roles("city_chief")
@require_http_methods(["GET", "POST"])
def pilot_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One move of the roster."""
    pilot: PilotInstitution = get_object_or_404(queries.visible_pilots(request.actor), pk=pk)
    back = f"/desk/city/roster/?round={pilot.round.code}"
    if name == "notice":
        return act_page(
            request,
            label="移出事先告知",
            heading=f"移出事先告知 · {pilot.organisation.name}",
            form=NoteForm(post_of(request)),
            act=partial(roster.give_removal_notice, pilot),
            back=back,
            tone="danger",
        )
    if name not in PILOT_MOVES:
        raise Http404
    act, form_of, values = PILOT_MOVES[name]
    return move_page(
        request,
        PILOT,
        pilot,
        name,
        form=form_of(post_of(request)),
        act=act,
        values=values,
        back=back,
        heading=pilot.organisation.name,
    )
