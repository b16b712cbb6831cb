"""The life cycles of claims and engagements: one table each (domain.md §3)."""

from matching import policies
from matching.models import Claim, Engagement
from pilot_portal.workflow.machine import Move, Workflow

C = Claim.State
E = Engagement.State

CLAIM = Workflow(
    "matching.claim",
    "揭榜",
    states=C,
    initial=C.DRAFT,
    moves=[
        Move(
            "submit", {C.DRAFT}, C.SUBMITTED, who=policies.is_claimant_admin, label="提交揭榜", tone="primary"
        ),
        Move(
            "shortlist", {C.SUBMITTED}, C.SHORTLISTED, who=policies.decides_for_enterprise, label="列入候选"
        ),
        Move(
            "select",
            {C.SUBMITTED, C.SHORTLISTED},
            C.SELECTED,
            who=policies.decides_for_enterprise,
            label="选定机构",
            tone="primary",
        ),
        Move(
            "not_select",
            {C.SUBMITTED, C.SHORTLISTED},
            C.NOT_SELECTED,
            who=policies.decides_for_enterprise,
            label="未选定",
        ),
        Move(
            "decline",
            {C.SELECTED},
            C.DECLINED,
            who=policies.is_claimant_admin,
            label="放弃承接",
            note=True,
            tone="danger",
        ),
        Move(
            "select_next",
            {C.NOT_SELECTED},
            C.SELECTED,
            who=policies.decides_for_enterprise,
            label="改选该机构",
        ),
        Move(
            "withdraw",
            {C.DRAFT, C.SUBMITTED, C.SHORTLISTED},
            C.WITHDRAWN,
            who=policies.is_claimant_admin,
            label="撤回揭榜",
            tone="danger",
        ),
        Move(
            "void",
            {C.DRAFT, C.SUBMITTED, C.SHORTLISTED, C.FROZEN},
            C.VOID,
            who=policies.is_system,
            label="作废",
        ),
        Move("freeze", {C.SUBMITTED, C.SHORTLISTED}, C.FROZEN, who=policies.is_system, label="冻结"),
        Move("unfreeze", {C.FROZEN}, C.SUBMITTED, who=policies.is_system, label="解冻"),
        Move(
            "lapse",
            {C.DRAFT, C.SUBMITTED, C.SHORTLISTED, C.FROZEN},
            C.LAPSED,
            who=policies.is_system,
            label="逾期失效",
        ),
    ],
    tones={C.SUBMITTED: "info", C.SHORTLISTED: "wait", C.SELECTED: "ok", C.DECLINED: "bad", C.DRAFT: "info"},
)

ENGAGEMENT = Workflow(
    "matching.engagement",
    "服务合同",
    states=E,
    initial=E.AGREED,
    moves=[
        Move("sign", {E.AGREED}, E.SIGNED, who=policies.decides_for_served, label="确认签约", tone="primary"),
        Move(
            "start_service",
            {E.SIGNED},
            E.IN_SERVICE,
            who=policies.is_provider_admin,
            label="开始服务",
            tone="primary",
        ),
        Move(
            "deliver",
            {E.IN_SERVICE},
            E.DELIVERED,
            who=policies.is_provider_admin,
            label="提交验收",
            tone="primary",
        ),
        Move(
            "accept",
            {E.DELIVERED},
            E.ACCEPTED,
            who=policies.decides_for_served,
            label="验收通过",
            tone="primary",
        ),
        Move(
            "give_up",
            {E.AGREED},
            E.TERMINATED,
            who=policies.is_provider_admin,
            label="放弃签约",
            note=True,
            tone="danger",
        ),
        Move("lapse", {E.AGREED}, E.TERMINATED, who=policies.is_system, label="逾期未签约"),
        Move(
            "dispute",
            {E.DELIVERED},
            E.DISPUTED,
            who=policies.decides_for_served,
            label="提出异议",
            note=True,
            tone="danger",
        ),
        Move("resume", {E.DISPUTED}, E.IN_SERVICE, who=policies.may_resume, label="继续服务"),
        Move(
            "settle",
            {E.DISPUTED},
            E.ACCEPTED,
            who=policies.decides_for_served,
            label="争议解决并验收",
            tone="primary",
        ),
        Move(
            "accept_by_county",
            {E.DELIVERED},
            E.ACCEPTED_BY_COUNTY,
            who=policies.is_county_approver_of,
            label="县区核定验收",
            note=True,
        ),
        Move(
            "terminate",
            {E.SIGNED, E.IN_SERVICE, E.DELIVERED, E.DISPUTED},
            E.TERMINATED,
            who=policies.is_county_approver_of,
            label="终止合同",
            note=True,
            tone="danger",
        ),
    ],
    tones={E.AGREED: "wait", E.SIGNED: "info", E.IN_SERVICE: "info", E.DELIVERED: "wait", E.ACCEPTED: "ok"},
)
