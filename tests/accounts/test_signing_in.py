"""Who comes in: by name or number, five tries for one account from one address, stopped accounts at once."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse

from pilot_portal.accounts.models import User
from pilot_portal.accounts.operations import end_sessions
from tests import factories
from tests.accounts.test_sign_in_pages import SECRET, code_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LOGIN = reverse("account_login")
MOBILE = "13800000061"
WRONG = "wrong-guess-1"
WIDE = "１３８００００００６１"
TOO_MANY = "失败次数过多，请 10 分钟后再试"


@pytest.fixture
def person():
    return factories.user("陈示例", username="chen.shili", mobile=MOBILE)


def tried(client, login, password=WRONG, address="198.51.100.7"):
    return client.post(LOGIN, {"login": login, "password": password}, REMOTE_ADDR=address)


def is_in(client):
    return client.get("/desk/").status_code == 200


@pytest.mark.parametrize("login", ["chen.shili", MOBILE, WIDE, f" {MOBILE} "])
def test_a_person_signs_in_by_name_or_number_however_it_is_typed(client, person, login):
    answered = tried(client, login, factories.PASSWORD)
    assert (answered.status_code, answered.url) == (302, "/desk/")
    assert client.get("/desk/").wsgi_request.user == person


def test_what_is_wrong_is_not_told_apart(client, person):
    known, unknown = (tried(client, login) for login in (MOBILE, "13800000062"))
    sentences = [list(answered.context["form"].non_field_errors()) for answered in (known, unknown)]
    assert sentences[0] == sentences[1]
    assert sentences[0]
    assert not is_in(client)


def test_a_number_that_somebody_has_as_a_name_leads_to_him_alone(client, person):
    named = factories.user("李示例", username="13800000063")
    tried(client, "13800000063", factories.PASSWORD)
    assert client.get("/desk/").wsgi_request.user == named


# Five tries -------------------------------------------------------------------------------


def test_after_five_failures_even_the_right_password_waits_and_the_reason_is_clear(client, person):
    for _ in range(5):
        assert TOO_MANY not in tried(client, MOBILE).content.decode()
    page = tried(client, MOBILE, factories.PASSWORD).content.decode()
    assert TOO_MANY in page
    assert f'value="{MOBILE}"' in page
    assert not is_in(client)


def test_another_spelling_of_the_account_gives_no_further_tries(client, person):
    for login in (MOBILE, WIDE, "chen.shili", "ｃｈｅｎ.shili", f"1３{MOBILE[2:]}"):
        tried(client, login)
    for login in ("chen.shili", MOBILE, WIDE):
        assert TOO_MANY in tried(client, login, factories.PASSWORD).content.decode()


def test_nobody_is_locked_out_from_elsewhere_nor_by_a_colleague_behind_the_same_door(client, person):
    for _ in range(6):
        tried(client, MOBILE)
    colleague = factories.user("李示例", mobile="13800000064")
    assert tried(client, colleague.mobile, factories.PASSWORD).status_code == 302
    assert tried(client, MOBILE, factories.PASSWORD, "198.51.100.8").status_code == 302


def test_an_unknown_account_is_counted_like_a_known_one(client):
    for _ in range(5):
        tried(client, "13800000065")
    assert TOO_MANY in tried(client, "13800000065").content.decode()


def test_who_signs_in_rightly_uses_up_no_tries(client, person):
    for _ in range(7):
        assert tried(client, MOBILE, factories.PASSWORD).status_code == 302
        client.logout()


# The second step --------------------------------------------------------------------------


def test_the_password_alone_is_not_enough_where_a_second_step_is_on(client, person):
    TOTP.activate(person, SECRET)
    assert tried(client, MOBILE, factories.PASSWORD).url == reverse("mfa_authenticate")
    assert not is_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code_of(SECRET)})
    assert is_in(client)


def test_codes_are_not_guessed_either(client, person):
    TOTP.activate(person, SECRET)
    tried(client, MOBILE, factories.PASSWORD)
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    page = client.post(reverse("mfa_authenticate"), {"code": code_of(SECRET)}).content.decode()
    assert TOO_MANY in page
    assert not is_in(client)


def test_a_code_is_good_for_one_time(client, person):
    TOTP.activate(person, SECRET)
    code = code_of(SECRET)
    tried(client, MOBILE, factories.PASSWORD)
    client.post(reverse("mfa_authenticate"), {"code": code})
    client.logout()
    tried(client, MOBILE, factories.PASSWORD)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert not is_in(client)


# Stopped ----------------------------------------------------------------------------------


def test_a_stopped_account_is_out_with_the_next_click_and_told_why_when_it_comes_back(client, client_of):
    wang = factories.county_reviewer_wang()
    browser = client_of(wang)
    assert is_in(browser)
    User.objects.filter(pk=wang.user.pk).update(is_active=False)
    out = browser.get("/desk/")
    assert (out.status_code, out.url.split("?")[0]) == (302, LOGIN)
    assert browser.post("/accounts/switch/", {"membership": wang.membership.pk}).status_code == 403
    answered = tried(client, wang.user.username, factories.PASSWORD)
    assert answered.url == reverse("account_inactive")
    assert not is_in(client)


def test_who_does_not_know_the_password_does_not_learn_that_an_account_is_stopped(client, person):
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert tried(client, MOBILE).status_code == 200


def test_a_stopped_account_s_second_step_leads_nowhere(client, person):
    TOTP.activate(person, SECRET)
    tried(client, MOBILE, factories.PASSWORD)
    User.objects.filter(pk=person.pk).update(is_active=False)
    client.post(reverse("mfa_authenticate"), {"code": code_of(SECRET)})
    assert not is_in(client)


def test_all_sessions_of_a_person_end_at_once_and_he_may_sign_in_anew(client_of, client, person):
    browsers = [client_of(person), client_of(person)]
    other = client_of(factories.user("李示例"))
    assert all(is_in(browser) for browser in browsers)
    end_sessions(person)
    assert not any(is_in(browser) for browser in browsers)
    assert is_in(other)
    assert tried(client, MOBILE, factories.PASSWORD).status_code == 302


def test_a_new_password_ends_the_sessions_elsewhere(client_of, person):
    here, elsewhere = client_of(person), client_of(person)
    new = {"oldpassword": factories.PASSWORD, "password1": "Xiang-Jiang-2023!"}
    here.post(reverse("account_change_password"), new | {"password2": new["password1"]})
    assert is_in(here)
    assert not is_in(elsewhere)
