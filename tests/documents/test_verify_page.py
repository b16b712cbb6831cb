"""/verify/: anybody learns whether a paper is the portal's own and still stands, and nothing of anybody."""

import datetime as dt
import hashlib
import time

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from demands import documents as demand_papers
from demands import operations as demand_acts
from institutions import documents as application_papers
from pilot_portal.bulletin import operations as bulletin
from pilot_portal.documents import operations
from pilot_portal.documents.models import Paper
from pilot_portal.documents.registry import PAPERS, SHEETS
from pilot_portal.documents.views.public import PER_MINUTE
from tests import factories
from tests.documents.jobs import Printer, content_of, empty_folders, notice, paper_kind, sheet_kind, sweep_at
from tests.factories import NOW
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
VERIFY = "/verify/"
UNKNOWN = "0123456789abcdef" * 2


@pytest.fixture
def kind(monkeypatch):
    empty_folders()
    made = paper_kind(Printer())
    monkeypatch.setitem(PAPERS, made.code, made)
    return made


@pytest.fixture
def built(kind):
    """`built()` gives a finished paper of a new notice; `built(of, subject)` of any kind."""

    def make(of=None, subject=None, **fields):
        subject = subject or notice(**fields)
        paper = operations.request_paper(of or kind, subject, by=factories.city_handler_chen(), at=NOW)
        sweep_at(NOW)
        paper.refresh_from_db()
        assert paper.status == "DONE", paper.error
        return paper

    return make


@pytest.fixture
def minute():
    """`minute(n)` sets the clock to the first second of the n-th minute from now."""
    begin = time.time()

    def set_clock(n):
        ahead = n * 60 - begin % 60 + 1
        settings.CLOCK_AHEAD.write_text(str(ahead), encoding="ascii")

    yield set_clock
    settings.CLOCK_AHEAD.unlink(missing_ok=True)


def page_of(client, paper):
    answer = client.get(f"{VERIFY}{paper.verify_code}/")
    assert answer.status_code == 200
    return answer.content.decode()


def upload(content, name="文书.pdf"):
    return {"file": SimpleUploadedFile(name, content)}


# By code --------------------------------------------------------------------------------------


def test_the_code_of_a_paper_leads_to_kind_number_date_and_digest(client, built):
    paper = built()
    page = page_of(client, paper)
    for words in ("本平台出具", "示例公告文书", paper.number, "2023年3月6日", paper.sha256, "有效"):
        assert words in page
    assert "已不是最新" not in page


def test_the_address_on_the_paper_is_the_page(client, built, settings):
    settings.SITE_ORIGIN = "https://portal.example.test"
    paper = built()
    address = operations.verify_url(paper.verify_code)
    assert address in content_of(paper).decode()
    assert (
        address == f"https://portal.example.test{reverse('documents:verify-code', args=[paper.verify_code])}"
    )


def test_a_code_may_be_typed_in_capitals_with_spaces_and_dashes(client, built):
    code = built().verify_code
    for typed in (code.upper(), f" {code[:8]}-{code[8:16]} {code[16:]} "):
        answer = client.get(VERIFY, {"code": typed}, follow=True)
        assert answer.redirect_chain == [(f"{VERIFY}{code}/", 302)]
        assert "本平台出具" in answer.content.decode()
    assert client.get(f"{VERIFY}{code.upper()}/").status_code == 200


def test_nothing_of_who_asked_for_it_or_of_its_subject_is_told(client_of, client):
    empty_folders()
    application = factories.application("SUBMITTED")
    zhou = factories.institution_admin_zhou(application.organisation)
    version = application_papers.RECEIPT.find(application.number)
    paper = operations.request_paper(application_papers.RECEIPT, version, by=zhou, at=NOW)
    Paper.objects.filter(pk=paper.pk).update(status="DONE", sha256="a" * 64, finished_at=NOW)
    for browser in (client, client_of(factories.county_reviewer_wang())):
        main = page_of(browser, paper).split("<main")[1].split("</main>")[0]
        assert application.number in main
        for private in (
            application.organisation.name,
            application.organisation.credit_code,
            application.organisation.legal_representative,
            "示例联系人",
            "138000000",
            "周示例",
            str(paper.uuid),
        ):
            assert private not in main


@pytest.mark.parametrize("status", ["REQUESTED", "RUNNING", "FAILED", "CANCELLED"])
def test_a_paper_that_was_never_built_is_not_known(client, kind, status):
    paper = operations.request_paper(kind, notice(), by=factories.city_handler_chen(), at=NOW)
    Paper.objects.filter(pk=paper.pk).update(status=status)
    assert client.get(f"{VERIFY}{paper.verify_code}/").status_code == 404


@pytest.mark.parametrize("code", [UNKNOWN, "0", "x" * 200, "示例", "a-b_c", "%00", "..%2f"])
def test_an_unknown_code_is_told_and_may_be_mended(client, code):
    answer = client.get(f"{VERIFY}{code}/")
    assert answer.status_code == 404
    if code == UNKNOWN:
        page = answer.content.decode()
        assert "没有找到这个验证码" in page
        assert f'value="{UNKNOWN}"' in page
        assert 'type="file"' in page


def test_without_a_code_the_page_asks_for_one(client):
    for query in ({}, {"code": ""}, {"code": "没有一个字是十六进制的"}):
        answer = client.get(VERIFY, query)
        assert answer.status_code == 200
        assert 'name="code"' in answer.content.decode()


def test_it_costs_a_fixed_number_of_queries(client, built):
    urls = [f"{VERIFY}{built().verify_code}/" for _ in range(2)]
    queries_of(client, urls[0])  # the first of a minute begins the count
    one = len(queries_of(client, urls[0]))
    for _ in range(29):
        built()
    assert len(queries_of(client, urls[1])) == one


# What became of it ------------------------------------------------------------------------------


def test_a_subject_that_changed_since_is_told(client, built):
    paper = built()
    subject = PAPERS[paper.kind].get(paper.subject_id)
    subject.document_number = "示例〔2023〕9号"
    subject.save()
    page = page_of(client, paper)
    assert "本平台出具" in page
    assert "后来有改动" in page
    assert "有效" not in page


def test_a_subject_that_is_gone_is_told(client, built):
    paper = built()
    Paper.objects.filter(pk=paper.pk).update(subject_id=0)
    assert "已不存在" in page_of(client, paper)


def test_a_roster_that_was_replaced_or_withdrawn_says_so(client, built):
    zhao = factories.city_chief_zhao()
    first = bulletin.publish(
        factories.make_round(), "ROSTER", "名单", payload={"rows": []}, by=zhao, at=NOW, document_number="1"
    )
    paper = built(application_papers.ROSTER, first)
    assert "有效" in page_of(client, paper)
    second = bulletin.publish(
        first.round, "ROSTER", "名单", payload={"rows": []}, by=zhao, at=NOW, replaces=first
    )
    assert f"已有第 2 版（{second.number}）" in page_of(client, paper)
    later = built(application_papers.ROSTER, second)
    bulletin.withdraw(second, reason="名单有误。", at=NOW)
    assert "该公告已撤回：名单有误。" in page_of(client, later)


def test_a_county_s_summary_with_a_newer_edition_says_so(client, built):
    wang, demand = factories.county_reviewer_wang(), factories.demand("VERIFIED")
    first = demand_acts.freeze_summary(demand.round, demand.region, by=wang, at=NOW)
    paper = built(demand_papers.ATTACHMENT_4, first)
    assert "有效" in page_of(client, paper)
    factories.demand("VERIFIED")
    demand_acts.freeze_summary(demand.round, demand.region, by=wang, at=NOW + dt.timedelta(days=1))
    assert "该汇总表已有第 2 版，本件是第 1 版。" in page_of(client, paper)


def test_a_receipt_of_a_former_version_says_so():
    application = factories.application("SUBMITTED")
    first = application_papers.RECEIPT.find(application.number)
    assert application_papers.RECEIPT.standing(first) == ""
    factories.version(application, 2)
    type(application).objects.filter(pk=application.pk).update(versions_count=2)
    for kind in (application_papers.RECEIPT, application_papers.APPLICATION_SET):
        assert kind.standing(kind.get(first.pk)) == "该申报已提交第 2 版，本件是第 1 版。"
        assert kind.standing(kind.find(application.number)) == ""


# By the file itself -----------------------------------------------------------------------------


def test_the_very_file_is_known_and_one_with_a_changed_byte_is_not(client, built):
    paper = built()
    content = content_of(paper)
    answer = client.post(VERIFY, upload(content))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "逐字节一致" in page
    assert paper.number in page
    for changed in (content + b"\n", content[:-1], content.replace(b"1.7", b"1.6")):
        answer = client.post(VERIFY, upload(changed))
        assert answer.status_code == 404
        assert "存档均不一致" in answer.content.decode()


def test_a_workbook_is_known_by_its_bytes_too(client, monkeypatch):
    empty_folders()
    kind = sheet_kind(Printer())
    monkeypatch.setitem(SHEETS, kind.code, kind)
    wang = factories.county_reviewer_wang()
    paper = operations.request_export(kind, factories.make_round(), factories.region(), by=wang, at=NOW)
    sweep_at(NOW)
    paper.refresh_from_db()
    page = client.post(VERIFY, upload(content_of(paper))).content.decode()
    assert "示例汇总表" in page
    assert "王示例" not in page


def test_without_a_file_or_with_too_big_a_one_it_says_what_to_do(client, monkeypatch):
    assert "请选择要核对的文件" in client.post(VERIFY).content.decode()
    answer = client.post(VERIFY, upload(b"%PDF-" + b"\0" * 20 * 1024 * 1024))
    assert (answer.status_code, "超过 20 MB" in answer.content.decode()) == (422, True)


def test_an_uploaded_file_is_not_kept(client):
    before = Paper.objects.count()
    client.post(VERIFY, upload(b"%PDF-1.7 private"))
    digest = hashlib.sha256(b"%PDF-1.7 private").hexdigest()
    assert not Paper.objects.filter(sha256=digest).exists()
    assert Paper.objects.count() == before
    assert not [p for p in settings.VAR.rglob("*.pdf") if p.read_bytes() == b"%PDF-1.7 private"]


# How often --------------------------------------------------------------------------------------


def test_who_tries_codes_is_stopped_for_a_minute_and_others_are_not(client, built, minute):
    paper = built()
    minute(1)
    answers = [client.get(f"{VERIFY}{n:032x}/").status_code for n in range(PER_MINUTE + 1)]
    assert answers == [404] * PER_MINUTE + [429]
    for answer in (client.get(f"{VERIFY}{paper.verify_code}/"), client.post(VERIFY, upload(b"x"))):
        assert answer.status_code == 429
        assert "一分钟后再试" in answer.content.decode()
    other = client.get(f"{VERIFY}{paper.verify_code}/", REMOTE_ADDR="192.0.2.7")
    assert other.status_code == 200
    minute(2)
    assert client.get(f"{VERIFY}{paper.verify_code}/").status_code == 200
