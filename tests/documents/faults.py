"""Papers that go wrong on purpose, and the real workers and brokers that meet them.

A worker of these tests is the portal's own, started with `--include tests.documents.fault_worker`, which
makes two kinds known to it: FAULTY, a notice on paper, whose title says what happens while it is built, and
BUNDLE, all of them in one .zip.
"""

import errno
import os
import resource
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
from celery import Celery
from django.conf import settings

from pilot_portal.bulletin.models import Publication
from pilot_portal.common.digests import digests_of
from pilot_portal.documents.models import Paper
from pilot_portal.documents.pdf import load_fonts, save
from pilot_portal.documents.pdf.forms import letter
from pilot_portal.documents.registry import BundleKind, Folder, SheetOrder
from tests import servers
from tests.documents.jobs import Printer, paper_kind
from tests.documents.samples import LETTER
from tests.portal import ROOT, environment, worker_words

PLACE = Path(settings.VAR) / "faults"
HELD = "停在半路"
# More than a process that was given so little may have.
MEMORY = 256 * 1024 * 1024


def _exits(_subject: Publication) -> None:
    sys.exit(1)


def _aborts(_subject: Publication) -> None:
    os.abort()


def _is_killed(_subject: Publication) -> None:
    """What the kernel does to a process that took all the memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def _wants_memory(_subject: Publication) -> None:
    had = resource.getrlimit(resource.RLIMIT_AS)
    now = psutil.Process().memory_info().vms
    resource.setrlimit(resource.RLIMIT_AS, (now + MEMORY, had[1]))
    try:
        bytearray(2 * MEMORY)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, had)


def _waits(subject: Publication) -> None:
    """Until the test lets go; without a gate nobody holds it."""
    gate = PLACE / f"{subject.pk}.gate"
    if gate.exists():
        gate.read_bytes()


# What the title says → what happens.
POISONS = {"退出": _exits, "崩溃": _aborts, "被杀": _is_killed, "内存": _wants_memory}
DEEDS = POISONS | {HELD: _waits}


def build(subject: Publication, printing: Any) -> bytes:
    """A letter, after what its title says has happened; written down at each begin."""
    with (PLACE / "begun").open("a", encoding="ascii") as begun:
        begun.write(f"{subject.pk}\n")
    DEEDS.get(subject.title, str)(subject)
    fonts = load_fonts()
    return save(letter(replace(LETTER, title=f"{subject.title}{subject.number}"), fonts), fonts)


FAULTY = paper_kind(Printer(), code="test-faulty", build=build)


def _all_notices(order: SheetOrder) -> list[Folder]:
    return [Folder("公告", FAULTY, Publication.objects.filter(round=order.round).order_by("pk"))]


BUNDLE = BundleKind(
    code="test-faulty-bundle",
    title="示例文书包",
    may_see=lambda actor, _round, _region: actor.is_authenticated,
    file_name=lambda round_, _region: f"示例文书包 {round_.code}.zip",
    folders=_all_notices,
)


def begun() -> Counter[int]:
    """How often the building of each subject was begun, by primary key."""
    return Counter(int(line) for line in (PLACE / "begun").read_text(encoding="ascii").split())


class Gate:
    """Holds the worker that builds a subject, without sleeping: the builder waits at a named pipe."""

    def __init__(self, subject: Publication) -> None:
        self.path, self.end = PLACE / f"{subject.pk}.gate", -1
        os.mkfifo(self.path)

    def reached(self) -> bool:
        """Whether a builder stands here; from then on he is held, and nobody after him."""
        if self.end < 0:
            try:
                self.end = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:
                if error.errno != errno.ENXIO:
                    raise
                return False
            self.path.unlink()
        return True

    def open(self) -> None:
        """Let him go on."""
        if self.end >= 0:
            os.close(self.end)
            self.end = -1


@dataclass(frozen=True)
class Worker:
    """A running worker: its process, which leads a group of its own, and its log."""

    process: subprocess.Popen
    log: Path
    broker: str

    def until(self, ready: Any, what: str, seconds: int = 60) -> None:
        """Returns when `ready()` is true; fails when the worker ends or the time is over."""
        servers.wait_until(ready, process=self.process, log=self.log, what=what, seconds=seconds)

    def said(self) -> str:
        """What it wrote so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """`kill -9` of the worker and all of its processes at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def children(self) -> set[int]:
        """The processes that do the work."""
        return {child.pid for child in psutil.Process(self.process.pid).children(recursive=True)}


@contextmanager
def worker(name: str, broker: str, *before: str) -> Iterator[Worker]:
    """A worker on this test's database; `before` are words in front of its command."""
    log = Path(settings.VAR) / "logs" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    words = [*before, sys.executable, "-m", *worker_words(), "--include", "tests.documents.fault_worker"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*servers.dies_with_parent(), *words],
            cwd=ROOT,
            env=environment(REDIS_URL=broker),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    started = Worker(process, log, broker)
    try:
        started.until(lambda: "ready." in started.said(), f"the worker {name}")
        yield started
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def strike(broker: str, times: int = 1, **how: str) -> None:
    """Send the message that beat sends; a worker takes what waits."""
    with Celery(broker=broker, set_as_current=False) as app:
        for _ in range(times):
            app.send_task("documents.sweep", **how)


def small_disk(unshare: str, size: str) -> tuple[str, ...]:
    """The words before a worker's command that give it a small disk of its own for the files."""
    Path(settings.MEDIA_ROOT).mkdir(exist_ok=True)
    mount = f'mount -t tmpfs -o size={size} tmpfs "$0" && exec "$@"'
    return unshare, "--mount", "sh", "-c", mount, str(settings.MEDIA_ROOT)


def enlarge_disk(of: Worker, size: str) -> None:
    """Give a worker on a small disk more room."""
    inside = ["nsenter", "--target", str(of.process.pid), "--mount"]
    subprocess.run([*inside, "mount", "-o", f"remount,size={size}", settings.MEDIA_ROOT], check=True)


def disk_of(of: Worker) -> Path:
    """The files as a worker on a small disk sees them."""
    return Path(f"/proc/{of.process.pid}/root{settings.MEDIA_ROOT}")


def count(**conditions: Any) -> int:
    """How many papers are in a state."""
    return Paper.objects.filter(**conditions).count()


def states() -> list[tuple[str, int]]:
    """State and attempt of every paper."""
    return sorted(Paper.objects.values_list("status", "attempt"))


def check_files(media: Path | None = None) -> None:
    """Each built paper has its one file with the digests and the size that its row tells, nobody else any."""
    media = media or Path(settings.MEDIA_ROOT)
    rows = {media / paper.file.name: paper for paper in Paper.objects.filter(status=Paper.Status.DONE)}
    assert {*rows} == {path for path in (media / "papers").rglob("*") if path.is_file()}
    for path, paper in rows.items():
        with path.open("rb") as file:
            assert digests_of(file) == (paper.sha256, paper.sm3)
            assert file.tell() == paper.size > 0
