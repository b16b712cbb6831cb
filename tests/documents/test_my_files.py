"""「我的文件」: what one asked for, how far it is, downloads, asked again or cancelled."""

import re
import uuid

import pytest
from django.urls import reverse

from pilot_portal.accounts.models import Membership
from pilot_portal.attachments.models import AccessEntry
from pilot_portal.common import clock
from pilot_portal.common.errors import Refused
from pilot_portal.documents import operations
from pilot_portal.documents.models import Paper
from pilot_portal.documents.registry import PAPERS
from pilot_portal.documents.tasks import sweep
from tests import factories
from tests.documents.jobs import Printer, notice, paper_kind
from tests.queries import assert_same_queries

pytestmark = pytest.mark.django_db
MINE = "/papers/"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def browser(client_of, wang):
    return client_of(wang)


@pytest.fixture
def ask(kind, wang):
    def request(subject=None, by=wang):
        return operations.request_paper(kind, subject or notice(), by=by, at=clock.now())

    return request


@pytest.fixture
def export(sheet, browser, wang):
    """A finished workbook of the county that 王示例 asked for."""
    url = reverse("documents:request-sheet", args=[sheet.code, factories.make_round().code])
    answer = browser.post(url, {"region": "430203"})
    assert (answer.status_code, answer.url) == (302, MINE)
    sweep()
    return Paper.objects.get(kind=sheet.code)


def url_of(act, paper):
    return reverse(f"documents:{act}", args=[paper.uuid])


def text_of(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def bytes_of(answer):
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


# Asking -----------------------------------------------------------------------------------------


def test_one_asks_and_is_led_to_one_s_files(browser, kind):
    subject = notice()
    answer = browser.post(reverse("documents:request", args=[kind.code, subject.pk]), follow=True)
    assert answer.redirect_chain == [(MINE, 302)]
    page = text_of(answer)
    for words in ("已开始生成“示例公告文书”", subject.number, "排队中", "取消"):
        assert words in page


def test_what_is_built_already_comes_at_once_and_is_among_one_s_files(client_of, ask, kind):
    paper, li = ask(), factories.county_approver_li()
    sweep()
    other = client_of(li)
    answer = other.post(reverse("documents:request", args=[kind.code, paper.subject_id]))
    assert (answer.status_code, answer.url) == (302, url_of("download", paper))
    assert paper.number in text_of(other.get(MINE))


def test_what_another_asked_for_and_is_not_built_yet_is_among_one_s_files(client_of, ask, kind):
    paper, other = ask(), client_of(factories.county_approver_li())
    answer = other.post(reverse("documents:request", args=[kind.code, paper.subject_id]), follow=True)
    assert paper.number in text_of(answer)


def test_asking_for_what_is_unknown_or_unseen_finds_nothing(browser, client_of, kind, sheet):
    subject, round_ = notice(), factories.make_round()
    for args in (["no-such-kind", subject.pk], [kind.code, 0], [sheet.code, subject.pk]):
        assert browser.post(reverse("documents:request", args=args)).status_code == 404
    for code, round_code, region in (
        ("no-such-sheet", round_.code, "430203"),
        (kind.code, round_.code, "430203"),
        (sheet.code, "1999", "430203"),
        (sheet.code, round_.code, "430281"),
        (sheet.code, round_.code, "no"),
        (sheet.code, round_.code, ""),
    ):
        url = reverse("documents:request-sheet", args=[code, round_code])
        assert browser.post(url, {"region": region}).status_code == 404
    assert not Paper.objects.exists()


def test_a_link_asks_for_nothing(browser, kind):
    assert browser.get(reverse("documents:request", args=[kind.code, notice().pk])).status_code == 405


def test_nobody_who_did_not_sign_in_has_files(client, kind):
    assert client.get(MINE).url.startswith("/accounts/login/")
    assert client.post(reverse("documents:request", args=[kind.code, notice().pk])).status_code == 403


# The list ---------------------------------------------------------------------------------------


def test_an_empty_list_says_how_files_come_about(browser):
    page = text_of(browser.get(MINE))
    assert "还没有文件" in page
    assert "点“生成”后" in page


def test_each_state_is_told_with_what_can_be_done(browser, ask):
    expected = {
        "REQUESTED": ("排队中", "取消"),
        "RUNNING": ("生成中", None),
        "DONE": ("已生成", "下载"),
        "FAILED": ("字体中没有这个字。", "重新生成"),
        "CANCELLED": ("已取消", "重新生成"),
    }
    for status, (words, button) in expected.items():
        Paper.objects.all().delete()
        paper = ask()
        error = "字体中没有这个字。" if status == "FAILED" else ""
        Paper.objects.filter(pk=paper.pk).update(status=status, error=error)
        table = text_of(browser.get(MINE)).split("<tbody>")[1].split("</tbody>")[0]
        assert words in table
        assert [b for b in ("下载", "重新生成", "取消") if re.search(rf">\s*{b}<span", table)] == (
            [button] if button else []
        )


def test_the_page_asks_again_only_while_something_is_under_way(browser, ask):
    paper = ask()
    for status, asks in (("REQUESTED", True), ("RUNNING", True), ("DONE", False), ("FAILED", False)):
        Paper.objects.filter(pk=paper.pk).update(status=status)
        assert ("hx-trigger" in text_of(browser.get(MINE))) is asks
        part = text_of(browser.get(MINE, headers={"HX-Request": "true"}))
        assert "<html" not in part
        assert part.strip().startswith('<div id="paper-list"')
        assert ("hx-trigger" in part) is asks


def test_others_files_are_not_listed(browser, ask):
    paper = ask(by=factories.county_approver_li())
    assert paper.number not in text_of(browser.get(MINE))


def test_twenty_a_page_newest_first(browser, ask):
    numbers = [ask().number for _ in range(23)]
    first, second = (text_of(browser.get(MINE, {"page": n})) for n in (1, 2))
    assert [n for n in numbers if n in first] == numbers[3:]
    assert [n for n in numbers if n in second] == numbers[:3]
    assert first.index(numbers[22]) < first.index(numbers[3])
    assert "?page=2" in first
    # What asks again asks for the page that is shown.
    assert re.search(r'hx-get="/papers/\?page=2"', second)
    for page in ("0", "x", "99"):
        assert browser.get(MINE, {"page": page}).status_code == 200


def test_it_costs_the_same_with_one_and_with_thirty(browser, ask):
    def add(count):
        for _ in range(count):
            ask()

    assert_same_queries(browser, MINE, add_rows=add)


# Downloads --------------------------------------------------------------------------------------


def test_a_paper_comes_as_it_was_stored_and_the_download_is_logged(browser, ask, wang):
    paper = ask()
    sweep()
    answer = browser.get(url_of("download", paper))
    assert bytes_of(answer).startswith(b"%PDF-")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Cache-Control"] == "private, no-store"
    entry = AccessEntry.objects.get()
    assert (entry.user_id, entry.organisation_id, entry.role) == (
        wang.user_id,
        wang.organisation_id,
        "county_handler",
    )
    assert entry.what == f"文书 示例公告文书 {paper.number}"


def test_a_paper_is_for_everyone_who_may_see_its_subject_and_nobody_else(client_of, ask, kind, monkeypatch):
    paper, li = ask(), factories.county_approver_li()
    sweep()
    assert bytes_of(client_of(li).get(url_of("download", paper)))
    own = paper_kind(Printer(), may_see=lambda actor, _subject: actor.user_id == paper.requested_by_id)
    monkeypatch.setitem(PAPERS, kind.code, own)
    assert client_of(li).get(url_of("download", paper)).status_code == 404
    assert AccessEntry.objects.count() == 1


def test_a_paper_whose_kind_or_subject_is_gone_is_nobody_s(browser, ask, kind):
    paper = ask()
    sweep()
    for change in ({"kind": "gone"}, {"kind": kind.code, "subject_id": 0}):
        Paper.objects.filter(pk=paper.pk).update(**change)
        assert browser.get(url_of("download", paper)).status_code == 404


@pytest.mark.parametrize("status", ["REQUESTED", "RUNNING", "FAILED", "CANCELLED"])
def test_what_is_not_built_cannot_be_downloaded(browser, ask, status):
    paper = ask()
    Paper.objects.filter(pk=paper.pk).update(status=status)
    assert browser.get(url_of("download", paper)).status_code == 404


def test_a_workbook_is_its_asker_s_alone(browser, client_of, export):
    answer = browser.get(url_of("download", export))
    assert bytes_of(answer).startswith(b"PK")
    assert answer["Content-Type"] == XLSX
    for stranger in (factories.county_approver_li(), factories.city_chief_zhao(), None):
        answer = client_of(stranger).get(url_of("download", export))
        assert answer.status_code == (302 if stranger is None else 404)
    assert AccessEntry.objects.filter(what__startswith="文书").count() == 1


def test_who_left_his_office_downloads_no_workbook_any_more(browser, client_of, export, wang):
    Membership.objects.filter(pk=wang.membership.pk).update(ends_at=clock.now())
    assert browser.get(url_of("download", export)).status_code == 404
    moved = factories.organisation("county", region=factories.region("430281"))
    Membership.objects.create(
        user=wang.user, organisation=moved, role="county_handler", starts_at=factories.NOW
    )
    assert client_of(wang.user).get(url_of("download", export)).status_code == 404
    assert not AccessEntry.objects.filter(what__startswith="文书").exists()


def test_a_key_that_was_never_given_finds_nothing(browser):
    for act in ("retry", "cancel"):
        assert browser.post(reverse(f"documents:{act}", args=[uuid.uuid4()])).status_code == 404
    assert browser.get(reverse("documents:download", args=[uuid.uuid4()])).status_code == 404


# Again, and not at all ----------------------------------------------------------------------------


def test_what_failed_is_told_in_words_and_tried_again_by_a_button(browser, ask, printer):
    printer.fault = Refused("名单还没有发布，请先发布名单。")
    paper = ask()
    sweep()
    assert "名单还没有发布，请先发布名单。" in text_of(browser.get(MINE))
    printer.fault = None
    page = text_of(browser.post(url_of("retry", paper), follow=True))
    assert "排队中" in page
    assert "名单还没有发布" not in page
    sweep()
    assert "已生成" in text_of(browser.get(MINE))


def test_a_second_press_is_answered_not_obeyed(browser, ask):
    paper = ask()
    assert "正在生成或已经生成" in text_of(browser.post(url_of("retry", paper), follow=True))
    assert "已取消" in text_of(browser.post(url_of("cancel", paper), follow=True))
    assert "不能取消" in text_of(browser.post(url_of("cancel", paper), follow=True))
    assert sweep() == 0


def test_others_files_cannot_be_cancelled_or_tried_again(client_of, ask):
    paper, other = ask(), client_of(factories.county_approver_li())
    for act in ("cancel", "retry"):
        assert other.post(url_of(act, paper)).status_code == 404
        assert other.get(url_of(act, paper)).status_code == 405
    paper.refresh_from_db()
    assert paper.status == "REQUESTED"
