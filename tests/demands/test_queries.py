"""Who sees which demands, and how a published one looks from outside."""

import datetime as dt

import pytest

from demands import queries
from demands.models import Demand
from demands.queries import public
from demands.queries.faces import time_left
from demands.workflow import DEMAND
from pilot_portal.codes.models import Chain
from pilot_portal.common import clock
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
S = Demand.State
ON_A_LIST = {"PUBLISHED", "CHOOSING", "MATCHED", "FULFILLED", "UNCLAIMED", "CLOSED"}


@pytest.fixture
def every_state():
    """A demand in each state, all of one firm."""
    firm = factories.enterprise()
    return {state: factories.demand(state, enterprise=firm) for state in S.values}


def seen(actor):
    return {demand.state for demand in queries.visible_demands(actor)}


def test_everybody_sees_what_is_theirs(every_state):
    firm = every_state["DRAFT"].enterprise
    assert seen(factories.enterprise_admin_wu(firm)) == set(S.values)
    assert seen(factories.enterprise_admin_wu()) == set()
    assert seen(factories.county_reviewer_wang()) == set(S.values) - {"DRAFT"}
    assert seen(factories.county_reviewer_wang(factories.region("430281"))) == set()
    for role in ("city_handler", "city_chief", "leader", "auditor"):
        assert seen(factories.actor_for(role, firm)) == set(S.values) - {"DRAFT"}
    for actor in (factories.PUBLIC, factories.institution_admin_zhou(), factories.actor_for("expert", firm)):
        assert seen(actor) == ON_A_LIST
    assert seen(factories.SYSTEM) == set(S.values)


@pytest.mark.parametrize("role", ["enterprise_admin", "enterprise_member", "county_handler", "city_chief"])
def test_who_may_act_may_see(every_state, role):
    for demand in every_state.values():
        for foreign in (False, True):
            actor = factories.actor_for(role, demand, foreign=foreign)
            if DEMAND.moves_open_to(actor, demand):
                assert queries.visible_demands(actor).filter(pk=demand.pk).exists()


def test_a_firm_that_did_not_agree_is_not_named():
    firm = factories.enterprise("株洲云帆示例精密制造有限公司", chain=Chain.objects.get(code="rail"))
    demand = factories.demand("PUBLISHED", enterprise=firm)
    shown = queries.face(demand, at=NOW)
    assert shown.firm == "芦淞区某先进轨道交通装备企业"
    assert "云帆" not in str(shown)
    assert "13800000088" not in str(shown)
    assert "示例联系人" not in str(shown)
    assert queries.face(demand, at=NOW, named=True).firm == firm.name
    demand.name_public = True
    assert queries.face(demand, at=NOW).firm == firm.name


def test_names_are_shown_to_institutions_in_good_standing_while_the_demand_is_open(monkeypatch):
    zhou = factories.institution_admin_zhou()
    demand = factories.demand("PUBLISHED")
    chosen = factories.demand("MATCHED")
    standing = [lambda actor, _at: frozenset({demand.round_id}) if actor == zhou else frozenset()]
    monkeypatch.setattr(queries.registered, "STANDINGS", standing)
    rounds = queries.rounds_in_good_standing(zhou, NOW)
    shown = {face.number: face for face in queries.faces([demand, chosen], at=NOW, named_rounds=rounds)}
    assert shown[demand.number].firm == demand.enterprise.name
    assert shown[chosen.number].firm != chosen.enterprise.name
    assert queries.rounds_in_good_standing(factories.enterprise_admin_wu(), NOW) == frozenset()


def test_a_closed_window_is_closed_before_the_clock_comes_by():
    demand = factories.demand("PUBLISHED")
    assert queries.face(demand, at=NOW).state.label == "可揭榜"
    assert queries.face(demand, at=demand.claims_until).state.label == "企业选择中"
    assert not queries.face(demand, at=demand.claims_until).is_open
    assert queries.face(demand, at=demand.list.claims_from - dt.timedelta(hours=1)).state.label == "即将揭榜"


@pytest.mark.parametrize(
    ("left", "words", "soon"),
    [
        (dt.timedelta(days=9, hours=3), "还剩 9 天", False),
        (dt.timedelta(days=2), "还剩 2 天", True),
        (dt.timedelta(hours=5, minutes=10), "还剩 5 小时", True),
        (dt.timedelta(minutes=20), "不到 1 小时", True),
        (dt.timedelta(0), "", False),
    ],
)
def test_what_is_left_in_words(left, words, soon):
    assert time_left(NOW + left, NOW) == (words, soon)


def with_words(demand, **words):
    text = public.search_text(
        title=words.get("title", demand.public_title),
        text=words.get("text", ""),
        county=demand.region.name,
        chain="",
        words=[],
        firm=words.get("firm", ""),
    )
    Demand.objects.filter(pk=demand.pk).update(search_text=text)
    return demand


@pytest.mark.both_databases
def test_two_characters_find_and_several_words_narrow():
    gear = with_words(factories.demand("PUBLISHED"), title="精密齿轮产线数字化改造")
    with_words(factories.demand("PUBLISHED"), title="轨道交通零部件检测")
    assert [d.pk for d in public.search(queries.published(), "齿轮")] == [gear.pk]
    assert [d.pk for d in public.search(queries.published(), "芦淞 改造")] == [gear.pk]
    assert [d.pk for d in public.search(queries.published(), gear.number.lower())] == [gear.pk]
    assert not public.search(queries.published(), "没有")


def test_a_search_does_not_find_a_name_that_is_not_public():
    demand = with_words(factories.demand("PUBLISHED"))
    name = demand.enterprise.name
    assert not public.search(queries.published(), name)
    found = public.search(queries.published(), name, named_rounds={demand.round_id})
    assert [d.pk for d in found] == [demand.pk]


@pytest.mark.both_databases
@pytest.mark.parametrize("order", [public.NEWEST, public.DEADLINE])
def test_pages_show_every_demand_once(order):
    firm = factories.enterprise()
    for n in range(45):
        state = "PUBLISHED" if n % 3 else "CHOOSING"
        until = NOW + dt.timedelta(days=n % 4 - 1)
        factories.demand(state, enterprise=firm, claims_until=until)
    seen_, after = [], ""
    while True:
        page = public.page(queries.published(), order=order, after=after, at=NOW)
        seen_ += page.rows
        after = page.next_key
        if not after:
            break
    assert len(seen_) == len({d.pk for d in seen_}) == 45
    if order == public.DEADLINE:
        is_open = [d.state == "PUBLISHED" and d.claims_until > NOW for d in seen_]
        assert is_open == sorted(is_open, reverse=True)
        ends = [d.claims_until for d in seen_ if d.state == "PUBLISHED" and d.claims_until > NOW]
        assert ends == sorted(ends)


@pytest.mark.parametrize("key", ["", "x", "1~2~3", "0~2023-01-01~1", "0~2023-01-01T00:00~1", "~~~"])
def test_a_key_that_means_nothing_begins_at_the_top(key):
    factories.demand("PUBLISHED")
    assert len(public.page(queries.published(), order=public.NEWEST, after=key, at=NOW).rows) == 1


def test_codes_out_of_date_are_not_offered():
    choices = queries.choices(NOW)
    assert len(choices.kinds) == 10
    assert choices.today == clock.beijing_date(NOW)


def test_the_round_that_collects_demands_is_offered_before_newer_ones():
    this_year = factories.make_round("2023")
    factories.make_round("2022", at=NOW - dt.timedelta(days=365))
    factories.make_round("2024", at=NOW + dt.timedelta(days=365))
    assert [found.code for found in queries.open_rounds(NOW)] == [this_year.code, "2024", "2022"]
