"""Attachment 4 in: upload, a preview of every row, import when the officer says so, undo."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from demands import intake, operations, queries
from demands.forms.staff import NoteForm, WorkbookForm
from demands.models import ImportBatch
from demands.queries.imports import file_known, preview
from demands.rules.rows import DOUBT, GOOD, WRONG
from pilot_portal.accounts.actors import COUNTY
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Refused

STATUS = ImportBatch.Status
TONES = {STATUS.READ: "info", STATUS.COMMITTED: "ok", STATUS.REFUSED: "bad", STATUS.UNDONE: ""}
LEVELS = {GOOD: ("可导入", "ok"), DOUBT: ("有疑问", "wait"), WRONG: ("不能导入", "bad")}
READERS = ("leader", "auditor")
PAGE = 20
ROWS_A_PAGE = 100


def _state(batch: ImportBatch) -> dict[str, str]:
    return {"label": STATUS(batch.status).label, "tone": TONES[STATUS(batch.status)]}


@for_roles(*COUNTY, readers=READERS)
@require_http_methods(["GET", "POST"])
def import_list(request: HttpRequest) -> HttpResponse:
    """The county's imports, and the form for the next workbook."""
    at = clock.now()
    rounds = {found.code: found for found in queries.open_rounds()}
    choices = [(code, found.title) for code, found in rounds.items()]
    files = request.FILES if request.method == "POST" else None
    form = WorkbookForm(request.POST if request.method == "POST" else None, files, rounds=choices)
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                read = intake.read_upload(upload)
                batch = operations.read_workbook(
                    read.parsed,
                    round=rounds[form.cleaned_data["round"]],
                    region=request.actor.organisation.region,
                    file_name=upload.name or "附件4",
                    sha256=read.sha256,
                    by=request.actor,
                    at=at,
                    upload=upload,
                )
            except NotAllowed:
                raise
            except Refused as refused:
                refusal, status = refused.message, refused.status
            else:
                return redirect("demands:county-import", pk=batch.pk)
    page = Paginator(queries.visible_batches(request.actor), PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "batch": batch,
            "state": _state(batch),
            "url": reverse("demands:county-import", args=[batch.pk]),
        }
        for batch in page.object_list
    ]
    context = {
        "form": form if request.actor.is_county and choices else None,
        "refusal": refusal,
        "rows": rows,
        "page": page,
        "has_rounds": bool(choices),
    }
    return render(request, "demands/county/imports.html", context, status=status)


@for_roles(*COUNTY, readers=READERS)
@require_GET
def imported(request: HttpRequest, pk: int) -> HttpResponse:
    """Every row of a workbook: understood, doubtful (yellow), wrong (red), by the row of their sheet."""
    batch = get_object_or_404(queries.visible_batches(request.actor), pk=pk)
    rows = preview(batch)
    counts = {level: sum(row.level == level for row in rows) for level in LEVELS}
    level = request.GET.get("level", "")
    shown = [row for row in rows if row.level == level] if level in LEVELS else rows
    page = Paginator(shown, ROWS_A_PAGE).get_page(request.GET.get("page"))
    twin = file_known(batch.round_id, batch.region_id, batch.sha256)
    stats = [{"count": len(rows), "label": "读到的行", "url": "?", "current": level not in LEVELS}]
    stats += [
        {"count": counts[key], "label": label, "url": f"?level={key}", "current": level == key}
        for key, (label, _) in LEVELS.items()
    ]
    may_act = request.actor.is_county
    return render(
        request,
        "demands/county/import.html",
        {
            "batch": batch,
            "state": _state(batch),
            "page": page,
            "stats": stats,
            "rows": [
                {
                    "row": row,
                    "level": row.level,
                    "state": {"label": LEVELS[row.level][0], "tone": LEVELS[row.level][1]},
                }
                for row in page.object_list
            ],
            "good": counts[GOOD],
            "doubtful": counts[DOUBT],
            "twin": twin if twin and twin.pk != batch.pk else None,
            "may_commit": may_act and batch.status == STATUS.READ and counts[GOOD] + counts[DOUBT] > 0,
            "may_undo": may_act and batch.status == STATUS.COMMITTED,
            "is_waiting": batch.status == STATUS.READ,
            "unit": batch.parsed.get("unit"),
            "notes": batch.parsed.get("notes", []),
        },
    )


@for_roles(*COUNTY)
@require_POST
def commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes the good rows over, or the doubtful ones too."""
    batch = get_object_or_404(queries.visible_batches(request.actor), pk=pk)
    try:
        done = operations.commit_batch(
            batch, by=request.actor, at=clock.now(), with_doubtful="doubtful" in request.POST
        )
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("demands:county-import", pk=pk)
    left = f"，留下 {len(done.left_out)} 行未导入" if done.left_out else ""
    messages.success(request, f"已导入 {len(done.demands)} 项需求{left}。请在需求审核中核实。")
    return redirect("demands:county-demand-list")


@for_roles(*COUNTY)
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks for the reason, then sets aside everything the import made, while nothing was built on it."""
    batch = get_object_or_404(queries.visible_batches(request.actor), pk=pk)
    form = NoteForm(request.POST if request.method == "POST" else None)
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                count = operations.undo_batch(
                    batch, note=form.cleaned_data["note"], by=request.actor, at=clock.now()
                )
            except NotAllowed:
                raise
            except Refused as refused:
                refusal, status = refused.message, refused.status
            else:
                messages.success(request, f"已撤销导入，{count} 项需求不再办理。")
                return redirect("demands:county-import", pk=pk)
    return render(
        request,
        "demands/county/undo.html",
        {
            "batch": batch,
            "form": form,
            "refusal": refusal,
            "move": {"label": "撤销导入", "tone": "danger"},
            "consequence": f"这次导入的 {batch.rows_taken} 项需求不再办理，编号不再使用；可改好后重新导入。",
            "back_url": reverse("demands:county-import", args=[pk]),
        },
        status=status,
    )
