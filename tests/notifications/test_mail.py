"""Mail beside the inbox: once for each event, however often it is told; a failing server loses nothing."""

import datetime as dt
import threading

import pytest
from django.conf import settings as portal
from django.db import connection, transaction

from pilot_portal.celery import app
from pilot_portal.common.errors import Refused
from pilot_portal.notifications.models import Message
from pilot_portal.notifications.operations import MAIL_LEASE, MAIL_TRIES, MAIL_WAIT, send_waiting_mail, tell
from pilot_portal.notifications.tasks import sweep
from tests import factories, servers
from tests.documents.jobs import message_folder
from tests.factories import NOW
from tests.notifications.servers import HERE, Picky, Slow
from tests.races import race

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
SENT, WAITING, FAILED, NONE = Message.Mail.SENT, Message.Mail.WAITING, Message.Mail.FAILED, Message.Mail.NONE
MINUTE = dt.timedelta(minutes=1)


def reader(email="zhou@example.test"):
    return factories.user("周示例", email=email)


def told(user, key="event:1", **fields):
    tell([user.pk], fields.pop("subject", "申报已收到"), key=key, at=NOW, **fields)
    return Message.objects.get(user=user, key=key)


def state(message):
    return Message.objects.get(pk=message.pk).mail


@pytest.fixture
def picky(settings):
    settings.EMAIL_BACKEND = f"{HERE}.Picky"
    Picky.refuses, Picky.took = set(), []
    return Picky


# What leaves ------------------------------------------------------------------------------


def test_a_mail_says_what_the_inbox_says_and_leads_to_the_place(mailoutbox):
    message = told(reader(), body="编号 2023-A-0001", path="/my/application/2023/")
    assert send_waiting_mail(at=NOW) == 1
    mail = mailoutbox[0]
    assert (mail.subject, mail.to) == ("申报已收到", ["zhou@example.test"])
    assert "编号 2023-A-0001" in mail.body
    assert f"{portal.SITE_ORIGIN}/my/application/2023/" in mail.body
    assert f"portal-message-{message.pk}@" in mail.extra_headers["Message-ID"]
    assert state(message) == SENT


def test_who_has_no_address_has_the_inbox_and_gets_no_mail_later_for_old_news(mailoutbox):
    user = reader("")
    message = told(user)
    assert send_waiting_mail(at=NOW) == 0
    assert state(message) == NONE
    type(user).objects.filter(pk=user.pk).update(email="zhou@example.test")
    assert send_waiting_mail(at=NOW + MINUTE) == 0
    assert mailoutbox == []


def test_a_mail_leaves_once_however_often_its_event_is_told(mailoutbox):
    user = reader()
    for _ in range(2):
        told(user)
        send_waiting_mail(at=NOW)
    tell([user.pk, user.pk], "第二件事", key="event:2", at=NOW)
    send_waiting_mail(at=NOW)
    assert [mail.subject for mail in mailoutbox] == ["申报已收到", "第二件事"]


def test_a_name_with_a_line_break_cannot_write_headers_nor_stop_the_mail(mailoutbox):
    told(reader(), subject="张示例\nBcc: stranger@example.test")
    assert send_waiting_mail(at=NOW) == 1
    assert mailoutbox[0].subject == "张示例 Bcc: stranger@example.test"
    assert mailoutbox[0].recipients() == ["zhou@example.test"]


def test_the_clock_sends_what_waits(mailoutbox):
    message = told(reader())
    sweep()
    assert len(mailoutbox) == 1
    assert state(message) == SENT
    assert "notifications.sweep" in {row["task"] for row in app.conf.beat_schedule.values()}


# A server that fails ----------------------------------------------------------------------


def test_while_the_server_is_away_nothing_is_lost_and_no_try_is_spent(settings, mailoutbox):
    messages = [told(reader(), key=f"event:{n}") for n in range(3)]
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{HERE}.Away"
    for minutes in range(3 * MAIL_TRIES):
        assert send_waiting_mail(at=NOW + minutes * MINUTE) == 0
    assert set(Message.objects.values_list("mail", "mail_attempts")) == {(WAITING, 0)}
    settings.EMAIL_BACKEND = working
    assert send_waiting_mail(at=NOW + 30 * MINUTE) == 3
    assert {state(message) for message in messages} == {SENT}


def test_a_real_port_that_nobody_listens_on_is_a_server_that_is_away(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", servers.free_port()
    message = told(reader())
    assert send_waiting_mail(at=NOW) == 0
    message.refresh_from_db()
    assert (message.mail, message.mail_attempts) == (WAITING, 0)


def test_one_that_the_server_refuses_does_not_hold_up_the_others(picky):
    bad, good = told(reader("gone@example.test")), told(reader())
    picky.refuses = {"gone@example.test"}
    assert send_waiting_mail(at=NOW) == 1
    assert picky.took == ["zhou@example.test"]
    assert (state(bad), state(good)) == (WAITING, SENT)


def test_an_address_that_cannot_be_written_does_not_hold_up_the_others(picky):
    bad, good = told(reader("zhou@example.test\nBcc: x@example.test")), told(reader())
    assert send_waiting_mail(at=NOW) == 1
    assert (state(bad), state(good)) == (WAITING, SENT)


def test_what_was_refused_is_tried_again_after_twice_the_wait_each_time_and_given_up_at_last(picky):
    message = told(reader())
    picky.refuses = {"zhou@example.test"}
    at, waits = NOW, []
    for n in range(MAIL_TRIES):
        assert state(message) == WAITING
        send_waiting_mail(at=at)
        if n < MAIL_TRIES - 1:
            due = Message.objects.get().mail_due_at
            waits.append(due - at)
            picky.refuses, kept = set(), picky.refuses
            assert send_waiting_mail(at=due - dt.timedelta.resolution) == 0
            picky.refuses, at = kept, due
    assert waits == [MAIL_WAIT * 2**n for n in range(MAIL_TRIES - 1)]
    assert at - NOW > dt.timedelta(days=3)  # a long weekend
    assert state(message) == FAILED
    picky.refuses = set()
    assert send_waiting_mail(at=at + MAIL_LEASE) == 0
    assert Message.objects.filter(read_at=None).count() == 1  # the inbox has it all the same


def test_once_the_server_takes_it_again_it_leaves_once(picky):
    message = told(reader())
    picky.refuses = {"zhou@example.test"}
    send_waiting_mail(at=NOW)
    picky.refuses = set()
    later = NOW + MAIL_WAIT
    assert [send_waiting_mail(at=later), send_waiting_mail(at=later)] == [1, 0]
    assert picky.took == ["zhou@example.test"]
    assert state(message) == SENT


def test_a_worker_that_died_while_sending_leaves_it_to_the_sweep_after_the_lease(mailoutbox):
    message = told(reader())
    Message.objects.update(mail_attempts=1, mail_due_at=NOW + MAIL_LEASE)  # as it leaves it
    assert send_waiting_mail(at=NOW + MAIL_LEASE - dt.timedelta.resolution) == 0
    assert send_waiting_mail(at=NOW + MAIL_LEASE) == 1
    assert len(mailoutbox) == 1
    assert state(message) == SENT


@pytest.mark.django_db(transaction=True)
def test_with_the_broker_down_the_message_is_there_and_the_act_has_not_failed(caplog, mailoutbox):
    user, folder = reader(), message_folder()
    away = folder.with_name("away")
    folder.rename(away)
    try:
        with transaction.atomic():
            tell([user.pk], "申报已收到", key="event:1", at=NOW)
    finally:
        away.rename(folder)
    assert "on_commit" in caplog.text
    assert Message.objects.get().user == user
    assert send_waiting_mail(at=NOW) == 1


@pytest.mark.django_db(transaction=True)
def test_an_act_that_fails_tells_nobody():
    user = reader()

    def fails():
        with transaction.atomic():
            tell([user.pk], "申报已收到", key="event:1", at=NOW)
            raise Refused("示例")

    with pytest.raises(Refused):
        fails()
    assert not Message.objects.exists()


# At once ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_told_by_several_at_once_it_is_one_message_and_one_mail(mailoutbox):
    user = reader()
    race(*[lambda: tell([user.pk], "申报已收到", key="event:1", at=NOW)] * 4)
    assert Message.objects.count() == 1
    race(*[lambda: send_waiting_mail(at=NOW)] * 4)
    assert len(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_many_sweeps_at_once_share_the_work(mailoutbox):
    for n in range(12):
        told(reader(f"person{n}@example.test"))
    sent = race(*[lambda: send_waiting_mail(at=NOW)] * 4)
    assert sum(sent) == 12
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted(f"person{n}@example.test" for n in range(12))


@pytest.mark.django_db(transaction=True)
def test_while_a_slow_server_has_a_mail_no_other_sweep_sends_it_again(settings):
    settings.EMAIL_BACKEND = f"{HERE}.Slow"
    message = told(reader())
    results = []

    def send():
        results.append(send_waiting_mail(at=NOW))
        connection.close()

    first = threading.Thread(target=send)
    first.start()
    try:
        assert Slow.arrived.wait(timeout=30)
        assert send_waiting_mail(at=NOW + MINUTE) == 0
    finally:
        Slow.go_on.set()
        first.join(timeout=30)
    assert results == [1]
    assert Slow.took == ["zhou@example.test"]
    assert state(message) == SENT
