"""Published demands as open data: exactly what the public page shows of them (domain.md §5)."""

import datetime as dt
from collections.abc import Mapping

from demands.queries import public
from demands.queries.demands import published
from demands.queries.faces import PublicDemand, faces
from pilot_portal.bulletin.feeds import (
    COUNT,
    DAY,
    FLAG,
    MOMENT,
    WORDS,
    AtomEntry,
    Feed,
    FeedField,
    FeedFilter,
    FeedPage,
    Row,
)
from pilot_portal.codes.models import Chain, ServiceKind, Tier
from pilot_portal.codes.queries import labels
from pilot_portal.common import clock
from pilot_portal.common.errors import Refused
from pilot_portal.regions.queries import active_regions
from pilot_portal.rounds.queries import rounds_newest_first

FIELDS = (
    FeedField("number", "需求编号"),
    FeedField("title", "需求"),
    FeedField("text", "内容"),
    FeedField("firm", "企业", says="企业同意公开的是名称，否则是县市区和产业链"),
    FeedField("firm_is_named", "企业同意公开名称", FLAG),
    FeedField("county", "县市区"),
    FeedField("chain", "产业链"),
    FeedField("kinds", "所需服务", WORDS),
    FeedField("present", "企业现状"),
    FeedField("target", "发展目标"),
    FeedField("due_on", "希望完成日期", DAY),
    FeedField("pays_from_gains", "希望以转型收益支付", FLAG),
    FeedField("state", "状态"),
    FeedField("is_open", "现在可揭榜", FLAG),
    FeedField("claims", "揭榜数", COUNT),
    FeedField("chosen", "选定的机构"),
    FeedField("claims_until", "揭榜截止", MOMENT, "北京时间"),
    FeedField("published_at", "发布时间", MOMENT, "北京时间"),
    FeedField("list", "榜单"),
    FeedField("is_corrected", "已更正", FLAG, "发布后更正过"),
    FeedField("path", "网页", says="本站内的路径"),
)


def _rounds() -> dict[str, str]:
    return {code: f"{year}年度" for code, year in rounds_newest_first().values_list("code", "year")}


FILTERS = (
    FeedFilter("q", "搜索词"),
    FeedFilter("state", "状态", lambda: {str(code): str(label) for code, label in public.PUBLIC_STATES}),
    FeedFilter("county", "县市区", lambda: dict(active_regions().values_list("code", "name"))),
    FeedFilter("kind", "服务类型", lambda: labels(ServiceKind)),
    FeedFilter("tier", "发展目标", lambda: labels(Tier)),
    FeedFilter("chain", "产业链", lambda: labels(Chain)),
    FeedFilter("round", "批次", _rounds),
    FeedFilter("batch", "第几批", is_number=True),
)


def _row(shown: PublicDemand) -> Row:
    return {
        "number": shown.number,
        "title": shown.title,
        "text": shown.text,
        "firm": shown.firm,
        "firm_is_named": shown.is_named,
        "county": shown.county,
        "chain": shown.chain,
        "kinds": list(shown.kinds),
        "present": shown.present,
        "target": shown.target,
        "due_on": shown.due_on,
        "pays_from_gains": shown.pays_from_gains,
        "state": shown.state.label,
        "is_open": shown.is_open,
        "claims": shown.claims,
        "chosen": shown.chosen,
        "claims_until": shown.claims_until,
        "published_at": shown.published_at,
        "list": shown.list_name,
        "is_corrected": shown.is_corrected,
        "path": f"/demands/{shown.number}/",
    }


def _read(conditions: Mapping[str, str], after: str, limit: int, at: dt.datetime) -> FeedPage:
    demands = public.under(published(), conditions, at)
    if after and public.Key.read(after) is None:
        raise Refused("参数 after 不是本站给出的，请从第一页重新读取。")
    page = public.page(demands, order=public.NEWEST, after=after, at=at, size=limit)
    return FeedPage([_row(shown) for shown in faces(page.rows, at=at)], page.next_key)


def _entry(row: Row) -> AtomEntry:
    goal = f"{row['present']} → {row['target']}" if row["target"] else row["present"]
    parts = (row["firm"], "、".join(row["kinds"]), goal, row["state"])
    return AtomEntry(
        title=f"{row['title']}（{row['county']}）",
        summary="；".join(part for part in parts if part) + "。" + row["text"],
        path=row["path"],
        updated=row["published_at"],
    )


def _deadline(moment: dt.datetime) -> str:
    """A deadline as a cell takes it: 24:00 belongs to the day that ends, as the pages say."""
    local = clock.beijing(moment)
    if local.time() != dt.time():
        return f"{local:%Y-%m-%d %H:%M}"
    return f"{clock.day_of(moment):%Y-%m-%d} 24:00"


class DemandFeed(Feed):
    """The feed whose files say deadlines as people do; JSON keeps the moment."""

    def whole(self, conditions: Mapping[str, str], at: dt.datetime) -> list[Row]:
        """All rows for a file. Raises Refused where they are too many."""
        return [
            row | {"claims_until": _deadline(row["claims_until"]) if row["claims_until"] else None}
            for row in super().whole(conditions, at)
        ]


DEMANDS_FEED = DemandFeed(
    code="demands",
    title="企业服务需求榜单",
    says="已发布的企业服务需求，新的在前；撤回的仍在，状态为“已撤回”。",
    page_path="/demands/",
    fields=FIELDS,
    filters=FILTERS,
    read=_read,
    entry=_entry,
)
