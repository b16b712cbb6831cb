"""Stamped papers that come back: read by a worker, shown to those who check, put where their code says."""

import hashlib
import signal
import subprocess
import sys

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from institutions import documents as application_papers
from institutions.operations import drafts
from institutions.queries import CASE_TYPE, SCAN, scan_hints
from institutions.queries.reports import report_scan_hints
from pilot_portal.attachments.models import Attachment
from pilot_portal.attachments.queries import files_of
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.documents import operations, queries, tasks
from pilot_portal.documents.models import Paper, ScanReading
from pilot_portal.documents.operations import LEASE, MAX_ATTEMPTS
from pilot_portal.documents.operations import scans as scanning
from pilot_portal.rounds.models import RoundSetting
from tests import factories, servers
from tests.documents.jobs import SECOND, content_of, empty_folders, sweep_at
from tests.documents.scanner import drop, page_of, paper_of, scan_of, scanned
from tests.documents.sealing import certificate, covered, sealed_by
from tests.factories import NOW
from tests.institutions.seed import sent
from tests.portal import ROOT, environment
from tests.queries import assert_same_queries
from tests.races import race

# At a case -----------------------------------------------------------------------------------


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty():
    empty_folders()


@pytest.fixture
def zhou():
    return factories.institution_admin_zhou()


@pytest.fixture
def case(zhou):
    return sent(zhou, with_scan=False)


def upload(case, by, file):
    kept = drafts.upload_file(case, file, purpose=SCAN, by=by, at=clock.now())
    sweep_at(clock.now())
    return kept


def texts(case):
    version = case.versions.order_by("-version")[0]
    return [(line["tone"], line["text"]) for line in scan_hints(case, version)]


def test_a_stamped_scan_is_kept_byte_for_byte_and_read(case, zhou):
    paper, _version = paper_of(case, zhou)
    file = scan_of(content_of(paper))
    content = file.read()
    kept = upload(case, zhou, file)
    with kept.file.open("rb") as stored:
        assert stored.read() == content
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert len(kept.sm3) == 64
    reading = ScanReading.objects.get(attachment=kept)
    assert (reading.status, reading.paper, reading.pages, paper.pages) == ("DONE", paper, 2, 2)
    assert texts(case) == [
        ("good", f"二维码与本件一致：申报材料（附件2、附件3） {case.number}"),
        ("good", "扫描件 2 页，不少于应有的 2 页。"),
    ]


def test_while_it_is_not_read_yet_the_page_says_so(case, zhou):
    paper, _version = paper_of(case, zhou)
    drafts.upload_file(case, scan_of(content_of(paper)), purpose=SCAN, by=zhou, at=clock.now())
    assert texts(case) == [("info", "正在识别扫描件上的二维码，稍后刷新可见结果。")]


def test_a_page_that_is_missing_is_told(case, zhou):
    paper, _version = paper_of(case, zhou)
    upload(case, zhou, scan_of(content_of(paper), pages=[1]))
    assert ("warn", "应有 2 页，扫描件只有 1 页，请核对是否缺页。") in texts(case)
    # The other page follows as a photograph: counted together.
    photo = scanned(page_of(content_of(paper), 0, 150), "askew", 3)
    upload(case, zhou, SimpleUploadedFile("第一页.jpg", photo))
    assert ("good", "扫描件 2 页，不少于应有的 2 页。") in texts(case)


def test_the_paper_of_another_case_is_told(case, zhou):
    other = sent(factories.institution_admin_zhou(), with_scan=False)
    paper, _version = paper_of(other, factories.city_handler_chen())
    upload(case, zhou, scan_of(content_of(paper)))
    assert texts(case)[0] == (
        "bad",
        f"二维码属于另一份文书：申报材料（附件2、附件3） {other.number}，请核对。",
    )


def test_the_electronic_original_is_no_scan(case, zhou):
    paper, _version = paper_of(case, zhou)
    upload(case, zhou, SimpleUploadedFile("申报材料.pdf", content_of(paper)))
    assert texts(case)[0] == ("bad", "上传的是未盖章的电子原件，请打印盖章后上传扫描件。")


def test_a_scan_without_a_code_is_a_persons_to_check(case, zhou):
    upload(case, zhou, SimpleUploadedFile("照片.jpg", scanned(Image.new("L", (800, 1100), 255), "noisy", 1)))
    assert texts(case) == [("warn", "没有识别到二维码，请逐页人工核对。")]


def test_a_broken_scan_is_told_and_stops_nobody(case, zhou):
    upload(case, zhou, SimpleUploadedFile("扫描.pdf", b"%PDF-1.7 broken"))
    assert texts(case) == [("warn", "扫描件未能识别：文件已损坏或设有密码，无法打开。")]


def test_the_county_and_the_institution_see_what_was_read(case, zhou, client_of):
    paper, _version = paper_of(case, zhou)
    upload(case, zhou, scan_of(content_of(paper)))
    words = "二维码与本件一致"
    own = reverse("institutions:applicant-application", args=[case.round.code])
    county = factories.county_reviewer_wang(case.region)
    assert words in client_of(county).get(f"/desk/county/applications/{case.number}/").content.decode()
    assert words in client_of(zhou).get(own).content.decode()


# Sealed elsewhere ------------------------------------------------------------------------------


def test_a_pdf_sealed_elsewhere_is_kept_as_it_is_and_checked(case, zhou, tmp_path, settings):
    paper, _version = paper_of(case, zhou)
    body = certificate(tmp_path, "示例电子印章")
    sealed = sealed_by(body, content_of(paper))
    kept = upload(case, zhou, SimpleUploadedFile("电子印章.pdf", sealed))
    with kept.file.open("rb") as stored:
        assert stored.read() == sealed
    said = texts(case)
    assert said[0][0] == "good"
    assert said[1] == (
        "warn",
        "电子印章完好，但示例电子印章，签发者 示例电子印章 不在信任名单，请核对。",
    )
    assert ("good", "所盖的正是本平台出具的原件，除印章外没有改动。") in said
    settings.SEAL_ROOTS_FILE = str(body[1])
    upload(case, zhou, SimpleUploadedFile("电子印章.pdf", sealed))
    assert ("good", "电子印章有效：示例电子印章，由 示例电子印章 签发。") in texts(case)


def test_what_was_painted_over_a_sealed_pdf_is_told(case, zhou, tmp_path):
    paper, _version = paper_of(case, zhou)
    body = certificate(tmp_path, "示例电子印章")
    upload(case, zhou, SimpleUploadedFile("印章.pdf", covered(sealed_by(body, content_of(paper)))))
    said = texts(case)
    assert ("bad", "在本平台出具的原件之后被加上了别的内容，不能采信。") in said
    assert ("bad", "电子印章（示例电子印章）之后文件被加上了别的内容。") in said


def test_a_round_takes_what_its_settings_say(case, zhou, tmp_path):
    paper, _version = paper_of(case, zhou)
    scan, now = scan_of(content_of(paper)), clock.now()
    sealed = SimpleUploadedFile("印章.pdf", sealed_by(certificate(tmp_path, "示例印章"), content_of(paper)))
    first = RoundSetting.objects.create(round=case.round, key="sealed_accepted", value=False, valid_from=now)
    with pytest.raises(Refused, match="不接受电子印章"):
        drafts.upload_file(case, sealed, purpose=SCAN, by=zhou, at=clock.now())
    drafts.upload_file(case, scan, purpose=SCAN, by=zhou, at=clock.now())
    first.delete()
    RoundSetting.objects.create(round=case.round, key="scans_accepted", value=False, valid_from=now)
    scan.seek(0)
    with pytest.raises(Refused, match="只接受"):
        drafts.upload_file(case, scan, purpose=SCAN, by=zhou, at=clock.now())
    drafts.upload_file(case, sealed, purpose=SCAN, by=zhou, at=clock.now())


def test_a_report_changed_after_printing_is_told():
    report = factories.county_report("DRAFT", edition=1)
    li = factories.county_approver_li(report.region)
    paper = operations.request_paper(application_papers.ATTACHMENT_1, report, by=li, at=NOW)
    sweep_at(NOW)
    paper.refresh_from_db()
    operations.store_sealed(
        scan_of(content_of(paper)),
        round=report.round,
        case_type="institutions.countyreport",
        case_id=report.pk,
        purpose=SCAN,
        by=li,
        at=NOW,
    )
    sweep_at(NOW)
    assert {line["tone"] for line in report_scan_hints(report)} == {"good"}
    report.revision += 1
    assert "请重新打印" in report_scan_hints(report)[-2]["text"]


# Where their code says -------------------------------------------------------------------------


def test_a_scan_finds_its_case_and_its_person_puts_it_there(case, zhou, client_of):
    paper, _version = paper_of(case, zhou)
    (reading,) = drop(zhou, scan_of(content_of(paper)))
    page = client_of(zhou).get(reverse("documents:scans")).content.decode()
    assert "二维码与本件一致" in page
    assert "归入申报" in page
    answer = client_of(zhou).post(
        reverse("documents:scan-place", args=[reading.pk]), {"act": "place"}, follow=True
    )
    assert "已归入对应的事项" in answer.content.decode()
    (kept,) = files_of(CASE_TYPE, case.pk, SCAN)
    assert kept.sha256 == reading.attachment.sha256
    assert not queries.my_scans(zhou.user_id).exists()
    sweep_at(clock.now())
    assert texts(case)[0][0] == "good"


def test_what_is_anothers_is_not_even_named(case, zhou, client_of):
    paper, _version = paper_of(case, zhou)
    stranger = factories.institution_admin_zhou()
    (reading,) = drop(stranger, scan_of(content_of(paper)))
    page = client_of(stranger).get(reverse("documents:scans")).content.decode()
    assert "您无权办理" in page
    assert case.number not in page
    with pytest.raises(Refused, match="没有找到"):
        operations.place_scan(reading, by=stranger, at=clock.now())
    with pytest.raises(NotAllowed):
        operations.place_scan(reading, by=zhou, at=clock.now())
    with pytest.raises(NotAllowed):
        operations.discard_scan(reading, by=zhou, at=clock.now())
    url = reverse("attachments:download", args=[reading.attachment.uuid])
    assert client_of(zhou).get(url).status_code == 404
    assert b"".join(client_of(stranger).get(url).streaming_content).startswith(b"%PDF-")


def test_a_scan_of_a_former_version_is_not_taken(case, zhou):
    paper, version = paper_of(case, zhou)
    (reading,) = drop(zhou, scan_of(content_of(paper)))
    type(case).objects.filter(pk=case.pk).update(versions_count=version.version + 1)
    with pytest.raises(Stale, match="请打印新的一版"):
        operations.place_scan(reading, by=zhou, at=clock.now())
    # Nothing was lost: it lies where it lay.
    assert queries.my_scans(zhou.user_id).get().attachment.removed_at is None


def test_who_cannot_put_it_there_is_offered_no_button(case, zhou, client_of):
    paper, _version = paper_of(case, zhou)
    county = factories.county_reviewer_wang(case.region)
    drop(county, scan_of(content_of(paper)))
    shown = client_of(county).get(reverse("documents:scans")).content.decode()
    assert "二维码与本件一致" in shown
    assert "归入申报" not in shown


def test_no_more_scans_lie_about_than_a_person_can_see(zhou, monkeypatch):
    monkeypatch.setattr(scanning, "MOST_WAITING", 2)
    files = [SimpleUploadedFile(f"{number}.pdf", b"%PDF-1.7") for number in range(3)]
    operations.upload_scans(files[:2], by=zhou, at=NOW)
    with pytest.raises(Refused, match="最多 2 份"):
        operations.upload_scans(files[2:], by=zhou, at=NOW)
    assert queries.my_scans(zhou.user_id).count() == 2


def test_scans_and_papers_take_turns(case, zhou, monkeypatch):
    version = case.versions.get()
    files = [SimpleUploadedFile(f"{number}.pdf", b"%PDF-1.7") for number in range(3)]
    operations.upload_scans(files, by=zhou, at=NOW)
    paper = operations.request_paper(application_papers.RECEIPT, version, by=zhou, at=NOW)
    read, reads = [], tasks.read_scan

    def watched(reading, *, at):
        read.append(Paper.objects.get(pk=paper.pk).status)
        reads(reading, at=at)

    monkeypatch.setattr(tasks, "read_scan", watched)
    sweep_at(NOW)
    assert read == ["REQUESTED", "DONE", "DONE"]


def test_a_scan_can_be_taken_off_the_list(zhou, client_of):
    (reading,) = drop(zhou, SimpleUploadedFile("扫描.pdf", b"%PDF-1.7 broken"))
    client_of(zhou).post(reverse("documents:scan-place", args=[reading.pk]), {"act": "discard"})
    assert not queries.my_scans(zhou.user_id).exists()
    with pytest.raises(Stale):
        operations.discard_scan(reading, by=zhou, at=clock.now())


def test_one_bad_file_among_several_keeps_none_and_is_named(zhou, client_of):
    files = [SimpleUploadedFile("好.pdf", b"%PDF-1.7"), SimpleUploadedFile("坏.exe", b"MZ")]
    answer = client_of(zhou).post(reverse("documents:scans"), {"files": files})
    assert answer.status_code == 422
    assert "坏.exe：不支持这种文件" in answer.content.decode()
    assert not ScanReading.objects.exists()
    with pytest.raises(Refused, match="一次最多"):
        operations.upload_scans([files[0]] * 21, by=zhou, at=NOW)


def test_the_list_asks_again_only_while_something_is_read(zhou, client_of):
    operations.upload_scans([SimpleUploadedFile("扫描.pdf", b"%PDF-1.7 broken")], by=zhou, at=NOW)
    address = reverse("documents:scans")
    assert "hx-trigger" in client_of(zhou).get(address, headers={"HX-Request": "true"}).content.decode()
    sweep_at(clock.now())
    page = client_of(zhou).get(address).content.decode()
    assert "hx-trigger" not in page
    assert "未能识别" in page


def test_the_list_costs_the_same_with_one_and_with_thirty(zhou, client_of):
    def add(count):
        for _ in range(count):
            operations.upload_scans([SimpleUploadedFile("扫描.pdf", b"%PDF-1.7")], by=zhou, at=NOW)

    assert_same_queries(client_of(zhou), reverse("documents:scans"), add_rows=add)


# The job ---------------------------------------------------------------------------------------


WORKER = """
import django
django.setup()
from pilot_portal.common import clock
from pilot_portal.documents.operations import take_reading
print(take_reading(clock.now()).pk, flush=True)
input()
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_reads_loses_nothing(zhou):
    (reading,) = operations.upload_scans([SimpleUploadedFile("扫描.pdf", b"%PDF-1.7")], by=zhou, at=NOW)
    with subprocess.Popen(
        [*servers.dies_with_parent(), sys.executable, "-c", WORKER],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stdout.readline() == f"{reading.pk}\n"
        worker.kill()
    assert worker.returncode == -signal.SIGKILL
    assert operations.take_reading(clock.now()) is None
    later = clock.now() + LEASE + SECOND
    again = operations.take_reading(later)
    assert (again.pk, again.attempt) == (reading.pk, 2)
    operations.read_scan(again, at=later)
    assert ScanReading.objects.get().status == "FAILED"


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_two_workers_read_each_scan_once(zhou):
    for _ in range(6):
        operations.upload_scans([SimpleUploadedFile("扫描.pdf", b"%PDF-1.7")], by=zhou, at=NOW)
    taken = race(*[lambda: [r.pk for r in iter(lambda: operations.take_reading(NOW), None)]] * 3)
    assert sorted(pk for pks in taken for pk in pks) == sorted(
        ScanReading.objects.values_list("pk", flat=True)
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_a_scan_put_to_its_case_twice_at_once_is_there_once(case, zhou):
    paper, _version = paper_of(case, zhou)
    (dropped,) = drop(zhou, scan_of(content_of(paper)))

    def place():
        reading = queries.my_scans(zhou.user_id).filter(pk=dropped.pk).first()
        if reading is None:
            return 0
        try:
            operations.place_scan(reading, by=zhou, at=clock.now())
        except Stale:
            return 0
        return 1

    assert sum(race(place, place, place)) == 1
    assert files_of(CASE_TYPE, case.pk, SCAN).count() == 1


def test_a_scan_whose_file_is_gone_is_given_up_in_words(zhou, caplog):
    (reading,) = operations.upload_scans([SimpleUploadedFile("扫描.pdf", b"%PDF-1.7")], by=zhou, at=NOW)
    Attachment.objects.get(pk=reading.attachment_id).file.delete(save=False)
    at = clock.now()
    for _ in range(MAX_ATTEMPTS):
        sweep_at(at)
        at += LEASE
    sweep_at(at)
    reading.refresh_from_db()
    assert (reading.status, reading.error) == ("FAILED", "多次尝试未能识别，请人工核对。")
    assert "could not be read" in caplog.text
