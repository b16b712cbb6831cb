"""Awards (评比奖补): proposed from the ranking, approved by the bureau outside, recorded here."""

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import F

from evaluation import queries
from evaluation.documents import AWARD_LIST
from evaluation.models import Award, Evaluation, Sanction
from evaluation.workflow import AWARD
from pilot_portal.accounts.actors import Actor
from pilot_portal.bulletin.models import Publication
from pilot_portal.bulletin.operations import publish
from pilot_portal.bulletin.queries import latest
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.documents.letterhead import NOTICE
from pilot_portal.documents.operations import request_paper
from pilot_portal.rounds.models import Round
from pilot_portal.rounds.operations import number_in_force
from pilot_portal.rounds.queries import add_working_days, publicity_missing

GRANTED = ("APPROVED", "PAID", "REDUCED")
LISTED_ALREADY = "名单与已公布的一致，没有新的批准。"
OPEN_SANCTION = ("CLUE", "VERIFYING", "HEARD", "DECIDED")


def refuse_under_sanction(award: Award) -> None:
    """Raise Stale while a sanction against the institution is open: it holds the award."""
    held = Sanction.objects.filter(
        round=award.round, organisation=award.pilot.organisation, state__in=OPEN_SANCTION
    )
    if held.exists():
        raise Stale("该机构有未办结的处理事项，奖补暂缓。")


@transaction.atomic
def propose_award(
    evaluation: Evaluation, *, amount_fen: int, reason: str, by: Actor, at: dt.datetime
) -> Award:
    """Propose an award for an institution that stays. Raises NotAllowed, Refused, Stale (twice)."""
    if not by.is_city:
        raise NotAllowed("只有市局中小企业科可以提出奖补建议。")
    if evaluation.decision != "keep":
        raise Refused("只有评价决定为“继续”的机构可以提请奖补。")
    if amount_fen < 0:
        raise Refused("金额不能为负数。", [Problem("金额不能为负数。", field="amount_fen")])
    award = Award(
        round=evaluation.round,
        pilot=evaluation.pilot,
        evaluation=evaluation,
        amount_fen=amount_fen,
        reason=reason.strip(),
        proposed_by=by.user,
        created_at=at,
    )
    try:
        with transaction.atomic():
            AWARD.start(award, by=by, at=at)
    except IntegrityError as error:
        raise Stale("该机构已提请奖补。") from error
    return award


@transaction.atomic
def to_publicity(awards: Sequence[Award], *, by: Actor, at: dt.datetime) -> Publication:
    """Bring proposed awards of a round into publicity with one frozen notice; all or none."""
    if not awards:
        raise Refused("没有可公示的奖补建议。")
    round_ = awards[0].round
    days = number_in_force(round_, "publicity_days", at=at, act="公示")
    until = add_working_days(at, days)
    for award in awards:
        refuse_under_sanction(award)
        AWARD.move(award, "to_publicity", by=by, at=at, publicity_until=until)
    if not number_in_force(round_, "publicity_on", at=at, act="公示"):
        raise Stale("本批次不设公示环节，可直接登记批准。")
    return publish(
        round_,
        Publication.Kind.PUBLICITY,
        f"{round_.label}试点服务机构（平台）拟奖补名单公示",
        body=(
            f"按照{NOTICE}要求，经评比，拟对下列 {len(awards)} 家试点服务机构（平台）给予奖补，现予公示。"
            f"公示期 {days} 个工作日，至 {clock.spoken(until)}。如有异议，请在公示期内书面反映。"
        ),
        payload={"rows": [award_row(award) for award in awards]},
        by=by,
        at=at,
    )


@transaction.atomic
def approve(
    award: Award, *, body: str, minutes: str, document_number: str, by: Actor, at: dt.datetime
) -> None:
    """Record the bureau's approval: body, minutes and number are all required.

    Raises Stale before the end of the publicity, and when the round's number of awards is reached; it holds
    at any concurrency.
    """
    fields = {"approved_body": body, "minutes": minutes, "document_number": document_number}
    problems = [
        Problem("请填写批准会议、会议纪要和文号。", field=key) for key, v in fields.items() if not v.strip()
    ]
    if problems:
        raise Refused("登记批准须填写批准会议、会议纪要和文号。", problems)
    refuse_under_sanction(award)
    # Written first: approvals of one round wait for one another here, so that each counts those before it.
    Round.objects.filter(pk=award.round_id).update(year=F("year"))
    limit = number_in_force(award.round, "award_count", at=at, act="登记奖补批准")
    if Award.objects.filter(round=award.round, state__in=GRANTED).count() >= limit:
        raise Stale(f"本批次评比奖补名额 {limit} 家已满；确需增加的，请先凭文号修改批次设定。")
    AWARD.move(award, "approve", by=by, at=at, **{key: value.strip() for key, value in fields.items()})
    waiting = publicity_missing(award.round, award.publicity_until, at=at)
    if waiting:
        raise Stale(waiting)


@transaction.atomic
def reduce(award: Award, *, amount_fen: int, by: Actor, at: dt.datetime, note: str) -> None:
    """Reduce an approved award to a lower amount, with its reason; the amount before stays in the trail."""
    if not 0 <= amount_fen < award.amount_fen:
        wrong = "扣减后的金额须低于原金额，且不能为负数。"
        raise Refused(wrong, [Problem(wrong, field="amount_fen")])
    AWARD.move(
        award,
        "reduce",
        by=by,
        at=at,
        note=note,
        amount_fen=amount_fen,
        data={"before_fen": award.amount_fen, "after_fen": amount_fen},
    )


@transaction.atomic
def publish_awards(
    round: Round,
    *,
    by: Actor,
    at: dt.datetime,
    document_number: str = "",
) -> Publication:
    """Publish the approved awards of a round as a frozen list; a list that changed is a new edition.

    Raises NotAllowed, Stale without any award or when this very list is published already.
    """
    if by.role != "city_chief":
        raise NotAllowed("只有中小企业科科长可以公布奖补名单。")
    rows = list(
        Award.objects.filter(round=round, state__in=GRANTED)
        .select_related("pilot__organisation", "pilot__region", "evaluation")
        .order_by(F("evaluation__rank").asc(nulls_last=True), "pk")
    )
    if not rows:
        raise Stale("该批次还没有批准的奖补。")
    listed, before = [award_row(row) for row in rows], latest(Publication.Kind.AWARD, round.pk)
    if before is not None and before.payload["rows"] == listed:
        raise Stale(LISTED_ALREADY)
    publication = publish(
        round,
        Publication.Kind.AWARD,
        f"{round.label}试点服务机构（平台）评比奖补名单",
        payload={"rows": listed},
        by=by,
        at=at,
        document_number=document_number,
        replaces=before,
    )
    won = 0
    for seen in {row.publication_id for row in rows}:
        group = [row.pk for row in rows if row.publication_id == seen]
        won += Award.objects.filter(pk__in=group, publication=seen).update(publication=publication)
    if won != len(rows):
        raise Stale(LISTED_ALREADY)
    request_paper(AWARD_LIST, publication, by=by, at=at)
    return publication


def award_row(award: Award) -> dict[str, object]:
    """What the public learns of one award."""
    return {
        "rank": award.evaluation.rank,
        "name": award.pilot.organisation.name,
        "region": award.pilot.region.name,
        "score": queries.public_score(award.evaluation),
        "served": award.evaluation.served,
        "amount_fen": award.amount_fen,
    }


@transaction.atomic
def one_to_publicity(award: Award, *, by: Actor, at: dt.datetime, note: str = "") -> Publication:
    """Bring one proposed award into publicity."""
    return to_publicity([award], by=by, at=at)


@transaction.atomic
def plain_move(award: Award, *, name: str, by: Actor, at: dt.datetime, note: str = "") -> None:
    """Reject, pay, cancel, recover: moves that write nothing beside the state and the reason.

    Payment is held while a sanction is open.
    """
    if name == "pay":
        refuse_under_sanction(award)
    AWARD.move(award, name, by=by, at=at, note=note)
