"""Cultivation results: claimed by the institution, confirmed by the firm, verified, counted once per firm."""

import datetime as dt

import pytest

from evaluation import queries
from evaluation.models import Result, ResultShare
from evaluation.operations import results
from pilot_portal.codes.models import Tier
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.notifications.models import Message
from pilot_portal.rounds.models import Round
from tests import factories
from tests.evaluation.year import DAY, move_stage, served
from tests.factories import NOW

pytestmark = pytest.mark.django_db
S = Result.State
TODAY = NOW.date()


@pytest.fixture
def engagement():
    return served()


def claim(engagement, tier="provincial", *, by=None, at=NOW, **changes):
    given = {"reached_on": TODAY, "evidence": "示例公告〔2023〕1号"}
    return results.claim_result(
        engagement.pilot,
        engagement.enterprise,
        Tier.objects.get(code=tier),
        **given | changes,
        by=by or factories.institution_admin_zhou(engagement.pilot.organisation),
        at=at,
    )


def confirmed(engagement, tier="provincial"):
    made = claim(engagement, tier)
    results.enterprise_confirm(made, by=factories.enterprise_admin_wu(engagement.enterprise), at=NOW)
    results.verify(made, by=factories.county_reviewer_wang(), at=NOW)
    results.confirm(made, by=factories.city_chief_zhao(), at=NOW)
    return made


def reached(at=NOW):
    return [row.reached for row in queries.progress(factories.make_round(), at=at)]


# Claiming -------------------------------------------------------------------------------


def test_a_result_is_claimed_and_the_firm_is_asked(engagement):
    wu = factories.enterprise_admin_wu(engagement.enterprise)
    made = Result.objects.get(pk=claim(engagement, evidence=" 示例公告〔2023〕1号 ").pk)
    assert (made.state, made.evidence, made.is_supplementary) == (S.CLAIMED, "示例公告〔2023〕1号", False)
    assert ResultShare.objects.values_list("pilot", "percent").get() == (engagement.pilot_id, 100)
    assert Message.objects.filter(user=wu.user, path="/my/results/").count() == 1


def test_all_that_is_wrong_with_a_claim_is_told_at_once():
    stranger = served(state="AGREED")  # never signed
    with pytest.raises(Refused) as refused:
        claim(stranger, reached_on=dt.date(2022, 12, 31), evidence=" ")
    assert [p.field for p in refused.value.problems] == ["enterprise", "reached_on", "evidence"]
    assert not Result.objects.exists()


@pytest.mark.parametrize(
    ("day", "accepted"),
    [(dt.date(2022, 12, 31), False), (dt.date(2023, 1, 1), True), (TODAY, True), (TODAY + DAY, False)],
)
def test_a_result_lies_between_the_baseline_and_today(engagement, day, accepted):
    if accepted:
        assert claim(engagement, reached_on=day).reached_on == day
    else:
        with pytest.raises(Refused) as refused:
            claim(engagement, reached_on=day)
        assert [p.field for p in refused.value.problems] == ["reached_on"]


@pytest.mark.parametrize(
    ("day", "supplementary"),
    [
        (dt.date(2024, 2, 28), False),
        (dt.date(2024, 2, 29), True),
        (dt.date(2025, 2, 28), True),
        (dt.date(2025, 3, 1), None),
    ],
)
def test_after_the_term_results_are_supplementary_for_twelve_months(engagement, day, supplementary):
    end = NOW.replace(year=2024, month=2, day=29, hour=0)  # the term ends with 28 February 2024, 24:00
    move_stage(engagement.round, "service", NOW, end)
    later = NOW.replace(year=2026)
    if supplementary is None:
        with pytest.raises(Refused) as refused:
            claim(engagement, reached_on=day, at=later)
        assert "12 个月" in refused.value.problems[0].message
    else:
        assert claim(engagement, reached_on=day, at=later).is_supplementary is supplementary


def test_only_the_institutions_administrator_claims(engagement):
    body = engagement.pilot.organisation
    for by in (
        factories.member(body, "institution_member"),
        factories.institution_admin_zhou(),
        factories.enterprise_admin_wu(engagement.enterprise),
        factories.city_chief_zhao(),
    ):
        with pytest.raises(NotAllowed):
            claim(engagement, by=by)


@pytest.mark.both_databases
def test_a_firms_tier_is_claimed_once_until_it_was_denied(engagement):
    other = factories.engagement(
        "ACCEPTED",
        claim=factories.claim(
            "SELECTED", demand=factories.demand("MATCHED", enterprise=engagement.enterprise)
        ),
    )
    first = claim(engagement)
    with pytest.raises(Stale, match="已有机构申报"):
        claim(other)
    assert claim(other, "giant").state == S.CLAIMED
    wu = factories.enterprise_admin_wu(engagement.enterprise)
    results.deny(first, by=wu, at=NOW, note="与该机构的服务无关")
    assert claim(other).pilot_id == other.pilot_id


# Sharing --------------------------------------------------------------------------------


@pytest.fixture
def partner(engagement):
    """Another institution that served the same firm."""
    on = factories.demand("MATCHED", enterprise=engagement.enterprise)
    return factories.engagement("ACCEPTED", claim=factories.claim("SELECTED", demand=on))


def share(made, shares, **changes):
    by = factories.institution_admin_zhou(made.pilot.organisation)
    results.state_shares(made, shares, **{"by": by, "at": NOW} | changes)


def stated():
    return dict(ResultShare.objects.values_list("pilot_id", "percent"))


def test_institutions_share_a_result_and_it_still_counts_once(engagement, partner):
    made = claim(engagement)
    share(made, {engagement.pilot_id: 60, partner.pilot_id: 40})
    share(made, {engagement.pilot_id: 70, partner.pilot_id: 30})
    assert stated() == {engagement.pilot_id: 70, partner.pilot_id: 30}
    qian = factories.institution_admin_zhou(partner.pilot.organisation)
    assert queries.visible_results(qian).get().shares_in_words == (
        f"{engagement.pilot.organisation.name} 70%，{partner.pilot.organisation.name} 30%"
    )
    Result.objects.filter(pk=made.pk).update(state=S.CONFIRMED)
    assert reached() == [0, 1, 0, 0, 0, 0]


def test_shares_are_a_hundred_among_those_who_served_the_firm(engagement, partner):
    made, stranger = claim(engagement), served()
    own, other = engagement.pilot_id, partner.pilot_id
    for wrong, words in (
        ({own: 60, other: 30}, "现为 90%"),
        ({own: 60, other: 50}, "现为 110%"),
        ({own: 150, other: -50}, "合计须为 100%"),
        ({}, "现为 0%"),
        ({other: 100}, "申报机构自己"),
        ({own: 50, stranger.pilot_id: 50}, "服务过该企业"),
    ):
        with pytest.raises(Refused, match=words):
            share(made, wrong)
    assert stated() == {own: 100}


def test_only_the_claimant_states_shares_and_only_until_the_firm_answered(engagement, partner):
    made = claim(engagement)
    halves = {engagement.pilot_id: 50, partner.pilot_id: 50}
    for by in (
        factories.institution_admin_zhou(partner.pilot.organisation),
        factories.member(engagement.pilot.organisation, "institution_member"),
        factories.city_chief_zhao(),
    ):
        with pytest.raises(NotAllowed):
            share(made, halves, by=by)
    results.enterprise_confirm(made, by=factories.enterprise_admin_wu(engagement.enterprise), at=NOW)
    with pytest.raises(Stale, match="已经答复"):
        share(made, halves)
    assert stated() == {engagement.pilot_id: 100}


# Confirming, verifying, counting --------------------------------------------------------


def test_firm_county_and_city_confirm_in_this_order(engagement):
    made = claim(engagement)
    wu = factories.enterprise_admin_wu(engagement.enterprise)
    wang, zhao = factories.county_reviewer_wang(), factories.city_chief_zhao()
    with pytest.raises(Stale):
        results.verify(made, by=wang, at=NOW)
    results.enterprise_confirm(made, by=wu, at=NOW)
    with pytest.raises(Stale):
        results.confirm(made, by=zhao, at=NOW)
    with pytest.raises(NotAllowed):
        results.verify(made, by=factories.county_reviewer_wang(factories.region("430223")), at=NOW)
    results.verify(made, by=wang, at=NOW)
    results.confirm(made, by=zhao, at=NOW)
    assert Result.objects.get().state == S.CONFIRMED


def test_a_firm_that_denies_says_why_and_only_the_firm_does(engagement):
    made = claim(engagement)
    with pytest.raises(NotAllowed):
        results.deny(made, by=factories.enterprise_admin_wu(), at=NOW, note="理由")
    with pytest.raises(NotAllowed):
        results.enterprise_confirm(
            made, by=factories.member(engagement.enterprise.organisation, "enterprise_member"), at=NOW
        )
    with pytest.raises(Refused):
        results.deny(made, by=factories.enterprise_admin_wu(engagement.enterprise), at=NOW, note="")
    assert Result.objects.get().state == S.CLAIMED


@pytest.mark.parametrize("state", ["CLAIMED", "ENTERPRISE_CONFIRMED", "DENIED", "VERIFIED", "REVOKED"])
def test_only_what_the_city_confirmed_counts(state):
    factories.result(state)
    assert reached() == [0] * 6


def test_the_six_targets_of_the_notice_and_what_was_reached():
    for tier, times in {"innovative": 3, "provincial": 2, "giant": 1, "above-scale": 2}.items():
        for _ in range(times):
            confirmed(served(), tier)
    rows = queries.progress(factories.make_round(), at=NOW)
    assert [(row.reached, row.target) for row in rows] == [
        (3, 200),
        (2, 80),
        (1, 30),
        (0, 10),
        (0, 6),
        (2, 200),
    ]


def test_only_the_national_champion_counts_toward_the_six():
    confirmed(served(), "national-champion")
    confirmed(served(), "provincial-champion")
    assert reached() == [0, 0, 0, 0, 1, 0]


def test_one_firm_may_reach_several_tiers_and_counts_once_in_each(engagement):
    confirmed(engagement, "provincial")
    confirmed(engagement, "above-scale")
    assert reached() == [0, 1, 0, 0, 0, 1]


def test_a_revoked_result_counts_no_longer(engagement):
    made = confirmed(engagement)
    zhao = factories.city_chief_zhao()
    with pytest.raises(Refused):
        results.revoke(made, by=zhao, at=NOW, note=" ")
    assert reached() == [0, 1, 0, 0, 0, 0]
    results.revoke(made, by=zhao, at=NOW, note="认定被撤销")
    assert reached() == [0] * 6


def test_another_rounds_results_do_not_count_here(engagement):
    confirmed(engagement)
    other = factories.make_round("2024")
    assert [row.reached for row in queries.progress(other, at=NOW)] == [0] * 6
    assert Round.objects.count() == 2


def test_the_share_of_the_term_that_has_passed():
    round_ = factories.make_round()
    move_stage(round_, "service", NOW, NOW + 100 * DAY)
    shares = {n: queries.term_passed_percent(round_, at=NOW + n * DAY) for n in (-1, 0, 25, 100, 300)}
    assert shares == {-1: 0, 0: 0, 25: 25, 100: 100, 300: 100}
    round_.stages.filter(kind="service").delete()
    assert queries.term_passed_percent(round_, at=NOW) == 0
