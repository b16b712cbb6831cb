"""Time and queries of the public pages and of each role's desk, on the filled database."""

from collections.abc import Iterator

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pilot_portal.accounts.models import Membership, Role
from pilot_portal.desk.registry import nav_for
from tests.benchmarks.measure import Figure, milliseconds

PUBLIC = ("/", "/demands/", "/institutions/", "/notices/")


def page(client: Client, name: str, path: str) -> Figure:
    """The figure of one page, with the number of its queries."""
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    note = f"{len(captured)} queries, {len(answer.content) // 1024} KB"
    return milliseconds(name, lambda: client.get(path), note=note)


def figures() -> Iterator[Figure]:
    """The pages, one after the other."""
    visitor = Client()
    for path in PUBLIC:
        yield page(visitor, f"page {path}", path)
    for role in Role.values:
        member = (
            Membership.objects.filter(role=role, ends_at=None).order_by("pk").select_related("user").first()
        )
        if member is not None:
            client = Client()
            client.force_login(member.user)
            yield page(client, f"page /desk/ of {role}", "/desk/")
            paths = [reverse(place.url_name) for place in nav_for(role)]
            for path in dict.fromkeys(path for path in paths if path not in {"/desk/", *PUBLIC}):
                yield page(client, f"page {path} of {role}", path)
