"""The county's pages: queue, case, batch, reports."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from institutions import queries
from institutions.documents.offers import letters_of_case, receipts_of
from institutions.forms import ChecklistForm, NoteForm, ReportForm, ReturnForm
from institutions.models import Application, CountyReport
from institutions.operations import reports, review
from institutions.queries import faces
from institutions.queries.reports import report_scan_hints
from institutions.rules.comparison import differences
from institutions.workflow import APPLICATION, COUNTY_REPORT
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import Refused
from pilot_portal.common.text import to_halfwidth, whole, wholes
from pilot_portal.desk.moving import everything, move_page, nothing, post_of, press
from pilot_portal.documents.queries import papers_of
from pilot_portal.rounds.models import Round, Stage
from pilot_portal.rounds.queries import (
    closed_by_publicity,
    deadline,
    publicity_missing,
    rounds_newest_first,
)
from pilot_portal.workflow.queries import timeline

COUNTY = ("county_handler", "county_approver")
BASE = "/desk/county/applications/"
TABS = {"content": "申报内容", "changes": "与上次对比", "files": "附件", "checklist": "核对清单"}
LAST = 10**9
STATES = ("SUBMITTED", "RETURNED", "RECOMMENDED", "DECLINED", "CONFIRMED")


@for_roles(*COUNTY, readers=("auditor",))
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """申报审核: what waits for the county, by state, oldest first."""
    at = clock.now()
    state = request.GET.get("state", "SUBMITTED")
    rounds, chosen, counts = queries.queue_of(request.actor, request.GET.get("round", ""), state, at)
    found = queries.visible_applications(request.actor).filter(round=chosen, state=state)
    page = Paginator(found.order_by("last_submitted_at", "pk"), 20).get_page(request.GET.get("page"))
    cases = list(page.object_list)
    versions = queries.latest_versions([case.pk for case in cases])
    rows = [
        {
            "case": case,
            "kinds": " · ".join(k.label for k in versions[case.pk].kinds.all())
            if case.pk in versions
            else "",
            "committed": versions[case.pk].committed if case.pk in versions else "",
            "again": case.versions_count > 1,
            "days": (at - case.last_submitted_at).days if case.last_submitted_at else 0,
        }
        for case in cases
    ]
    region = request.actor.organisation.region if request.actor.organisation else None
    stats = [
        {
            "label": Application.State(value).label,
            "count": counts.get(value, 0),
            "url": f"?state={value}&round={chosen.code}" if chosen else "?",
            "current": value == state,
        }
        for value in STATES
    ]
    limit = None
    if chosen and region:
        limit = deadline(chosen, Stage.Kind.COUNTY_REPORT, at=at, region_id=region.pk)
    context = {
        "region": region,
        "round": chosen,
        "rounds": rounds,
        "rows": rows,
        "page": page,
        "stats": stats,
        "chosen": state,
        "state_label": Application.State(state).label if state in Application.State.values else state,
        "deadline": limit,
        "may_batch": state == "SUBMITTED" and request.actor.role == "county_approver",
    }
    return render(request, "institutions/county/queue.html", context)


def case_context(request: HttpRequest, application: Application, base: str) -> dict[str, Any]:
    """Everything the case page shows of one application (look/2-county-review)."""
    versions = queries.versions_of(application)
    current = versions[-1] if versions else None
    parts = queries.sections_for(application.round)
    changed = differences(versions[-2].data, current.data, parts) if current and len(versions) > 1 else []
    files = queries.file_rows(queries.CASE_TYPE, application.pk)
    tab = request.GET.get("tab", "content")
    counts = {"changes": len(changed), "files": len(files)}
    closed = closed_by_publicity(application.round, application.publicity_until, "confirm", at=clock.now())
    return {
        "application": application,
        "current": current,
        "again": len(versions) if len(versions) > 1 else 0,
        "state": {
            "label": application.get_state_display(),
            "tone": APPLICATION.tones.get(application.state, ""),
        },
        "tabs": [
            {
                "label": f"{label}（{counts[key]}）" if counts.get(key) else label,
                "url": f"?tab={key}",
                "current": key == tab,
            }
            for key, label in TABS.items()
        ],
        "tab": tab if tab in TABS else "content",
        "parts": faces.shown_sections(current, parts, application.round.years_reported) if current else [],
        "changed": changed,
        "first": versions[-2] if len(versions) > 1 else None,
        "files": files,
        "hints": queries.hints_for(application, current) if current else [],
        "waiting": publicity_missing(application.round, application.publicity_until, at=clock.now())
        if application.state == "PUBLICITY"
        else "",
        "entries": timeline(queries.CASE_TYPE, application.pk),
        "letters": letters_of_case(request.actor, application),
        "papers": list(papers_of(["application-set", "receipt"], current.pk)) if current else [],
        "moves": [
            {"label": m.label, "tone": m.tone, "url": f"{base}{application.number}/{m.name}/"}
            for m in APPLICATION.moves_open_to(request.actor, application)
            if m.name not in closed
        ],
        "base": base,
    }


def return_values(form: ReturnForm) -> dict[str, Any]:
    """A return's note and its notes by section."""
    return {"note": form.cleaned_data["note"], "sections": form.notes()}


def _case(request: HttpRequest, number: str) -> Application:
    return get_object_or_404(queries.visible_applications(request.actor), number=number)


@for_roles(*COUNTY, readers=("auditor",))
@require_GET
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One application. Opening it ends the institution's right to take it back; noted once, idempotent."""
    application = _case(request, number)
    review.open_by_county(application, by=request.actor, at=clock.now())
    context = case_context(request, application, BASE)
    context |= {"form": ChecklistForm(None, kept=application.checklist)} if request.actor.is_county else {}
    context["section_title"] = "申报审核"
    context["list_url"] = BASE
    return render(request, "institutions/county/case.html", context)


@for_roles(*COUNTY)
@require_POST
def checklist(request: HttpRequest, number: str) -> HttpResponse:
    """Keep what was checked."""
    application = _case(request, number)
    form = ChecklistForm(request.POST, kept=application.checklist)
    back = f"{BASE}{number}/?tab=checklist"
    if not form.is_valid():
        messages.error(request, "核对清单没有保存：备注请控制在 200 字以内。")
        return redirect(back)
    return press(
        request,
        lambda: review.set_checklist(application, form.items(), by=request.actor, at=clock.now()),
        back=back,
        done="核对清单已保存。",
    )


@for_roles(*COUNTY)
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """One move of the county: return, recommend, decline, recall."""
    application = _case(request, number)
    acts = {
        "return": (review.return_application, return_values, "退回后机构修改再报，编号不变；请一次说全。"),
        "recommend": (review.recommend, nothing, "推荐后列入推荐汇总表（附件1）。"),
        "decline": (review.decline, everything, "不予推荐的理由会告知机构，机构可申请复核。"),
        "recall": (review.recall, everything, "推荐文件报送前可以撤回推荐。"),
    }
    if name not in acts:
        raise Http404
    act, values, consequence = acts[name]
    form: Form | None = None
    if name == "return":
        form = ReturnForm(post_of(request), sections=queries.sections_for(application.round))
    elif APPLICATION.moves[name].note:
        form = NoteForm(post_of(request))
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
        consequence=consequence,
    )


@for_roles("county_approver")
@require_POST
def batch(request: HttpRequest) -> HttpResponse:
    """Recommend several: first a page that lists what will and will not be done, then the act."""
    keys = wholes(request.POST.getlist("case"))
    found = list(queries.visible_applications(request.actor).filter(pk__in=keys).order_by("number"))
    if request.POST.get("confirmed") == "1":
        result = review.recommend_many(found, by=request.actor, at=clock.now())
        messages.success(request, f"已推荐 {len(result.done)} 家。")
        for application, why in result.refused:
            messages.warning(request, f"{application.organisation.name}：{why}")
        return redirect("institutions:county-applications")
    ready, refused = review.plan_recommend(found, by=request.actor, at=clock.now())
    context = {
        "ready": [{"title": a.organisation.name, "note": a.number} for a in ready],
        "refused": [{"title": a.organisation.name, "reason": why} for a, why in refused],
        "keys": [a.pk for a in ready],
        "act": "推荐至市局",
        "back_url": BASE,
    }
    return render(request, "institutions/batch.html", context)


# Reports --------------------------------------------------------------------------------


@for_roles(*COUNTY, readers=("auditor",))
@require_GET
def report_list(request: HttpRequest) -> HttpResponse:
    """推荐汇总: the county's reports, and the rounds for which one can be begun."""
    at = clock.now()
    found = list(queries.visible_reports(request.actor).order_by("-pk")[:30])
    busy = {r.round_id for r in found if r.state in {"DRAFT", "RETURNED", "SUBMITTED"}}
    rounds = [r for r in rounds_newest_first() if r.pk not in busy and r.status != Round.Status.CLOSED]
    region_id = request.actor.region_id
    context = {
        "reports": [
            (r, {"label": r.get_state_display(), "tone": COUNTY_REPORT.tones.get(r.state, "")}) for r in found
        ],
        "rounds": [(r, deadline(r, Stage.Kind.COUNTY_REPORT, at=at, region_id=region_id)) for r in rounds]
        if request.actor.is_county
        else [],
    }
    return render(request, "institutions/county/reports.html", context)


@for_roles(*COUNTY)
@require_POST
def report_start(request: HttpRequest, code: str) -> HttpResponse:
    """Begin the next edition of the county's report."""
    round_ = get_object_or_404(Round, code=code)
    try:
        made = reports.start_report(
            round_, request.actor.organisation.region, by=request.actor, at=clock.now()
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("institutions:county-reports")
    return redirect("institutions:county-report", number=made.number)


def _report(request: HttpRequest, number: str) -> CountyReport:
    return get_object_or_404(queries.visible_reports(request.actor), number=number)


def _position(request: HttpRequest, key: int) -> int:
    """The place typed for a row; one without a number goes to the end, never out."""
    typed = whole(to_halfwidth(request.POST.get(f"position_{key}", "")).strip())
    return LAST if typed is None else typed


def _rows(request: HttpRequest, report: CountyReport, *, may_edit: bool) -> list[dict[str, Any]]:
    """The rows of a report as the page shows them: listed, newly recommended, recommended no longer.

    What was typed stays when it is refused.
    """
    listed = queries.rows_of(report)
    fresh = list(queries.recommended_for(report.round, report.region_id)) if may_edit else []
    places = [(row.application, row.position, row.remark, False) for row in listed]
    places += [(case, len(listed) + n, "", True) for n, case in enumerate(fresh, 1)]
    return [
        {
            "application": case,
            "position": request.POST.get(f"position_{case.pk}", position),
            "remark": request.POST.get(f"remark_{case.pk}", remark),
            "is_fresh": is_fresh,
            "is_gone": may_edit and case.state != Application.State.RECOMMENDED,
        }
        for case, position, remark, is_fresh in places
    ]


@for_roles(*COUNTY, readers=("auditor",))
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, number: str) -> HttpResponse:
    """One report: order and remarks, papers, the stamped scan, sending."""
    found, at, refusal = _report(request, number), clock.now(), None
    if request.method == "POST":
        try:
            rows = sorted((_position(request, key), key) for key in wholes(request.POST.getlist("row")))
            wanted = [(key, request.POST.get(f"remark_{key}", "")) for _place, key in rows]
            reports.set_rows(found, wanted, by=request.actor, at=at)
        except Refused as error:
            refusal = error
        else:
            messages.success(request, "名单已保存。")
            return redirect("institutions:county-report", number=number)
    open_ = found.state in queries.OPEN_REPORTS
    may_edit = open_ and request.actor.is_county
    context = {
        "report": found,
        "state": {"label": found.get_state_display(), "tone": COUNTY_REPORT.tones.get(found.state, "")},
        "rows": _rows(request, found, may_edit=may_edit),
        "files": queries.file_rows(queries.REPORT_TYPE, found.pk),
        "checks": report_scan_hints(found),
        "papers": list(papers_of(["attachment-1", "covering-letter"], found.pk)),
        "entries": timeline(queries.REPORT_TYPE, found.pk),
        "letters": receipts_of(found),
        "may_edit": may_edit,
        "may_submit": COUNTY_REPORT.may(request.actor, found, "submit"),
        "may_mail": request.actor.is_county and found.mailed_at is None and not open_,
        "form": ReportForm(initial={"document_number": found.document_number}),
        "deadline": deadline(found.round, Stage.Kind.COUNTY_REPORT, at=at, region_id=found.region_id),
        "refusal": refusal,
    }
    status = refusal.status if refusal else 200
    return render(request, "institutions/county/report.html", context, status=status)


@for_roles(*COUNTY)
@require_POST
def report_act(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Upload the scan, send the report, tick that it was mailed."""
    found, upload = _report(request, number), request.FILES.get("file")
    back = reverse("institutions:county-report", kwargs={"number": number})
    if name == "scan" and upload is None:
        messages.error(request, "请选择要上传的文件。")
        return redirect(back)
    acts: dict[str, tuple[Callable[..., Any], str]] = {
        "scan": (partial(reports.upload_report_scan, found, upload), "扫描件已上传。"),
        "submit": (
            partial(reports.submit_report, found, document_number=request.POST.get("document_number", "")),
            "推荐文件已报送市局。",
        ),
        "mailed": (partial(reports.mark_mailed, found), "已登记发送邮件。"),
    }
    act, done = acts[name]
    return press(request, lambda: act(by=request.actor, at=clock.now()), back=back, done=done)
