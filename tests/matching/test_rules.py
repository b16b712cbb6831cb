"""What the notice computes about a price, a capacity and affiliates, whatever numbers are typed."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from matching import rules
from matching.rules import Body, ClaimData, Split

FEN = st.integers(0, rules.MOST_FEN)
ANY = st.integers(-rules.MOST_FEN * 2, rules.MOST_FEN * 2)


def fields_of(problems):
    return {problem.field for problem in problems}


@given(concession=FEN, enterprise=FEN)
def test_a_split_that_adds_up_to_the_fen_without_government_share_is_right(concession, enterprise):
    assume(0 < concession + enterprise <= rules.MOST_FEN)
    split = Split(concession + enterprise, 0, concession, enterprise)
    assert rules.split_problems(split, government_cap=0) == []


@given(total=ANY, government=ANY, concession=ANY, enterprise=ANY, cap=FEN)
def test_what_is_accepted_adds_up_is_never_negative_and_keeps_to_the_cap(
    total, government, concession, enterprise, cap
):
    split = Split(total, government, concession, enterprise)
    if rules.split_problems(split, government_cap=cap):
        return
    assert government + concession + enterprise == total
    assert min(government, concession, enterprise) >= 0
    assert 0 < total <= rules.MOST_FEN
    assert government <= cap


@given(concession=FEN, enterprise=FEN, off_by=st.sampled_from([-1, 1]))
def test_a_single_fen_too_much_or_too_little_is_told_with_both_sums(concession, enterprise, off_by):
    total = concession + enterprise + off_by
    assume(0 < total <= rules.MOST_FEN)
    (problem,) = rules.split_problems(Split(total, 0, concession, enterprise), government_cap=0)
    assert problem.field == "list_price_fen"
    assert rules.yuan(total) in problem.message
    assert rules.yuan(concession + enterprise) in problem.message


@pytest.mark.parametrize("part", ["government_fen", "concession_fen", "enterprise_fen"])
def test_a_negative_part_is_told_at_its_own_field(part):
    parts = {"government_fen": 0, "concession_fen": 0, "enterprise_fen": 500} | {part: -100}
    split = Split(sum(parts.values()), *parts.values())
    assert part in fields_of(rules.split_problems(split, government_cap=1000))


@given(government=st.integers(1, 10**9))
def test_no_government_share_is_taken_while_the_round_has_none(government):
    problems = rules.split_problems(Split(government, government, 0, 0), government_cap=0)
    assert [p.message for p in problems] == ["政府补助本年度尚未明确，请填 0。"]


@given(price=FEN, rate=st.integers(0, 100), cap=FEN)
def test_the_government_s_cap_is_nothing_while_off_and_never_more_than_rate_cap_or_price(price, rate, cap):
    assert rules.government_cap(price, is_on=False, rate_percent=rate, cap=cap) == 0
    most = rules.government_cap(price, is_on=True, rate_percent=rate, cap=cap)
    assert 0 <= most <= price
    assert most * 100 <= price * rate < (most + 1) * 100 or most == cap
    assert not cap or most <= cap


def test_a_cap_in_force_is_named_in_yuan():
    cap = rules.government_cap(10_000_00, is_on=True, rate_percent=30, cap=0)
    (problem,) = rules.split_problems(Split(10_000_00, 3_000_01, 0, 6_999_99), government_cap=cap)
    assert (problem.field, problem.message) == ("government_fen", "政府补助不得超过 3,000.00 元。")
    assert rules.split_problems(Split(10_000_00, 3_000_00, 0, 7_000_00), government_cap=cap) == []


def test_a_price_beyond_everything_is_questioned_not_stored():
    found = rules.split_problems(Split(10**30, 0, 0, 10**30), government_cap=0)
    assert fields_of(found) == {"list_price_fen", "enterprise_fen"}


@given(fen=ANY)
def test_yuan_reads_back_to_the_same_fen(fen):
    assert round(float(rules.yuan(fen).replace(",", "")) * 100) == fen


def test_a_claim_s_data_gives_the_split_it_was_typed_with():
    data = ClaimData(list_price_fen=10, government_fen=1, concession_fen=2, enterprise_fen=7)
    assert data.split == Split(10, 1, 2, 7)
    assert ClaimData().bears_ungranted == "institution"


@given(capacity=st.integers(0, 500), taken=st.integers(0, 500), factor=st.integers(0, 10))
def test_open_claims_are_limited_by_the_places_left(capacity, taken, factor):
    limit = rules.open_claims_limit(capacity, taken, factor)
    assert limit == factor * (capacity - taken) if taken < capacity else limit == 0


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Body("A", "甲"), Body("A", "乙"), True),
        (Body("A", "甲"), Body("B", "甲"), True),
        (Body("A", "甲"), Body("B", "乙"), False),
        (Body(None, ""), Body(None, ""), False),
        (Body("", "甲"), Body("", "乙"), False),
    ],
)
def test_one_house_is_who_has_one_code_or_one_legal_representative(one, other, expected):
    assert rules.is_affiliated(one, other) is expected
    assert rules.is_affiliated(other, one) is expected


def test_a_shared_person_or_phone_is_a_hint_and_no_affiliation():
    own = Body("A", "甲", contacts=frozenset({"13800000001"}), people=frozenset({7, 8}))
    firm = Body("B", "乙", contacts=frozenset({"13800000001", "13800000002"}), people=frozenset({8}))
    assert rules.shared_hints(own, firm) == ["双方有同一经办人", "双方联系电话相同"]
    assert not rules.is_affiliated(own, firm)
    assert rules.shared_hints(own, Body("B", "乙", frozenset({"13800000002"}), frozenset({9}))) == []


@given(needed=st.lists(st.text(max_size=3), unique=True), chosen=st.lists(st.text(max_size=3)))
def test_what_no_choice_covers_stays_in_the_demand_s_order(needed, chosen):
    left = rules.uncovered(needed, chosen)
    assert set(left) == set(needed) - set(chosen)
    assert left == sorted(left, key=needed.index)
