"""The clock's tasks. A message only wakes a worker; it takes rows until none waits."""

from celery import shared_task

from pilot_portal.common import clock
from pilot_portal.documents.operations import expire, read_scan, run, take, take_reading


@shared_task(name="documents.sweep")
def sweep() -> int:
    """Build what waits and what outlived its lease, most urgent first; gives how many rows were worked.

    Before each paper of the bulk the scans are read that came meanwhile: somebody looks at them.
    """
    worked = 0
    while True:
        if (reading := take_reading(clock.now())) is not None:
            read_scan(reading, at=clock.now())
        elif (paper := take(clock.now())) is not None:
            run(paper, at=clock.now())
        else:
            return worked
        worked += 1


@shared_task(name="documents.expire")
def expire_exports() -> int:
    """Take away the exports whose days are over; gives how many."""
    return expire(clock.now())
