"""The one task. A message only wakes it; it takes rows until none waits."""

from celery import shared_task

from pilot_portal.common import clock
from pilot_portal.documents.operations import run, take


@shared_task(name="documents.sweep")
def sweep() -> int:
    """Build what waits and what outlived its lease, most urgent first; gives how many rows were worked."""
    worked = 0
    while (paper := take(clock.now())) is not None:
        run(paper, at=clock.now())
        worked += 1
    return worked
