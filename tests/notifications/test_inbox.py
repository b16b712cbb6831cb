"""The inbox: one's own messages alone, newest first, read when opened; thirty cost what one costs."""

import datetime as dt

import pytest

from pilot_portal.notifications.models import Message
from pilot_portal.notifications.operations import mark_read, tell
from pilot_portal.notifications.queries import inbox, unread_count
from tests import factories
from tests.factories import NOW
from tests.queries import assert_same_queries

pytestmark = pytest.mark.django_db
INBOX = "/messages/"


@pytest.fixture
def zhou():
    return factories.institution_admin_zhou()


def told(actor, subject="申报已收到", hours=0, **fields):
    key = fields.pop("key", f"event:{factories.next_number()}")
    tell([actor.user_id], subject, key=key, at=NOW + dt.timedelta(hours=hours), **fields)
    return Message.objects.get(user=actor.user, key=key)


def read(answered):
    return answered.content.decode()


def test_the_newest_stands_first_and_the_unread_ones_are_counted_on_every_page(zhou, client_of):
    told(zhou, "第一件事"), told(zhou, "第三件事", hours=2), told(zhou, "第二件事", hours=1)
    browser = client_of(zhou)
    page = read(browser.get(INBOX))
    assert page.index("第三件事") < page.index("第二件事") < page.index("第一件事")
    assert "消息，3 条未读" in page
    assert "消息，3 条未读" in read(browser.get("/accounts/profile/"))


def test_opening_a_message_marks_it_and_leads_to_its_place(zhou, client_of):
    one, other = told(zhou, path="/my/application/2023/"), told(zhou)
    browser = client_of(zhou)
    answered = browser.get(f"{INBOX}{one.pk}/")
    assert (answered.status_code, answered.url) == (302, "/my/application/2023/")
    assert list(inbox(zhou.user_id).filter(read_at=None)) == [other]
    first_read = Message.objects.get(pk=one.pk).read_at
    browser.get(f"{INBOX}{one.pk}/")
    assert Message.objects.get(pk=one.pk).read_at == first_read
    assert browser.get(f"{INBOX}{other.pk}/").url == INBOX
    assert unread_count(zhou.user_id) == 0


def test_all_are_marked_by_post_alone_and_only_one_s_own(zhou, client_of):
    stranger = factories.enterprise_admin_wu()
    told(zhou), told(zhou), told(stranger)
    browser = client_of(zhou)
    assert browser.get(f"{INBOX}read/").status_code == 405
    assert unread_count(zhou.user_id) == 2
    assert browser.post(f"{INBOX}read/").url == INBOX
    assert (unread_count(zhou.user_id), unread_count(stranger.user_id)) == (0, 1)


def test_another_person_s_message_is_not_found_and_stays_unread(zhou, client_of):
    theirs = told(factories.enterprise_admin_wu(), "他人的事")
    browser = client_of(zhou)
    assert browser.get(f"{INBOX}{theirs.pk}/").status_code == 404
    assert "他人的事" not in read(browser.get(INBOX))
    assert mark_read(zhou.user_id, [theirs.pk], at=NOW) == 0
    assert Message.objects.get(pk=theirs.pk).read_at is None


def test_a_colleague_has_messages_of_his_own(zhou, client_of):
    colleague = factories.member(zhou.organisation, "institution_member")
    tell([zhou.user_id, colleague.user_id], "申报已收到", key="event", at=NOW)
    client_of(zhou).post(f"{INBOX}read/")
    assert unread_count(colleague.user_id) == 1


def test_the_same_event_is_told_once_and_what_was_read_stays_read(zhou):
    told(zhou, key="event:1")
    mark_read(zhou.user_id, None, at=NOW)
    told(zhou, "改了的标题", key="event:1", hours=5)
    kept = Message.objects.get()
    assert (kept.subject, kept.read_at) == ("申报已收到", NOW)


def test_what_others_typed_is_shown_as_text(zhou, client_of):
    told(zhou, "<script>alert(1)</script>", body="第一行\n<b>第二行</b>")
    page = read(client_of(zhou).get(INBOX))
    assert "<script>alert(1)" not in page
    assert "&lt;b&gt;第二行" in page
    assert "第一行<br>" in page


def test_a_long_subject_is_cut_not_refused(zhou):
    assert len(told(zhou, "长" * 500).subject) == 120


def test_an_empty_inbox_says_so_and_a_stranger_is_sent_to_sign_in(zhou, client_of, client):
    assert "还没有消息" in read(client_of(zhou).get(INBOX))
    assert client.get(INBOX).url.startswith("/accounts/login/")
    assert client.post(f"{INBOX}read/").status_code == 403


def test_the_list_is_paged_and_costs_the_same_with_one_and_with_thirty(zhou, client_of):
    browser = client_of(zhou)
    assert_same_queries(
        browser, INBOX, add_rows=lambda n: [told(zhou, f"第{m}件事", hours=m) for m in range(n)]
    )
    assert read(browser.get(INBOX)).count('class="unread"') == 20
    assert read(browser.get(f"{INBOX}?page=2")).count('class="unread"') == 10
