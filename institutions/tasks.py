"""The clock of the applications."""

from celery import shared_task

from institutions.operations.applications import lapse_overdue
from institutions.operations.roster import resume_overdue
from pilot_portal.common import clock


@shared_task(name="institutions.clock")
def tick() -> None:
    """Let lapse what is past its days; end suspensions whose end has come."""
    at = clock.now()
    lapse_overdue(at=at)
    resume_overdue(at=at)
