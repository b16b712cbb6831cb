"""The clock's task of the trail."""

import datetime as dt

from celery import shared_task

from pilot_portal.common import clock
from pilot_portal.workflow.operations import seal_day


@shared_task(name="workflow.seal_day")
def seal_yesterday() -> None:
    """Seal the Beijing day that has just ended."""
    seal_day(clock.beijing_date(clock.now()) - dt.timedelta(days=1))
