"""Time. Stored aware in UTC, shown in Beijing time; acts receive the moment as an argument."""

import datetime as dt
from contextlib import suppress
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

BEIJING = ZoneInfo("Asia/Shanghai")


def now() -> dt.datetime:
    """The server's clock, aware. Called by views, commands and tasks only, never below them.

    In test mode a file may set it ahead (`CLOCK_AHEAD`: seconds), so that a whole year can be played.
    """
    ahead = 0.0
    if settings.CLOCK_AHEAD is not None:
        with suppress(FileNotFoundError):
            ahead = float(settings.CLOCK_AHEAD.read_text(encoding="ascii"))
    return timezone.now() + dt.timedelta(seconds=ahead)


def beijing(moment: dt.datetime) -> dt.datetime:
    """The same moment in Asia/Shanghai."""
    return moment.astimezone(BEIJING)


def beijing_date(moment: dt.datetime) -> dt.date:
    """The calendar day in Asia/Shanghai on which the moment falls."""
    return beijing(moment).date()


def day_start(day: dt.date) -> dt.datetime:
    """00:00 of the day in Asia/Shanghai."""
    return dt.datetime.combine(day, dt.time(), tzinfo=BEIJING)


def end_of_day(day: dt.date) -> dt.datetime:
    """24:00 of the day in Asia/Shanghai: "by the 10th" means before the 11th, 00:00."""
    return day_start(day + dt.timedelta(days=1))


def day_of(moment: dt.datetime) -> dt.date:
    """The day in Asia/Shanghai that a moment belongs to; 24:00 belongs to the day that ends."""
    return beijing_date(moment - dt.timedelta.resolution)


def spoken(moment: dt.datetime) -> str:
    """A deadline in words: 24:00 belongs to the day that ends (2023年3月10日 24:00)."""
    local = beijing(moment)
    if local.time() == dt.time():
        last = local.date() - dt.timedelta(days=1)
        return f"{last.year}年{last.month}月{last.day}日 24:00"
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
