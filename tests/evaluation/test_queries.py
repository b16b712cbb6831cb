"""Who sees what of the year's end; the boards; what an institution learns of its ratings."""

from decimal import Decimal

import pytest

from evaluation import queries
from evaluation.models import Award, Evaluation, Questionnaire, Sanction
from pilot_portal.accounts.actors import PUBLIC, SYSTEM
from pilot_portal.bulletin.models import Publication
from tests import factories
from tests.evaluation.year import answer, rated, served
from tests.factories import NOW

pytestmark = pytest.mark.django_db
ELSEWHERE = "430223"


def publication(kind="SANCTION", n=1, **fields):
    given = {
        "round": factories.make_round(),
        "number": f"2023-N-{n:04}",
        "title": "示例",
        "published_at": NOW,
    }
    return Publication.objects.create(kind=kind, payload={"rows": []}, **given | fields)


def keys(rows):
    return {row.pk for row in rows}


# Who sees what --------------------------------------------------------------------------


def test_a_questionnaire_is_seen_by_its_firm_its_county_and_the_city_and_never_by_the_institution():
    row = factories.questionnaire("ANSWERED")
    sees = {
        role
        for role in (
            *("institution_admin", "institution_member", "enterprise_admin", "enterprise_member"),
            *("county_handler", "county_approver", "city_handler", "city_chief", "leader", "auditor"),
            *("expert", "sysadmin", "public", "system"),
        )
        if queries.visible_questionnaires(factories.actor_for(role, row)).exists()
    }
    assert sees == {
        *("enterprise_admin", "enterprise_member", "county_handler", "county_approver"),
        *("city_handler", "city_chief", "leader", "auditor", "system"),
    }
    for role in ("enterprise_admin", "county_handler"):
        assert not queries.visible_questionnaires(factories.actor_for(role, row, foreign=True)).exists()


@pytest.mark.parametrize("state", Evaluation.State.values)
def test_an_evaluation_is_the_institutions_once_told_and_everybodys_once_published(state):
    row = factories.evaluation(state)
    told, published = state != "COMPUTED", state == "PUBLISHED"
    seen = {
        role: queries.visible_evaluations(factories.actor_for(role, row)).exists()
        for role in ("city_handler", "auditor", "institution_admin", "county_handler", "enterprise_admin")
    }
    assert seen == {
        "city_handler": True,
        "auditor": True,
        "institution_admin": told,
        "county_handler": told,
        "enterprise_admin": published,
    }
    assert queries.visible_evaluations(PUBLIC).exists() is published
    assert not queries.visible_evaluations(factories.institution_admin_zhou()).exists()


@pytest.mark.parametrize("state", Award.State.values)
def test_an_award_is_the_institutions_own_and_others_see_it_from_the_publicity_on(state):
    row = factories.award(state)
    open_ = state in {"PUBLICITY", "APPROVED", "PAID", "REDUCED"}
    own = factories.actor_for("institution_admin", row)
    assert queries.visible_awards(own).exists()
    assert queries.visible_awards(SYSTEM).exists()
    for actor in (PUBLIC, factories.institution_admin_zhou(), factories.county_reviewer_wang()):
        assert queries.visible_awards(actor).exists() is open_


@pytest.mark.parametrize("state", Sanction.State.values)
def test_a_sanction_is_secret_until_the_body_is_heard_and_public_once_published(state):
    out = state in {"PUBLISHED", "REVERSED"}
    row = factories.sanction(state, publication=publication() if out else None)
    own = factories.institution_admin_zhou(row.organisation)
    assert queries.visible_sanctions(own).exists() is (state not in {"CLUE", "VERIFYING"})
    assert queries.visible_sanctions(factories.city_chief_zhao()).exists()
    for actor in (PUBLIC, factories.institution_admin_zhou(), factories.county_reviewer_wang()):
        assert queries.visible_sanctions(actor).exists() is out


def test_a_result_is_seen_by_those_it_concerns():
    row = factories.result()
    for role in ("institution_admin", "enterprise_admin", "county_handler"):
        assert keys(queries.visible_results(factories.actor_for(role, row))) == {row.pk}
        assert not queries.visible_results(factories.actor_for(role, row, foreign=True)).exists()
    for role, sees in {"leader": True, "auditor": True, "expert": False, "public": False}.items():
        assert queries.visible_results(factories.actor_for(role, row)).exists() is sees


# What an institution learns of its ratings ----------------------------------------------


def test_below_five_answers_an_institution_learns_only_their_number():
    row = factories.evaluation("NOTIFIED")
    rated(row.pilot, 5, 1, 4, 5)
    assert queries.answers_for_institution(row) == {"count": 4, "means": [], "comments": []}


def test_from_five_on_it_learns_the_means_and_the_words_that_firms_allowed():
    row = factories.evaluation("NOTIFIED")
    rated(row.pilot, 5, 5, 4)
    for comment, allowed in (("戊意见", True), ("甲意见", True), ("不给机构看", False), ("", True)):
        answer(
            factories.questionnaire(engagement=served(row.pilot)), 4, comment=comment, comment_public=allowed
        )
    learned = queries.answers_for_institution(row)
    assert learned["count"] == 7
    # (5 + 5 + 4·5) / 7 = 4.2857…
    assert {mean for _, mean in learned["means"]} == {Decimal("4.29")}
    assert learned["comments"] == sorted(["戊意见", "甲意见"])


def test_a_mean_in_the_middle_between_two_cents_goes_up():
    row = factories.evaluation("NOTIFIED")
    rated(row.pilot, 5, *[4] * 7)  # 33 / 8 = 4.125
    assert {mean for _, mean in queries.answers_for_institution(row)["means"]} == {Decimal("4.13")}


def test_neither_firm_nor_day_nor_reason_is_among_what_an_institution_learns():
    row = factories.evaluation("NOTIFIED")
    given = rated(row.pilot, 2, 2, 2, 2, 2)
    text = str(queries.answers_for_institution(row))
    for q in given:
        assert q.enterprise.name not in text
    for private in ("进度慢", "138", "2023", "示例"):
        assert private not in text


def test_what_is_left_out_is_not_in_the_means():
    row = factories.evaluation("NOTIFIED")
    rated(row.pilot, 5, 5, 5, 5, 5)
    Questionnaire.objects.filter(pk=rated(row.pilot, 1)[0].pk).update(is_left_out=True)
    learned = queries.answers_for_institution(row)
    assert (learned["count"], {mean for _, mean in learned["means"]}) == (5, {Decimal("5.00")})


# The boards -----------------------------------------------------------------------------


def test_each_step_of_the_funnel_is_a_part_of_the_one_before():
    round_ = factories.make_round()
    factories.demand("DRAFT"), factories.demand("SUBMITTED"), factories.demand("PUBLISHED")
    factories.claim("DRAFT"), factories.claim("SUBMITTED")
    served(state="AGREED")
    for state in ("IN_SERVICE", "DISPUTED", "ACCEPTED", "ACCEPTED_BY_COUNTY"):
        answer(factories.questionnaire(engagement=served(state=state)))
    factories.questionnaire(engagement=served())
    steps = queries.funnel(round_)
    assert steps == [
        ("需求摸底", 10),
        ("公开发布", 9),
        ("有机构揭榜", 7),
        ("选定签约", 5),
        ("服务完成", 3),
        ("企业已评价", 2),
    ]
    assert [count for _, count in steps] == sorted((count for _, count in steps), reverse=True)


def test_a_demand_with_two_contracts_is_one_demand_in_the_funnel():
    first = served()
    second = factories.claim("SELECTED", demand=first.demand)
    both = [first, factories.engagement("ACCEPTED", claim=second)]
    for engagement in both:
        answer(factories.questionnaire(engagement=engagement))
    assert [count for _, count in queries.funnel(first.round)] == [1] * 6


def test_the_counties_board_counts_where_the_firm_lies():
    served(), served(state="IN_SERVICE"), served(state="AGREED"), served(where=ELSEWHERE)
    factories.demand("DRAFT")
    rows = {row["name"]: row for row in queries.by_county(factories.make_round()) if row["demands"]}
    here, there = (factories.region(code).short_name for code in ("430203", ELSEWHERE))
    assert rows == {
        here: {"name": here, "demands": 3, "signed": 2, "done": 1},
        there: {"name": there, "demands": 1, "signed": 1, "done": 1},
    }


def test_supply_and_demand_has_the_ten_kinds_and_counts_a_firm_once_a_kind():
    firm = factories.enterprise()
    for _ in range(2):
        factories.demand("PUBLISHED", enterprise=firm)  # digital and testing
    listed = factories.pilot(committed=12)
    listed.kinds.set(listed.kinds.filter(code="digital"))
    factories.pilot("REMOVED", committed=50)
    rows = queries.supply_and_demand(factories.make_round())
    assert len(rows) == 10
    counted = {row["name"]: (row["demand"], row["supply"]) for row in rows if row["demand"] or row["supply"]}
    assert counted == {"数智转型": (1, 12), "检验检测": (1, 0)}


def test_the_boards_count_one_round_alone():
    served()
    other = factories.make_round("2024")
    assert [count for _, count in queries.funnel(other)] == [0] * 6
    assert not any(row["demands"] or row["signed"] for row in queries.by_county(other))
    assert not any(row["demand"] for row in queries.supply_and_demand(other))


def test_the_firms_an_institution_may_claim_for_are_those_it_ever_signed_with():
    pilot = factories.pilot()
    signed = [served(pilot), served(pilot, "TERMINATED")]
    served(pilot, "AGREED"), served()
    names = {e.enterprise.name for e in signed}
    assert {name for _, name in queries.served_firms([pilot])} == names
    assert {key for key, _ in queries.served_firms([pilot])} == {
        f"{pilot.pk}-{e.enterprise_id}" for e in signed
    }


def test_open_questionnaires_stand_on_top():
    firm = factories.enterprise()
    made = {}
    for state in ("CLOSED", "OPEN", "ANSWERED", "FOLLOWED_UP", "OPEN"):
        on = factories.demand("MATCHED", enterprise=firm)
        made[state] = factories.questionnaire(
            state, engagement=factories.engagement("ACCEPTED", claim=factories.claim("SELECTED", demand=on))
        )
    wu = factories.enterprise_admin_wu(firm)
    rows = list(queries.open_ones_first(queries.visible_questionnaires(wu)))
    assert [row.state for row in rows] == ["OPEN", "OPEN", "FOLLOWED_UP", "ANSWERED", "CLOSED"]
    assert rows[0].pk == made["OPEN"].pk


def test_the_public_page_knows_the_newest_list_of_a_kind_and_no_withdrawn_one():
    publication("RESULT", 1)
    newest = publication("RESULT", 2)
    publication("AWARD", 3, withdrawn_at=NOW)
    publication("SANCTION", 4)
    (entry,) = queries.published_rounds()
    assert entry["shown"] == [newest]


@pytest.mark.parametrize("institutions", [1, 4])
def test_counting_costs_two_queries_however_many_institutions(django_assert_num_queries, institutions):
    pilots = [factories.pilot() for _ in range(institutions)]
    rated(pilots[0], *[5] * 5)
    with django_assert_num_queries(2):
        counted = queries.tallies(pilots)
    assert [mean for _, mean in counted.values()] == [Decimal("100.00"), *[None] * (institutions - 1)]
