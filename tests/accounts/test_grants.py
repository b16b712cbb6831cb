"""A county or city role needs a second person: the system administrator asks, the chief decides."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from pilot_portal.accounts.models import Grant, Invitation, Membership, Organisation, User
from pilot_portal.accounts.operations import (
    NewPerson,
    accept_as_new,
    approve_grant,
    end_membership,
    found,
    invite,
    refuse_grant,
    request_grant,
)
from pilot_portal.accounts.queries import live_memberships
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.notifications.models import Message
from pilot_portal.regions.models import Region
from tests import factories
from tests.factories import NOW
from tests.queries import assert_same_queries

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
STAFF = "/accounts/staff/"


@pytest.fixture
def ma():
    return factories.member(factories.organisation("city"), "sysadmin", "马示例")


@pytest.fixture
def zhao():
    return factories.city_chief_zhao()


@pytest.fixture
def bureau():
    return factories.organisation("county")


def ask(by, bureau, **changes) -> Grant:
    given = {"name": "新人示例", "mobile": "13800000031"} | changes
    return request_grant(bureau, given.pop("role", "county_handler"), **given, by=by, at=NOW)


def person(mobile="13800000031") -> NewPerson:
    return NewPerson(name="新人示例", mobile=mobile, password="Correct-horse-2023")


def test_asked_approved_spent(ma, zhao, bureau):
    grant = ask(ma, bureau)
    assert Message.objects.filter(user=zhao.user, subject__contains="账号授权待批准").exists()
    assert not Invitation.objects.exists()
    invitation = approve_grant(grant, by=zhao, at=NOW)
    assert Message.objects.filter(user=ma.user, subject__contains="已批准").exists()
    membership = accept_as_new(invitation, person(), at=NOW + DAY)
    assert (membership.role, membership.organisation, membership.granted_by) == (
        "county_handler",
        bureau,
        zhao.user,
    )
    assert membership.ends_at is None


def test_a_deputy_ends_by_himself_and_is_called_one(ma, zhao, bureau):
    last = dt.date(2023, 3, 31)
    grant = ask(ma, bureau, deputy_until=last, deputy_order="示例〔2023〕8号")
    membership = accept_as_new(approve_grant(grant, by=zhao, at=NOW), person(), at=NOW)
    end = membership.ends_at
    assert live_memberships(membership.user, end - dt.timedelta(seconds=1)).exists()
    assert not live_memberships(membership.user, end).exists()
    assert membership.deputy_order == "示例〔2023〕8号"


def test_an_approved_account_is_for_the_person_who_was_approved(ma, zhao, bureau, client, client_of):
    approved = approve_grant(ask(ma, bureau), by=zhao, at=clock.now())
    address = f"/accounts/invitation/{approved.secret}/"
    secret = person().password
    typed = {"name": "旁人示例", "mobile": "13800000032", "password": secret, "password_again": secret}
    answered = client.post(address, typed)
    assert answered.status_code == 422
    assert "批准给手机号 138****0031" in answered.content.decode()
    assert "旁人示例" in answered.content.decode()
    assert client_of(factories.institution_admin_zhou()).post(address).status_code == 422
    assert not Membership.objects.filter(organisation=bureau).exists()
    assert not User.objects.filter(mobile="13800000032").exists()
    assert client.post(address, typed | {"mobile": "13800000031"}).status_code == 302
    assert Membership.objects.get(organisation=bureau).user.mobile == "13800000031"
    assert Message.objects.filter(user=zhao.user, subject__startswith="旁人示例已凭您的邀请").exists()


def test_nobody_decides_on_what_he_asked_for_or_would_get(ma, bureau):
    own = factories.member(ma.organisation, "city_chief", "赵示例")
    grant = ask(ma, bureau)
    Grant.objects.filter(pk=grant.pk).update(requested_by=own.user)
    grant.refresh_from_db()
    with pytest.raises(NotAllowed):
        approve_grant(grant, by=own, at=NOW)
    own.user.mobile = "13800000032"
    with pytest.raises(NotAllowed):
        approve_grant(ask(ma, bureau, mobile="13800000032"), by=own, at=NOW)
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("role", ["city_chief", "city_handler", "county_approver", "auditor"])
def test_only_the_system_administrator_asks(role, bureau):
    body = bureau if role.startswith("county") else factories.organisation("city")
    with pytest.raises(NotAllowed):
        ask(factories.member(body, role), bureau)


def test_no_invitation_into_a_public_body_without_a_grant(ma, bureau):
    with pytest.raises(NotAllowed, match="申请和批准"):
        invite(bureau, "county_handler", by=ma, at=NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"role": "city_chief"}, "role"),
        ({"role": "institution_admin"}, "role"),
        ({"deputy_until": dt.date(2023, 4, 1)}, "deputy_order"),
        ({"deputy_order": "示例〔2023〕8号"}, "deputy_order"),
        ({"deputy_until": dt.date(2023, 3, 1), "deputy_order": "示例〔2023〕8号"}, "deputy_until"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(ma, bureau, changes, field):
    with pytest.raises(Refused) as refused:
        ask(ma, bureau, **changes)
    assert [problem.field for problem in refused.value.problems] == [field]
    assert not Grant.objects.exists()


@pytest.mark.both_databases
def test_the_same_is_asked_once_at_a_time(ma, zhao, bureau):
    grant = ask(ma, bureau)
    with pytest.raises(Stale):
        ask(ma, bureau)
    refuse_grant(grant, note="已调离", by=zhao, at=NOW)
    assert ask(ma, bureau).state == "REQUESTED"


@pytest.mark.both_databases
def test_a_decision_is_made_once(ma, zhao, bureau):
    grant = ask(ma, bureau)
    same = Grant.objects.get(pk=grant.pk)
    approve_grant(grant, by=zhao, at=NOW)
    with pytest.raises(Stale):
        approve_grant(same, by=zhao, at=NOW)
    assert Invitation.objects.count() == 1


def test_a_leaving_officer_is_stopped_at_once_and_the_last_keeper_never(ma, bureau, client_of):
    wang = factories.county_reviewer_wang()
    browser = client_of(wang)
    assert browser.get("/desk/").status_code == 200
    end_membership(wang.membership, by=ma, at=NOW)
    after = browser.get("/desk/")
    assert (after.status_code, after.headers.get("Location", "")[:16]) == (302, "/accounts/login/")
    with pytest.raises(Stale, match="唯一的系统管理员"):
        end_membership(ma.membership, by=ma, at=NOW)


def test_the_page_asks_keeps_what_was_typed_and_shows_the_code_to_hand_over(ma, zhao, bureau, client_of):
    browser, chief = client_of(ma), client_of(zhao)
    typed = {"organisation": bureau.pk, "role": "county_handler", "name": "新人示例", "mobile": "1380000"}
    wrong = browser.post(STAFF, typed)
    assert wrong.status_code == 422
    assert 'value="1380000"' in wrong.content.decode()
    city_role = browser.post(STAFF, typed | {"mobile": "13800000031", "role": "leader"})
    assert city_role.status_code == 422
    assert "该单位没有这种身份" in city_role.content.decode()
    done = browser.post(STAFF, typed | {"mobile": "13800000031"}, follow=True)
    assert "申请已提交" in done.content.decode()
    assert "账号授权待批准" in chief.get("/desk/").content.decode()
    address = f"{STAFF}grants/{Grant.objects.get().pk}/"
    assert chief.post(f"{address}refuse/", {"note": ""}).status_code == 422
    assert "已办理：批准授权" in chief.post(f"{address}approve/", follow=True).content.decode()
    assert Invitation.objects.get().code in browser.get(STAFF).content.decode()
    assert "邀请码待本人使用" in browser.get("/desk/").content.decode()
    assert chief.post(f"{address}approve/").status_code == 409


def test_the_list_costs_the_same_with_one_and_with_thirty(ma, bureau, client_of):
    def add(n):
        for _ in range(n):
            factories.grant(organisation=bureau, requested_by=ma.user)
            factories.county_reviewer_wang()

    assert_same_queries(client_of(ma), STAFF, add_rows=add)


def test_an_empty_portal_begins_with_two_invitations(capsys):
    call_command("first_accounts", "--chief", "赵示例", "13800000021", "--sysadmin", "马示例", "13800000022")
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [(role, name) for role, name, _, _ in lines] == [("city_chief", "赵示例"), ("sysadmin", "马示例")]
    assert Organisation.objects.filter(kind="county").count() == Region.objects.filter(is_active=True).count()
    invitation = Invitation.objects.get(code=lines[0][2])
    accept_as_new(invitation, person("13800000021"), at=NOW)
    assert Membership.objects.get().role == "city_chief"
    with pytest.raises(CommandError, match="申请和批准"):
        call_command(
            "first_accounts", "--chief", "钱示例", "13800000023", "--sysadmin", "孙示例", "13800000024"
        )
    with pytest.raises(Stale):
        found({"city_chief": ("钱示例", "13800000023")}, at=NOW)
