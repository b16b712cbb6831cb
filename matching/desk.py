"""What matching puts on the desk, and what it tells the pages of demands."""

import datetime as dt
from collections.abc import Collection

from demands.models import Demand
from demands.queries.registered import Link
from matching import queries
from matching.models import UNDECIDED, Engagement
from pilot_portal.accounts.actors import COUNTY, ENTERPRISE, INSTITUTION, READS_CITY, Actor
from pilot_portal.desk.registry import Card, NavItem, Todo

MINE = "/my/engagements/"


def _todos(*rows: tuple[int, str, str, str, str]) -> list[Todo]:
    return [Todo(count, title, path, detail, act) for count, title, path, detail, act in rows if count]


def institution_todos(actor: Actor, at: dt.datetime) -> list[Todo]:
    """Open demands, drafts, contracts that wait for the institution. Four queries."""
    pilots = list(queries.pilots_of(actor))
    open_now = queries.open_demands(pilots, at=at).order_by().count()
    drafts = queries.visible_claims(actor).filter(state="DRAFT").order_by().count()
    counts = queries.counts_by_state(queries.visible_engagements(actor))
    return _todos(
        (counts.get("AGREED", 0), "合同待签", MINE, "与企业商定后提交合同", "办理"),
        (counts.get("SIGNED", 0), "合同待开始服务", MINE, "", "办理"),
        (counts.get("IN_SERVICE", 0), "服务进行中", MINE, "请及时填写服务记录", "记录"),
        (drafts, "揭榜草稿未提交", "/my/claims/", "提交前不算揭榜", "继续填写"),
        (open_now, "需求可揭榜", "/my/hall/", "", "查看"),
    )


def enterprise_todos(actor: Actor, at: dt.datetime) -> list[Todo]:
    """Contracts to sign and to accept. One query."""
    counts = queries.counts_by_state(queries.visible_engagements(actor))
    return _todos(
        (counts.get("DELIVERED", 0), "服务待验收", MINE, "逾期将由县区核实", "验收"),
        (counts.get("AGREED", 0), "合同待确认", MINE, "机构提交合同后由您确认", "查看"),
    )


def county_todos(actor: Actor, at: dt.datetime) -> list[Todo]:
    """Disputes and overdue acceptances. Two queries."""
    visible = queries.visible_engagements(actor)
    disputed = visible.filter(state="DISPUTED").order_by().count()
    overdue = visible.filter(state="DELIVERED", accept_until__lte=at).order_by().count()
    return _todos(
        (disputed, "合同验收有争议", "/desk/engagements/?state=DISPUTED", "请协调双方", "协调"),
        (overdue, "企业逾期未验收", "/desk/engagements/?state=DELIVERED", "电话询问、上门核实", "核实"),
    )


CARDS = [
    Card("institution-services", "揭榜与服务", INSTITUTION, institution_todos, 30),
    Card("enterprise-services", "我的服务", ENTERPRISE, enterprise_todos, 15),
    Card("county-services", "服务合同", COUNTY, county_todos, 40),
]
PLACES = [
    NavItem("揭榜大厅", "matching:applicant-hall", INSTITUTION, 25),
    NavItem("我的服务", "matching:party-engagements", INSTITUTION | ENTERPRISE, 35),
    NavItem("服务合同", "matching:county-engagements", COUNTY | READS_CITY, 45),
]


def chosen_names(demand_ids: Collection[int]) -> dict[int, str]:
    """The names of the institutions by demand that were chosen and have not fallen away since."""
    names: dict[int, list[str]] = {}
    rows = Engagement.objects.filter(demand_id__in=demand_ids).exclude(state="TERMINATED").order_by("pk")
    for demand_id, name in rows.values_list("demand_id", "pilot__organisation__name"):
        names.setdefault(demand_id, []).append(name)
    return {key: "、".join(found) for key, found in names.items()}


def standing(actor: Actor, at: dt.datetime) -> frozenset[int]:
    """The rounds in which the actor's institution is on the roster in good standing."""
    rows = queries.pilots_of(actor).filter(state="LISTED")
    return frozenset(rows.values_list("round_id", flat=True))


def case_links(actor: Actor, demand: Demand, at: dt.datetime) -> list[Link]:
    """Ways on from a demand: claim it, see one's claim, compare the offers."""
    if actor.is_enterprise and demand.number:
        own = demand.enterprise.organisation_id == actor.organisation_id
        if own and demand.state in {"CHOOSING", "MATCHED", "PUBLISHED"}:
            return [Link("查看揭榜方案", f"/my/demands/{demand.number}/choose/", "primary")]
        return []
    if not actor.is_institution:
        return []
    claim = queries.visible_claims(actor).filter(demand=demand).order_by("-pk").first()
    is_open = demand.state == "PUBLISHED" and demand.claims_until and demand.claims_until > at
    if is_open and (claim is None or claim.state not in UNDECIDED):
        return [Link("去揭榜大厅揭榜", "/my/hall/", "primary")]
    return [Link("查看我的揭榜", f"/my/claims/{claim.pk}/")] if claim else []
