"""Sending mail off the request. The same task is the message's wake-up and the beat's sweep."""

from celery import shared_task

from pilot_portal.common import clock
from pilot_portal.notifications.operations import send_waiting_mail


@shared_task(name="notifications.sweep")
def sweep() -> None:
    """Send the mail that waits."""
    send_waiting_mail(at=clock.now())
