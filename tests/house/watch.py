"""Watched in every test: no template runs a query, and which templates were rendered at all."""

import os
import sys
from pathlib import Path
from types import FrameType

import pytest
from django.db import connections
from django.template.base import Template
from django.test.signals import template_rendered
from django.test.utils import instrumented_test_render

# What Django renders through while tests run. Template.render stands above it on the stack, but context
# processors run inside of that, and those may ask the database.
_RENDERING = instrumented_test_render.__code__
_seen: set[str] = set()


def template_on_stack(frame: FrameType | None) -> Template | None:
    """The innermost template that is being rendered above this frame; None outside of any."""
    while frame is not None:
        if frame.f_code is _RENDERING:
            return frame.f_locals["self"]
        frame = frame.f_back
    return None


class QueriesInTemplates:
    """Notes each query that a template runs; an `execute_wrapper` of Django's connections.

    It notes instead of raising: `{% if %}` swallows exceptions, and one run should tell all of them.
    """

    def __init__(self) -> None:
        self.found: list[str] = []

    def __call__(self, execute, sql, params, many, context):
        template = template_on_stack(sys._getframe(1))
        if template is not None:
            self.found.append(f"{template.origin.template_name}: {sql[:300]}")
        return execute(sql, params, many, context)


@pytest.fixture(autouse=True)
def no_query_in_a_template(request):
    """Fails a test in which a template ran a query (house rule: templates run no queries)."""
    if request.node.get_closest_marker("renders_with_queries"):
        yield
        return
    watcher = QueriesInTemplates()
    with connections["default"].execute_wrapper(watcher):
        yield
    if watcher.found:
        pytest.fail("a template ran queries:\n  " + "\n  ".join(watcher.found), pytrace=False)


def _note(template: Template, **_kwargs: object) -> None:
    origin = str(template.origin.name)
    if origin.endswith((".html", ".txt")):
        _seen.add(origin)


# At import: this plugin comes in while the session starts, too late to be asked at its start.
template_rendered.connect(_note)


def pytest_sessionfinish() -> None:
    """Leaves the list of rendered templates where `python -m tests.house.templates_seen` looks."""
    target = os.environ.get("TEMPLATES_SEEN")
    if target and _seen:
        folder = Path(target)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{os.getpid()}.txt").write_text("\n".join(sorted(_seen)) + "\n", encoding="utf-8")
