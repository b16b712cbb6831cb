"""Verification: anybody may ask whether a paper is the portal's own. Nothing personal is told."""

import hashlib
import re

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_GET, require_http_methods

from pilot_portal.attachments.answer import file_answer, mime_of
from pilot_portal.common import clock
from pilot_portal.documents import queries
from pilot_portal.documents.models import Paper
from pilot_portal.documents.registry import PAPERS

PER_MINUTE = 60
TOO_MANY = "查询过于频繁，请一分钟后再试。"
MAX_BYTES = 20 * 1024 * 1024


def _over_limit(request: HttpRequest) -> bool:
    # A key a minute: some caches start a counter's time anew with every step.
    minute = int(clock.now().timestamp()) // 60
    key = f"verify:{get_adapter(request).get_client_ip(request)}:{minute}"
    if cache.add(key, 1, 120):
        return False
    try:
        return cache.incr(key) > PER_MINUTE
    except ValueError:  # thrown out in between
        return False


def _facts(paper: Paper) -> dict[str, object]:
    kind = PAPERS.get(paper.kind)
    subject = kind.get(paper.subject_id or 0) if kind else None
    date = kind.date(subject) if kind and subject else None
    return {"paper": paper, "date": date or paper.finished_at, "standing": queries.standing(paper)}


@require_GET
def paper(request: HttpRequest, kind: str, number: str) -> HttpResponse:
    """A file that everybody may fetch; it never changes, so its digest is its ETag. 404 until it is built."""
    found = queries.public_paper(kind, number)
    if found is None:
        raise Http404
    etag = quote_etag(found.sha256)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = file_answer(found.file, found.file_name, mime_of(found.file_name))
        response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=3600"
    return response


@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Ask by code, or by the file itself, whose bytes are compared."""
    if _over_limit(request):
        return _again(request, TOO_MANY, 429)
    if request.method == "POST":
        return _compare(request)
    code = re.sub(r"[^0-9a-fA-F]", "", request.GET.get("code", ""))
    if code:
        return redirect("documents:verify-code", code=code.lower()[:32])
    return render(request, "documents/verify.html", {})


def _again(request: HttpRequest, problem: str, status: int, code: str = "") -> HttpResponse:
    return render(request, "documents/verify.html", {"problem": problem, "code": code}, status=status)


def _compare(request: HttpRequest) -> HttpResponse:
    """The uploaded file against the portal's own, byte by byte; it is not kept."""
    upload = request.FILES.get("file")
    if upload is None:
        return _again(request, "请选择要核对的文件。", 422)
    if (upload.size or 0) > MAX_BYTES:
        return _again(request, "文件超过 20 MB。", 422)
    paper = queries.by_digest(hashlib.file_digest(upload.file, "sha256").hexdigest())
    if paper is None:
        problem = "该文件与本平台存档均不一致：可能被修改过、打印后重新扫描过，或不是本平台出具。"
        return _again(request, problem, 404)
    return render(request, "documents/verified.html", _facts(paper) | {"same_bytes": True})


@require_GET
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """What the QR of a paper leads to."""
    if _over_limit(request):
        return _again(request, TOO_MANY, 429, code)
    paper = queries.by_verify_code(code)
    if paper is None:
        problem = "没有找到这个验证码，请核对后再输入；仍找不到的，该文件不是本平台出具。"
        return _again(request, problem, 404, code)
    return render(request, "documents/verified.html", _facts(paper))
