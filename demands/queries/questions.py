"""Questions and answers on a demand, as each reader may see them."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from demands.models import Demand, Question
from demands.queries.demands import visible_demands
from pilot_portal.accounts.actors import Actor


@dataclass(frozen=True)
class PublicQuestion:
    """A question with its answer. Who asked stands there for the firm, for staff and for the asker alone."""

    pk: int
    ordinal: int
    text: str
    asked_at: dt.datetime
    answer: str
    answered_at: dt.datetime | None
    asker: str
    is_own: bool
    hidden_reason: str


def visible_questions(actor: Actor, demand: Demand) -> QuerySet[Question]:
    """Answered ones for everybody; unanswered ones for the firm, the asker, county and city."""
    questions = Question.objects.filter(demand=demand).select_related("organisation").order_by("ordinal")
    if _knows_askers(actor, demand):
        return questions
    public = Q(answered_at__isnull=False) | Q(hidden_at__isnull=False)
    if actor.is_institution:
        public |= Q(organisation_id=actor.organisation_id)
    return questions.filter(public)


def _knows_askers(actor: Actor, demand: Demand) -> bool:
    if actor.is_enterprise:
        return demand.enterprise.organisation_id == actor.organisation_id
    return actor.reads_city or (actor.is_county and actor.region_id == demand.region_id)


def questions_on(demand: Demand, actor: Actor) -> list[PublicQuestion]:
    """Questions and answers in order; of a hidden one only that it is hidden, and why."""
    knows = _knows_askers(actor, demand)
    rows = []
    for row in visible_questions(actor, demand):
        own = actor.is_institution and row.organisation_id == actor.organisation_id
        hidden = row.hidden_at is not None
        rows.append(
            PublicQuestion(
                pk=row.pk,
                ordinal=row.ordinal,
                text="" if hidden else row.text,
                asked_at=row.asked_at,
                answer="" if hidden else row.answer,
                answered_at=row.answered_at,
                asker=row.organisation.name if knows or own else "",
                is_own=own,
                hidden_reason=row.hidden_reason,
            )
        )
    return rows


def waiting_questions(actor: Actor) -> QuerySet[Question]:
    """What the firm has not answered on demands that are still open."""
    return Question.objects.filter(
        demand__in=visible_demands(actor).filter(state__in=[Demand.State.PUBLISHED, Demand.State.CHOOSING]),
        answered_at=None,
        hidden_at=None,
    )
