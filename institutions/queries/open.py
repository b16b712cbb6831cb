"""The published pilot institutions as open data: what their public page shows, and no telephone number."""

import datetime as dt
from collections.abc import Mapping

from institutions.models import PilotInstitution
from institutions.queries import public_pilots
from pilot_portal.bulletin.feeds import (
    COUNT,
    MOMENT,
    WORDS,
    AtomEntry,
    Feed,
    FeedField,
    FeedFilter,
    FeedPage,
    Row,
)
from pilot_portal.codes.models import ServiceKind
from pilot_portal.codes.queries import labels
from pilot_portal.common.errors import Refused
from pilot_portal.common.text import wholes
from pilot_portal.regions.queries import active_regions
from pilot_portal.rounds.queries import rounds_newest_first

FIELDS = (
    FeedField("name", "服务机构（平台）"),
    FeedField("round", "批次"),
    FeedField("county", "所在县市区"),
    FeedField("kinds", "服务类型", WORDS),
    FeedField("introduction", "服务能力介绍"),
    FeedField("capacity", "年服务企业能力（家）", COUNT),
    FeedField("committed", "承诺服务企业数（家）", COUNT),
    FeedField("state", "状态", says="离开试点的仍在，写明已退出或已移出"),
    FeedField("published_at", "名单发布时间", MOMENT, "北京时间"),
    FeedField("path", "网页", says="本站内的路径"),
)
FIELD_OF = {"round": "round__code", "county": "region__code", "kind": "kinds__code", "state": "state"}


def _rounds() -> dict[str, str]:
    return {code: f"{year}年度" for code, year in rounds_newest_first().values_list("code", "year")}


FILTERS = (
    FeedFilter("round", "批次", _rounds),
    FeedFilter("county", "所在县市区", lambda: dict(active_regions().values_list("code", "name"))),
    FeedFilter("kind", "服务类型", lambda: labels(ServiceKind)),
    FeedFilter("state", "状态", lambda: {code: str(label) for code, label in PilotInstitution.State.choices}),
)


def _row(pilot: PilotInstitution) -> Row:
    return {
        "name": pilot.organisation.name,
        "round": pilot.round.code,
        "county": pilot.region.name,
        "kinds": [kind.label for kind in sorted(pilot.kinds.all(), key=lambda kind: kind.position)],
        "introduction": pilot.introduction,
        "capacity": pilot.capacity,
        "committed": pilot.committed,
        "state": pilot.get_state_display(),
        "published_at": pilot.published_at,
        "path": f"/institutions/{pilot.pk}/",
    }


def _read(conditions: Mapping[str, str], after: str, limit: int, _at: dt.datetime) -> FeedPage:
    pilots = public_pilots().prefetch_related("kinds").order_by("-pk")
    for name, value in conditions.items():
        pilots = pilots.filter(**{FIELD_OF[name]: value})
    if after:
        keys = list(wholes([after]))
        if not keys:
            raise Refused("参数 after 不是本站给出的，请从第一页重新读取。")
        pilots = pilots.filter(pk__lt=keys[0])
    found = list(pilots[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return FeedPage([_row(pilot) for pilot in found], str(found[-1].pk) if more else "")


def _entry(row: Row) -> AtomEntry:
    return AtomEntry(
        title=f"{row['name']}（{row['county']}）",
        summary=f"{'、'.join(row['kinds'])}；{row['state']}。{row['introduction']}",
        path=row["path"],
        updated=row["published_at"],
    )


INSTITUTIONS_FEED = Feed(
    code="institutions",
    title="试点服务机构（平台）名单",
    says="已公布的试点服务机构（平台），新列入的在前。",
    page_path="/institutions/",
    fields=FIELDS,
    filters=FILTERS,
    read=_read,
    entry=_entry,
)
