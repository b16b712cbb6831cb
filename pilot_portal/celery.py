"""The Celery application. Tasks are found in each app's `tasks.py`; the clock's timetable stands here."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pilot_portal.settings")

app = Celery("pilot_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# By name only: the ground imports no app.
app.conf.beat_schedule = {
    "papers-sweep": {"task": "documents.sweep", "schedule": 30.0},
    "messages-sweep": {"task": "notifications.sweep", "schedule": 60.0},
    "applications-clock": {"task": "institutions.clock", "schedule": crontab(minute="*/10")},
    "demands-clock": {"task": "demands.clock", "schedule": crontab(minute="*/10")},
    "matching-clock": {"task": "matching.clock", "schedule": crontab(minute="*/10")},
    "evaluation-clock": {"task": "evaluation.clock", "schedule": crontab(minute="*/10")},
    "audit-root": {"task": "workflow.seal_day", "schedule": crontab(hour=0, minute=10)},
}
