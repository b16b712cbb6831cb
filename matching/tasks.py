"""The clock of claims and contracts."""

from celery import shared_task

from matching.operations import clock as ticking
from pilot_portal.common import clock


@shared_task(name="matching.clock")
def tick() -> None:
    """Let lapse, void, freeze and end what time has overtaken."""
    at = clock.now()
    ticking.void_orphans(at=at)
    ticking.lapse_drafts(at=at)
    ticking.freeze_suspended(at=at)
    ticking.end_choosing(at=at)
    ticking.lapse_unsigned(at=at)
