"""The portal as processes: web server and worker on one database and one broker."""

import json
import urllib.request

import pytest

pytestmark = pytest.mark.journey


def get(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 - the portal of this test
        return answer.status, answer.read().decode()


def test_it_is_up_and_ready(portal):
    assert get(f"{portal.url}/healthz")[0] == 200
    status, body = get(f"{portal.url}/readyz")
    assert status == 200
    assert json.loads(body)["status"] == "ok"


def test_its_pages_come_with_their_styles(portal):
    page = get(f"{portal.url}/")[1]
    sheet = next(word for word in page.split('"') if word.endswith(".css"))
    assert get(f"{portal.url}{sheet}")[0] == 200
