"""What applications put on the desk."""

import datetime as dt

from institutions import queries
from pilot_portal.accounts.actors import CITY, COUNTY, INSTITUTION, READS_CITY, Actor
from pilot_portal.desk.registry import Card, NavItem, Todo
from pilot_portal.rounds.models import Round

Counts = list[tuple[Round, dict[str, int]]]


def _todos(*rows: tuple[int, str, str, str, str]) -> list[Todo]:
    return [Todo(count, title, path, detail, act) for count, title, path, detail, act in rows if count]


def institution_todos(actor: Actor, at: dt.datetime) -> list[Todo]:
    """Drafts, returns, what the city told a pilot institution, rounds open for application. Three queries."""
    own = list(queries.visible_applications(actor).order_by("-pk")[:20])
    taken = {application.round_id for application in own}
    todos = []
    for application in own:
        path = f"/my/application/{application.round.code}/"
        if application.state == "RETURNED":
            todos.append(Todo(1, "申报被退回，待修改", path, "按退回意见修改后重新提交", "修改"))
        elif application.state == "DRAFT":
            todos.append(Todo(1, "申报尚未提交", path, "提交才算按时申报", "继续填写"))
    for pilot in queries.visible_pilots(actor).order_by("-pk")[:20]:
        if pilot.state == "WARNED":
            todos.append(Todo(1, "收到整改通知", "/my/pilot/", "请开始整改并在期限内完成", "查看"))
        if queries.awaits_reply(pilot):
            todos.append(Todo(1, "收到移出事先告知", "/my/pilot/", "五个工作日内可以陈述申辩", "陈述"))
    rounds = [r for r in queries.open_rounds(at, actor.region_id) if r.pk not in taken]
    return [*todos, *_todos((len(rounds), "批次可以申报", "/my/application/", "", "查看"))]


def _by_state(found: Counts, base: str, *lines: tuple[str, str, str, str]) -> list[Todo]:
    """A line for each round and state with work, which leads to just these cases."""
    return [
        Todo(count, title, f"{base}?round={in_round.code}&state={state}", " · ".join(filter(None, said)), act)
        for state, title, detail, act in lines
        for in_round, counts in found
        if (count := counts.get(state, 0)) and (said := (in_round.label, detail))
    ]


def county_todos(actor: Actor, at: dt.datetime) -> list[Todo]:
    """Applications to review, reports to send. Three queries."""
    found, reports = queries.counts_by_round(actor), "/desk/county/reports/"
    open_reports = queries.visible_reports(actor).filter(state__in=["DRAFT", "RETURNED"]).order_by().count()
    recommended = sum(counts.get("RECOMMENDED", 0) for _, counts in found)
    return [
        *_by_state(
            found, "/desk/county/applications/", ("SUBMITTED", "申报待审核", "审核、退回或推荐", "审核")
        ),
        *_todos(
            (recommended, "申报已推荐", reports, "编制推荐文件报送市局", "查看"),
            (open_reports, "推荐文件未报送", reports, "盖章上传后报送", "办理"),
        ),
    ]


def city_todos(actor: Actor, at: dt.datetime) -> list[Todo]:
    """Cases to propose and confirm, direct ones, reports to accept. Three queries."""
    sent = queries.visible_reports(actor).filter(state="SUBMITTED").order_by().count()
    return [
        *_by_state(
            queries.counts_by_round(actor),
            "/desk/city/applications/",
            ("SUBMITTED_CITY", "直报申报待受理", "", "受理"),
            ("RECOMMENDED", "推荐申报待提请", "由经办人提请确认", "办理"),
            ("PROPOSED", "申报待确认", "由科长确认或转入公示", "办理"),
        ),
        *_todos((sent, "县区推荐待接收", "/desk/city/reports/", "", "接收")),
    ]


CARDS = [
    Card("institution-application", "我的申报", INSTITUTION, institution_todos, 10),
    Card("county-applications", "申报审核", COUNTY, county_todos, 10),
    Card("city-applications", "申报确认", CITY, city_todos, 10),
]
PLACES = [
    NavItem("试点机构", "institutions:public-list", frozenset({"public", "guest"}), 30),
    NavItem(
        "我的申报",
        "institutions:applicant-home",
        INSTITUTION,
        20,
        also=("institutions:applicant-pilots",),
    ),
    NavItem("申报审核", "institutions:county-applications", COUNTY, 20),
    NavItem("推荐汇总", "institutions:county-reports", COUNTY, 25),
    NavItem(
        "申报确认",
        "institutions:city-applications",
        READS_CITY,
        20,
        also=("institutions:city-reports", "institutions:city-roster"),
    ),
]
