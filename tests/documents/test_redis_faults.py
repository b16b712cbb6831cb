"""Redis stops or hangs between a commit and its message: real processes, real commits.

The portal answers, nothing is lost, nothing is built twice.
"""

import http.client
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.urls import reverse
from redis import Redis

from pilot_portal.common.digests import digests_of
from pilot_portal.documents.models import Paper
from tests import factories, servers
from tests.documents.faults import check_files, count, states, strike, worker
from tests.documents.jobs import empty_folders
from tests.institutions.seed import sent
from tests.portal import environment, process

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_files(need):
    """No file of an earlier test."""
    need("redis")
    empty_folders()


@dataclass
class Web:
    """The portal's web server, as a browser of one person meets it."""

    port: int
    cookies: str
    token: str

    def ask(self, method, path):
        """Status, address of a redirect and text of an answer; a quarter of a minute is too long."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            connection.request(method, path, headers={"Cookie": self.cookies, "X-CSRFToken": self.token})
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Location", ""), answer.read()
        finally:
            connection.close()


@contextmanager
def web_server(broker, browser):
    """The web server on this test's database and broker, and somebody who is signed in."""
    port, token = servers.free_port(), "t" * 32
    words = ["gunicorn", "pilot_portal.wsgi", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    with process("faults-web", [*words, "--threads", "4"], environment(REDIS_URL=broker)) as server:
        log = Path(settings.VAR) / "logs" / "faults-web.log"
        servers.wait_until(lambda: servers.answers(port), process=server, log=log, what="the web server")
        session = browser.cookies[settings.SESSION_COOKIE_NAME].value
        yield Web(port, f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={token}", token)


@pytest.fixture
def zhou():
    return factories.institution_admin_zhou()


@pytest.fixture
def wanted(zhou):
    """The address that asks for the papers of a submitted application."""
    version = sent(zhou).versions.get()
    return reverse("documents:request", args=["application-set", version.pk])


def check_built(web):
    """The paper is built, once, and its asker fetches what the row tells."""
    assert states() == [("DONE", 1)]
    check_files()
    paper = Paper.objects.get()
    status, _, content = web.ask("GET", reverse("documents:download", args=[paper.uuid]))
    assert (status, digests_of(BytesIO(content))) == (200, (paper.sha256, paper.sm3))


def test_without_redis_the_portal_answers_and_what_was_asked_for_is_built_when_it_is_back(
    client_of, zhou, wanted
):
    port = servers.free_port()
    with ExitStack() as running:
        with servers.redis(port) as broker:
            builder = running.enter_context(worker("survivor", broker))
            web = running.enter_context(web_server(broker, client_of(zhou)))
        # Redis has stopped: the row is committed, its message is not sent.
        assert web.ask("POST", wanted)[:2] == (302, reverse("documents:mine"))
        assert states() == [("REQUESTED", 0)]
        status, _, page = web.ask("GET", reverse("documents:mine"))
        assert (status, "排队中" in page.decode()) == (200, True)
        for path in ("/", reverse("documents:verify"), reverse("desk:home")):
            assert web.ask("GET", path)[0] == 200, path
        builder.until(lambda: "Connection to broker lost" in builder.said(), "a worker without a broker")
        with servers.redis(port):
            strike(broker)
            builder.until(lambda: count(status="DONE") == 1, "the paper")
            check_built(web)


def test_a_redis_that_hangs_holds_nobody_up(client_of, zhou, wanted):
    with servers.redis() as broker, web_server(broker, client_of(zhou)) as web:
        with Redis.from_url(broker) as client:
            hanging = psutil.Process(client.info()["process_id"])
        hanging.suspend()
        try:
            # Web.ask waits a quarter of a minute at most.
            assert web.ask("POST", wanted)[:2] == (302, reverse("documents:mine"))
            assert web.ask("GET", reverse("documents:mine"))[0] == 200
        finally:
            hanging.resume()
        assert states() == [("REQUESTED", 0)]
        with worker("later", broker) as builder:
            strike(broker)
            builder.until(lambda: count(status="DONE") == 1, "the paper")
        check_built(web)


@pytest.mark.long
def test_the_clock_itself_finds_what_was_asked_for_while_redis_was_away(client_of, zhou, wanted, tmp_path):
    port = servers.free_port()
    with ExitStack() as running:
        with servers.redis(port) as broker:
            builder = running.enter_context(worker("survivor", broker))
            web = running.enter_context(web_server(broker, client_of(zhou)))
            words = ["celery", "--app", "pilot_portal", "beat", "--schedule", str(tmp_path / "beat")]
            beat = running.enter_context(process("faults-beat", words, environment(REDIS_URL=broker)))
        assert web.ask("POST", wanted)[:2] == (302, reverse("documents:mine"))
        builder.until(lambda: "Connection to broker lost" in builder.said(), "a worker without a broker")
        with servers.redis(port):
            # No message but beat's own, every half minute.
            builder.until(lambda: count(status="DONE") == 1, "the paper", seconds=120)
            assert beat.poll() is None
            check_built(web)
