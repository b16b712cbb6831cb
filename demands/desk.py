"""What demands put on the desk and on the public home."""

import datetime as dt
from typing import Any

from demands import policies, queries
from demands.documents import LIST_FILES
from demands.models import Demand, DemandList, DemandReport, ImportBatch
from demands.queries import public
from demands.queries.enterprises import open_claim_of, record_claims_for
from demands.queries.lists import later_of
from demands.queries.questions import waiting_questions
from demands.queries.summaries import visible_reports
from pilot_portal.accounts.actors import CITY, COUNTY, ENTERPRISE, INSTITUTION, READS_CITY, Actor
from pilot_portal.bulletin.models import Publication
from pilot_portal.bulletin.registry import HomeBlock, NoticeExtra, NoticeFile
from pilot_portal.desk.registry import Card, NavItem, Todo
from pilot_portal.documents.queries import public_papers

STATE = Demand.State
HOME_ROWS = 6
COUNTY_QUEUE = "/desk/county/demands/"
CITY_QUEUE = "/desk/city/demands/"
MINE = "/my/demands/"


def _todos(*rows: tuple[int, str, str, str, str]) -> list[Todo]:
    return [Todo(count, title, path, detail, act) for count, title, path, detail, act in rows if count]


def enterprise_todos(actor: Actor, at: dt.datetime) -> list[Todo]:
    """Drafts, returned demands, a choice to be made, a record that waits for the county; else a first demand.

    Four queries at most.
    """
    counts = queries.counts_by_state(queries.visible_demands(actor))
    asked = waiting_questions(actor).count()
    waiting = int(open_claim_of(actor.organisation) is not None)
    is_new = not counts and not waiting and bool(queries.open_rounds(at))
    return _todos(
        (int(is_new), "填报需求", MINE, "四步填完，手机上也能填；随时保存，下次接着填", "开始填报"),
        (
            counts.get(STATE.RETURNED, 0),
            "需求被退回，待修改",
            f"{MINE}?state=RETURNED",
            "按退回意见修改后重新提交",
            "修改",
        ),
        (
            counts.get(STATE.CHOOSING, 0),
            "需求待选定机构",
            f"{MINE}?state=CHOOSING",
            "揭榜已截止，请在期限内选定",
            "查看",
        ),
        (counts.get(STATE.DRAFT, 0), "需求尚未提交", f"{MINE}?state=DRAFT", "填完四步即可提交", "继续填写"),
        (asked, "试点机构的提问待答复", MINE, "答复后公开，揭榜更准", "答复"),
        (waiting, "企业信息待县区确认", MINE, "确认后即可填报需求", "查看"),
    )


def county_todos(actor: Actor, at: dt.datetime) -> list[Todo]:
    """Demands to check, imports not yet taken over, firms that claim their record. Three queries."""
    counts = queries.counts_by_state(queries.visible_demands(actor))
    read = queries.visible_batches(actor).filter(status=ImportBatch.Status.READ).order_by().count()
    claims = record_claims_for(actor).order_by().count()
    return _todos(
        (
            counts.get(STATE.SUBMITTED, 0),
            "需求待核实",
            f"{COUNTY_QUEUE}?state=SUBMITTED",
            "核实后报市局发布",
            "核实",
        ),
        (read, "表格已读取，待确认导入", f"{COUNTY_QUEUE}imports/", "预览无误后才会导入", "查看"),
        (claims, "企业申请认领记录", "/desk/county/enterprises/claims/", "确认后企业可填报需求", "确认"),
    )


def city_todos(actor: Actor, at: dt.datetime) -> list[Todo]:
    """Demands to select and publish, unclaimed ones to publish again, reports to accept. Three queries."""
    demands = queries.visible_demands(actor)
    counts = queries.counts_by_state(demands)
    prepared = demands.filter(state=STATE.VERIFIED, prepared_by__isnull=False).order_by().count()
    return _todos(
        (
            counts.get(STATE.VERIFIED, 0) - prepared,
            "需求待选取",
            f"{CITY_QUEUE}?state=VERIFIED",
            "拟定发布内容",
            "选取",
        ),
        (
            prepared if policies.may_publish(actor) else 0,
            "需求已拟定，待发布",
            f"{CITY_QUEUE}lists/new/",
            "发布为新一批榜单",
            "发布",
        ),
        (
            visible_reports(actor).filter(state=DemandReport.State.SUBMITTED).order_by().count(),
            "附件4 盖章报送待接收",
            f"{CITY_QUEUE}reports/",
            "核对后接收或退回",
            "核对",
        ),
        (counts.get(STATE.UNCLAIMED, 0), "需求流榜", f"{CITY_QUEUE}?state=UNCLAIMED", "可重新发布", "查看"),
    )


CARDS = [
    Card("enterprise-demands", "我的需求", ENTERPRISE, enterprise_todos, 20),
    Card("county-demands", "需求审核", COUNTY, county_todos, 30),
    Card("city-demands", "需求发布", CITY, city_todos, 30),
]

EVERYBODY = frozenset({"public", "guest", "expert", "sysadmin"}) | INSTITUTION | ENTERPRISE
PLACES = [
    NavItem("需求榜单", "demands:public-demand-list", EVERYBODY, 20),
    NavItem("我的需求", "demands:enterprise-demand-list", ENTERPRISE, 15),
    NavItem("需求审核", "demands:county-demand-list", COUNTY | frozenset({"leader", "auditor"}), 30),
    NavItem("企业库", "demands:county-enterprise-list", COUNTY, 35),
    NavItem("需求发布", "demands:city-demand-list", READS_CITY, 32),
]


def home(at: dt.datetime) -> dict[str, Any]:
    """The newest demands that may be claimed, and how many there are. A fixed number of queries."""
    rows = public.newest_published(HOME_ROWS, at)
    return {
        "demands": queries.faces(rows, at=at),
        "open_count": queries.counted(public.open_now(queries.published(), at)),
    }


HOME_BLOCK = HomeBlock("demands", "demands/public/_home.html", home, 30)


def _list_files(publication: Publication) -> list[NoticeFile]:
    listed = DemandList.objects.select_related("round", "publication").filter(publication=publication).first()
    papers = public_papers(LIST_FILES, listed) if listed else []
    return [
        NoticeFile(kind.title if "（" in kind.title else f"{kind.title}（PDF）", url) for kind, url in papers
    ]


LIST_EXTRA = NoticeExtra(kind=Publication.Kind.DEMAND_LIST, files=_list_files, later=later_of)
