"""The Celery application. Tasks are found in each app's `tasks.py`; the clock's timetable stands here."""

import os
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from celery import Celery
from celery.schedules import crontab
from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """kombu's queue of files, each of which appears whole.

    Its own writes into the file that the worker already sees: one read before the first byte is an empty
    message, which ends the worker.
    """

    def _put(self, queue: str, payload: Any, **_kwargs: Any) -> None:
        final = Path(self.data_folder_out, f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg")
        part = final.with_name(f"{final.name}.part")
        try:
            part.write_text(dumps(payload), encoding="utf-8")
            part.replace(final)
        except OSError as error:
            raise ChannelError(f"Cannot add file {final} to directory") from error

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        table = self._exchange_file(exchange)
        self.control_folder.mkdir(parents=True, exist_ok=True)
        part = table.with_name(f"{uuid4().hex}.part")
        part.write_text("[]", encoding="ascii")
        with suppress(FileExistsError):
            os.link(part, table)
        part.unlink()
        super()._queue_bind(exchange, routing_key, pattern, queue)


class Transport(filesystem.Transport):
    """The broker of an installation without Redis: `files://`."""

    Channel = Channel


TRANSPORT_ALIASES["files"] = f"{__name__}:Transport"

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pilot_portal.settings")

app = Celery("pilot_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# By name only: the ground imports no app.
app.conf.beat_schedule = {
    "papers-sweep": {"task": "documents.sweep", "schedule": 30.0},
    "exports-expire": {"task": "documents.expire", "schedule": crontab(minute=20)},
    "imports-sweep": {"task": "demands.sweep_imports", "schedule": 30.0},
    "messages-sweep": {"task": "notifications.sweep", "schedule": 60.0},
    "applications-clock": {"task": "institutions.clock", "schedule": crontab(minute="*/10")},
    "demands-clock": {"task": "demands.clock", "schedule": crontab(minute="*/10")},
    "matching-clock": {"task": "matching.clock", "schedule": crontab(minute="*/10")},
    "evaluation-clock": {"task": "evaluation.clock", "schedule": crontab(minute="*/10")},
    "audit-root": {"task": "workflow.seal_day", "schedule": crontab(hour=0, minute=10)},
}
