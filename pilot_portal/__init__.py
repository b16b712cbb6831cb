"""The ground of the portal: imports no app, wires them by name only."""

from pilot_portal.celery import app as celery_app

__all__ = ["celery_app"]
