"""The clock's work on demands, and the imports that wait for a worker."""

import logging

from celery import shared_task

from demands import intake
from demands.models import ImportBatch
from demands.operations import close_rounds, close_windows
from demands.operations.imports import keep_reading, run_order, take_import, tell_opened, tire
from pilot_portal.common import clock

logger = logging.getLogger(__name__)


@shared_task(name="demands.clock")
def tick() -> int:
    """Close claim windows that are over and demands of closed rounds; gives how many moved."""
    at = clock.now()
    return close_windows(at=at) + close_rounds(at=at)


@shared_task(name="demands.sweep_imports")
def sweep_imports() -> int:
    """Read, take over or undo what waits and what outlived its lease; gives how many imports were worked."""
    worked = 0
    while (batch := take_import(clock.now())) is not None:
        try:
            if batch.status == ImportBatch.Status.QUEUED:
                parsed = intake.parse_stored(batch)
                tell_opened(batch, at=clock.now())
                keep_reading(batch, parsed, attempt=batch.attempt)
            else:
                run_order(batch, now=clock.now)
        except Exception:
            # A fault of ours and no answer to the officer: into the log, and tried again.
            logger.exception("import %s could not be worked", batch.pk)
            tire(batch, at=clock.now())
        worked += 1
    return worked
