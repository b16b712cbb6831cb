"""Many papers as one .zip: each paper a job of its own, the list says what is in it and what is not."""

import hashlib
from io import BytesIO
from itertools import count as count_from
from zipfile import ZipFile

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from pilot_portal.accounts.models import Membership
from pilot_portal.attachments.models import AccessEntry
from pilot_portal.bulletin.models import Publication
from pilot_portal.common.errors import Refused
from pilot_portal.documents import operations
from pilot_portal.documents.models import BundleItem, Paper
from pilot_portal.documents.operations import LAST, LEASE, RETRY
from pilot_portal.documents.registry import BUNDLES, PAPERS, BundleKind, Folder
from pilot_portal.documents.sheets.table import DATA
from tests import factories
from tests.documents.jobs import (
    MINUTE,
    SECOND,
    content_of,
    empty_folders,
    notice,
    paper_kind,
    stored,
    sweep_at,
)
from tests.factories import NOW
from tests.institutions.seed import sent
from tests.queries import assert_same_queries

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
CODE = "test-bundle"


def in_round(round_):
    return Publication.objects.filter(round=round_).order_by("pk")


@pytest.fixture
def bundles(kind, monkeypatch):
    """The notices of a round, all in one folder."""
    bundle = BundleKind(
        code=CODE,
        title="示例文书打包",
        may_see=lambda actor, _round, region: actor.is_county and actor.region_id == region.pk,
        folders=lambda order: (
            Folder(
                "公告", PAPERS["test-notice"], Publication.objects.filter(round=order.round).order_by("pk")
            ),
        ),
        file_name=lambda round_, _region: f"示例文书 {round_.code}.zip",
        has_page=True,
    )
    monkeypatch.setitem(BUNDLES, bundle.code, bundle)
    return bundle


@pytest.fixture
def ask(bundles, wang):
    def request(by=wang):
        round_, region = factories.make_round(), factories.region()
        return operations.request_export(bundles, round_, region, by=by, at=NOW, purpose="归档")

    return request


def fresh(paper):
    paper.refresh_from_db()
    return paper


def names_in(paper):
    with ZipFile(BytesIO(content_of(paper))) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def list_in(paper):
    """The lines of the list, without its header."""
    with ZipFile(BytesIO(content_of(paper))) as archive:
        book = load_workbook(BytesIO(archive.read("清单.xlsx")))
    return list(book[DATA].iter_rows(min_row=2, values_only=True))


def test_all_papers_lie_in_it_byte_for_byte_with_a_list(ask, printer):
    subjects = [notice(f"公告{number}") for number in range(3)]
    paper = ask()
    assert sweep_at(NOW) == 5  # opened, three papers, packed
    assert fresh(paper).status == "DONE"
    assert paper.file_name == f"示例文书 {subjects[0].round.code}.zip"
    assert names_in(paper) == [*(f"公告/示例公告 {one.number}.pdf" for one in subjects), "清单.xlsx"]
    rows = list_in(paper)
    with ZipFile(BytesIO(content_of(paper))) as archive:
        for row, one in zip(rows, subjects, strict=True):
            content = archive.read(f"公告/{row[2]}")
            own = Paper.objects.get(kind="test-notice", subject_id=one.pk)
            assert content == content_of(own)
            assert row[6] == own.sha256 == hashlib.sha256(content).hexdigest()
            assert row[7] == own.sm3
            assert row[8] is None
    assert printer.built == [one.pk for one in subjects]


def test_what_is_built_already_is_packed_and_not_built_again(ask, printer, wang):
    subject, other = notice(), notice()
    operations.request_paper(PAPERS["test-notice"], subject, by=wang, at=NOW)
    sweep_at(NOW)
    paper = ask()
    sweep_at(NOW)
    assert printer.built == [subject.pk, other.pk]
    assert len(names_in(fresh(paper))) == 3


def test_its_papers_are_nobodys_until_somebody_asks(ask, wang, client_of):
    subject = notice()
    paper = ask()
    sweep_at(NOW)
    shown = client_of(wang).get(reverse("documents:mine")).content.decode()
    assert "示例文书打包" in shown
    assert "示例公告文书" not in shown
    asked = operations.request_paper(PAPERS["test-notice"], subject, by=wang, at=NOW)
    assert (asked.status, asked.requested_by_id) == ("DONE", None)
    assert "示例公告文书" in client_of(wang).get(reverse("documents:mine")).content.decode()
    assert fresh(paper).status == "DONE"


def test_whoever_waits_before_a_screen_comes_between_the_papers_of_a_bundle(ask, printer, wang):
    first, second = notice(), notice()
    bundle = ask()
    operations.run(operations.take(NOW), at=NOW)
    assert (fresh(bundle).status, bundle.urgency) == ("REQUESTED", LAST)
    urgent = notice()
    operations.request_paper(PAPERS["test-notice"], urgent, by=wang, at=NOW)
    # One of the bundle's own that a person needs now comes forward too.
    operations.request_paper(PAPERS["test-notice"], second, by=wang, at=NOW)
    assert sweep_at(NOW) == 4
    assert printer.built == [second.pk, urgent.pk, first.pk]
    assert fresh(bundle).status == "DONE"


def test_it_is_packed_only_when_no_paper_of_it_is_under_way(ask, printer):
    notice(), notice()
    bundle = ask()
    operations.run(operations.take(NOW), at=NOW)
    held = operations.take(NOW)  # a worker has the first, and is slow
    assert sweep_at(NOW) == 1
    assert fresh(bundle).status == "REQUESTED"
    assert sweep_at(NOW + LEASE - SECOND) == 0
    operations.run(held, at=NOW)
    assert sweep_at(NOW) == 1
    assert fresh(bundle).status == "DONE"
    assert len(names_in(bundle)) == 3


def test_a_paper_that_cannot_be_built_holds_up_no_other_and_is_named(ask, printer, monkeypatch):
    good, bad = notice("好"), notice("坏")

    def build(subject, printing):
        if subject.pk == bad.pk:
            raise Refused("第 3 行的字符“😀”没有字体。")
        return printer.print(subject, printing)

    monkeypatch.setitem(PAPERS, "test-notice", paper_kind(printer, build=build))
    paper = ask()
    sweep_at(NOW)
    assert (fresh(paper).status, paper.error) == ("DONE", "其中 1 份未能生成，原因见清单。")
    rows = list_in(paper)
    assert [row[4] for row in rows] == [good.number, bad.number]
    assert (rows[1][2], rows[1][8]) == (None, "第 3 行的字符“😀”没有字体。")
    assert names_in(paper) == [f"公告/示例公告 {good.number}.pdf", "清单.xlsx"]


def test_a_paper_with_a_fault_is_tried_again_before_the_bundle_is_packed(ask, printer, caplog):
    notice()
    printer.fault = ZeroDivisionError("示例故障")
    paper = ask()
    assert sweep_at(NOW) == 2
    assert fresh(paper).status == "REQUESTED"
    printer.fault = None
    assert sweep_at(NOW + RETRY + MINUTE) == 2
    assert (fresh(paper).status, paper.error) == ("DONE", "")
    assert "示例故障" in caplog.text


def test_two_papers_of_one_name_do_not_cover_each_other(ask, printer, monkeypatch):
    notice(), notice()
    monkeypatch.setitem(
        PAPERS, "test-notice", paper_kind(printer, file_name=lambda _subject: "关于“甲/乙”的公告.pdf")
    )
    paper = ask()
    sweep_at(NOW)
    assert names_in(fresh(paper))[:2] == ["公告/关于“甲_乙”的公告.pdf", "公告/关于“甲_乙”的公告 (2).pdf"]


def test_a_paper_whose_file_is_lost_holds_up_no_other_and_is_named(ask, kind, wang, printer, caplog):
    lost, good = notice(), notice()
    paper = operations.request_paper(kind, lost, by=wang, at=NOW)
    sweep_at(NOW)
    fresh(paper).file.storage.delete(paper.file.name)
    bundle = ask()
    sweep_at(NOW)
    assert (fresh(bundle).status, bundle.error) == ("DONE", "其中 1 份未能生成，原因见清单。")
    assert names_in(bundle) == [f"公告/示例公告 {good.number}.pdf", "清单.xlsx"]
    assert list_in(bundle)[0][8] == "存档文件无法读取，请联系管理员。"
    assert "is not there" in caplog.text


def test_none_to_pack_is_told(ask, printer):
    paper = ask()
    sweep_at(NOW)
    assert (fresh(paper).status, paper.error) == ("FAILED", "没有可打包的文书。")


def test_who_left_his_office_gets_no_bundle(ask, printer, wang):
    notice()
    paper = ask()
    operations.run(operations.take(NOW), at=NOW)
    Membership.objects.filter(pk=wang.membership.pk).update(ends_at=NOW)
    sweep_at(NOW + SECOND)
    assert fresh(paper).status == "FAILED"
    assert "没有权限" in paper.error


def test_a_worker_that_dies_before_it_asked_for_the_papers_loses_nothing(ask, printer):
    notice(), notice()
    paper = ask()
    assert operations.take(NOW).pk == paper.pk
    assert sweep_at(NOW + LEASE + SECOND) == 4
    assert (fresh(paper).status, BundleItem.objects.count(), len(printer.built)) == ("DONE", 2, 2)


def test_a_worker_that_dies_while_it_packs_loses_nothing(ask, printer):
    notice(), notice()
    paper = ask()
    for _ in range(3):
        operations.run(operations.take(NOW), at=NOW)
    assert operations.take(NOW).pk == paper.pk
    assert sweep_at(NOW + LEASE - SECOND) == 0
    assert sweep_at(NOW + LEASE + SECOND) == 1
    assert (fresh(paper).status, len(printer.built), len(stored())) == ("DONE", 2, 3)
    assert len(names_in(paper)) == 3


def test_cancelled_it_takes_along_what_nobody_else_waits_for(ask, printer, wang):
    alone, shared, theirs = notice(), notice(), notice()
    li = factories.county_approver_li()
    bundle, other = ask(), None
    operations.run(operations.take(NOW), at=NOW)
    operations.request_paper(PAPERS["test-notice"], shared, by=li, at=NOW)
    Publication.objects.filter(pk=alone.pk).update(round=factories.make_round(code="2022"))
    Publication.objects.filter(pk=shared.pk).update(round=factories.make_round(code="2022"))
    other = ask(by=li)
    operations.run(operations.take(NOW), at=NOW)  # the shared one first: a person waits for it
    operations.run(operations.take(NOW), at=NOW)
    assert fresh(other).urgency == LAST
    operations.cancel_paper(bundle, by=wang)
    state = dict(Paper.objects.filter(kind="test-notice").values_list("subject_id", "status"))
    assert state == {alone.pk: "CANCELLED", shared.pk: "DONE", theirs.pk: "REQUESTED"}
    sweep_at(NOW)
    assert fresh(bundle).status == "CANCELLED"
    assert fresh(other).status == "DONE"
    # Asked for again it begins anew, with what there is now.
    operations.retry_paper(bundle, by=wang)
    sweep_at(NOW)
    assert fresh(bundle).status == "DONE"
    assert names_in(bundle) == [f"公告/示例公告 {theirs.number}.pdf", "清单.xlsx"]


def test_cancelled_while_it_is_packed_it_leaves_no_file(ask, printer, wang):
    notice()
    paper = ask()
    at = NOW
    operations.run(operations.take(at), at=at)
    operations.run(operations.take(at), at=at)
    held = operations.take(at)
    operations.cancel_paper(paper, by=wang)
    before = stored()
    operations.run(held, at=at)
    assert (fresh(paper).status, paper.file.name) == ("CANCELLED", "")
    assert stored() == before


def test_the_list_says_how_far_it_is(ask, printer, wang, client_of):
    for _ in range(4):
        notice()
    ask()
    operations.run(operations.take(NOW), at=NOW)
    operations.run(operations.take(NOW), at=NOW)
    county = client_of(wang)
    shown = county.get(reverse("documents:mine")).content.decode()
    assert "已生成 1 / 4 份" in shown
    assert '<progress max="100" value="23"' in shown


def test_the_list_costs_the_same_with_one_bundle_and_with_thirty(bundles, printer, wang, client_of):
    years = count_from(2024)

    def add(number):
        for _ in range(number):
            round_ = factories.make_round(code=str(next(years)))
            Publication.objects.filter(pk=notice().pk).update(round=round_)
            operations.request_export(bundles, round_, factories.region(), by=wang, at=NOW)
            operations.run(operations.take(NOW), at=NOW)

    assert_same_queries(client_of(wang), reverse("documents:mine"), add_rows=add)


# The papers of applications ---------------------------------------------------------------------


@pytest.fixture
def case():
    empty_folders()
    return sent(factories.institution_admin_zhou())


def page_of(case):
    return reverse("documents:bundle", args=["application-papers", case.round.code])


def test_a_county_packs_the_papers_of_its_applications(case, client_of):
    other = sent(factories.institution_admin_zhou(factories.institution(region=factories.region("430281"))))
    assert other.region_id != case.region_id
    county = client_of(factories.county_reviewer_wang(case.region))
    shown = county.get(page_of(case)).content.decode()
    assert "申报材料" in shown
    assert "共 2 份" in shown
    answer = county.post(page_of(case), {"purpose": ""})
    assert answer.status_code == 422
    assert "请写明用途。" in answer.content.decode()
    assert not Paper.objects.exists()
    assert county.post(page_of(case), {"purpose": "年度归档"}).url == reverse("documents:mine")
    paper = Paper.objects.get()
    sweep_at(NOW)
    assert fresh(paper).status == "DONE", paper.error
    assert names_in(paper) == [
        f"申报材料/{case.number}_申报材料_第1版.pdf",
        f"收件回执/{case.number}_收件回执_第1版.pdf",
        "清单.xlsx",
    ]
    noted = AccessEntry.objects.get(purpose="年度归档")
    assert (noted.count, noted.what) == (2, f"导出 {paper.title}")
    got = county.get(reverse("documents:download", args=[paper.uuid]))
    assert got["Content-Type"] == "application/zip"
    assert b"".join(got.streaming_content) == content_of(paper)


def test_the_city_packs_all_and_others_none(case, client_of):
    other = sent(factories.institution_admin_zhou(factories.institution(region=factories.region("430281"))))
    shown = client_of(factories.city_handler_chen()).get(page_of(case)).content.decode()
    assert "共 4 份" in shown
    for person in (factories.institution_admin_zhou(), factories.enterprise_admin_wu()):
        assert client_of(person).get(page_of(other)).status_code == 403
    assert (
        client_of(factories.city_handler_chen()).get(page_of(case).replace("application-", "no-")).status_code
        == 404
    )


def test_with_nothing_sent_the_page_says_so(client_of):
    round_ = factories.make_round()
    url = reverse("documents:bundle", args=["application-papers", round_.code])
    county = client_of(factories.county_reviewer_wang())
    assert "没有可打包的文书" in county.get(url).content.decode()
    assert county.post(url, {"purpose": "归档"}).status_code == 422
    assert not Paper.objects.exists()
