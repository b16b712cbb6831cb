"""Claiming: who may, when, on what; what is refused and why; numbers in order."""

import datetime as dt

import pytest

from demands import operations as demanding
from demands.models import Demand, DemandList
from institutions.models import PilotInstitution
from matching.models import Claim
from matching.operations import claims, clock
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.notifications.models import Message
from pilot_portal.rounds.models import RoundSetting, SettingFreeze
from tests import factories
from tests.factories import NOW
from tests.matching.market import CHOOSING, DAY, close, institution, offer, submitted

pytestmark = pytest.mark.django_db
S = Claim.State
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def demand():
    return factories.demand("PUBLISHED")


@pytest.fixture
def side():
    return institution()


def begin(demand, side, at=NOW):
    pilot, zhou = side
    return claims.start_claim(demand, pilot=pilot, by=zhou, at=at)


def set_to(demand, key, value):
    RoundSetting.objects.create(round=demand.round, key=key, value=value, valid_from=NOW - DAY)


# The draft ------------------------------------------------------------------------------


def test_a_draft_begins_with_the_demand_s_kinds_and_has_no_number(demand, side):
    claim = begin(demand, side)
    assert (claim.state, claim.number, claim.revision) == (S.DRAFT, None, 0)
    assert {kind.code for kind in claim.kinds.all()} == {"digital", "testing"}


def test_what_was_typed_is_kept_as_typed_right_or_wrong(demand, side):
    claim = begin(demand, side)
    typed = {"list_price_fen": "一万", "days": "", "kinds": []}
    assert claims.save_claim(claim, typed, revision=0, by=side[1], at=NOW) == 1
    claim.refresh_from_db()
    assert (claim.draft, claim.revision, claim.state) == (typed, 1, S.DRAFT)


def test_a_draft_saved_elsewhere_is_not_overwritten(demand, side):
    claim, member = begin(demand, side), factories.member(side[0].organisation, "institution_member")
    claims.save_claim(claim, {"proposal": "甲"}, revision=0, by=member, at=NOW)
    with pytest.raises(Stale):
        claims.save_claim(claim, {"proposal": "乙"}, revision=0, by=side[1], at=NOW)
    claim.refresh_from_db()
    assert claim.draft == {"proposal": "甲"}


def test_a_draft_is_neither_written_by_strangers_nor_after_it_was_submitted(demand, side):
    claim = begin(demand, side)
    with pytest.raises(NotAllowed):
        claims.save_claim(claim, {}, revision=0, by=factories.institution_admin_zhou(), at=NOW)
    claims.submit_claim(claim, offer(), by=side[1], at=NOW)
    with pytest.raises(Stale):
        claims.save_claim(claim, {"proposal": "改"}, revision=0, by=side[1], at=NOW)


def test_a_draft_too_long_to_keep_is_refused_in_words(demand, side):
    claim = begin(demand, side)
    with pytest.raises(Refused, match="太长"):
        claims.save_claim(claim, {"proposal": "长" * 30_000}, revision=0, by=side[1], at=NOW)


# Who may, and when ----------------------------------------------------------------------


def test_only_the_institution_s_people_begin_and_only_its_administrator_submits(demand, side):
    with pytest.raises(NotAllowed):
        claims.start_claim(demand, pilot=side[0], by=factories.institution_admin_zhou(), at=NOW)
    member = factories.member(side[0].organisation, "institution_member")
    claim = claims.start_claim(demand, pilot=side[0], by=member, at=NOW)
    with pytest.raises(NotAllowed):  # before a word on what is missing
        claims.submit_claim(claim, offer(proposal=""), by=member, at=NOW)
    claim.refresh_from_db()
    assert (claim.state, claim.number) == (S.DRAFT, None)


@pytest.mark.parametrize("state", sorted(set(PilotInstitution.State.values) - {"LISTED"}))
def test_who_is_not_in_good_standing_neither_begins_nor_submits(demand, side, state):
    claim = begin(demand, side)
    PilotInstitution.objects.filter(pk=side[0].pk).update(state=state)
    with pytest.raises(Stale, match="暂不能揭榜"):
        claims.submit_claim(claim, offer(), by=side[1], at=NOW)
    pilot = PilotInstitution.objects.select_related("organisation").get(pk=side[0].pk)
    other = factories.demand("PUBLISHED")
    with pytest.raises(Refused, match="暂不能揭榜"):
        claims.start_claim(other, pilot=pilot, by=side[1], at=NOW)


def test_an_institution_of_another_round_does_not_claim(side):
    other = factories.demand("PUBLISHED", round=factories.make_round("2024"))
    with pytest.raises(Refused, match="不是该批次"):
        begin(other, side)


def test_the_window_opens_and_closes_to_the_second(demand, side):
    opens, closes = demand.list.claims_from, demand.claims_until
    with pytest.raises(Stale, match="尚未开始"):
        begin(demand, side, at=opens - SECOND)
    claim = begin(demand, side, at=opens)
    with pytest.raises(Stale, match="已结束"):
        claims.submit_claim(claim, offer(), by=side[1], at=closes)
    claims.submit_claim(claim, offer(), by=side[1], at=closes - SECOND)
    assert claim.submitted_at == closes - SECOND
    with pytest.raises(Stale, match="已结束"):
        begin(demand, institution(), at=closes)


@pytest.mark.parametrize("state", ["VERIFIED", "CHOOSING", "MATCHED", "UNCLAIMED", "WITHDRAWN"])
def test_only_a_published_demand_is_claimed(side, state):
    with pytest.raises(Stale):
        begin(factories.demand(state), side)


def test_all_faults_of_an_offer_are_told_at_once(demand, side):
    claim = begin(demand, side)
    bad = offer(kinds=("innovation",), proposal=" ", days=0, enterprise_fen=1, team="组长 13800000099")
    with pytest.raises(Refused) as refused:
        claims.submit_claim(claim, bad, by=side[1], at=NOW)
    assert {p.field for p in refused.value.problems} == {
        "kinds",
        "proposal",
        "days",
        "list_price_fen",
        "team",
    }
    claim.refresh_from_db()
    assert (claim.state, claim.number, claim.list_price_fen) == (S.DRAFT, None, 0)


@pytest.mark.parametrize(
    "changed", [{"kinds": ()}, {"days": 3651}, {"days": None}, {"proposal": "微信 wu_shili8"}]
)
def test_a_single_fault_is_told_at_its_field(demand, side, changed):
    with pytest.raises(Refused) as refused:
        claims.submit_claim(begin(demand, side), offer(**changed), by=side[1], at=NOW)
    assert [p.field for p in refused.value.problems] == list(changed)


def test_the_government_share_follows_the_round(demand, side):
    claim = begin(demand, side)
    shared = offer(government_fen=1_000_00, enterprise_fen=7_000_00)
    with pytest.raises(Refused, match="1 处"):
        claims.submit_claim(claim, shared, by=side[1], at=NOW)
    set_to(demand, "government_share_on", value=True)
    set_to(demand, "government_share_rate", 10)
    claims.submit_claim(claim, shared, by=side[1], at=NOW)
    claim.refresh_from_db()
    assert (claim.government_fen, claim.bears_ungranted) == (1_000_00, "institution")


# Affiliates -----------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["credit_code", "legal_representative"])
@pytest.mark.parametrize("where", ["library", "registered"])
def test_a_firm_of_the_same_house_is_not_claimed(demand, side, field, where):
    pilot, _ = side
    holder = demand.enterprise if where == "library" else demand.enterprise.organisation
    setattr(holder, field, getattr(pilot.organisation, field))
    holder.save()
    with pytest.raises(Refused, match="关联单位"):
        begin(demand, side)
    assert not Claim.objects.exists()


def test_who_becomes_an_affiliate_after_the_draft_cannot_submit_it(demand, side):
    claim = begin(demand, side)
    demand.enterprise.legal_representative = side[0].organisation.legal_representative
    demand.enterprise.save()
    with pytest.raises(Refused, match="关联单位"):
        claims.submit_claim(claim, offer(), by=side[1], at=NOW)


def test_of_two_affiliated_institutions_one_may_claim_until_it_withdraws(demand, side):
    sister = institution(
        application=factories.application(
            "CONFIRMED",
            organisation=factories.institution(
                legal_representative=side[0].organisation.legal_representative
            ),
        )
    )
    first = submitted(demand, side)
    with pytest.raises(Refused, match="只能由其中一家"):
        begin(demand, sister)
    claims.withdraw_claim(first, by=side[1], at=NOW)
    assert submitted(demand, sister).state == S.SUBMITTED


def test_who_stands_on_both_sides_does_not_act_between_the_two(demand, side):
    pilot, zhou = side
    zhou.user.memberships.create(
        organisation=demand.enterprise.organisation, role="enterprise_member", starts_at=NOW - DAY
    )
    with pytest.raises(NotAllowed, match="同时是对方单位"):
        begin(demand, side)
    colleague = factories.institution_admin_zhou(pilot.organisation)
    claim = begin(demand, (pilot, colleague))
    with pytest.raises(NotAllowed, match="同时是对方单位"):
        claims.submit_claim(claim, offer(), by=zhou, at=NOW)
    claims.submit_claim(claim, offer(), by=colleague, at=NOW)
    assert claim.state == S.SUBMITTED


# Numbers and limits ---------------------------------------------------------------------


def test_claims_are_numbered_by_demand_without_gaps_or_reuse(demand, side):
    demand.number = "2023-D-0001"
    demand.save()
    first = submitted(demand, side)
    refused = begin(demand, second := institution())
    with pytest.raises(Refused):
        claims.submit_claim(refused, offer(days=0), by=second[1], at=NOW)
    claims.withdraw_claim(first, by=side[1], at=NOW)
    again = submitted(demand, side)
    claims.submit_claim(refused, offer(), by=second[1], at=NOW)
    assert [c.number for c in (first, again, refused)] == [
        "2023-D-0001-01",
        "2023-D-0001-02",
        "2023-D-0001-03",
    ]
    assert submitted(factories.demand("PUBLISHED"), side).number.endswith("-01")


def test_a_demand_takes_no_more_claims_than_the_round_says(demand, side):
    set_to(demand, "claims_per_demand", 1)
    first = submitted(demand, side)
    second = institution()
    with pytest.raises(Stale, match="最多接受 1 家"):
        submitted(demand, second)
    claims.withdraw_claim(first, by=side[1], at=NOW)
    assert submitted(factories.demand("PUBLISHED"), second).state == S.SUBMITTED


@pytest.mark.parametrize(("of_list", "taken"), [(None, 1), (0, 3), (2, 2)])
def test_a_list_published_with_a_limit_of_its_own_is_taken_at_its_word(demand, of_list, taken):
    set_to(demand, "claims_per_demand", 1)
    DemandList.objects.filter(pk=demand.list_id).update(claims_limit=of_list)
    got = 0
    for _ in range(3):
        try:
            submitted(demand, institution())
        except Stale:
            continue
        got += 1
    assert got == taken


def test_open_claims_are_limited_by_the_places_left(side):
    pilot, zhou = side
    PilotInstitution.objects.filter(pk=pilot.pk).update(capacity=13, taken=12)
    first, *_ = [submitted(factories.demand("PUBLISHED"), side) for _ in range(3)]
    fourth = begin(factories.demand("PUBLISHED"), side)
    with pytest.raises(Stale, match="上限（3 项）"):
        claims.submit_claim(fourth, offer(), by=zhou, at=NOW)
    claims.withdraw_claim(first, by=zhou, at=NOW)
    claims.submit_claim(fourth, offer(), by=zhou, at=NOW)
    assert fourth.state == S.SUBMITTED


def test_the_first_submission_freezes_the_limits(demand, side):
    submitted(demand, side)
    frozen = SettingFreeze.objects.filter(round=demand.round).values_list("key", flat=True)
    assert {"claims_per_demand", "open_claims_factor"} <= set(frozen)


# One live claim -------------------------------------------------------------------------


def test_an_institution_claims_a_demand_once_and_again_after_withdrawing(demand, side):
    claim = submitted(demand, side)
    with pytest.raises(Stale, match="已经揭了这个榜"):
        begin(demand, side)
    claims.withdraw_claim(claim, by=side[1], at=NOW)
    assert begin(demand, side).pk != claim.pk


# The clock ------------------------------------------------------------------------------


def states():
    return list(Claim.objects.order_by("pk").values_list("state", flat=True))


def test_a_draft_lapses_when_the_window_has_closed_and_only_once(demand, side):
    begin(demand, side)
    submitted(demand, institution())
    assert clock.lapse_drafts(at=NOW) == 0
    close(demand)
    assert clock.lapse_drafts(at=CHOOSING) == 1
    assert states() == [S.LAPSED, S.SUBMITTED]
    assert clock.lapse_drafts(at=CHOOSING) == 0


def test_claims_on_a_withdrawn_demand_become_void_and_their_people_are_told(demand, side):
    submitted(demand, side)
    wu = factories.enterprise_admin_wu(demand.enterprise)
    demanding.withdraw_demand(demand, by=wu, at=NOW)
    assert clock.void_orphans(at=NOW) == 1
    assert states() == [S.VOID]
    assert Message.objects.filter(user=side[1].user, subject__contains="作废").count() == 1
    assert clock.void_orphans(at=NOW) == 0


def test_claims_freeze_with_a_suspension_and_thaw_after_it(demand, side):
    submitted(demand, side)
    PilotInstitution.objects.filter(pk=side[0].pk).update(state="SUSPENDED")
    assert [clock.freeze_suspended(at=NOW) for _ in range(2)] == [1, 0]
    assert states() == [S.FROZEN]
    PilotInstitution.objects.filter(pk=side[0].pk).update(state="LISTED")
    assert [clock.freeze_suspended(at=NOW) for _ in range(2)] == [1, 0]
    assert states() == [S.SUBMITTED]


def test_who_was_not_chosen_may_claim_the_demand_when_it_is_published_again(demand, side):
    old = factories.claim("NOT_SELECTED", demand=demand, pilot=side[0])
    Demand.objects.filter(pk=demand.pk).update(published_at=NOW + DAY)
    demand.refresh_from_db()
    new = submitted(demand, side, at=NOW + DAY)
    assert (new.state, old.state) == (S.SUBMITTED, S.NOT_SELECTED)
