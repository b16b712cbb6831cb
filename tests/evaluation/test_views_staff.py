"""Sanctions and results on the pages of city and county; what the public reads of the year's end."""

import pytest

from evaluation.models import Questionnaire, Result, Sanction
from evaluation.operations import awards, evaluating, sanctions
from tests import factories
from tests.evaluation.test_awards import PAPER
from tests.evaluation.test_sanctions import DECISION, heard
from tests.evaluation.year import CLOSED, compute, rated, served
from tests.factories import NOW
from tests.queries import assert_same_queries

pytestmark = pytest.mark.django_db
SANCTIONS = "/desk/city/sanctions/"
RESULTS = "/desk/results/"
PUBLIC = "/results/"


@pytest.fixture
def chen(client_of):
    return client_of(factories.city_handler_chen())


@pytest.fixture
def zhao(client_of):
    return client_of(factories.city_chief_zhao())


@pytest.fixture
def wang(client_of):
    return client_of(factories.county_reviewer_wang())


def read(answered):
    return answered.content.decode()


# Sanctions ------------------------------------------------------------------------------


def test_a_sanction_goes_its_way_over_the_pages(client_of, chen, zhao):
    pilot = factories.pilot()
    clue = f"{SANCTIONS}clue/2023/"
    body = pilot.organisation
    assert body.name in read(chen.get(clue))
    lacking = chen.post(clue, {"organisation": "", "clue": "来信反映案例不实"})
    assert lacking.status_code == 422
    assert "来信反映案例不实" in read(lacking)
    assert chen.post(clue, {"organisation": body.pk, "clue": "来信反映案例不实"}).status_code == 302
    made = Sanction.objects.get()
    page = f"{SANCTIONS}{made.pk}/"
    assert "来信反映案例不实" in read(chen.get(page))
    assert chen.get(f"{page}verify/").status_code == 200
    assert chen.post(f"{page}verify/").status_code == 302
    half = chen.post(f"{page}hear/", {"findings": "一个案例不实", "statement": ""})
    assert half.status_code == 422
    assert "一个案例不实" in read(half)
    spoken = {"findings": "一个案例不实", "statement": "逾期未陈述"}
    assert chen.post(f"{page}hear/", spoken).status_code == 302
    assert chen.get(f"{page}decide/").status_code == 403
    typed = {"measure": "criticise", "document_number": "示例〔2024〕4号", "ends_on": "", "note": "依据"}
    lacking = zhao.post(f"{page}decide/", typed)
    assert lacking.status_code == 422
    assert "示例〔2024〕4号" in read(lacking)
    assert zhao.post(f"{page}decide/", typed | {"ends_on": "2024.12.31"}).status_code == 302
    assert "2024年12月31日" in read(zhao.get(page))
    assert zhao.post(f"{page}publish/").status_code == 302
    made.refresh_from_db()
    notice = f"/notices/{made.publication.number}/"
    assert "通报批评" in read(client_of().get(notice))
    assert zhao.post(f"{page}reverse/", {"note": "复核后撤销"}).status_code == 302
    shown = read(client_of().get(notice))
    assert "本公告已撤回" in shown
    assert "复核后撤销" in shown
    late = zhao.post(f"{page}reverse/", {"note": "第二次撤销"})
    assert late.status_code == 409
    assert "第二次撤销" in read(late)


def test_a_clue_names_institutions_applicants_and_enterprises_of_the_round_and_nobody_else(chen):
    applicant, firm = factories.application("SUBMITTED"), factories.demand("SUBMITTED").enterprise
    listed, quiet = factories.pilot(), factories.application("DRAFT")
    other = factories.application("SUBMITTED", round=factories.make_round("2024"))
    shown = read(chen.get(f"{SANCTIONS}clue/2023/"))
    for name in (applicant.organisation.name, firm.name, listed.organisation.name):
        assert name in shown
    for name in (quiet.organisation.name, other.organisation.name):
        assert name not in shown
    stranger = factories.institution()
    assert (
        chen.post(f"{SANCTIONS}clue/2023/", {"organisation": stranger.pk, "clue": "线索"}).status_code == 422
    )
    assert chen.get(f"{SANCTIONS}clue/1999/").status_code == 404
    assert not Sanction.objects.exists()


def test_a_clue_is_dropped_on_the_page(zhao):
    made = factories.sanction("VERIFYING")
    assert zhao.post(f"{SANCTIONS}{made.pk}/drop/", {"note": ""}).status_code == 422
    assert zhao.post(f"{SANCTIONS}{made.pk}/drop/", {"note": "查无实据"}).status_code == 302
    assert Sanction.objects.get().state == "DROPPED"


def test_the_list_of_sanctions_costs_the_same_with_thirty_rows(chen):
    assert "没有处理事项" in read(chen.get(SANCTIONS))
    assert_same_queries(chen, SANCTIONS, add_rows=lambda n: [factories.sanction() for _ in range(n)])


# Results --------------------------------------------------------------------------------


def test_county_and_city_carry_a_result_to_where_it_counts(wang, zhao):
    made = factories.result("ENTERPRISE_CONFIRMED")
    verify, confirm, revoke = (f"{RESULTS}{made.pk}/{move}/" for move in ("verify", "confirm", "revoke"))
    assert verify in read(wang.get(RESULTS))
    assert "示例公告〔2023〕1号" in read(wang.get(verify))
    assert zhao.post(confirm).status_code == 409
    assert wang.post(verify).status_code == 302
    assert wang.post(confirm).status_code == 403
    assert confirm in read(zhao.get(RESULTS))
    assert zhao.post(confirm).status_code == 302
    assert Result.objects.get().state == "CONFIRMED"
    assert zhao.post(revoke, {"note": ""}).status_code == 422
    assert zhao.post(revoke, {"note": "认定被撤销"}).status_code == 302
    assert Result.objects.get().state == "REVOKED"


def test_another_county_neither_sees_nor_verifies(client_of):
    made = factories.result("ENTERPRISE_CONFIRMED")
    other = client_of(factories.county_reviewer_wang(factories.region("430223")))
    assert "还没有培育成果" in read(other.get(RESULTS))
    assert other.get(f"{RESULTS}{made.pk}/verify/").status_code == 404
    assert other.post(f"{RESULTS}{made.pk}/verify/").status_code == 404


def test_the_firms_own_moves_are_no_address_of_the_staff(wang):
    made = factories.result("CLAIMED")
    assert wang.get(f"{RESULTS}{made.pk}/enterprise_confirm/").status_code == 404


def test_the_list_of_results_costs_the_same_with_thirty_rows(wang):
    assert_same_queries(wang, RESULTS, add_rows=lambda n: [factories.result("VERIFIED") for _ in range(n)])


# The public -----------------------------------------------------------------------------


def test_the_public_reads_the_published_lists_and_no_phone_no_firm_no_person(client_of):
    guest, zhao = client_of(), factories.city_chief_zhao()
    assert "还没有公布的评价结果" in read(guest.get(PUBLIC))
    pilot = factories.pilot()
    rated(pilot, *[4] * 5)
    row = compute(pilot.round)[pilot.pk]
    evaluating.notify([row], by=zhao, at=CLOSED)
    evaluating.decide(row, "keep", document_number="", by=zhao, at=CLOSED, note="评价合格，内部意见")
    results = evaluating.publish_results(pilot.round, by=zhao, at=CLOSED)
    award = awards.propose_award(
        row, amount_fen=10_000_000, reason="内部理由", by=factories.city_handler_chen(), at=CLOSED
    )
    publicity = awards.to_publicity([award], by=zhao, at=CLOSED)
    awards.approve(award, **PAPER, by=zhao, at=award.publicity_until)
    given = awards.publish_awards(pilot.round, by=zhao, at=CLOSED)
    listed = read(guest.get(PUBLIC))
    assert f"/notices/{results.number}/" in listed
    assert f"/notices/{given.number}/" in listed
    for told, words in ((results, "80.00"), (publicity, "100,000.00"), (given, "100,000.00")):
        shown = read(guest.get(f"/notices/{told.number}/"))
        assert pilot.organisation.name in shown
        assert words in shown
        for private in ("138000000", "示例联系人", "内部", "赵示例", "陈示例"):
            assert private not in shown
        for q in Questionnaire.objects.select_related("enterprise"):
            assert q.enterprise.name not in shown


def test_a_published_page_shows_what_was_published_whatever_changes_later(client_of):
    row = factories.evaluation("DECIDED", decision="keep")
    name = row.pilot.organisation.name
    told = evaluating.publish_results(row.round, by=factories.city_chief_zhao(), at=NOW)
    row.pilot.organisation.name = "株洲示例改名有限公司"
    row.pilot.organisation.save()
    type(row).objects.update(score=1, served=777)
    shown = read(client_of().get(f"/notices/{told.number}/"))
    assert name in shown
    assert "改名" not in shown
    assert "777" not in shown


def test_a_sanctions_page_names_no_person(client_of):
    chen, zhao = factories.city_handler_chen(), factories.city_chief_zhao()
    made = heard(chen)
    sanctions.decide(made, **DECISION, by=zhao, at=NOW)
    told = sanctions.publish_sanction(made, by=zhao, at=NOW)
    shown = read(client_of().get(f"/notices/{told.number}/"))
    assert "株洲示例当事技术有限公司" in shown
    for private in (made.organisation.legal_representative, "陈示例", "赵示例", "案例不实", "逾期未陈述"):
        assert private not in shown


def test_the_public_list_costs_the_same_with_thirty_publications(client_of):
    def add(n):
        for _ in range(n):
            engagement = served()
            row = factories.evaluation("DECIDED", pilot=engagement.pilot, decision="keep")
            evaluating.publish_results(row.round, by=factories.city_chief_zhao(), at=NOW)

    assert_same_queries(client_of(), PUBLIC, add_rows=add)
