"""Members of a body: invited, joined, handed over, removed; one person in several bodies."""

import datetime as dt

import pytest
from django.test import Client

from pilot_portal.accounts.models import Invitation, Membership, User
from pilot_portal.accounts.operations import (
    NewPerson,
    accept_as_new,
    accept_invitation,
    change_profile,
    end_membership,
    hand_over,
    invite,
    switched,
)
from pilot_portal.accounts.views import joining
from pilot_portal.accounts.views.joining import FEW_WRONG, MOST_WRONG
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.notifications.models import Message
from tests import factories
from tests.factories import NOW
from tests.races import race

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
DAY = dt.timedelta(days=1)
SECRET = "Xiang-Jiang-2023!"
CODE = "/accounts/invitation/"


@pytest.fixture
def zhou():
    return factories.institution_admin_zhou()


def invited(zhou, at=NOW, **fields):
    fields = {"name": "郑示例", "mobile": "13800000042"} | fields
    return invite(zhou.organisation, "institution_member", by=zhou, at=at, **fields)


def newcomer(**changes):
    return NewPerson(**{"name": "郑示例", "mobile": "13800000042", "password": SECRET} | changes)


def typed(**changes):
    return {"name": "郑示例", "mobile": "13800000042", "password": SECRET, "password_again": SECRET} | changes


def read(answered):
    return answered.content.decode()


def live(role=None):
    rows = Membership.objects.filter(ends_at=None)
    return rows.filter(role=role) if role else rows


# Inviting and joining --------------------------------------------------------------------


def test_an_administrator_invites_and_the_short_code_leads_the_new_member_in(client_of, zhou, client):
    browser = client_of(zhou)
    asked = {"name": "郑示例", "mobile": "", "role": "institution_member"}
    page = read(browser.post("/accounts/members/", asked, follow=True))
    made = Invitation.objects.get()
    assert made.code in page
    assert made.expires_at - made.created_at == 30 * DAY
    wrong = client.post(CODE, {"code": "ABCD2345"})
    assert wrong.status_code == 422
    assert "没有这个邀请码" in read(wrong)
    assert "ABCD2345" in read(wrong)
    way = client.post(CODE, {"code": f" {made.code.lower()} "})
    assert way.url == f"{CODE}{made.secret}/"
    assert "身份：机构经办人" in read(client.get(way.url))
    joined = client.post(way.url, typed(), follow=True)
    assert f"您已加入{zhou.organisation.name}" in read(joined)
    member = live("institution_member").get()
    assert (member.organisation, member.user.mobile) == (zhou.organisation, "13800000042")
    assert member.granted_by == zhou.user
    assert joined.wsgi_request.actor.membership == member


def guessed(browser, code="ABCD2345", address="198.51.100.7"):
    return browser.post(CODE, {"code": code}, REMOTE_ADDR=address)


def test_codes_are_not_found_by_trying(client, zhou):
    made = invited(zhou, at=clock.now())
    for n in range(MOST_WRONG):
        assert guessed(client, f"ABCD23{n:02}").status_code == 422
    refused = guessed(client, made.code)
    assert refused.status_code == 429
    assert "错误次数过多，请 10 分钟后再试" in read(refused)
    assert made.code in read(refused)
    assert zhou.organisation.name not in read(refused)
    # Nor by the address of the page, whose own secret stays good.
    assert client.get(f"{CODE}{made.code}/", REMOTE_ADDR="198.51.100.7").status_code == 429
    assert client.get(f"{CODE}{made.secret}/", REMOTE_ADDR="198.51.100.7").status_code == 200


def test_codes_tried_as_addresses_count_too(client, zhou):
    made = invited(zhou, at=clock.now())
    for n in range(MOST_WRONG):
        assert client.get(f"{CODE}ABCD23{n:02}/").status_code == 404
    assert client.get(f"{CODE}{made.code}/").status_code == 429


def test_a_stranger_s_tries_shut_nobody_else_out(client, client_of, zhou):
    made = invited(zhou, at=clock.now())
    for _ in range(MOST_WRONG):
        guessed(client)
    assert guessed(client, made.code, "198.51.100.8").status_code == 302
    # Behind the same door, but signed in.
    assert guessed(client_of(zhou), made.code).status_code == 302


def test_who_types_rightly_uses_up_no_tries(client, zhou):
    made = invited(zhou, at=clock.now())
    for _ in range(MOST_WRONG + 2):
        assert guessed(client, made.code).status_code == 302


def test_tries_from_many_addresses_leave_each_address_few(client, zhou, monkeypatch):
    monkeypatch.setattr(joining, "MOST_WRONG_IN_ALL", 12)
    made = invited(zhou, at=clock.now())
    for n in range(12):
        assert guessed(client, address=f"203.0.113.{n}").status_code == 422
    for _ in range(FEW_WRONG):
        assert guessed(client).status_code == 422
    assert guessed(client, made.code).status_code == 429
    assert guessed(client, made.code, "198.51.100.9").status_code == 302


def test_opening_an_invitation_spends_nothing(client, zhou):
    made = invited(zhou, at=clock.now())
    for _ in range(3):
        assert client.get(f"{CODE}{made.secret}/").status_code == 200
    assert Invitation.objects.get().spent_at is None
    assert client.get(f"{CODE}nobody-knows-this/").status_code == 404


def test_what_was_typed_wrong_is_told_and_the_invitation_stays(client, zhou):
    made = invited(zhou, at=clock.now())
    answered = client.post(f"{CODE}{made.secret}/", typed(password_again="Another-2023!"))
    assert answered.status_code == 422
    assert "两次输入的密码不一致" in read(answered)
    assert "郑示例" in read(answered)
    assert Invitation.objects.get().spent_at is None


def test_a_person_with_an_account_joins_with_one_press_and_acts_for_the_new_body(client_of, zhou):
    made, person = invited(zhou, at=clock.now()), factories.enterprise_admin_wu()
    browser = client_of(person)
    assert "您将以" in read(browser.get(f"{CODE}{made.secret}/"))
    answered = browser.post(f"{CODE}{made.secret}/", follow=True)
    assert answered.wsgi_request.actor.organisation == zhou.organisation
    assert Membership.objects.filter(user=person.user, ends_at=None).count() == 2


def test_a_spent_or_old_invitation_says_so(client, zhou):
    spent, old = invited(zhou, at=clock.now()), invited(zhou, at=clock.now() - 31 * DAY, mobile="")
    accept_as_new(spent, newcomer(), at=clock.now())
    for made in (spent, old):
        assert "已使用或已过期" in read(client.get(f"{CODE}{made.secret}/"))
        answered = client.post(f"{CODE}{made.secret}/", typed(mobile="13800000043"))
        assert answered.status_code == 409
        assert not User.objects.filter(mobile="13800000043").exists()


def test_it_holds_to_the_last_second(zhou):
    made = invited(zhou)
    with pytest.raises(Stale):
        accept_as_new(made, newcomer(), at=made.expires_at)
    accept_as_new(made, newcomer(), at=made.expires_at - dt.timedelta(seconds=1))
    assert live("institution_member").count() == 1


def test_who_is_a_member_already_keeps_the_invitation_unspent(zhou):
    made, user = invited(zhou), factories.member(zhou.organisation, "institution_member").user
    with pytest.raises(Stale, match="已经是该单位的成员"):
        accept_invitation(made, user, at=NOW)
    assert Invitation.objects.get(pk=made.pk).spent_at is None


def test_who_invited_is_told_who_came_so_that_a_wrong_person_does_not_stay(client_of, zhou):
    stranger = factories.user("旁人示例", mobile="13800000044")
    accept_invitation(invited(zhou), stranger, at=NOW)
    told = Message.objects.get(user=zhou.user)
    assert told.subject == f"旁人示例已凭您的邀请加入{zhou.organisation}"
    assert "13800000044" not in told.subject + told.body
    assert "请立即移除" in client_of(zhou).get("/messages/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_an_invitation_is_spent_once_however_many_press():
    made = invited(factories.institution_admin_zhou())
    people = [newcomer(mobile=f"1380000006{n}") for n in range(3)]
    results = race(*[lambda p=p: accept_as_new(made, p, at=NOW) for p in people])
    assert sum(isinstance(result, Membership) for result in results) == 1
    assert live("institution_member").count() == 1
    assert User.objects.count() == 2  # the others are not left behind without a body


@pytest.mark.parametrize("role", ["institution_member", "county_handler", "city_chief"])
def test_nobody_invites_into_a_body_that_is_not_his(role):
    body, stranger = factories.institution(), factories.actor_for(role, None, foreign=True)
    if role == "city_chief":
        assert invite(body, "institution_member", by=stranger, at=NOW).organisation == body
        return
    elsewhere = factories.institution(region=factories.region("430281"))
    with pytest.raises(NotAllowed):
        invite(elsewhere, "institution_member", by=stranger, at=NOW)


def test_no_role_but_the_body_s_own_can_be_given(zhou):
    with pytest.raises(Refused, match="没有这种身份"):
        invite(zhou.organisation, "city_chief", by=zhou, at=NOW)
    assert not Invitation.objects.exists()


# Handing over and removing ---------------------------------------------------------------


def test_the_administration_is_handed_over_and_the_former_one_stays_a_member(client_of, zhou):
    to = factories.member(zhou.organisation, "institution_member", "郑示例")
    browser = client_of(zhou)
    assert browser.post(f"/accounts/members/{to.membership.pk}/hand-over/").status_code == 302
    assert live("institution_admin").get().user == to.user
    assert live("institution_member").get().user == zhou.user
    assert browser.get("/accounts/members/").status_code == 403


def test_it_is_handed_over_within_the_body_alone(zhou):
    other = factories.institution_admin_zhou(factories.institution())
    with pytest.raises(Refused, match="本单位"):
        hand_over(zhou.membership, other.membership, by=zhou, at=NOW)
    with pytest.raises(NotAllowed):
        hand_over(zhou.membership, zhou.membership, by=other, at=NOW)


def test_a_removed_member_is_out_with_the_next_click(client_of, zhou):
    member = factories.member(zhou.organisation, "institution_member", "郑示例")
    inside, browser = client_of(member), client_of(zhou)
    assert inside.get("/desk/").status_code == 200
    assert browser.post(f"/accounts/members/{member.membership.pk}/remove/").status_code == 302
    assert inside.get("/desk/").status_code == 302


def test_the_last_administrator_cannot_be_removed(client_of, zhou):
    second = factories.member(zhou.organisation, "institution_admin", "第二示例")
    end_membership(second.membership, by=zhou, at=NOW)
    with pytest.raises(Stale, match="唯一"):
        end_membership(zhou.membership, by=zhou, at=NOW)
    with pytest.raises(Stale, match="已移除"):
        end_membership(second.membership, by=zhou, at=NOW + DAY)
    assert live("institution_admin").get() == zhou.membership


def test_members_of_another_body_are_not_found(client_of, zhou):
    other = factories.institution_admin_zhou(factories.institution())
    for act in ("remove", "hand-over", "decider"):
        answered = client_of(zhou).post(f"/accounts/members/{other.membership.pk}/{act}/")
        assert answered.status_code == 404
    assert live("institution_admin").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_at_once_leave_one():
    one = factories.institution_admin_zhou()
    two = factories.member(one.organisation, "institution_admin", "第二示例")
    race(
        lambda: end_membership(two.membership, by=one, at=NOW),
        lambda: end_membership(one.membership, by=two, at=NOW),
    )
    assert live("institution_admin").count() == 1


# One person, several bodies ---------------------------------------------------------------


def test_a_person_acts_for_the_body_he_switched_to(client_of, zhou):
    firm = factories.enterprise()
    second = Membership.objects.create(
        user=zhou.user, organisation=firm.organisation, role="enterprise_admin", starts_at=NOW
    )
    browser: Client = client_of(zhou)
    assert browser.get("/my/demands/").status_code == 403
    page = read(browser.get("/accounts/switch/"))
    assert firm.name in page
    assert zhou.organisation.name in page
    assert browser.post("/accounts/switch/", {"membership": second.pk}).status_code == 302
    assert browser.get("/my/demands/").status_code == 200
    assert browser.get("/my/application/").status_code == 403


def test_nobody_switches_to_a_body_that_is_not_his_or_no_longer(client_of, zhou):
    other = factories.institution_admin_zhou(factories.institution())
    browser = client_of(zhou)
    for wrong in (other.membership.pk, 0, "x"):
        assert browser.post("/accounts/switch/", {"membership": wrong}).status_code == 403
    assert browser.get("/desk/").wsgi_request.actor.membership == zhou.membership
    ended = Membership.objects.create(
        user=zhou.user,
        organisation=other.organisation,
        role="institution_member",
        starts_at=NOW,
        ends_at=NOW + DAY,
    )
    assert switched(zhou.user, ended.pk, at=NOW) == ended
    with pytest.raises(NotAllowed, match="已不在该单位"):
        switched(zhou.user, ended.pk, at=NOW + DAY)


# One's own data ---------------------------------------------------------------------------


def test_the_own_data_are_changed_and_a_taken_number_is_refused(client_of, zhou):
    factories.user("他人示例", mobile="13800000055")
    browser = client_of(zhou)
    taken = browser.post("/accounts/profile/", {"name": "周新示例", "mobile": "13800000055", "email": ""})
    assert taken.status_code == 422
    assert "已被他人使用" in read(taken)
    assert "周新示例" in read(taken)
    fine = {"name": "周新示例", "mobile": "１３８００００００５６", "email": "zhou@example.test"}
    assert browser.post("/accounts/profile/", fine).status_code == 302
    user = User.objects.get(pk=zhou.user.pk)
    assert (user.name, user.mobile, user.email) == ("周新示例", "13800000056", "zhou@example.test")


@pytest.mark.django_db(transaction=True)
def test_a_number_two_people_want_at_once_becomes_one_s():
    people = [factories.user("甲示例"), factories.user("乙示例")]
    results = race(
        *[lambda p=p: change_profile(p, name=p.name, email="", mobile="13800000057") for p in people]
    )
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert User.objects.filter(mobile="13800000057").count() == 1
