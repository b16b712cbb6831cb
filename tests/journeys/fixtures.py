"""Chromium, the people before it, and the clock that is set ahead."""

import datetime as dt
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings
from django.db import connection, connections
from playwright.sync_api import Browser, sync_playwright

from pilot_portal.accounts.actors import Actor
from pilot_portal.common import clock
from tests import servers
from tests.journeys.people import Person
from tests.portal import Portal, set_clock_ahead


@pytest.fixture(scope="session")
def chromium(need, what_migrations_put_in) -> Iterator[Browser]:
    """The machine's Chromium, headless, speaking Chinese."""
    path = need("chromium")
    # Playwright's loop runs in this very thread, between two calls; no query ever runs inside of it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--lang=zh-CN", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            env={**os.environ, "LANGUAGE": "zh_CN"},
        )
        # Under the loop Django hands out connections of their own: this one must know what to put back.
        connection._test_serialized_contents = what_migrations_put_in
        yield browser
        connections.close_all()  # those that Django opened while Playwright's loop was running
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def at_work(portal, chromium) -> Iterator[Callable[..., Person]]:
    """`at_work(actor)` gives this person a signed-in window, `at_work("何示例")` a stranger's.

    At the end nobody's pages may have complained (accessibility, console, width), nor the processes.
    """
    people: list[Person] = []

    def someone(who: Actor | str) -> Person:
        name = who if isinstance(who, str) else who.user.name
        person = Person(name, chromium, portal.url)
        people.append(person)
        if isinstance(who, Actor):
            person.sign_in(who.user.username)
        return person

    yield someone
    complaints = [f"{person.name}: {words}" for person in people for words in person.complaints]
    for name in ("web", "worker"):
        _, found, traceback = portal.log(name).partition("Traceback")
        complaints += [f"the log of the {name} process: Traceback{traceback[:4000]}"] if found else []
    for person in people:
        person.context.close()
    assert not complaints, "\n".join(complaints)


class Time:
    """The portal's clock, and the strokes that beat would give."""

    def __init__(self, broker: str, portal: Portal) -> None:
        self.file: Path = settings.CLOCK_AHEAD
        self.celery, self.portal = Celery(broker=broker), portal

    def today(self) -> dt.date:
        """The day in Beijing by the portal's clock."""
        return clock.beijing_date(clock.now())

    def passes(self, **span: float) -> None:
        """Set the clock of all processes ahead by a span (days=…, hours=…)."""
        ahead = float(self.file.read_text(encoding="ascii")) if self.file.exists() else 0.0
        set_clock_ahead(ahead + dt.timedelta(**span).total_seconds())

    def reaches(self, moment: dt.datetime) -> None:
        """Set the clock of all processes to a moment that is still to come."""
        self.passes(seconds=(moment - clock.now()).total_seconds() + 1)

    def strikes(self, task: str, until: Callable[[], bool], what: str) -> None:
        """Send the clock's task to the worker; returns when its work is seen in the database."""
        self.celery.send_task(task)
        log = self.portal.logs / "worker.log"
        servers.wait_until(until, process=self.portal.worker, log=log, what=what)


@pytest.fixture
def time(portal, redis_url) -> Iterator[Time]:
    """The clock, put back afterwards."""
    ahead = Time(redis_url, portal)
    yield ahead
    ahead.file.unlink(missing_ok=True)
