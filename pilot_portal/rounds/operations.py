"""Acts on rounds: numbers, extensions, settings and their freezing, the working-day calendar."""

import datetime as dt
import re
from typing import Any

import chinese_calendar
from django.db import transaction
from django.db.models import F

from pilot_portal.accounts.actors import Actor
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import (
    CalendarDay,
    Extension,
    NumberSeries,
    Round,
    RoundSetting,
    SettingFreeze,
    Stage,
)
from pilot_portal.rounds.queries import FRIDAY, deadline, deadline_of, setting, two_thirds_over
from pilot_portal.rounds.settings_table import SETTINGS
from pilot_portal.rounds.stage_table import LATER_THAN, order_problems

PERCENT = 100
CODE = re.compile(r"20\d\d[A-Z]?")


@transaction.atomic
def open_round(
    *,
    code: str,
    title: str,
    document_number: str,
    baseline_date: dt.date,
    stages: dict[str, tuple[dt.date, dt.date]],
    rehearsal: bool = False,
    by: Actor,
    at: dt.datetime,
) -> Round:
    """Open a round with its calendar. `stages`: kind → first and last day, the last until 24:00 in Beijing.

    Leaves the round, a Stage of every kind, and the holidays of its years where they are known. A rehearsal
    (征求意见) says so on every page and paper. Raises NotAllowed for anyone but the city; Refused with a
    problem per field for a code that is taken or misshapen, and for a calendar that cannot be kept.
    """
    if not by.is_city:
        raise NotAllowed("只有市局中小企业科可以设立批次。")
    problems = [
        Problem(f"{Stage.Kind(k).label}：{why}", field=k) for k, why in order_problems(stages).items()
    ]
    problems += [
        Problem(f"{Stage.Kind(kind).label}：请填写起止日期。", field=kind)
        for kind in Stage.Kind.values
        if kind not in stages
    ]
    if not CODE.fullmatch(code):
        problems.append(
            Problem("批次代码为四位年份，同年第二个批次加一个大写字母，例如 2023B。", field="code")
        )
    elif Round.objects.filter(code=code).exists():
        problems.append(Problem(f"批次 {code} 已经设立；同年再设请加后缀，例如 {code[:4]}B。", field="code"))
    if problems:
        raise Refused("批次没有设立，请修改后再提交。", problems)
    year = int(code[:4])
    round_ = Round.objects.create(
        code=code,
        year=year,
        title=title,
        document_number=document_number,
        baseline_date=baseline_date,
        status=Round.Status.CONSULTATION if rehearsal else Round.Status.OPEN,
        opened_by=by.user,
        opened_at=at,
    )
    Stage.objects.bulk_create(
        Stage(round=round_, kind=kind, starts_at=clock.day_start(first), ends_at=clock.end_of_day(last))
        for kind, (first, last) in stages.items()
    )
    for known in (year, year + 1):
        fill_calendar(known)
    return round_


def next_numbers(round: Round, series: str, count: int = 1) -> list[str]:
    """Take the next numbers of a series ("2023-A-0001"); inside the caller's transaction, never reused."""
    NumberSeries.objects.get_or_create(round=round, series=series)
    NumberSeries.objects.filter(round=round, series=series).update(last=F("last") + count)
    last = NumberSeries.objects.values_list("last", flat=True).get(round=round, series=series)
    return [f"{round.code}-{series}-{n:04}" for n in range(last - count + 1, last + 1)]


def freeze_settings(round: Round, keys: list[str], *, act: str, at: dt.datetime) -> None:
    """Note that an act relied on these settings; the first one counts."""
    SettingFreeze.objects.bulk_create(
        [SettingFreeze(round=round, key=key, frozen_at=at, act=act) for key in keys], ignore_conflicts=True
    )


@transaction.atomic
def change_setting(
    round: Round,
    key: str,
    value: Any,
    *,
    by: Actor,
    at: dt.datetime,
    reason: str = "",
    document_number: str = "",
) -> RoundSetting:
    """Set a value from now on. A frozen one needs a reason and a document number (domain.md §2).

    Raises NotAllowed for anyone but the city, Refused where a frozen setting lacks its grounds, Stale for one
    that institutions are judged by once it is frozen and two thirds of the service term are over.
    """
    if not by.is_city:
        raise NotAllowed("只有市局中小企业科可以修改批次设定。")
    if key not in SETTINGS:
        raise Refused("没有这一项设定。")
    if type(value) is not type(SETTINGS[key].default):
        raise Refused("取值类型不对。", [Problem("请填写整数。", field="value")])
    if isinstance(value, str) and not value.strip():
        raise Refused("文字不能为空。", [Problem("请填写文字。", field="value")])
    if SETTINGS[key].unit == "%" and not 0 <= value <= PERCENT:
        raise Refused("百分比应在 0 到 100 之间。", [Problem("请填写 0 到 100 的整数。", field="value")])
    frozen = SettingFreeze.objects.filter(round=round, key=key).first()
    if frozen and not (reason.strip() and document_number.strip()):
        raise Refused(
            f"“{SETTINGS[key].label}”已被依据（{frozen.act}），修改须填写文号和理由。",
            [Problem("请填写文号和理由。", field="document_number")],
        )
    if frozen and SETTINGS[key].judges and two_thirds_over(round, at=at):
        raise Stale("服务期已过三分之二，评价和评比所依据的规则不再修改。")
    return RoundSetting.objects.create(
        round=round,
        key=key,
        value=value,
        valid_from=at,
        reason=reason.strip(),
        document_number=document_number.strip(),
        set_by=by.user,
    )


@transaction.atomic
def extend_stage(
    stage: Stage,
    *,
    ends_at: dt.datetime,
    reason: str,
    by: Actor,
    at: dt.datetime,
    region: Region | None = None,
    case: tuple[str, int] | None = None,
    document_number: str = "",
) -> Extension:
    """Move the end of a stage to later: for all, one county or one case.

    Raises NotAllowed for anyone but the city, Stale for a claim window that has closed (never prolonged),
    Refused without a reason, for an end that is not later than the one in force, and for an order that
    cannot be kept (domain.md §2).
    """
    if not by.is_city:
        raise NotAllowed("只有市局中小企业科可以延期。")
    if not reason.strip():
        raise Refused("延期须写明理由。", [Problem("请写明理由。", field="reason")])
    region_id = region.pk if region else None
    now = deadline_of(stage, at=at, region_id=region_id, case=case)
    if stage.kind == Stage.Kind.CLAIMING and now.is_over:
        raise Stale("揭榜期已经结束，不再延长；如需继续，请重新发布。")
    if ends_at <= max(now.end, at):
        raise Refused(
            f"新的截止时间须晚于现行截止（{now.words}）和现在。",
            [Problem("请改为更晚的时间。", field="ends_at")],
        )
    for kind in () if case else LATER_THAN.get(stage.kind, ()):
        later = deadline(stage.round, kind, at=at, region_id=region_id)
        if later is not None and later.end < ends_at:
            text = f"“{later.label}”到 {later.words} 截止，不能早于本阶段：请先延长“{later.label}”。"
            raise Refused(text, [Problem(text, field="ends_at")])
    return Extension.objects.create(
        stage=stage,
        region=region,
        case_type=case[0] if case else "",
        case_id=case[1] if case else None,
        ends_at=ends_at,
        reason=reason.strip(),
        document_number=document_number.strip(),
        granted_by=by.user,
        granted_at=at,
    )


def fill_calendar(year: int) -> int:
    """Write a year's public holidays and worked weekends where `chinesecalendar` knows them; 0 where not.

    Rows the city edited before are left as they are.
    """
    rows, day = [], dt.date(year, 1, 1)
    while day.year == year:
        try:
            working = chinese_calendar.is_workday(day)
        except NotImplementedError:
            return 0
        if working != (day.weekday() <= FRIDAY):
            _, name = chinese_calendar.get_holiday_detail(day)
            rows.append(CalendarDay(day=day, is_working=working, name=name or ""))
        day += dt.timedelta(days=1)
    return len(CalendarDay.objects.bulk_create(rows, ignore_conflicts=True))


def number_in_force(round: Round, key: str, *, at: dt.datetime, act: str) -> Any:
    """A setting's value for an act that relies on it: reads and freezes in one step."""
    freeze_settings(round, [key], act=act, at=at)
    return setting(round, key, at=at)


def next_ordinal(round: Round, series: str) -> int:
    """Take the next ordinal of a series, e.g. of the claims on one demand; never reused."""
    return int(next_numbers(round, series)[0].rsplit("-", 1)[1])
