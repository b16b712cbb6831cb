"""What the year's end puts on the desk: only what this person has to do, gone once it is done."""

import pytest

from evaluation import desk
from evaluation.operations import results
from tests import factories
from tests.evaluation.year import answer
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def todos(card, actor):
    return [(todo.count, todo.title) for todo in card(actor, NOW)]


def test_the_firm_finds_what_to_rate_and_what_to_confirm_until_it_is_done():
    made = factories.result()
    row = factories.questionnaire()
    wu, other = (factories.enterprise_admin_wu(case.enterprise) for case in (made, row))
    assert todos(desk.enterprise_todos, wu) == [(1, "培育成果待确认")]
    assert todos(desk.enterprise_todos, other) == [(1, "服务待评价")]
    results.enterprise_confirm(made, by=wu, at=NOW)
    answer(row, by=other)
    assert todos(desk.enterprise_todos, wu) == []
    assert todos(desk.enterprise_todos, other) == []


def test_what_is_left_out_is_no_work():
    row = factories.questionnaire(is_left_out=True, left_out_reason="合同因企业原因终止")
    assert todos(desk.enterprise_todos, factories.enterprise_admin_wu(row.enterprise)) == []


@pytest.mark.parametrize(("state", "shown"), [("COMPUTED", False), ("NOTIFIED", True), ("OBJECTED", False)])
def test_the_institution_finds_its_figures_while_it_may_object(state, shown):
    row = factories.evaluation(state)
    zhou = factories.institution_admin_zhou(row.pilot.organisation)
    expected = [(1, "2023年度期满评价已告知")] if shown else []
    assert todos(desk.institution_todos, zhou) == expected


def test_the_county_finds_what_to_verify_of_its_own_firms():
    factories.result("ENTERPRISE_CONFIRMED"), factories.result("CLAIMED")
    assert todos(desk.county_todos, factories.county_reviewer_wang()) == [(1, "培育成果待核实")]
    elsewhere = factories.county_reviewer_wang(factories.region("430223"))
    assert todos(desk.county_todos, elsewhere) == []


def test_the_city_finds_results_evaluations_and_sanctions():
    assert todos(desk.city_todos, factories.city_chief_zhao()) == []
    factories.result("VERIFIED")
    for state in ("COMPUTED", "NOTIFIED", "OBJECTED", "DECIDED", "PUBLISHED"):
        factories.evaluation(state)
    for state in ("CLUE", "HEARD", "PUBLISHED", "DROPPED"):
        factories.sanction(state)
    assert todos(desk.city_todos, factories.city_chief_zhao()) == [
        (1, "培育成果待确认"),
        (4, "期满评价待办"),
        (2, "处理事项待办"),
    ]


@pytest.mark.parametrize(
    ("role", "card", "queries"),
    [
        ("enterprise_admin", desk.enterprise_todos, 2),
        ("institution_admin", desk.institution_todos, 1),
        ("county_handler", desk.county_todos, 1),
        ("city_chief", desk.city_todos, 3),
    ],
)
def test_a_card_costs_as_many_queries_as_it_says(django_assert_num_queries, role, card, queries):
    actor = factories.actor_for(role, factories.result())
    with django_assert_num_queries(queries):
        card(actor, NOW)


def test_every_way_on_a_card_leads_to_a_page(client_of):
    made = factories.result("VERIFIED")
    factories.evaluation("NOTIFIED", pilot=made.pilot)
    factories.sanction()
    open_ = factories.questionnaire()
    people = [
        factories.enterprise_admin_wu(open_.enterprise),
        factories.institution_admin_zhou(made.pilot.organisation),
        factories.city_chief_zhao(),
    ]
    for actor in people:
        cards = [card for card in desk.CARDS if actor.role in card.roles]
        paths = [todo.path for card in cards for todo in card.provider(actor, NOW)]
        assert paths
        for path in paths:
            assert client_of(actor).get(path).status_code == 200
