"""What the database keeps out, and what comes of it when everybody presses at once: on both databases."""

import pytest
from django.db import IntegrityError, transaction

from institutions.models import PilotInstitution
from matching.models import ChosenKind, Claim, Engagement, Place
from matching.operations import choosing, claims, engagements
from pilot_portal.common.errors import Stale
from pilot_portal.rounds.models import RoundSetting
from tests import factories
from tests.factories import NOW
from tests.matching.market import CHOOSING, DAY, close, institution, lay_down, offer, pick, submitted
from tests.races import race

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
S = Claim.State


@pytest.fixture
def demand():
    return factories.demand("PUBLISHED")


@pytest.fixture
def side():
    return institution()


def begin(demand, side):
    pilot, zhou = side
    return claims.start_claim(demand, pilot=pilot, by=zhou, at=NOW)


@pytest.mark.parametrize("state", ["DRAFT", "SUBMITTED", "SHORTLISTED", "FROZEN"])
def test_the_database_itself_keeps_a_second_live_claim_out(demand, side, state):
    factories.claim(state, demand=demand, pilot=side[0])
    with pytest.raises(IntegrityError, match=r"one_live_claim|UNIQUE"), transaction.atomic():
        factories.claim("DRAFT", demand=demand, pilot=side[0])


@pytest.mark.parametrize("field", ["government_fen", "concession_fen", "enterprise_fen"])
def test_the_database_itself_keeps_wrong_sums_and_negative_parts_out(demand, side, field):
    claim = factories.claim("SUBMITTED", demand=demand, pilot=side[0])
    for change in ({field: 1}, {field: -1, "list_price_fen": 10_000_00 - getattr(claim, field) - 1}):
        with pytest.raises(IntegrityError, match="claim_split"), transaction.atomic():
            Claim.objects.filter(pk=claim.pk).update(**change)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_begin_at_once_one_begins():
    demand, side = factories.demand("PUBLISHED"), institution()
    results = race(*[lambda: begin(demand, side)] * 4)
    assert sum(isinstance(r, Claim) for r in results) == 1
    assert all("已经揭了这个榜" in r.message for r in results if not isinstance(r, Claim))
    assert Claim.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_numbers_given_at_once_have_no_gap_and_no_double():
    demand = factories.demand("PUBLISHED", number="2023-D-0007")
    sides = [institution() for _ in range(6)]
    drafts = [begin(demand, side) for side in sides]
    # The third is refused after the others have taken numbers: its number is not lost.
    PilotInstitution.objects.filter(pk=sides[2][0].pk).update(state="SUSPENDED")

    def submit(n):
        return lambda: claims.submit_claim(drafts[n], offer(), by=sides[n][1], at=NOW)

    results = race(*[submit(n) for n in range(6)])
    assert isinstance(results[2], Stale)
    numbers = sorted(Claim.objects.exclude(number=None).values_list("number", flat=True))
    assert numbers == [f"2023-D-0007-{n:02}" for n in range(1, 6)]


@pytest.mark.django_db(transaction=True)
def test_limits_hold_when_everybody_submits_at_once():
    demand = factories.demand("PUBLISHED")
    RoundSetting.objects.create(round=demand.round, key="claims_per_demand", value=2, valid_from=NOW - DAY)
    sides = [institution() for _ in range(5)]
    drafts = [begin(demand, side) for side in sides]
    race(*[lambda n=n: claims.submit_claim(drafts[n], offer(), by=sides[n][1], at=NOW) for n in range(5)])
    assert Claim.objects.filter(state=S.SUBMITTED).count() == 2


@pytest.mark.django_db(transaction=True)
def test_an_institution_s_own_limit_holds_when_it_submits_everything_at_once():
    side = institution(capacity=13, committed=12)
    PilotInstitution.objects.filter(pk=side[0].pk).update(taken=12)
    drafts = [begin(factories.demand("PUBLISHED"), side) for _ in range(5)]
    race(*[lambda n=n: claims.submit_claim(drafts[n], offer(), by=side[1], at=NOW) for n in range(5)])
    assert Claim.objects.filter(state=S.SUBMITTED).count() == 3


# Choosing -------------------------------------------------------------------------------


def on_offer(count=2, demand=None):
    """A demand open for choosing with some offers, its enterprise's administrator, and the offers' sides."""
    demand = demand or factories.demand("PUBLISHED")
    wu = factories.enterprise_admin_wu(demand.enterprise)
    sides = [institution() for _ in range(count)]
    offers = [submitted(demand, side) for side in sides]
    return close(demand), wu, sides, offers


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_at_once_one_institution_wins_and_the_other_is_not_chosen():
    demand, wu, _, offers = on_offer()
    demands = [type(demand).objects.get(pk=demand.pk) for _ in offers]
    results = race(*[lambda n=n: pick(demands[n], offers[n], wu) for n in range(2)])
    won = [n for n, result in enumerate(results) if isinstance(result, Engagement)]
    assert len(won) == 1
    assert isinstance(results[1 - won[0]], Stale)
    states = [Claim.objects.get(pk=offer_.pk).state for offer_ in offers]
    assert states[won[0]] == S.SELECTED
    assert states[1 - won[0]] == S.NOT_SELECTED
    assert Engagement.objects.count() == 1
    assert Place.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_offer_withdrawn_in_the_moment_of_the_choice_is_either_chosen_or_gone():
    demand, wu, sides, offers = on_offer(1)
    claim = Claim.objects.get(pk=offers[0].pk)
    race(
        lambda: pick(demand, offers[0], wu),
        lambda: claims.withdraw_claim(claim, by=sides[0][1], at=CHOOSING),
    )
    state = Claim.objects.get(pk=claim.pk).state
    assert state in {S.SELECTED, S.WITHDRAWN}
    assert Engagement.objects.count() == ChosenKind.objects.count() / 2 == (state == S.SELECTED)


@pytest.mark.django_db(transaction=True)
def test_the_last_place_goes_to_one_of_the_firms_that_choose_at_once():
    side = institution(capacity=13, committed=12)
    PilotInstitution.objects.filter(pk=side[0].pk).update(taken=12)
    stalls = []
    for _ in range(3):
        demand = factories.demand("PUBLISHED")
        stalls.append((demand, submitted(demand, side), factories.enterprise_admin_wu(demand.enterprise)))
    for demand, _, _ in stalls:
        close(demand)
    results = race(*[lambda s=stall: pick(*s) for stall in stalls])
    assert sum(isinstance(r, Engagement) for r in results) == 1
    assert all("能力已满" in r.message for r in results if not isinstance(r, Engagement))
    assert PilotInstitution.objects.get(pk=side[0].pk).taken == 13
    assert Place.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_firm_that_chooses_one_institution_twice_at_once_takes_one_place():
    side, firm = institution(), factories.enterprise()
    wu = factories.enterprise_admin_wu(firm)
    demands = [factories.demand("PUBLISHED", enterprise=firm) for _ in range(2)]
    offers = [submitted(demand, side) for demand in demands]
    for demand in demands:
        close(demand)
    results = race(*[lambda n=n: pick(demands[n], offers[n], wu) for n in range(2)])
    assert all(isinstance(r, Engagement) for r in results)
    assert PilotInstitution.objects.get(pk=side[0].pk).taken == Place.objects.count() == 1
    assert len({r.number for r in results}) == 2


def test_a_kind_of_a_demand_is_given_away_once(demand, side):
    claim, kind = factories.claim("SELECTED", demand=demand, pilot=side[0]), demand.kinds.first()
    ChosenKind.objects.create(demand=demand, kind=kind, claim=claim, chosen_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        ChosenKind.objects.create(demand=demand, kind=kind, claim=claim, chosen_at=NOW)


def test_places_beyond_the_capacity_are_kept_out_by_the_database_too(side):
    with pytest.raises(IntegrityError), transaction.atomic():
        PilotInstitution.objects.filter(pk=side[0].pk).update(taken=side[0].capacity + 1)


@pytest.mark.django_db(transaction=True)
def test_a_contract_changed_in_the_moment_of_signing_is_signed_as_it_was_seen():
    demand, wu, sides, offers = on_offer(1)
    engagement = lay_down(pick(demand, offers[0], wu), zhou := sides[0][1])
    seen, other = engagement.institution_signed_at, Engagement.objects.get(pk=engagement.pk)
    later = CHOOSING + DAY
    signed, changed = race(
        lambda: engagements.sign(engagement, by=wu, at=later, seen=seen),
        lambda: lay_down(other, zhou, at=later),
    )
    kept = Engagement.objects.get(pk=engagement.pk)
    assert isinstance(signed, Stale) != isinstance(changed, Stale)
    assert (kept.state, kept.institution_signed_at) == (
        ("AGREED", later) if isinstance(signed, Stale) else ("SIGNED", seen)
    )


@pytest.mark.django_db(transaction=True)
def test_a_choice_declined_twice_at_once_gives_its_place_back_once():
    demand, wu, sides, offers = on_offer(1)
    engagement = pick(demand, offers[0], wu)
    claim = Claim.objects.get(pk=offers[0].pk)
    race(
        *[
            lambda: choosing.decline_selection(
                Claim.objects.get(pk=claim.pk), by=sides[0][1], at=CHOOSING, note="人员不足"
            )
        ]
        * 2
    )
    engagement.refresh_from_db()
    assert (engagement.state, Place.objects.count()) == ("TERMINATED", 0)
    assert PilotInstitution.objects.get(pk=sides[0][0].pk).taken == 0
