"""The enterprise compares the offers on its demand, keeps some in view and chooses."""

import datetime as dt

import pytest

from institutions.models import PilotInstitution
from matching.models import Claim, Engagement
from pilot_portal.common import clock
from tests import factories
from tests.queries import assert_same_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def demand():
    return factories.demand("CHOOSING", choose_until=clock.now() + dt.timedelta(days=5))


@pytest.fixture
def url(demand):
    return f"/my/demands/{demand.number}/choose/"


@pytest.fixture
def wu(client_of, demand):
    return client_of(factories.enterprise_admin_wu(demand.enterprise))


@pytest.fixture
def offers(demand):
    return [factories.claim("SUBMITTED", demand=demand) for _ in range(2)]


def text(answer):
    return answer.content.decode()


def state(claim):
    return Claim.objects.get(pk=claim.pk).state


def both_kinds(claim):
    return {"kind_digital": claim.pk, "kind_testing": claim.pk}


def test_while_the_window_is_open_only_the_number_is_told(client_of):
    demand = factories.demand("PUBLISHED")
    claim = factories.claim("SUBMITTED", demand=demand)
    browser = client_of(factories.enterprise_admin_wu(demand.enterprise))
    page = text(browser.get(f"/my/demands/{demand.number}/choose/"))
    assert "目前已有 1 家机构揭榜" in page
    for sealed in ("示例服务方案", claim.pilot.organisation.name, "8,000.00", "我的选择"):
        assert sealed not in page
    answer = browser.post(f"/my/demands/{demand.number}/choose/", both_kinds(claim))
    assert answer.status_code == 422
    assert browser.post(f"/my/demands/{demand.number}/choose/", {"shortlist": claim.pk}).status_code == 404
    assert state(claim) == "SUBMITTED"


def test_offers_stand_side_by_side_with_price_and_deadline(wu, url, offers):
    dear = factories.claim(
        "SUBMITTED",
        demand=offers[0].demand,
        list_price_fen=12_000_00,
        government_fen=1_000_00,
        enterprise_fen=9_000_00,
        bears_ungranted="enterprise",
    )
    page = text(wu.get(url))
    for claim in (*offers, dear):
        assert page.count(claim.pilot.organisation.name) >= 2
    for shown in ("选择截止", "12,000.00", "拟申请，以市局批复为准", "企业承担", "我的选择"):
        assert shown in page
    assert page.index(offers[0].pilot.organisation.name) < page.index(dear.pilot.organisation.name)


def test_an_offer_is_kept_in_view(wu, url, offers):
    assert text(wu.get(url)).count("列入候选") == 2
    answer = wu.post(url, {"shortlist": offers[0].pk}, follow=True)
    assert "已列入候选" in text(answer)
    assert "入围" in text(answer)
    assert (state(offers[0]), state(offers[1])) == ("SHORTLISTED", "SUBMITTED")
    assert "刚被他人办理" in text(wu.post(url, {"shortlist": offers[0].pk}, follow=True))
    assert wu.post(url, {"shortlist": factories.claim("SUBMITTED").pk}).status_code == 404


def test_choosing_makes_the_contract_and_tells_what_comes_next(wu, url, demand, offers):
    answer = wu.post(url, both_kinds(offers[0]), follow=True)
    assert "已选定服务机构" in text(answer)
    made = Engagement.objects.get()
    assert made.number in text(answer)
    assert (state(offers[0]), state(offers[1])) == ("SELECTED", "NOT_SELECTED")
    page = text(wu.get(url))
    assert "我的选择" not in page
    assert "已选定的请在“我的服务”中查看" in page
    assert wu.post(url, both_kinds(offers[1])).status_code == 409
    assert Engagement.objects.count() == 1


def test_nothing_ticked_is_told_and_a_choice_nobody_offered_is_refused(wu, url, offers):
    answer = wu.post(url, {"kind_digital": "", "kind_testing": ""})
    assert answer.status_code == 422
    assert "请至少为一类服务选定机构" in text(answer)
    foreign = factories.claim("SUBMITTED")
    answer = wu.post(url, {"kind_digital": foreign.pk})
    assert (answer.status_code, "该机构没有揭这一类服务" in text(answer)) == (422, True)


def test_a_full_institution_is_told_and_the_other_ticks_stay(wu, url, offers):
    PilotInstitution.objects.filter(pk=offers[0].pilot_id).update(capacity=12, taken=12)
    answer = wu.post(url, {"kind_digital": offers[0].pk, "kind_testing": offers[1].pk})
    page = text(answer)
    assert answer.status_code == 409
    assert "服务能力已满" in page
    assert page.count("checked") == 2
    assert [state(claim) for claim in offers] == ["SUBMITTED", "SUBMITTED"]


def test_a_member_compares_and_does_not_choose(client_of, demand, url, offers):
    browser = client_of(factories.member(demand.enterprise.organisation, "enterprise_member"))
    page = text(browser.get(url))
    assert "8,000.00" in page
    assert "由贵企业管理员（或其指定的经办人）选定" in page
    assert "列入候选" not in page
    assert browser.post(url, both_kinds(offers[0])).status_code == 403
    assert browser.post(url, {"shortlist": offers[0].pk}).status_code == 403
    assert [state(claim) for claim in offers] == ["SUBMITTED", "SUBMITTED"]


def test_a_demand_without_offers_says_what_can_be_done(wu, url):
    assert "没有机构揭榜" in text(wu.get(url))


def test_comparing_costs_the_same_with_one_and_with_thirty_offers(wu, url, demand):
    assert_same_queries(
        wu, url, add_rows=lambda n: [factories.claim("SUBMITTED", demand=demand) for _ in range(n)]
    )
