"""Open data (/open/): JSON page by page, CSV, workbook, Atom, and their description. Nobody signs in here."""

import csv
import hashlib
import json
from collections.abc import Callable, Mapping
from functools import wraps
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import content_disposition_header, quote_etag
from django.views.decorators.http import require_safe

from pilot_portal.bulletin import feeds
from pilot_portal.bulletin.feeds import FEEDS, FORMS, MOST_PER_PAGE, PER_PAGE, Feed, Row, in_words, plain
from pilot_portal.common import clock
from pilot_portal.common.errors import Refused
from pilot_portal.documents.sheets import Column, TableSheet, write_table

ROOT = "/open/v1"
IN_ATOM = 50
# A spreadsheet takes a cell that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
View = Callable[..., HttpResponse]


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def _problem(status: int, title: str, detail: str) -> HttpResponse:
    """A refusal as RFC 9457 asks."""
    said = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return HttpResponse(_json(said), content_type="application/problem+json", status=status)


def _open(view: View) -> View:
    """GET, HEAD, and OPTIONS for the browsers of other sites; readable from everywhere; kept for a minute."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            response = HttpResponse(status=204)
            response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
            response["Access-Control-Allow-Headers"] = "If-None-Match"
            response["Access-Control-Max-Age"] = "86400"
        elif request.method not in {"GET", "HEAD"}:
            response = _problem(405, "只能读取", "开放数据只接受 GET。")
            response["Allow"] = "GET, HEAD, OPTIONS"
        else:
            try:
                response = view(request, *args, **kwargs)
            except Refused as refusal:
                response = _problem(400, "参数有误", refusal.message)
            except Http404 as absent:
                response = _problem(404, "没有找到", str(absent))
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag, Link"
        return response

    return answer


def _kept(request: HttpRequest, content: bytes, make: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer with the digest of its content as ETag, or 304 where the asker has it already."""
    etag = quote_etag(hashlib.sha256(content).hexdigest()[:32])
    response = get_conditional_response(request, etag=etag) or make()
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=60"
    return response


def _limit(typed: str) -> int:
    if not typed:
        return PER_PAGE
    if typed.isascii() and typed.isdigit() and 1 <= int(typed[:9]) <= MOST_PER_PAGE:
        return int(typed)
    raise Refused(f"参数 limit 须是 1 至 {MOST_PER_PAGE} 的整数。")


def _found(code: str) -> Feed:
    if code not in FEEDS:
        raise Http404(f"没有数据集 {code[:40]}；可用：{'、'.join(FEEDS)}")
    return FEEDS[code]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """开放数据: what there is, for people."""
    shown = [
        {
            "feed": feed,
            "path": f"{ROOT}/{feed.code}",
            "filters": [
                {
                    "one": one,
                    "words": "、".join(f"{k} {v}" for k, v in one.choices().items()) if one.choices else "",
                }
                for one in feed.filters
            ],
        }
        for feed in FEEDS.values()
    ]
    context = {"feeds": shown, "origin": settings.SITE_ORIGIN, "forms": list(FORMS)}
    return render(request, "bulletin/open.html", context)


@_open
def openapi(request: HttpRequest) -> HttpResponse:
    """The description for programs."""
    content = _json(feeds.openapi(settings.SITE_ORIGIN))
    return _kept(request, content, lambda: HttpResponse(content, content_type="application/json"))


@_open
def rows(request: HttpRequest, code: str) -> HttpResponse:
    """One page of a feed as JSON, with the address of the next."""
    feed, query = _found(code), request.GET.dict()
    conditions = feed.conditions(query, also=("after", "limit"))
    limit = _limit(query.get("limit", ""))
    page = feed.read(conditions, query.get("after", ""), limit, clock.now())
    following = ""
    if page.next_key:
        words = urlencode({**conditions, "limit": limit, "after": page.next_key})
        following = f"{settings.SITE_ORIGIN}{ROOT}/{code}?{words}"
    content = _json({"data": [_public(feed, row) for row in page.rows], "next": following or None})

    def made() -> HttpResponse:
        response = HttpResponse(content, content_type="application/json")
        if following:
            response["Link"] = f'<{following}>; rel="next"'
        return response

    return _kept(request, content, made)


def _public(feed: Feed, row: Row) -> dict[str, Any]:
    """Only what is declared, in the order of the declaration."""
    return {one.name: plain(row[one.name]) for one in feed.fields}


@_open
def file(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """A whole feed as a file, under the same conditions."""
    feed = _found(code)
    if form not in FORMS:
        raise Http404(f"没有格式 {form[:10]}；可用：{'、'.join(FORMS)}")
    conditions, at = feed.conditions(request.GET.dict()), clock.now()
    found = feed.read(conditions, "", IN_ATOM, at).rows if form == "atom" else feed.whole(conditions, at)
    digested = _json([form, conditions, [_public(feed, row) for row in found]])

    def made() -> HttpResponse:
        if form == "atom":
            return HttpResponse(_atom(feed, conditions, found), content_type=FORMS[form])
        content = _csv(feed, found) if form == "csv" else _workbook(feed, found, conditions)
        response = HttpResponse(content, content_type=FORMS[form])
        response["Content-Disposition"] = (
            content_disposition_header(as_attachment=True, filename=f"{feed.title}.{form}") or ""
        )
        return response

    return _kept(request, digested, made)


def _safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _csv(feed: Feed, found: list[Row]) -> bytes:
    """With a BOM, without which Excel reads Chinese as noise."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([one.title for one in feed.fields])
    for row in found:
        writer.writerow([_safe(in_words(row[one.name])) for one in feed.fields])
    return out.getvalue().encode("utf-8-sig")


def _workbook(feed: Feed, found: list[Row], conditions: Mapping[str, str]) -> bytes:
    at = clock.now()
    said = [one.said(conditions[one.name]) for one in feed.filters if one.name in conditions]
    sheet = TableSheet(
        title=feed.title,
        columns=tuple(Column(one.title, width=_width(one.kind, one.title)) for one in feed.fields),
        cover=(
            ("内容", feed.says),
            ("筛选条件", "；".join(said) or "全部"),
            ("导出时间", f"{clock.beijing(at):%Y-%m-%d %H:%M}（北京时间）"),
            ("来源", f"{settings.SITE_ORIGIN}{feed.page_path}"),
            ("提示", "只含已公布的内容，不含个人信息"),
        ),
    )
    out = BytesIO()
    write_table(sheet, ([in_words(row[one.name]) for one in feed.fields] for row in found), out, at=at)
    return out.getvalue()


def _width(kind: str, title: str) -> float:
    widths = {feeds.MOMENT: 18, feeds.DAY: 14, feeds.COUNT: 10, feeds.FLAG: 12, feeds.WORDS: 24}
    return max(widths.get(kind, 20), 2 * len(title) + 2)


def _atom(feed: Feed, conditions: Mapping[str, str], found: list[Row]) -> bytes:
    here = f"{settings.SITE_ORIGIN}{ROOT}/{feed.code}.atom"
    made = Atom1Feed(
        title=feed.title,
        link=f"{settings.SITE_ORIGIN}{feed.page_path}",
        description=feed.says,
        language="zh-CN",
        feed_url=f"{here}?{urlencode(conditions)}" if conditions else here,
    )
    for row in found:
        entry = feed.entry(row)
        address = f"{settings.SITE_ORIGIN}{entry.path}"
        made.add_item(
            title=entry.title,
            link=address,
            description=entry.summary,
            unique_id=address,
            updateddate=entry.updated,
        )
    return made.writeString("utf-8").encode()
