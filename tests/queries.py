"""Query counts: a list costs the same number of queries however many rows it has."""

from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def queries_of(client: Client, url: str, *, status: int = 200) -> list[str]:
    """The SQL that one GET runs; the answer must have the given status."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == status, f"{url} answered {response.status_code}"
    return [query["sql"] for query in captured.captured_queries]


def assert_same_queries(client: Client, url: str, *, add_rows: Callable[[int], object]) -> None:
    """A list page runs as many queries with 30 rows as with 1.

    Args:
        client: somebody who may see the list.
        url: the address of the list.
        add_rows: makes that many further rows which this person sees on the page.
    """
    add_rows(1)
    queries_of(client, url)  # what is cached for the process is not the list's
    with_one = queries_of(client, url)
    add_rows(29)
    with_thirty = queries_of(client, url)
    assert len(with_one) == len(with_thirty), (
        f"{url}: {len(with_one)} queries with 1 row, {len(with_thirty)} with 30:\n"
        + "\n".join(sorted(set(with_thirty) - set(with_one)))
    )
