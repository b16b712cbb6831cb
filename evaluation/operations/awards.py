"""Awards (评比奖补): proposed from the ranking, approved by the bureau outside, recorded here."""

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction

from evaluation.models import Award, Evaluation, Sanction
from evaluation.workflow import AWARD
from pilot_portal.accounts.actors import Actor
from pilot_portal.bulletin.models import Publication
from pilot_portal.bulletin.operations import publish
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.rounds.models import Round

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
        raise Refused("金额不能为负数。", [Problem("金额不能为负数。", field="amount")])
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
    """Bring proposed awards into publicity with one frozen notice."""
    if not awards:
        raise Refused("没有可公示的奖补建议。")
    for award in awards:
        refuse_under_sanction(award)
        AWARD.move(award, "to_publicity", by=by, at=at)
    round_ = awards[0].round
    return publish(
        round_,
        Publication.Kind.PUBLICITY,
        f"{round_.year}年度试点服务机构（平台）拟奖补名单公示",
        payload={"rows": [award_row(award) for award in awards]},
        by=by,
        at=at,
    )


@transaction.atomic
def approve(
    award: Award, *, body: str, minutes: str, document_number: str, by: Actor, at: dt.datetime
) -> None:
    """Record the bureau's approval: body, minutes and number are all required."""
    fields = {"approved_body": body, "minutes": minutes, "document_number": document_number}
    problems = [
        Problem("请填写批准会议、会议纪要和文号。", field=key) for key, v in fields.items() if not v.strip()
    ]
    if problems:
        raise Refused("登记批准须填写批准会议、会议纪要和文号。", problems)
    refuse_under_sanction(award)
    AWARD.move(award, "approve", by=by, at=at, **{key: value.strip() for key, value in fields.items()})


@transaction.atomic
def publish_awards(
    round: Round,
    *,
    by: Actor,
    at: dt.datetime,
    document_number: str = "",
) -> Publication:
    """Publish the approved awards of a round as a frozen list."""
    if by.role != "city_chief":
        raise NotAllowed("只有中小企业科科长可以公布奖补名单。")
    rows = list(
        Award.objects.filter(round=round, state__in=["APPROVED", "PAID", "REDUCED"])
        .select_related("pilot__organisation", "pilot__region", "evaluation")
        .order_by("evaluation__rank", "pk")
    )
    if not rows:
        raise Stale("该批次还没有批准的奖补。")
    publication = publish(
        round,
        Publication.Kind.AWARD,
        f"{round.year}年度试点服务机构（平台）评比奖补名单",
        payload={"rows": [award_row(row) for row in rows]},
        by=by,
        at=at,
        document_number=document_number,
    )
    Award.objects.filter(pk__in=[row.pk for row in rows]).update(publication=publication)
    return publication


def award_row(award: Award) -> dict[str, object]:
    """What the public learns of one award."""
    return {
        "rank": award.evaluation.rank,
        "name": award.pilot.organisation.name,
        "region": award.pilot.region.name,
        "score": str(award.evaluation.score or "—"),
        "served": award.evaluation.served,
        "amount_fen": award.amount_fen,
    }


@transaction.atomic
def one_to_publicity(award: Award, *, by: Actor, at: dt.datetime, note: str = "") -> Publication:
    """Bring one proposed award into publicity."""
    return to_publicity([award], by=by, at=at)


@transaction.atomic
def plain_move(award: Award, *, name: str, by: Actor, at: dt.datetime, note: str = "") -> None:
    """Reject, pay, reduce, cancel, recover: moves that write nothing beside the state and the reason.

    Payment is held while a sanction is open.
    """
    if name == "pay":
        refuse_under_sanction(award)
    AWARD.move(award, name, by=by, at=at, note=note)
