"""What the notice computes at the year's end: scores, the exit test, ranking, progress. Pure functions."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

# The dimensions of the questionnaire (default of domain.md §3, not in the notice), with equal weights.
DIMENSIONS: dict[str, str] = {
    "response": "需求响应",
    "fit": "方案针对性",
    "people": "人员专业",
    "progress": "履约进度",
    "price": "收费合理透明",
    "effect": "实际成效",
    "overall": "总体满意",
}
OVERALL = "overall"
SATISFIED_FROM = 4
REASON_UP_TO = 2
HIGHEST = 5
SHOW_ROWS_FROM = 5
CENT = Decimal("0.01")


def weights(given: Mapping[str, Decimal] | None = None) -> dict[str, Fraction]:
    """The weights of the dimensions, made to sum up to one exactly; equal ones by default."""
    raw = {key: Fraction(value) for key, value in (given or dict.fromkeys(DIMENSIONS, Decimal(1))).items()}
    total = sum(raw.values())
    return {key: value / total for key, value in raw.items()}


def score(answers: Mapping[str, int], by_weight: Mapping[str, Fraction]) -> Fraction:
    """Score = Σ weight · (answer / 5) · 100, exactly: a seventh has no end as a decimal."""
    return sum((by_weight[key] * answers[key] / HIGHEST * 100 for key in by_weight), start=Fraction(0))


def may_show(answered: int) -> bool:
    """Whether marks may be shown to others than the city: below five only the verdict and its count are."""
    return answered >= SHOW_ROWS_FROM


def is_satisfied(overall: int) -> bool:
    """总体满意 ≥ 4 counts as satisfied."""
    return overall >= SATISFIED_FROM


def answer_problems(answers: Mapping[str, int | None], reasons: Mapping[str, str]) -> dict[str, str]:
    """What keeps a questionnaire from being taken: a missing answer, a low one without its reason."""
    problems = {}
    for key, label in DIMENSIONS.items():
        value = answers.get(key)
        if value is None or not 1 <= value <= HIGHEST:
            problems[key] = f"请为“{label}”打分。"
        elif value <= REASON_UP_TO and not reasons.get(key, "").strip():
            problems[f"reason_{key}"] = f"“{label}”为 {value} 分，请写明原因，以便改进。"
    return problems


@dataclass(frozen=True)
class Thresholds:
    """The round's numbers that the exit test uses."""

    satisfied_percent: int = 80
    min_answers: int = 5
    min_answer_percent: int = 60


@dataclass(frozen=True)
class Tally:
    """What was counted of one institution."""

    questionnaires: int
    answered: int
    satisfied: int
    left_out: int
    served: int
    committed: int


@dataclass(frozen=True)
class Outcome:
    """The verdict the numbers suggest, with every step explained in words."""

    proposal: str
    findings: tuple[str, ...]
    share: Decimal | None


def percent(part: int, whole: int) -> Decimal:
    """Part / whole in percent with one decimal, half up."""
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def judge(tally: Tally, limits: Thresholds) -> Outcome:
    """The exit test: the satisfied share alone, unshrunk; without enough answers no verdict (domain.md §3).

    Fewer enterprises served than promised is a finding of its own, not part of the test.
    """
    findings = [
        f"应收问卷 {tally.questionnaires} 份，收回 {tally.answered} 份"
        + (f"，另有 {tally.left_out} 份因非机构原因终止不计入。" if tally.left_out else "。")
    ]
    if tally.served < tally.committed:
        findings.append(f"未完成承诺：验收服务企业 {tally.served} 家，承诺 {tally.committed} 家。")
    else:
        findings.append(f"已完成承诺：验收服务企业 {tally.served} 家，承诺 {tally.committed} 家。")
    few = tally.answered < limits.min_answers
    thin = tally.questionnaires and tally.answered * 100 < limits.min_answer_percent * tally.questionnaires
    if not tally.answered or few or thin:
        findings.append(
            f"样本不足：至少须收回 {limits.min_answers} 份且不低于 {limits.min_answer_percent}%，不作结论。"
        )
        return Outcome("not_judged", tuple(findings), None)
    share = percent(tally.satisfied, tally.answered)
    # Compared without rounding: 79.96 % is below 80 %.
    passed = tally.satisfied * 100 >= limits.satisfied_percent * tally.answered
    sign = "不低于" if passed else "低于"
    findings.append(
        f"满意率 = 总体满意 4 分及以上 {tally.satisfied} 份 ÷ 收回 {tally.answered} 份 = {share}%，"
        f"{sign} {limits.satisfied_percent}%。"
    )
    return Outcome("keep" if passed else "remove", tuple(findings), share)


def mean_score(scores: Sequence[Fraction]) -> Decimal | None:
    """The mean of the questionnaires' scores to two decimals, half up; None without any."""
    if not scores:
        return None
    cents = sum(scores, start=Fraction(0)) * 100 / len(scores)
    return (Decimal(math.floor(cents + Fraction(1, 2))) / 100).quantize(CENT)


def ranking(rows: Sequence[tuple[int, Decimal | None, int]]) -> dict[int, int]:
    """Ranks by score, then by enterprises served; equal ones share a rank (1, 2, 2, 4). key → rank."""
    judged = sorted((row for row in rows if row[1] is not None), key=lambda r: (-(r[1] or 0), -r[2], r[0]))
    ranks: dict[int, int] = {}
    before: tuple[Decimal | None, int] | None = None
    for place, (key, value, served) in enumerate(judged, 1):
        same = before == (value, served)
        ranks[key] = ranks[judged[place - 2][0]] if same else place
        before = (value, served)
    return ranks


@dataclass(frozen=True)
class Progress:
    """One of the six targets: reached of wanted, with the share of the term that has passed."""

    label: str
    reached: int
    target: int
    passed_percent: int

    @property
    def percent(self) -> int:
        """Reached in percent of the target, capped for the bar at 100."""
        return min(100, self.reached * 100 // self.target) if self.target else 0

    @property
    def pace(self) -> str:
        """快于进度, 接近进度 or 慢于进度: more than five points ahead, near, or more than five behind."""
        gap = self.percent - self.passed_percent
        near = 5
        if gap > near:
            return "快于进度"
        return "接近进度" if gap >= -near else "慢于进度"
