"""Reading rounds: which deadline holds for whom, which number is in force, which day is a working day."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from pilot_portal.common import clock
from pilot_portal.rounds.models import CalendarDay, Extension, Round, RoundSetting, SettingFreeze, Stage
from pilot_portal.rounds.settings_table import SETTINGS


@dataclass(frozen=True)
class Deadline:
    """A stage's end as pages show it: its words, its moment, what is left."""

    label: str
    starts_at: dt.datetime
    end: dt.datetime
    at: dt.datetime
    extended: bool = False

    @property
    def is_open(self) -> bool:
        """Within the stage at `at`."""
        return self.starts_at <= self.at < self.end

    @property
    def is_over(self) -> bool:
        """The end has passed."""
        return self.at >= self.end

    @property
    def words(self) -> str:
        """「2023年3月10日 24:00」."""
        return clock.spoken(self.end)

    @property
    def left_words(self) -> str:
        """「3 天 9 小时」, 「45 分钟」 or 「已截止」."""
        if self.is_over:
            return "已截止"
        minutes = int((self.end - self.at).total_seconds() // 60)
        days, hours = minutes // 1440, minutes % 1440 // 60
        if days:
            return f"{days} 天 {hours} 小时"
        return f"{hours} 小时 {minutes % 60} 分钟" if hours else f"{minutes} 分钟"


def rounds_newest_first() -> QuerySet[Round]:
    """All rounds, newest first."""
    return Round.objects.order_by("-year", "-code")


def round_shown(code: str, stage: str, at: dt.datetime) -> tuple[list[Round], Round | None]:
    """All rounds, newest first, and the one a page is about. Two queries.

    It is the one asked for; else the newest whose stage of this kind has begun, so that a page does not open
    on a round in which there is nothing yet to see; else the newest.
    """
    rounds = list(rounds_newest_first())
    begun = set(Stage.objects.filter(kind=stage, starts_at__lte=at).values_list("round_id", flat=True))
    for wanted in ((r for r in rounds if r.code == code), (r for r in rounds if r.pk in begun), iter(rounds)):
        found = next(wanted, None)
        if found is not None:
            return rounds, found
    return rounds, None


def deadline(
    round: Round,
    kind: str,
    *,
    at: dt.datetime,
    region_id: int | None = None,
    case: tuple[str, int] | None = None,
) -> Deadline | None:
    """The end of a stage that holds for this county or case at `at`: the latest of stage and extensions.

    None when the round's calendar does not have the stage.
    """
    stage = Stage.objects.filter(round=round, kind=kind).first()
    return None if stage is None else deadline_of(stage, at=at, region_id=region_id, case=case)


def deadline_of(
    stage: Stage, *, at: dt.datetime, region_id: int | None = None, case: tuple[str, int] | None = None
) -> Deadline:
    """The end of this stage that holds for this county or case at `at`."""
    scope = Q(region=None, case_id=None)
    if region_id is not None:
        scope |= Q(region_id=region_id, case_id=None)
    if case is not None:
        scope |= Q(case_type=case[0], case_id=case[1])
    ends = list(Extension.objects.filter(scope, stage=stage).values_list("ends_at", flat=True))
    end = max([stage.ends_at, *ends])
    return Deadline(stage.get_kind_display(), stage.starts_at, end, at, extended=end != stage.ends_at)


def stage_open(
    round: Round,
    kind: str,
    *,
    at: dt.datetime,
    region_id: int | None = None,
    case: tuple[str, int] | None = None,
) -> bool:
    """Whether the stage is open for this county or case at `at`."""
    found = deadline(round, kind, at=at, region_id=region_id, case=case)
    return found is not None and found.is_open


def two_thirds_over(round: Round, *, at: dt.datetime) -> bool:
    """Whether two thirds of the service term have passed: what judges it is not changed any more."""
    term = deadline(round, Stage.Kind.SERVICE, at=at)
    return term is not None and 3 * (at - term.starts_at) >= 2 * (term.end - term.starts_at)


def setting(round: Round, key: str, *, at: dt.datetime) -> Any:
    """The value of a setting in force at `at`; the default where the city set none."""
    row = (
        RoundSetting.objects.filter(round=round, key=key, valid_from__lte=at)
        .order_by("-valid_from")
        .values_list("value", flat=True)
        .first()
    )
    return SETTINGS[key].default if row is None else row


def settings_of(round: Round, *, at: dt.datetime) -> dict[str, Any]:
    """All settings in force at `at`, in one query."""
    values = {key: item.default for key, item in SETTINGS.items()}
    rows = RoundSetting.objects.filter(round=round, valid_from__lte=at).order_by("valid_from")
    values.update(dict(rows.values_list("key", "value")))
    return values


def _exceptions(first: dt.date, last: dt.date) -> dict[dt.date, bool]:
    return dict(CalendarDay.objects.filter(day__range=(first, last)).values_list("day", "is_working"))


FRIDAY = 4


def is_working_day(day: dt.date, exceptions: dict[dt.date, bool]) -> bool:
    """The calendar's word, else Monday to Friday."""
    return exceptions.get(day, day.weekday() <= FRIDAY)


def publicity_missing(round: Round, until: dt.datetime | None, *, at: dt.datetime) -> str:
    """Why a decision must still wait for the publicity (公示) of its case; empty where it need not.

    `until` is the end of the case's publicity, None where it has had none. A round may do
    without (domain.md §2).
    """
    if not setting(round, "publicity_on", at=at):
        return ""
    if until is None:
        return "本批次设有公示环节，请先转入公示，期满后再办理。"
    return f"公示至 {clock.spoken(until)}，期满后方可办理。" if at < until else ""


def closed_by_publicity(
    round: Round, until: dt.datetime | None, decision: str, *, at: dt.datetime
) -> frozenset[str]:
    """The moves no page offers: the decision during the publicity, or publicity where a round has none."""
    if not setting(round, "publicity_on", at=at):
        return frozenset({"to_publicity"})
    return frozenset({decision}) if publicity_missing(round, until, at=at) else frozenset()


def add_working_days(moment: dt.datetime, days: int) -> dt.datetime:
    """24:00 of the n-th working day after the day of the moment (the day itself does not count).

    A deadline at 24:00 belongs to the day that ends: the days after it begin with the next one.
    """
    day = clock.day_of(moment)
    exceptions = _exceptions(day, day + dt.timedelta(days=days * 2 + 30))
    while days > 0:
        day += dt.timedelta(days=1)
        days -= is_working_day(day, exceptions)
    return clock.end_of_day(day)


def working_day_before(deadline_at: dt.datetime) -> dt.datetime:
    """24:00 of the last working day before the day of a deadline."""
    last = clock.day_of(deadline_at) - dt.timedelta(days=1)
    exceptions = _exceptions(last - dt.timedelta(days=30), last)
    while not is_working_day(last, exceptions):
        last -= dt.timedelta(days=1)
    return clock.end_of_day(last)


def years_without_calendar(years: Collection[int]) -> list[int]:
    """The years for which no holiday is known: pages show a warning, Monday to Friday is assumed."""
    known = {d.year for d in CalendarDay.objects.filter(day__year__in=years).dates("day", "year")}
    return sorted(set(years) - known)


def frozen_settings(round: Round) -> dict[str, SettingFreeze]:
    """The settings that an act relied on already, by key."""
    return {row.key: row for row in SettingFreeze.objects.filter(round=round)}


def settings_changed(round: Round) -> set[str]:
    """The keys that the city has set itself."""
    return set(RoundSetting.objects.filter(round=round).values_list("key", flat=True))


def setting_versions(round: Round, key: str) -> list[RoundSetting]:
    """The history of one setting, newest first."""
    rows = RoundSetting.objects.filter(round=round, key=key).select_related("set_by")
    return list(rows.order_by("-valid_from"))


def calendar(round: Round) -> list[Stage]:
    """The stages of a round in the order of the year, with their extensions at hand."""
    stages = Stage.objects.filter(round=round).prefetch_related(
        Prefetch("extensions", Extension.objects.select_related("region").order_by("granted_at"))
    )
    return list(stages.order_by("starts_at", "ends_at"))
