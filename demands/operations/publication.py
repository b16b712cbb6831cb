"""What the city does with verified demands: edit what is published, send back, publish a list (第 n 批)."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from demands import policies, queries
from demands.documents import LIST_FILES
from demands.models import Demand, DemandList
from demands.operations.telling import tell_county, tell_enterprise, tell_enterprises
from demands.queries.public import search_text
from demands.rules.privacy import leaks
from demands.rules.words import limit_words, ordinal_words, suggested_text, suggested_title
from demands.workflow import DEMAND
from pilot_portal.accounts.actors import COUNTY, Actor
from pilot_portal.accounts.queries import recipients_of_region
from pilot_portal.bulletin.models import Publication
from pilot_portal.bulletin.operations import publish
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.common.text import clean
from pilot_portal.documents.operations import request_paper
from pilot_portal.notifications.operations import tell
from pilot_portal.rounds.models import Round
from pilot_portal.rounds.operations import freeze_settings
from pilot_portal.workflow.machine import Applied

STATE = Demand.State
PUBLISHABLE = frozenset({STATE.VERIFIED, STATE.UNCLAIMED})
TITLE_MAX, TEXT_MAX = 80, 4000


def leaks_of(demand: Demand, title: str, text: str) -> list[str]:
    """What the public text of a demand would give away."""
    return leaks(
        f"{title}\n{text}",
        contact=demand.contact,
        phone=demand.phone,
        company=demand.enterprise.name,
        name_public=demand.name_public,
    )


def suggested(demand: Demand) -> tuple[str, str]:
    """Title and text a demand is published with as long as nobody wrote better ones."""
    kinds = [kind.label for kind in sorted(demand.kinds.all(), key=lambda kind: kind.position)]
    text = suggested_text(
        situation=demand.situation,
        wish=demand.wish,
        kinds=kinds,
        present=demand.present_tier.label if demand.present_tier else "",
        target=demand.target_tier.label if demand.target_tier else "",
    )
    return demand.public_title or suggested_title(demand.title, kinds), demand.public_text or text


@transaction.atomic
def edit_public_text(
    demand: Demand, *, title: str, text: str, revision: int, by: Actor, at: dt.datetime
) -> None:
    """Write what is published. The firm's own words stay as they are, beside it.

    Raises Refused where the text gives away a contact or an unconsented name, Stale where somebody saved
    first or the demand is on the list already, NotAllowed for anyone but the city.
    """
    if not policies.may_prepare(by):
        raise NotAllowed("只有市局中小企业科可以编辑发布内容。")
    if demand.state not in PUBLISHABLE:
        raise Stale("该需求不在待发布状态，发布内容不能修改。")
    title, text = clean(title), "\n".join(clean(line) for line in text.splitlines()).strip()
    problems = []
    if not title or len(title) > TITLE_MAX:
        problems.append(Problem(f"请填写发布标题，最多 {TITLE_MAX} 字。", field="public_title"))
    if not text or len(text) > TEXT_MAX:
        problems.append(Problem(f"请填写发布内容，最多 {TEXT_MAX} 字。", field="public_text"))
    problems += [Problem(found, field="public_text") for found in leaks_of(demand, title, text)]
    if problems:
        raise Refused(f"有 {len(problems)} 处需要修改。", problems)
    won = Demand.objects.filter(
        pk=demand.pk, step=demand.step, public_revision=revision, state__in=PUBLISHABLE
    ).update(
        public_title=title,
        public_text=text,
        public_revision=F("public_revision") + 1,
        prepared_by_id=by.user_id,
        prepared_at=at,
    )
    if not won:
        raise Stale("发布内容已被他人保存过，或该需求刚被办理，请核对后再保存。")


@transaction.atomic
def prepare_demands(demands: Sequence[Demand], *, by: Actor, at: dt.datetime) -> Applied:
    """Select verified demands for the next list: those without a public text get the suggested one.

    What cannot be selected is told with its reason, not raised. Raises NotAllowed for anyone but the city.
    """
    if not policies.may_prepare(by):
        raise NotAllowed("只有市局中小企业科可以选取需求。")
    result = Applied()
    for demand in demands:
        title, text = suggested(demand)
        found = leaks_of(demand, title, text)
        if demand.state not in PUBLISHABLE:
            result.refused.append((demand, f"目前为“{STATE(demand.state).label}”。"))
        elif found:
            result.refused.append((demand, found[0]))
        else:
            demand.public_title, demand.public_text = title, text
            demand.prepared_by_id, demand.prepared_at = by.user_id, at
            result.done.append(demand)
    Demand.objects.bulk_update(
        result.done, ["public_title", "public_text", "prepared_by", "prepared_at"], batch_size=500
    )
    return result


def plan_list(demands: Sequence[Demand], *, by: Actor) -> Applied:
    """Which demands a list would hold and which not, and why; changes nothing."""
    plan = Applied()
    for demand in demands:
        if demand.state not in PUBLISHABLE:
            plan.refused.append((demand, f"目前为“{STATE(demand.state).label}”。"))
        elif demand.prepared_by_id is None:
            plan.refused.append((demand, "尚未拟定发布内容。"))
        elif demand.prepared_by_id == by.user_id:
            plan.refused.append((demand, "发布内容由您拟定，须由另一人发布。"))
        elif found := leaks_of(demand, demand.public_title, demand.public_text):
            plan.refused.append((demand, found[0]))
        else:
            plan.done.append(demand)
    return plan


def _row(demand: Demand, position: int) -> dict[str, Any]:
    """One row of the frozen list: exactly what the page and the paper show, nothing else."""
    kinds = sorted(demand.kinds.all(), key=lambda kind: kind.position)
    return {
        "position": position,
        "number": demand.number,
        "company": queries.firm_shown(demand),
        "county": demand.region.name,
        "services": [kind.label for kind in kinds],
        "status": demand.present_tier.label if demand.present_tier else "",
        "target": demand.target_tier.label if demand.target_tier else "",
        "title": demand.public_title,
        "text": demand.public_text,
    }


def _check_window(claims_from: dt.datetime, claims_until: dt.datetime, at: dt.datetime) -> None:
    problems = []
    if claims_until <= claims_from:
        problems.append(Problem("揭榜截止须晚于揭榜开始。", field="claims_until"))
    if claims_until <= at:
        problems.append(Problem("揭榜截止须晚于现在。", field="claims_until"))
    if problems:
        raise Refused("揭榜时间不对，请修改。", problems)


@transaction.atomic
def publish_list(
    round: Round,
    demands: Sequence[Demand],
    *,
    claims_from: dt.datetime,
    claims_until: dt.datetime,
    by: Actor,
    at: dt.datetime,
    document_number: str = "",
    claims_limit: int | None = None,
) -> DemandList:
    """Publish the next list of a round with its claim window; unclaimed demands may stand on it again.

    `claims_limit` is how many may claim each of its demands (0: no limit; none: as the round's settings say).

    Leaves: the DemandList with a frozen publication (masked names, no contacts), every demand PUBLISHED with
    its place, the list's paper requested, firms and counties told. All or nothing.
    Raises NotAllowed for anyone but the chief, Refused where a demand cannot stand on it or the window is
    wrong, Stale where somebody was quicker.
    """
    if not policies.may_publish(by):
        raise NotAllowed("榜单须由中小企业科科长发布。")
    _check_window(claims_from, claims_until, at)
    plan = plan_list(demands, by=by)
    strangers = [d for d in demands if d.round_id != round.pk]
    if plan.refused or strangers or not demands:
        told = [
            Problem(f"{d.number} {d.enterprise.name}：{why}", section="demands") for d, why in plan.refused
        ]
        told += [Problem(f"{d.number}：不属于该批次。", section="demands") for d in strangers]
        raise Refused("榜单未发布，请先处理下列需求。" if told else "请至少选择一项需求。", told)
    ordered = sorted(demands, key=lambda d: (d.region.position, d.number or ""))
    listed = _make_list(
        round,
        ordered,
        claims_from=claims_from,
        claims_until=claims_until,
        by=by,
        at=at,
        document_number=document_number,
        claims_limit=claims_limit,
    )
    for name, state in (("publish", STATE.VERIFIED), ("publish_again", STATE.UNCLAIMED)):
        group = [d for d in ordered if d.state == state]
        applied = DEMAND.apply_many(
            group,
            name,
            by=by,
            at=at,
            data={"list": listed.ordinal},
            list=listed,
            published_at=at,
            claims_until=claims_until,
            choose_until=None,
        )
        if applied.refused:
            raise Stale(f"{applied.refused[0][0].number} 刚被他人办理，榜单未发布，请刷新后再试。")
    for position, demand in enumerate(ordered, 1):
        demand.position = position
        demand.search_text = search_text_of(demand)
    Demand.objects.bulk_update(ordered, ["position", "search_text"], batch_size=500)
    words = ordinal_words(listed.ordinal)
    freeze_settings(round, ["choosing_days"], act=f"{words}榜单", at=at)
    for kind in LIST_FILES:
        request_paper(kind, listed, by=by, at=at)
    tell_enterprises(ordered, f"贵企业的服务需求已列入{words}榜单", key=f"demand-list:{listed.pk}", at=at)
    for region_id in {d.region_id for d in ordered}:
        tell(
            recipients_of_region(region_id, set(COUNTY), at),
            f"{words}企业服务需求榜单已发布",
            key=f"demand-list:{listed.pk}",
            at=at,
            path=f"/notices/{listed.publication.number}/",
        )
    return listed


def _make_list(
    round: Round,
    ordered: Sequence[Demand],
    *,
    claims_from: dt.datetime,
    claims_until: dt.datetime,
    by: Actor,
    at: dt.datetime,
    document_number: str,
    claims_limit: int | None,
) -> DemandList:
    last = DemandList.objects.filter(round=round).aggregate(last=Max("ordinal"))["last"] or 0
    ordinal = last + 1
    publication = publish(
        round,
        Publication.Kind.DEMAND_LIST,
        f"{round.year}年企业服务需求榜单（{ordinal_words(ordinal)}）",
        payload={
            "ordinal": ordinal,
            "claims_from": claims_from.isoformat(),
            "claims_until": claims_until.isoformat(),
            "window": f"{clock.spoken(claims_from)} 至 {clock.spoken(claims_until)}",
            "claims_limit": claims_limit,
            "rows": [_row(demand, position) for position, demand in enumerate(ordered, 1)],
        },
        by=by,
        at=at,
        body=f"现发布{ordinal_words(ordinal)}企业服务需求 {len(ordered)} 项，试点服务机构登录后揭榜。"
        + limit_words(claims_limit),
        document_number=document_number,
    )
    try:
        with transaction.atomic():
            return DemandList.objects.create(
                round=round,
                ordinal=ordinal,
                publication=publication,
                claims_from=claims_from,
                claims_until=claims_until,
                claims_limit=claims_limit,
                published_at=at,
            )
    except IntegrityError as error:
        raise Stale("另一份榜单刚刚发布，请刷新后再试。") from error


def search_text_of(demand: Demand) -> str:
    """What the public search looks through."""
    chain = demand.enterprise.chain
    return search_text(
        title=demand.public_title,
        text=demand.public_text,
        county=demand.region.name,
        chain=chain.label if chain else "",
        words=[kind.label for kind in demand.kinds.all()],
        firm=queries.firm_shown(demand),
    )


@transaction.atomic
def city_return_demand(demand: Demand, *, note: str, by: Actor, at: dt.datetime) -> None:
    """Back to the county to be checked again. Raises Refused without a note, NotAllowed, Stale."""
    DEMAND.move(demand, "city_return", by=by, at=at, note=note, prepared_by=None, prepared_at=None)
    tell_county(demand, "市局退回服务需求", at=at, body=note)


@transaction.atomic
def not_publish_demand(demand: Demand, *, note: str, by: Actor, at: dt.datetime) -> None:
    """Not published, with the reason; firm and county are told. Raises Refused, NotAllowed, Stale."""
    DEMAND.move(demand, "not_publish", by=by, at=at, note=note)
    tell_enterprise(demand, "贵企业的服务需求不予发布", at=at, body=note)
    tell_county(demand, "市局不予发布服务需求", at=at, body=note)
