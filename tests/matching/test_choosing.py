"""Choosing: from the opened offers to a contract to sign, and back when the chosen one falls away."""

import datetime as dt

import pytest

from demands.models import Demand
from institutions.models import PilotInstitution
from matching import desk, queries
from matching.models import ChosenKind, Claim, Engagement, Place
from matching.operations import choosing, claims, clock
from matching.tasks import tick
from pilot_portal.common import clock as time
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.notifications.models import Message
from pilot_portal.rounds.operations import fill_calendar
from pilot_portal.rounds.queries import add_working_days
from pilot_portal.workflow.models import Entry
from tests import factories
from tests.factories import NOW
from tests.matching.market import CHOOSING, DAY, close, institution, lay_down, pick, submitted

pytestmark = pytest.mark.django_db
S = Claim.State


@pytest.fixture
def demand():
    return factories.demand("PUBLISHED")


@pytest.fixture
def wu(demand):
    return factories.enterprise_admin_wu(demand.enterprise)


@pytest.fixture
def sides():
    return [institution() for _ in range(3)]


@pytest.fixture
def offers(demand, sides):
    """Three submitted offers on the demand, the window closed."""
    made = [submitted(demand, side) for side in sides]
    close(demand)
    return [Claim.objects.get(pk=claim.pk) for claim in made]


def states(claims_):
    return [Claim.objects.get(pk=claim.pk).state for claim in claims_]


def told(actor, words):
    return Message.objects.filter(user=actor.user, subject__contains=words).count()


def test_nothing_is_chosen_or_shortlisted_while_the_window_is_open(demand, sides, wu):
    claim = submitted(demand, sides[0])
    with pytest.raises(Stale):
        pick(demand, claim, wu)
    with pytest.raises(Stale):
        choosing.shortlist(claim, by=wu, at=NOW)
    assert states([claim]) == [S.SUBMITTED]
    assert not Engagement.objects.exists()


def test_one_is_chosen_the_others_are_not_and_all_are_told(demand, sides, offers, wu):
    choosing.shortlist(offers[1], by=wu, at=CHOOSING)
    assert told(sides[1][1], "已入围") == 1
    engagement = pick(demand, offers[0], wu)
    demand.refresh_from_db()
    assert states(offers) == [S.SELECTED, S.NOT_SELECTED, S.NOT_SELECTED]
    assert demand.state == Demand.State.MATCHED
    assert [told(zhou, "已被选定") for _, zhou in sides] == [1, 0, 0]
    assert [told(zhou, "已选定其他机构") for _, zhou in sides] == [0, 1, 1]
    assert engagement.number == "2023-E-0001"
    assert (engagement.state, engagement.origin) == ("AGREED", "CLAIM")
    assert (engagement.list_price_fen, engagement.enterprise_fen) == (10_000_00, 8_000_00)
    assert {kind.code for kind in engagement.kinds.all()} == {"digital", "testing"}
    assert engagement.sign_until == add_working_days(CHOOSING, 15)


def test_each_kind_may_go_to_another_institution(demand, offers, wu):
    made = choosing.choose(demand, {"digital": offers[0], "testing": offers[1]}, by=wu, at=CHOOSING)
    assert [[k.code for k in engagement.kinds.all()] for engagement in made] == [["digital"], ["testing"]]
    assert states(offers) == [S.SELECTED, S.SELECTED, S.NOT_SELECTED]
    assert ChosenKind.objects.count() == 2
    assert len(desk.chosen_names([demand.pk])[demand.pk].split("、")) == 2


@pytest.mark.parametrize("who", ["stranger", "member", "institution"])
def test_only_who_decides_for_the_enterprise_chooses(demand, sides, offers, wu, who):
    actor = {
        "stranger": factories.enterprise_admin_wu,
        "member": lambda: factories.member(wu.organisation, "enterprise_member"),
        "institution": lambda: sides[0][1],
    }[who]()
    with pytest.raises(NotAllowed):
        pick(demand, offers[0], actor)
    with pytest.raises(NotAllowed):
        choosing.shortlist(offers[0], by=actor, at=CHOOSING)
    assert states(offers) == [S.SUBMITTED] * 3


def test_the_member_whom_the_administrator_named_chooses(demand, offers, wu):
    named = factories.member(wu.organisation, "enterprise_member", may_decide=True)
    assert pick(demand, offers[0], named).state == "AGREED"


def test_who_stands_in_the_claiming_institution_too_does_not_choose_it(demand, sides, offers, wu):
    wu.user.memberships.create(
        organisation=sides[0][0].organisation, role="institution_member", starts_at=NOW - DAY
    )
    for act in (
        lambda: pick(demand, offers[0], wu),
        lambda: choosing.shortlist(offers[0], by=wu, at=CHOOSING),
    ):
        with pytest.raises(NotAllowed, match="同时是对方单位"):
            act()
    assert pick(demand, offers[1], wu).state == "AGREED"


def test_a_choice_that_nobody_offered_is_refused(demand, offers, wu):
    foreign = factories.claim("SUBMITTED")
    partly = offers[0]
    partly.kinds.set(partly.kinds.filter(code="digital"))
    for choice in ({}, {"digital": foreign}, {"innovation": offers[0]}, {"testing": partly}):
        with pytest.raises(Refused):
            choosing.choose(demand, choice, by=wu, at=CHOOSING)
    demand.refresh_from_db()
    assert demand.state == Demand.State.CHOOSING


def test_an_offer_of_an_earlier_publication_is_neither_shown_nor_chosen(demand, offers, wu):
    Demand.objects.filter(pk=demand.pk).update(published_at=NOW + DAY)
    demand.refresh_from_db()
    assert queries.offers_on(demand) == []
    assert queries.claim_counts([demand.pk]) == {}
    with pytest.raises(Refused):
        pick(demand, offers[0], wu)


@pytest.mark.parametrize("state", ["SUSPENDED", "REMOVED", "WARNED"])
def test_an_institution_no_longer_in_good_standing_is_not_chosen(demand, sides, offers, wu, state):
    PilotInstitution.objects.filter(pk=sides[0][0].pk).update(state=state)
    with pytest.raises(Stale, match="请改选其他机构"):
        pick(demand, offers[0], wu)
    assert states(offers) == [S.SUBMITTED] * 3
    assert not Place.objects.exists()


def test_a_choice_beyond_the_capacity_is_refused_with_the_next_step(demand, sides, offers, wu):
    PilotInstitution.objects.filter(pk=sides[0][0].pk).update(capacity=12, taken=12)
    with pytest.raises(Stale, match="改选其他机构"):
        pick(demand, offers[0], wu)
    demand.refresh_from_db()
    assert (demand.state, states(offers)) == ("CHOOSING", [S.SUBMITTED] * 3)
    assert not Place.objects.exists()


def test_a_firm_already_served_takes_no_new_place_even_when_all_are_taken(demand, sides, offers, wu):
    second = factories.demand("PUBLISHED", enterprise=demand.enterprise)
    again = submitted(second, sides[0])
    close(second)
    pick(demand, offers[0], wu)
    pilot = PilotInstitution.objects.get(pk=sides[0][0].pk)
    assert pilot.taken == 1
    PilotInstitution.objects.filter(pk=pilot.pk).update(capacity=12, taken=12)
    assert pick(second, again, wu).state == "AGREED"
    assert PilotInstitution.objects.get(pk=pilot.pk).taken == 12


# Falling away ---------------------------------------------------------------------------


def test_who_declines_gives_the_place_back_and_the_next_in_line_may_be_chosen(demand, sides, offers, wu):
    pick(demand, offers[0], wu)
    offers[0].refresh_from_db()
    with pytest.raises(NotAllowed):
        choosing.decline_selection(offers[0], by=sides[1][1], at=CHOOSING, note="人员不足")
    with pytest.raises(Refused):
        choosing.decline_selection(offers[0], by=sides[0][1], at=CHOOSING, note=" ")
    choosing.decline_selection(offers[0], by=sides[0][1], at=CHOOSING, note="人员不足")
    demand.refresh_from_db()
    ended = Engagement.objects.get()
    assert (ended.state, ended.terminated_cause, ended.ever_signed) == ("TERMINATED", "institution", False)
    assert (demand.state, demand.choose_until) == ("CHOOSING", add_working_days(CHOOSING, 10))
    assert not Place.objects.exists()
    assert PilotInstitution.objects.get(pk=sides[0][0].pk).taken == 0
    assert Message.objects.get(user=wu.user, subject__contains="放弃").body == "人员不足"
    assert desk.chosen_names([demand.pk]) == {}
    pick(demand, offers[1], wu)
    assert states(offers) == [S.DECLINED, S.SELECTED, S.NOT_SELECTED]
    assert desk.chosen_names([demand.pk]) == {demand.pk: sides[1][0].organisation.name}


def test_giving_up_the_contract_is_declining_the_claim(demand, sides, offers, wu):
    engagement = pick(demand, offers[0], wu)
    choosing.give_up(engagement, by=sides[0][1], at=CHOOSING, note="人员不足")
    assert states(offers)[0] == S.DECLINED
    demand.refresh_from_db()
    assert demand.state == "CHOOSING"


def test_a_signed_contract_is_not_declined(demand, sides, offers, wu):
    engagement = pick(demand, offers[0], wu)
    Engagement.objects.filter(pk=engagement.pk).update(state="SIGNED", ever_signed=True)
    offers[0].refresh_from_db()
    with pytest.raises(Stale):
        choosing.decline_selection(offers[0], by=sides[0][1], at=CHOOSING, note="人员不足")
    assert states(offers)[0] == S.SELECTED
    assert Place.objects.count() == 1


def test_when_one_of_two_chosen_falls_away_the_demand_stays_matched(demand, sides, offers, wu):
    choosing.choose(demand, {"digital": offers[0], "testing": offers[1]}, by=wu, at=CHOOSING)
    offers[0].refresh_from_db()
    choosing.decline_selection(offers[0], by=sides[0][1], at=CHOOSING, note="人员不足")
    demand.refresh_from_db()
    assert demand.state == "MATCHED"


@pytest.mark.parametrize(("is_prepared", "cause"), [(False, "institution"), (True, "enterprise")])
def test_a_contract_not_signed_in_its_days_ends_by_the_clock_alone(
    demand, sides, offers, wu, is_prepared, cause
):
    engagement = pick(demand, offers[0], wu)
    if is_prepared:
        lay_down(engagement, sides[0][1])
    until = engagement.sign_until
    assert clock.lapse_unsigned(at=until - DAY) == 0
    assert [clock.lapse_unsigned(at=until) for _ in range(2)] == [1, 0]
    engagement.refresh_from_db()
    demand.refresh_from_db()
    assert (engagement.state, engagement.terminated_cause) == ("TERMINATED", cause)
    assert (demand.state, demand.choose_until) == ("CHOOSING", add_working_days(until, 10))
    assert [told(actor, "逾期未签约") for actor in (sides[0][1], wu)] == [1, 1]
    assert not ChosenKind.objects.exists()
    assert not Place.objects.exists()


# Nobody is chosen -----------------------------------------------------------------------


def test_the_county_is_asked_once_then_ten_working_days_later_the_demand_is_unclaimed(
    demand, sides, offers, wu
):
    wang = factories.county_reviewer_wang(demand.region)
    claims_frozen = offers[2]
    PilotInstitution.objects.filter(pk=sides[2][0].pk).update(state="SUSPENDED")
    clock.freeze_suspended(at=CHOOSING)
    until = demand.choose_until
    end = add_working_days(until, 10)
    assert clock.end_choosing(at=until - DAY) == 0
    assert told(wang, "逾期未选定") == 0
    assert [clock.end_choosing(at=until), clock.end_choosing(at=end - DAY)] == [0, 0]
    assert told(wang, "逾期未选定") == 1
    assert [clock.end_choosing(at=end), clock.end_choosing(at=end)] == [1, 0]
    demand.refresh_from_db()
    assert demand.state == "UNCLAIMED"
    assert states(offers) == [S.LAPSED] * 3
    assert told(wu, "未选定机构") == 1
    assert told(sides[0][1], "揭榜失效") == 1
    assert states([claims_frozen]) == [S.LAPSED]


def test_ten_working_days_are_counted_by_the_calendar_not_as_two_weeks(demand, offers):
    fill_calendar(2023)  # 29 April to 3 May are holidays, Saturday 6 May is worked
    Demand.objects.filter(pk=demand.pk).update(choose_until=time.end_of_day(dt.date(2023, 4, 27)))
    end = time.end_of_day(dt.date(2023, 5, 15))
    assert [clock.end_choosing(at=end - DAY), clock.end_choosing(at=end)] == [0, 1]


def test_the_enterprise_may_still_choose_while_the_county_asks(demand, offers, wu):
    late = demand.choose_until + DAY
    assert clock.end_choosing(at=late) == 0
    assert pick(demand, offers[0], wu, at=late).state == "AGREED"


def test_the_clock_s_task_changes_nothing_the_second_time(demand, sides, offers, wu, monkeypatch):
    claims.start_claim(other := factories.demand("PUBLISHED"), pilot=sides[0][0], by=sides[0][1], at=NOW)
    close(other)
    engagement = pick(demand, offers[0], wu)
    monkeypatch.setattr(time, "now", lambda: engagement.sign_until)
    tick()
    entries, messages = Entry.objects.count(), Message.objects.count()
    assert list(Engagement.objects.values_list("state", flat=True)) == ["TERMINATED"]
    assert Claim.objects.filter(state=S.LAPSED, demand=other).count() == 1
    tick()
    assert (Entry.objects.count(), Message.objects.count()) == (entries, messages)
