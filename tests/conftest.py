"""What holds for every test: which database, private servers, a folder of its own, rules watched throughout.

Chosen before Django reads its settings: TEST_DATABASE=postgresql|sqlite (default: PostgreSQL when the machine
has it). With xdist the first process starts the servers, the others find their addresses in the environment.
"""

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests import servers

# Fixtures that need Django's models; imported when Django is ready.
LATE_PLUGINS = (
    "tests.house.watch",
    "tests.people",
    "tests.portal",
    "tests.documents.fixtures",
    "tests.journeys.fixtures",
)
pytest.register_assert_rewrite("tests.queries", *LATE_PLUGINS)

_running = ExitStack()


def _choose_database() -> str:
    wanted = os.environ.get("TEST_DATABASE", "")
    if wanted not in {"", "postgresql", "sqlite"}:
        raise pytest.UsageError(f"TEST_DATABASE must be postgresql or sqlite, not {wanted!r}")
    has_postgresql = servers.program("postgresql") is not None
    if wanted == "postgresql" and not has_postgresql:
        raise pytest.UsageError(f"no PostgreSQL on this machine\n{servers.report_missing()}")
    return wanted or ("postgresql" if has_postgresql else "sqlite")


def _start(config: pytest.Config) -> None:
    """The run's folder and its database; once for all processes of the run."""
    if servers.in_ci() and servers.missing():
        raise pytest.UsageError(f"CI needs every program\n{servers.report_missing()}")
    os.environ["TEST_DATABASE"] = _choose_database()
    folder = tempfile.mkdtemp(prefix="portal-tests-")
    _running.callback(shutil.rmtree, folder, ignore_errors=True)
    os.environ["PORTAL_TEST_FOLDER"] = folder
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("REDIS_URL", None)
    if os.environ["TEST_DATABASE"] == "postgresql" and not config.option.collectonly:
        os.environ["DATABASE_URL"] = _running.enter_context(servers.postgresql())


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if "DJANGO_SETTINGS_MODULE" in os.environ:
        raise pytest.UsageError(
            "unset DJANGO_SETTINGS_MODULE: the tests choose their database before Django starts"
        )
    if not hasattr(config, "workerinput"):
        _start(config)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    os.environ["PORTAL_MODE"] = "test"
    var = Path(os.environ["PORTAL_TEST_FOLDER"]) / worker
    # Whitenoise warns of a folder that is not there, and here warnings are errors.
    (var / "static").mkdir(parents=True, exist_ok=True)
    os.environ["PORTAL_VAR"] = str(var)
    os.environ["DJANGO_SETTINGS_MODULE"] = "pilot_portal.settings"
    # Read now: pytest-django, whose turn comes next, sets Django up only when its settings were read.
    assert settings.MODE == "test"


def pytest_sessionstart(session: pytest.Session) -> None:
    # Django has read it; handed down it would make xdist's workers read the settings before they are chosen.
    del os.environ["DJANGO_SETTINGS_MODULE"]
    for name in LATE_PLUGINS:
        session.config.pluginmanager.import_plugin(name)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        _running.close()


def _empties_the_database(item: pytest.Item) -> bool:
    """Whether the test commits for real, so that all tables are emptied after it."""
    marker = item.get_closest_marker("django_db")
    asked = marker is not None and marker.kwargs.get("transaction", False)
    return asked or not {"transactional_db", "live_server"}.isdisjoint(item.fixturenames)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    on_sqlite = os.environ["TEST_DATABASE"] == "sqlite"
    needs_postgresql = pytest.mark.skip(reason="says something about PostgreSQL; this run is on SQLite")
    for item in items:
        if on_sqlite and item.get_closest_marker("postgresql_only"):
            item.add_marker(needs_postgresql)
        if _empties_the_database(item):
            # Regions, codes and calendars come from migrations: the tests that follow need them too.
            item.add_marker(pytest.mark.django_db(transaction=True, serialized_rollback=True), append=False)
            if "refilled" not in item.fixturenames:
                item.fixturenames.insert(0, "refilled")


def pytest_report_header() -> str:
    return f"database: {os.environ['TEST_DATABASE']}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    absent = servers.report_missing()
    if absent:
        terminalreporter.write_line(absent, red=True, bold=True)


@pytest.fixture(scope="session")
def what_migrations_put_in(django_db_setup):
    """Kept here: while a browser is driven from this thread Django hands out another connection object."""
    return connection._test_serialized_contents


@pytest.fixture
def refilled(what_migrations_put_in, django_db_blocker):
    """Puts back what the migrations had put in, after a test that emptied the database."""
    yield
    with django_db_blocker.unblock():
        connection.creation.deserialize_db_from_string(what_migrations_put_in)


@pytest.fixture(scope="session")
def need():
    """`need("pdffonts")` gives the path of a program, or skips the test where the machine lacks it."""

    def path_of(name: str) -> str:
        path = servers.program(name)
        if path is None:
            pytest.skip(f"{name} is not on this machine")
        return path

    return path_of


@pytest.fixture(scope="session")
def redis_url(need):
    """The address of a private Redis, started once in a run's process."""
    need("redis")
    with servers.redis() as url:
        yield url
