"""我的试点: what the city told the institution, and what it may do about it."""

import datetime as dt

import pytest

from institutions.models import PilotInstitution
from institutions.operations import roster
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Stale
from pilot_portal.notifications.models import Message
from tests import factories
from tests.factories import NOW
from tests.queries import assert_same_queries
from tests.races import race

pytestmark = pytest.mark.django_db
PAGE = "/my/pilot/"
NOTICE = "满意度连续两个季度低于百分之六十。"


@pytest.fixture
def pilot():
    return factories.pilot()


@pytest.fixture
def zhou(pilot):
    return factories.institution_admin_zhou(pilot.organisation)


@pytest.fixture
def chief():
    return factories.city_chief_zhao()


def read(answered):
    return answered.content.decode()


def again(pilot):
    return PilotInstitution.objects.get(pk=pilot.pk)


def test_the_page_shows_numbers_state_and_trail_of_the_own_place_only(client_of, zhou, pilot):
    other = factories.pilot()
    shown = read(client_of(zhou).get(PAGE))
    assert pilot.round.label in shown
    assert "承诺服务企业数" in shown
    assert other.organisation.name not in shown
    assert shown.count("<h2>") == 1


def test_who_is_on_no_roster_is_told_how_to_get_there(client_of):
    body = factories.institution()
    shown = read(client_of(factories.institution_admin_zhou(body)).get(PAGE))
    assert "还不是试点机构" in shown


def test_a_warned_institution_takes_the_mending_up(client_of, zhou, pilot):
    roster.warn(pilot, note="服务记录不完整。", days=10, by=factories.city_chief_zhao(), at=clock.now())
    browser = client_of(zhou)
    assert "收到整改通知" in read(browser.get("/desk/"))
    shown = read(browser.get(PAGE))
    assert "服务记录不完整。" in shown
    assert f"{PAGE}{pilot.pk}/rectify/" in shown
    assert browser.post(f"{PAGE}{pilot.pk}/rectify/").status_code == 302
    assert again(pilot).state == "RECTIFYING"
    assert "收到整改通知" not in read(browser.get("/desk/"))
    assert browser.post(f"{PAGE}{pilot.pk}/rectify/").status_code == 409


def test_leaving_needs_a_reason_and_what_was_typed_stays(client_of, zhou, pilot):
    browser = client_of(zhou)
    answered = browser.post(f"{PAGE}{pilot.pk}/exit/", {"note": " "})
    assert answered.status_code == 422
    assert again(pilot).state == "LISTED"
    assert browser.post(f"{PAGE}{pilot.pk}/exit/", {"note": "业务调整"}).status_code == 302
    assert again(pilot).state == "EXITED"
    assert "业务调整" in read(browser.get(PAGE))


def test_an_institution_answers_the_prior_notice_once_and_the_city_reads_it(client_of, zhou, pilot, chief):
    browser = client_of(zhou)
    assert "陈述申辩" not in read(browser.get(PAGE))
    roster.give_removal_notice(pilot, note=NOTICE, by=chief, at=clock.now())
    assert "收到移出事先告知" in read(browser.get("/desk/"))
    assert "陈述申辩" in read(browser.get(PAGE))
    assert browser.post(f"{PAGE}{pilot.pk}/reply/", {"note": ""}).status_code == 422
    assert browser.post(f"{PAGE}{pilot.pk}/reply/", {"note": "两家企业答复有误，附证明。"}).status_code == 302
    assert again(pilot).removal_reply == "两家企业答复有误，附证明。"
    told = Message.objects.filter(user=chief.user, subject__contains="已陈述申辩").get()
    assert told.body == "两家企业答复有误，附证明。"
    assert "收到移出事先告知" not in read(browser.get("/desk/"))
    assert browser.get(f"{PAGE}{pilot.pk}/reply/").status_code == 409
    assert browser.post(f"{PAGE}{pilot.pk}/reply/", {"note": "再说一次"}).status_code == 409
    assert again(pilot).removal_reply == "两家企业答复有误，附证明。"


def test_a_second_notice_may_be_answered_again(zhou, pilot, chief):
    roster.give_removal_notice(pilot, note=NOTICE, by=chief, at=NOW)
    roster.reply_to_notice(again(pilot), "第一次陈述", by=zhou, at=NOW)
    roster.give_removal_notice(again(pilot), note=NOTICE, by=chief, at=NOW + dt.timedelta(days=30))
    roster.reply_to_notice(again(pilot), "第二次陈述", by=zhou, at=NOW + dt.timedelta(days=31))
    assert again(pilot).removal_reply == "第二次陈述"
    told = Message.objects.filter(user=chief.user, subject__contains="已陈述申辩").order_by("pk")
    assert [message.body for message in told] == ["第一次陈述", "第二次陈述"]


def test_nobody_else_answers_for_the_institution(pilot, chief):
    roster.give_removal_notice(pilot, note=NOTICE, by=chief, at=NOW)
    for other in (chief, factories.institution_admin_zhou(factories.institution())):
        with pytest.raises(NotAllowed):
            roster.reply_to_notice(again(pilot), "不相干", by=other, at=NOW)
    assert again(pilot).removal_reply == ""


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_who_answer_at_once_leave_one_answer():
    pilot = factories.pilot()
    zhou, chief = factories.institution_admin_zhou(pilot.organisation), factories.city_chief_zhao()
    roster.give_removal_notice(pilot, note=NOTICE, by=chief, at=NOW)
    copies = [again(pilot), again(pilot)]
    results = race(
        lambda: roster.reply_to_notice(copies[0], "甲", by=zhou, at=NOW),
        lambda: roster.reply_to_notice(copies[1], "乙", by=zhou, at=NOW),
    )
    assert sum(isinstance(result, Stale) for result in results) == 1
    assert again(pilot).removal_reply in {"甲", "乙"}


def test_the_page_asks_as_much_for_one_round_as_for_many(client_of, zhou, pilot):
    years = iter(range(2030, 2099))

    def grow(count):
        for year, _ in zip(years, range(count), strict=False):
            in_round = factories.make_round(year=year, code=str(year))
            made = factories.application("CONFIRMED", round=in_round, organisation=pilot.organisation)
            factories.pilot(application=made)

    assert_same_queries(client_of(zhou), PAGE, add_rows=grow)
