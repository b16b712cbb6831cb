"""The portal as it runs: a web server and a worker as processes, on the test database. For the journeys."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from tests import servers

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Portal:
    """A running portal.

    Attributes:
        url: where it answers, without a slash at the end.
        logs: the folder of its processes' logs.
        worker: the worker process, for tests that kill it.
    """

    url: str
    logs: Path
    worker: subprocess.Popen

    def log(self, name: str) -> str:
        """What `web` or `worker` wrote so far."""
        return (self.logs / f"{name}.log").read_text(encoding="utf-8", errors="replace")


def database_url() -> str:
    """The address of the test database of this process, for other processes."""
    own = connections["default"].settings_dict
    if own["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{own['NAME']}"
    return f"postgresql://{own['USER']}@{own['HOST']}:{own['PORT']}/{own['NAME']}"


def environment(**changes: str) -> dict[str, str]:
    """The environment in which a process of its own works on this process's test database and folder."""
    return {
        **os.environ,
        "PORTAL_MODE": "test",
        "PORTAL_VAR": str(settings.VAR),
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "pilot_portal.settings",
        **changes,
    }


def set_clock_ahead(seconds: float) -> None:
    """Set the clock of all processes ahead of the real one; no process ever reads half a number."""
    part = settings.CLOCK_AHEAD.with_suffix(".part")
    part.write_text(str(seconds), encoding="ascii")
    part.replace(settings.CLOCK_AHEAD)


@contextmanager
def process(name: str, words: list[str], env: dict[str, str]):
    """A process of the portal with a log in the run's folder; stopped at the end."""
    logs = Path(settings.VAR) / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    with (logs / f"{name}.log").open("ab") as output:
        started = subprocess.Popen(
            [*servers.dies_with_parent(), sys.executable, "-m", *words],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield started
    finally:
        servers.stop(started)


def worker_words() -> list[str]:
    """The words that start a worker."""
    return [
        "celery",
        "-A",
        "pilot_portal",
        "worker",
        "--concurrency=2",
        "--loglevel=INFO",
        "--without-gossip",
        "--without-mingle",
    ]


def _serves(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:  # noqa: S310 - our own address
            return answer.status == 200
    except (urllib.error.URLError, ConnectionError):
        return False


@pytest.fixture(scope="session")
def collected_static():
    """The static files where the web server looks for them."""
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(scope="session")
def portal_processes(django_db_setup, django_db_blocker, collected_static, redis_url):
    """A web server and a worker on the test database and a private Redis, once in a run's process."""
    port = servers.free_port()
    url = f"http://127.0.0.1:{port}"
    with django_db_blocker.unblock():
        env = environment(REDIS_URL=redis_url, PORT=str(port), SITE_ORIGIN=url)
    web = [
        *("gunicorn", "pilot_portal.wsgi", "--bind", f"127.0.0.1:{port}", "--no-control-socket"),
        *("--worker-class", "gthread", "--workers", "1", "--threads", "8", "--access-logfile", "-"),
    ]
    with ExitStack() as stack:
        worker = stack.enter_context(process("worker", worker_words(), env))
        server = stack.enter_context(process("web", web, env))
        running = Portal(url=url, logs=Path(settings.VAR) / "logs", worker=worker)
        servers.wait_until(
            lambda: _serves(url), process=server, log=running.logs / "web.log", what="the web server"
        )
        servers.wait_until(
            lambda: "ready." in running.log("worker"),
            process=worker,
            log=running.logs / "worker.log",
            what="the worker",
        )
        yield running


@pytest.fixture
def portal(portal_processes, transactional_db):
    """A running portal on an empty database (what migrations put in is there); emptied after the test."""
    return portal_processes
