"""The clock's work on demands."""

from celery import shared_task

from demands.operations import close_rounds, close_windows
from pilot_portal.common import clock


@shared_task(name="demands.clock")
def tick() -> int:
    """Close claim windows that are over and demands of closed rounds; gives how many moved."""
    at = clock.now()
    return close_windows(at=at) + close_rounds(at=at)
