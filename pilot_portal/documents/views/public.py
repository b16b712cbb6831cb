"""Verification: anybody may ask whether a paper is the portal's own. Nothing personal is told."""

import hashlib
import re
from threading import BoundedSemaphore

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_http_methods, require_safe

from pilot_portal.attachments.answer import file_answer, mime_of
from pilot_portal.common import clock
from pilot_portal.common.errors import Refused
from pilot_portal.documents import operations, queries
from pilot_portal.documents.models import Paper
from pilot_portal.documents.registry import PAPERS
from pilot_portal.documents.scans import inspect
from pilot_portal.documents.scans.finding import CHANGED, NOTHING, SEALED

PER_MINUTE, FILES_PER_MINUTE = 60, 12
# Looking into a file takes a process of its own: not more of them at once than a web server can spare.
LOOKING = BoundedSemaphore(2)
LOOK_SECONDS = 15
STRANGE = "该文件与本平台存档均不一致，也没有识别到本平台的二维码：可能被修改过，或不是本平台出具。"
TOO_MANY = "查询过于频繁，请一分钟后再试。"
MAX_BYTES = 20 * 1024 * 1024


def _over_limit(request: HttpRequest, what: str = "verify", most: int = PER_MINUTE) -> bool:
    # A key a minute: some caches start a counter's time anew with every step.
    minute = int(clock.now().timestamp()) // 60
    key = f"{what}:{get_adapter(request).get_client_ip(request)}:{minute}"
    if cache.add(key, 1, 120):
        return False
    try:
        return cache.incr(key) > most
    except ValueError:  # thrown out in between
        return False


def _facts(paper: Paper, *, sealed: bool = False) -> dict[str, object]:
    """What anybody may know of a paper; `sealed`: of its file with the portal's signature."""
    kind = PAPERS.get(paper.kind)
    subject = kind.get(paper.subject_id or 0) if kind else None
    date = kind.date(subject) if kind and subject else None
    return {
        "paper": paper,
        "date": date or paper.finished_at,
        "edition": kind.edition(subject) if kind and subject else "",
        "standing": queries.standing(paper),
        "sha256": paper.sealed_sha256 if sealed else paper.sha256,
        "sm3": paper.sealed_sm3 if sealed else paper.sm3,
    }


@require_safe
def paper(request: HttpRequest, kind: str, number: str) -> HttpResponse:
    """A file that everybody may fetch; it never changes, so its digest is its ETag. 404 until it is built."""
    found = queries.public_paper(kind, number)
    if found is None:
        raise Http404
    etag = quote_etag(found.sealed_sha256 or found.sha256)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        file = found.sealed_file or found.file
        response = file_answer(file, found.file_name, mime_of(found.file_name))
        response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=3600"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
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
    """The uploaded file against the portal's own; it is not kept."""
    upload = request.FILES.get("file")
    if upload is None:
        return _again(request, "请选择要核对的文件。", 422)
    if (upload.size or 0) > MAX_BYTES:
        return _again(request, "文件超过 20 MB。", 422)
    digest = hashlib.file_digest(upload.file, "sha256").hexdigest()
    paper = queries.by_digest(digest)
    if paper is not None:
        facts = _facts(paper, sealed=digest == paper.sealed_sha256)
        return render(request, "documents/verified.html", facts | {"found": "same"})
    if _over_limit(request, "verify-file", FILES_PER_MINUTE):
        return _again(request, TOO_MANY, 429)
    if not LOOKING.acquire(blocking=False):
        return _again(request, "正在查验的文件较多，请稍后再试。", 503)
    try:
        upload.seek(0)
        return _looked_into(request, upload.read())
    finally:
        LOOKING.release()


def _looked_into(request: HttpRequest, content: bytes) -> HttpResponse:
    """A file that is not one of ours byte by byte: a scan, a sealed copy, or something made of ours."""
    try:
        finding = inspect(content, seconds=LOOK_SECONDS)
    except Refused:
        return _again(request, STRANGE, 404)
    paper = operations.paper_of(finding.codes)
    if paper is None:
        return _again(request, STRANGE, 404)
    added = operations.added_to(paper, content)
    found = {"": "scan", NOTHING: "same", SEALED: "sealed", CHANGED: "changed"}[added]
    # Not a word of whose certificates they are: they may name people.
    seals = {
        "count": len(finding.seals),
        "broken": sum(not seal.unknown and (not seal.intact or seal.changed) for seal in finding.seals),
        "unknown": sum(seal.unknown for seal in finding.seals),
    }
    return render(request, "documents/verified.html", _facts(paper) | {"found": found, "seals": seals})


@require_safe
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """What the QR of a paper leads to."""
    if _over_limit(request):
        return _again(request, TOO_MANY, 429, code)
    paper = queries.by_verify_code(code)
    if paper is None:
        problem = "没有找到这个验证码，请核对后再输入；仍找不到的，该文件不是本平台出具。"
        return _again(request, problem, 404, code)
    return render(request, "documents/verified.html", _facts(paper) | {"found": "code"})
