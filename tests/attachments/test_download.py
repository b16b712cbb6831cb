"""Handing files out: asked of the case's own guard, logged, as a download, and nothing said to strangers."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from demands.models import ImportBatch
from institutions.queries import CASE_TYPE as APPLICATION
from pilot_portal.attachments import operations, registry
from pilot_portal.attachments.models import AccessEntry
from pilot_portal.attachments.registry import GUARDS, may_see, register_guard
from tests import factories
from tests.attachments.uploads import PDF, upload
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def application():
    return factories.application("SUBMITTED")


@pytest.fixture
def kept(application):
    zhou = factories.institution_admin_zhou(application.organisation)
    return operations.store(
        upload("附件2 盖章扫描件.pdf"),
        case_type=APPLICATION,
        case_id=application.pk,
        purpose="scan",
        by=zhou,
        at=NOW,
    )


def url_of(kept):
    return reverse("attachments:download", args=[kept.uuid])


def content_of(answer):
    """The bytes of a download, read to the end."""
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_who_may_see_the_case_gets_the_file_as_a_download(client_of, application, kept):
    wang = factories.county_reviewer_wang()
    answer = client_of(wang).get(url_of(kept))
    assert content_of(answer) == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_each_download_is_logged_with_person_body_and_role(client_of, kept):
    wang = factories.county_reviewer_wang()
    for _ in range(2):
        assert content_of(client_of(wang).get(url_of(kept))) == PDF
    rows = AccessEntry.objects.values_list("user_id", "organisation_id", "role", "what", "count")
    assert (
        list(rows)
        == [(wang.user_id, wang.organisation_id, "county_handler", "附件 附件2 盖章扫描件.pdf", 1)] * 2
    )


def test_strangers_learn_not_even_that_it_exists(client_of, kept):
    strangers = [
        None,
        factories.user(),
        factories.institution_admin_zhou(),
        factories.county_reviewer_wang(factories.region("430281")),
        factories.enterprise_admin_wu(),
    ]
    nothing = reverse("attachments:download", args=[uuid.uuid4()])
    for person in strangers:
        browser = client_of(person)
        answers = [browser.get(url) for url in (url_of(kept), nothing)]
        assert [answer.status_code for answer in answers] == [404, 404]
    assert not AccessEntry.objects.exists()


def test_a_file_set_aside_is_handed_out_no_more(client_of, kept):
    operations.set_aside(kept, at=NOW)
    assert client_of(factories.county_reviewer_wang()).get(url_of(kept)).status_code == 404


def test_it_is_only_ever_read(client_of, kept):
    browser = client_of(factories.county_reviewer_wang())
    assert [browser.post(url_of(kept)).status_code, browser.delete(url_of(kept)).status_code] == [405, 405]


def test_behind_a_front_server_the_bytes_are_left_to_it(client_of, kept, settings):
    settings.X_ACCEL_PREFIX = "/protected"
    answer = client_of(factories.county_reviewer_wang()).get(url_of(kept))
    assert answer["X-Accel-Redirect"] == f"/protected/{kept.file.name}"
    assert (answer.content, answer["Content-Type"]) == (b"", "application/pdf")
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer["Cache-Control"] == "private, no-store"
    assert AccessEntry.objects.count() == 1


def test_a_name_cannot_break_out_of_the_header(client_of, application):
    zhou = factories.institution_admin_zhou(application.organisation)
    kept = operations.store(
        upload('a"; filename="b.exe\r\nSet-Cookie: x=1.pdf'),
        case_type=APPLICATION,
        case_id=application.pk,
        purpose="scan",
        by=zhou,
        at=NOW,
    )
    answer = client_of(zhou).get(url_of(kept))
    answer.close()
    assert "Set-Cookie" not in answer
    assert (
        answer["Content-Disposition"] == 'attachment; filename="a\\"; filename=\\"b.exe Set-Cookie: x=1.pdf"'
    )


def test_it_costs_the_same_however_many_files_there_are(client_of, kept, application):
    browser = client_of(factories.county_reviewer_wang())

    def cost():
        with CaptureQueriesContext(connection) as captured:
            assert content_of(browser.get(url_of(kept))) == PDF
        return len(captured)

    cost()
    one = cost()
    for _ in range(29):
        kept.pk, kept.uuid = None, uuid.uuid4()
        kept.save(force_insert=True)
    assert cost() == one


# Guards ---------------------------------------------------------------------------------------


def test_a_case_without_a_guard_shows_its_files_to_nobody(client_of):
    chen = factories.city_handler_chen()
    kept = operations.store(
        upload("a.pdf"), case_type="tests.unguarded", case_id=1, purpose="scan", by=chen, at=NOW
    )
    for person in (chen, factories.city_chief_zhao(), factories.member(chen.organisation, "auditor")):
        assert client_of(person).get(url_of(kept)).status_code == 404


def test_a_guard_is_asked_for_this_very_case_and_purpose(monkeypatch):
    monkeypatch.setattr(registry, "GUARDS", {})
    asked = []
    register_guard("tests.case", lambda *words: bool(asked.append(words)) or words[2] == "scan")
    wang = factories.county_reviewer_wang()
    assert may_see(wang, "tests.case", 7, "scan")
    assert not may_see(wang, "tests.case", 7, "licence")
    assert asked == [(wang, 7, "scan"), (wang, 7, "licence")]


def test_a_case_has_one_guard():
    case_type, guard = next(iter(GUARDS.items()))
    register_guard(case_type, guard)
    with pytest.raises(ValueError, match="two guards"):
        register_guard(case_type, lambda *_: True)
    assert GUARDS[case_type] is guard


def test_every_kind_of_case_that_keeps_files_has_its_guard():
    assert set(GUARDS) == {
        "institutions.application",
        "institutions.countyreport",
        "demands.demandreport",
        "demands.importbatch",
        "demands.demand",
        "documents.scan",
        "matching.engagement",
    }


@pytest.mark.parametrize(
    "case_type",
    ["institutions.application", "institutions.countyreport", "demands.importbatch", "demands.demand"],
)
def test_no_guard_stumbles_over_a_case_that_is_gone(case_type):
    assert not ImportBatch.objects.exists()
    for person in (factories.PUBLIC, factories.county_reviewer_wang(), factories.institution_admin_zhou()):
        assert not may_see(person, case_type, 0, "scan")


# The log --------------------------------------------------------------------------------------


def test_a_long_condition_is_cut_and_the_count_kept():
    chen = factories.city_handler_chen()
    operations.note_access("需" * 200, by=chen, at=NOW, query="q" * 500, count=12_345, purpose="用" * 200)
    entry = AccessEntry.objects.get()
    assert (len(entry.what), len(entry.filter), len(entry.purpose), entry.count) == (160, 400, 120, 12_345)
    assert (entry.user_id, entry.at) == (chen.user_id, NOW)


def test_a_look_of_the_public_is_logged_without_a_person():
    operations.note_access("示例", by=factories.PUBLIC, at=NOW)
    entry = AccessEntry.objects.get()
    assert (entry.user_id, entry.organisation_id, entry.role) == (None, None, "public")
