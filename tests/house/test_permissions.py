"""The permission matrix: every address stands in `tests/expected/permissions.csv`, every row is tried.

A row names an address, a method, its arguments (see `arguments.py`) and for each role the answer:
`ok` (shown, or done and sent on), `signin` (asked to sign in) or the number of a refusal. An address that has
no POST row must refuse a POST of everybody.
"""

import csv
import http
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from pilot_portal.accounts.models import Role
from tests.house import sources
from tests.house.arguments import arguments, is_known
from tests.house.world import ROLES, World

pytestmark = pytest.mark.django_db
TABLE = sources.ROOT / "tests" / "expected" / "permissions.csv"
# GET shows, POST does; HEAD and OPTIONS follow GET.
METHODS = {"GET", "POST"}


def rows() -> list[dict[str, str]]:
    """The matrix as it was written."""
    with TABLE.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def addresses(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, str]]:
    """(name, pattern) of each address below a resolver; the name is empty where it has none."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from addresses(entry, inner)
        elif isinstance(entry, URLPattern):
            yield (f"{space}{entry.name}" if entry.name else "", str(entry.pattern))


def answer(response: HttpResponse) -> str:
    """The answer in the matrix's words."""
    if 300 <= response.status_code < 400:
        to_sign_in = response.headers.get("Location", "").startswith(resolve_url(settings.LOGIN_URL))
        return "signin" if to_sign_in else "ok"
    crash = getattr(response, "exc_info", None)
    if crash:
        return f"{response.status_code} ({crash[0].__name__}: {str(crash[1])[:200]})"
    return "ok" if response.status_code < http.HTTPStatus.BAD_REQUEST else str(response.status_code)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """People and objects, gone again after this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


def ask(world: World, role: str, method: str, url: str) -> str:
    """What a role gets; whatever was done is undone."""
    with transaction.atomic():
        client = world.client(role)
        # What every form of the portal carries, so that a view sees a form that was sent.
        sent = {"csrfmiddlewaretoken": "x"}
        got = answer(client.get(url) if method == "GET" else client.post(url, sent))
        transaction.set_rollback(True)
    return got


def test_every_address_has_a_name():
    nameless = [pattern for name, pattern in addresses(get_resolver()) if not name]
    assert not nameless, f"addresses without a name: {nameless}"


def test_every_address_stands_in_the_matrix():
    known = {row["name"] for row in rows()}
    found = {name for name, _pattern in addresses(get_resolver()) if name}
    assert not found - known, f"no row in {TABLE.name}: {sorted(found - known)}"
    assert not known - found, f"no such address any more: {sorted(known - found)}"


def test_the_matrix_is_well_formed():
    table = rows()
    keys = [(row["name"], row["method"], row["args"]) for row in table]
    assert len(keys) == len(set(keys)), "a row stands there twice"
    for row in table:
        assert list(row) == ["name", "method", "args", *ROLES]
        assert row["method"] in METHODS
        assert is_known(row["args"]), f"{row['name']}: arguments.py knows no {row['args']!r}"
        assert all(row[role] in {"ok", "signin"} or row[role].isdigit() for role in ROLES), row["name"]


def test_every_role_has_a_person(world):
    assert set(ROLES) == {"public", *Role.values}
    assert all(world.people[role].role == role for role in Role.values)


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['method']}-{row['name']}-{row['args']}")
def test_everybody_gets_the_answer_of_the_matrix(world, row):
    with transaction.atomic():
        url = reverse(row["name"], kwargs=arguments(world, row["args"]))
        got = {role: ask(world, role, row["method"], url) for role in ROLES}
        transaction.set_rollback(True)
    wrong = {role: f"{got[role]} instead of {row[role]}" for role in ROLES if got[role] != row[role]}
    assert not wrong, f"{row['method']} {url}: {wrong}"


def only_shown() -> list[dict[str, str]]:
    """One row of each address that has no POST row."""
    posted = {row["name"] for row in rows() if row["method"] == "POST"}
    return list({row["name"]: row for row in rows() if row["name"] not in posted}.values())


@pytest.mark.parametrize("row", only_shown(), ids=lambda row: row["name"])
def test_what_is_only_shown_takes_no_post(world, row):
    with transaction.atomic():
        url = reverse(row["name"], kwargs=arguments(world, row["args"]))
        got = {role: ask(world, role, "POST", url) for role in ROLES}
        transaction.set_rollback(True)
    taken = {role: said for role, said in got.items() if said not in {"403", "404", "405"}}
    assert not taken, f"POST {url} was taken: {taken}"


def for_everybody() -> list[dict[str, str]]:
    """The rows of what everybody may look at, and of what everybody is told is not there."""
    return [row for row in rows() if row["method"] == "GET" and row["public"] in {"ok", "404"}]


@pytest.mark.parametrize("row", for_everybody(), ids=lambda row: f"{row['name']}-{row['args']}")
def test_what_everybody_may_see_answers_head_as_get(world, row):
    """Monitors, link checkers and messengers ask by HEAD whether a page is there."""
    with transaction.atomic():
        url = reverse(row["name"], kwargs=arguments(world, row["args"]))
        shown, asked = (getattr(world.client("public"), way)(url) for way in ("get", "head"))
        transaction.set_rollback(True)
    assert asked.status_code == shown.status_code
    for header in ("Content-Type", "Location", "Cache-Control", "ETag"):
        assert asked.headers.get(header) == shown.headers.get(header)
    assert not asked.getvalue()
