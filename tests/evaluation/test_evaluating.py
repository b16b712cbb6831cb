"""The end-of-term evaluation: computed once and explained, objected to, decided, published and frozen."""

import datetime as dt
from decimal import Decimal

import pytest

from evaluation import rules
from evaluation.models import Evaluation, Questionnaire
from evaluation.operations import evaluating, satisfaction
from pilot_portal.bulletin.models import Publication
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.notifications.models import Message
from pilot_portal.rounds.models import Stage
from pilot_portal.rounds.operations import change_setting
from pilot_portal.rounds.queries import frozen_settings
from pilot_portal.workflow.queries import trail
from tests import factories
from tests.evaluation.year import CLOSED, DAY, answer, compute, judged, rated, served
from tests.factories import NOW

pytestmark = pytest.mark.django_db
S = Evaluation.State


@pytest.fixture
def chen():
    return factories.city_handler_chen()


@pytest.fixture
def zhao():
    return factories.city_chief_zhao()


def decided(*rows, by, decision="keep"):
    for row in rows:
        evaluating.decide(row, decision, document_number="示例〔2024〕1号", by=by, at=CLOSED, note="经研究")


# Computing ------------------------------------------------------------------------------


def test_every_figure_by_hand():
    pilot = factories.pilot(committed=10)
    rated(pilot, 5, 4, 3, 5, 4, unanswered=1)  # six contracts, each accepted
    factories.questionnaire("OPEN", engagement=served(pilot, "TERMINATED"), is_left_out=True)
    row = compute(pilot.round)[pilot.pk]
    assert (row.questionnaires, row.answered, row.satisfied, row.left_out) == (6, 5, 4, 1)
    assert (row.served, row.committed) == (6, 10)
    assert row.score == Decimal("84.00")  # (100 + 80 + 60 + 100 + 80) / 5
    assert (row.proposal, row.rank) == ("keep", 1)  # 4 of 5 is 80 %
    assert row.findings == [
        "应收问卷 6 份，收回 5 份，另有 1 份因非机构原因终止不计入。",
        "未完成承诺：验收服务企业 6 家，承诺 10 家。",
        "满意率 = 总体满意 4 分及以上 4 份 ÷ 收回 5 份 = 80.0%，不低于 80%。",
    ]


def test_every_figure_can_be_counted_again_from_the_rows():
    pilots = [factories.pilot() for _ in range(3)]
    for pilot, marks in zip(pilots, [(5, 5, 2, 4, 4, 3), (4, 4, 4, 4, 4), (1, 5, 5, 5, 5, 5)], strict=True):
        rated(pilot, *marks, unanswered=2)
    for pk, row in compute(pilots[0].round).items():
        counted = Questionnaire.objects.filter(pilot=pk, is_left_out=False)
        given = [q.answers for q in counted if q.overall is not None]
        assert row.questionnaires == counted.count()
        assert row.answered == len(given)
        assert row.satisfied == sum(answers["overall"] >= 4 for answers in given)
        points = sum(sum(answers.values()) for answers in given)
        assert row.score == pytest.approx(Decimal(points * 100) / (35 * len(given)), abs=Decimal("0.005"))
        for number in (row.questionnaires, row.answered, row.satisfied, row.served, row.committed):
            assert f" {number} " in " ".join(row.findings)


def test_what_was_counted_is_closed_by_the_computing_itself():
    pilot = factories.pilot()
    rated(pilot, 5, unanswered=1)
    compute(pilot.round)
    assert set(Questionnaire.objects.values_list("state", flat=True)) == {"CLOSED"}
    with pytest.raises(Stale):
        answer(Questionnaire.objects.get(overall=None))


def test_a_contract_that_ended_blamelessly_at_the_last_moment_does_not_count():
    pilot = factories.pilot()
    rows = rated(pilot, 5, 5, 5, 5, 5, 1)
    type(rows[5].engagement).objects.filter(pk=rows[5].engagement_id).update(
        state="TERMINATED", terminated_cause="enterprise"
    )
    row = compute(pilot.round)[pilot.pk]
    assert (row.answered, row.satisfied, row.left_out, row.score) == (5, 5, 1, Decimal("100.00"))


def test_distinct_small_firms_with_an_accepted_contract_count_as_served():
    pilot = factories.pilot(committed=10)
    first = served(pilot)
    twice = factories.claim(
        "SELECTED", pilot=pilot, demand=factories.demand("MATCHED", enterprise=first.enterprise)
    )
    factories.engagement("ACCEPTED_BY_COUNTY", claim=twice)
    served(pilot, "ACCEPTED_BY_COUNTY")
    large = served(pilot)
    type(large.enterprise).objects.filter(pk=large.enterprise_id).update(size="LARGE")
    for state in ("DELIVERED", "DISPUTED", "TERMINATED", "TRANSFERRED"):
        served(pilot, state)
    assert compute(pilot.round)[pilot.pk].served == 2


def test_those_without_enough_answers_are_neither_judged_nor_ranked():
    few, many = factories.pilot(), factories.pilot()
    rated(few, 5, 5, 5, 5)
    rated(many, 4, 4, 4, 4, 4)
    rows = compute(few.round)
    assert (rows[few.pk].proposal, rows[few.pk].rank, rows[few.pk].score) == ("not_judged", None, 100)
    assert (rows[many.pk].proposal, rows[many.pk].rank) == ("keep", 1)


def test_equal_scores_rank_by_firms_served_and_share_a_rank_otherwise():
    pilots = [factories.pilot() for _ in range(4)]
    for pilot, marks in zip(pilots, [[4] * 5, [5] * 5, [4] * 5, [4] * 5], strict=True):
        rated(pilot, *marks)
    served(pilots[2])
    rows = compute(pilots[0].round)
    assert [rows[pilot.pk].rank for pilot in pilots] == [3, 1, 2, 3]


@pytest.mark.parametrize("state", ["EXITED", "REMOVED"])
def test_who_left_the_roster_is_not_evaluated(state):
    stays, left = factories.pilot(), factories.pilot(state)
    assert set(compute(stays.round)) == {stays.pk}
    assert not Evaluation.objects.filter(pilot=left).exists()


def test_a_removed_contractor_of_another_round_is_not_evaluated_here():
    here, there = (
        factories.pilot(),
        factories.pilot(application=factories.application("CONFIRMED", round=factories.make_round("2024"))),
    )
    assert set(compute(here.round)) == {here.pk}
    assert not Evaluation.objects.filter(pilot=there).exists()


def test_nothing_is_computed_before_the_windows_end_by_others_or_twice(chen):
    pilot = factories.pilot()
    with pytest.raises(Stale, match="尚未结束"):
        compute(pilot.round, by=chen, at=NOW + 30 * DAY - dt.timedelta(seconds=1))
    for role in ("leader", "auditor", "county_handler", "institution_admin", "system"):
        with pytest.raises(NotAllowed):
            compute(pilot.round, by=factories.actor_for(role, pilot))
    assert not Evaluation.objects.exists()
    compute(pilot.round, by=chen, at=NOW + 30 * DAY)
    with pytest.raises(Stale, match="已经计算"):
        compute(pilot.round, by=chen)
    assert Evaluation.objects.count() == 1


def test_a_round_without_a_satisfaction_window_is_not_computed(chen):
    pilot = factories.pilot()
    Stage.objects.filter(kind="satisfaction").delete()
    with pytest.raises(Stale):
        compute(pilot.round, by=chen)


def test_the_rounds_own_thresholds_count_and_are_frozen_by_the_computing(chen):
    pilot = factories.pilot()
    rated(pilot, 5, 5, 3)
    for key, value in {"exit_min_answers": 3, "exit_satisfied_share": 66}.items():
        change_setting(pilot.round, key, value, by=chen, at=NOW)
    row = compute(pilot.round, by=chen)[pilot.pk]
    assert row.proposal == "keep"
    assert row.findings[2].endswith("= 66.7%，不低于 66%。")
    assert {"exit_satisfied_share", "exit_min_answers", "exit_min_answer_share"} <= set(
        frozen_settings(pilot.round)
    )
    with pytest.raises(Refused, match="文号和理由"):
        change_setting(pilot.round, "exit_satisfied_share", 90, by=chen, at=CLOSED)


# Telling, objecting, deciding -----------------------------------------------------------


def test_all_are_told_once_and_may_object_with_reasons(chen):
    pilot = factories.pilot()
    zhou = factories.institution_admin_zhou(pilot.organisation)
    rows = list(compute(pilot.round, by=chen).values())
    assert evaluating.notify(rows, by=chen, at=CLOSED) == 1
    assert evaluating.notify(rows, by=chen, at=CLOSED) == 0
    assert Message.objects.filter(user=zhou.user, subject__startswith="期满评价结果已告知").count() == 1
    row = Evaluation.objects.get()
    assert (row.state, row.notified_at) == (S.NOTIFIED, CLOSED)
    with pytest.raises(Refused):
        evaluating.object_to(row, "  ", by=zhou, at=CLOSED)
    evaluating.object_to(row, "验收家数少计 1 家", by=zhou, at=CLOSED)
    row.refresh_from_db()
    assert (row.state, row.objection) == (S.OBJECTED, "验收家数少计 1 家")
    with pytest.raises(Stale):
        evaluating.object_to(row, "再次异议", by=zhou, at=CLOSED)


def test_only_the_institution_itself_objects():
    row = factories.evaluation("NOTIFIED")
    for by in (
        factories.institution_admin_zhou(),
        factories.member(row.pilot.organisation, "institution_member"),
        factories.city_chief_zhao(),
    ):
        with pytest.raises(NotAllowed):
            evaluating.object_to(row, "异议", by=by, at=NOW)


def test_the_decision_is_the_chiefs_with_reasons_and_may_differ_from_the_proposal(zhao):
    row = factories.evaluation("OBJECTED", proposal="remove")
    zhou = factories.institution_admin_zhou(row.pilot.organisation)
    evaluating.decide(row, "rectify", document_number="", by=zhao, at=NOW, note="异议成立，限期整改")
    row.refresh_from_db()
    assert (row.state, row.proposal, row.decision, row.decided_by) == (
        S.DECIDED,
        "remove",
        "rectify",
        zhao.user,
    )
    assert trail("evaluation.evaluation", row.pk).filter(note="异议成立，限期整改").exists()
    assert Message.objects.get(user=zhou.user).subject == "期满评价决定：整改"


def test_a_decision_names_what_it_lacks(zhao):
    row = factories.evaluation("NOTIFIED")
    for decision, number, note, field in (
        ("", "", "理由", "decision"),
        ("not_judged", "", "理由", "decision"),
        ("remove", "  ", "理由", "document_number"),
        ("keep", "", " ", "note"),
    ):
        with pytest.raises(Refused) as refused:
            evaluating.decide(row, decision, document_number=number, by=zhao, at=NOW, note=note)
        assert [p.field for p in refused.value.problems] == [field]
    assert Evaluation.objects.get().state == S.NOTIFIED


def test_nobody_is_judged_who_was_not_told_his_figures(zhao):
    with pytest.raises(Stale):
        decided(factories.evaluation("COMPUTED"), by=zhao)


def test_the_handler_does_not_decide(chen):
    with pytest.raises(NotAllowed):
        decided(factories.evaluation("NOTIFIED"), by=chen)


# Publishing -----------------------------------------------------------------------------


def test_nothing_is_published_while_one_is_undecided_or_by_anyone_but_the_chief(chen, zhao):
    first, second = factories.evaluation("NOTIFIED"), factories.evaluation("NOTIFIED")
    decided(first, by=zhao)
    with pytest.raises(Stale, match="还有 1 家未作决定"):
        evaluating.publish_results(first.round, by=zhao, at=CLOSED)
    decided(second, by=zhao)
    with pytest.raises(NotAllowed):
        evaluating.publish_results(first.round, by=chen, at=CLOSED)
    with pytest.raises(Stale, match="还没有评价结果"):
        evaluating.publish_results(factories.make_round("2024"), by=zhao, at=CLOSED)
    assert not Publication.objects.filter(kind="RESULT").exists()


@pytest.mark.both_databases
def test_the_published_list_stands_by_rank_and_hides_marks_below_five(zhao):
    pilots = [factories.pilot() for _ in range(3)]
    rows = [
        judged(pilots[0], 5, 5, state="NOTIFIED"),
        judged(pilots[1], 5, 5, 5, 5, 2, state="NOTIFIED", rank=2),
        judged(pilots[2], *[5] * 6, state="NOTIFIED", rank=1),
    ]
    decided(*rows, by=zhao)
    told = evaluating.publish_results(pilots[0].round, by=zhao, at=CLOSED, document_number="示例〔2024〕2号")
    shown = [(r["rank"], r["name"], r["share"], r["score"]) for r in told.payload["rows"]]
    assert shown == [
        (1, pilots[2].organisation.name, "100.0%", "90.00"),
        (2, pilots[1].organisation.name, "80.0%", "90.00"),
        (None, pilots[0].organisation.name, "—", "—"),
    ]
    assert {row.state for row in Evaluation.objects.all()} == {S.PUBLISHED}
    assert {row.publication_id for row in Evaluation.objects.all()} == {told.pk}


def test_what_is_published_is_frozen_and_published_once(zhao):
    row = factories.evaluation("NOTIFIED")
    decided(row, by=zhao)
    told = evaluating.publish_results(row.round, by=zhao, at=CLOSED)
    frozen = told.payload
    Evaluation.objects.update(score=1, served=1, decision="remove")
    row.pilot.organisation.name = "株洲示例改名有限公司"
    row.pilot.organisation.save()
    assert Publication.objects.get(pk=told.pk).payload == frozen
    with pytest.raises(Stale, match="已经公布"):
        evaluating.publish_results(row.round, by=zhao, at=CLOSED)
    assert Publication.objects.filter(kind="RESULT").count() == 1


def test_a_published_list_holds_institutions_and_figures_and_nothing_else(zhao):
    pilot = factories.pilot()
    rated(pilot, *[2] * 5)
    row = compute(pilot.round)[pilot.pk]
    evaluating.notify([row], by=zhao, at=CLOSED)
    decided(row, by=zhao, decision="remove")
    (shown,) = evaluating.publish_results(pilot.round, by=zhao, at=CLOSED).payload["rows"]
    assert set(shown) == {
        *("rank", "name", "region", "served", "committed", "answered", "share", "score", "decision")
    }
    assert (shown["share"], shown["decision"]) == ("0.0%", "移出")
    text = str(shown)
    for firm in Questionnaire.objects.select_related("enterprise"):
        assert firm.enterprise.name not in text
    assert "进度慢" not in text
    assert "138" not in text


def test_a_mark_is_satisfied_in_the_figures_as_in_the_rule(zhao):
    for mark in range(1, 6):
        pilot = factories.pilot()
        rated(pilot, mark)
    counted = {row.score: row.satisfied for row in compute(pilot.round).values()}
    assert counted == {Decimal(20 * mark): int(rules.is_satisfied(mark)) for mark in range(1, 6)}


def test_the_follow_up_changes_no_figure():
    pilot = factories.pilot()
    for row in rated(pilot, 5, 5, 5, 5, 5):
        satisfaction.follow_up(row, "后来不满意", by=factories.enterprise_admin_wu(row.enterprise), at=NOW)
    assert compute(pilot.round)[pilot.pk].score == Decimal("100.00")
