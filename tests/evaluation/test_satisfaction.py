"""Questionnaires: who is asked, who answers, once and within the window; the clock opens and closes them."""

import datetime as dt

import pytest

from evaluation import tasks
from evaluation.models import Questionnaire
from evaluation.operations import satisfaction
from evaluation.rules import DIMENSIONS
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.notifications.models import Message
from pilot_portal.rounds.models import Extension, Round, Stage
from pilot_portal.workflow.queries import trail
from tests import factories
from tests.evaluation.year import CLOSED, DAY, GOOD, answer, around, served
from tests.factories import NOW

pytestmark = pytest.mark.django_db
S = Questionnaire.State
SECOND = dt.timedelta(seconds=1)
SIGNED_ONCE = [
    "SIGNED",
    "IN_SERVICE",
    "DELIVERED",
    "ACCEPTED",
    "ACCEPTED_BY_COUNTY",
    "DISPUTED",
    "TERMINATED",
    "TRANSFERRED",
]


@pytest.fixture
def row():
    return factories.questionnaire("OPEN")


@pytest.fixture
def wu(row):
    return factories.enterprise_admin_wu(row.enterprise)


def opened(at=NOW):
    satisfaction.open_questionnaires(factories.make_round(), at=at)
    return Questionnaire.objects.order_by("pk")


# Opening --------------------------------------------------------------------------------


@pytest.mark.parametrize("state", SIGNED_ONCE)
def test_every_contract_that_was_ever_signed_is_asked_whatever_became_of_it(state):
    engagement = served(state=state, terminated_cause="institution" if state == "TERMINATED" else "")
    (row,) = opened()
    assert (row.engagement_id, row.pilot_id, row.enterprise_id) == (
        engagement.pk,
        engagement.pilot_id,
        engagement.enterprise_id,
    )
    assert (row.state, row.is_left_out, row.opened_at) == (S.OPEN, False, NOW)


def test_a_contract_that_was_never_signed_is_not_asked():
    served(state="AGREED")
    assert not opened().exists()


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        ("institution", ""),
        ("enterprise", "合同因企业原因终止"),
        ("both", "合同因双方原因终止"),
        ("neither", "合同因非双方原因终止"),
    ],
)
def test_only_what_ended_without_the_institutions_fault_is_left_out(cause, reason):
    served(state="TERMINATED", terminated_cause=cause)
    (row,) = opened()
    assert (row.is_left_out, row.left_out_reason) == (bool(reason), reason)


def test_what_ends_blamelessly_while_the_questionnaires_are_open_is_left_out_too():
    blameless, at_fault = served(state="IN_SERVICE"), served(state="IN_SERVICE")
    opened()
    for engagement, cause in ((blameless, "enterprise"), (at_fault, "institution")):
        type(engagement).objects.filter(pk=engagement.pk).update(state="TERMINATED", terminated_cause=cause)
    left_out = {row.engagement_id: row.left_out_reason for row in opened(NOW + DAY) if row.is_left_out}
    assert left_out == {blameless.pk: "合同因企业原因终止"}


@pytest.mark.both_databases
def test_opening_again_makes_nothing_twice_and_adds_what_was_signed_since():
    first = served()
    factories.enterprise_admin_wu(first.enterprise)
    round_ = factories.make_round()
    assert [satisfaction.open_questionnaires(round_, at=NOW) for _ in range(2)] == [1, 0]
    served()
    assert satisfaction.open_questionnaires(round_, at=NOW + DAY) == 1
    assert Questionnaire.objects.count() == 2


def test_the_firms_people_are_told_once_and_those_left_out_not_at_all():
    asked, left_out = served(), served(state="TERMINATED", terminated_cause="enterprise")
    wu, nobody = (factories.enterprise_admin_wu(e.enterprise) for e in (asked, left_out))
    opened()
    opened()
    assert Message.objects.filter(user=wu.user, path="/my/ratings/").count() == 1
    assert not Message.objects.filter(user=nobody.user).exists()


def test_another_rounds_contracts_are_not_asked():
    served()
    other = factories.make_round("2024")
    assert satisfaction.open_questionnaires(other, at=NOW) == 0


# Answering ------------------------------------------------------------------------------


def test_an_answer_is_kept_as_given(row, wu):
    marks = GOOD | {"price": 2, "overall": 4}
    satisfaction.answer(
        row,
        marks,
        reasons={"price": " 收费没有说明 ", "fit": "  "},
        would_continue=False,
        comment=" 总体不错 ",
        comment_public=True,
        by=wu,
        at=NOW,
    )
    row.refresh_from_db()
    assert (row.state, row.answers, row.overall) == (S.ANSWERED, marks, 4)
    assert (row.reasons, row.comment, row.comment_public) == ({"price": "收费没有说明"}, "总体不错", True)
    assert (row.would_continue, row.answered_at) == (False, NOW)


def test_all_that_is_missing_is_told_at_once_and_nothing_is_kept(row, wu):
    marks = GOOD | {"fit": None, "price": 1}
    with pytest.raises(Refused) as refused:
        satisfaction.answer(row, marks, reasons={}, would_continue=None, by=wu, at=NOW)
    assert [p.field for p in refused.value.problems] == ["fit", "reason_price", "would_continue"]
    row.refresh_from_db()
    assert (row.state, row.answers, row.overall) == (S.OPEN, {}, None)


def test_a_rating_is_given_once(row, wu):
    answer(row, 5, by=wu)
    for late in (row, Questionnaire.objects.get()):
        with pytest.raises(Stale):
            answer(late, 1, by=wu)
    assert Questionnaire.objects.get().overall == 5


@pytest.mark.parametrize(("named", "answered"), [(True, S.ANSWERED), (False, S.OPEN)])
def test_a_member_answers_only_when_the_administrator_named_him(row, named, answered):
    member = factories.member(row.enterprise.organisation, "enterprise_member", may_decide=named)
    if named:
        answer(row, by=member)
    else:
        with pytest.raises(NotAllowed):
            answer(row, by=member)
    assert Questionnaire.objects.get().state == answered


@pytest.mark.parametrize(
    "role", ["institution_admin", "county_handler", "city_handler", "city_chief", "auditor", "system"]
)
def test_nobody_answers_in_the_firms_place(row, role):
    with pytest.raises(NotAllowed):
        answer(row, by=factories.actor_for(role, row))


def test_another_firms_administrator_does_not_answer(row):
    with pytest.raises(NotAllowed):
        answer(row, by=factories.enterprise_admin_wu())


@pytest.mark.parametrize(
    ("at", "taken"),
    [
        (NOW - DAY - SECOND, False),
        (NOW - DAY, True),
        (NOW + 30 * DAY - SECOND, True),
        (NOW + 30 * DAY, False),
    ],
)
def test_an_answer_is_taken_from_the_first_to_the_last_second_of_the_window(row, wu, at, taken):
    if taken:
        answer(row, by=wu, at=at)
    else:
        with pytest.raises(Stale, match="不在满意度评价期内"):
            answer(row, by=wu, at=at)
    assert Questionnaire.objects.get().state == (S.ANSWERED if taken else S.OPEN)


def test_a_contract_that_is_left_out_takes_no_answer_and_says_why():
    served(state="TERMINATED", terminated_cause="neither")
    (row,) = opened()
    with pytest.raises(Stale, match="合同因非双方原因终止"):
        answer(row)


# The follow-up --------------------------------------------------------------------------


def test_one_follow_up_in_words_and_the_marks_stay(row, wu):
    answer(row, 4, by=wu)
    before = Questionnaire.objects.values("answers", "overall", "would_continue", "answered_at").get()
    satisfaction.follow_up(row, " 后续服务及时 ", by=wu, at=NOW + DAY)
    row.refresh_from_db()
    assert (row.state, row.follow_up, row.followed_up_at) == (S.FOLLOWED_UP, "后续服务及时", NOW + DAY)
    assert Questionnaire.objects.values("answers", "overall", "would_continue", "answered_at").get() == before
    with pytest.raises(Stale):
        satisfaction.follow_up(row, "再追评", by=wu, at=NOW + DAY)
    assert Questionnaire.objects.get().follow_up == "后续服务及时"


def test_there_is_no_follow_up_without_words_without_an_answer_or_after_the_window(row, wu):
    with pytest.raises(Stale):
        satisfaction.follow_up(row, "追评", by=wu, at=NOW)
    answer(row, by=wu)
    with pytest.raises(Refused, match="请填写追评内容"):
        satisfaction.follow_up(row, "  ", by=wu, at=NOW)
    with pytest.raises(Stale):
        satisfaction.follow_up(row, "追评", by=wu, at=CLOSED)
    assert Questionnaire.objects.get().follow_up == ""


# Closing, and the clock -----------------------------------------------------------------


def test_nothing_closes_before_the_end_and_everything_after_it_once(row, wu):
    factories.questionnaire("ANSWERED"), factories.questionnaire("FOLLOWED_UP")
    round_ = row.round
    assert satisfaction.close_questionnaires(round_, at=NOW + 30 * DAY - SECOND) == 0
    assert satisfaction.close_questionnaires(round_, at=NOW + 30 * DAY) == 3
    assert satisfaction.close_questionnaires(round_, at=CLOSED) == 0
    assert set(Questionnaire.objects.values_list("state", flat=True)) == {S.CLOSED}
    with pytest.raises(Stale):
        answer(Questionnaire.objects.get(pk=row.pk), by=wu)


def test_a_window_that_was_extended_closes_at_its_new_end(row):
    stage = Stage.objects.get(round=row.round, kind=Stage.Kind.SATISFACTION)
    later = stage.ends_at + 10 * DAY
    Extension.objects.create(
        stage=stage,
        ends_at=later,
        reason="示例",
        document_number="示例〔2023〕9号",
        granted_by=factories.city_chief_zhao().user,
        granted_at=NOW,
    )
    assert satisfaction.close_questionnaires(row.round, at=CLOSED) == 0
    answer(row, at=CLOSED)
    assert satisfaction.close_questionnaires(row.round, at=later) == 1


@pytest.mark.both_databases
def test_the_clock_may_strike_as_often_as_it_likes():
    at = clock.now()
    round_ = around(at)
    factories.enterprise_admin_wu(served().enterprise)
    before = []
    for _ in range(3):
        tasks.tick()
        entries = trail("evaluation.questionnaire", Questionnaire.objects.get().pk).count()
        before.append((Questionnaire.objects.count(), entries, Message.objects.count()))
    assert before == [(1, 1, 1)] * 3
    Stage.objects.filter(round=round_, kind="satisfaction").update(starts_at=at - 3 * DAY, ends_at=at - DAY)
    for _ in range(2):
        tasks.tick()
        assert Questionnaire.objects.get().state == S.CLOSED
        assert trail("evaluation.questionnaire", Questionnaire.objects.get().pk).count() == 2


@pytest.mark.parametrize("status", [Round.Status.CONSULTATION, Round.Status.CLOSED])
def test_the_clock_leaves_rehearsals_and_closed_rounds_alone(status):
    around(clock.now())
    served()
    Round.objects.update(status=status)
    tasks.tick()
    assert not Questionnaire.objects.exists()


def test_the_clock_opens_nothing_before_the_window():
    at = clock.now()
    Stage.objects.filter(round=around(at), kind="satisfaction").update(starts_at=at + DAY)
    served()
    tasks.tick()
    assert not Questionnaire.objects.exists()


def test_the_trail_tells_who_answered_and_never_what(row, wu):
    answer(row, 2, by=wu, comment="不满意的原因很多")
    entry = trail("evaluation.questionnaire", row.pk).order_by("-step").first()
    assert (entry.move, entry.user_id) == ("answer", wu.user.pk)
    assert entry.note == ""
    assert entry.data == {}
    assert set(DIMENSIONS) <= set(Questionnaire.objects.get().answers)
