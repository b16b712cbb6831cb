"""The life cycle of a grant: a county or city role needs a second person (domain.md §1)."""

from pilot_portal.accounts import policies
from pilot_portal.accounts.models import Grant
from pilot_portal.workflow.machine import Move, Workflow

G = Grant.State

GRANT = Workflow(
    "accounts.grant",
    "账号授权",
    states=G,
    initial=G.REQUESTED,
    moves=[
        Move(
            "approve",
            {G.REQUESTED},
            G.APPROVED,
            who=policies.is_second_person,
            label="批准授权",
            tone="primary",
        ),
        Move(
            "refuse",
            {G.REQUESTED},
            G.REFUSED,
            who=policies.is_second_person,
            label="不予授权",
            note=True,
            tone="danger",
        ),
        Move("withdraw", {G.REQUESTED}, G.WITHDRAWN, who=policies.may_request, label="撤回申请"),
    ],
    tones={G.REQUESTED: "wait", G.APPROVED: "ok", G.REFUSED: "bad"},
)
