"""The watchers themselves: they notice what they are there for."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.template import engines

from tests.house import templates_seen, watch

pytestmark = pytest.mark.django_db


def render(text: str, **context: object) -> str:
    return engines["django"].from_string(text).render(context)


@pytest.fixture
def watcher():
    watcher = watch.QueriesInTemplates()
    with connection.execute_wrapper(watcher):
        yield watcher


@pytest.mark.renders_with_queries
@pytest.mark.parametrize(
    "text",
    [
        "{% for row in rows %}{{ row.pk }}{% endfor %}",
        "{{ rows.count }}",
        # `if` swallows what goes wrong inside; it is noticed all the same.
        "{% if rows.exists == 1 %}yes{% endif %}",
    ],
)
def test_a_query_of_a_template_is_noticed(watcher, text):
    render(text, rows=ContentType.objects.all())
    assert len(watcher.found) == 1


def test_what_was_fetched_before_is_no_query_of_the_template(watcher):
    rows = list(ContentType.objects.all())
    assert str(rows[0].pk) in render("{% for row in rows %}{{ row.pk }} {% endfor %}", rows=rows)
    assert not watcher.found


def test_a_template_that_nobody_rendered_is_told(tmp_path, monkeypatch):
    rendered, forgotten = tmp_path / "templates/a.html", tmp_path / "templates/b.html"
    rendered.parent.mkdir()
    rendered.write_text("")
    forgotten.write_text("")
    reports = tmp_path / "reports"
    reports.mkdir()
    (reports / "1.txt").write_text(f"{rendered}\n")
    monkeypatch.setattr(templates_seen, "ROOT", tmp_path)
    assert templates_seen.never_rendered(reports) == [forgotten]
