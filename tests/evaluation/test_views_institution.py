"""The institution reads its figures, objects, claims results; of no firm it learns what it marked."""

import datetime as dt

import pytest

from evaluation.models import Evaluation, Result
from evaluation.operations import evaluating
from evaluation.rules import DIMENSIONS
from pilot_portal.common import clock
from tests import factories
from tests.evaluation.year import answer, compute, judged, rated, served
from tests.factories import NOW
from tests.queries import assert_same_queries

pytestmark = pytest.mark.django_db
MINE = "/my/evaluation/2023/"
RESULTS = "/my/cultivation/"


@pytest.fixture
def pilot():
    return factories.pilot()


@pytest.fixture
def zhou(client_of, pilot):
    return client_of(factories.institution_admin_zhou(pilot.organisation))


def read(answered):
    return answered.content.decode()


def told(pilot, **changes):
    """The evaluation of an institution, computed from what was rated and told."""
    row = compute(pilot.round)[pilot.pk]
    evaluating.notify([row], by=factories.city_handler_chen(), at=NOW)
    return Evaluation.objects.get(pk=row.pk)


# The evaluation -------------------------------------------------------------------------


def test_the_figures_are_shown_with_how_they_came_about(zhou, pilot):
    rated(pilot, 5, 4, 4, 5, 3)
    told(pilot)
    shown = read(zhou.get(MINE))
    assert "84.00" in shown
    assert "满意率 = 总体满意 4 分及以上 4 份 ÷ 收回 5 份 = 80.0%" in shown
    for label in DIMENSIONS.values():
        assert label in shown
    assert "4.20" in shown
    assert "提出异议" in shown


def test_below_five_answers_neither_score_nor_satisfied_ones_are_shown(zhou, pilot):
    rated(pilot, 1)
    row = told(pilot)
    assert (row.satisfied, str(row.score)) == (0, "20.00")
    shown = read(zhou.get(MINE))
    assert "20.00" not in shown
    assert "总体满意" not in shown
    assert "不足 5 份，只告知结论和份数" in shown
    assert "收回 1 份" in shown


def test_no_firm_no_reason_and_no_day_stand_on_the_page(zhou, pilot):
    rows = rated(pilot, *[2] * 5)
    for q in rated(pilot, 0):
        answer(q, 4, comment="甲意见", comment_public=True)
        rows.append(q)
    told(pilot)
    shown = read(zhou.get(MINE))
    assert "甲意见" in shown
    for q in rows:
        assert q.enterprise.name not in shown
        assert q.engagement.number not in shown
    for private in ("进度慢，效果不明显", "13800000088", "2023年3月6日 10:00 评价"):
        assert private not in shown


def test_before_it_is_told_there_is_nothing_and_others_have_nothing_of_it(zhou, client_of, pilot):
    factories.evaluation("COMPUTED", pilot=pilot)
    assert zhou.get(MINE).status_code == 404
    Evaluation.objects.update(state="PUBLISHED")
    assert zhou.get(MINE).status_code == 200
    assert client_of(factories.institution_admin_zhou()).get(MINE).status_code == 404


def test_an_objection_is_made_once_and_kept_when_it_comes_too_late(zhou, pilot):
    judged(pilot, *[5] * 5, state="NOTIFIED")
    address = f"{MINE}object/"
    assert "请写明哪一项数字有误" in read(zhou.get(address))
    assert zhou.post(address, {"note": " "}).status_code == 422
    assert zhou.post(address, {"note": "验收家数少计 1 家"}).headers["Location"] == MINE
    assert Evaluation.objects.get().objection == "验收家数少计 1 家"
    late = zhou.post(address, {"note": "还有一处异议"})
    assert late.status_code == 409
    assert "还有一处异议" in read(late)
    assert "提出异议</a>" not in read(zhou.get(MINE))


def test_the_decision_is_shown_with_its_number(zhou, pilot):
    row = judged(pilot, *[1] * 5, state="NOTIFIED")
    evaluating.decide(
        row,
        "remove",
        document_number="示例〔2024〕1号",
        by=factories.city_chief_zhao(),
        at=NOW,
        note="经研究",
    )
    shown = read(zhou.get(MINE))
    assert "移出" in shown
    assert "示例〔2024〕1号" in shown


# Results --------------------------------------------------------------------------------


def typed(engagement, **changes):
    given = {
        "enterprise": f"{engagement.pilot_id}-{engagement.enterprise_id}",
        "tier": "provincial",
        "reached_on": "2023年9月1日",
        "evidence": "示例公告〔2023〕1号",
    }
    return given | changes


def test_a_result_is_claimed_on_the_page(zhou, pilot):
    engagement = served(pilot)
    assert engagement.enterprise.name in read(zhou.get(RESULTS))
    assert zhou.post(RESULTS, typed(engagement)).headers["Location"] == RESULTS
    made = Result.objects.get()
    assert (made.enterprise_id, made.tier.code, made.reached_on) == (
        engagement.enterprise_id,
        "provincial",
        dt.date(2023, 9, 1),
    )
    again = zhou.post(RESULTS, typed(engagement, evidence="示例公告〔2023〕7号"))
    assert again.status_code == 409
    assert "已有机构申报" in read(again)
    assert "示例公告〔2023〕7号" in read(again)


def test_what_was_typed_stays_when_the_claim_is_refused(zhou, pilot):
    engagement = served(pilot)
    tomorrow = clock.beijing_date(clock.now()) + dt.timedelta(days=1)
    answered = zhou.post(RESULTS, typed(engagement, reached_on=tomorrow.isoformat()))
    assert answered.status_code == 422
    assert "不能晚于今天" in read(answered)
    assert "示例公告〔2023〕1号" in read(answered)
    missing = zhou.post(RESULTS, typed(engagement, tier=""))
    assert missing.status_code == 422
    assert "请选择称号。" in read(missing)
    assert not Result.objects.exists()


def test_a_firm_that_was_never_served_is_no_choice(zhou, pilot):
    other = served()
    assert zhou.post(RESULTS, typed(other)).status_code == 422
    assert zhou.post(RESULTS, typed(other, enterprise="x-y")).status_code == 422
    assert not Result.objects.exists()


def test_an_institution_of_two_rounds_claims_for_the_round_in_which_it_served(zhou, pilot):
    engagement = served(pilot)
    application = factories.application(
        "CONFIRMED", round=factories.make_round("2024"), organisation=pilot.organisation
    )
    factories.pilot(application=application)
    assert f"{engagement.enterprise.name}（2023年度）" in read(zhou.get(RESULTS))
    assert zhou.post(RESULTS, typed(engagement)).status_code == 302
    assert Result.objects.get().round.code == "2023"


def test_shares_are_stated_on_a_page_and_the_firm_reads_them(zhou, client_of, pilot):
    engagement = served(pilot)
    on = factories.demand("MATCHED", enterprise=engagement.enterprise)
    other = factories.engagement("ACCEPTED", claim=factories.claim("SELECTED", demand=on)).pilot
    made = factories.result(engagement=engagement)
    address = f"{RESULTS}{made.pk}/shares/"
    assert address in read(zhou.get(RESULTS))
    assert other.organisation.name in read(zhou.get(address))
    wrong = zhou.post(address, {f"share_{pilot.pk}": "60", f"share_{other.pk}": "30"})
    assert wrong.status_code == 422
    assert "现为 90%" in read(wrong)
    assert 'value="60"' in read(wrong)
    assert zhou.post(address, {f"share_{pilot.pk}": "60", f"share_{other.pk}": "40"}).status_code == 302
    words = f"{pilot.organisation.name} 60%，{other.organisation.name} 40%"
    assert words in read(zhou.get(RESULTS))
    firm = client_of(factories.enterprise_admin_wu(engagement.enterprise))
    assert words in read(firm.get(f"/my/results/{made.pk}/confirm/"))
    partner = client_of(factories.institution_admin_zhou(other.organisation))
    assert words in read(partner.get(RESULTS))
    assert address not in read(partner.get(RESULTS))
    assert partner.get(address).status_code == 403
    assert client_of(factories.institution_admin_zhou()).get(address).status_code == 404


def test_a_member_reads_without_the_form(client_of, pilot):
    member = client_of(factories.member(pilot.organisation, "institution_member"))
    made = factories.result(engagement=served(pilot))
    shown = read(member.get(RESULTS))
    assert made.enterprise.name in shown
    assert "申报成果</button>" not in shown
    assert member.post(RESULTS, typed(served(pilot))).status_code == 403


def test_who_is_on_no_roster_finds_an_empty_page(client_of):
    shown = read(client_of(factories.institution_admin_zhou()).get(RESULTS))
    assert "还没有申报成果" in shown


def test_the_list_of_results_costs_the_same_with_thirty_rows(zhou, pilot):
    def add(n):
        for _ in range(n):
            factories.result(engagement=served(pilot))

    assert_same_queries(zhou, RESULTS, add_rows=add)
