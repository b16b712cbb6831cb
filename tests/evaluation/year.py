"""A round whose satisfaction window stands open, rated services, and two people who press at once."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from evaluation.models import Evaluation, Questionnaire
from evaluation.operations import evaluating, satisfaction
from evaluation.rules import DIMENSIONS
from institutions.models import PilotInstitution
from matching.models import Engagement
from pilot_portal.rounds.models import Round, Stage
from tests import factories
from tests.factories import NOW

DAY = dt.timedelta(days=1)
CLOSED = NOW + 31 * DAY  # `make_round` ends every stage thirty days after NOW
GOOD = dict.fromkeys(DIMENSIONS, 5)


def served(
    pilot: PilotInstitution | None = None, state: str = "ACCEPTED", *, where: str = "430203", **fields: Any
) -> Engagement:
    """A contract of a firm of its own with this institution."""
    firm = factories.enterprise(where=factories.region(where))
    on = factories.demand("MATCHED", enterprise=firm)
    claim = factories.claim("SELECTED", demand=on, **({"pilot": pilot} if pilot else {}))
    return factories.engagement(state, claim=claim, **fields)


def rated(pilot: PilotInstitution, *marks: int, unanswered: int = 0) -> list[Questionnaire]:
    """One service of a firm of its own for each mark, given in all dimensions; some may stay unanswered."""
    rows = []
    for mark in [*marks, *[0] * unanswered]:
        row = factories.questionnaire("OPEN", engagement=served(pilot))
        if mark:
            answer(row, mark)
        rows.append(row)
    return rows


def answer(row: Questionnaire, mark: int = 5, **changes: Any) -> None:
    """The firm's administrator gives the same mark throughout."""
    given = {
        "reasons": dict.fromkeys(DIMENSIONS, "进度慢，效果不明显") if mark <= 2 else {},
        "would_continue": mark > 2,
        "by": factories.enterprise_admin_wu(row.enterprise),
        "at": NOW,
    }
    satisfaction.answer(row, dict.fromkeys(DIMENSIONS, mark), **given | changes)


def judged(pilot: PilotInstitution, *marks: int, state: str = "COMPUTED", **fields: Any) -> Evaluation:
    """An evaluation with the figures that these marks give."""
    satisfied = sum(mark >= 4 for mark in marks)
    row = factories.evaluation(state, pilot=pilot, **fields)
    figures = {"questionnaires": len(marks), "answered": len(marks), "satisfied": satisfied}
    Evaluation.objects.filter(pk=row.pk).update(**figures)
    row.refresh_from_db()
    return row


def compute(in_round: Round, **changes: Any) -> dict[int, Evaluation]:
    """The handler computes after the window; the evaluations by institution."""
    given = {"by": factories.city_handler_chen(), "at": CLOSED}
    return {row.pilot_id: row for row in evaluating.compute(in_round, **given | changes)}


def around(at: dt.datetime) -> Round:
    """The round of all factories, its stages open at a moment of the real clock, for pages and clock."""
    return factories.make_round(at=at)


def move_stage(in_round: Round, kind: str, starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    """Lay a stage of a round elsewhere."""
    Stage.objects.filter(round=in_round, kind=kind).update(starts_at=starts_at, ends_at=ends_at)


def refused(given: Sequence[Any], kind: type[Exception]) -> int:
    """How many of the acts were refused so; anything else that was raised is raised here."""
    for one in given:
        if isinstance(one, Exception) and not isinstance(one, kind):
            raise one
    return sum(isinstance(one, kind) for one in given)
