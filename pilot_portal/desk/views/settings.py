"""The settings pages of the rounds: calendar, extensions, numbers. The city edits, others read."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import Refused
from pilot_portal.desk.forms import ExtensionForm, RoundForm, SettingForm
from pilot_portal.rounds import operations, queries
from pilot_portal.rounds.models import Round, Stage
from pilot_portal.rounds.settings_table import SETTINGS

CITY = ("city_handler", "city_chief")
READERS = ("leader", "auditor")


@for_roles(*CITY, readers=READERS)
@require_GET
def rounds(request: HttpRequest) -> HttpResponse:
    """All rounds."""
    return render(
        request,
        "desk/settings/rounds.html",
        {"rounds": list(queries.rounds_newest_first()), "may_open": request.actor.is_city},
    )


@for_roles(*CITY)
@require_http_methods(["GET", "POST"])
def open_round(request: HttpRequest) -> HttpResponse:
    """Open a round: head and calendar, proposed from the notice."""
    at, refusal = clock.now(), None
    form = RoundForm(request.POST or None, initial=RoundForm.proposal(clock.beijing_date(at).year))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = operations.open_round(
                code=data["code"].upper(),
                title=data["title"],
                document_number=data["document_number"],
                baseline_date=data["baseline_date"],
                stages=form.stages(),
                rehearsal=data["rehearsal"],
                by=request.actor,
                at=at,
            )
        except Refused as error:
            refusal = error
            for problem in error.problems:
                form.add_error(problem.field if problem.field in form.fields else None, problem.message)
        else:
            messages.success(request, f"批次 {made.code} 已设立。")
            return redirect("desk:settings-round", code=made.code)
    status = refusal.status if refusal else (422 if form.is_bound else 200)
    return render(request, "desk/settings/open.html", {"form": form, "refusal": refusal}, status=status)


def _said(value: Any, unit: str) -> str:
    if isinstance(value, bool):
        return "开" if value else "关"
    return f"{value} {unit}".strip()


@for_roles(*CITY, readers=READERS)
@require_GET
def round_page(request: HttpRequest, code: str) -> HttpResponse:
    """One round: its calendar with extensions, its numbers with where they come from."""
    found, at = get_object_or_404(Round, code=code), clock.now()
    frozen = queries.frozen_settings(found)
    values = queries.settings_of(found, at=at)
    set_by_city = queries.settings_changed(found)
    rows = [
        {
            "key": key,
            "label": item.label,
            "value": _said(values[key], item.unit),
            "source": "市局设定"
            if key in set_by_city
            else ("文件规定" if item.from_notice else "系统默认，非文件规定"),
            "frozen": frozen.get(key),
        }
        for key, item in SETTINGS.items()
    ]
    stages = queries.calendar(found)
    context = {
        "round": found,
        "stages": stages,
        "settings_rows": rows,
        "may_edit": request.actor.is_city,
        "years_unknown": queries.years_without_calendar([found.year, found.year + 1]),
    }
    return render(request, "desk/settings/round.html", context)


@for_roles(*CITY)
@require_http_methods(["GET", "POST"])
def extend(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Move the end of a stage."""
    stage = get_object_or_404(Stage.objects.select_related("round"), round__code=code, kind=kind)
    form, refusal = ExtensionForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            operations.extend_stage(
                stage,
                ends_at=form.ends_at(),
                reason=data["reason"],
                document_number=data["document_number"],
                region=form.regions.get(data["region"]),
                by=request.actor,
                at=clock.now(),
            )
        except Refused as error:
            refusal = error
        else:
            messages.success(request, "延期已登记。")
            return redirect("desk:settings-round", code=code)
    status = refusal.status if refusal else (422 if form.is_bound else 200)
    context = {"stage": stage, "form": form, "refusal": refusal}
    return render(request, "desk/settings/extend.html", context, status=status)


@for_roles(*CITY)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Set a new value from now on."""
    found, at = get_object_or_404(Round, code=code), clock.now()
    if key not in SETTINGS:
        raise Http404
    now = queries.setting(found, key, at=at)
    first = {"value": ("1" if now else "0") if isinstance(now, bool) else str(now)}
    form, refusal = SettingForm(request.POST or None, key=key, initial=first), None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            operations.change_setting(
                found,
                key,
                data["value"],
                by=request.actor,
                at=at,
                reason=data["reason"],
                document_number=data["document_number"],
            )
        except Refused as error:
            refusal = error
        else:
            messages.success(request, f"“{SETTINGS[key].label}”已修改，即时生效。")
            return redirect("desk:settings-round", code=code)
    status = refusal.status if refusal else (422 if form.is_bound else 200)
    context = {
        "round": found,
        "label": SETTINGS[key].label,
        "form": form,
        "refusal": refusal,
        "versions": queries.setting_versions(found, key),
        "frozen": queries.frozen_settings(found).get(key),
    }
    return render(request, "desk/settings/change.html", context, status=status)


@for_roles(*CITY)
@require_POST
def fill_calendar(request: HttpRequest, year: int) -> HttpResponse:
    """Take a year's public holidays from the package's table."""
    count = operations.fill_calendar(year)
    if count:
        messages.success(request, f"{year} 年工作日历已载入 {count} 天。")
    else:
        messages.warning(request, f"{year} 年的节假日安排尚不可知或已载入；未知时按周一至周五计算。")
    return redirect("desk:settings")
