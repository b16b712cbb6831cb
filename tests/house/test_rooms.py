"""The rooms: where code may stand, and how long a file may grow."""

import re

import pytest

from tests.house import sources

NO_ROOM_OF_THE_HOUSE = {
    *("utils", "helpers", "signals", "receivers", "services", "selectors", "managers", "constants", "misc"),
    *("tools", "base", "lib", "core", "const", "mixins", "shared"),
}
# What an app may hold besides data; import-linter keeps their order.
ROOMS = {
    *("models", "policies", "rules", "workflow", "queries", "documents", "operations", "forms", "intake"),
    *(
        "desk",
        "views",
        "apps",
        "admin",
        "tasks",
        "urls",
        "migrations",
        "templatetags",
        "management",
        "__init__",
    ),
}
# `party`: both sides of one contract stand before the same page.
AUDIENCES = {"applicant", "enterprise", "party", "county", "city", "expert", "public", "open", "__init__"}
LONGEST = 400


def test_no_file_has_a_forbidden_name():
    strangers = [
        sources.short(path)
        for path in sources.product_code()
        if {path.stem, *path.relative_to(sources.ROOT).parent.parts[1:]} & NO_ROOM_OF_THE_HOUSE
    ]
    assert not strangers, f"the house has no such room: {strangers}"


@pytest.mark.parametrize("app", sources.APPS)
def test_an_app_has_only_the_rooms_of_the_house(app):
    rooms = {
        path.relative_to(sources.ROOT / app).parts[0].removesuffix(".py")
        for path in sources.product_code()
        if path.is_relative_to(sources.ROOT / app)
    }
    assert rooms <= ROOMS, f"{app} has rooms that the house does not know: {rooms - ROOMS}"


def test_views_stand_by_audience():
    strangers = [
        sources.short(path)
        for path in sources.product_code()
        if path.relative_to(sources.ROOT).parts[0] in sources.APPS
        and "views" in path.parts
        and path.relative_to(sources.ROOT).parts[2].removesuffix(".py") not in AUDIENCES
    ]
    assert not strangers, f"a view stands under the name of who is before the page: {strangers}"


def test_no_file_is_longer_than_it_can_be_read():
    long = [
        f"{sources.short(path)}: {lines}"
        for path in sources.repository_files()
        if path.suffix in {".py", ".html", ".js", ".sh"}
        and "migrations" not in path.parts
        and "vendor" not in path.parts
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    ]
    assert not long, f"split by noun what is over {LONGEST} lines: {long}"


def test_the_top_level_is_the_one_that_was_agreed():
    known = {
        *("manage.py", "pilot_portal", "institutions", "demands", "matching", "evaluation"),
        *("templates", "static", "tests", "README.md", "Makefile", "pyproject.toml", ".ci", ".gitignore"),
        *(
            "docs",
            "deploy",
            "requirements.txt",
            "requirements.in",
            "requirements-dev.txt",
            "requirements-dev.in",
        ),
        *("LICENSE", ".gitattributes"),
    }
    found = {path.relative_to(sources.ROOT).parts[0] for path in sources.repository_files()}
    assert found <= known, f"not agreed at the top level: {found - known}"


def test_imports_stand_at_the_top():
    inside = re.compile(r"^[ \t]+(?:from\s+\S+\s+import|import)\s.+$", re.MULTILINE)
    places = [
        place
        for place in sources.found_in(sources.product_code(), inside)
        if not place.split(":")[0].endswith("apps.py")
    ]
    assert not places, "imports stand at the top, apps.ready() alone excepted:\n" + "\n".join(places)
