"""Working days: weekends, holidays and days moved by the State Council; deadlines at 24:00 in Beijing."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilot_portal.common import clock
from pilot_portal.rounds.models import CalendarDay
from pilot_portal.rounds.operations import fill_calendar
from pilot_portal.rounds.queries import add_working_days

pytestmark = pytest.mark.django_db
in_database = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
FIRST = dt.datetime(2023, 1, 1, tzinfo=clock.BEIJING)
moments = st.timedeltas(dt.timedelta(0), dt.timedelta(days=330)).map(lambda span: FIRST + span)


@pytest.fixture
def year_2023():
    fill_calendar(2023)


def at(month, day, hour=10, minute=0):
    return dt.datetime(2023, month, day, hour, minute, tzinfo=clock.BEIJING)


def end(month, day):
    return clock.end_of_day(dt.date(2023, month, day))


def works(day):
    """The calendar, read the slow way."""
    known = CalendarDay.objects.filter(day=day).first()
    return known.is_working if known else day.weekday() < 5


@pytest.mark.parametrize(
    ("moment", "days", "until"),
    [
        (at(3, 6), 5, end(3, 13)),  # Monday: over the weekend to the next Monday
        (at(3, 6, 0, 0) + dt.timedelta(microseconds=1), 1, end(3, 7)),  # however early on the day
        (at(3, 10, 23, 59), 1, end(3, 13)),  # Friday night
        (at(3, 11), 1, end(3, 13)),  # Saturday
        (at(4, 4), 1, end(4, 6)),  # 清明节 on Wednesday
        (at(4, 21), 1, end(4, 23)),  # a Sunday that is worked for 劳动节
        (at(9, 28), 5, end(10, 11)),  # 中秋节 and 国庆节; the Saturday and Sunday after them are worked
        (at(3, 6), 0, end(3, 6)),
    ],
)
def test_working_days_are_those_of_the_state_council(year_2023, moment, days, until):
    assert add_working_days(moment, days) == until


def test_a_deadline_at_midnight_belongs_to_the_day_that_ends(year_2023):
    tuesday = end(3, 7)
    assert add_working_days(tuesday, 1) == end(3, 8)
    assert add_working_days(tuesday, 1) == add_working_days(at(3, 7), 1)


def test_a_year_without_calendar_has_weekends_only():
    assert add_working_days(at(4, 4), 1) == end(4, 5)


@in_database
@given(moment=moments, first=st.integers(0, 7), more=st.integers(0, 7))
def test_days_add_up(year_2023, moment, first, more):
    assert add_working_days(add_working_days(moment, first), more) == add_working_days(moment, first + more)


@in_database
@given(moment=moments, days=st.integers(1, 10))
def test_the_count_is_the_one_made_day_by_day(year_2023, moment, days):
    day, left = clock.day_of(moment), days
    while left:
        day += dt.timedelta(days=1)
        left -= works(day)
    assert add_working_days(moment, days) == clock.end_of_day(day)
