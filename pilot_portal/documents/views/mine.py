"""「我的文件」: asking, waiting, downloading."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from pilot_portal.accounts.actors import COUNTY, INSTITUTION
from pilot_portal.attachments.answer import file_answer, mime_of
from pilot_portal.attachments.operations import note_access
from pilot_portal.common import clock
from pilot_portal.common.audience import signed_in
from pilot_portal.common.errors import Refused
from pilot_portal.documents import operations, queries
from pilot_portal.documents.models import Paper
from pilot_portal.documents.registry import PAPERS, SHEETS
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round


@signed_in
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The person's papers; the list part alone for htmx, which asks again while something is under way."""
    page = Paginator(queries.mine(request.user.pk), 20).get_page(request.GET.get("page"))
    rows = queries.rows_of(list(page.object_list))
    waiting = any(row["paper"].status in queries.UNDER_WAY for row in rows)
    part = request.headers.get("HX-Request") == "true"
    template = "documents/_mine_list.html" if part else "documents/mine.html"
    return render(
        request,
        template,
        {
            "page": page,
            "rows": rows,
            "waiting": waiting,
            "may_place": request.actor.role in {*INSTITUTION, *COUNTY},
        },
    )


@signed_in
@require_POST
def request_paper(request: HttpRequest, kind: str, subject: int) -> HttpResponse:
    """Ask for a paper of a subject; unknown or unseen subjects are 404."""
    paper_kind = PAPERS.get(kind)
    found = paper_kind.get(subject) if paper_kind else None
    if paper_kind is None or found is None or not paper_kind.may_see(request.actor, found):
        raise Http404
    paper = operations.request_paper(paper_kind, found, by=request.actor, at=clock.now())
    if paper.status == Paper.Status.DONE:
        return redirect("documents:download", key=paper.uuid)
    messages.info(request, f"已开始生成“{paper.title}”，完成后可在本页下载。")
    return redirect("documents:mine")


@signed_in
@require_POST
def request_sheet(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """Ask for a workbook of a round, of one reporting unit where `region` is posted."""
    sheet_kind = SHEETS.get(kind)
    if sheet_kind is None or sheet_kind.has_page:
        raise Http404
    round_ = get_object_or_404(Round, code=code)
    region = get_object_or_404(Region, code=request.POST["region"]) if request.POST.get("region") else None
    if not sheet_kind.may_see(request.actor, round_, region):
        raise Http404
    operations.request_export(sheet_kind, round_, region, by=request.actor, at=clock.now())
    messages.info(request, f"已开始生成“{sheet_kind.title}”，完成后可在本页下载。")
    return redirect("documents:mine")


@signed_in
@require_GET
def download(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The file of a built paper, logged; 404 for those who may not see it."""
    paper = get_object_or_404(Paper, uuid=key, status=Paper.Status.DONE)
    if not queries.may_download(request.actor, paper):
        raise Http404
    note_access(f"文书 {paper.title} {paper.number}", by=request.actor, at=clock.now())
    return file_answer(paper.sealed_file or paper.file, paper.file_name, mime_of(paper.file_name))


@signed_in
@require_POST
def retry(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Ask again for a paper that failed."""
    paper = get_object_or_404(queries.mine(request.user.pk), uuid=key)
    try:
        operations.retry_paper(paper, by=request.actor)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("documents:mine")


@signed_in
@require_POST
def cancel(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Cancel a paper that waits."""
    paper = get_object_or_404(queries.mine(request.user.pk), uuid=key)
    try:
        operations.cancel_paper(paper, by=request.actor)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("documents:mine")
