"""The life cycles of applications, county reports and pilot institutions (domain.md §3)."""

from institutions import policies
from institutions.models import Application, CountyReport, PilotInstitution
from pilot_portal.workflow.machine import Move, Workflow

A, R, P = Application.State, CountyReport.State, PilotInstitution.State

BEFORE_CONFIRMED = frozenset(
    {
        A.DRAFT,
        A.SUBMITTED,
        A.SUBMITTED_CITY,
        A.ACCEPTED_DIRECT,
        A.RETURNED,
        A.RECOMMENDED,
        A.PROPOSED,
        A.PUBLICITY,
    }
)

APPLICATION = Workflow(
    "institutions.application",
    "申报",
    states=A,
    initial=A.DRAFT,
    moves=[
        Move(
            "submit",
            {A.DRAFT, A.RETURNED},
            A.SUBMITTED,
            who=policies.is_admin_of,
            label="提交申报",
            tone="primary",
        ),
        Move(
            "submit_direct",
            {A.DRAFT, A.RETURNED},
            A.SUBMITTED_CITY,
            who=policies.is_admin_of,
            label="直报市局",
        ),
        Move("take_back", {A.SUBMITTED}, A.DRAFT, who=policies.is_admin_of, label="撤回修改"),
        Move(
            "accept_direct",
            {A.SUBMITTED_CITY},
            A.ACCEPTED_DIRECT,
            who=policies.is_city,
            label="受理直报",
            tone="primary",
        ),
        Move(
            "send_to_county",
            {A.SUBMITTED_CITY},
            A.SUBMITTED,
            who=policies.is_city,
            label="转县区办理",
            note=True,
        ),
        Move("return", {A.SUBMITTED}, A.RETURNED, who=policies.is_county_of, label="退回修改", note=True),
        Move(
            "return_direct",
            {A.ACCEPTED_DIRECT},
            A.RETURNED,
            who=policies.is_city,
            label="退回修改",
            note=True,
        ),
        Move(
            "recommend",
            {A.SUBMITTED},
            A.RECOMMENDED,
            who=policies.is_county_approver_of,
            label="推荐至市局",
            tone="primary",
        ),
        Move(
            "decline",
            {A.SUBMITTED},
            A.DECLINED,
            who=policies.is_county_approver_of,
            label="不予推荐",
            note=True,
            tone="danger",
        ),
        Move(
            "recall",
            {A.RECOMMENDED},
            A.SUBMITTED,
            who=policies.is_county_approver_of,
            label="撤回推荐",
            note=True,
        ),
        Move(
            "city_return_to_county",
            {A.RECOMMENDED},
            A.SUBMITTED,
            who=policies.is_city,
            label="退回县区",
            note=True,
        ),
        Move(
            "city_return_to_institution",
            {A.RECOMMENDED},
            A.RETURNED,
            who=policies.is_city,
            label="退回机构",
            note=True,
        ),
        Move(
            "take_over", {A.SUBMITTED}, A.ACCEPTED_DIRECT, who=policies.is_city, label="市局接办", note=True
        ),
        Move(
            "propose",
            {A.RECOMMENDED, A.ACCEPTED_DIRECT},
            A.PROPOSED,
            who=policies.is_city_handler,
            label="提请确认",
            tone="primary",
        ),
        Move("to_publicity", {A.PROPOSED}, A.PUBLICITY, who=policies.is_chief_not_proposer, label="转入公示"),
        Move(
            "confirm",
            {A.PROPOSED, A.PUBLICITY},
            A.CONFIRMED,
            who=policies.is_chief_not_proposer,
            label="确认为试点机构",
            tone="primary",
        ),
        Move(
            "not_confirm",
            {A.PROPOSED, A.PUBLICITY},
            A.NOT_CONFIRMED,
            who=policies.is_chief_not_proposer,
            label="不予确认",
            note=True,
            tone="danger",
        ),
        Move(
            "revoke",
            {A.CONFIRMED},
            A.REVOKED,
            who=policies.is_city_chief,
            label="撤销确认",
            note=True,
            tone="danger",
        ),
        Move(
            "reinstate",
            {A.NOT_CONFIRMED},
            A.CONFIRMED,
            who=policies.is_city_chief,
            label="恢复确认",
            note=True,
        ),
        Move(
            "withdraw",
            BEFORE_CONFIRMED,
            A.WITHDRAWN,
            who=policies.is_admin_of,
            label="撤回申报",
            tone="danger",
        ),
        Move("lapse", {A.DRAFT, A.RETURNED}, A.LAPSED, who=policies.is_system, label="逾期失效"),
        Move("reopen", {A.LAPSED, A.WITHDRAWN}, A.DRAFT, who=policies.may_reopen, label="重新填报"),
    ],
    tones={
        A.DRAFT: "info",
        A.SUBMITTED: "info",
        A.SUBMITTED_CITY: "info",
        A.ACCEPTED_DIRECT: "info",
        A.RETURNED: "wait",
        A.RECOMMENDED: "ok",
        A.DECLINED: "bad",
        A.PROPOSED: "wait",
        A.PUBLICITY: "wait",
        A.CONFIRMED: "ok",
        A.NOT_CONFIRMED: "bad",
        A.REVOKED: "bad",
    },
)

COUNTY_REPORT = Workflow(
    "institutions.countyreport",
    "县区推荐",
    states=R,
    initial=R.DRAFT,
    moves=[
        Move(
            "submit",
            {R.DRAFT, R.RETURNED},
            R.SUBMITTED,
            who=policies.is_county_approver_of,
            label="报送市局",
            tone="primary",
        ),
        Move("return", {R.SUBMITTED}, R.RETURNED, who=policies.is_city, label="退回县区", note=True),
        Move("accept", {R.SUBMITTED}, R.ACCEPTED, who=policies.is_city, label="接收推荐", tone="primary"),
    ],
    tones={R.DRAFT: "info", R.SUBMITTED: "wait", R.RETURNED: "bad", R.ACCEPTED: "ok"},
)

PILOT = Workflow(
    "institutions.pilotinstitution",
    "试点机构",
    states=P,
    initial=P.LISTED,
    moves=[
        Move("warn", {P.LISTED}, P.WARNED, who=policies.is_city_chief, label="提醒整改", note=True),
        Move("rectify", {P.WARNED}, P.RECTIFYING, who=policies.is_admin_of, label="开始整改", tone="primary"),
        Move(
            "restore", {P.RECTIFYING}, P.LISTED, who=policies.is_city_chief, label="整改合格", tone="primary"
        ),
        Move(
            "complete", {P.LISTED}, P.COMPLETED, who=policies.is_city_chief, label="试点完成", tone="primary"
        ),
        Move(
            "exit", {P.LISTED}, P.EXITED, who=policies.is_admin_of, label="自愿退出", note=True, tone="danger"
        ),
        Move(
            "remove",
            {P.LISTED, P.WARNED, P.RECTIFYING, P.SUSPENDED},
            P.REMOVED,
            who=policies.is_city_chief,
            label="移出试点",
            note=True,
            tone="danger",
        ),
        Move(
            "suspend",
            {P.LISTED, P.WARNED, P.RECTIFYING},
            P.SUSPENDED,
            who=policies.is_city_chief,
            label="暂停试点",
            note=True,
            tone="danger",
        ),
        # The prior notice of a removal: told and kept, the institution stands where it stood.
        *(
            Move(
                f"notice_{state.lower()}",
                {state},
                state,
                who=policies.is_city_chief,
                label="移出事先告知",
                note=True,
                tone="danger",
            )
            for state in (P.LISTED, P.WARNED, P.RECTIFYING, P.SUSPENDED)
        ),
        Move("resume_listed", {P.SUSPENDED}, P.LISTED, who=policies.ends_suspension, label="恢复试点"),
        Move("resume_warned", {P.SUSPENDED}, P.WARNED, who=policies.ends_suspension, label="恢复（待整改）"),
        Move(
            "resume_rectifying",
            {P.SUSPENDED},
            P.RECTIFYING,
            who=policies.ends_suspension,
            label="恢复（整改中）",
        ),
    ],
    tones={P.LISTED: "ok", P.WARNED: "wait", P.RECTIFYING: "wait", P.SUSPENDED: "bad", P.REMOVED: "bad"},
)
