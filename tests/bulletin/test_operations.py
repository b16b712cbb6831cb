"""Publishing: frozen, numbered without gaps, corrected by new editions, withdrawn but never gone."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from institutions.operations.roster import publish_roster
from pilot_portal.bulletin import operations, queries
from pilot_portal.bulletin.models import Publication
from pilot_portal.common.errors import Refused, Stale
from tests import factories
from tests.factories import NOW
from tests.races import race

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
DAY = dt.timedelta(days=1)


@pytest.fixture
def zhao():
    return factories.city_chief_zhao()


@pytest.fixture
def publish(zhao):
    def make(title="示例公告", kind="NOTICE", at=NOW, round_=None, **fields):
        round_ = round_ or factories.make_round()
        return operations.publish(round_, kind, title, **{"payload": {}, "by": zhao, "at": at} | fields)

    return make


def test_numbers_count_each_round_for_itself_without_gaps(publish):
    other = factories.make_round("2024")
    numbers = [
        publish().number,
        publish(kind="RESULT").number,
        publish(round_=other).number,
        publish().number,
    ]
    assert numbers == ["2023-N-0001", "2023-N-0002", "2024-N-0001", "2023-N-0003"]


def test_it_says_who_published_what_and_when(publish, zhao):
    made = publish(document_number="示例〔2023〕1号", body="正文", payload={"rows": [{"name": "甲示例"}]})
    made.refresh_from_db()
    assert (made.published_by_id, made.published_at, made.edition) == (zhao.user_id, NOW, 1)
    assert (made.body, made.document_number) == ("正文", "示例〔2023〕1号")
    assert made.payload == {"rows": [{"name": "甲示例"}]}


def test_a_correction_is_a_new_edition_and_the_former_one_stays_as_it_was(publish):
    first = publish(payload={"rows": [{"name": "甲示例"}]})
    second = publish(payload={"rows": [{"name": "乙示例"}]}, replaces=first, at=NOW + DAY)
    third = publish(replaces=second, at=NOW + 2 * DAY)
    assert [p.edition for p in (first, second, third)] == [1, 2, 3]
    first.refresh_from_db()
    assert first.payload == {"rows": [{"name": "甲示例"}]}
    assert queries.editions_beside(second) == {"newer": third, "former": first}
    assert queries.editions_beside(first) == {"newer": second, "former": None}
    assert [p.is_replaced for p in queries.published()] == [False, True, True]


def test_an_edition_is_replaced_once_and_the_refused_one_takes_no_number(publish):
    first = publish()
    publish(replaces=first)
    with pytest.raises(Stale, match="新版"):
        publish(replaces=first)
    assert publish().number == "2023-N-0003"


def test_what_fails_with_its_act_takes_no_number(publish):
    with transaction.atomic():
        publish()
        transaction.set_rollback(True)
    assert publish().number == "2023-N-0001"


@pytest.mark.django_db(transaction=True)
def test_six_published_at_once_are_numbered_without_gap_or_double(publish):
    round_ = factories.make_round()
    made = race(*[lambda n=n: publish(f"示例公告{n}", round_=round_) for n in range(6)])
    assert sorted(p.number for p in made) == [f"2023-N-{n:04}" for n in range(1, 7)]


@pytest.mark.django_db(transaction=True)
def test_two_corrections_at_once_are_one_edition(publish):
    round_, first = factories.make_round(), publish()
    given = race(*[lambda: publish(round_=round_, replaces=first)] * 3)
    assert sorted(isinstance(answer, Stale) for answer in given) == [False, True, True]
    assert list(Publication.objects.order_by("pk").values_list("number", "edition")) == [
        ("2023-N-0001", 1),
        ("2023-N-0002", 2),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_roster_published_twice_at_once_is_one_publication(zhao):
    pilot, other = factories.pilot(), factories.city_chief_zhao()
    given = race(*[lambda by=by: publish_roster(pilot.round, by=by, at=NOW) for by in (zhao, other)])
    first = [p for p in given if isinstance(p, Publication)]
    assert [p.edition for p in first] in ([1], [1, 2], [2, 1])
    editions = Publication.objects.filter(kind="ROSTER").order_by("edition").values_list("edition", flat=True)
    assert list(editions) == list(range(1, len(first) + 1))


def test_the_database_holds_one_line_of_editions(publish):
    made = publish(kind="ROSTER")
    made.pk, made.number = None, "2023-N-9999"
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save(force_insert=True)


# Withdrawing --------------------------------------------------------------------------------


def test_what_is_withdrawn_stays_with_its_reason(publish):
    made = publish(payload={"rows": [{"name": "甲示例"}]})
    operations.withdraw(made, reason="  名单有误，另行公布。 ", at=NOW + DAY)
    made.refresh_from_db()
    assert (made.withdrawn_at, made.withdrawn_reason) == (NOW + DAY, "名单有误，另行公布。")
    assert made.payload == {"rows": [{"name": "甲示例"}]}
    assert list(queries.published()) == [made]


@pytest.mark.parametrize(("reason", "words"), [("", "理由"), (" \n", "理由"), ("错" * 301, "300 字")])
def test_without_a_fit_reason_nothing_is_withdrawn(publish, reason, words):
    made = publish()
    with pytest.raises(Refused, match=words):
        operations.withdraw(made, reason=reason, at=NOW)
    made.refresh_from_db()
    assert made.withdrawn_at is None


def test_it_is_withdrawn_once(publish):
    made = publish()
    operations.withdraw(made, reason="错" * 300, at=NOW)
    with pytest.raises(Stale):
        operations.withdraw(made, reason="又错", at=NOW + DAY)
    made.refresh_from_db()
    assert (made.withdrawn_at, made.withdrawn_reason) == (NOW, "错" * 300)


@pytest.mark.django_db(transaction=True)
def test_withdrawn_by_two_at_once_it_keeps_one_reason(publish):
    made = publish()
    given = race(*[lambda n=n: operations.withdraw(made, reason=f"理由{n}", at=NOW) for n in (1, 2)])
    assert sorted(isinstance(answer, Stale) for answer in given) == [False, True]
    made.refresh_from_db()
    assert made.withdrawn_reason == f"理由{given.index(None) + 1}"


# Reading ------------------------------------------------------------------------------------


def test_the_latest_is_the_newest_of_its_kind_that_stands(publish):
    first = publish(kind="ROSTER")
    second = publish(kind="ROSTER", replaces=first, at=NOW + DAY)
    publish(kind="RESULT", at=NOW + 2 * DAY)
    publish(kind="ROSTER", round_=factories.make_round("2024"), at=NOW + 2 * DAY)
    assert queries.latest("ROSTER", first.round_id) == second
    operations.withdraw(second, reason="有误", at=NOW)
    assert queries.latest("ROSTER", first.round_id) == first
    assert queries.latest("AWARD", first.round_id) is None


def test_what_became_of_it_is_told_in_words(publish):
    first = publish()
    assert queries.standing(first) == ""
    second = publish(replaces=first)
    assert queries.standing(first) == f"该公告已有第 2 版（{second.number}）。"
    operations.withdraw(second, reason="名单有误", at=NOW)
    second.refresh_from_db()
    assert queries.standing(second) == "该公告已撤回：名单有误"
