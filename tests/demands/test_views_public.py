"""The published list and its demands, as the public, a pilot institution and a spider see them."""

import datetime as dt
import re

import pytest

from demands import operations
from demands.models import Demand
from pilot_portal.attachments.models import AccessEntry
from pilot_portal.codes.models import Chain
from pilot_portal.common import clock
from tests import factories
from tests.queries import assert_same_queries

pytestmark = pytest.mark.django_db
LIST = "/demands/"
PRIVATE = ("13800000088", "示例联系人")


@pytest.fixture
def at():
    return clock.now()


@pytest.fixture
def publish(at):
    """`publish(n)` puts n demands on a list whose window is open now."""

    def make(n=1, state="PUBLISHED", where=None, **fields):
        made = []
        for _ in range(n):
            firm = factories.enterprise(where=where, chain=Chain.objects.get(code="rail"))
            until = fields.get("claims_until", at + dt.timedelta(days=9, hours=1))
            demand = factories.demand(state, enterprise=firm, **(fields | {"claims_until": until}))
            demand.public_title = fields.get("title", f"示例需求{demand.pk}")
            demand.search_text = operations.publication.search_text_of(demand)
            demand.save()
            made.append(demand)
        return made

    return make


def text_of(response):
    return response.content.decode()


def test_an_empty_list_says_why(client):
    assert "还没有发布需求" in text_of(client.get(LIST))


def test_a_card_shows_what_the_notice_asks_for_and_nobody_s_contact(client, publish):
    demand = publish(title="精密齿轮产线数字化改造")[0]
    page = text_of(client.get(LIST))
    for words in (
        "已发布 1 项",
        "可揭榜 1",
        "精密齿轮产线数字化改造",
        "芦淞区某先进轨道交通装备企业",
        "还剩 9 天",
    ):
        assert words in page
    for tag in ("检验检测", "数智转型", "创新型中小企业", "省级专精特新"):
        assert tag in page
    for words in (*PRIVATE, demand.enterprise.name):
        assert words not in page


def test_a_name_that_is_public_is_shown(client, publish):
    demand = publish(name_public=True)[0]
    assert demand.enterprise.name in text_of(client.get(LIST))


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("q=齿轮", {"齿轮改造"}),
        ("q=齿轮 改造", {"齿轮改造"}),
        ("county=430281", {"窑炉节能"}),
        ("kind=digital", {"齿轮改造", "窑炉节能", "已选定的"}),
        ("kind=listing", set()),
        ("tier=provincial&county=430203", {"齿轮改造", "已选定的"}),
        ("chain=rail&state=open", {"齿轮改造", "窑炉节能"}),
        ("state=MATCHED", {"已选定的"}),
        ("county=nowhere", {"齿轮改造", "窑炉节能", "已选定的"}),
        ("batch=1", {"齿轮改造", "窑炉节能", "已选定的"}),
        ("batch=x", {"齿轮改造", "窑炉节能", "已选定的"}),
    ],
)
def test_filters_stand_in_the_address(client, publish, query, shown):
    publish(title="齿轮改造")
    publish(title="窑炉节能", where=factories.region("430281"))
    publish(title="已选定的", state="MATCHED")
    page = text_of(client.get(f"{LIST}?{query}"))
    assert {t for t in ("齿轮改造", "窑炉节能", "已选定的") if f">{t}</a>" in page} == shown


def test_a_condition_can_be_taken_away_again(client, publish):
    publish()
    page = text_of(client.get(f"{LIST}?county=430203&kind=digital"))
    assert 'href="?kind=digital"' in page
    assert 'href="?county=430203"' in page
    choices = text_of(client.get(f"{LIST}?kind=digital&facet=county"))
    assert 'href="?kind=digital&amp;county=430281"' in choices


def test_nothing_found_says_what_to_do(client, publish):
    publish()
    assert "没有符合条件的需求" in text_of(client.get(f"{LIST}?q=没有这样的词"))


@pytest.mark.parametrize("sort", ["", "end"])
def test_twenty_at_a_time_until_the_end(client, publish, sort):
    publish(23)
    first = text_of(client.get(f"{LIST}?sort={sort}"))
    more = re.search(r'href="(\?[^"]*after=[^"]+)" hx-get', first)
    assert first.count("<article") == 20
    second = text_of(client.get(LIST + more.group(1).replace("&amp;", "&")))
    assert second.count("<article") == 3
    assert "再看 20 项" not in second


def test_the_list_costs_the_same_with_one_and_with_thirty(client, publish):
    assert_same_queries(client, LIST, add_rows=publish)
    assert_same_queries(client, f"{LIST}?sort=end&kind=digital&q=示例", add_rows=publish)


def test_a_demand_has_a_page_of_its_own(client, publish):
    demand = publish(title="精密齿轮产线数字化改造")[0]
    page = text_of(client.get(f"{LIST}{demand.number}/"))
    assert "产线数据靠手工记录，希望完成数字化改造。" in page
    assert "登录后揭榜" in page
    for words in (*PRIVATE, demand.enterprise.name):
        assert words not in page
    assert client.get(f"{LIST}{demand.number.lower()}/").status_code == 200


@pytest.mark.parametrize("state", ["DRAFT", "SUBMITTED", "VERIFIED", "NOT_PUBLISHED", "REFUSED"])
def test_what_is_not_published_has_no_page(client, state):
    demand = factories.demand(state, number="2023-D-0009")
    assert client.get(f"{LIST}{demand.number}/").status_code == 404


def test_a_withdrawn_demand_stays_and_says_so(client, publish):
    demand = publish(state="WITHDRAWN", published_at=clock.now())[0]
    assert "已撤回" in text_of(client.get(f"{LIST}{demand.number}/"))


def test_a_pilot_institution_sees_the_firm_and_the_look_is_logged(client_of, publish, at):
    application = factories.application("CONFIRMED")
    factories.pilot(application=application)
    zhou = factories.institution_admin_zhou(application.organisation)
    demand = publish()[0]
    browser = client_of(zhou.user)
    page = text_of(browser.get(f"{LIST}{demand.number}/"))
    assert demand.enterprise.name in page
    assert "本次查看已记录" in page
    for words in PRIVATE:
        assert words not in page
    assert AccessEntry.objects.filter(user=zhou.user, what__contains=demand.number).count() == 1
    # Once nobody may claim it any more, the name is nobody's business again.
    Demand.objects.filter(pk=demand.pk).update(claims_until=at)
    assert demand.enterprise.name in text_of(browser.get(f"{LIST}{demand.number}/"))


def test_other_institutions_see_what_the_public_sees(client_of, publish):
    stranger = factories.institution_admin_zhou()
    demand = publish()[0]
    assert demand.enterprise.name not in text_of(client_of(stranger.user).get(f"{LIST}{demand.number}/"))
    assert not AccessEntry.objects.exists()


def test_the_home_shows_the_newest(client, publish):
    publish(title="首页上的需求")
    page = text_of(client.get("/"))
    assert "首页上的需求" in page
    for words in PRIVATE:
        assert words not in page
