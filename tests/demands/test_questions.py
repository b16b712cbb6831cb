"""答疑: institutions ask, the firm answers, everybody reads; nothing personal, nothing silently gone."""

import datetime as dt

import pytest
from django.urls import reverse

from demands import operations, queries
from demands.models import Demand, Question
from demands.queries.questions import questions_on
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.notifications.models import Message
from tests import factories
from tests.factories import NOW
from tests.queries import assert_same_queries

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TEXT = "现有产线的设备是哪一年购置的？"


@pytest.fixture
def zhou():
    """An administrator of a pilot institution in good standing."""
    pilot = factories.pilot()
    return factories.institution_admin_zhou(pilot.organisation)


@pytest.fixture
def firm():
    return factories.enterprise("株洲云帆示例精密制造有限公司")


@pytest.fixture
def wu(firm):
    return factories.enterprise_admin_wu(firm)


@pytest.fixture
def demand(firm):
    made = factories.demand("PUBLISHED", enterprise=firm, contact="龚示例", phone="13800000001")
    return queries.published().get(pk=made.pk)


def ask(demand, by, text=TEXT):
    return operations.ask_question(demand, text, by=by, at=NOW)


def test_a_question_is_public_once_it_is_answered(demand, zhou, wu):
    asked = ask(demand, zhou)
    assert questions_on(demand, factories.PUBLIC) == []
    (own,) = questions_on(demand, zhou)
    assert (own.text, own.is_own, own.answered_at) == (TEXT, True, None)
    operations.answer_question(asked, "2018 年购置。", by=wu, at=NOW)
    (public,) = questions_on(demand, factories.PUBLIC)
    assert (public.text, public.answer, public.asker) == (TEXT, "2018 年购置。", "")
    assert questions_on(demand, wu)[0].asker == zhou.organisation.name
    other = factories.institution_admin_zhou()
    assert questions_on(demand, other)[0].asker == ""
    assert Message.objects.filter(user=wu.user, subject__contains="提问").exists()
    assert Message.objects.filter(user=zhou.user, subject__contains="已答复").exists()


@pytest.mark.parametrize(
    "text",
    [
        "请加 13800000009 细谈",
        "联系人龚示例在吗",
        "株洲云帆示例精密制造有限公司的设备？",
        "",
        "问" * 501,
        "微信号 abc12345",
    ],
)
def test_what_gives_a_contact_or_a_name_away_is_neither_asked_nor_answered(demand, zhou, wu, text):
    with pytest.raises(Refused):
        ask(demand, zhou, text)
    asked = ask(demand, zhou)
    with pytest.raises(Refused):
        operations.answer_question(asked, text * (3 if text.startswith("问问") else 1), by=wu, at=NOW)
    assert Question.objects.get().answered_at is None


def test_only_pilot_institutions_of_the_round_ask_while_the_window_is_open(demand, zhou, wu):
    for stranger in (
        factories.institution_admin_zhou(),
        wu,
        factories.county_reviewer_wang(),
        factories.PUBLIC,
    ):
        with pytest.raises(NotAllowed):
            ask(demand, stranger)
    demand.claims_until = NOW
    with pytest.raises(Stale):
        ask(demand, zhou)


def test_five_open_questions_are_enough_until_one_is_answered(demand, zhou, wu):
    first, *_others = [ask(demand, zhou, f"{TEXT}{n}") for n in range(5)]
    with pytest.raises(Stale, match="等答复后再问"):
        ask(demand, zhou)
    operations.answer_question(first, "2018 年购置。", by=wu, at=NOW)
    assert ask(demand, zhou).ordinal == 6


def test_of_two_answers_one_counts(demand, zhou, wu):
    asked = ask(demand, zhou)
    operations.answer_question(asked, "2018 年购置。", by=wu, at=NOW)
    with pytest.raises(Stale):
        operations.answer_question(asked, "2019 年购置。", by=wu, at=NOW)
    with pytest.raises(NotAllowed):
        operations.answer_question(asked, "不知道", by=factories.enterprise_admin_wu(), at=NOW)
    Demand.objects.filter(pk=demand.pk).update(state="MATCHED")
    late = factories.question(Demand.objects.select_related("enterprise").get(pk=demand.pk))
    with pytest.raises(Stale):
        operations.answer_question(late, "2019 年购置。", by=wu, at=NOW)


def test_what_staff_hide_is_shown_as_hidden_with_the_reason(demand, zhou, wu):
    asked = ask(demand, zhou)
    operations.answer_question(asked, "2018 年购置。", by=wu, at=NOW)
    with pytest.raises(NotAllowed):
        operations.hide_question(asked, reason="与需求无关", by=zhou, at=NOW)
    with pytest.raises(Refused):
        operations.hide_question(asked, reason=" ", by=factories.city_handler_chen(), at=NOW)
    operations.hide_question(asked, reason="与需求无关", by=factories.county_reviewer_wang(), at=NOW)
    (hidden,) = questions_on(demand, factories.PUBLIC)
    assert (hidden.text, hidden.answer, hidden.hidden_reason) == ("", "", "与需求无关")


@pytest.fixture
def open_demand(firm):
    """One whose window is open by the clock of the wall."""
    from_now = dt.datetime.now(dt.UTC) + dt.timedelta(days=5)
    return factories.demand("PUBLISHED", enterprise=firm, claims_until=from_now)


def test_the_whole_story_on_pages(client_of, open_demand, zhou, wu):
    page = reverse("demands:public-demand", args=[open_demand.number])
    address = reverse("demands:public-demand-ask", args=[open_demand.number])
    asker, owner, public = client_of(zhou), client_of(wu), client_of(None)
    assert "向企业提问" in asker.get(page).content.decode()
    assert "向企业提问" not in public.get(page).content.decode()
    refused = asker.post(address, {"text": "请加 13800000009 细谈"})
    assert refused.status_code == 422
    assert "请加 13800000009 细谈" in refused.content.decode()
    assert asker.post(address, {"text": TEXT}).status_code == 302
    assert TEXT in asker.get(page).content.decode()
    assert TEXT not in public.get(page).content.decode()
    own = reverse("demands:enterprise-demand-questions", args=[open_demand.pk])
    assert "提问待答复" in owner.get(reverse("desk:home")).content.decode()
    assert TEXT in owner.get(own).content.decode()
    answer = reverse("demands:enterprise-question-answer", args=[open_demand.pk, 1])
    kept = owner.post(answer, {"answer": "打 0731-28680000 问我"})
    assert kept.status_code == 422
    assert "打 0731-28680000 问我" in kept.content.decode()
    assert owner.post(answer, {"answer": "2018 年购置。"}).status_code == 302
    shown = public.get(page).content.decode()
    assert TEXT in shown
    assert "2018 年购置。" in shown
    assert zhou.organisation.name not in shown
    assert owner.post(answer, {"answer": "又一次"}).status_code == 409
    county = client_of(factories.county_reviewer_wang())
    case = county.get(reverse("demands:county-demand", args=[open_demand.pk])).content.decode()
    hide = reverse("demands:question-hide", args=[open_demand.pk, 1])
    assert hide in case
    assert "不再公开" in county.get(hide).content.decode()
    assert county.post(hide, {"note": "与需求无关"}).status_code == 302
    shown = public.get(page).content.decode()
    assert "已由工作人员隐去：与需求无关" in shown
    assert TEXT not in shown


def test_a_page_with_thirty_questions_costs_what_one_with_one_costs(client_of, open_demand):
    def add(count):
        for _ in range(count):
            factories.question(open_demand, answer="答", answered_at=NOW)

    page = reverse("demands:public-demand", args=[open_demand.number])
    assert_same_queries(client_of(None), page, add_rows=add)
