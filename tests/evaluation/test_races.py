"""Two who press at once: one of them wins, the other is told, nothing stands there twice."""

import pytest

from evaluation.models import Award, Evaluation, Questionnaire, Result, ResultShare
from evaluation.operations import awards, evaluating, results, satisfaction
from pilot_portal.bulletin.models import Publication
from pilot_portal.codes.models import Tier
from pilot_portal.common.errors import Stale
from pilot_portal.notifications.models import Message
from pilot_portal.rounds.operations import change_setting
from pilot_portal.workflow.queries import trail
from tests import factories
from tests.evaluation.test_awards import PAPER
from tests.evaluation.year import CLOSED, answer, rated, refused, served
from tests.factories import NOW
from tests.races import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def test_a_firm_that_answers_twice_at_once_has_answered_once():
    row = factories.questionnaire("OPEN")
    people = [factories.enterprise_admin_wu(row.enterprise) for _ in range(2)]
    copies = [Questionnaire.objects.select_related("enterprise", "round").get() for _ in people]
    given = race(lambda: answer(copies[0], 5, by=people[0]), lambda: answer(copies[1], 4, by=people[1]))
    assert refused(given, Stale) == 1
    winner = given.index(None)
    kept = Questionnaire.objects.get()
    assert (kept.state, kept.overall) == ("ANSWERED", (5, 4)[winner])
    moves = trail("evaluation.questionnaire", row.pk).filter(move="answer")
    assert [entry.user_id for entry in moves] == [people[winner].user_id]


def test_an_answer_and_the_closing_of_the_window_do_not_both_win_half():
    row = factories.questionnaire("OPEN")
    wu = factories.enterprise_admin_wu(row.enterprise)
    copy = Questionnaire.objects.select_related("enterprise", "round").get()
    given = race(
        lambda: answer(copy, 5, by=wu),
        lambda: satisfaction.close_questionnaires(row.round, at=CLOSED),
    )
    refused(given, Stale)
    kept = Questionnaire.objects.get()
    answered = given[0] is None
    assert (kept.overall, kept.answered_at) == ((5, NOW) if answered else (None, None))
    assert kept.state == ("CLOSED" if given[1] else "ANSWERED")


def test_two_clocks_that_strike_at_once_ask_each_firm_once():
    engagements = [served() for _ in range(3)]
    wu = factories.enterprise_admin_wu(engagements[0].enterprise)
    round_ = factories.make_round()
    given = race(*[lambda: satisfaction.open_questionnaires(round_, at=NOW)] * 3)
    assert refused(given, Stale) == 0
    assert sorted(given) == [0, 0, 3]
    assert Questionnaire.objects.count() == 3
    assert Message.objects.filter(user=wu.user).count() == 1


def test_an_evaluation_computed_twice_at_once_stands_there_once():
    pilot = factories.pilot()
    rated(pilot, 5, 4, 5, 4, 5)
    people = [factories.city_handler_chen(), factories.city_chief_zhao()]
    given = race(*[lambda by=by: evaluating.compute(pilot.round, by=by, at=CLOSED) for by in people])
    assert refused(given, Stale) == 1
    row = Evaluation.objects.get()
    assert (row.answered, row.satisfied) == (5, 5)
    assert trail("evaluation.evaluation", row.pk).count() == 1


def test_results_published_twice_at_once_are_one_publication():
    rows = [factories.evaluation("DECIDED", decision="keep", rank=n) for n in (1, 2)]
    zhao, other = factories.city_chief_zhao(), factories.city_chief_zhao()
    given = race(
        *[lambda by=by: evaluating.publish_results(rows[0].round, by=by, at=CLOSED) for by in (zhao, other)]
    )
    assert refused(given, Stale) == 1
    told = Publication.objects.get(kind="RESULT")
    assert {row.publication_id for row in Evaluation.objects.all()} == {told.pk}


def test_awards_published_twice_at_once_are_one_publication():
    made = factories.award("APPROVED")
    zhao, other = factories.city_chief_zhao(), factories.city_chief_zhao()
    given = race(*[lambda by=by: awards.publish_awards(made.round, by=by, at=NOW) for by in (zhao, other)])
    assert refused(given, Stale) == 1
    assert Award.objects.get().publication == Publication.objects.get(kind="AWARD")


def test_the_last_award_of_a_round_is_given_once():
    made = [factories.award("PUBLICITY") for _ in range(4)]
    change_setting(made[0].round, "award_count", 2, by=factories.city_handler_chen(), at=NOW)
    zhao = factories.city_chief_zhao()
    copies = [Award.objects.select_related("round", "pilot__organisation").get(pk=a.pk) for a in made]
    given = race(*[lambda a=a: awards.approve(a, **PAPER, by=zhao, at=NOW) for a in copies])
    assert refused(given, Stale) == 2
    assert Award.objects.filter(state="APPROVED").count() == 2


def test_an_award_proposed_twice_at_once_is_proposed_once():
    row = factories.evaluation("PUBLISHED", decision="keep")
    people = [factories.city_handler_chen(), factories.city_handler_chen()]
    given = race(
        *[
            lambda by=by: awards.propose_award(row, amount_fen=1, reason="示例", by=by, at=NOW)
            for by in people
        ]
    )
    assert refused(given, Stale) == 1
    assert Award.objects.count() == 1


def test_a_result_that_two_institutions_claim_at_once_is_one():
    first = served()
    second = factories.engagement(
        "ACCEPTED",
        claim=factories.claim("SELECTED", demand=factories.demand("MATCHED", enterprise=first.enterprise)),
    )
    tier = Tier.objects.get(code="provincial")

    def claim(engagement, by):
        return results.claim_result(
            engagement.pilot,
            engagement.enterprise,
            tier,
            reached_on=NOW.date(),
            evidence="示例公告〔2023〕1号",
            by=by,
            at=NOW,
        )

    zhou, qian = (factories.institution_admin_zhou(e.pilot.organisation) for e in (first, second))
    given = race(lambda: claim(first, zhou), lambda: claim(second, qian))
    assert refused(given, Stale) == 1
    assert Result.objects.count() == 1


def test_shares_stated_twice_at_once_still_are_a_hundred():
    first = served()
    second = factories.engagement(
        "ACCEPTED",
        claim=factories.claim("SELECTED", demand=factories.demand("MATCHED", enterprise=first.enterprise)),
    )
    made = factories.result(engagement=first)
    zhou = factories.institution_admin_zhou(first.pilot.organisation)
    given = race(
        *[
            lambda n=n: results.state_shares(
                made, {first.pilot_id: n, second.pilot_id: 100 - n}, by=zhou, at=NOW
            )
            for n in (60, 70)
        ]
    )
    assert refused(given, Stale) == 0
    shares = dict(ResultShare.objects.values_list("pilot_id", "percent"))
    assert shares in [{first.pilot_id: n, second.pilot_id: 100 - n} for n in (60, 70)]
