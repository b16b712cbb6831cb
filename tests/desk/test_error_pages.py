"""Pages that say no: each in the frame, each with a way on."""

import pytest
from allauth.core.ratelimit import respond_429
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.desk.middleware import Refusals
from pilot_portal.desk.registry import nav_for
from tests import factories


@pytest.fixture
def refuse(db):
    """`refuse(exception)` gives the page that a signed-in person sees when it leaves a view."""

    def answer(exception, method="get"):
        request = getattr(RequestFactory(), method)("/desk/")
        actor = factories.city_handler_chen()
        request.user, request.actor = actor.user, actor
        return Refusals(lambda _: None).process_exception(request, exception)

    return answer


@pytest.mark.parametrize(
    ("exception", "status", "heading"),
    [
        (NotAllowed("您没有权限办理“推荐”。"), 403, "您没有权限办理这项业务"),
        (Stale("已被他人办理。", [Problem("状态为已推荐")]), 409, "情况已变化，这次没有办理"),
        (Refused("提交前请补齐。", [Problem("请填写家数", field="n")]), 422, "这次没有办理"),
    ],
)
def test_a_refusal_has_its_page(refuse, exception, status, heading):
    answer = refuse(exception)
    page = answer.content.decode()
    assert answer.status_code == status
    assert f"<h1>{heading}</h1>" in page
    assert exception.message in page
    assert all(problem.message in page for problem in exception.problems)
    assert 'href="/desk/"' in page


def test_a_conflict_shows_both_texts():
    page = render_to_string(
        "409.html",
        {
            "refusal": "这一部分已在别处保存。",
            "typed": [{"label": "承诺家数", "value": "18"}],
            "stored": [{"label": "承诺家数", "value": "20"}],
            "again_url": "/my/application/",
        },
    )
    assert (
        page.index("您刚才填写的内容") < page.index("18") < page.index("现在保存着的内容") < page.index("20")
    )


def test_an_unknown_address_is_told_in_our_frame(client, db):
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "没有找到这一页" in answer.content.decode()


def test_a_form_that_is_too_old_is_told_kindly(db):
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "shili"})
    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()


def test_too_many_requests_are_told_to_wait(rf):
    answer = respond_429(rf.get("/accounts/login/"))
    assert answer.status_code == 429
    assert "操作太频繁" in answer.content.decode()


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_pages_without_context_need_nothing(name):
    page = render_to_string(name)
    assert "优质企业培育服务平台" in page
    assert "{%" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/institutions/?region=%00", "/demands/?q=a%00b", "/?%00=1"])
def test_an_address_with_a_nul_is_none(client, address):
    answered = client.get(address)
    assert answered.status_code == 400
    assert "企服" in answered.content.decode()


KEYS = ("page", "q", "region", "kind", "state", "round", "unit", "tier", "sort", "after", "case", "tab")


@pytest.mark.django_db
@pytest.mark.parametrize("nonsense", ["²", "9" * 30])
def test_nonsense_in_an_address_never_breaks_a_list(client_for, client_of, nonsense):
    people = {role: client_for(role) for role in ("institution_admin", "county_handler", "city_chief")}
    for role, browser in (people | {"public": client_of()}).items():
        for place in nav_for(role):
            for key in KEYS:
                answered = browser.get(reverse(place.url_name), {key: nonsense})
                assert answered.status_code < 500, (role, place.url_name, key)
