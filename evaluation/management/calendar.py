"""The demonstration's two rounds and their calendars, laid around today."""

import datetime as dt

from pilot_portal.common import clock
from pilot_portal.rounds.models import Round, Stage
from pilot_portal.rounds.operations import fill_calendar

K = Stage.Kind
# Days from today: begin and end (the end is 24:00 of that day). Stages overlap so that everybody has work.
THIS_YEAR: dict[str, tuple[int, int]] = {
    K.APPLICATION: (-60, 12),
    K.COUNTY_REPORT: (-55, 20),
    K.DEMAND_COLLECTION: (-60, 40),
    K.DEMAND_CHECK: (-58, 45),
    K.PUBLICITY: (-40, 25),
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


def rounds(today: dt.date) -> tuple[Round, Round, bool]:
    """The demonstration's rounds of this year and the last; True when they were made just now."""
    found = list(Round.objects.filter(is_demo=True).order_by("-year"))
    if found:
        this, last = found[0], found[1]
        lay(this, THIS_YEAR, today)
        return this, last, False
    made = [
        Round.objects.create(
            code=str(year),
            year=year,
            title=f"{year}年株洲市支持服务机构（平台）培育优质企业试点",
            document_number=f"示例工信〔{year}〕1号",
            baseline_date=today - dt.timedelta(days=60 if year == today.year else 430),
            is_demo=True,
        )
        for year in (today.year, today.year - 1)
    ]
    lay(made[0], THIS_YEAR, today)
    lay(made[1], LAST_YEAR, today)
    for year in range(today.year - 2, today.year + 2):
        fill_calendar(year)
    return made[0], made[1], True
