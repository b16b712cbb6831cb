"""Numbers of a round: in order, each once, no gap, however many take one at the same moment."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilot_portal.common.errors import Refused
from pilot_portal.rounds.models import NumberSeries
from pilot_portal.rounds.operations import next_numbers, next_ordinal
from tests import factories
from tests.races import race

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def taken(in_round, series="A", count=1):
    with transaction.atomic():
        return next_numbers(in_round, series, count)


def numbers(first, last, series="A", code="2023"):
    return [f"{code}-{series}-{n:04}" for n in range(first, last + 1)]


def test_each_series_of_each_round_counts_for_itself():
    this, second = factories.make_round("2023"), factories.make_round("2023B")
    assert taken(this) == ["2023-A-0001"]
    assert taken(this) == ["2023-A-0002"]
    assert taken(this, "D", 2) == ["2023-D-0001", "2023-D-0002"]
    assert taken(second) == ["2023B-A-0001"]
    assert next_ordinal(this, "C7") == 1
    assert next_ordinal(this, "C7") == 2
    assert next_ordinal(this, "C8") == 1


def test_after_ten_thousand_it_goes_on_with_five_digits():
    in_round = factories.make_round()
    NumberSeries.objects.create(round=in_round, series="A", last=9999)
    assert taken(in_round) == ["2023-A-10000"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(counts=st.lists(st.integers(1, 12), max_size=8))
def test_numbers_have_no_gap_and_no_double(counts):
    NumberSeries.objects.all().delete()
    in_round = factories.make_round()
    given_out = [number for count in counts for number in taken(in_round, count=count)]
    assert given_out == numbers(1, sum(counts))


def test_an_act_that_fails_leaves_no_gap():
    in_round = factories.make_round()
    taken(in_round)

    def fails():
        with transaction.atomic():
            assert next_numbers(in_round, "A") == ["2023-A-0002"]
            raise Refused("示例")

    with pytest.raises(Refused):
        fails()
    assert taken(in_round) == ["2023-A-0002"]


@pytest.mark.django_db(transaction=True)
def test_many_who_take_one_at_the_same_moment_get_one_each_from_the_very_first_on():
    in_round = factories.make_round()
    results = race(*[lambda: taken(in_round)] * 8)
    assert sorted(number for result in results for number in result) == numbers(1, 8)


@pytest.mark.django_db(transaction=True)
def test_whole_batches_taken_at_once_stay_together():
    in_round = factories.make_round()
    results = race(*[lambda count=count: taken(in_round, count=count) for count in (5, 1, 7, 3)])
    assert sorted(number for result in results for number in result) == numbers(1, 16)
    for result in results:
        first = int(result[0][-4:])
        assert result == numbers(first, first + len(result) - 1)


@pytest.mark.django_db(transaction=True)
def test_of_those_at_once_one_that_fails_leaves_no_gap():
    in_round = factories.make_round()

    def fails():
        with transaction.atomic():
            next_numbers(in_round, "A")
            raise Refused("示例")

    results = race(*[lambda: taken(in_round), fails] * 3)
    kept = sorted(number for result in results if isinstance(result, list) for number in result)
    assert kept == numbers(1, 3)
    assert taken(in_round) == numbers(4, 4)
