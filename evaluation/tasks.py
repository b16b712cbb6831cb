"""The clock of the year's end."""

from celery import shared_task

from evaluation.operations.satisfaction import close_questionnaires, open_questionnaires
from pilot_portal.common import clock
from pilot_portal.rounds.models import Round, Stage
from pilot_portal.rounds.queries import stage_open


@shared_task(name="evaluation.clock")
def tick() -> None:
    """Open the questionnaires when the window opens, freeze them when it has closed."""
    at = clock.now()
    for round_ in Round.objects.filter(status=Round.Status.OPEN):
        if stage_open(round_, Stage.Kind.SATISFACTION, at=at):
            open_questionnaires(round_, at=at)
        close_questionnaires(round_, at=at)
