"""The check page, submitting, and what follows, page by page."""

import html
import re

import pytest
from pytest_django.asserts import assertTemplateUsed

from evaluation.management import story
from institutions import queries
from institutions.models import Application, DraftSection
from institutions.operations import drafts, review
from pilot_portal.attachments.queries import files_of
from pilot_portal.common import clock
from pilot_portal.rounds.models import Stage
from tests import factories
from tests.institutions.seed import DAY, HOUR, draft, fresh, retype, sent, submit
from tests.queries import assert_same_queries

pytestmark = pytest.mark.django_db
HOME = "/my/application/"
S = Application.State


@pytest.fixture
def at():
    return clock.now()


@pytest.fixture
def round_(at):
    return factories.make_round(f"{at.year}", at=at)


@pytest.fixture
def zhou():
    return factories.institution_admin_zhou()


@pytest.fixture
def desk(client_of, zhou):
    return client_of(zhou)


@pytest.fixture
def case(zhou, at, round_):
    return draft(zhou, at, round_)


@pytest.fixture
def url(round_):
    return f"{HOME}{round_.code}/"


def read(answered, status=200):
    assert answered.status_code == status
    return html.unescape(answered.content.decode())


def typed_in(case, part):
    saved = DraftSection.objects.filter(application=case, section=part).first()
    return saved.data if saved else story.answers(case, 1)[part]


def post(desk, url, case, part, *, revision=None, done="1", **changed):
    saved = DraftSection.objects.filter(application=case, section=part).first()
    standing = saved.revision if saved else 0
    data = typed_in(case, part) | {"revision": standing if revision is None else revision, "done": done}
    return desk.post(f"{url}{part}/", data | changed)


def key_for(case, pattern):
    first, last = case.round.years_reported
    return pattern.format(first=first, last=last)


# Checking and submitting ---------------------------------------------------------------


def links_to_problems(page, url):
    summary = page[page.index("data-error-summary") : page.index("</ul>", page.index("data-error-summary"))]
    return re.findall(rf'href="({url}[^"#]+)#([^"]+)">([^<]+)</a>', summary)


def test_every_problem_leads_to_its_field(desk, zhou, at, round_, url):
    case = drafts.start_application(round_, zhou.organisation, by=zhou, at=at)
    problems = queries.problems_of(case, at=at).problems
    found = links_to_problems(read(desk.get(f"{url}check/")), url)
    assert [words for _, _, words in found] == [problem.message for problem in problems]
    for page in {address for address, _, _ in found}:
        there = set(re.findall(r'id="([^"]+)"', read(desk.get(page))))
        asked = {anchor for address, anchor, _ in found if address == page}
        assert asked <= there, f"{page}: {sorted(asked - there)}"


def test_every_change_link_leads_to_its_field(desk, case, url):
    page = read(desk.get(f"{url}check/"))
    links = re.findall(rf'href="({url}[^"#]+)#([^"]+)">更改', page)
    assert len(links) > 40
    for address in {address for address, _ in links}:
        there = set(re.findall(r'id="([^"]+)"', read(desk.get(address))))
        assert {anchor for found, anchor in links if found == address} <= there


def test_the_check_page_shows_everything_typed_and_both_years(desk, case, url):
    answer = desk.get(f"{url}check/")
    assertTemplateUsed(answer, "components/two_years.html")
    page = read(answer)
    for part, values in story.answers(case, 1).items():
        for key, value in values.items():
            if isinstance(value, str) and value not in {"on", "company"}:
                assert all(line in page for line in value.splitlines()), (part, key)
    for label in ("咨询管理", "数智转型", "公司制企业"):
        assert label in page
    assert "共享制造" not in page
    assert page.count("净资产") == 1


def test_a_wrong_figure_is_told_on_the_check_page_and_keeps_it_from_going(desk, case, zhou, url, at):
    key = key_for(case, "graduates_{last}")
    retype(case, "finance", by=zhou, at=at, **{key: "9,999"})
    page = read(desk.get(f"{url}check/"))
    assert '9,999<span class="invalid-feedback">' in page
    assert "提交申报</button>" not in page
    answer = read(desk.post(f"{url}check/"), 422)
    assert f'href="{url}finance/#id_{key}"' in answer
    assert fresh(case).state == S.DRAFT


def test_what_looks_odd_is_asked_about_and_may_go(desk, case, zhou, url, at):
    retype(case, "finance", by=zhou, at=at, **{key_for(case, "revenue_{last}"): "20,000,000"})
    page = read(desk.get(f"{url}check/"))
    assert "像是以“元”填写的" in page
    assert desk.post(f"{url}check/").status_code == 302


def test_too_late_is_told_with_the_deadline_and_everything_stays(desk, case, url, at):
    Stage.objects.filter(round=case.round, kind=Stage.Kind.APPLICATION).update(ends_at=at - HOUR)
    page = read(desk.post(f"{url}check/"), 409)
    assert "申报已于规定时间截止" in page
    assert "走访诊断、制定方案" in page
    assert (fresh(case).state, fresh(case).number) == (S.DRAFT, None)


def test_a_reason_for_the_direct_route_that_cannot_be_kept_is_shown_again(desk, case, url):
    long = "因" * 301
    page = read(desk.post(f"{url}check/", {"direct_reason": long}), 422)
    assert long in page
    assert fresh(case).state == S.DRAFT
    assert desk.post(f"{url}check/", {"direct_reason": "县区回避"}).status_code == 302
    assert fresh(case).state == S.SUBMITTED_CITY


def test_a_member_prepares_and_the_administrator_submits(client_of, zhou, case, url):
    member = client_of(factories.member(zhou.organisation, "institution_member"))
    assert post(member, url, case, "contact", contact="经办示例").status_code == 302
    assert "提交申报</button>" not in read(member.get(f"{url}check/"))
    assert "由本单位管理员提交" in read(member.post(f"{url}check/"), 403)
    assert fresh(case).state == S.DRAFT


# What follows --------------------------------------------------------------------------


def test_submitted_it_can_be_taken_back_withdrawn_and_reopened(desk, zhou, round_, url, at):
    case = sent(zhou, at, round_)
    assert "内容不能修改" not in read(desk.get(url))
    assert "如需修改，请先撤回" in read(desk.get(f"{url}basic/"))
    for act, state in (("take-back", S.DRAFT), ("withdraw", S.WITHDRAWN), ("reopen", S.DRAFT)):
        assert f"{url}{act}/" in read(desk.get(url))
        assert desk.get(f"{url}{act}/").status_code == 200
        assert desk.post(f"{url}{act}/").headers["Location"] == url
        assert fresh(case).state == state
    assert desk.post(f"{url}check/").status_code == 302
    assert fresh(case).number == case.number


@pytest.mark.parametrize(
    ("state", "may"),
    [(S.SUBMITTED, True), (S.ACCEPTED_DIRECT, True), (S.RETURNED, False), (S.RECOMMENDED, False)],
)
def test_the_stamped_scan_is_asked_for_only_while_it_can_come(desk, zhou, round_, url, at, state, may):
    case = sent(zhou, at, round_)
    Application.objects.filter(pk=case.pk).update(state=state)
    page = read(desk.get(url))
    assert "生成申报材料" in page
    assert ("上传扫描件</button>" in page) == may


def test_opened_by_the_county_it_is_no_longer_taken_back(desk, zhou, round_, url, at):
    case = sent(zhou, at, round_)
    review.open_by_county(case, by=factories.county_reviewer_wang(), at=at)
    assert f"{url}take-back/" not in read(desk.get(url))
    assert "县区已打开审核" in read(desk.post(f"{url}take-back/"), 409)


@pytest.mark.parametrize(("state", "words"), [(S.WITHDRAWN, "已撤回申报"), (S.LAPSED, "逾期失效")])
def test_a_case_that_is_gone_says_what_it_is_and_how_it_comes_back(desk, case, url, state, words):
    Application.objects.filter(pk=case.pk).update(state=state)
    page = read(desk.get(url))
    assert words in page
    assert "已提交" not in page
    assert f"{url}reopen/" in page
    assert f"{words}，不能填写；截止前可以重新填报。" in read(desk.get(f"{url}basic/"))


def test_returned_it_says_what_to_mend_where_and_until_when(desk, zhou, round_, url, at):
    case = sent(zhou, at, round_)
    wang = factories.county_reviewer_wang()
    notes = {"finance": "从业人数与社保不符"}
    review.return_application(case, note="请核对报表", sections=notes, by=wang, at=at)
    Stage.objects.filter(round=round_, kind=Stage.Kind.APPLICATION).update(ends_at=at - HOUR)
    page = read(desk.get(url))
    for words in ("请核对报表", "从业人数与社保不符", "下一步：修改“近年经营状况”", "补正"):
        assert words in page
    assert "已截止" not in page
    section = read(desk.get(f"{url}finance/"))
    assert "从业人数与社保不符" in section
    assert "已截止" not in section
    assert "退回意见" in section
    assert "退回意见" not in read(desk.get(f"{url}basic/"))
    assert post(desk, url, case, "finance").status_code == 302
    until = clock.beijing(fresh(case).mend_until - DAY)
    assert f"{until.month}月{until.day}日 24:00" in read(desk.get(f"{url}check/"))
    assert desk.post(f"{url}check/").status_code == 302
    assert fresh(case).versions_count == 2


# Others --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["", "basic/", "check/", "withdraw/", "take-back/", "reopen/", "finance/", "promise/"]
)
def test_another_institution_finds_nothing(client_of, case, url, path):
    stranger = client_of(factories.institution_admin_zhou())
    assert stranger.get(f"{url}{path}").status_code == 404
    if path:
        assert stranger.post(f"{url}{path}", {"revision": 0, "contact": "甲"}).status_code == 404
    assert fresh(case).state == S.DRAFT


def test_another_institution_can_neither_fetch_nor_add_files(client_of, desk, case, url):
    stranger = client_of(factories.institution_admin_zhou())
    file = f"/files/{files_of(queries.CASE_TYPE, case.pk).get().uuid}/"
    assert b"".join(desk.get(file).streaming_content) == story.SCAN
    assert stranger.get(file).status_code == 404
    sending = stranger.post(f"{url}upload/", {"purpose": "licence", "file": story.scan()})
    assert sending.status_code == 404
    assert files_of(queries.CASE_TYPE, case.pk).count() == 1


def test_the_task_list_costs_the_same_after_one_return_and_after_thirty(desk, zhou, round_, url, at):
    case, wang = sent(zhou, at, round_), factories.county_reviewer_wang()

    def come_and_go(times):
        for _ in range(times):
            sections = {"finance": "从业人数"}
            review.return_application(fresh(case), note="请核对", sections=sections, by=wang, at=at)
            submit(fresh(case), zhou, at)

    assert_same_queries(desk, url, add_rows=come_and_go)


def test_the_home_costs_the_same_with_one_round_and_with_thirty(desk, zhou, at):
    years = iter(range(2030, 2090))

    def add_rows(count):
        for _ in range(count):
            code = f"{next(years)}"
            factories.application(organisation=zhou.organisation, round=factories.make_round(code, at=at))
            factories.make_round(f"{code}B", at=at)

    assert_same_queries(desk, HOME, add_rows=add_rows)
