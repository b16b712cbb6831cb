"""Deadlines to the second, extensions, taking back, coming back, and what the clock does."""

import datetime as dt

import pytest
from django.db import connection
from django.db.models import F

from institutions import queries
from institutions.models import Application, ApplicationVersion
from institutions.operations import applications, review
from institutions.tasks import tick
from pilot_portal.celery import app
from pilot_portal.common.errors import Stale
from pilot_portal.rounds.models import Stage
from pilot_portal.rounds.operations import extend_stage
from pilot_portal.workflow.queries import trail
from tests import factories
from tests.factories import NOW
from tests.institutions.seed import (
    DAY,
    END,
    HOUR,
    SECOND,
    draft,
    fresh,
    returned,
    round_until,
    sent,
    submit,
)
from tests.races import race

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
S = Application.State


@pytest.fixture
def zhou():
    return factories.institution_admin_zhou()


@pytest.fixture
def wang():
    return factories.county_reviewer_wang()


# Deadlines -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "in_time"),
    [(END - SECOND, True), (END - dt.timedelta(microseconds=1), True), (END, False), (END + SECOND, False)],
)
def test_by_the_10th_means_before_the_11th_begins(zhou, at, in_time):
    case = draft(zhou, in_round=round_until())
    if in_time:
        submit(case, zhou, at)
        assert fresh(case).submitted_at == at
        return
    with pytest.raises(Stale, match="2023年3月10日 24:00，北京时间"):
        submit(case, zhou, at)
    assert fresh(case).state == S.DRAFT


@pytest.mark.parametrize(
    ("scope", "helps"),
    [("all", True), ("county", True), ("case", True), ("other county", False), ("other", False)],
)
def test_an_extension_holds_for_all_for_its_county_or_for_its_case(zhou, scope, helps):
    case = draft(zhou, in_round=round_until())
    where = {
        "all": {},
        "county": {"region": case.region},
        "case": {"case": (queries.CASE_TYPE, case.pk)},
        "other county": {"region": factories.region("430281")},
        "other": {"case": (queries.CASE_TYPE, case.pk + 1)},
    }
    stage = Stage.objects.get(round=case.round, kind=Stage.Kind.APPLICATION)
    chief = factories.city_chief_zhao()
    extend_stage(stage, ends_at=END + DAY, reason="示例停电", by=chief, at=NOW, **where[scope])
    if helps:
        with pytest.raises(Stale):
            submit(case, zhou, END + DAY)
        submit(case, zhou, END + DAY - SECOND)
    else:
        with pytest.raises(Stale):
            submit(case, zhou, END)
    assert (fresh(case).state == S.SUBMITTED) == helps


def test_a_returned_case_has_its_own_days_though_the_stage_is_over(zhou, wang):
    round_until()
    case = returned(zhou, wang, at=END - 2 * HOUR)
    until = fresh(case).mend_until
    assert until > END + DAY
    assert queries.submission_deadline(case, at=END).end == until
    with pytest.raises(Stale, match="补正期限已过"):
        submit(fresh(case), zhou, until)
    submit(fresh(case), zhou, until - SECOND)
    assert fresh(case).mend_until is None


# Taking back, withdrawing, coming back -------------------------------------------------


def test_it_is_taken_back_until_the_county_opened_it(zhou, wang):
    case = sent(zhou)
    applications.take_back(case, by=zhou, at=NOW + HOUR)
    assert fresh(case).state == S.DRAFT
    submit(case, zhou, NOW + HOUR)
    seen_before = fresh(case)
    review.open_by_county(case, by=wang, at=NOW + 2 * HOUR)
    with pytest.raises(Stale, match="县区已打开"):
        applications.take_back(seen_before, by=zhou, at=NOW + 2 * HOUR)
    assert (fresh(case).state, fresh(case).number) == (S.SUBMITTED, "2023-A-0001")


@pytest.mark.django_db(transaction=True)
def test_taken_back_and_opened_at_once_the_county_never_holds_what_was_taken_back():
    zhou, wang = factories.institution_admin_zhou(), factories.county_reviewer_wang()
    case = sent(zhou)
    mine, theirs = fresh(case), fresh(case)
    outcome, _ = race(
        lambda: applications.take_back(mine, by=zhou, at=NOW + HOUR),
        lambda: review.open_by_county(theirs, by=wang, at=NOW + HOUR),
    )
    expected = S.SUBMITTED if isinstance(outcome, Stale) else S.DRAFT
    assert fresh(case).state == expected


def test_what_could_not_come_again_is_not_taken_back(zhou):
    case = sent(zhou, in_round=round_until())
    with pytest.raises(Stale, match="撤回后将不能再提交"):
        applications.take_back(case, by=zhou, at=END)
    assert fresh(case).state == S.SUBMITTED


def test_a_withdrawn_case_comes_back_with_its_number_and_everything_typed(zhou):
    case = sent(zhou, in_round=round_until())
    typed = queries.raw_of(case)
    applications.withdraw_application(case, by=zhou, at=NOW)
    assert fresh(case).state == S.WITHDRAWN
    applications.reopen(case, by=zhou, at=END - 2 * SECOND)
    assert fresh(case).state == S.DRAFT
    assert queries.raw_of(case) == typed
    submit(case, zhou, END - SECOND)
    assert (fresh(case).number, fresh(case).versions_count) == ("2023-A-0001", 2)


def test_after_the_stage_it_comes_back_by_an_extension_of_its_own_alone(zhou):
    case = sent(zhou, in_round=round_until())
    chief = factories.city_chief_zhao()
    applications.withdraw_application(case, by=zhou, at=NOW)
    for by in (zhou, chief):
        with pytest.raises(Stale, match="延期"):
            applications.reopen(case, by=by, at=END)
    stage = Stage.objects.get(round=case.round, kind=Stage.Kind.APPLICATION)
    extend_stage(stage, ends_at=END + DAY, reason="示例", by=chief, at=END, case=(queries.CASE_TYPE, case.pk))
    applications.reopen(case, by=chief, at=END)
    assert fresh(case).state == S.DRAFT


# The clock -----------------------------------------------------------------------------


def test_drafts_lapse_with_the_stage_returned_cases_with_their_days_and_nothing_else(zhou, wang):
    round_until()
    writing, coming = draft(zhou, sections=2), sent(factories.institution_admin_zhou())
    mending = returned(factories.institution_admin_zhou(), wang, at=END - 2 * HOUR)
    assert applications.lapse_overdue(at=END - SECOND) == 0
    assert applications.lapse_overdue(at=END) == 1
    assert [fresh(case).state for case in (writing, coming, mending)] == [S.LAPSED, S.SUBMITTED, S.RETURNED]
    until = fresh(mending).mend_until
    assert applications.lapse_overdue(at=until - SECOND) == 0
    assert applications.lapse_overdue(at=until) == 1
    assert applications.lapse_overdue(at=until) == 0
    assert fresh(mending).state == S.LAPSED
    assert trail("institutions.application", mending.pk).last().actor_display == "系统"


def test_the_clock_s_own_task_lets_them_lapse(zhou):
    case = draft(zhou, sections=1, in_round=round_until())
    tick()
    assert fresh(case).state == S.LAPSED
    assert "institutions.clock" in {row["task"] for row in app.conf.beat_schedule.values()}


def test_a_draft_with_an_extension_of_its_own_does_not_lapse(zhou):
    case = draft(zhou, sections=2, in_round=round_until())
    stage = Stage.objects.get(round=case.round, kind=Stage.Kind.APPLICATION)
    chief = factories.city_chief_zhao()
    extend_stage(stage, ends_at=END + DAY, reason="示例", by=chief, at=NOW, case=(queries.CASE_TYPE, case.pk))
    assert applications.lapse_overdue(at=END) == 0
    assert applications.lapse_overdue(at=END + DAY) == 1


def test_a_case_that_somebody_else_was_quicker_with_does_not_stop_the_clock(zhou):
    round_until()
    first, *others = [draft(factories.institution_admin_zhou(), sections=1) for _ in range(3)]
    seen = []

    def somebody_quicker(execute, sql, params, many, context):
        if sql.startswith("SAVEPOINT") and not seen:  # where the first move begins
            seen.append(sql)
            Application.objects.filter(pk=first.pk).update(state=S.WITHDRAWN, step=F("step") + 1)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(somebody_quicker):
        assert applications.lapse_overdue(at=END) == 2
    assert fresh(first).state == S.WITHDRAWN
    assert {fresh(case).state for case in others} == {S.LAPSED}


@pytest.mark.django_db(transaction=True)
def test_a_submission_at_the_last_second_and_the_clock_do_not_stop_one_another():
    round_until()
    people = [factories.institution_admin_zhou() for _ in range(3)]
    cases = [draft(by) for by in people]
    first, lapsed = race(
        lambda: submit(cases[0], people[0], END - SECOND), lambda: applications.lapse_overdue(at=END)
    )
    came = isinstance(first, ApplicationVersion)
    assert fresh(cases[0]).state == (S.SUBMITTED if came else S.LAPSED)
    assert lapsed == (2 if came else 3)
    assert {fresh(case).state for case in cases[1:]} == {S.LAPSED}
