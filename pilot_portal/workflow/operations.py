"""Sealing the trail: one signed root a day, with a copy outside the database."""

import datetime as dt
import hashlib
import hmac
from pathlib import Path

from django.conf import settings

from pilot_portal.common import clock
from pilot_portal.workflow.models import DayRoot, Entry


def day_digest(day: dt.date) -> tuple[int, str]:
    """How many entries the Beijing day has, and the SHA-256 over their digests in order."""
    digest, count = hashlib.sha256(), 0
    entries = Entry.objects.filter(at__gte=clock.day_start(day), at__lt=clock.end_of_day(day))
    for value in entries.order_by("pk").values_list("digest", flat=True).iterator(chunk_size=5000):
        digest.update(value.encode())
        count += 1
    return count, digest.hexdigest()


def sign(day: dt.date, root: str) -> str:
    """HMAC-SHA-256 of a day's root under the audit key."""
    return hmac.new(settings.AUDIT_KEY.encode(), f"{day}:{root}".encode(), hashlib.sha256).hexdigest()


def copy_path(day: dt.date) -> Path:
    """Where the copy of a day's root is kept."""
    return Path(settings.AUDIT_COPY_DIR) / f"{day}.root"


def seal_day(day: dt.date) -> DayRoot:
    """Seal a finished day once; a day sealed before is left as it is. Leaves a row and a copy beside it."""
    count, root = day_digest(day)
    sealed, _ = DayRoot.objects.get_or_create(
        day=day, defaults={"entries": count, "root": root, "signature": sign(day, root)}
    )
    path = copy_path(day)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{sealed.day} {sealed.entries} {sealed.root} {sealed.signature}\n", encoding="ascii")
    return sealed


def root_problems() -> list[str]:
    """What is wrong with the sealed days: entries changed since, a broken signature, a copy that differs."""
    problems = []
    for sealed in DayRoot.objects.order_by("day"):
        count, root = day_digest(sealed.day)
        if (count, root) != (sealed.entries, sealed.root):
            problems.append(
                f"{sealed.day}: {count} entries now, {sealed.entries} when sealed, or a digest differs"
            )
        if not hmac.compare_digest(sign(sealed.day, sealed.root), sealed.signature):
            problems.append(f"{sealed.day}: the signature is not ours")
        path = copy_path(sealed.day)
        line = f"{sealed.day} {sealed.entries} {sealed.root} {sealed.signature}\n"
        if not path.exists():
            problems.append(f"{sealed.day}: the copy kept elsewhere is missing")
        elif path.read_text(encoding="ascii") != line:
            problems.append(f"{sealed.day}: the copy kept elsewhere differs")
    return problems
