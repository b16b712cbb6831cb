"""The year of a round as the notice lays it, and in which order its stages must end.

Source: the notice (3月10日前 to the county, 3月16日前 to the city, one year of service, 年底 award); days
that it leaves open are the portal's proposal, which the city edits when it opens a round.
"""

import datetime as dt

from pilot_portal.rounds.models import Stage

K = Stage.Kind
# Kind → first and last day as (years after the round's, month, day).
Day = tuple[int, int, int]
USUAL: dict[str, tuple[Day, Day]] = {
    K.APPLICATION: ((0, 2, 20), (0, 3, 10)),
    K.COUNTY_REPORT: ((0, 2, 20), (0, 3, 16)),
    K.DEMAND_COLLECTION: ((0, 2, 20), (0, 12, 31)),
    K.DEMAND_CHECK: ((0, 2, 20), (0, 12, 31)),
    K.PUBLICITY: ((0, 3, 17), (0, 3, 31)),
    K.PUBLICATION: ((0, 3, 20), (0, 12, 31)),
    K.CLAIMING: ((0, 3, 20), (0, 12, 31)),
    K.CHOOSING: ((0, 3, 20), (1, 1, 31)),
    K.SERVICE: ((0, 4, 1), (1, 3, 31)),
    K.AWARD: ((0, 12, 1), (1, 1, 31)),
    K.SATISFACTION: ((1, 3, 1), (1, 4, 10)),
    K.EVALUATION: ((1, 4, 11), (1, 4, 30)),
    K.DECISION: ((1, 4, 20), (1, 5, 31)),
}
# (earlier, later): the later stage must not end before the earlier one.
ENDS_AFTER: tuple[tuple[str, str], ...] = (
    (K.APPLICATION, K.COUNTY_REPORT),
    (K.DEMAND_COLLECTION, K.DEMAND_CHECK),
    (K.CLAIMING, K.CHOOSING),
    (K.SATISFACTION, K.EVALUATION),
    (K.EVALUATION, K.DECISION),
)
# Earlier → the stages that must not end before it.
LATER_THAN: dict[str, list[str]] = {
    earlier: [later for first, later in ENDS_AFTER if first == earlier] for earlier, _ in ENDS_AFTER
}


def usual_stages(year: int) -> dict[str, tuple[dt.date, dt.date]]:
    """First and last day of each stage of a year's round, as the portal proposes them."""

    def day(spot: Day) -> dt.date:
        return dt.date(year + spot[0], spot[1], spot[2])

    return {kind: (day(first), day(last)) for kind, (first, last) in USUAL.items()}


def order_problems(stages: dict[str, tuple[dt.date, dt.date]]) -> dict[str, str]:
    """What is impossible in a calendar: stage → why. Empty when it can be kept."""
    wrong = {kind: "截止日期不能早于开始日期。" for kind, (first, last) in stages.items() if last < first}
    for earlier, later in ENDS_AFTER:
        if earlier in stages and later in stages and stages[later][1] < stages[earlier][1]:
            wrong.setdefault(later, f"截止不能早于“{K(earlier).label}”的截止（{stages[earlier][1]}）。")
    return wrong
