"""推荐文件 with 附件1: collected, ordered, stamped, sent; returned and sent again; in editions."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from evaluation.management import story
from institutions import documents
from institutions.models import CountyReport, ReportRow
from institutions.operations import reports, review
from pilot_portal.attachments.models import Attachment
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.documents.operations import request_paper
from pilot_portal.documents.registry import Printing
from pilot_portal.notifications.models import Message
from pilot_portal.rounds.models import Stage
from pilot_portal.workflow.queries import audit_problems
from tests import factories
from tests.factories import NOW
from tests.institutions.seed import HOUR, SECOND, sent
from tests.queries import assert_same_queries
from tests.races import race

pytestmark = pytest.mark.django_db
REPORTS = "/desk/county/reports/"


@pytest.fixture
def wang():
    return factories.county_reviewer_wang()


@pytest.fixture
def li():
    return factories.county_approver_li()


@pytest.fixture
def chen():
    return factories.city_handler_chen()


def recommended(li, at=NOW, in_round=None):
    case = sent(factories.institution_admin_zhou(), at, in_round)
    review.recommend(case, by=li, at=at)
    return case


def started(wang, at=NOW, in_round=None):
    return reports.start_report(in_round or factories.make_round(), factories.region(), by=wang, at=at)


def stamped(report, wang, at=NOW):
    reports.upload_report_scan(report, story.scan("推荐文件.pdf"), by=wang, at=at)
    return report


def submitted(report, li, at=NOW, number="示例工信〔2023〕5号"):
    reports.submit_report(report, document_number=number, by=li, at=at)
    return fresh(report)


def fresh(report):
    return CountyReport.objects.select_related("round", "region").get(pk=report.pk)


def listed(report):
    rows = ReportRow.objects.filter(report=report).order_by("position")
    return [(row.application_id, row.remark) for row in rows]


def read(answered):
    return answered.content.decode()


def printed(kind, report):
    return kind.build(report, Printing("https://example.test/verify/0/", kind.layout, NOW))


# Collecting and ordering ------------------------------------------------------------------


def test_it_begins_with_what_was_recommended_in_the_order_of_the_numbers(wang, li):
    cases = [recommended(li) for _ in range(3)]
    sent(factories.institution_admin_zhou())  # not yet recommended
    report = started(wang)
    assert listed(report) == [(case.pk, "") for case in cases]
    assert (report.number, report.edition) == ("2023-R-0001", 1)


def test_without_any_it_is_a_report_of_none(wang, li):
    report = submitted(stamped(started(wang), wang), li)
    assert report.frozen["rows"] == []
    assert printed(documents.COVERING_LETTER, report).startswith(b"%PDF-")


def test_rows_are_ordered_with_remarks_and_newly_recommended_ones_taken_in(client_of, wang, li):
    first, second = recommended(li), recommended(li)
    report = started(wang)
    third = recommended(li)
    browser, address = client_of(wang), f"{REPORTS}{report.number}/"
    assert "新推荐" in read(browser.get(address))
    typed = {
        "row": [first.pk, second.pk, third.pk, "²"],
        f"position_{first.pk}": "３",
        f"position_{second.pk}": "1",
        f"position_{third.pk}": "2",
        f"remark_{second.pk}": "重点产业链 ",
    }
    assert browser.post(address, typed).status_code == 302
    assert listed(report) == [(second.pk, "重点产业链"), (third.pk, ""), (first.pk, "")]
    assert "新推荐" not in read(browser.get(address))


def test_a_row_without_a_number_goes_to_the_end_and_is_never_lost(client_of, wang, li):
    first, second = recommended(li), recommended(li)
    report = started(wang)
    typed = {"row": [first.pk, second.pk], f"position_{first.pk}": "一", f"position_{second.pk}": "5"}
    client_of(wang).post(f"{REPORTS}{report.number}/", typed)
    assert [key for key, _ in listed(report)] == [second.pk, first.pk]


def test_a_remark_that_is_too_long_is_refused_and_everything_typed_stays(client_of, wang, li):
    case, report = recommended(li), started(wang)
    typed = {"row": [case.pk], f"position_{case.pk}": "1", f"remark_{case.pk}": "长" * 201}
    answered = client_of(wang).post(f"{REPORTS}{report.number}/", typed)
    assert answered.status_code == 422
    assert "不能超过 200 字" in read(answered)
    assert "长" * 201 in read(answered)
    assert listed(report) == [(case.pk, "")]
    reports.set_rows(report, [(case.pk, "长" * 200)], by=wang, at=NOW)
    assert listed(report) == [(case.pk, "长" * 200)]


def test_a_strange_case_is_never_taken_into_the_list(wang, li):
    away = sent(factories.institution_admin_zhou(factories.institution(region=factories.region("430281"))))
    review.recommend(away, by=factories.county_approver_li(factories.region("430281")), at=NOW)
    waiting, report = sent(factories.institution_admin_zhou()), started(wang)
    reports.set_rows(report, [(away.pk, ""), (waiting.pk, ""), (0, "")], by=wang, at=NOW)
    assert listed(report) == []


def test_what_is_recommended_no_longer_leaves_with_the_next_saving(client_of, wang, li):
    kept, gone = recommended(li), recommended(li)
    report = stamped(started(wang), wang)
    review.recall(gone, note="材料缺页", by=li, at=NOW)
    with pytest.raises(Stale, match=gone.organisation.name):
        submitted(report, li)
    page = read(client_of(wang).get(f"{REPORTS}{report.number}/"))
    assert "保存名单后移出" in page
    reports.set_rows(fresh(report), [(kept.pk, ""), (gone.pk, "")], by=wang, at=NOW)
    assert [row["number"] for row in submitted(fresh(report), li).frozen["rows"]] == [kept.number]


@pytest.mark.parametrize("role", ["institution_admin", "city_chief", "auditor"])
def test_only_the_county_s_own_people_prepare_it(wang, role):
    report, stranger = started(wang), factories.actor_for(role, None)
    elsewhere = factories.county_reviewer_wang(factories.region("430281"))
    for other in (stranger, elsewhere):
        for act in (
            lambda by=other: reports.set_rows(report, [], by=by, at=NOW),
            lambda by=other: reports.upload_report_scan(report, story.scan(), by=by, at=NOW),
            lambda by=other: reports.start_report(report.round, report.region, by=by, at=NOW),
            lambda by=other: reports.submit_report(report, by=by, at=NOW),
        ):
            with pytest.raises(NotAllowed):
                act()


# Sending ----------------------------------------------------------------------------------


def test_it_is_sent_with_its_stamped_scan_by_the_approver_and_then_frozen(wang, li, chen):
    case, report = recommended(li), started(wang)
    with pytest.raises(NotAllowed):
        submitted(report, wang)
    with pytest.raises(Refused, match="扫描件"):
        submitted(report, li)
    done = submitted(stamped(report, wang), li)
    (row,) = done.frozen["rows"]
    assert (row["number"], row["name"]) == (case.number, case.organisation.name)
    assert (done.state, done.submitted_by, done.document_number) == (
        "SUBMITTED",
        li.user,
        "示例工信〔2023〕5号",
    )
    assert Message.objects.filter(user=chen.user, subject__contains="第 1 版，1 家").count() == 1
    with pytest.raises(Stale, match="已报送"):
        reports.set_rows(done, [], by=wang, at=NOW)
    with pytest.raises(Stale, match="已报送"):
        reports.upload_report_scan(done, story.scan(), by=wang, at=NOW)
    with pytest.raises(Stale, match="已报送"):
        review.recall(case, note="后悔", by=li, at=NOW)


def test_the_first_edition_comes_in_time_to_the_second(wang, li):
    end = clock.end_of_day(dt.date(2023, 3, 16))
    report = stamped(started(wang), wang)
    Stage.objects.filter(kind=Stage.Kind.COUNTY_REPORT).update(ends_at=end)
    with pytest.raises(Stale, match="2023年3月16日 24:00"):
        submitted(report, li, end)
    assert submitted(fresh(report), li, end - SECOND).state == "SUBMITTED"


def test_only_pdf_and_pictures_are_taken_as_scan(client_of, wang):
    report = started(wang)
    browser, address = client_of(wang), f"{REPORTS}{report.number}/scan/"
    for upload in (
        SimpleUploadedFile("推荐.docx", b"PK\x03\x04"),
        SimpleUploadedFile("推荐.pdf", b"not a pdf"),
        SimpleUploadedFile("推荐.pdf", b""),
    ):
        told = read(browser.post(address, {"file": upload}, follow=True))
        assert "alert" in told
    assert "请选择要上传的文件" in read(browser.post(address, follow=True))
    assert not Attachment.objects.exists()


# The city's answer ------------------------------------------------------------------------


def test_returned_it_is_ordered_anew_stamped_anew_and_sent_again(wang, li, chen):
    first, second = recommended(li), recommended(li)
    report = submitted(stamped(started(wang), wang), li)
    before = printed(documents.ATTACHMENT_1, report)
    reports.return_report(report, note="附件1 缺少备注", by=chen, at=NOW + HOUR)
    assert Message.objects.filter(user=li.user, subject__contains="市局退回推荐文件").count() == 1
    report = fresh(report)
    reports.set_rows(report, [(second.pk, "补"), (first.pk, "")], by=wang, at=NOW + HOUR)
    with pytest.raises(Refused, match="重新盖章"):
        submitted(fresh(report), li, NOW + 2 * HOUR)
    stamped(fresh(report), wang, NOW + 2 * HOUR)
    again = submitted(fresh(report), li, NOW + 3 * HOUR)
    assert [(row["number"], row["remark"]) for row in again.frozen["rows"]] == [
        (second.number, "补"),
        (first.number, ""),
    ]
    assert (again.edition, again.number) == (1, report.number)
    assert printed(documents.ATTACHMENT_1, again) != before
    assert audit_problems("institutions.countyreport") == []


def test_each_order_of_the_rows_and_what_was_sent_is_a_paper_of_its_own(wang, li):
    first, second = recommended(li), recommended(li)
    report = started(wang)
    papers = [request_paper(documents.COVERING_LETTER, fresh(report), by=wang, at=NOW)]
    reports.set_rows(report, [(second.pk, ""), (first.pk, "")], by=wang, at=NOW)
    papers.append(request_paper(documents.COVERING_LETTER, fresh(report), by=wang, at=NOW))
    submitted(stamped(fresh(report), wang), li)
    papers += [request_paper(documents.COVERING_LETTER, fresh(report), by=li, at=NOW) for _ in range(2)]
    keys = [paper.pk for paper in papers]
    assert len(set(keys)) == 3
    assert keys[2] == keys[3]


def test_after_the_first_edition_the_next_holds_the_differences_only(wang, li, chen):
    recommended(li)
    report = submitted(stamped(started(wang), wang), li)
    with pytest.raises(Stale, match="办理中"):
        started(wang)
    reports.accept_report(report, by=chen, at=NOW)
    late = recommended(li)
    second = started(wang)
    assert (second.edition, listed(second)) == (2, [(late.pk, "")])
    # A supplement may come after the deadline.
    Stage.objects.filter(kind=Stage.Kind.COUNTY_REPORT).update(ends_at=NOW)
    assert submitted(stamped(second, wang), li).state == "SUBMITTED"


def test_the_city_s_page_shows_the_frozen_rows_and_marks_the_paper(client_of, wang, li, chen):
    case = recommended(li)
    report = submitted(stamped(started(wang), wang), li)
    browser, address = client_of(chen), f"/desk/city/reports/{report.number}/"
    assert case.organisation.name in read(browser.get(address))
    assert client_of(chen).get(f"/desk/city/reports/{report.number[:-1]}9/").status_code == 404
    browser.post(f"{address}received/")
    assert fresh(report).paper_received_at is not None
    client_of(wang).post(f"{REPORTS}{report.number}/mailed/")
    assert fresh(report).mailed_at is not None


def test_a_draft_is_not_seen_by_the_city_nor_by_another_county(client_of, wang, chen):
    report = started(wang)
    assert client_of(chen).get(f"/desk/city/reports/{report.number}/").status_code == 404
    elsewhere = factories.county_reviewer_wang(factories.region("430281"))
    assert client_of(elsewhere).get(f"{REPORTS}{report.number}/").status_code == 404


# At once ----------------------------------------------------------------------------------


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_who_begin_at_once_begin_one():
    people = [factories.county_reviewer_wang() for _ in range(2)]
    factories.make_round()
    results = race(*[lambda by=by: started(by) for by in people])
    assert sum(isinstance(result, Stale) for result in results) == 1
    assert CountyReport.objects.count() == 1


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_sent_and_ordered_at_once_what_is_frozen_is_what_stands():
    wang, li = factories.county_reviewer_wang(), factories.county_approver_li()
    cases = [recommended(li) for _ in range(2)]
    report = stamped(started(wang), wang)
    copies = [fresh(report), fresh(report)]
    wanted = [(case.pk, "新的备注") for case in reversed(cases)]
    results = race(
        lambda: reports.submit_report(copies[0], by=li, at=NOW),
        lambda: reports.set_rows(copies[1], wanted, by=wang, at=NOW),
    )
    assert sum(isinstance(result, Stale) for result in results) <= 1
    done = fresh(report)
    numbers = {case.pk: case.number for case in cases}
    assert [(row["number"], row["remark"]) for row in done.frozen["rows"]] == [
        (numbers[key], remark) for key, remark in listed(report)
    ]


# Lists ------------------------------------------------------------------------------------


def test_the_city_s_list_costs_the_same_with_thirty_reports(client_of, chen):
    years = iter(range(2030, 2099))

    def add(count):
        for year, _ in zip(years, range(count), strict=False):
            factories.county_report("SUBMITTED", round=factories.make_round(str(year)))

    assert_same_queries(client_of(chen), "/desk/city/reports/", add_rows=add)


def test_a_report_whose_applications_say_something_else_is_another_paper(wang, li):
    case, report = recommended(li), started(wang)
    first = request_paper(documents.ATTACHMENT_1, report, by=wang, at=NOW)
    version = case.versions.order_by("-version")[0]
    version.capacity += 1
    version.save(update_fields=["capacity"])
    again = request_paper(documents.ATTACHMENT_1, fresh(report), by=wang, at=NOW)
    assert again.pk != first.pk
    assert request_paper(documents.ATTACHMENT_1, fresh(report), by=wang, at=NOW).pk == again.pk


def test_a_report_costs_the_same_with_thirty_rows(client_of, wang):
    report = started(wang)

    def add(count):
        before = ReportRow.objects.filter(report=report).count()
        for n in range(count):
            case = factories.application("RECOMMENDED", round=report.round)
            ReportRow.objects.create(report=report, application=case, position=before + n + 1)

    assert_same_queries(client_of(wang), f"{REPORTS}{report.number}/", add_rows=add)


def test_signs_that_nobody_sees_and_a_number_too_long_are_told_and_never_reach_the_database(
    client_of, wang, li
):
    case, report = recommended(li), started(wang)
    typed = {"row": [case.pk], f"position_{case.pk}": "1", f"remark_{case.pk}": "重点\x00推荐"}
    answered = client_of(wang).post(f"{REPORTS}{report.number}/", typed)
    assert answered.status_code == 422
    assert "不可见字符" in read(answered)
    assert listed(report) == [(case.pk, "")]
    stamped(fresh(report), wang)
    address = f"{REPORTS}{report.number}/submit/"
    for number, words in (("号" * 61, "文号不能超过 60 字"), ("示例\x00〔2023〕5号", "不可见字符")):
        assert words in read(client_of(li).post(address, {"document_number": number}, follow=True))
    assert fresh(report).state == "DRAFT"
    assert submitted(fresh(report), li, number=" 示例〔2023〕5号 ").document_number == "示例〔2023〕5号"
