"""Open data: what the apps give to everybody's programs. A feed is declared by its app and registered here.

A feed's rows hold only what its public page shows; the same declaration gives JSON, CSV, a workbook, Atom and
the OpenAPI description, so that none of them can say more than another.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pilot_portal.common import clock
from pilot_portal.common.errors import Problem, Refused

PER_PAGE, MOST_PER_PAGE = 100, 200
# A file holds everything at once; beyond this a condition is asked for.
MOST_IN_A_FILE = 20_000
FILE_PAGE = 1000
TEXT, FLAG, COUNT, DAY, MOMENT, WORDS = "text", "flag", "count", "day", "moment", "words"
SCHEMAS: dict[str, dict[str, Any]] = {
    TEXT: {"type": "string"},
    FLAG: {"type": "boolean"},
    COUNT: {"type": "integer", "minimum": 0},
    DAY: {"type": ["string", "null"], "format": "date"},
    MOMENT: {"type": ["string", "null"], "format": "date-time"},
    WORDS: {"type": "array", "items": {"type": "string"}},
}
Row = dict[str, Any]


@dataclass(frozen=True)
class FeedField:
    """A field of a row: its name in JSON, its title in a table, its kind, what it says."""

    name: str
    title: str
    kind: str = TEXT
    says: str = ""

    @property
    def schema(self) -> dict[str, Any]:
        """The field as JSON Schema."""
        words = f"{self.title}：{self.says}" if self.says else self.title
        return {**SCHEMAS[self.kind], "description": words}


@dataclass(frozen=True)
class FeedFilter:
    """A condition: its name in the address and, where only some values are known, these in words."""

    name: str
    title: str
    choices: Callable[[], Mapping[str, str]] | None = None
    is_number: bool = False

    def check(self, value: str) -> None:
        """Raises Refused for a value that this condition does not know."""
        if self.is_number and not (value.isascii() and value.isdigit() and len(value) < len("10000")):
            raise Refused(f"参数 {self.name}（{self.title}）须是数字。")
        known = self.choices() if self.choices else None
        if known is not None and value not in known:
            listed = "、".join(f"{code}（{label}）" for code, label in known.items())
            raise Refused(f"参数 {self.name}（{self.title}）的值不存在，可用：{listed}")

    def said(self, value: str) -> str:
        """The condition in words: 县市区：芦淞区."""
        return f"{self.title}：{self.choices().get(value, value) if self.choices else value}"


@dataclass(frozen=True)
class FeedPage:
    """Some rows in the feed's order, and the key after which the next follow; empty at the end."""

    rows: list[Row]
    next_key: str = ""


@dataclass(frozen=True)
class AtomEntry:
    """A row as a news reader shows it; `path` within the site."""

    title: str
    summary: str
    path: str
    updated: dt.datetime


@dataclass(frozen=True)
class Feed:
    """One open dataset.

    `read(conditions, after, limit, at)` gives a page, newest rows first, in a fixed number of queries;
    it raises Refused for a key that is none.
    """

    code: str
    title: str
    says: str
    page_path: str
    fields: tuple[FeedField, ...]
    filters: tuple[FeedFilter, ...]
    read: Callable[[Mapping[str, str], str, int, dt.datetime], FeedPage]
    entry: Callable[[Row], AtomEntry]

    def conditions(self, query: Mapping[str, str], *, also: tuple[str, ...] = ()) -> dict[str, str]:
        """The conditions of an address. Raises Refused for a parameter or a value that does not exist."""
        known = {one.name: one for one in self.filters}
        for name in query:
            if name not in known and name not in also:
                listed = "、".join((*known, *also))
                raise Refused(
                    f"没有参数 {name[:40]}；可用的参数：{listed}", [Problem("没有这个参数", name[:40])]
                )
        given = {name: query[name].strip() for name in known if query.get(name, "").strip()}
        for name, value in given.items():
            known[name].check(value)
        return given

    def whole(self, conditions: Mapping[str, str], at: dt.datetime) -> list[Row]:
        """All rows under the conditions. Raises Refused where they are too many for one file."""
        rows: list[Row] = []
        for page in self._pages(conditions, at):
            rows += page.rows
            if len(rows) > MOST_IN_A_FILE:
                raise Refused(f"超过 {MOST_IN_A_FILE:,} 条，请加上批次或县市区等条件，或用 JSON 分页读取。")
        return rows

    def _pages(self, conditions: Mapping[str, str], at: dt.datetime) -> Iterator[FeedPage]:
        page = self.read(conditions, "", FILE_PAGE, at)
        yield page
        while page.next_key:
            page = self.read(conditions, page.next_key, FILE_PAGE, at)
            yield page


FEEDS: dict[str, Feed] = {}


def register_feed(feed: Feed) -> None:
    """Make a feed known."""
    if FEEDS.setdefault(feed.code, feed) is not feed:
        raise ValueError(f"feed {feed.code} is registered twice")


def plain(value: Any) -> Any:
    """A value as JSON takes it: moments in Beijing's time with their offset."""
    if isinstance(value, dt.datetime):
        return clock.beijing(value).isoformat(timespec="seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def in_words(value: Any) -> str:
    """A value as a cell takes it."""
    if isinstance(value, dt.datetime):
        return f"{clock.beijing(value):%Y-%m-%d %H:%M}"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (tuple, list)):
        return "、".join(value)
    return "" if value is None else str(value)


def openapi(origin: str) -> dict[str, Any]:
    """The description of all feeds in OpenAPI 3.1."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {
        "Problem": {
            "type": "object",
            "description": "RFC 9457",
            "properties": {name: {"type": "string"} for name in ("type", "title", "detail")}
            | {"status": {"type": "integer"}},
        }
    }
    refused = {
        "description": "参数有误，detail 写明原因",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for feed in FEEDS.values():
        schemas[feed.code] = {
            "type": "object",
            "required": [one.name for one in feed.fields],
            "properties": {one.name: one.schema for one in feed.fields},
        }
        listed = {
            "type": "object",
            "required": ["data", "next"],
            "properties": {
                "data": {"type": "array", "items": {"$ref": f"#/components/schemas/{feed.code}"}},
                "next": {"type": ["string", "null"], "format": "uri", "description": "下一页的地址"},
            },
        }
        filters = [_parameter(one) for one in feed.filters]
        paging = [
            {
                "name": "after",
                "in": "query",
                "schema": {"type": "string"},
                "description": "取自上一页的 next",
            },
            {
                "name": "limit",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE, "default": PER_PAGE},
            },
        ]
        paths[f"/open/v1/{feed.code}"] = _operation(
            feed.title, feed.says, [*filters, *paging], {"application/json": {"schema": listed}}, refused
        )
        for form, mime in FORMS.items():
            paths[f"/open/v1/{feed.code}.{form}"] = _operation(
                f"{feed.title}（{form}）", feed.says, filters, {mime: {}}, refused
            )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "优质企业培育服务平台开放数据",
            "version": "1",
            "description": "只含已公布的内容，不含任何个人信息。支持 ETag 与 If-None-Match。",
        },
        "servers": [{"url": origin}],
        "paths": paths,
        "components": {"schemas": schemas},
    }


FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "atom": "application/atom+xml; charset=utf-8",
}


def _parameter(one: FeedFilter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer" if one.is_number else "string"}
    words = one.title
    if one.choices:
        known = one.choices()
        schema["enum"] = list(known)
        words += "：" + "；".join(f"{code} {label}" for code, label in known.items())
    return {"name": one.name, "in": "query", "description": words, "schema": schema}


def _operation(
    title: str, says: str, parameters: list[dict[str, Any]], content: dict[str, Any], refused: dict[str, Any]
) -> dict[str, Any]:
    return {
        "get": {
            "summary": title,
            "description": says,
            "parameters": parameters,
            "responses": {
                "200": {"description": title, "content": content},
                "304": {"description": "自上次以来没有变化"},
                "400": refused,
            },
        }
    }
