"""What the notice computes at the year's end, against examples by hand and for all inputs."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation import rules
from evaluation.rules import DIMENSIONS, Progress, Tally, Thresholds, judge

MARKS = st.fixed_dictionaries({key: st.integers(1, 5) for key in DIMENSIONS})
EQUAL = rules.weights()
DEFAULTS = Thresholds()


def tally(**changes: int) -> Tally:
    given_ = {
        "questionnaires": 10,
        "answered": 10,
        "satisfied": 8,
        "left_out": 0,
        "served": 12,
        "committed": 12,
    }
    return Tally(**given_ | changes)


def half_up(value: Fraction) -> Decimal:
    """To two decimals, half up, without any floating or rounded step before."""
    return Decimal(int(value * 100 + Fraction(1, 2))) / 100


# Scores ---------------------------------------------------------------------------------


def test_the_questionnaire_asks_the_seven_things_of_the_specification_in_its_order():
    said = "需求响应 · 方案针对性 · 人员专业 · 履约进度 · 收费合理透明 · 实际成效 · 总体满意"
    assert " · ".join(DIMENSIONS.values()) == said


@pytest.mark.parametrize(
    ("marks", "score"),
    [
        ([5, 5, 5, 5, 5, 5, 5], "100.00"),
        ([1, 1, 1, 1, 1, 1, 1], "20.00"),
        ([5, 4, 4, 5, 3, 4, 4], "82.86"),  # 29 of 35
        ([4, 4, 4, 4, 4, 4, 5], "82.86"),
        ([3, 3, 3, 3, 3, 3, 4], "62.86"),  # 22 of 35
    ],
)
def test_a_score_by_hand(marks, score):
    given_ = dict(zip(DIMENSIONS, marks, strict=True))
    assert rules.mean_score([rules.score(given_, EQUAL)]) == Decimal(score)


def test_the_mean_by_hand():
    scores = [rules.score(dict.fromkeys(DIMENSIONS, mark), EQUAL) for mark in (5, 4, 4)]
    assert rules.mean_score(scores) == Decimal("86.67")  # (100 + 80 + 80) / 3
    assert rules.mean_score([]) is None


def test_weights_count_in_proportion_whatever_they_sum_up_to():
    double = dict.fromkeys(DIMENSIONS, Decimal(1)) | {"overall": Decimal(2)}
    marks = dict.fromkeys(DIMENSIONS, 5) | {"overall": 1}
    # (6·5 + 2·1) / (8·5) = 32/40
    assert rules.mean_score([rules.score(marks, rules.weights(double))]) == Decimal("80.00")


@given(st.lists(MARKS, min_size=1, max_size=40))
def test_the_mean_is_exact_to_the_cent_half_up(answers):
    exact = sum(Fraction(sum(marks.values()), 35) * 100 for marks in answers) / len(answers)
    assert rules.mean_score([rules.score(marks, EQUAL) for marks in answers]) == half_up(exact)


@given(st.permutations([4] * 77 + [5] * 147))
def test_a_mean_in_the_very_middle_between_two_cents_goes_up(marks):
    rows = [dict(zip(DIMENSIONS, marks[n : n + 7], strict=True)) for n in range(0, 224, 7)]
    # 1043 of 1120 points in 32 answers: 93.125 exactly
    assert rules.mean_score([rules.score(row, EQUAL) for row in rows]) == Decimal("93.13")


@given(MARKS, st.sampled_from(sorted(DIMENSIONS)))
def test_a_better_mark_never_lowers_the_score(marks, key):
    better = marks | {key: min(5, marks[key] + 1)}
    assert rules.score(better, EQUAL) >= rules.score(marks, EQUAL)
    assert 20 <= rules.score(marks, EQUAL) <= 100


@given(st.dictionaries(st.sampled_from(sorted(DIMENSIONS)), st.decimals(1, 50, places=1), min_size=1))
def test_weights_sum_up_to_one(raw):
    assert sum(rules.weights(raw).values()) == 1


# What a questionnaire must have ---------------------------------------------------------


@given(
    st.fixed_dictionaries({key: st.one_of(st.none(), st.integers(-1, 7)) for key in DIMENSIONS}),
    st.dictionaries(st.sampled_from(sorted(DIMENSIONS)), st.sampled_from(["", "  ", "太慢"])),
)
def test_every_missing_mark_and_every_low_one_without_reason_is_told(marks, reasons):
    problems = rules.answer_problems(marks, reasons)
    missing = {key for key, mark in marks.items() if mark not in {1, 2, 3, 4, 5}}
    low = {f"reason_{key}" for key, mark in marks.items() if mark in {1, 2} and reasons.get(key) != "太慢"}
    assert set(problems) == missing | low


# The exit test --------------------------------------------------------------------------


def test_the_defaults_are_those_of_the_specification():
    assert (DEFAULTS.satisfied_percent, DEFAULTS.min_answers, DEFAULTS.min_answer_percent) == (80, 5, 60)


@pytest.mark.parametrize(
    ("changes", "proposal", "share"),
    [
        ({}, "keep", "80.0"),
        ({"satisfied": 7}, "remove", "70.0"),
        ({"answered": 9, "satisfied": 7}, "remove", "77.8"),
        ({"answered": 6, "satisfied": 6}, "keep", "100.0"),  # 60 % exactly is enough
        ({"answered": 5, "satisfied": 5}, "not_judged", None),  # 50 % of ten
        ({"questionnaires": 5, "answered": 5, "satisfied": 4}, "keep", "80.0"),
        ({"questionnaires": 4, "answered": 4, "satisfied": 4}, "not_judged", None),  # fewer than five
        ({"questionnaires": 0, "answered": 0, "satisfied": 0}, "not_judged", None),
        ({"questionnaires": 9999, "answered": 9999, "satisfied": 7999}, "remove", "80.0"),  # 79.998 %
    ],
)
def test_the_exit_test_by_hand(changes, proposal, share):
    outcome = judge(tally(**changes), DEFAULTS)
    assert outcome.proposal == proposal
    assert outcome.share == (None if share is None else Decimal(share))


def test_every_number_of_the_verdict_stands_in_its_explanation():
    outcome = judge(tally(answered=9, satisfied=7, left_out=2, served=9), DEFAULTS)
    assert outcome.findings == (
        "应收问卷 10 份，收回 9 份，另有 2 份因非机构原因终止不计入。",
        "未完成承诺：验收服务企业 9 家，承诺 12 家。",
        "满意率 = 总体满意 4 分及以上 7 份 ÷ 收回 9 份 = 77.8%，低于 80%。",
    )


def test_too_few_served_is_a_finding_and_never_part_of_the_exit_test():
    few, many = judge(tally(served=3), DEFAULTS), judge(tally(served=30), DEFAULTS)
    assert (few.proposal, few.share) == (many.proposal, many.share)
    assert few.findings[1].startswith("未完成承诺")
    assert many.findings[1].startswith("已完成承诺")


COUNTS = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60)).map(
    lambda n: sorted(n, reverse=True)
)
LIMITS = st.builds(Thresholds, st.integers(0, 100), st.integers(0, 12), st.integers(0, 100))


@given(COUNTS, LIMITS)
def test_the_verdict_is_the_share_alone_and_only_with_enough_answers(counts, limits):
    asked, answered, satisfied = counts
    outcome = judge(tally(questionnaires=asked, answered=answered, satisfied=satisfied), limits)
    enough = (
        answered > 0
        and answered >= limits.min_answers
        and Fraction(answered, asked) >= Fraction(limits.min_answer_percent, 100)
    )
    if not enough:
        assert (outcome.proposal, outcome.share) == ("not_judged", None)
    else:
        passed = Fraction(satisfied, answered) >= Fraction(limits.satisfied_percent, 100)
        assert outcome.proposal == ("keep" if passed else "remove")
        assert abs(Fraction(outcome.share) - Fraction(satisfied * 100, answered)) <= Fraction(1, 20)


@pytest.mark.parametrize(("mark", "satisfied"), [(1, False), (2, False), (3, False), (4, True), (5, True)])
def test_four_and_five_are_satisfied(mark, satisfied):
    assert rules.is_satisfied(mark) is satisfied


@pytest.mark.parametrize(("answered", "shown"), [(0, False), (4, False), (5, True), (6, True)])
def test_marks_are_shown_from_five_answers_on(answered, shown):
    assert rules.may_show(answered) is shown


# Ranking --------------------------------------------------------------------------------


def test_equal_ones_share_a_rank_and_the_next_one_is_counted_on():
    d = Decimal
    rows = [
        (1, d("90.00"), 12),
        (2, d("95.00"), 10),
        (3, d("90.00"), 12),
        (4, d("90.00"), 15),
        (5, None, 40),
        (6, d("80.00"), 12),
    ]
    assert rules.ranking(rows) == {2: 1, 4: 2, 1: 3, 3: 3, 6: 5}


ROWS = st.lists(
    st.tuples(st.one_of(st.none(), st.sampled_from([Decimal(n) for n in (70, 80, 90)])), st.integers(0, 3)),
    max_size=12,
).map(lambda rows: [(key, *row) for key, row in enumerate(rows)])


@given(ROWS)
def test_a_rank_is_one_more_than_the_number_of_better_ones(rows):
    ranks = rules.ranking(rows)
    scored = [row for row in rows if row[1] is not None]
    assert set(ranks) == {row[0] for row in scored}
    for key, score, served in scored:
        better = sum((other[1], other[2]) > (score, served) for other in scored)
        assert ranks[key] == better + 1


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_in_which_they_come_does_not_matter(rows, chance):
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert rules.ranking(shuffled) == rules.ranking(rows)


# The six targets ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reached", "target", "passed", "percent", "pace"),
    [
        (100, 200, 50, 50, "接近进度"),
        (112, 200, 50, 56, "快于进度"),
        (110, 200, 50, 55, "接近进度"),
        (88, 200, 50, 44, "慢于进度"),
        (90, 200, 50, 45, "接近进度"),
        (3, 6, 20, 50, "快于进度"),
        (0, 10, 0, 0, "接近进度"),
        (250, 200, 100, 100, "接近进度"),
        (5, 0, 10, 0, "慢于进度"),
    ],
)
def test_progress_by_hand(reached, target, passed, percent, pace):
    row = Progress("示例", reached, target, passed)
    assert (row.percent, row.pace) == (percent, pace)


@given(st.integers(0, 500), st.integers(0, 300), st.integers(0, 100))
def test_a_bar_is_never_longer_than_its_box(reached, target, passed):
    row = Progress("示例", reached, target, passed)
    assert 0 <= row.percent <= 100
    assert (row.percent == 100) == (target > 0 and reached >= target)
