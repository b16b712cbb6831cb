"""The pages of sign-in, password and two-step verification, in our words and our frame."""

import re

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.urls import reverse

from tests import factories

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(secret):
    """What the person's phone shows now."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def page_of(response):
    page = response.content.decode()
    assert "企服" in page, "not in our frame"
    return page


def sign_in(client, person, password=factories.PASSWORD):
    return client.post(reverse("account_login"), {"login": person.username, "password": password})


def test_a_person_signs_in_by_name_and_leaves_by_post(client):
    person = factories.user("陈示例")
    page = page_of(client.get(reverse("account_login")))
    assert "手机号或用户名" in page
    assert "placeholder" not in page
    assert sign_in(client, person).status_code == 302
    assert "确定" not in page_of(client.get(reverse("account_logout")))
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_a_wrong_password_is_told_on_top_and_the_name_is_kept(client):
    person = factories.user("陈示例")
    page = page_of(sign_in(client, person, "not the password"))
    assert "data-error-summary" in page
    assert f'value="{person.username}"' in page


def test_a_password_is_changed(client_of):
    client = client_of(factories.user("陈示例"))
    url = reverse("account_change_password")
    assert "再输一遍新密码" in page_of(client.get(url))
    page = page_of(client.post(url, {"oldpassword": "wrong", "password1": "a", "password2": "b"}))
    assert 'aria-describedby="id_password1_helptext id_password1_error"' in page
    new = "Xiang-Jiang-2023!"
    answer = client.post(
        url, {"oldpassword": factories.PASSWORD, "password1": new, "password2": new}, follow=True
    )
    assert "密码已修改。" in answer.content.decode()


def test_a_forgotten_password_is_reset_by_mail(client, mailoutbox):
    person = factories.user(email="shili@example.test")
    assert "没有登记邮箱" in page_of(client.get(reverse("account_reset_password")))
    sent = client.post(reverse("account_reset_password"), {"email": person.email}, follow=True)
    assert "请查收邮件" in page_of(sent)
    assert "重设密码" in mailoutbox[0].subject
    link = re.search(r"https?://[^/]+(/\S+)", mailoutbox[0].body).group(1)
    form = client.get(link, follow=True)
    assert "保存新密码" in page_of(form)
    new = {"password1": "Xiang-Jiang-2023!", "password2": "Xiang-Jiang-2023!"}
    assert "密码已重设" in page_of(client.post(form.request["PATH_INFO"], new, follow=True))
    assert "链接已失效" in page_of(client.get(link, follow=True))


def test_an_unknown_address_learns_nothing_on_the_page(client, mailoutbox):
    sent = client.post(reverse("account_reset_password"), {"email": "niemand@example.test"}, follow=True)
    assert "请查收邮件" in page_of(sent)
    assert not mailoutbox  # a stranger's mailbox is not written to


def test_a_stopped_account_is_told_whom_to_ask(client):
    assert "本单位管理员" in page_of(client.get(reverse("account_inactive")))


@pytest.mark.django_db(transaction=True)  # allauth speaks after commit
def test_two_step_verification_from_first_to_last(client):
    person = factories.user("陈示例")
    sign_in(client, person)
    assert "开启两步验证" in page_of(client.get(reverse("mfa_index")))

    asked = client.get(reverse("mfa_activate_totp"), follow=True)
    assert "确认是您本人" in page_of(asked)
    proof = {"password": factories.PASSWORD, "next": reverse("mfa_activate_totp")}
    page = page_of(client.post(reverse("account_reauthenticate"), proof, follow=True))
    assert '<svg class="qr"' in page
    assert "data:image" not in page
    secret = re.search(r'id="totp-secret">(\w+)<', page).group(1)
    assert "data-error-summary" in page_of(client.post(reverse("mfa_activate_totp"), {"code": "000000"}))
    done = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)}, follow=True)
    page = page_of(done)
    assert "两步验证已开启。" in page
    assert page.count('class="code"') == 10

    assert "还剩 10 个" in page_of(client.get(reverse("mfa_index")))
    assert len(client.get(reverse("mfa_download_recovery_codes")).content.decode().split()) == 10
    assert "立即作废" in page_of(client.get(reverse("mfa_generate_recovery_codes")))
    again = client.post(reverse("mfa_generate_recovery_codes"), follow=True)
    assert "原来的已作废" in page_of(again)

    assert "同时作废" in page_of(client.get(reverse("mfa_deactivate_totp")))
    assert "两步验证已关闭。" in page_of(client.post(reverse("mfa_deactivate_totp"), follow=True))


def test_sign_in_asks_for_the_second_step(client):
    person = factories.user("陈示例")
    TOTP.activate(person, SECRET)
    RecoveryCodes.activate(person)
    asked = client.post(
        reverse("account_login"), {"login": person.username, "password": factories.PASSWORD}, follow=True
    )
    assert "6 位数字" in page_of(asked)
    assert "data-error-summary" in page_of(client.post(reverse("mfa_authenticate"), {"code": "000000"}))
    client.post(reverse("mfa_authenticate"), {"code": code_of(SECRET)})
    assert client.session["_auth_user_id"] == str(person.pk)


def test_the_second_step_can_prove_it_too(client_of):
    person = factories.user("陈示例")
    TOTP.activate(person, SECRET)
    client = client_of(person)
    assert "手机验证器上的 6 位数字" in page_of(client.get(reverse("mfa_reauthenticate")))
    assert "也可以" in page_of(client.get(reverse("account_reauthenticate")))


def test_an_account_of_the_demonstration_is_nobody_in_production(client, settings):
    person = factories.user("陈示例", is_demo=True)
    assert sign_in(client, person).status_code == 302
    assert client.get("/desk/").wsgi_request.user == person
    settings.PRODUCTION = True
    assert client.get("/desk/").wsgi_request.user.is_anonymous
    assert sign_in(client, person).status_code != 302
    assert sign_in(client, factories.user("李示例")).status_code == 302


def test_behind_our_own_web_server_attempts_count_by_the_person_s_address(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    person = factories.user("陈示例")

    def tried(address):
        return sign_in_from(client, person, address).status_code

    # What the outside puts before it is not believed.
    assert [tried(f"10.0.0.{n}, 198.51.100.7") for n in range(3)] == [200, 200, 429]
    assert tried("198.51.100.8") == 200


def sign_in_from(client, person, forwarded):
    data = {"login": person.username, "password": "wrong-guess-1"}
    return client.post(reverse("account_login"), data, headers={"x-forwarded-for": forwarded})
