"""The demonstration's rounds and their calendars, laid around today."""

import datetime as dt
from dataclasses import dataclass

from pilot_portal.common import clock
from pilot_portal.rounds.models import Round, Stage
from pilot_portal.rounds.operations import fill_calendar

K = Stage.Kind
# Days from today: begin and end (the end is 24:00 of that day). Stages overlap so that everybody has work.
THIS_YEAR: dict[str, tuple[int, int]] = {
    K.APPLICATION: (-74, 12),
    K.COUNTY_REPORT: (-70, 20),
    K.DEMAND_COLLECTION: (-60, 40),
    K.DEMAND_CHECK: (-58, 45),
    K.PUBLICITY: (-60, 25),
    K.PUBLICATION: (-40, 30),
    K.CLAIMING: (-38, 10),
    K.CHOOSING: (-30, 30),
    K.SERVICE: (-30, 335),
    K.AWARD: (-2, 60),
    K.SATISFACTION: (-3, 20),
    K.EVALUATION: (21, 40),
    K.DECISION: (30, 50),
}
LAST_YEAR: dict[str, tuple[int, int]] = {
    K.APPLICATION: (-480, -440),
    K.COUNTY_REPORT: (-470, -434),
    K.DEMAND_COLLECTION: (-480, -420),
    K.DEMAND_CHECK: (-475, -415),
    K.PUBLICITY: (-430, -420),
    K.PUBLICATION: (-420, -400),
    K.CLAIMING: (-418, -390),
    K.CHOOSING: (-390, -350),
    K.SERVICE: (-425, -60),
    K.AWARD: (-60, -20),
    K.SATISFACTION: (-60, -40),
    K.EVALUATION: (-39, -30),
    K.DECISION: (-30, -10),
}

# A second batch of last year that is judged today, a second batch of this year that applies today.
JUDGED_NOW = LAST_YEAR | {
    K.APPLICATION: (-450, -400),
    K.COUNTY_REPORT: (-450, -395),
    K.DEMAND_COLLECTION: (-450, -380),
    K.DEMAND_CHECK: (-450, -375),
    K.SATISFACTION: (-25, -6),
    K.EVALUATION: (-5, 20),
    K.DECISION: (-4, 40),
    K.AWARD: (-4, 60),
}
APPLYING_NOW = {kind: (first + 200, last + 200) for kind, (first, last) in THIS_YEAR.items()} | {
    K.APPLICATION: (-30, 15),
    K.COUNTY_REPORT: (-30, 20),
    K.PUBLICITY: (-25, 30),
}


@dataclass(frozen=True)
class Rounds:
    """The demonstration's rounds: two main years, and a second batch of each."""

    this: Round
    last: Round
    applying: Round
    judged: Round


def lay(round: Round, plan: dict[str, tuple[int, int]], today: dt.date) -> None:
    """Write a round's calendar around today; run again it only moves the stages."""
    for kind, (first, last) in plan.items():
        Stage.objects.update_or_create(
            round=round,
            kind=kind,
            defaults={
                "starts_at": clock.day_start(today + dt.timedelta(days=first)),
                "ends_at": clock.end_of_day(today + dt.timedelta(days=last)),
            },
        )


def rounds(today: dt.date) -> tuple[Rounds, bool]:
    """The demonstration's rounds; True when they were made just now. Run again only this year's move."""
    found = {round_.code: round_ for round_ in Round.objects.filter(is_demo=True)}
    if found:
        year = max(round_.year for round_ in found.values())
        this, last = found[str(year)], found[str(year - 1)]
        lay(this, THIS_YEAR, today)
        return Rounds(this, last, found[f"{year}B"], found[f"{year - 1}B"]), False
    made = []
    plans = (("", 0, THIS_YEAR), ("", 1, LAST_YEAR), ("B", 0, APPLYING_NOW), ("B", 1, JUDGED_NOW))
    for suffix, ago, plan in plans:
        year = today.year - ago
        batch = "（第二批）" if suffix else ""
        round_ = Round.objects.create(
            code=f"{year}{suffix}",
            year=year,
            title=f"{year}年株洲市支持服务机构（平台）培育优质企业试点{batch}",
            document_number=f"示例工信〔{year}〕{len(made) + 1}号",
            baseline_date=today - dt.timedelta(days=430 if ago else 60),
            is_demo=True,
        )
        lay(round_, plan, today)
        made.append(round_)
    for year in range(today.year - 2, today.year + 2):
        fill_calendar(year)
    return Rounds(*made), True
