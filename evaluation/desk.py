"""What the year's end puts on the desk."""

import datetime as dt

from evaluation import queries
from pilot_portal.accounts.actors import CITY, COUNTY, ENTERPRISE, INSTITUTION, READS_CITY, Actor
from pilot_portal.desk.registry import Card, NavItem, Todo


def _todos(*rows: tuple[int, str, str, str, str]) -> list[Todo]:
    return [Todo(count, title, path, detail, act) for count, title, path, detail, act in rows if count]


def enterprise_todos(actor: Actor, at: dt.datetime) -> list[Todo]:
    """Questionnaires to answer, results to confirm. Two queries."""
    open_ = queries.visible_questionnaires(actor).filter(state="OPEN", is_left_out=False).order_by().count()
    claimed = queries.visible_results(actor).filter(state="CLAIMED").order_by().count()
    return _todos(
        (open_, "服务待评价", "/my/ratings/", "评价影响机构的去留和奖补", "评价"),
        (claimed, "培育成果待确认", "/my/results/", "请如实确认", "确认"),
    )


def institution_todos(actor: Actor, at: dt.datetime) -> list[Todo]:
    """Evaluations to read. One query."""
    told = queries.visible_evaluations(actor).filter(state="NOTIFIED").values_list("round__code", flat=True)
    return [
        Todo(1, f"{code}年度期满评价已告知", f"/my/evaluation/{code}/", "如有异议请在决定前提出", "查看")
        for code in told
    ]


def county_todos(actor: Actor, at: dt.datetime) -> list[Todo]:
    """Results to verify. One query."""
    waiting = queries.visible_results(actor).filter(state="ENTERPRISE_CONFIRMED").order_by().count()
    return _todos((waiting, "培育成果待核实", "/desk/results/", "核对认定文件", "核实"))


def city_todos(actor: Actor, at: dt.datetime) -> list[Todo]:
    """Results to confirm, evaluations to decide or publish, sanctions under way. Three queries."""
    results = queries.visible_results(actor).filter(state="VERIFIED").order_by().count()
    waiting = queries.visible_evaluations(actor).exclude(state="PUBLISHED")
    open_sanctions = queries.visible_sanctions(actor).filter(
        state__in=["CLUE", "VERIFYING", "HEARD", "DECIDED"]
    )
    return _todos(
        (results, "培育成果待确认", "/desk/results/", "确认后计入六项目标", "确认"),
        (waiting.order_by().count(), "期满评价待办", "/desk/city/evaluations/", "告知、决定、公布", "办理"),
        (open_sanctions.order_by().count(), "处理事项待办", "/desk/city/sanctions/", "", "办理"),
    )


def decision_todos(actor: Actor, at: dt.datetime) -> list[Todo]:
    """Decisions against one's own body, to be read while the time for remedies runs. One query."""
    count = queries.decided_against(actor).order_by().count()
    return _todos((count, "处理决定", "/my/decisions/", "可下载决定书；救济途径见决定书", "查看"))


CARDS = [
    Card("party-decisions", "处理决定", INSTITUTION | ENTERPRISE, decision_todos, 60),
    Card("enterprise-ratings", "评价与成果", ENTERPRISE, enterprise_todos, 40),
    Card("institution-evaluation", "期满评价", INSTITUTION, institution_todos, 50),
    Card("county-results", "培育成果", COUNTY, county_todos, 50),
    Card("city-year-end", "评价与成果", CITY, city_todos, 50),
]
PLACES = [
    NavItem("评价结果", "evaluation:public-results", frozenset({"public"}), 40),
    NavItem("满意度评价", "evaluation:enterprise-ratings", ENTERPRISE, 45),
    NavItem("培育成果", "evaluation:applicant-results", INSTITUTION, 45),
    NavItem("培育成果", "evaluation:county-results", COUNTY | READS_CITY, 55),
    NavItem("总览", "evaluation:city-dashboard", READS_CITY, 15),
    NavItem("评价", "evaluation:city-evaluation-rounds", READS_CITY, 60, also=("evaluation:city-sanctions",)),
]
