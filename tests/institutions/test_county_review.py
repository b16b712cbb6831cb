"""The county: opens, checks, returns with notes tied to sections, recommends, takes back, declines."""

import datetime as dt

import pytest

from institutions.models import Application
from institutions.operations import applications, review
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.notifications.models import Message
from pilot_portal.rounds.models import CalendarDay, Stage
from pilot_portal.rounds.operations import change_setting
from pilot_portal.rounds.queries import add_working_days
from pilot_portal.workflow.queries import audit_problems, trail
from tests import factories
from tests.factories import NOW
from tests.institutions.seed import DAY, HOUR, SECOND, draft, fresh, returned, retype, sent
from tests.institutions.seed import submit as hand_in
from tests.races import race

pytestmark = pytest.mark.django_db
QUEUE = "/desk/county/applications/"
NOTES = {"finance": "从业人数两处不一致", "cases": " ", "contact": "请填手机"}


@pytest.fixture
def zhou():
    return factories.institution_admin_zhou()


@pytest.fixture
def wang():
    return factories.county_reviewer_wang()


@pytest.fixture
def li():
    return factories.county_approver_li()


def read(answered):
    return answered.content.decode()


def told(actor, words):
    return Message.objects.filter(user=actor.user, subject__contains=words).count()


def report_until(in_round, end):
    Stage.objects.filter(round=in_round, kind=Stage.Kind.COUNTY_REPORT).update(ends_at=end)


def two_persons(in_round):
    change_setting(in_round, "two_persons_county", value=True, by=factories.city_handler_chen(), at=NOW)


# Returning --------------------------------------------------------------------------------


def test_a_return_opens_just_the_sections_with_a_note_and_tells_all_at_once(zhou, wang):
    case = sent(zhou)
    review.return_application(case, note=" 请一次改全 ", sections=NOTES, by=wang, at=NOW + HOUR)
    assert fresh(case).state == "RETURNED"
    done = dict(case.sections.values_list("section", "is_done"))
    assert {section for section, is_done in done.items() if not is_done} == {"finance", "contact"}
    entry = trail("institutions.application", case.pk).last()
    assert (entry.note, entry.data["sections"]) == (
        "请一次改全",
        {"finance": "从业人数两处不一致", "contact": "请填手机"},
    )
    assert told(zhou, "已退回") == 1


def test_the_notes_alone_are_enough_and_nothing_at_all_is_not(zhou, wang):
    case = sent(zhou)
    with pytest.raises(Refused):
        review.return_application(case, note=" ", sections={"finance": " "}, by=wang, at=NOW)
    assert fresh(case).state == "SUBMITTED"
    review.return_application(case, note="", sections={"finance": "两处不一致"}, by=wang, at=NOW)
    assert trail("institutions.application", case.pk).last().note == "两处不一致"


def test_the_institution_has_five_working_days(zhou, wang):
    case = sent(zhou)
    report_until(case.round, NOW + 40 * DAY)
    review.return_application(case, note="请改", sections={}, by=wang, at=NOW)
    assert fresh(case).mend_until == add_working_days(NOW, 5)


@pytest.mark.parametrize(
    ("end", "until"),
    [
        ((3, 10), (3, 9)),  # a Friday's report: Thursday, 24:00
        ((3, 13), (3, 10)),  # a Monday's: the Friday before
        ((3, 14), (3, 11)),  # a Tuesday's after a holiday on Monday, and the Saturday is worked
    ],
)
def test_but_at_the_latest_one_working_day_before_the_county_s_own_deadline(zhou, wang, end, until):
    if end == (3, 14):
        for day, is_working in ((dt.date(2023, 3, 13), False), (dt.date(2023, 3, 11), True)):
            CalendarDay.objects.create(day=day, is_working=is_working, name="示例")
    case = sent(zhou)
    report_until(case.round, clock.end_of_day(dt.date(2023, *end)))
    review.return_application(case, note="请改", sections={}, by=wang, at=NOW)
    assert fresh(case).mend_until == clock.end_of_day(dt.date(2023, *until))


def test_with_less_than_a_working_day_left_the_county_must_decide(zhou, wang):
    case = sent(zhou)
    report_until(case.round, clock.end_of_day(clock.beijing_date(NOW)))
    with pytest.raises(Stale, match="来不及补正"):
        review.return_application(case, note="请改", sections={}, by=wang, at=NOW)
    assert fresh(case).state == "SUBMITTED"


def test_the_county_sees_what_changed_after_the_return(client_of, zhou, wang):
    case = returned(zhou, wang)
    retype(case, "finance", by=zhou, at=NOW + 2 * HOUR, staff_2022="61")
    hand_in(fresh(case), zhou, NOW + 3 * HOUR)
    browser = client_of(wang)
    page = read(browser.get(f"{QUEUE}{case.number}/?tab=changes"))
    assert "与上次对比（1）" in page
    assert "61" in page
    assert "第 2 次提交" in page
    assert "退回后重报" in read(browser.get(f"{QUEUE}?round=2023"))


def test_the_page_keeps_every_note_that_was_typed_when_it_is_refused(client_of, zhou, wang):
    case = sent(zhou, clock.now(), factories.make_round(at=clock.now()))
    browser, address = client_of(wang), f"{QUEUE}{case.number}/return/"
    assert "近年经营状况" in read(browser.get(address))
    assert browser.post(address, {"note": " "}).status_code == 422
    report_until(case.round, clock.now() + SECOND)
    answered = browser.post(address, {"note": "请改", "note_finance": "两处不一致"})
    assert answered.status_code == 409
    assert "来不及补正" in read(answered)
    assert "两处不一致" in read(answered)


# Opening and checking ---------------------------------------------------------------------


def test_opened_by_the_county_it_cannot_be_taken_back(zhou, wang):
    case = sent(zhou)
    review.open_by_county(case, by=factories.county_reviewer_wang(factories.region("430281")), at=NOW)
    assert fresh(case).opened_by_county_at is None
    review.open_by_county(case, by=wang, at=NOW)
    review.open_by_county(case, by=wang, at=NOW + HOUR)
    assert fresh(case).opened_by_county_at == NOW
    with pytest.raises(Stale):
        applications.take_back(fresh(case), by=zhou, at=NOW + HOUR)


def test_the_checklist_is_kept_until_the_case_moves_on(zhou, wang, li):
    case = sent(zhou)
    items = {"licence": {"answer": "yes", "remark": "已核对"}, "unknown": {"answer": "yes"}}
    review.set_checklist(case, items, by=wang, at=NOW)
    kept = fresh(case).checklist
    assert kept["by"] == wang.user_id
    assert "unknown" not in kept["items"]
    with pytest.raises(NotAllowed):
        review.set_checklist(case, items, by=zhou, at=NOW)
    review.recommend(fresh(case), by=li, at=NOW)
    with pytest.raises(Stale):
        review.set_checklist(fresh(case), {}, by=wang, at=NOW)
    assert fresh(case).checklist == kept


# Recommending -----------------------------------------------------------------------------


def test_only_what_came_with_its_stamped_scan_is_recommended(zhou, li):
    case = sent(zhou, with_scan=False)
    with pytest.raises(Refused, match="盖章扫描件"):
        review.recommend(case, by=li, at=NOW)
    assert fresh(case).state == "SUBMITTED"


def test_the_scan_of_a_former_version_does_not_do(zhou, wang, li):
    case = returned(zhou, wang)
    retype(case, "finance", by=zhou, at=NOW + 2 * HOUR, staff_2022="61")
    hand_in(fresh(case), zhou, NOW + 3 * HOUR)
    with pytest.raises(Refused, match="盖章扫描件"):
        review.recommend(fresh(case), by=li, at=NOW + 4 * HOUR)


def test_recommended_it_says_by_whom_and_the_institution_is_told(zhou, li):
    case = sent(zhou)
    review.recommend(case, by=li, at=NOW + HOUR)
    assert (fresh(case).state, fresh(case).recommended_by) == ("RECOMMENDED", li.user)
    assert told(zhou, "已由县区推荐") == 1


@pytest.mark.parametrize("role", ["county_handler", "institution_admin", "city_chief", "auditor"])
def test_the_approver_of_the_county_recommends_and_nobody_else(zhou, role):
    case = sent(zhou, with_scan=False)
    with pytest.raises(NotAllowed):
        review.recommend(case, by=factories.actor_for(role, case), at=NOW)
    elsewhere = factories.county_approver_li(factories.region("430281"))
    with pytest.raises(NotAllowed):
        review.recommend(case, by=elsewhere, at=NOW)


def test_where_two_persons_are_asked_for_who_checked_never_recommends(client_of, zhou, li):
    case, other = sent(zhou), factories.county_approver_li()
    two_persons(case.round)
    review.set_checklist(case, {}, by=li, at=NOW)
    with pytest.raises(NotAllowed, match="两人办理"):
        review.recommend(fresh(case), by=li, at=NOW)
    done = review.recommend_many([fresh(case)], by=li, at=NOW)
    assert (done.done, len(done.refused)) == ([], 1)
    assert "两人办理" in done.refused[0][1]
    plan = read(client_of(li).post(f"{QUEUE}recommend/", {"case": case.pk}))
    assert "两人办理" in plan
    review.recommend(fresh(case), by=other, at=NOW)
    assert fresh(case).state == "RECOMMENDED"


def test_a_batch_tells_first_what_it_will_do_and_then_does_just_that(client_of, zhou, li):
    good, bare = sent(zhou), sent(factories.institution_admin_zhou(), with_scan=False)
    away = sent(factories.institution_admin_zhou(factories.institution(region=factories.region("430281"))))
    browser, keys = client_of(li), [good.pk, bare.pk, away.pk, "²", "x", "9" * 40]
    plan = read(browser.post(f"{QUEUE}recommend/", {"case": keys}))
    assert good.organisation.name in plan
    assert "盖章扫描件" in plan
    assert away.organisation.name not in plan
    assert Application.objects.filter(state="RECOMMENDED").count() == 0
    done = read(browser.post(f"{QUEUE}recommend/", {"case": keys, "confirmed": "1"}, follow=True))
    assert "已推荐 1 家" in done
    assert f"{bare.organisation.name}：" in done
    assert [fresh(case).state for case in (good, bare, away)] == ["RECOMMENDED", "SUBMITTED", "SUBMITTED"]


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_recommended_and_returned_at_once_one_wins():
    zhou, wang = factories.institution_admin_zhou(), factories.county_reviewer_wang()
    li, case = factories.county_approver_li(), sent(zhou)
    copies = [Application.objects.select_related("round", "organisation").get(pk=case.pk) for _ in range(2)]
    results = race(
        lambda: review.recommend(copies[0], by=li, at=NOW),
        lambda: review.return_application(copies[1], note="请改", sections=NOTES, by=wang, at=NOW),
    )
    assert sum(isinstance(result, Stale) for result in results) == 1
    is_open = case.sections.filter(is_done=False).exists()
    assert (fresh(case).state == "RETURNED") is is_open
    assert Message.objects.filter(user=zhou.user).exclude(subject__contains="已提交").count() == 1
    assert audit_problems("institutions.application") == []


# Taking back, declining -------------------------------------------------------------------


def test_a_recommendation_is_taken_back_until_the_report_is_sent(zhou, li):
    case = sent(zhou)
    review.recommend(case, by=li, at=NOW)
    review.recall(fresh(case), note="发现材料缺页", by=li, at=NOW + HOUR)
    assert (fresh(case).state, fresh(case).recommended_by) == ("SUBMITTED", None)
    assert told(zhou, "撤回推荐") == 1


def test_a_refusal_needs_its_reasons_and_says_them(zhou, li):
    case = sent(zhou)
    with pytest.raises(Refused):
        review.decline(case, note=" ", by=li, at=NOW)
    review.decline(fresh(case), note="服务案例不能提供佐证", by=li, at=NOW)
    assert (fresh(case).state, fresh(case).decided_at) == ("DECLINED", NOW)
    assert Message.objects.get(user=zhou.user, subject__contains="不予推荐").body == "服务案例不能提供佐证"


# The city's acts --------------------------------------------------------------------------


def direct(by):
    return sent(by, direct="园区工信部门正在交接，情况特殊。")


def test_a_direct_application_is_accepted_returned_or_sent_to_its_county(zhou, wang):
    chen = factories.city_handler_chen()
    accepted, back, on = (direct(factories.institution_admin_zhou()) for _ in range(3))
    for case in (accepted, back):
        review.accept_direct(case, by=chen, at=NOW)
    review.return_direct(fresh(back), note="请补充", sections={"cases": "缺佐证"}, by=chen, at=NOW)
    review.send_to_county(on, note="请按常规上报", by=chen, at=NOW)
    states = [fresh(case).state for case in (accepted, back, on)]
    assert states == ["ACCEPTED_DIRECT", "RETURNED", "SUBMITTED"]
    assert fresh(on).route == Application.Route.COUNTY
    assert fresh(back).mend_until == add_working_days(NOW, 5)
    assert told(wang, "市局转来申报") == 1


def test_the_city_takes_over_only_what_the_county_left_after_its_deadline(zhou):
    case, chen = sent(zhou), factories.city_handler_chen()
    end = NOW + 10 * DAY
    report_until(case.round, end)
    with pytest.raises(Stale, match="上报期限未到"):
        review.take_over(case, note="县区未办", by=chen, at=end - SECOND)
    review.take_over(fresh(case), note="县区未办", by=chen, at=end)
    assert (fresh(case).state, fresh(case).route) == ("ACCEPTED_DIRECT", Application.Route.DIRECT)


def test_the_city_returns_to_county_or_institution(zhou, wang, li):
    chen, cases = factories.city_handler_chen(), [sent(factories.institution_admin_zhou()) for _ in range(2)]
    for case in cases:
        review.recommend(case, by=li, at=NOW)
    review.city_return_to_county(fresh(cases[0]), note="请再核", by=chen, at=NOW)
    review.city_return_to_institution(
        fresh(cases[1]), note="请改", sections={"finance": "不一致"}, by=chen, at=NOW
    )
    assert [fresh(case).state for case in cases] == ["SUBMITTED", "RETURNED"]
    assert fresh(cases[0]).recommended_by is None
    assert told(wang, "市局退回申报") == 1


def test_a_draft_is_nobody_s_but_the_institution_s(client_of, zhou, wang):
    case = draft(zhou)
    assert case.organisation.name not in read(client_of(wang).get(f"{QUEUE}?state=DRAFT&round=2023"))
