"""Contracts on the desks of county and city."""

import datetime as dt

import pytest

from matching.models import Engagement
from pilot_portal.common import clock
from tests import factories
from tests.queries import assert_same_queries

pytestmark = pytest.mark.django_db
LIST = "/desk/engagements/"


@pytest.fixture
def wang(client_of):
    return client_of(factories.county_reviewer_wang())


@pytest.fixture
def li(client_of):
    return client_of(factories.county_approver_li())


def text(answer):
    return answer.content.decode()


def url(made, page=""):
    return f"{LIST}{made.number}/{page}"


def state(made):
    return Engagement.objects.get(pk=made.pk).state


def test_the_county_looks_through_its_contracts_by_state(wang):
    served, disputed = factories.engagement("IN_SERVICE"), factories.engagement("DISPUTED")
    elsewhere = factories.enterprise(where=factories.region("430281"))
    far = factories.region("430225")
    foreign = factories.engagement(
        "DISPUTED",
        claim=factories.claim(
            "SELECTED",
            demand=factories.demand("MATCHED", enterprise=elsewhere),
            pilot=factories.pilot(application=factories.application("CONFIRMED", region=far)),
        ),
    )
    page = text(wang.get(LIST))
    assert served.number in page
    assert disputed.number in page
    assert foreign.number not in page
    page = text(wang.get(f"{LIST}?state=DISPUTED"))
    assert disputed.number in page
    assert served.number not in page
    assert 'aria-current="true"' in page
    assert "没有这一状态的合同" in text(wang.get(f"{LIST}?state=ACCEPTED"))
    assert served.number in text(wang.get(f"{LIST}?state=nothing"))


def test_pages_of_a_state_stay_in_that_state(wang):
    for _ in range(21):
        factories.engagement("DISPUTED")
    factories.engagement("AGREED")
    page = text(wang.get(f"{LIST}?state=DISPUTED"))
    assert "state=DISPUTED&amp;page=2" in page
    assert text(wang.get(f"{LIST}?state=DISPUTED&page=2")).count("<tr>") == 2


@pytest.mark.parametrize("role", ["city_handler", "city_chief", "leader", "auditor"])
def test_the_city_reads_every_contract_and_moves_none(client_of, role):
    made = factories.engagement("DISPUTED")
    browser = client_of(factories.member(factories.organisation("city"), role))
    assert made.number in text(browser.get(LIST))
    page = text(browser.get(url(made)))
    assert made.enterprise.name in page
    assert "终止合同" not in page
    assert browser.post(url(made, "terminate/"), {"cause": "both", "note": "x"}).status_code == 403


def test_staff_do_not_see_contacts_on_a_contract(wang):
    page = text(wang.get(url(factories.engagement("AGREED"))))
    for private in ("13800000077", "13800000088", "示例联系人"):
        assert private not in page


def test_what_both_sides_share_is_flagged_on_the_contract(wang):
    made = factories.engagement("AGREED")
    assert "请留意" not in text(wang.get(url(made)))
    made.pilot.application.versions.update(phone=made.demand.phone)
    assert "请留意：双方联系电话相同" in text(wang.get(url(made)))


def test_terminating_asks_for_cause_and_reason_and_keeps_what_was_typed(li, wang):
    made = factories.engagement("IN_SERVICE")
    assert "只有“机构原因”会影响机构的评价" in text(li.get(url(made, "terminate/")))
    assert wang.get(url(made, "terminate/")).status_code == 403
    answer = li.post(url(made, "terminate/"), {"note": "企业停产，双方同意。"})
    assert answer.status_code == 422
    assert "请选择终止原因" in text(answer)
    assert "企业停产，双方同意。" in text(answer)
    assert li.post(url(made, "terminate/"), {"cause": "enterprise", "note": "企业停产"}).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.terminated_cause) == ("TERMINATED", "enterprise")
    answer = li.post(url(made, "terminate/"), {"cause": "enterprise", "note": "再按一次"})
    assert (answer.status_code, "再按一次" in text(answer)) == (409, True)


def test_accepting_in_place_of_a_silent_enterprise_waits_for_its_days(li):
    now = clock.now()
    made = factories.engagement("DELIVERED", accept_until=now + dt.timedelta(hours=1))
    grounds = {"note": "电话三次，上门一次，成果已用于生产。"}
    assert "市局将抽查" in text(li.get(url(made, "accept-by-county/")))
    answer = li.post(url(made, "accept-by-county/"), grounds)
    assert answer.status_code == 409
    assert "期限还没有到" in text(answer)
    assert grounds["note"] in text(answer)
    Engagement.objects.filter(pk=made.pk).update(accept_until=now)
    assert li.post(url(made, "accept-by-county/"), {"note": ""}).status_code == 422
    assert li.post(url(made, "accept-by-county/"), grounds).status_code == 302
    assert state(made) == "ACCEPTED_BY_COUNTY"
    page = text(li.get(url(made)))
    assert "县区核定验收" in page
    assert grounds["note"] in page


def test_the_handler_brings_a_dispute_back_into_service(wang):
    made = factories.engagement("DISPUTED")
    assert "继续服务" in text(wang.get(url(made)))
    assert wang.post(url(made, "resume/"), {"note": "十日内补齐"}).headers["Location"] == url(made)
    assert state(made) == "IN_SERVICE"
    assert wang.post(url(made, "resume/"), {"note": ""}).status_code == 409


def test_the_county_of_the_institution_reads_and_does_not_decide(client_of):
    far = factories.region("430281")
    pilot = factories.pilot(application=factories.application("CONFIRMED", region=far))
    made = factories.engagement("DISPUTED", claim=factories.claim("SELECTED", pilot=pilot))
    browser = client_of(factories.county_approver_li(far))
    page = text(browser.get(url(made)))
    assert made.number in page
    assert "终止合同" not in page
    assert browser.get(url(made, "resume/")).status_code == 403


@pytest.mark.parametrize("role", ["county_handler", "auditor"])
def test_the_list_costs_the_same_with_one_and_with_thirty(client_of, role):
    kind = "county" if role.startswith("county") else "city"
    browser = client_of(factories.member(factories.organisation(kind), role))
    assert_same_queries(browser, LIST, add_rows=lambda n: [factories.engagement("AGREED") for _ in range(n)])
