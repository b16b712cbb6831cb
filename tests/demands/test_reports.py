"""The stamped Attachment 4 on its way to the city: with its scan, returned, stamped anew, accepted."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from demands import operations
from demands.models import DemandReport
from demands.queries.summaries import silent_regions
from pilot_portal.attachments.queries import files_of
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.notifications.models import Message
from tests import factories
from tests.factories import NOW
from tests.queries import assert_same_queries

pytestmark = pytest.mark.django_db


def scan():
    return SimpleUploadedFile("附件4盖章.pdf", b"%PDF-1.4\n%example\n%%EOF")


@pytest.fixture
def li():
    return factories.county_approver_li()


@pytest.fixture
def chen():
    return factories.city_handler_chen()


@pytest.fixture
def frozen(li):
    return operations.freeze_summary(factories.make_round(), factories.region(), by=li, at=NOW)


def test_sent_returned_stamped_anew_and_accepted(frozen, li, chen):
    report = operations.send_summary(frozen, scan(), by=li, at=NOW)
    assert report.state == "SUBMITTED"
    assert Message.objects.filter(user=chen.user, subject__contains="芦淞区已报送附件4").exists()
    assert "芦淞区" not in silent_regions(frozen.round)
    with pytest.raises(Stale):
        operations.send_summary(frozen, scan(), by=li, at=NOW)
    operations.return_summary(report, note="印章不清", by=chen, at=NOW)
    assert Message.objects.filter(user=li.user, subject__contains="市局退回附件4").exists()
    operations.send_summary(frozen, scan(), by=li, at=NOW)
    report.refresh_from_db()
    operations.accept_summary(report, by=chen, at=NOW)
    report.refresh_from_db()
    assert (report.state, report.step) == ("ACCEPTED", 3)
    assert files_of("demands.demandreport", report.pk).count() == 2


def test_what_may_not_be_sent_says_why(frozen, li):
    with pytest.raises(Refused, match="盖章"):
        operations.send_summary(frozen, None, by=li, at=NOW)
    with pytest.raises(NotAllowed):
        operations.send_summary(
            frozen, scan(), by=factories.county_reviewer_wang(factories.region("430211")), at=NOW
        )
    with pytest.raises(Refused, match="扩展名不符"):
        operations.send_summary(frozen, SimpleUploadedFile("盖章.pdf", b"no"), by=li, at=NOW)
    assert not DemandReport.objects.exists()
    factories.demand("VERIFIED", round=frozen.round)
    operations.freeze_summary(frozen.round, frozen.region, by=li, at=NOW)
    with pytest.raises(Stale, match="最新的一版"):
        operations.send_summary(frozen, scan(), by=li, at=NOW)


def test_the_pages_of_county_and_city(client, frozen, li, chen):
    client.force_login(li.user)
    page = client.get(reverse("demands:county-summary")).content.decode()
    assert "上传并报送" in page
    url = reverse("demands:county-summary-send", args=[frozen.pk])
    refused = client.post(url, follow=True).content.decode()
    assert "请先打印盖章" in refused
    sent = client.post(url, {"scan": scan()}, follow=True).content.decode()
    assert "已报送市局" in sent
    assert "上传并报送" not in sent
    report = DemandReport.objects.get()
    client.force_login(chen.user)
    listed = client.get(reverse("demands:city-demand-report-list")).content.decode()
    assert "附件4盖章.pdf" in listed
    assert "天元区" in listed
    back = reverse("demands:city-demand-report-move", args=[report.pk, "return"])
    assert client.post(back, {"note": ""}).status_code == 422
    assert client.post(back, {"note": "印章不清"}).status_code == 302
    assert client.post(back, {"note": "印章不清"}).status_code == 409
    assert (
        client.get(reverse("demands:city-demand-report-move", args=[report.pk, "submit"])).status_code == 404
    )
    client.force_login(li.user)
    again = client.get(reverse("demands:county-summary")).content.decode()
    assert "印章不清" in again
    assert "上传并报送" in again


def test_only_county_and_city_fetch_the_scan(client, frozen, li, chen):
    report = operations.send_summary(frozen, scan(), by=li, at=NOW)
    url = reverse("attachments:download", args=[files_of("demands.demandreport", report.pk).get().uuid])
    tian = factories.county_reviewer_wang(factories.region("430211"))
    for actor, status in ((li, 200), (chen, 200), (tian, 404), (factories.institution_admin_zhou(), 404)):
        client.force_login(actor.user)
        answer = client.get(url)
        assert answer.status_code == status
        if answer.streaming:
            assert b"".join(answer.streaming_content).startswith(b"%PDF")


def test_the_lists_cost_the_same_with_thirty_reports(client, li, chen):
    round = factories.make_round()

    def add(count):
        for _ in range(count):
            factories.demand_report(round=round)

    client.force_login(chen.user)
    assert_same_queries(client, reverse("demands:city-demand-report-list"), add_rows=add)
    client.force_login(li.user)
    assert_same_queries(client, reverse("demands:county-summary"), add_rows=add)
