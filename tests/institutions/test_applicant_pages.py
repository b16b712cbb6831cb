"""The institution before its application: ten sections, their files; nothing typed is lost."""

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.asserts import assertTemplateUsed

from evaluation.management import story
from institutions import queries
from institutions.models import Application, DraftSection
from institutions.operations import applications
from institutions.rules import sections as form
from pilot_portal.attachments.queries import files_of
from pilot_portal.common import clock
from tests import factories
from tests.institutions.seed import draft, fresh

pytestmark = pytest.mark.django_db
HOME = "/my/application/"
S = Application.State
SECTIONS = [part.code for part in form.sections((2021, 2022))]
# In each section something that is wrong, the field, and a word of what is said about it.
WRONG = [
    ("basic", "credit_code", "91350100M000100Y4Z", "校验"),
    ("basic", "registered_on", "<b>去年</b>", "2015-03-01"),
    ("contact", "phone", "1380000", "电话号码不完整"),
    ("served", "served_giant", "37", "不能大于"),
    ("finance", "staff_{last}", "六十人", "请填写数字"),
    ("finance", "graduates_{last}", "9,999", "不能大于从业人数"),
    ("finance", "tax_{first}", "1.005", "最多两位小数"),
    ("services", "capacity", "很多", "请填写数字"),
    ("targets", "committed", "9", "不能少于 10 家"),
    ("targets", "committed", "31", "不能大于年服务企业能力"),
    ("premises", "premises", "字" * 3001, "最多 3000 字"),
    ("cases", "case1_year", "22", "四位年份"),
    ("eligibility", "in_city", "", "请勾选"),
    ("promise", "promised", "", "请勾选"),
]


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


# The whole way -------------------------------------------------------------------------


def test_from_the_empty_home_to_the_number(desk, zhou, round_, url):
    assert "还没有申报" in read(desk.get(HOME))
    assert desk.post(f"{url}start/").headers["Location"] == url
    case = Application.objects.get()
    assert "下一步：继续填写“机构基本信息”" in read(desk.get(url))
    answers = story.answers(case, 1)
    for part, following in zip(SECTIONS, [*SECTIONS[1:], "check"], strict=True):
        if part == "eligibility":
            desk.post(f"{url}upload/", {"purpose": "licence", "file": story.scan("执照.pdf")})
        answer = desk.post(f"{url}{part}/", answers[part] | {"revision": 0, "done": "1", "act": "continue"})
        assert answer.headers["Location"] == f"{url}{following}/"
    assert "下一步：检查并提交" in read(desk.get(url))
    assert "提交申报" in read(desk.get(f"{url}check/"))
    after = read(desk.post(f"{url}check/", follow=True))
    number = fresh(case).number
    assert fresh(case).state == S.SUBMITTED
    for words in (f"申报已提交，编号 {number}", "待县区审核", "上传扫描件", "撤回修改"):
        assert words in after
    assert number in read(desk.get(HOME))


def test_beginning_twice_leads_to_the_words_why_not(desk, case, url):
    assert "已有申报" in read(desk.post(f"{url}start/", follow=True))


def test_only_rounds_without_a_case_of_one_s_own_can_be_begun(desk, zhou, case, at):
    factories.make_round(f"{at.year}B", at=at)
    page = read(desk.get(HOME))
    assert f"/my/application/{at.year}B/start/" in page
    assert f"/my/application/{at.year}/start/" not in page


# Sections ------------------------------------------------------------------------------


@pytest.mark.parametrize("part", SECTIONS)
def test_each_section_shows_every_field_as_it_was_typed_and_whether_it_is_done(desk, case, url, part):
    page = read(desk.get(f"{url}{part}/"))
    section = next(s for s in queries.sections_for(case.round) if s.code == part)
    assert f"<h1>{section.title}</h1>" in page
    values = typed_in(case, part)
    for item in section.fields:
        if item.kind == form.FILE:
            continue
        assert f'name="{item.key}"' in page
        if item.kind not in {form.TICK, form.CHOICE, form.CHOICES}:
            assert values.get(item.key, "") in page
    assert 'name="done" value="1" checked' in page
    assert post(desk, url, case, part, done="0").status_code == 302
    assert 'name="done" value="0" checked' in read(desk.get(f"{url}{part}/"))


@pytest.mark.parametrize(("part", "key", "wrong", "words"), WRONG)
def test_what_is_wrong_is_told_at_its_field_and_kept(desk, case, url, part, key, wrong, words):
    key = key_for(case, key)
    page = post(desk, url, case, part, **{key: wrong})
    shown = read(page, 422)
    assert words in shown
    assert f'href="#id_{key}"' in shown
    assert wrong in shown
    assert "<b>去年" not in page.content.decode()
    assert typed_in(case, part)[key] == wrong
    assert wrong in read(desk.get(f"{url}{part}/"))
    assert words in read(desk.get(f"{url}{part}/"))
    assert "处需修改" in read(desk.get(url))


@pytest.mark.parametrize(("part", "key", "wrong"), [row[:3] for row in WRONG[:4]])
def test_what_is_not_yet_done_is_kept_without_a_word(desk, case, url, part, key, wrong):
    answer = post(desk, url, case, part, done="0", **{key: wrong})
    assert answer.headers["Location"] == url
    assert typed_in(case, part)[key] == wrong
    page = read(desk.get(f"{url}{part}/"))
    assert wrong in page
    assert "is-invalid" not in page
    assert "处需要修改" not in page
    assert "填写中" in read(desk.get(url))


def test_the_declarations_are_not_done_without_the_licence(desk, case, url):
    files_of(queries.CASE_TYPE, case.pk, "licence").update(removed_at=clock.now())
    page = read(post(desk, url, case, "eligibility"), 422)
    assert "请上传营业执照" in page
    assert typed_in(case, "eligibility")["in_city"] == "on"


def test_the_two_years_stand_side_by_side(desk, case, url):
    answer = post(desk, url, case, "finance", **{key_for(case, "tax_{last}"): "-3"})
    assertTemplateUsed(answer, "institutions/applicant/_figures.html")
    page = read(answer, 422)
    first, last = case.round.years_reported
    assert page.count('class="two-years') == 2
    assert page.count(f'data-year="{first}年"') == page.count(f'data-year="{last}年"') == len(form.FIGURES)
    assert f'data-computed="assets_{last} - liabilities_{last}"' in page
    assert f'name="net_assets_{last}"' not in page
    [row] = re.findall(r'<tr class="has-error">(.*?)</tr>', page, re.DOTALL)
    assert "上缴税金" in row
    assert f'id="id_tax_{last}_error">{last}年上缴税金不能为负数' in row
    assert f'aria-describedby="id_tax_{last}_error"' in row


def test_the_promise_stands_above_its_box(desk, case, url, at):
    assert form.promise_text(at.year) in read(desk.get(f"{url}promise/"))


def test_what_no_database_keeps_does_not_break_the_page(desk, case, url):
    answer = post(desk, url, case, "contact", done="0", contact="机构\x00联系")
    assert answer.status_code == 302
    assert typed_in(case, "contact")["contact"] == "机构联系"


def test_a_section_too_long_to_keep_is_shown_again_whole(desk, case, url):
    long = "字" * 30_000
    page = read(post(desk, url, case, "premises", premises=long), 422)
    assert "精简" in page
    assert long in page


def test_an_unknown_section_or_round_is_not_found(desk, case, url):
    assert desk.get(f"{url}no-such-part/").status_code == 404
    assert desk.get(f"{HOME}1999/").status_code == 404


# Autosave and two tabs -----------------------------------------------------------------


def autosave(desk, url, part, revision, **data):
    return desk.post(f"{url}{part}/", data | {"revision": revision, "autosave": "1"})


def test_autosave_keeps_what_is_half_typed_and_answers_with_its_revision(desk, case, url):
    before = DraftSection.objects.get(application=case, section="contact")
    answer = autosave(desk, url, "contact", before.revision, contact="甲", phone="138")
    assert answer.json()["revision"] == before.revision + 1
    assert typed_in(case, "contact") == {"contact": "甲", "phone": "138"}
    again = autosave(desk, url, "contact", before.revision, contact="乙")
    assert (again.status_code, "别处保存" in again.json()["message"]) == (409, True)
    assert typed_in(case, "contact")["contact"] == "甲"


@pytest.mark.parametrize("revision", ["", "x", "²", "-1", "9" * 40, "1.0", "１"])
def test_a_revision_that_is_none_overwrites_nothing(desk, case, url, revision):
    assert autosave(desk, url, "contact", revision, contact="甲").status_code == 409
    assert typed_in(case, "contact")["contact"] != "甲"


def test_two_tabs_see_both_texts_and_the_second_press_decides(desk, case, url):
    old = DraftSection.objects.get(application=case, section="premises").revision
    assert post(desk, url, case, "premises", premises="在办公室写的").status_code == 302
    page = read(post(desk, url, case, "premises", revision=old, premises="在家里写的"), 409)
    assert "在办公室写的" in page
    assert "在家里写的" in page
    assert typed_in(case, "premises")["premises"] == "在办公室写的"
    [shown] = re.findall(r'name="revision" value="(\d+)"', page)
    assert post(desk, url, case, "premises", revision=shown, premises="在家里写的").status_code == 302
    assert typed_in(case, "premises")["premises"] == "在家里写的"


def test_what_was_typed_while_somebody_else_submitted_is_shown_to_be_copied(desk, case, zhou, url, at):
    applications.submit_application(case, by=zhou, at=at)
    page = read(post(desk, url, case, "premises", premises="刚写好的一大段话"), 409)
    assert "申报已提交，不能再修改；如需修改，请先撤回。" in page
    assert "刚写好的一大段话" in page
    assert 'id="section-form"' not in page
    assert autosave(desk, url, "premises", 1, premises="又一段").status_code == 409


# Files ---------------------------------------------------------------------------------


def upload(desk, url, name, content, purpose):
    file = SimpleUploadedFile(name, content)
    return read(desk.post(f"{url}upload/", {"purpose": purpose, "file": file}, follow=True))


@pytest.mark.parametrize(
    ("purpose", "name", "content", "words"),
    [
        ("licence", "执照.docx", b"PK\x03\x04", "不支持这种文件，请上传"),
        ("licence", "执照.pdf", b"<html>", "文件内容与扩展名不符"),
        ("licence", "执照.pdf", story.SCAN.ljust(1024 * 1024 + 1), "文件超过 1 MB，请压缩后再传"),
        ("proof", "佐证.exe", b"MZ", "不支持这种文件，请上传"),
        ("proof", "佐证.docx", b"PK\x03\x04", "文件已损坏"),
        ("scan", "盖章.pdf", story.SCAN, "提交之后"),
        ("portrait", "照片.png", b"\x89PNG\r\n\x1a\n", "请选择文件用途"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_a_sentence(
    desk, case, url, settings, purpose, name, content, words
):
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    held = files_of(queries.CASE_TYPE, case.pk).count()
    assert words in upload(desk, url, name, content, purpose)
    assert files_of(queries.CASE_TYPE, case.pk).count() == held


def test_without_a_file_one_is_asked_for(desk, case, url):
    assert "请选择要上传的文件" in read(desk.post(f"{url}upload/", {"purpose": "licence"}, follow=True))


@pytest.mark.parametrize(("purpose", "part"), [("licence", "eligibility"), ("proof", "cases")])
def test_a_file_stands_in_the_section_that_asks_for_it(desk, case, url, purpose, part):
    page = upload(desk, url, "第二份示例.pdf", story.SCAN, purpose)
    assert "文件已上传" in page
    assert f'value="{purpose}"' in page
    assert "第二份示例.pdf" in page
    assert "第二份示例.pdf" in read(desk.get(f"{url}{part}/"))
    assert "第二份示例.pdf" in read(desk.get(f"{url}check/"))
