"""A body registers by its credit code; who was there first is never pushed out, who comes learns nothing."""

import pytest

from pilot_portal.accounts.models import Membership, Organisation, User
from pilot_portal.accounts.operations import NewBody, NewPerson, Unattended, register
from pilot_portal.common.errors import Refused
from tests import factories
from tests.factories import NOW
from tests.races import race

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ADDRESS = "/accounts/register/"
SECRET = "Xiang-Jiang-2023!"


def body(n=1, **changes):
    fields = {
        "kind": "institution",
        "name": "株洲示例数字化服务有限公司",
        "credit_code": factories.credit_code(77_000 + n),
        "legal_representative": "法定示例",
        "region": factories.region(),
    }
    return NewBody(**fields | changes)


def person(n=1, **changes):
    return NewPerson(**{"name": "周示例", "mobile": f"138000000{n:02}", "password": SECRET} | changes)


def typed(**changes):
    return {
        "kind": "institution",
        "organisation": "株洲示例数字化服务有限公司",
        "credit_code": factories.credit_code(77_001),
        "legal_representative": "法定示例",
        "region": "430203",
        "name": "周示例",
        "mobile": "13800000041",
        "password": SECRET,
        "password_again": SECRET,
        "agree": "on",
    } | changes


def read(answered):
    return answered.content.decode()


@pytest.mark.parametrize(
    ("kind", "role"), [("institution", "institution_admin"), ("enterprise", "enterprise_admin")]
)
def test_who_registers_a_body_is_its_administrator_and_is_signed_in(client, kind, role):
    answered = client.post(ADDRESS, typed(kind=kind), follow=True)
    assert "已注册，您是管理员" in read(answered)
    made = Membership.objects.get()
    assert (made.role, made.organisation.kind, made.user.username) == (role, kind, "13800000041")
    assert answered.wsgi_request.actor.membership == made


def test_the_code_may_be_typed_in_full_width_and_with_spaces(client):
    code = factories.credit_code(77_001)
    wide = " ".join(chr(ord(c) + 0xFEE0) for c in code)
    assert client.post(ADDRESS, typed(credit_code=wide)).status_code == 302
    assert Organisation.objects.get(kind="institution").credit_code == code


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"credit_code": "91000000MA0000000A"}, "社会信用代码"),
        ({"credit_code": ""}, "请填写统一社会信用代码"),
        ({"mobile": "12345"}, "手机 11 位"),
        ({"mobile": "0731-28680000"}, "座机不能用来登录"),
        ({"password_again": "Another-Word-2023"}, "两次输入的密码不一致"),
        ({"password": "short", "password_again": "short"}, "密码"),
        ({"agree": ""}, "请阅读并勾选"),
        ({"region": "999999"}, "所在县市区"),
        ({"kind": "city"}, "单位类别"),
        ({"organisation": "  "}, "单位名称"),
    ],
)
def test_what_is_wrong_is_told_and_everything_else_stays(client, changes, told):
    answered = client.post(ADDRESS, typed(**changes))
    assert answered.status_code == 422
    assert told in read(answered)
    assert "法定示例" in read(answered)
    assert SECRET not in read(answered)
    assert not User.objects.exists()
    assert not Organisation.objects.filter(kind="institution").exists()


def test_a_sole_trader_is_refused():
    code = "92" + factories.credit_code(5)[2:17]
    from_stdnum = next(c for c in "0123456789ABCDEFGHJKLMNPQRTUWXY" if is_code(code + c))
    with pytest.raises(Refused, match="个体工商户"):
        register(body(credit_code=code + from_stdnum), person(), at=NOW)
    assert not User.objects.exists()


def is_code(code):
    try:
        register(body(credit_code=code), person(), at=NOW)
    except Refused as refusal:
        return "个体工商户" in refusal.message
    return False


def test_a_registered_body_is_not_taken_over_and_its_people_stay_unknown(client):
    there = factories.institution_admin_zhou()
    code = there.organisation.credit_code
    answered = client.post(ADDRESS, typed(credit_code=code, name="冒名示例"))
    assert answered.status_code == 422
    assert "请联系本单位管理员邀请您加入" in read(answered)
    assert "冒名示例" in read(answered)
    for known in (there.organisation.name, there.user.name, there.user.username):
        assert known not in read(answered)
    assert list(Membership.objects.all()) == [there.membership]
    assert not User.objects.filter(name="冒名示例").exists()


def test_a_body_that_nobody_stands_in_leads_to_its_invitation(client):
    """A county's import made it: there is no administrator whom anybody could ask."""
    invited = factories.organisation(
        "enterprise",
        "株洲示例密封件有限公司",
        credit_code=factories.credit_code(77_009),
        region=factories.region(),
    )
    answered = client.post(
        ADDRESS, typed(kind="enterprise", credit_code=invited.credit_code, organisation="冒名示例厂")
    )
    told = read(answered)
    assert answered.status_code == 422
    assert "还没有管理员" in told
    assert "联系本单位管理员" not in told
    assert '<a href="/accounts/invitation/">输入邀请单上的邀请码</a>' in told
    assert client.get("/accounts/invitation/").status_code == 200
    for kept in ("冒名示例厂", "法定示例", "周示例", "13800000041", invited.credit_code):
        assert f'value="{kept}"' in told
    assert invited.name not in told
    assert not User.objects.exists()


def test_a_body_whose_people_have_gone_is_one_that_nobody_stands_in(client):
    there = factories.institution_admin_zhou()
    Membership.objects.update(ends_at=NOW)
    with pytest.raises(Unattended):
        register(body(credit_code=there.organisation.credit_code), person(), at=NOW)


def test_the_same_code_may_be_an_enterprise_and_an_institution():
    register(body(), person(), at=NOW)
    register(body(kind="enterprise"), person(2), at=NOW)
    assert Organisation.objects.filter(credit_code=body().credit_code).count() == 2


@pytest.mark.parametrize(
    "changes", [{"mobile": "13800000041"}, {"username": "zhou", "mobile": "13800000042"}]
)
def test_a_known_number_or_name_is_sent_to_sign_in(changes):
    factories.user("周示例", username="zhou", mobile="13800000041")
    with pytest.raises(Refused, match="请直接登录"):
        register(body(), person(**changes), at=NOW)
    assert not Organisation.objects.filter(kind="institution").exists()


def test_nobody_takes_another_s_number_as_a_name():
    factories.user("周示例", username="13800000041")
    with pytest.raises(Refused, match="请直接登录"):
        register(body(), person(mobile="13800000041"), at=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_who_register_one_body_at_once_make_one():
    results = race(*[lambda n=n: register(body(), person(n), at=NOW) for n in (1, 2)])
    assert sum(isinstance(result, Membership) for result in results) == 1
    assert Organisation.objects.filter(kind="institution").count() == Membership.objects.count() == 1
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_who_registers_twice_at_once_is_one_person():
    results = race(*[lambda n=n: register(body(n), person(), at=NOW) for n in (1, 2)])
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert User.objects.count() == Membership.objects.count() == 1
    assert Organisation.objects.filter(kind="institution").count() == 1
