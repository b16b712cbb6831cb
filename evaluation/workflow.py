"""The life cycles of the year's end: one table each (domain.md §3)."""

from evaluation import policies
from evaluation.models import Award, Evaluation, Questionnaire, Result, Sanction
from pilot_portal.workflow.machine import Move, Workflow

Q, V, A, S, R = Questionnaire.State, Evaluation.State, Award.State, Sanction.State, Result.State

QUESTIONNAIRE = Workflow(
    "evaluation.questionnaire",
    "满意度问卷",
    states=Q,
    initial=Q.OPEN,
    moves=[
        Move(
            "answer",
            {Q.OPEN},
            Q.ANSWERED,
            who=policies.rates_for_enterprise,
            label="提交评价",
            tone="primary",
        ),
        Move("follow_up", {Q.ANSWERED}, Q.FOLLOWED_UP, who=policies.rates_for_enterprise, label="提交追评"),
        Move(
            "close", {Q.OPEN, Q.ANSWERED, Q.FOLLOWED_UP}, Q.CLOSED, who=policies.is_system, label="评价截止"
        ),
    ],
    tones={Q.OPEN: "wait", Q.ANSWERED: "ok", Q.FOLLOWED_UP: "ok"},
)

EVALUATION = Workflow(
    "evaluation.evaluation",
    "期满评价",
    states=V,
    initial=V.COMPUTED,
    moves=[
        Move("notify", {V.COMPUTED}, V.NOTIFIED, who=policies.is_city, label="告知机构", tone="primary"),
        Move(
            "object", {V.NOTIFIED}, V.OBJECTED, who=policies.is_evaluated_admin, label="提出异议", note=True
        ),
        Move(
            "decide",
            {V.NOTIFIED, V.OBJECTED},
            V.DECIDED,
            who=policies.is_chief,
            label="作出决定",
            note=True,
            tone="primary",
        ),
        Move("publish", {V.DECIDED}, V.PUBLISHED, who=policies.is_chief, label="公布结果", tone="primary"),
    ],
    tones={V.COMPUTED: "info", V.NOTIFIED: "wait", V.OBJECTED: "bad", V.DECIDED: "info", V.PUBLISHED: "ok"},
)

AWARD = Workflow(
    "evaluation.award",
    "评比奖补",
    states=A,
    initial=A.PROPOSED,
    moves=[
        Move("to_publicity", {A.PROPOSED}, A.PUBLICITY, who=policies.is_chief_not_proposer, label="转入公示"),
        Move(
            "approve",
            {A.PROPOSED, A.PUBLICITY},
            A.APPROVED,
            who=policies.is_chief_not_proposer,
            label="登记批准",
            tone="primary",
        ),
        Move(
            "reject",
            {A.PROPOSED, A.PUBLICITY},
            A.REJECTED,
            who=policies.is_chief_not_proposer,
            label="不予批准",
            note=True,
            tone="danger",
        ),
        Move("pay", {A.APPROVED, A.REDUCED}, A.PAID, who=policies.is_city, label="登记拨付", tone="primary"),
        Move("reduce", {A.APPROVED}, A.REDUCED, who=policies.is_chief, label="扣减奖补", note=True),
        Move(
            "cancel",
            {A.APPROVED},
            A.CANCELLED,
            who=policies.is_chief,
            label="取消奖补",
            note=True,
            tone="danger",
        ),
        Move(
            "recover",
            {A.PAID},
            A.RECOVERING,
            who=policies.is_chief,
            label="追回奖补",
            note=True,
            tone="danger",
        ),
        Move("recovered", {A.RECOVERING}, A.RECOVERED, who=policies.is_city, label="登记追回"),
    ],
    tones={A.PROPOSED: "info", A.PUBLICITY: "wait", A.APPROVED: "ok", A.PAID: "ok", A.REJECTED: "bad"},
)

SANCTION = Workflow(
    "evaluation.sanction",
    "处理",
    states=S,
    initial=S.CLUE,
    moves=[
        Move("verify", {S.CLUE}, S.VERIFYING, who=policies.is_handler, label="开始核查", tone="primary"),
        Move("hear", {S.VERIFYING}, S.HEARD, who=policies.is_handler, label="记录陈述申辩", tone="primary"),
        Move(
            "decide",
            {S.HEARD},
            S.DECIDED,
            who=policies.is_chief_not_preparer,
            label="作出处理决定",
            note=True,
            tone="primary",
        ),
        Move(
            "publish", {S.DECIDED}, S.PUBLISHED, who=policies.is_chief, label="公布处理决定", tone="primary"
        ),
        Move(
            "reverse",
            {S.DECIDED, S.PUBLISHED},
            S.REVERSED,
            who=policies.is_chief,
            label="撤销处理",
            note=True,
        ),
        Move(
            "drop",
            {S.CLUE, S.VERIFYING, S.HEARD},
            S.DROPPED,
            who=policies.is_chief_not_preparer,
            label="不予处理",
            note=True,
        ),
    ],
    tones={S.CLUE: "info", S.VERIFYING: "wait", S.HEARD: "wait", S.DECIDED: "bad", S.PUBLISHED: "bad"},
)

RESULT = Workflow(
    "evaluation.result",
    "培育成果",
    states=R,
    initial=R.CLAIMED,
    moves=[
        Move(
            "enterprise_confirm",
            {R.CLAIMED},
            R.ENTERPRISE_CONFIRMED,
            who=policies.confirms_for_enterprise,
            label="确认成果",
            tone="primary",
        ),
        Move(
            "deny",
            {R.CLAIMED},
            R.DENIED,
            who=policies.confirms_for_enterprise,
            label="不予认可",
            note=True,
            tone="danger",
        ),
        Move(
            "verify",
            {R.ENTERPRISE_CONFIRMED},
            R.VERIFIED,
            who=policies.is_county_of,
            label="核实成果",
            tone="primary",
        ),
        Move("confirm", {R.VERIFIED}, R.CONFIRMED, who=policies.is_chief, label="确认计入", tone="primary"),
        Move(
            "revoke", {R.VERIFIED, R.CONFIRMED}, R.REVOKED, who=policies.is_chief, label="撤销成果", note=True
        ),
    ],
    tones={R.CLAIMED: "info", R.ENTERPRISE_CONFIRMED: "info", R.VERIFIED: "wait", R.CONFIRMED: "ok"},
)
