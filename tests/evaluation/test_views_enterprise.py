"""The firm rates on its phone: what it typed stays, what comes too late is told, others do not see it."""

import pytest

from evaluation.models import Questionnaire, Result
from evaluation.rules import DIMENSIONS
from pilot_portal.common import clock
from tests import factories
from tests.evaluation.year import DAY, answer, around, move_stage, served
from tests.queries import assert_same_queries

pytestmark = pytest.mark.django_db
LIST = "/my/ratings/"
TYPED = dict.fromkeys(DIMENSIONS, "5") | {"would_continue": "1"}


@pytest.fixture
def at():
    return clock.now()


@pytest.fixture
def row(at):
    around(at)
    return factories.questionnaire("OPEN", engagement=served())


@pytest.fixture
def wu(row):
    return factories.enterprise_admin_wu(row.enterprise)


@pytest.fixture
def phone(client_of, wu):
    return client_of(wu)


@pytest.fixture
def page(row):
    return f"{LIST}{row.pk}/"


def read(answered):
    return answered.content.decode()


def another(row, state="OPEN", **fields):
    """A further contract of the same firm with its questionnaire."""
    on = factories.demand("MATCHED", enterprise=row.enterprise)
    engagement = factories.engagement("ACCEPTED", claim=factories.claim("SELECTED", demand=on))
    return factories.questionnaire(state, engagement=engagement, **fields)


# Rating ---------------------------------------------------------------------------------


def test_the_list_leads_to_the_questionnaire_and_the_answer_back_to_the_list(phone, row, page):
    assert page in read(phone.get(LIST))
    shown = read(phone.get(page))
    for label in DIMENSIONS.values():
        assert label in shown
    assert "不足 5 份" in shown  # told before they rate
    answered = phone.post(page, TYPED | {"comment": "服务及时", "comment_public": "on"}, follow=True)
    assert "评价已提交" in read(answered)
    kept = Questionnaire.objects.get()
    assert (kept.state, kept.overall, kept.comment, kept.comment_public) == ("ANSWERED", 5, "服务及时", True)
    again = read(phone.get(page))
    assert "我的评价" in again
    assert "我要追评" in again
    assert "提交评价</button>" not in again


def test_what_was_typed_stays_when_something_is_missing(phone, page):
    typed = TYPED | {"price": "1", "comment": "报告写得很细"}
    del typed["fit"]
    answered = phone.post(page, typed)
    shown = read(answered)
    assert answered.status_code == 422
    assert "请为“方案针对性”打分。" in shown
    assert "“收费合理透明”为 1 分，请写明原因" in shown
    assert "报告写得很细" in shown
    assert shown.count("checked") == 7  # six marks and the last question
    assert Questionnaire.objects.get().state == "OPEN"


def test_a_mark_outside_of_the_scale_is_no_mark(phone, page):
    for wrong in ("0", "6", "x"):
        assert phone.post(page, TYPED | {"overall": wrong}).status_code == 422
    assert Questionnaire.objects.get().overall is None


def test_who_comes_second_is_told_and_keeps_what_he_typed(phone, row, page):
    answer(row, 3, at=clock.now())
    answered = phone.post(page, TYPED | {"comment": "第二份意见"})
    shown = read(answered)
    assert answered.status_code == 409
    assert "每份合同只评价一次" in shown
    assert "第二份意见" in shown
    assert Questionnaire.objects.get().overall == 3


def test_who_comes_too_late_is_not_first_asked_to_complete_what_cannot_be_taken(phone, row, page):
    answer(row, 3, at=clock.now())
    answered = phone.post(page, {"comment": "只写了一半"})
    assert answered.status_code == 409
    assert "评价未能提交" in read(answered)
    assert "只写了一半" in read(answered)


def test_after_the_window_the_page_says_so_and_keeps_what_was_typed(phone, row, page, at):
    move_stage(row.round, "satisfaction", at - 3 * DAY, at - DAY)
    assert "不在满意度评价期内" in read(phone.get(page))
    assert "提交评价</button>" not in read(phone.get(page))
    answered = phone.post(page, TYPED | {"comment": "迟到的意见"})
    assert answered.status_code == 409
    assert "迟到的意见" in read(answered)
    assert Questionnaire.objects.get().state == "OPEN"


def test_a_closed_questionnaire_without_an_answer_says_that_there_is_none(phone, row):
    shown = read(phone.get(f"{LIST}{another(row, 'CLOSED').pk}/"))
    assert "评价已截止" in shown
    assert "提交评价</button>" not in shown


def test_a_contract_that_is_left_out_is_shown_with_its_reason_and_not_asked(phone, row):
    out = another(row, is_left_out=True, left_out_reason="合同因企业原因终止")
    assert "合同因企业原因终止" in read(phone.get(LIST))
    assert "合同因企业原因终止" in read(phone.get(f"{LIST}{out.pk}/"))
    assert phone.post(f"{LIST}{out.pk}/", TYPED).status_code == 409


def test_a_member_reads_and_only_the_named_one_answers(client_of, row, page):
    body = row.enterprise.organisation
    plain = client_of(factories.member(body, "enterprise_member"))
    assert "由贵企业管理员" in read(plain.get(page))
    assert plain.post(page, TYPED).status_code == 403
    named = client_of(factories.member(body, "enterprise_member", may_decide=True))
    assert "提交评价</button>" in read(named.get(page))
    assert named.post(page, TYPED).status_code == 302


def test_another_firm_does_not_even_learn_that_there_is_one(client_of, page):
    stranger = client_of(factories.enterprise_admin_wu())
    assert stranger.get(page).status_code == 404
    assert stranger.post(page, TYPED).status_code == 404
    assert stranger.get(f"{page}follow-up/").status_code == 404


def test_the_follow_up_is_given_once_and_kept_when_refused(phone, row, page):
    answer(row, 4, at=clock.now())
    ask = f"{page}follow-up/"
    assert "只能追评一次" in read(phone.get(ask))
    assert phone.post(ask, {"text": ""}).status_code == 422
    assert phone.post(ask, {"text": "后续服务及时"}).headers["Location"] == page
    late = phone.post(ask, {"text": "第二次追评"})
    assert late.status_code == 409
    assert "第二次追评" in read(late)
    shown = read(phone.get(page))
    assert "后续服务及时" in shown
    assert "我要追评" not in shown


def test_an_empty_list_says_what_will_be_here(client_of):
    shown = read(client_of(factories.enterprise_admin_wu()).get(LIST))
    assert "还没有要评价的服务" in shown


def test_the_list_of_ratings_costs_the_same_with_thirty_rows(phone, row):
    assert_same_queries(phone, LIST, add_rows=lambda n: [another(row) for _ in range(n)])


# Results --------------------------------------------------------------------------------


def test_the_firm_confirms_a_result(phone, row):
    made = factories.result(engagement=row.engagement)
    assert f"/my/results/{made.pk}/confirm/" in read(phone.get("/my/results/"))
    ask = read(phone.get(f"/my/results/{made.pk}/confirm/"))
    assert made.pilot.organisation.name in ask
    assert phone.post(f"/my/results/{made.pk}/confirm/").status_code == 302
    assert Result.objects.get().state == "ENTERPRISE_CONFIRMED"
    assert f"/my/results/{made.pk}/confirm/" not in read(phone.get("/my/results/"))
    late = phone.post(f"/my/results/{made.pk}/deny/", {"note": "与服务无关的理由"})
    assert late.status_code == 409
    assert "与服务无关的理由" in read(late)


def test_the_firm_denies_a_result_with_its_reason(phone, row):
    made = factories.result(engagement=row.engagement)
    address = f"/my/results/{made.pk}/deny/"
    assert phone.get(address).status_code == 200
    assert phone.post(address, {"note": ""}).status_code == 422
    assert phone.post(address, {"note": "自行取得"}).status_code == 302
    assert Result.objects.get().state == "DENIED"


def test_a_result_of_another_firm_is_not_found(phone):
    made = factories.result()
    assert phone.get(f"/my/results/{made.pk}/confirm/").status_code == 404
    assert made.enterprise.name not in read(phone.get("/my/results/"))


def test_the_list_of_results_costs_the_same_with_thirty_rows(phone, row):
    def add(n):
        for _ in range(n):
            other = another(row)
            factories.result("DENIED", engagement=other.engagement)

    assert_same_queries(phone, "/my/results/", add_rows=add)
