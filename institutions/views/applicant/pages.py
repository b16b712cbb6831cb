"""The institution's pages: task list, sections, check page, submission and what follows."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from institutions import queries
from institutions.documents.offers import letters_of_case
from institutions.forms import SectionForm, SubmitForm, typed_of
from institutions.models import Application, DraftSection
from institutions.operations import applications, drafts
from institutions.queries import faces
from institutions.rules import sections as declared
from institutions.views.applicant.tasks import groups_of, next_step
from institutions.workflow import APPLICATION
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Problem, Refused
from pilot_portal.common.text import whole
from pilot_portal.desk.moving import move_page, nothing, post_of, press
from pilot_portal.rounds.models import Round
from pilot_portal.workflow.queries import timeline

INSTITUTION = ("institution_admin", "institution_member")
# The sections that ask for files.
FILES = {
    "eligibility": {
        "purpose": queries.LICENCE,
        "title": "营业执照（法人证书）",
        "label": "选择扫描件",
        "hint": "PDF 或图片，不超过 20 MB",
        "accept": ".pdf,.jpg,.jpeg,.png",
        "button": "上传执照",
    },
    "cases": {
        "purpose": queries.PROOF,
        "title": "佐证材料（选填）",
        "label": "选择文件",
        "hint": "称号文件、服务合同等；PDF、图片、Word 或 Excel，不超过 20 MB",
        "accept": ".pdf,.jpg,.jpeg,.png,.docx,.xlsx",
        "button": "上传佐证",
    },
}


def _case(request: HttpRequest, code: str) -> Application:
    return get_object_or_404(queries.visible_applications(request.actor), round__code=code)


def address(application: Application) -> str:
    """The task list of an application."""
    return f"/my/application/{application.round.code}/"


@for_roles(*INSTITUTION)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """我的申报: own cases, and the rounds that are open for application."""
    at = clock.now()
    own = list(queries.visible_applications(request.actor).order_by("-round__year", "-pk"))
    taken = {application.round_id for application in own}
    context = {
        "cases": [
            (a, {"label": a.get_state_display(), "tone": APPLICATION.tones.get(a.state, "")}) for a in own
        ],
        "rounds": [
            round_ for round_ in queries.open_rounds(at, request.actor.region_id) if round_.pk not in taken
        ],
    }
    return render(request, "institutions/applicant/home.html", context)


@for_roles(*INSTITUTION)
@require_POST
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Begin an application."""
    round_ = get_object_or_404(Round, code=code)
    try:
        drafts.start_application(round_, request.actor.organisation, by=request.actor, at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("institutions:applicant-home")
    return redirect("institutions:applicant-application", code=code)


@for_roles(*INSTITUTION)
@require_GET
def tasks(request: HttpRequest, code: str) -> HttpResponse:
    """The task list (look/1-task-list)."""
    application, at = _case(request, code), clock.now()
    progress = queries.progress_of(application, at=at)
    version = queries.current_version(application)
    moves = {move.name: move for move in APPLICATION.moves_open_to(request.actor, application)}
    context = {
        "application": application,
        "state": {
            "label": application.get_state_display(),
            "tone": APPLICATION.tones.get(application.state, ""),
        },
        "deadline": queries.submission_deadline(application, at=at),
        "groups": groups_of(application, progress, scan_done=queries.scan_is_current(application)),
        "done": sum(row.status == "done" for row in progress),
        "of": len(progress),
        "next_step": next_step(application, progress),
        "return_entry": queries.last_return(application) if application.state == "RETURNED" else None,
        "entries": timeline(queries.CASE_TYPE, application.pk),
        "letters": letters_of_case(request.actor, application),
        "version": version,
        "may_take_back": "take_back" in moves and application.opened_by_county_at is None,
        "may_scan": application.state in drafts.SCANNABLE,
        "checks": queries.scan_hints(application, version) if version else [],
        "may_withdraw": "withdraw" in moves,
        "may_reopen": "reopen" in moves,
    }
    return render(request, "institutions/applicant/tasks.html", context)


def _section_page(
    request: HttpRequest,
    application: Application,
    section: declared.Section,
    form: SectionForm,
    saved: DraftSection | None,
    *,
    status: int = 200,
    refusal: Refused | None = None,
    other: DraftSection | None = None,
) -> HttpResponse:
    at = clock.now()
    progress = queries.progress_of(application, at=at)
    years = application.round.years_reported
    files = queries.file_rows(queries.CASE_TYPE, application.pk)
    context = {
        "application": application,
        "section": section,
        "form": form,
        "refusal": refusal,
        "other": other,
        "other_rows": [(f.label, (other.data or {}).get(f.key, "")) for f in section.fields] if other else [],
        "revision": other.revision if other else (saved.revision if saved else 0),
        "is_done": saved.is_done if saved else False,
        "deadline": queries.submission_deadline(application, at=at),
        "groups": groups_of(application, progress, current=section.code),
        "done": sum(row.status == "done" for row in progress),
        "of": len(progress),
        "note": queries.return_notes(application).get(section.code, "")
        if application.state == "RETURNED"
        else "",
        "years": years,
        "figures": figure_rows(form, years) if section.code == "finance" else [],
        "promise": declared.promise_text(application.round.year) if section.code == "promise" else "",
        "upload": FILES.get(section.code),
        "files": [row for row in files if row["purpose"] == FILES[section.code]["purpose"]]
        if section.code in FILES
        else [],
        "editable": application.state in drafts.OPEN,
        "closed_words": drafts.closed_words(application.state),
        "typed_rows": [
            (item.label, shown)
            for item in section.fields
            if refusal and (shown := faces.typed_words(item, typed_of(section, form.data).get(item.key, "")))
        ],
    }
    return render(request, "institutions/applicant/section.html", context, status=status)


def figure_rows(form: SectionForm, years: tuple[int, int]) -> list[dict[str, Any]]:
    """The rows of the two-year table: label, hint, the cells of both years."""
    rows = []
    for key, label, kind, is_part in declared.FIGURES:
        cells = []
        for year in years:
            if key in declared.COMPUTED:
                cells.append({"year": year, "computed": f"assets_{year} - liabilities_{year}", "key": key})
            else:
                bound = form[f"{key}_{year}"]
                cells.append({"year": year, "field": bound, "label": f"{year}年{label}"})
        unit = "单位：人" if kind == declared.COUNT else "万元"
        hint = {"staff": "不含外聘，单位：人", "net_assets": "= 资产总额 − 负债总额"}.get(key, unit)
        rows.append(
            {
                "label": label,
                "hint": hint,
                "is_part": is_part,
                "cells": cells,
                "wrong": any(c.get("field") is not None and c["field"].errors for c in cells),
                "starts_income": key == "revenue",
            }
        )
    return rows


@for_roles(*INSTITUTION)
@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, code: str, part: str) -> HttpResponse:
    """One section (look/1-application). POST keeps what was typed, whatever it is; autosave answers JSON."""
    application, at = _case(request, code), clock.now()
    found = next((s for s in queries.sections_for(application.round, at) if s.code == part), None)
    if found is None:
        raise Http404
    saved = queries.drafts_of(application).get(part)
    if request.method == "GET":
        form = SectionForm(initial=saved.data if saved else {}, section=found)
        if saved and saved.is_done:
            form = SectionForm(saved.data, section=found)
            form.show(_problems(application, found))
        return _section_page(request, application, found, form, saved)
    if request.POST.get("autosave") == "1":
        return _autosave(request, application, found, saved)
    return _save(request, application, found, saved)


def _autosave(
    request: HttpRequest, application: Application, found: declared.Section, saved: DraftSection | None
) -> JsonResponse:
    """Keep what was typed so far; answers in JSON."""
    at = clock.now()
    try:
        new = drafts.save_section(
            application,
            found.code,
            typed_of(found, request.POST),
            revision=whole(request.POST.get("revision")) or 0,
            done=bool(saved and saved.is_done),
            by=request.actor,
            at=at,
        )
    except Refused as refusal:
        return JsonResponse({"message": refusal.message}, status=refusal.status)
    return JsonResponse({"revision": new, "saved": f"{clock.beijing(at):%H:%M}"})


def _save(
    request: HttpRequest, application: Application, found: declared.Section, saved: DraftSection | None
) -> HttpResponse:
    """Keep what was typed; where it was called done, say what is wrong with it."""
    form, typed = SectionForm(request.POST, section=found), typed_of(found, request.POST)
    done = request.POST.get("done") == "1"
    try:
        drafts.save_section(
            application,
            found.code,
            typed,
            revision=whole(request.POST.get("revision")) or 0,
            done=done,
            by=request.actor,
            at=clock.now(),
        )
    except Refused as refusal:
        other = refusal.current if isinstance(refusal, drafts.SectionMoved) else None
        status = refusal.status
        return _section_page(
            request, application, found, form, saved, status=status, refusal=refusal, other=other
        )
    problems = _problems(application, found) if done else []
    if problems:
        form.show(problems)
        saved = queries.drafts_of(application)[found.code]
        return _section_page(request, application, found, form, saved, status=422)
    messages.success(request, f"“{found.title}”已保存。")
    code = application.round.code
    if request.POST.get("act") != "continue":
        return redirect("institutions:applicant-application", code=code)
    order = [s.code for s in declared.sections(application.round.years_reported)]
    following = order[order.index(found.code) + 1 :]
    if following:
        return redirect("institutions:applicant-section", code=code, part=following[0])
    return redirect("institutions:applicant-check", code=code)


def _problems(application: Application, found: declared.Section) -> list[Problem]:
    """What is wrong with the section as saved: all that the check page would say of it."""
    checked = queries.problems_of(application, at=clock.now())
    return [problem for problem in checked.problems if problem.section == found.code]


@for_roles(*INSTITUTION)
@require_POST
def upload(request: HttpRequest, code: str) -> HttpResponse:
    """Add the licence, a proof or the stamped scan."""
    application = _case(request, code)
    found, purpose = request.FILES.get("file"), request.POST.get("purpose", "")
    part = next((code for code, files in FILES.items() if files["purpose"] == purpose), "")
    back = f"{address(application)}{part}/" if part else address(application)
    if found is None:
        messages.error(request, "请选择要上传的文件。")
        return redirect(back)
    return press(
        request,
        lambda: drafts.upload_file(application, found, purpose=purpose, by=request.actor, at=clock.now()),
        back=back,
        done="文件已上传。",
    )


@for_roles(*INSTITUTION)
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, code: str) -> HttpResponse:
    """检查并提交: everything typed with 更改 beside it; POST submits."""
    application, at = _case(request, code), clock.now()
    form, refusal = SubmitForm(post_of(request)), None
    if request.method == "POST" and not APPLICATION.moves["submit"].who(request.actor, application):
        raise NotAllowed("由本单位管理员提交申报；经办人可以填写和保存。")
    if request.method == "POST" and form.is_valid():
        try:
            applications.submit_application(
                application, direct_reason=form.cleaned_data["direct_reason"], by=request.actor, at=at
            )
        except Refused as error:
            refusal = error
        else:
            messages.success(request, f"申报已提交，编号 {application.number}。请打印、盖章后上传扫描件。")
            return redirect("institutions:applicant-application", code=code)
    checked = queries.problems_of(application, at=at)
    ids = faces.anchors(declared.sections(application.round.years_reported))
    context = {
        "application": application,
        "parts": faces.typed_sections(application, at=at, problems=checked.problems),
        "wrong": [
            {"message": p.message, "url": f"{address(application)}{p.section}/#{ids[p.field]}"}
            for p in checked.problems
        ],
        "warnings": checked.warnings,
        "files": queries.file_rows(queries.CASE_TYPE, application.pk),
        "form": form,
        "refused_words": refusal.message if refusal else "",
        "may_submit": APPLICATION.may(request.actor, application, "submit") and not checked.problems,
        "deadline": queries.submission_deadline(application, at=at),
    }
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "institutions/applicant/check.html", context, status=status)


MOVES = {
    "take_back": (applications.take_back, "撤回后可以修改，须在截止前重新提交。"),
    "withdraw": (applications.withdraw_application, "撤回申报后不再参加本批次，截止前可以重新填报。"),
    "reopen": (applications.reopen, "重新填报沿用原编号和已填内容。"),
}


@for_roles(*INSTITUTION)
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """Take back, withdraw, reopen: asked once more."""
    application = _case(request, code)
    act, consequence = MOVES[name]
    return move_page(
        request,
        APPLICATION,
        application,
        name,
        act=act,
        values=nothing,
        back=address(application),
        heading=f"{application.round.label}试点申报",
        consequence=consequence,
    )
