"""Phones and contact names on no public page, fragment, feed or file: all that anybody can reach.

What is private is planted in the demonstration: the contacts it has of its own, and further words put into
every field that only some may read. Then a stranger follows every link from the home page.
"""

import io
import re
import zipfile
from html import unescape
from urllib.parse import urlsplit

import pikepdf
import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from pypdfium2 import PdfDocument

from demands.models import Demand, Enterprise
from institutions.models import Application, ApplicationVersion, PilotInstitution
from matching.models import Claim, Engagement
from pilot_portal.accounts.models import Invitation, User
from pilot_portal.documents.models import Paper
from pilot_portal.documents.tasks import sweep

pytestmark = pytest.mark.django_db
PLANTED = "绝密示例"
PHONE = "13800000099"
# Fields that nobody but the parties and their bureaus may read, by model.
FIELDS = {
    Enterprise: ("contact", "phone", "name_public_proof"),
    Demand: ("contact", "phone", "remark", "situation", "wish", "received_by", "library_reason"),
    ApplicationVersion: ("contact", "phone"),
    PilotInstitution: ("removal_reply",),
}
LINKS = re.compile(r"""(?:href|src|action|hx-get)=["']([^"'#]+)""")
# So many addresses of one page with other conditions: the rows of a list are followed, not every filter.
MOST_QUERIES = 6
SIGN_IN = ("/accounts/", "/static/")


@pytest.fixture(scope="module")
def planted(django_db_setup, django_db_blocker):
    """The demonstration with its papers built, and every private word that stands in it."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo", stdout=io.StringIO())
        sweep()
        words = own_words()
        for model, fields in FIELDS.items():
            model.objects.update(**{name: f"{PLANTED}{PHONE}"[: limit(model, name)] for name in fields})
        yield words | {PLANTED, PHONE}
        transaction.set_rollback(True)


def limit(model, name):
    return model._meta.get_field(name).max_length or 100


def own_words():
    """The contacts, numbers and secrets that the demonstration itself has."""
    words: set[str] = set()
    for model, fields in (
        (Enterprise, ("contact", "phone")),
        (Demand, ("contact", "phone")),
        (ApplicationVersion, ("contact", "phone")),
        (User, ("mobile",)),
        (Invitation, ("secret", "code", "mobile")),
    ):
        for name in fields:
            words |= set(model.objects.exclude(**{name: None}).values_list(name, flat=True))
    return {word for word in words if word and len(word) > 2}


def texts_of(content, kind):
    """Everything a file says: its pages, its parts, what is attached to it, its metadata."""
    if content.startswith(b"%PDF"):
        with pikepdf.open(io.BytesIO(content)) as pdf:
            yield from (file.get_file().read_bytes().decode() for file in pdf.attachments.values())
            yield str(pdf.docinfo)
            with pdf.open_metadata() as metadata:
                yield str(metadata)
        yield from (page.get_textpage().get_text_bounded() for page in PdfDocument(content))
    elif content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from texts_of(archive.read(name), name)
    else:
        yield unescape(content.decode("utf-8", "replace"))


def body_of(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def reachable(client):
    """Every address a stranger comes to from the home page, with what it says."""
    waiting, seen, asked = ["/", "/open/v1/openapi.json"], set(), {}
    waiting += [f"/verify/{code}/" for code in Paper.objects.values_list("verify_code", flat=True) if code]
    while waiting:
        url = waiting.pop()
        path, query = urlsplit(url).path, urlsplit(url).query
        if url in seen or path.startswith(SIGN_IN) or (query and asked.get(path, 0) >= MOST_QUERIES):
            continue
        seen.add(url)
        asked[path] = asked.get(path, 0) + bool(query)
        for headers in ({}, {"hx-request": "true"}):
            answer = client.get(url, headers=headers)
            assert answer.status_code < 500, url
            content = body_of(answer)
            if answer.status_code in {301, 302}:
                waiting.append(answer["Location"])
            yield url, content
            if answer.get("Content-Type", "").startswith("text/html"):
                found = LINKS.findall(content.decode())
                waiting += [beside(path, unescape(link)) for link in found if is_ours(link)]


def is_ours(link):
    return not urlsplit(link).scheme and not urlsplit(link).netloc


def beside(path, link):
    """A link as it stands on a page, as an address of the site."""
    if link.startswith("?"):
        return path + link
    return link if link.startswith("/") else path.rpartition("/")[0] + "/" + link


def test_a_stranger_finds_no_contact_anywhere(planted):
    assert len(planted) > 40
    visited, files, wrong = set(), 0, []
    for url, content in reachable(Client()):
        visited.add(url)
        files += content.startswith((b"%PDF", b"PK"))
        for text in texts_of(content, url):
            wrong += [(url, word) for word in planted if word in text]
    assert not wrong, sorted(set(wrong))[:20]
    paths = {urlsplit(url).path for url in visited}
    for kind in ("/demands/", "/institutions/", "/notices/", "/open/v1/demands", "/papers/public/"):
        assert any(path.startswith(kind) and path != kind for path in paths), kind
    assert files > 5
    assert len(paths) > 60


def test_what_was_planted_is_there_for_those_who_may_read_it(planted, client):
    demand = Demand.objects.exclude(number=None).first()
    officer = User.objects.get(username=f"county-handler-{demand.region.code}")
    client.force_login(officer)
    assert PHONE in client.get(f"/desk/county/demands/{demand.pk}/").content.decode()


def test_the_planting_reached_every_case(planted):
    for model, fields in FIELDS.items():
        assert model.objects.filter(
            **{f"{fields[0]}__startswith": PLANTED[: limit(model, fields[0])]}
        ).exists()
    assert Application.objects.exists()
    assert Claim.objects.exists()
    assert Engagement.objects.exists()
