"""The frame of every page: what is there for whom, and that it leads somewhere."""

import re

import pytest
from django.template.loader import render_to_string

from tests import factories

pytestmark = pytest.mark.django_db


def test_everybody_finds_help_privacy_and_verification(client):
    page = client.get("/help/").content.decode()
    foot = page[page.index('<footer class="foot">') :]
    for words in ("使用帮助", "无障碍说明", "个人信息保护", "文件真伪验证"):
        address = re.search(rf'href="([^"]+)">{words}<', foot).group(1)
        assert client.get(address).status_code == 200


def test_the_public_may_sign_in_and_staff_may_leave(client, client_of):
    assert 'aria-label="登录"' in client.get("/help/").content.decode()
    page = client_of(factories.county_reviewer_wang()).get("/help/").content.decode()
    assert "王示例" in page
    assert '<form method="post" action="/accounts/logout/">' in page
    assert 'aria-label="登录"' not in page


def test_a_page_opens_its_menu_without_any_script():
    page = render_to_string(
        "components/head.html",
        {"nav": [{"label": "工作台", "url": "/desk/", "current": True}]},
    )
    # The style sheet shows the navigation beside an open <details>: it must come right before.
    assert re.search(r'<details class="menu">.*?</details>\s*<nav class="mainnav"', page, re.DOTALL)
    assert 'aria-current="page">工作台' in page


def test_no_page_of_a_rehearsal_forgets_to_say_so(client_of):
    real = factories.make_round("2023")
    trial = factories.make_round("2024", status="CONSULTATION", title="2024年示例演练")
    chen = client_of(factories.city_handler_chen())
    word = "征求意见演练：2024年示例演练"
    assert word in chen.get(f"/desk/settings/{trial.code}/").content.decode()
    assert word not in chen.get(f"/desk/settings/{real.code}/").content.decode()
    wish = factories.demand("MATCHED", round=trial)
    for case, address in (
        (factories.application("SUBMITTED", round=trial), "/desk/city/applications/{0.number}/"),
        (factories.demand("VERIFIED", round=trial), "/desk/city/demands/{0.pk}/"),
        (
            factories.engagement("SIGNED", claim=factories.claim("SELECTED", demand=wish)),
            "/desk/engagements/{0.number}/",
        ),
    ):
        assert word in chen.get(address.format(case)).content.decode(), address


def test_larger_text_is_remembered_by_a_cookie(client):
    client.cookies["large_text"] = "1"
    assert '<html lang="zh-CN" class="large-text">' in client.get("/help/").content.decode()


@pytest.mark.parametrize("address", ["/help/", "/accessibility/", "/privacy/"])
def test_pages_of_text_stand_in_the_frame(client, address):
    page = client.get(address).content.decode()
    assert page.count("<h1>") == 1
    assert '<nav class="crumbs"' in page
    assert re.search(r"<title>[^<]+ - 优质企业培育服务平台</title>", page)
