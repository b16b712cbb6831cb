"""Single rows of a workbook before it is taken over: typed over, confirmed, left out."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from demands import operations, queries
from demands.documents import MARKED_WORKBOOK
from demands.models import ImportBatch, ImportRow
from demands.queries.imports import next_doubtful, rows_of
from demands.views.county.import_kinds import face_of, suggested_value
from pilot_portal.accounts.actors import COUNTY
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Refused
from pilot_portal.common.text import whole
from pilot_portal.documents.models import Paper
from pilot_portal.documents.operations import request_paper


def _row(request: HttpRequest, pk: int, ordinal: int) -> ImportRow:
    batch = get_object_or_404(queries.visible_batches(request.actor), pk=pk)
    return get_object_or_404(rows_of(batch).select_related("batch__region", "batch__round"), ordinal=ordinal)


@for_roles(*COUNTY)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int, ordinal: int) -> HttpResponse:
    """One row: what stood in their sheet, what was understood, and the form to type over it."""
    row = _row(request, pk, ordinal)
    face, raw = face_of(row.batch), row.data.get("raw", {})
    initial = {**face.initial(row), "revision": row.revision}
    form = face.form(request.POST if request.method == "POST" else None, initial=initial)
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                operations.edit_row(row, form.typed(), revision=form.seen, by=request.actor, at=clock.now())
            except NotAllowed:
                raise
            except Refused as refused:
                refusal, status = refused.message, refused.status
                for problem in refused.problems:
                    form.add_error(problem.field, problem.message)
            else:
                return _onward(request, row)
    return render(
        request,
        "demands/county/import_row.html",
        {
            "batch": row.batch,
            "row": row,
            "form": form,
            "refusal": refusal,
            "face": face,
            "raw": [(label, raw[name]) for name, label in face.labels.items() if raw.get(name)],
            "is_waiting": row.batch.status == ImportBatch.Status.READ,
        },
        status=status,
    )


def _onward(request: HttpRequest, row: ImportRow) -> HttpResponse:
    """To the next row with a doubt when the officer wants it, else back to the table where he was."""
    if "next" in request.POST:
        if following := next_doubtful(row.batch, row.ordinal):
            return redirect("demands:county-import-row", pk=row.batch_id, ordinal=following.ordinal)
        messages.success(request, "后面没有需要核对的行了。")
    return redirect(f"{reverse('demands:county-import', args=[row.batch_id])}#row-{row.ordinal}")


def _act(
    request: HttpRequest, pk: int, ordinal: int, act: Callable[[ImportRow, int], object]
) -> HttpResponse:
    row = _row(request, pk, ordinal)
    revision = whole(request.POST.get("revision"))
    try:
        act(row, -1 if revision is None else revision)
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, f"{row.sheet} 第 {row.row} 行：{refused.message}")
    level = request.POST.get("level", "")
    query = f"?level={level}" if level in {"good", "doubt", "wrong", "left"} else ""
    return redirect(f"{reverse('demands:county-import', args=[pk])}{query}#row-{ordinal}")


@for_roles(*COUNTY)
@require_POST
def confirm(request: HttpRequest, pk: int, ordinal: int) -> HttpResponse:
    """A doubtful row was looked at and stands."""
    return _act(
        request,
        pk,
        ordinal,
        lambda row, seen: operations.confirm_row(row, revision=seen, by=request.actor, at=clock.now()),
    )


@for_roles(*COUNTY)
@require_POST
def leave_out(request: HttpRequest, pk: int, ordinal: int) -> HttpResponse:
    """A row is left out, or taken in again."""
    out = "back" not in request.POST
    return _act(
        request,
        pk,
        ordinal,
        lambda row, seen: operations.leave_out_row(
            row, is_left_out=out, revision=seen, by=request.actor, at=clock.now()
        ),
    )


@for_roles(*COUNTY)
@require_POST
def suggest(request: HttpRequest, pk: int, ordinal: int) -> HttpResponse:
    """The word that lay near what was written is taken instead of it."""
    field, word = request.POST.get("field", ""), request.POST.get("word", "")

    def act(row: ImportRow, seen: int) -> object:
        typed = {field: suggested_value(row, field, word)}
        return operations.edit_row(row, typed, revision=seen, by=request.actor, at=clock.now())

    return _act(request, pk, ordinal, act)


@for_roles(*COUNTY)
@require_POST
def marked(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks for their own workbook with the cells marked and commented."""
    batch = get_object_or_404(queries.visible_batches(request.actor), pk=pk)
    paper = request_paper(MARKED_WORKBOOK, batch, by=request.actor, at=clock.now())
    if paper.status == Paper.Status.DONE:
        return redirect("documents:download", key=paper.uuid)
    messages.info(request, "正在生成标注好的表格，完成后可在本页下载。")
    return redirect("documents:mine")
