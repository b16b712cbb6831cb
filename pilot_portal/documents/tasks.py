"""The clock's tasks. A message only wakes a worker; it takes rows until none waits."""

from celery import shared_task

from pilot_portal.common import clock
from pilot_portal.documents.operations import expire, read_scan, run, take, take_reading


@shared_task(name="documents.sweep")
def sweep() -> int:
    """Build what waits and what outlived its lease, most urgent first; gives how many rows were worked.

    Scans and papers take turns: neither many scans nor a large bundle holds up the other.
    """
    worked, turns = 0, [_read_one, _build_one]
    while any(turn() for turn in turns):
        turns.reverse()
        worked += 1
    return worked


def _read_one() -> bool:
    reading = take_reading(clock.now())
    if reading is not None:
        read_scan(reading, at=clock.now())
    return reading is not None


def _build_one() -> bool:
    paper = take(clock.now())
    if paper is not None:
        run(paper, at=clock.now())
    return paper is not None


@shared_task(name="documents.expire")
def expire_exports() -> int:
    """Take away the exports whose days are over; gives how many."""
    return expire(clock.now())
