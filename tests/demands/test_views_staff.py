"""County and city before their pages: queue, case, batch, library, Attachment 4, public text, lists."""

import datetime as dt

import pytest

from demands import operations
from demands.models import CountySummary, Demand, DemandList, Enterprise
from pilot_portal.accounts.models import Invitation
from pilot_portal.attachments.models import AccessEntry
from pilot_portal.common import clock
from pilot_portal.documents.models import Paper
from tests import factories
from tests.queries import assert_same_queries

pytestmark = pytest.mark.django_db
COUNTY = "/desk/county/demands/"
CITY = "/desk/city/demands/"
LISTS = f"{CITY}lists/"
LIBRARY = "/desk/county/enterprises/"


@pytest.fixture
def at():
    return clock.now()


@pytest.fixture
def county(client_of):
    return client_of(factories.county_reviewer_wang().user)


@pytest.fixture
def city(client_of):
    return client_of(factories.city_handler_chen().user)


@pytest.fixture
def chief(client_of):
    return client_of(factories.city_chief_zhao().user)


def state_of(demand):
    return Demand.objects.values_list("state", flat=True).get(pk=demand.pk)


def rows(state):
    return lambda n: [factories.demand(state, enterprise=factories.enterprise()) for _ in range(n)]


# The county -----------------------------------------------------------------------------


def test_the_queue_shows_what_waits_and_the_chosen_case(county):
    first, second = factories.demand("SUBMITTED"), factories.demand("SUBMITTED")
    returned = factories.demand("RETURNED")
    page = county.get(COUNTY).content.decode()
    assert "芦淞区需求审核" in page
    assert first.number in page
    assert f"?case={second.pk}#case" in page
    assert returned.number not in page
    for act in ("verify", "return", "refuse"):
        assert f"{COUNTY}{first.pk}/{act}/" in page
    assert f"{COUNTY}{second.pk}/verify/" in county.get(f"{COUNTY}?case={second.pk}").content.decode()
    assert returned.number in county.get(f"{COUNTY}?state=RETURNED").content.decode()
    assert returned.number in county.get(f"{COUNTY}?state=").content.decode()
    assert "没有符合条件的需求" in county.get(f"{COUNTY}?q=没有这家").content.decode()
    assert first.number in county.get(f"{COUNTY}?q={first.number}").content.decode()


def test_the_queue_costs_the_same_with_one_and_with_thirty(county):
    assert_same_queries(county, COUNTY, add_rows=rows("SUBMITTED"))


def test_another_county_s_case_is_not_there(county):
    foreign = factories.demand("SUBMITTED", enterprise=factories.enterprise(where=factories.region("430281")))
    assert foreign.number not in county.get(f"{COUNTY}?case={foreign.pk}").content.decode()
    for page in ("", "verify/"):
        assert county.get(f"{COUNTY}{foreign.pk}/{page}").status_code == 404
    assert county.get(f"{COUNTY}{foreign.pk}/publish/").status_code == 404


def test_a_case_shows_checks_doubts_and_what_changed(county, at):
    wu = factories.enterprise_admin_wu()
    firm = Enterprise.objects.get(organisation=wu.organisation)
    demand = factories.demand("SUBMITTED", enterprise=firm, doubts=["phone"])
    twin = factories.demand("SUBMITTED", enterprise=firm)
    page = county.get(f"{COUNTY}{demand.pk}/").content.decode()
    assert "联系电话不完整" in page
    assert twin.number in page


@pytest.mark.parametrize(
    ("act", "data", "state"),
    [
        ("verify", {"note": ""}, "VERIFIED"),
        ("return", {"note": "请写清设备数量"}, "RETURNED"),
        ("refuse", {"note": "不属支持范围"}, "REFUSED"),
    ],
)
def test_each_act_asks_once_more_and_is_done(county, act, data, state):
    demand = factories.demand("SUBMITTED")
    url = f"{COUNTY}{demand.pk}/{act}/"
    assert county.get(url).status_code == 200
    if act != "verify":
        assert county.post(url, {"note": " "}).status_code == 422
    assert county.post(url, data).headers["Location"] == COUNTY
    assert state_of(demand) == state
    late = county.post(url, data)
    assert late.status_code == 409
    assert "刷新" in late.content.decode()


def test_a_firm_outside_the_library_needs_a_reason(county):
    demand = factories.demand("SUBMITTED")
    Enterprise.objects.update(in_library=False)
    url = f"{COUNTY}{demand.pk}/verify/"
    assert "不在培育库的说明" in county.get(url).content.decode()
    assert county.post(url, {"note": ""}).status_code == 422
    assert county.post(url, {"library_reason": "关键配套企业"}).status_code == 302


def test_a_batch_is_planned_before_it_is_done(county):
    ready, returned = factories.demand("SUBMITTED"), factories.demand("RETURNED")
    url = f"{COUNTY}batch/verify/"
    plan = county.get(f"{url}?case={ready.pk}&case={returned.pk}").content.decode()
    assert "将办理“核实通过”的（1）" in plan
    assert "不会办理的（1）" in plan
    done = county.post(url, {"case": [ready.pk, returned.pk], "note": ""}, follow=True).content.decode()
    assert "已办理“核实通过” 1 项" in done
    assert (state_of(ready), state_of(returned)) == ("VERIFIED", "RETURNED")
    assert county.post(f"{COUNTY}batch/return/", {"case": [returned.pk], "note": ""}).status_code == 422
    assert county.get(url).status_code == 302
    assert county.get(f"{COUNTY}batch/publish/?case={ready.pk}").status_code == 404


def test_a_batch_says_what_to_look_at_before_it_is_verified(county):
    firm = factories.enterprise(name="株洲云帆示例机械有限公司")
    doubted = factories.demand("SUBMITTED", enterprise=firm, doubts=["phone"])
    twin = factories.enterprise(name="云帆示例机械有限责任公司", where=factories.region("430211"))
    other = factories.demand("SUBMITTED", enterprise=twin)
    plan = county.get(f"{COUNTY}batch/verify/?case={doubted.pk}").content.decode()
    assert "办理前请核对（1）" in plan
    assert "联系电话不完整" in plan
    assert other.number in plan
    assert "办理前请核对" not in county.get(f"{COUNTY}batch/return/?case={doubted.pk}").content.decode()


def test_leader_and_auditor_read_and_the_auditor_s_look_is_logged(client_of):
    demand = factories.demand("SUBMITTED")
    for role in ("leader", "auditor"):
        browser = client_of(factories.actor_for(role, demand).user)
        page = browser.get(COUNTY).content.decode()
        assert demand.number in page
        assert f"{COUNTY}{demand.pk}/verify/" not in page
        assert browser.get(f"{COUNTY}{demand.pk}/").status_code == 200
        assert browser.get(f"{COUNTY}imports/").status_code == 200
        assert browser.get(f"{COUNTY}summary/").status_code == 200
        assert browser.get(f"{COUNTY}{demand.pk}/verify/").status_code == 403
        assert browser.get(CITY).status_code == 200
        assert browser.get(LISTS).status_code == 200
    assert AccessEntry.objects.filter(role="auditor", what__contains=demand.number).count() == 2
    assert not AccessEntry.objects.filter(role="leader").exists()


def test_attachment_4_is_frozen_and_asked_for(county):
    demand = factories.demand("VERIFIED")
    page = county.get(f"{COUNTY}summary/").content.decode()
    assert "已核实" in page
    assert county.post(f"{COUNTY}summary/{demand.round.code}/").status_code == 302
    summary = CountySummary.objects.get()
    assert summary.data["rows"][0]["company"] == demand.enterprise.name
    assert Paper.objects.get().number == summary.number
    assert summary.number in county.get(f"{COUNTY}summary/").content.decode()


def test_the_library_is_searched_and_kept(county):
    firm = factories.enterprise("株洲云帆示例精密制造有限公司")
    factories.enterprise("株洲智合示例装备有限公司")
    factories.enterprise(where=factories.region("430281"), name="醴陵示例陶瓷有限公司")
    page = county.get(LIBRARY).content.decode()
    assert "云帆" in page
    assert "醴陵示例" not in page
    for query in ("q=云帆", f"q={firm.credit_code}", "library=yes&q=云帆"):
        found = county.get(f"{LIBRARY}?{query}").content.decode()
        assert "云帆" in found
        assert "智合" not in found
    url = f"{LIBRARY}{firm.pk}/"
    assert county.get(url).status_code == 200
    wrong = county.post(
        url, {"name": "", "credit_code": "91000000MA", "phone": "1380000", "name_public": "on"}
    )
    page = wrong.content.decode()
    assert wrong.status_code == 422
    for words in ("请填写企业名称", "应为 18 位", "号码不完整", "同意公开名称的依据"):
        assert words in page
    good = {
        "name": firm.name,
        "credit_code": firm.credit_code,
        "phone": "138 0000 0002",
        "chain": "rail",
        "is_manufacturing": "no",
        "in_library": "on",
        "revision": firm.revision,
    }
    assert county.post(url, good).status_code == 302
    firm.refresh_from_db()
    assert (firm.phone, firm.chain.code, firm.is_manufacturing) == ("13800000002", "rail", False)


def test_the_library_costs_the_same_with_one_and_with_thirty(county):
    assert_same_queries(county, LIBRARY, add_rows=lambda n: [factories.enterprise() for _ in range(n)])


def test_a_firm_is_invited_with_a_short_code(county, at):
    firm = Enterprise.objects.create(
        name="株洲云帆示例精密制造有限公司",
        name_key="株洲云帆示例精密制造有限公司",
        region=factories.region(),
        contact="龚示例",
        phone="13800000001",
        created_at=at,
    )
    county.post(f"{LIBRARY}{firm.pk}/invite/")
    invitation = Invitation.objects.get()
    firm.refresh_from_db()
    assert firm.organisation == invitation.organisation
    assert (invitation.role, invitation.mobile) == ("enterprise_admin", "13800000001")
    assert invitation.code in county.get(f"{LIBRARY}{firm.pk}/").content.decode()


def test_the_consent_of_the_record_holds_for_imported_demands(county, at):
    firm = factories.enterprise()
    imported = factories.demand("VERIFIED", enterprise=firm, origin="IMPORT")
    online = factories.demand("VERIFIED", enterprise=firm)
    county.post(
        f"{LIBRARY}{firm.pk}/",
        {"name": firm.name, "name_public": "on", "name_public_proof": "2023年3月授权书", "revision": 0},
    )
    imported.refresh_from_db()
    online.refresh_from_db()
    assert (imported.name_public, online.name_public) == (True, False)


def test_a_batch_with_firms_outside_the_library_asks_for_the_reason(county):
    cases = [factories.demand("SUBMITTED") for _ in range(2)]
    cases[1].enterprise.in_library = False
    cases[1].enterprise.save()
    url = "/desk/county/demands/batch/verify/"
    page = county.get(url, {"case": [case.pk for case in cases]}).content.decode()
    assert "所选有 1 家企业不在梯度培育库" in page
    typed = {"case": [case.pk for case in cases], "library_reason": "关键零部件配套企业"}
    assert county.post(url, typed).status_code == 302
    for case in cases:
        case.refresh_from_db()
    assert [case.state for case in cases] == ["VERIFIED", "VERIFIED"]


# The city -------------------------------------------------------------------------------


def test_the_city_selects_edits_and_publishes_with_two_persons(city, chief, at):
    demand = factories.demand("VERIFIED", round=factories.make_round(f"{at.year}", at=at))
    page = city.get(CITY).content.decode()
    assert f"{CITY}{demand.pk}/text/" in page
    factories.make_round(f"{at.year + 1}", at=at)
    assert city.post(f"{CITY}prepare/", {"case": [demand.pk]}).status_code == 302
    text = f"{CITY}{demand.pk}/text/"
    assert "企业原文" in city.get(text).content.decode()
    leak = city.post(text, {"public_title": "改造", "public_text": "电话13800000088", "revision": 0})
    assert leak.status_code == 422
    assert "联系方式" in leak.content.decode()
    assert (
        city.post(text, {"public_title": "产线改造", "public_text": "质量追溯", "revision": 0}).status_code
        == 302
    )
    assert (
        city.post(text, {"public_title": "产线改造", "public_text": "质量追溯", "revision": 0}).status_code
        == 409
    )
    assert city.get(f"{LISTS}new/").status_code == 403
    new = chief.get(f"{LISTS}new/").content.decode()
    # The round with something to publish is shown first, not the newest.
    assert "发布榜单" in new
    assert "待发布 1 项" in new
    assert "每项需求揭榜数：不限" in new
    days = {
        "claims_from": f"{clock.beijing(at):%Y-%m-%d}",
        "claims_until": f"{clock.beijing(at) + dt.timedelta(days=9):%Y-%m-%d}",
        "round": demand.round.code,
    }
    assert chief.post(f"{LISTS}new/", days).status_code == 422
    past = days | {
        "case": [demand.pk],
        "claims_until": f"{clock.beijing(at) - dt.timedelta(days=2):%Y-%m-%d}",
    }
    assert "须晚于" in chief.post(f"{LISTS}new/", past).content.decode()
    assert chief.post(f"{LISTS}new/", days | {"case": [demand.pk]}).headers["Location"] == LISTS
    listed = DemandList.objects.get()
    assert listed.claims_until == clock.end_of_day(clock.beijing_date(at) + dt.timedelta(days=9))
    assert state_of(demand) == "PUBLISHED"
    assert "第一批" in chief.get(LISTS).content.decode()
    assert city.post(text, {"public_title": "改", "public_text": "改", "revision": 1}).status_code == 409


def test_the_handler_does_not_publish(city, at):
    round_ = factories.make_round(f"{at.year}", at=at)
    days = {"claims_from": f"{at:%Y-%m-%d}", "claims_until": f"{at:%Y}-12-31", "round": round_.code}
    assert city.post(f"{LISTS}new/", days).status_code == 403


@pytest.mark.parametrize(("act", "state"), [("city_return", "SUBMITTED"), ("not_publish", "NOT_PUBLISHED")])
def test_back_to_the_county_or_not_at_all(chief, city, act, state):
    demand = factories.demand("VERIFIED")
    url = f"{CITY}{demand.pk}/{act}/"
    assert chief.get(url).status_code == 200
    assert chief.post(url, {"note": ""}).status_code == 422
    assert chief.post(url, {"note": "请核对"}).status_code == 302
    assert state_of(demand) == state
    assert chief.post(url, {"note": "请核对"}).status_code == 409
    assert city.get(f"{CITY}{demand.pk}/").status_code == 200
    assert city.get(f"{CITY}{demand.pk}/publish/").status_code == 404


def test_a_list_is_published_with_a_limit_that_everybody_reads(client_of, client, at):
    demand = factories.demand("VERIFIED")
    operations.prepare_demands([demand], by=factories.city_handler_chen(), at=at)
    chief = client_of(factories.city_chief_zhao())
    day = clock.beijing_date(at)
    typed = {"claims_from": day.isoformat(), "claims_until": (day + dt.timedelta(days=9)).isoformat()}
    asked = {"round": demand.round.code, "case": [demand.pk], "claims_limit": "三家"} | typed
    refused = chief.post(f"{LISTS}new/", asked)
    assert refused.status_code == 422
    assert 'value="三家"' in refused.content.decode()
    assert chief.post(f"{LISTS}new/", asked | {"claims_limit": "３"}).status_code == 302
    demand.refresh_from_db()
    assert demand.list.claims_limit == 3
    assert demand.list.publication.payload["claims_limit"] == 3
    for url in (f"/demands/{demand.number}/", f"/notices/{demand.list.publication.number}/"):
        assert "每项需求最多 3 家揭榜" in client.get(url).content.decode()


def test_nothing_ticked_nothing_done(city):
    assert "请先勾选需求" in city.post(f"{CITY}prepare/", follow=True).content.decode()


def test_what_cannot_be_selected_is_told(city):
    demand = factories.demand("SUBMITTED")
    page = city.post(f"{CITY}prepare/", {"case": [demand.pk]}, follow=True).content.decode()
    assert f"{demand.number} 未选取" in page


def test_the_city_s_lists_cost_the_same_with_one_and_with_thirty(city, at):
    assert_same_queries(city, CITY, add_rows=rows("VERIFIED"))

    def lists(n):
        for _ in range(n):
            demand = factories.demand("VERIFIED")
            operations.prepare_demands([demand], by=factories.city_handler_chen(), at=at)
            operations.publish_list(
                demand.round,
                [demand],
                claims_from=at,
                claims_until=at + dt.timedelta(days=3),
                by=factories.city_chief_zhao(),
                at=at,
            )

    assert_same_queries(city, LISTS, add_rows=lists)
