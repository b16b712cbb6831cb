"""The end-of-term evaluation: the portal computes and explains, people decide."""

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction

from evaluation import queries, rules
from evaluation.documents import RANKING
from evaluation.models import Evaluation
from evaluation.operations.satisfaction import close_questionnaires, leave_out_blameless
from evaluation.workflow import EVALUATION
from institutions.models import PilotInstitution
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.queries import recipients_in
from pilot_portal.bulletin.models import Publication
from pilot_portal.bulletin.operations import publish
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.documents.operations import request_paper
from pilot_portal.notifications.operations import tell
from pilot_portal.rounds.models import Round, Stage
from pilot_portal.rounds.operations import freeze_settings
from pilot_portal.rounds.queries import deadline

EVALUATED_STATES = ("LISTED", "WARNED", "RECTIFYING", "SUSPENDED", "COMPLETED")
PUBLISHED_ALREADY = "该批次的评价结果已经公布，请刷新后再看。"
SETTINGS = ["exit_satisfied_share", "exit_min_answers", "exit_min_answer_share", "min_enterprises"]


@transaction.atomic
def compute(round: Round, *, by: Actor, at: dt.datetime) -> list[Evaluation]:
    """Compute the evaluation of every institution of a round once the satisfaction window has closed.

    What was counted is closed by the same act, so that every figure can be counted again from the rows. Only
    those with enough answers are ranked.

    Raises NotAllowed for others than the city, Stale before the window's end or when computed already.
    """
    if not by.is_city:
        raise NotAllowed("只有市局中小企业科可以计算评价结果。")
    window = deadline(round, Stage.Kind.SATISFACTION, at=at)
    if window is None or not window.is_over:
        raise Stale("满意度评价期尚未结束，不能计算期满评价。")
    if Evaluation.objects.filter(round=round).exists():
        raise Stale("该批次的评价结果已经计算。")
    pilots = list(PilotInstitution.objects.filter(round=round, state__in=EVALUATED_STATES))
    leave_out_blameless(round)
    close_questionnaires(round, at=at)
    limits = queries.thresholds(round, at=at)
    freeze_settings(round, SETTINGS, act="计算期满评价", at=at)
    counted = queries.tallies(pilots)
    outcomes = {pk: rules.judge(tally, limits) for pk, (tally, _) in counted.items()}
    ranks = rules.ranking(
        [
            (pk, mean, tally.served)
            for pk, (tally, mean) in counted.items()
            if outcomes[pk].proposal != Evaluation.Verdict.NOT_JUDGED
        ]
    )
    rows = []
    for pilot in pilots:
        tally, mean = counted[pilot.pk]
        outcome = outcomes[pilot.pk]
        rows.append(
            Evaluation(
                round=round,
                pilot=pilot,
                computed_at=at,
                questionnaires=tally.questionnaires,
                answered=tally.answered,
                satisfied=tally.satisfied,
                left_out=tally.left_out,
                score=mean,
                served=tally.served,
                committed=tally.committed,
                rank=ranks.get(pilot.pk),
                proposal=outcome.proposal,
                findings=list(outcome.findings),
            )
        )
    try:
        with transaction.atomic():
            EVALUATION.start_many(rows, by=by, at=at)
    except IntegrityError as error:
        raise Stale("该批次的评价结果已经计算。") from error
    return rows


def tell_institution(evaluation: Evaluation, subject: str, *, at: dt.datetime) -> None:
    """A message to the people of the evaluated institution."""
    people = recipients_in(
        [evaluation.pilot.organisation_id], {"institution_admin", "institution_member"}, at
    )
    key = f"evaluation:{evaluation.pk}:{evaluation.step}"
    tell(people, subject, key=key, at=at, path=f"/my/evaluation/{evaluation.round.code}/")


@transaction.atomic
def notify(evaluations: Sequence[Evaluation], *, by: Actor, at: dt.datetime) -> int:
    """Tell institutions their figures; they may object until the decision. Gives how many were told."""
    done = EVALUATION.apply_many(evaluations, "notify", by=by, at=at, notified_at=at).done
    for evaluation in done:
        tell_institution(evaluation, "期满评价结果已告知，如有异议请在决定前提出", at=at)
    return len(done)


@transaction.atomic
def object_to(evaluation: Evaluation, text: str, *, by: Actor, at: dt.datetime) -> None:
    """The institution objects to its figures, with reasons."""
    EVALUATION.move(evaluation, "object", by=by, at=at, note=text, objection=text.strip())


@transaction.atomic
def decide(
    evaluation: Evaluation, decision: str, *, document_number: str, by: Actor, at: dt.datetime, note: str
) -> None:
    """The chief decides: keep, rectify or remove, with his reasons in the note.

    The decision on an institution that shall leave needs a document number. Carrying it out (rectify, remove)
    is done on the roster by institutions' own acts.
    """
    if decision not in {"keep", "rectify", "remove"}:
        raise Refused("请选择决定。", [Problem("请选择决定。", field="decision")])
    if decision == "remove" and not document_number.strip():
        raise Refused("移出须填写文号。", [Problem("请填写文号。", field="document_number")])
    EVALUATION.move(
        evaluation,
        "decide",
        by=by,
        at=at,
        note=note,
        decision=decision,
        decision_number=document_number.strip(),
        decided_by=by.user,
    )
    tell_institution(evaluation, f"期满评价决定：{evaluation.get_decision_display()}", at=at)


@transaction.atomic
def publish_results(
    round: Round,
    *,
    by: Actor,
    at: dt.datetime,
    document_number: str = "",
) -> Publication:
    """Publish the decided results as a frozen list, once.

    Raises NotAllowed, Stale while one is undecided or when they are published already.
    """
    if by.role != "city_chief":
        raise NotAllowed("只有中小企业科科长可以公布评价结果。")
    rows = list(queries.by_rank(queries.visible_evaluations(by).filter(round=round)))
    undecided = [row for row in rows if row.state not in {"DECIDED", "PUBLISHED"}]
    if not rows or undecided:
        raise Stale(f"还有 {len(undecided)} 家未作决定，不能公布。" if rows else "该批次还没有评价结果。")
    waiting = [row for row in rows if row.state == "DECIDED"]
    if not waiting:
        raise Stale(PUBLISHED_ALREADY)
    publication = publish(
        round,
        Publication.Kind.RESULT,
        f"{round.label}试点服务机构（平台）期满评价结果",
        payload={"rows": [published_row(row) for row in rows]},
        by=by,
        at=at,
        document_number=document_number,
    )
    if EVALUATION.apply_many(waiting, "publish", by=by, at=at, publication=publication).refused:
        raise Stale(PUBLISHED_ALREADY)
    request_paper(RANKING, publication, by=by, at=at)
    return publication


def published_row(evaluation: Evaluation) -> dict[str, object]:
    """What the public learns of one institution; the share only where there are enough answers."""
    enough = rules.may_show(evaluation.answered)
    share = rules.percent(evaluation.satisfied, evaluation.answered) if enough else None
    return {
        "rank": evaluation.rank,
        "name": evaluation.pilot.organisation.name,
        "region": evaluation.pilot.region.name,
        "served": evaluation.served,
        "committed": evaluation.committed,
        "answered": evaluation.answered,
        "share": f"{share}%" if share is not None else "—",
        "score": queries.public_score(evaluation),
        "decision": evaluation.get_decision_display(),
    }
