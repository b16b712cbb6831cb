"""Satisfaction: opening questionnaires, answering, following up, closing."""

import datetime as dt
from collections.abc import Mapping

from django.db import IntegrityError, transaction

from evaluation import rules
from evaluation.models import Questionnaire
from evaluation.workflow import QUESTIONNAIRE
from matching.models import Engagement
from pilot_portal.accounts.actors import SYSTEM, Actor
from pilot_portal.accounts.queries import recipients_in
from pilot_portal.common.errors import Problem, Refused, Stale
from pilot_portal.notifications.operations import tell
from pilot_portal.rounds.models import Round, Stage
from pilot_portal.rounds.queries import deadline, stage_open


@transaction.atomic
def open_questionnaires(round: Round, *, at: dt.datetime) -> int:
    """One questionnaire for each engagement that ever reached SIGNED; left out only those ended blamelessly.

    Idempotent, also when two clocks strike at once; gives how many were new (domain.md §3 Satisfaction).
    """
    leave_out_blameless(round)
    known = Questionnaire.objects.filter(round=round).values("engagement")
    new = Engagement.objects.filter(round=round, ever_signed=True).exclude(pk__in=known)
    rows = []
    for engagement in new.select_related("enterprise", "pilot"):
        reason = blameless_end(engagement)
        rows.append(
            Questionnaire(
                round=round,
                engagement=engagement,
                pilot=engagement.pilot,
                enterprise=engagement.enterprise,
                opened_at=at,
                is_left_out=bool(reason),
                left_out_reason=reason,
            )
        )
    try:
        with transaction.atomic():
            made = QUESTIONNAIRE.start_many(rows, by=SYSTEM, at=at)
    except IntegrityError:
        return 0  # another clock was quicker; what it left over is opened at the next stroke
    bodies = {row.enterprise.organisation_id for row in rows if not row.is_left_out}
    people = recipients_in([b for b in bodies if b], {"enterprise_admin", "enterprise_member"}, at)
    if people:
        tell(
            people,
            f"{round.label}服务满意度评价已开放，请为服务机构评价",
            key=f"satisfaction:{round.pk}:{at:%Y%m%d}",
            at=at,
            path="/my/ratings/",
        )
    return len(made)


def blameless_end(engagement: Engagement) -> str:
    """Why a contract takes no part in the rating; empty unless it ended without the institution's fault."""
    if engagement.state != Engagement.State.TERMINATED:
        return ""
    if engagement.terminated_cause == Engagement.Cause.INSTITUTION:
        return ""
    return f"合同因{engagement.get_terminated_cause_display()}终止"


def leave_out_blameless(round: Round) -> int:
    """Leave out what ended blamelessly after its questionnaire was opened; gives how many."""
    rows = Questionnaire.objects.filter(
        round=round, is_left_out=False, engagement__state=Engagement.State.TERMINATED
    ).exclude(engagement__terminated_cause=Engagement.Cause.INSTITUTION)
    count = 0
    for row in rows.select_related("engagement"):
        count += Questionnaire.objects.filter(pk=row.pk, is_left_out=False).update(
            is_left_out=True, left_out_reason=blameless_end(row.engagement)
        )
    return count


def why_not_now(questionnaire: Questionnaire, *, at: dt.datetime) -> str:
    """Why a questionnaire takes no answer now; empty when it does."""
    if questionnaire.state != Questionnaire.State.OPEN:
        return f"该问卷目前为“{questionnaire.get_state_display()}”，每份合同只评价一次。"
    if questionnaire.is_left_out:
        return f"该合同不参加评价（{questionnaire.left_out_reason}）。"
    if not stage_open(questionnaire.round, Stage.Kind.SATISFACTION, at=at):
        return "目前不在满意度评价期内。"
    return ""


@transaction.atomic
def answer(
    questionnaire: Questionnaire,
    answers: Mapping[str, int | None],
    *,
    reasons: Mapping[str, str],
    would_continue: bool | None,
    by: Actor,
    at: dt.datetime,
    comment: str = "",
    comment_public: bool = False,
) -> None:
    """Rate a service once; a reason is required at ≤ 2.

    Raises NotAllowed, Stale outside the window or when rated already, Refused with all problems at once.
    """
    problems = [Problem(text, field=key) for key, text in rules.answer_problems(answers, reasons).items()]
    if would_continue is None:
        problems.append(Problem("请选择是否愿意继续合作。", field="would_continue"))
    if problems:
        raise Refused(f"有 {len(problems)} 处需要补充。", problems)
    reason = why_not_now(questionnaire, at=at)
    if reason:
        raise Stale(reason)
    QUESTIONNAIRE.move(
        questionnaire,
        "answer",
        by=by,
        at=at,
        answered_at=at,
        answers={key: answers[key] for key in rules.DIMENSIONS},
        reasons={key: reasons[key].strip() for key in rules.DIMENSIONS if reasons.get(key, "").strip()},
        overall=answers[rules.OVERALL],
        would_continue=would_continue,
        comment=comment.strip(),
        comment_public=comment_public,
    )


@transaction.atomic
def follow_up(questionnaire: Questionnaire, text: str, *, by: Actor, at: dt.datetime) -> None:
    """One follow-up (追评) in words; the scores stay. Raises Stale outside the window."""
    if not text.strip():
        raise Refused("请填写追评内容。", [Problem("请填写追评内容。", field="text")])
    if not stage_open(questionnaire.round, Stage.Kind.SATISFACTION, at=at):
        raise Stale("目前不在满意度评价期内。")
    QUESTIONNAIRE.move(questionnaire, "follow_up", by=by, at=at, follow_up=text.strip(), followed_up_at=at)


def close_questionnaires(round: Round, *, at: dt.datetime) -> int:
    """Freeze all questionnaires once the window has closed; gives how many were closed."""
    window = deadline(round, Stage.Kind.SATISFACTION, at=at)
    if window is None or not window.is_over:
        return 0
    rows = list(Questionnaire.objects.filter(round=round).exclude(state=Questionnaire.State.CLOSED))
    return len(QUESTIONNAIRE.apply_many(rows, "close", by=SYSTEM, at=at).done)
