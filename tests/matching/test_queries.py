"""Who sees which claims and contracts, and what is counted."""

import datetime as dt

import pytest

from demands import operations as demanding
from demands.models import Demand, Enterprise
from institutions.models import PilotInstitution
from matching import desk, queries
from matching.models import Claim, Engagement
from matching.operations import clock
from pilot_portal.accounts.actors import PUBLIC, SYSTEM
from tests import factories
from tests.factories import NOW
from tests.matching.market import CHOOSING, close, institution, submitted

pytestmark = pytest.mark.django_db
S = Claim.State
CITY_READERS = ("city_handler", "city_chief", "leader", "auditor")
OPENED = {"CHOOSING", "MATCHED", "FULFILLED", "UNCLAIMED"}


@pytest.fixture
def demand():
    return factories.demand("PUBLISHED")


def readers(demand):
    """Everybody who may see opened offers on a demand."""
    wu = factories.enterprise_admin_wu(demand.enterprise)
    city = factories.organisation("city")
    return [
        wu,
        factories.member(wu.organisation, "enterprise_member"),
        factories.county_reviewer_wang(demand.region),
        factories.county_approver_li(demand.region),
        *[factories.member(city, role) for role in CITY_READERS],
    ]


def outsiders():
    """Everybody who never sees another's offers."""
    city = factories.organisation("city")
    return [
        PUBLIC,
        factories.enterprise_admin_wu(),
        factories.county_reviewer_wang(factories.region("430281")),
        factories.member(city, "sysadmin"),
        factories.member(city, "expert"),
        institution()[1],
    ]


def seen(actor):
    return set(queries.visible_claims(actor).values_list("pk", flat=True))


def test_while_the_window_is_open_an_offer_is_seen_by_its_own_institution_alone(demand):
    side, rival = institution(), institution()
    own, other = submitted(demand, side), submitted(demand, rival)
    assert (seen(side[1]), seen(rival[1])) == ({own.pk}, {other.pk})
    assert [seen(actor) for actor in (*readers(demand), *outsiders())] == [set()] * 14
    assert queries.offers_on(demand) == []


def test_after_the_window_enterprise_county_and_city_see_it_other_institutions_never(demand):
    side, rival = institution(), institution()
    own, other = submitted(demand, side), submitted(demand, rival)
    close(demand)
    both = {own.pk, other.pk}
    assert [seen(actor) for actor in readers(demand)] == [both] * 8
    assert [seen(actor) for actor in outsiders()] == [set()] * 6
    assert (seen(side[1]), seen(rival[1])) == ({own.pk}, {other.pk})


@pytest.mark.parametrize("state", S.values)
def test_drafts_and_withdrawn_offers_are_nobody_else_s_in_any_state(state):
    claim = factories.claim(state, demand=factories.demand("CHOOSING"))
    shown = {claim.pk} if state not in {"DRAFT", "WITHDRAWN"} else set()
    assert [seen(actor) for actor in readers(claim.demand)] == [shown] * 8
    assert seen(factories.institution_admin_zhou(claim.pilot.organisation)) == {claim.pk}


@pytest.mark.parametrize("state", Demand.State.values)
def test_whether_offers_are_open_is_told_by_the_demand_s_state(state):
    claim = factories.claim("SUBMITTED", demand=factories.demand(state))
    shown = state not in {"PUBLISHED", "WITHDRAWN", "CLOSED"}
    assert (claim.pk in seen(factories.enterprise_admin_wu(claim.demand.enterprise))) == shown


def test_a_draft_that_lapsed_unsent_is_not_shown_to_the_enterprise(demand):
    pilot, zhou = institution()
    draft = factories.claim("DRAFT", demand=demand, pilot=pilot)
    close(demand)
    Demand.objects.filter(pk=demand.pk).update(state="CHOOSING")
    assert clock.lapse_drafts(at=CHOOSING) == 1
    assert [seen(actor) for actor in readers(demand)] == [set()] * 8
    assert seen(zhou) == {draft.pk}


def test_an_enterprise_does_not_open_offers_by_withdrawing_its_demand(demand):
    submitted(demand, institution())
    wu = factories.enterprise_admin_wu(demand.enterprise)
    demanding.withdraw_demand(demand, by=wu, at=NOW)
    clock.void_orphans(at=NOW)
    assert [seen(actor) for actor in readers(demand)] == [set()] * 8


def test_offers_that_were_open_stay_open_when_the_demand_is_withdrawn_later(demand):
    claim = submitted(demand, institution())
    close(demand)
    wu = factories.enterprise_admin_wu(demand.enterprise)
    demanding.withdraw_demand(demand, by=wu, at=CHOOSING)
    clock.void_orphans(at=CHOOSING)
    assert seen(wu) == {claim.pk}


def test_offers_stand_cheapest_for_the_enterprise_first(demand):
    dear = submitted(demand, institution())
    cheap = submitted(demand, institution(), list_price_fen=100, concession_fen=40, enterprise_fen=60)
    close(demand)
    assert [claim.pk for claim in queries.offers_on(demand)] == [cheap.pk, dear.pk]


def test_only_the_number_of_offers_is_public_and_drafts_are_none(demand):
    submitted(demand, institution())
    factories.claim("DRAFT", demand=demand)
    factories.claim("WITHDRAWN", demand=demand)
    other = factories.demand("PUBLISHED")
    assert queries.claim_counts([demand.pk, other.pk]) == {demand.pk: 1}


# Contracts ------------------------------------------------------------------------------


def test_a_contract_is_seen_by_both_parties_both_counties_and_the_city():
    far = factories.region("430281")
    pilot = factories.pilot(application=factories.application("CONFIRMED", region=far))
    claim = factories.claim("SELECTED", pilot=pilot)
    made = factories.engagement("IN_SERVICE", claim=claim)
    city = factories.organisation("city")
    may = [
        SYSTEM,
        factories.institution_admin_zhou(pilot.organisation),
        factories.member(pilot.organisation, "institution_member"),
        factories.enterprise_admin_wu(made.enterprise),
        factories.member(made.enterprise.organisation, "enterprise_member"),
        factories.county_reviewer_wang(made.enterprise.region),
        factories.county_approver_li(far),
        *[factories.member(city, role) for role in CITY_READERS],
    ]
    may_not = [
        PUBLIC,
        factories.institution_admin_zhou(),
        factories.enterprise_admin_wu(),
        factories.county_reviewer_wang(factories.region("430225")),
        factories.member(city, "sysadmin"),
        factories.member(city, "expert"),
    ]
    shown = [queries.visible_engagements(actor).filter(pk=made.pk).exists() for actor in (*may, *may_not)]
    assert shown == [True] * 11 + [False] * 6
    assert [queries.may_see_file(actor, made.pk, "contract") for actor in (*may, *may_not)] == shown


@pytest.mark.parametrize("state", Engagement.State.values)
def test_what_is_served_is_what_was_accepted(state):
    made = factories.engagement(state)
    assert queries.served_enterprises(made.pilot) == (state in {"ACCEPTED", "ACCEPTED_BY_COUNTY"})


def test_each_small_or_medium_firm_served_counts_once_and_large_ones_not_at_all():
    pilot, firm = factories.pilot(), factories.enterprise()

    def serve(size=None, *, at=pilot, enterprise=None):
        enterprise = enterprise or factories.enterprise()
        if size:
            Enterprise.objects.filter(pk=enterprise.pk).update(size=size)
        demand = factories.demand("FULFILLED", enterprise=enterprise)
        factories.engagement("ACCEPTED", claim=factories.claim("SELECTED", pilot=at, demand=demand))

    for _ in range(3):
        serve(enterprise=firm)
    assert queries.served_enterprises(pilot) == 1
    for size in ("MEDIUM", "SMALL", "MICRO"):
        serve(size)
    assert queries.served_enterprises(pilot) == 4
    serve("LARGE")
    serve(at=factories.pilot())
    assert queries.served_enterprises(pilot) == 4


def test_a_government_share_of_nothing_is_not_shown_and_one_is_marked_as_applied_for():
    labels = [row["label"] for row in queries.price_of(factories.claim("SUBMITTED"))["rows"]]
    assert labels == ["机构让利", "企业支付"]
    shared = factories.claim("SUBMITTED", government_fen=1_000_00, enterprise_fen=7_000_00)
    price = queries.price_of(shared)
    assert price["rows"][0] == {
        "label": "政府补助",
        "note": "拟申请，以市局批复为准",
        "planned": "1,000.00",
        "actual": "—",
    }
    assert (price["total_planned"], price["total_actual"]) == ("10,000.00", "—")


def test_what_both_sides_share_is_a_hint_for_county_and_city():
    made = factories.engagement("AGREED")
    assert queries.hints_of(made, at=NOW) == []
    zhou = factories.institution_admin_zhou(made.pilot.organisation)
    zhou.user.memberships.create(
        organisation=made.enterprise.organisation,
        role="enterprise_member",
        starts_at=NOW - dt.timedelta(days=3),
        ends_at=NOW + dt.timedelta(days=3),
    )
    made.pilot.application.versions.update(phone=made.demand.phone)
    assert queries.hints_of(made, at=NOW) == ["双方有同一经办人", "双方联系电话相同"]
    assert queries.hints_of(made, at=NOW + dt.timedelta(days=4)) == ["双方联系电话相同"]


# What the pages of demands and the desk ask --------------------------------------------


def links(actor, demand, at=NOW):
    demand.refresh_from_db()
    return [link.label for link in desk.case_links(actor, demand, at)]


def test_a_demand_s_page_leads_the_institution_to_its_claim_or_to_the_hall(demand):
    side = institution()
    assert links(side[1], demand) == ["去揭榜大厅揭榜"]
    claim = submitted(demand, side)
    assert links(side[1], demand) == ["查看我的揭榜"]
    Claim.objects.filter(pk=claim.pk).update(state="WITHDRAWN")
    assert links(side[1], demand) == ["去揭榜大厅揭榜"]
    assert links(side[1], demand, at=demand.claims_until) == ["查看我的揭榜"]
    assert links(institution()[1], close(demand), at=CHOOSING) == []


def test_a_demand_s_page_leads_its_own_enterprise_to_the_offers_and_nobody_else(demand):
    assert links(factories.enterprise_admin_wu(demand.enterprise), demand) == ["查看揭榜方案"]
    for actor in (factories.enterprise_admin_wu(), factories.county_reviewer_wang(), PUBLIC):
        assert links(actor, demand) == []


def test_good_standing_is_being_listed():
    pilot, zhou = institution()
    assert desk.standing(zhou, NOW) == {pilot.round_id}
    PilotInstitution.objects.filter(pk=pilot.pk).update(state="WARNED")
    assert desk.standing(zhou, NOW) == frozenset()


def todos(provider, actor, at=NOW):
    return {todo.title: todo.count for todo in provider(actor, at)}


def test_the_desk_says_what_waits_for_whom(demand):
    side = institution()
    made = factories.engagement("DELIVERED", claim=factories.claim("SELECTED", pilot=side[0]))
    assert todos(desk.institution_todos, side[1]) == {"需求可揭榜": 1}
    factories.claim("DRAFT", demand=demand, pilot=side[0])
    assert todos(desk.institution_todos, side[1]) == {"需求可揭榜": 1, "揭榜草稿未提交": 1}
    wu = factories.enterprise_admin_wu(made.enterprise)
    assert todos(desk.enterprise_todos, wu) == {"服务待验收": 1}
    wang = factories.county_reviewer_wang(made.enterprise.region)
    assert todos(desk.county_todos, wang) == {}
    Engagement.objects.filter(pk=made.pk).update(accept_until=NOW)
    assert todos(desk.county_todos, wang) == {"企业逾期未验收": 1}
    Engagement.objects.filter(pk=made.pk).update(state="DISPUTED")
    assert todos(desk.county_todos, wang) == {"合同验收有争议": 1}
