"""The life cycle of a demand (domain.md §3) as one table of moves.

Moves that hang on claims (match, not_chosen, choose_again, fulfil) are declared here and made by matching's
operations; a window without any claim (流榜) and one with claims are told apart by the clock.
"""

from demands import policies
from demands.models import Demand, DemandReport
from pilot_portal.workflow.machine import Move, Workflow

S = Demand.State
R = DemandReport.State

DEMAND = Workflow(
    "demands.demand",
    "服务需求",
    states=S,
    initial=S.DRAFT,
    moves=[
        Move(
            "submit",
            {S.DRAFT, S.RETURNED},
            S.SUBMITTED,
            who=policies.is_of_enterprise,
            label="提交需求",
            tone="primary",
        ),
        Move("take_back", {S.SUBMITTED}, S.DRAFT, who=policies.is_of_enterprise, label="撤回修改"),
        Move(
            "verify", {S.SUBMITTED}, S.VERIFIED, who=policies.is_county_of, label="核实通过", tone="primary"
        ),
        Move("return", {S.SUBMITTED}, S.RETURNED, who=policies.is_county_of, label="退回修改", note=True),
        Move(
            "refuse",
            {S.SUBMITTED},
            S.REFUSED,
            who=policies.is_county_of,
            label="不予采纳",
            note=True,
            tone="danger",
        ),
        # What a county entered itself it puts right itself, as long as the firm has no account to do it.
        Move("mend", {S.SUBMITTED}, S.SUBMITTED, who=policies.is_county_of, label="更正录入内容", note=True),
        Move(
            "mend_returned",
            {S.RETURNED},
            S.SUBMITTED,
            who=policies.is_county_of,
            label="更正录入内容",
            note=True,
        ),
        Move(
            "publish", {S.VERIFIED}, S.PUBLISHED, who=policies.is_city_chief, label="发布需求", tone="primary"
        ),
        Move("city_return", {S.VERIFIED}, S.SUBMITTED, who=policies.is_city, label="退回县区", note=True),
        Move(
            "not_publish",
            {S.VERIFIED},
            S.NOT_PUBLISHED,
            who=policies.is_city_chief,
            label="不予发布",
            note=True,
            tone="danger",
        ),
        Move("close_window", {S.PUBLISHED}, S.CHOOSING, who=policies.is_system, label="揭榜截止"),
        Move("no_claims", {S.PUBLISHED}, S.UNCLAIMED, who=policies.is_system, label="无人揭榜"),
        Move(
            "match",
            {S.CHOOSING},
            S.MATCHED,
            who=policies.decides_for_enterprise,
            label="选定机构",
            tone="primary",
        ),
        Move("not_chosen", {S.CHOOSING}, S.UNCLAIMED, who=policies.is_system, label="企业未选"),
        Move("choose_again", {S.MATCHED}, S.CHOOSING, who=policies.is_system, label="重新选择"),
        Move(
            "publish_again",
            {S.MATCHED, S.UNCLAIMED},
            S.PUBLISHED,
            who=policies.is_city_chief,
            label="重新发布",
            tone="primary",
        ),
        Move("fulfil", {S.MATCHED}, S.FULFILLED, who=policies.is_system, label="服务完成", tone="primary"),
        # What is public is put right; the case stays where it is, and nobody decides on what has changed.
        Move("correct", {S.PUBLISHED}, S.PUBLISHED, who=policies.is_city_chief, label="发布更正"),
        Move("correct_choosing", {S.CHOOSING}, S.CHOOSING, who=policies.is_city_chief, label="发布更正"),
        Move("correct_unclaimed", {S.UNCLAIMED}, S.UNCLAIMED, who=policies.is_city_chief, label="发布更正"),
        Move(
            "withdraw",
            {S.DRAFT, S.SUBMITTED, S.RETURNED, S.VERIFIED, S.PUBLISHED, S.CHOOSING, S.UNCLAIMED},
            S.WITHDRAWN,
            who=policies.decides_for_enterprise,
            label="撤回需求",
            tone="danger",
        ),
        Move(
            "close",
            {
                S.DRAFT,
                S.SUBMITTED,
                S.RETURNED,
                S.VERIFIED,
                S.NOT_PUBLISHED,
                S.PUBLISHED,
                S.CHOOSING,
                S.UNCLAIMED,
            },
            S.CLOSED,
            who=policies.is_system,
            label="批次结束",
        ),
    ],
    tones={
        S.DRAFT: "info",
        S.SUBMITTED: "info",
        S.RETURNED: "wait",
        S.REFUSED: "bad",
        S.VERIFIED: "ok",
        S.NOT_PUBLISHED: "bad",
        S.PUBLISHED: "ok",
        S.CHOOSING: "wait",
        S.MATCHED: "ok",
        S.FULFILLED: "ok",
        S.UNCLAIMED: "wait",
    },
)

# 附件4 盖章报送: begins with its first sending; returned it comes again with a new stamp.
DEMAND_REPORT = Workflow(
    "demands.demandreport",
    "需求汇总报送",
    states=R,
    initial=R.SUBMITTED,
    moves=[
        Move(
            "submit", {R.RETURNED}, R.SUBMITTED, who=policies.sends_report, label="重新报送", tone="primary"
        ),
        Move("return", {R.SUBMITTED}, R.RETURNED, who=policies.receives_report, label="退回县区", note=True),
        Move("accept", {R.SUBMITTED}, R.ACCEPTED, who=policies.receives_report, label="接收", tone="primary"),
    ],
    tones={R.SUBMITTED: "wait", R.RETURNED: "bad", R.ACCEPTED: "ok"},
)
