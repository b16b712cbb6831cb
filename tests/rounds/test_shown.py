"""Which round a page opens on."""

import datetime as dt

import pytest

from pilot_portal.rounds.models import Stage
from pilot_portal.rounds.queries import round_shown
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
CLAIMING = Stage.Kind.CLAIMING


def test_without_a_round_there_is_none():
    assert round_shown("", CLAIMING, NOW) == ([], None)


def test_it_is_the_newest_in_which_there_is_something_to_see():
    old, this = factories.make_round("2022"), factories.make_round("2023")
    coming = factories.make_round("2023B", at=NOW + dt.timedelta(days=60))
    rounds, shown = round_shown("", CLAIMING, NOW)
    assert rounds == [coming, this, old]
    assert shown == this
    assert round_shown("", CLAIMING, NOW + dt.timedelta(days=60))[1] == coming


def test_whoever_asks_for_a_round_gets_it_and_a_wrong_code_gets_the_usual():
    this = factories.make_round("2023")
    coming = factories.make_round("2024", at=NOW + dt.timedelta(days=60))
    assert round_shown("2024", CLAIMING, NOW)[1] == coming
    assert round_shown("1999", CLAIMING, NOW)[1] == this


def test_before_anything_has_begun_it_is_the_newest():
    coming = factories.make_round("2024", at=NOW + dt.timedelta(days=60))
    assert round_shown("", CLAIMING, NOW)[1] == coming
