"""Workbooks in: the empty form, upload, a preview of every row, import when the officer says so, undo."""

from collections.abc import Mapping
from io import BytesIO

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from demands import intake, operations, queries
from demands.documents.blank import blank_form, blank_library
from demands.forms.staff import NoteForm, SpreadsheetForm, WorkbookForm
from demands.models import ImportBatch, ImportRow
from demands.queries.imports import (
    UNDER_WAY,
    counts_of,
    file_known,
    firms_made_by,
    rows_at,
    rows_of,
)
from demands.rules.rows import DOUBT, GOOD, WRONG
from demands.views.county.import_kinds import ImportFace, face_of
from pilot_portal.accounts.actors import CITY, COUNTY
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Refused
from pilot_portal.rounds.models import Round
from pilot_portal.rounds.queries import rounds_newest_first

KIND = ImportBatch.Kind
STATUS = ImportBatch.Status
TONES = {STATUS.READ: "info", STATUS.COMMITTED: "ok", STATUS.REFUSED: "bad", STATUS.UNDONE: ""}
LEFT = "left"
LEVELS = {
    GOOD: ("可导入", "ok"),
    DOUBT: ("有疑问", "wait"),
    WRONG: ("不能导入", "bad"),
    LEFT: ("不导入", ""),
}
# Up to this size a workbook is read while the officer waits; a longer one is a worker's.
READ_AT_ONCE = 256 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
READERS = ("leader", "auditor")
PAGE = 20
ROWS_A_PAGE = 100
NAMED_FIRMS = 20


def _state(batch: ImportBatch) -> dict[str, str]:
    return {"label": STATUS(batch.status).label, "tone": TONES.get(STATUS(batch.status), "info")}


def _receive(request: HttpRequest, upload: UploadedFile, kind: str, round: Round | None) -> ImportBatch:
    """Reads a short workbook now, hands a long one to a worker."""
    where = {
        "round": round,
        "region": request.actor.organisation.region,
        "by": request.actor,
        "at": clock.now(),
        "kind": kind,
    }
    if (upload.size or 0) > READ_AT_ONCE:
        return operations.receive_workbook(upload, sha256=intake.digest_of(upload), **where)
    parsed, sha256 = intake.parse_upload(upload, kind)
    name = upload.name or "表格"
    return operations.read_workbook(parsed, file_name=name, sha256=sha256, upload=upload, **where)


def _uploads(
    request: HttpRequest, form: SpreadsheetForm, kind: str, rounds: Mapping[str, Round]
) -> HttpResponse | dict[str, object]:
    """Where an upload leads; without one, or with one that is refused, what the page shows."""
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            round = rounds.get(form.cleaned_data.get("round", ""))
            try:
                batch = _receive(request, form.cleaned_data["file"], kind, round)
            except NotAllowed:
                raise
            except Refused as refused:
                refusal, status = refused.message, refused.status
            else:
                return redirect("demands:county-import", pk=batch.pk)
    batches = queries.visible_batches(request.actor).filter(kind=kind)
    page = Paginator(batches, PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "batch": batch,
            "state": _state(batch),
            "url": reverse("demands:county-import", args=[batch.pk]),
            "discard_url": reverse("demands:county-import-discard", args=[batch.pk])
            if request.actor.is_county and batch.status == STATUS.READ
            else "",
        }
        for batch in page.object_list
    ]
    return {"form": form, "refusal": refusal, "rows": rows, "page": page, "status": status}


@for_roles(*COUNTY, readers=READERS)
@require_http_methods(["GET", "POST"])
def import_list(request: HttpRequest) -> HttpResponse:
    """The county's imports of Attachment 4, and the form for the next workbook."""
    rounds = {found.code: found for found in queries.open_rounds(clock.now())}
    choices = [(code, found.title) for code, found in rounds.items()]
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    context = _uploads(request, WorkbookForm(*posted, rounds=choices), KIND.DEMANDS, rounds)
    if isinstance(context, HttpResponse):
        return context
    if not (request.actor.is_county and choices):
        context["form"] = None
    context |= {
        "has_rounds": bool(choices),
        "templates": [
            {"label": found.label, "url": reverse("demands:demand-template", args=[code])}
            for code, found in rounds.items()
        ],
    }
    return render(request, "demands/county/imports.html", context, status=context.pop("status"))


@for_roles(*COUNTY, readers=READERS)
@require_http_methods(["GET", "POST"])
def library_import(request: HttpRequest) -> HttpResponse:
    """The county's imports of its library, and the form for the next workbook."""
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    context = _uploads(request, SpreadsheetForm(*posted), KIND.LIBRARY, {})
    if isinstance(context, HttpResponse):
        return context
    if not request.actor.is_county:
        context["form"] = None
    return render(request, "demands/county/library_imports.html", context, status=context.pop("status"))


def _shown(row: ImportRow, face: ImportFace) -> dict[str, object]:
    """One row as the page shows it: what holds now, why, and what may be done with it."""
    level = LEFT if row.is_left_out else row.level
    label, tone = LEVELS[level]
    suggested = {} if row.edits.get("confirmed") else row.data.get("suggest", {})
    return {
        "place": str(row),
        "cells": face.cells(row),
        "ordinal": row.ordinal,
        "revision": row.revision,
        "level": level,
        "notes": row.reasons,
        "is_edited": bool(row.edits),
        "is_taken": row.is_taken,
        "may_confirm": level == DOUBT,
        "may_leave": level != LEFT,
        "suggested": [
            {"field": field, "word": word}
            for field, words in suggested.items()
            if field not in row.edits
            for word in words
        ],
        "state": {"label": "已导入" if row.is_taken else label, "tone": "ok" if row.is_taken else tone},
    }


def _stats(counts: dict[str, int], level: str) -> list[dict[str, object]]:
    stats: list[dict[str, object]] = [
        {"count": sum(counts.values()), "label": "读到的行", "url": "?", "current": level not in LEVELS}
    ]
    return stats + [
        {"count": counts[key], "label": label, "url": f"?level={key}", "current": level == key}
        for key, (label, _) in LEVELS.items()
        if key != LEFT or counts[LEFT]
    ]


@for_roles(*COUNTY, readers=READERS)
@require_GET
def imported(request: HttpRequest, pk: int) -> HttpResponse:
    """Every row of a workbook: understood, doubtful (yellow), wrong (red), by the row of their sheet."""
    batch = get_object_or_404(queries.visible_batches(request.actor), pk=pk)
    counts = counts_of(batch)
    level = request.GET.get("level", "")
    rows = rows_at(batch, level) if level in LEVELS else rows_of(batch)
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    may_act = request.actor.is_county
    is_waiting = batch.status == STATUS.READ
    face = face_of(batch)
    shown = [_shown(row, face) for row in page.object_list]
    kept = list(firms_made_by(batch).order_by("name", "pk")) if batch.status == STATUS.UNDONE else []
    return render(
        request,
        "demands/county/import.html",
        {
            "batch": batch,
            "state": _state(batch),
            "page": page,
            "level": level if level in LEVELS else "",
            "stats": _stats(counts, level),
            "rows": shown,
            "columns": [cell.label for cell in shown[0]["cells"]] if shown else [],
            "face": face,
            "good": counts[GOOD],
            "doubtful": counts[DOUBT],
            "twin": file_known(batch),
            "may_edit": may_act and is_waiting,
            "may_commit": may_act and is_waiting and counts[GOOD] + counts[DOUBT] > 0,
            "kept": kept[:NAMED_FIRMS],
            "kept_count": len(kept),
            "may_discard": may_act and is_waiting,
            "may_undo": may_act and batch.status == STATUS.COMMITTED,
            "may_mark": may_act and batch.file is not None and counts[DOUBT] + counts[WRONG] > 0,
            "under_way": UNDER_WAY.get(batch.status, ""),
        },
    )


@for_roles(*COUNTY, *CITY)
@require_GET
def template(request: HttpRequest, code: str) -> HttpResponse:
    """The empty Attachment 4 of a round, to hand out."""
    region = request.actor.organisation.region if request.actor.is_county else None
    name, content = blank_form(get_object_or_404(rounds_newest_first(), code=code), region)
    return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=XLSX)


@for_roles(*COUNTY, *CITY)
@require_GET
def library_template(request: HttpRequest) -> HttpResponse:
    """The empty list of a county's firms, to hand out."""
    region = request.actor.organisation.region if request.actor.is_county else None
    name, content = blank_library(region)
    return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=XLSX)


@for_roles(*COUNTY, readers=READERS)
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a worker is with an import; asked again by the page until it is done."""
    batch = get_object_or_404(queries.visible_batches(request.actor), pk=pk)
    under_way = UNDER_WAY.get(batch.status, "")
    context = {"batch": batch, "under_way": under_way}
    answer = render(request, "demands/county/_import_progress.html", context)
    if not under_way:
        answer["HX-Refresh"] = "true"
    return answer


@for_roles(*COUNTY)
@require_POST
def commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes the good rows over, or the doubtful ones too."""
    batch = get_object_or_404(queries.visible_batches(request.actor), pk=pk)
    try:
        done = operations.order_batch(
            batch, by=request.actor, at=clock.now(), with_doubtful="doubtful" in request.POST
        )
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("demands:county-import", pk=pk)
    if done is None:
        messages.info(request, "已开始导入，可以先办别的事，导入完成后在本页查看结果。")
        return redirect("demands:county-import", pk=pk)
    left = f"，留下 {done.left_out} 行未导入" if done.left_out else ""
    face = face_of(batch)
    messages.success(request, face.done.format(count=done.taken, left=left))
    return redirect(face.home)


@for_roles(*COUNTY)
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Sets a preview aside that will not be taken over."""
    batch = get_object_or_404(queries.visible_batches(request.actor), pk=pk)
    try:
        operations.discard_batch(batch, by=request.actor, at=clock.now())
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("demands:county-import", pk=pk)
    messages.success(request, f"已放弃“{batch.file_name}”，原文件留存；需要时可重新上传。")
    return redirect(face_of(batch).list_url)


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
                count = operations.order_undo(
                    batch, note=form.cleaned_data["note"], by=request.actor, at=clock.now()
                )
            except NotAllowed:
                raise
            except Refused as refused:
                refusal, status = refused.message, refused.status
            else:
                undone = face_of(batch).undone
                said = "已开始撤销导入。" if count is None else undone.format(count=count)
                messages.success(request, said)
                return redirect("demands:county-import", pk=pk)
    return render(
        request,
        "demands/county/undo.html",
        {
            "batch": batch,
            "form": form,
            "refusal": refusal,
            "move": {"label": "撤销导入", "tone": "danger"},
            "face": face_of(batch),
            "consequence": face_of(batch).undoing.format(count=batch.rows_taken),
            "back_url": reverse("demands:county-import", args=[pk]),
        },
        status=status,
    )
