"""Is the process up; is everything it needs there."""

import shutil

from celery import current_app
from django.conf import settings
from django.db import connection
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from pilot_portal.common import clock
from pilot_portal.documents.queries import oldest_waiting

QUEUE_AGE_LIMIT_SECONDS = 600
FREE_DISK_LIMIT = 200 * 1024 * 1024


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return type(error).__name__
    return "ok"


def _broker() -> str:
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except (OperationalError, OSError) as error:
        return type(error).__name__
    return "ok"


def _queue() -> str:
    waiting = oldest_waiting()
    age = int((clock.now() - waiting.requested_at).total_seconds()) if waiting else 0
    return "ok" if age < QUEUE_AGE_LIMIT_SECONDS else f"oldest job waits {age} s"


def _disk() -> str:
    free = shutil.disk_usage(settings.VAR).free
    return "ok" if free > FREE_DISK_LIMIT else f"{free // 1024 // 1024} MB free"


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, broker, age of the queue, disk; 503 when one of them is not well."""
    checks = {"database": _database(), "broker": _broker(), "disk": _disk()}
    checks["queue"] = _queue() if checks["database"] == "ok" else "unknown"
    good = all(value == "ok" for value in checks.values())
    return JsonResponse({"status": "ok" if good else "failing", **checks}, status=200 if good else 503)
