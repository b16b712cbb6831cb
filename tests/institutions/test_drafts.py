"""Writing an application: what was typed is kept as typed, by whoever and wherever, and never overwritten."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from evaluation.management import story
from institutions import queries
from institutions.models import Application, DraftSection
from institutions.operations import applications, drafts
from pilot_portal.attachments.queries import files_of
from pilot_portal.codes.models import ServiceKind
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.rounds.models import Extension, Round, Stage
from tests import factories
from tests.factories import NOW
from tests.institutions.seed import DAY, SECOND, draft, sent
from tests.races import race

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
S = Application.State


@pytest.fixture
def zhou():
    return factories.institution_admin_zhou()


@pytest.fixture
def case(zhou):
    return begin(zhou)


def begin(by, at=NOW, in_round=None):
    return drafts.start_application(in_round or factories.make_round(), by.organisation, by=by, at=at)


def save(case, data, revision, by, *, section="contact", done=False, at=NOW):
    return drafts.save_section(case, section, data, revision=revision, done=done, by=by, at=at)


def kept(case, section="contact"):
    return DraftSection.objects.get(application=case, section=section)


# Beginning -----------------------------------------------------------------------------


def test_what_the_account_knows_stands_in_the_first_section(case, zhou):
    body = zhou.organisation
    assert kept(case, "basic").data == {
        "name": body.name,
        "legal_representative": body.legal_representative,
        "credit_code": body.credit_code,
    }
    assert (case.state, case.number, case.region) == (S.DRAFT, None, body.region)


@pytest.mark.parametrize("state", [S.DRAFT, S.SUBMITTED, S.WITHDRAWN, S.LAPSED, S.DECLINED])
def test_an_institution_has_one_case_in_a_round_whatever_became_of_it(zhou, state):
    factories.application(state, organisation=zhou.organisation)
    with pytest.raises(Stale, match="已有申报"):
        begin(zhou)
    assert Application.objects.count() == 1


def test_in_another_round_it_may_apply_again(case, zhou):
    assert begin(zhou, in_round=factories.make_round("2023B")).pk != case.pk


@pytest.mark.django_db(transaction=True)
def test_of_many_who_begin_at_once_for_one_institution_one_begins():
    body, round_ = factories.institution(), factories.make_round()
    people = [factories.institution_admin_zhou(body) for _ in range(4)]
    results = race(*[lambda by=by: begin(by, in_round=round_) for by in people])
    assert sum(isinstance(result, Application) for result in results) == 1
    assert all("已有申报" in result.message for result in results if isinstance(result, Refused))
    assert DraftSection.objects.count() == 1


def test_only_the_institution_itself_begins(zhou):
    round_ = factories.make_round()
    for by in (factories.institution_admin_zhou(), factories.county_reviewer_wang()):
        with pytest.raises(NotAllowed):
            drafts.start_application(round_, zhou.organisation, by=by, at=NOW)


def test_a_body_without_a_county_is_told_where_to_name_it():
    by = factories.institution_admin_zhou(factories.institution(region=None))
    with pytest.raises(Refused, match="我的账号"):
        begin(by)


def stage_of(round_, ends_at):
    Stage.objects.filter(round=round_, kind=Stage.Kind.APPLICATION).update(ends_at=ends_at)
    return Stage.objects.get(round=round_, kind=Stage.Kind.APPLICATION)


def test_after_the_stage_nobody_begins_and_before_it_neither(zhou):
    round_ = factories.make_round()
    stage = stage_of(round_, NOW)
    for at in (NOW, stage.starts_at - SECOND):
        with pytest.raises(Stale, match="申报期"):
            begin(zhou, at)
        assert round_ not in queries.open_rounds(at)
    assert queries.open_rounds(NOW - SECOND) == [round_]
    assert begin(zhou, NOW - SECOND)


def test_a_closed_round_takes_nobody_in(zhou):
    round_ = factories.make_round(status=Round.Status.CLOSED)
    assert queries.open_rounds(NOW) == []
    with pytest.raises(Stale):
        begin(zhou, in_round=round_)


def test_an_extension_opens_the_round_again_for_its_county_alone(zhou):
    round_ = factories.make_round()
    stage = stage_of(round_, NOW)
    Extension.objects.create(
        stage=stage,
        region=zhou.organisation.region,
        ends_at=NOW + DAY,
        reason="示例",
        granted_by=factories.city_chief_zhao().user,
        granted_at=NOW,
    )
    there, elsewhere = zhou.organisation.region, factories.region("430281")
    assert queries.open_rounds(NOW, there.pk) == [round_]
    assert queries.open_rounds(NOW, elsewhere.pk) == []
    with pytest.raises(Stale):
        begin(factories.institution_admin_zhou(factories.institution(region=elsewhere)))
    assert begin(zhou)


@pytest.mark.parametrize(
    ("validity", "offered"),
    [
        ({"valid_to": NOW.date() - DAY}, False),
        ({"valid_to": NOW.date()}, True),
        ({"valid_from": NOW.date()}, True),
        ({"valid_from": NOW.date() + DAY}, False),
    ],
)
def test_only_kinds_in_force_today_are_offered_and_taken(zhou, validity, offered):
    case = draft(zhou)
    ServiceKind.objects.filter(code="digital").update(**validity)
    services = next(part for part in queries.sections_for(case.round, NOW) if part.code == "services")
    assert ("digital" in dict(services.fields[0].choices)) == offered
    assert [problem.field for problem in queries.problems_of(case, at=NOW).problems] == (
        [] if offered else ["kinds"]
    )


# Saving --------------------------------------------------------------------------------


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@example({"contact": "机构\x00联系"})
@given(typed=st.dictionaries(st.sampled_from(["contact", "phone"]), st.text(st.characters(codec="utf-8"))))
def test_whatever_was_typed_is_kept_as_typed_right_or_wrong(zhou, typed):
    application = factories.application(organisation=factories.institution())
    by = factories.institution_admin_zhou(application.organisation)
    save(application, typed, 0, by, done=True)
    assert kept(application).data == {key: text.replace("\x00", "") for key, text in typed.items()}


def test_each_save_is_a_new_revision_and_an_old_one_overwrites_nothing(case, zhou):
    assert save(case, {"contact": "甲"}, 0, zhou) == 1
    assert save(case, {"contact": "乙"}, 1, zhou) == 2
    for old in (0, 1, 3):
        with pytest.raises(drafts.SectionMoved) as moved:
            save(case, {"contact": "丙"}, old, zhou)
        assert moved.value.current.data == {"contact": "乙"}
        assert moved.value.current.revision == 2
    assert kept(case).data == {"contact": "乙"}


def test_sections_do_not_disturb_one_another(case, zhou):
    save(case, {"contact": "甲"}, 0, zhou)
    assert save(case, {"premises": "厂房"}, 0, zhou, section="premises") == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("begun", [False, True])
def test_of_many_tabs_that_save_at_once_one_wins_and_the_others_are_told(begun):
    body = factories.institution()
    people = [factories.institution_admin_zhou(body) for _ in range(4)]
    case = begin(people[0])
    revision = save(case, {"contact": "先"}, 0, people[0]) if begun else 0
    acts = [lambda n=n: save(case, {"contact": f"{n}"}, revision, people[n]) for n in range(4)]
    results = race(*acts)
    [winner] = [n for n, result in enumerate(results) if result == revision + 1]
    assert all(isinstance(r, drafts.SectionMoved) for n, r in enumerate(results) if n != winner)
    assert kept(case).data == {"contact": f"{winner}"}


def test_a_member_writes_as_the_administrator_does_and_is_named(case, zhou):
    member = factories.member(zhou.organisation, "institution_member")
    save(case, {"contact": "甲"}, 0, member)
    assert kept(case).updated_by == member.user


def test_nobody_else_writes_or_uploads(case):
    for by in (factories.institution_admin_zhou(), factories.county_reviewer_wang()):
        with pytest.raises(NotAllowed):
            save(case, {"contact": "甲"}, 0, by)
        with pytest.raises(NotAllowed):
            drafts.upload_file(case, story.scan(), purpose="licence", by=by, at=NOW)
    assert not DraftSection.objects.filter(application=case, section="contact").exists()


def test_a_section_has_room_for_64_kb_and_no_more(case, zhou):
    frame = len(json.dumps({"premises": ""}).encode())
    fits = {"premises": "字" * ((64 * 1024 - frame) // 3)}
    assert save(case, fits, 0, zhou, section="premises") == 1
    with pytest.raises(Refused, match="精简"):
        save(case, {"premises": fits["premises"] + "字"}, 1, zhou, section="premises")
    assert kept(case, "premises").data == fits


@pytest.mark.parametrize(
    ("state", "word"),
    [(S.SUBMITTED, "先撤回"), (S.WITHDRAWN, "重新填报"), (S.LAPSED, "重新填报"), (S.CONFIRMED, "已确认")],
)
def test_a_case_that_is_not_being_written_says_why_and_what_to_do(zhou, state, word):
    case = factories.application(state, organisation=zhou.organisation)
    with pytest.raises(Stale, match=word):
        save(case, {"contact": "甲"}, 0, zhou)
    with pytest.raises(Stale, match=word):
        drafts.upload_file(case, story.scan(), purpose="licence", by=zhou, at=NOW)
    assert not DraftSection.objects.filter(application=case).exists()


def test_a_tab_left_open_from_before_the_submission_writes_nothing_after_it(zhou):
    case = draft(zhou)
    seen_before = Application.objects.get(pk=case.pk)
    applications.submit_application(case, by=zhou, at=NOW)
    with pytest.raises(Stale, match="已提交"):
        save(seen_before, {"contact": "甲"}, 1, zhou)
    assert kept(case).data["contact"] != "甲"


# Progress ------------------------------------------------------------------------------


def progress(case, at=NOW):
    return {row.section.code: row.status for row in queries.progress_of(case, at=at)}


def test_the_task_list_says_how_far_each_section_is(case, zhou):
    answers = story.answers(case, 1)
    save(case, answers["contact"], 0, zhou, done=True)
    save(case, answers["finance"] | {"staff_2022": "许多"}, 0, zhou, section="finance", done=True)
    save(case, {"premises": ""}, 0, zhou, section="premises")
    assert progress(case) == {
        "basic": "editing",
        "contact": "done",
        "served": "empty",
        "finance": "fix",
        "services": "empty",
        "targets": "empty",
        "premises": "editing",
        "cases": "empty",
        "eligibility": "empty",
        "promise": "empty",
    }


def test_everything_filled_is_everything_done(zhou):
    assert set(progress(draft(zhou)).values()) == {"done"}


def test_a_number_in_another_section_can_undo_done(zhou):
    case = draft(zhou)
    save(case, kept(case, "services").data | {"capacity": "11"}, 1, zhou, section="services", done=True)
    assert progress(case)["services"] == "done"
    assert progress(case)["targets"] == "fix"


# Files ---------------------------------------------------------------------------------


def upload(case, by, name, content, purpose="licence"):
    file = SimpleUploadedFile(name, content)
    return drafts.upload_file(case, file, purpose=purpose, by=by, at=NOW)


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("执照.exe", b"MZ", "不支持这种文件"),
        ("执照.docx", b"PK\x03\x04", "不支持这种文件"),
        ("执照.pdf", b"", "文件是空的"),
        ("执照.pdf", b"GIF89a", "不符"),
        ("执照.jpg", story.SCAN, "不符"),
    ],
)
def test_a_licence_that_is_no_scan_is_refused_in_words(case, zhou, name, content, word):
    with pytest.raises(Refused, match=word):
        upload(case, zhou, name, content)
    assert not files_of(queries.CASE_TYPE, case.pk).exists()


def test_a_file_may_be_as_big_as_the_limit_and_not_a_byte_bigger(case, zhou, settings):
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    full = story.SCAN.ljust(1024 * 1024)
    assert upload(case, zhou, "执照.pdf", full).size == 1024 * 1024
    with pytest.raises(Refused, match="1 MB"):
        upload(case, zhou, "执照.pdf", full + b" ")


def test_the_licence_is_what_completes_the_declarations(zhou):
    case = draft(zhou)
    assert queries.problems_of(case, at=NOW).problems == []
    files_of(queries.CASE_TYPE, case.pk, "licence").update(removed_at=NOW)
    assert [problem.field for problem in queries.problems_of(case, at=NOW).problems] == ["licence"]


def test_the_stamped_scan_has_its_own_time(case, zhou):
    with pytest.raises(Stale, match="提交之后"):
        upload(case, zhou, "盖章.pdf", story.SCAN, "scan")
    submitted = sent(factories.institution_admin_zhou(), with_scan=False)
    assert not queries.scan_is_current(submitted)
    by = factories.institution_admin_zhou(submitted.organisation)
    upload(submitted, by, "盖章.pdf", story.SCAN, "scan")
    assert queries.scan_is_current(submitted)
    recommended = factories.application("RECOMMENDED", organisation=zhou.organisation, round=make_other())
    with pytest.raises(Stale, match="县区推荐之前"):
        upload(recommended, zhou, "盖章.pdf", story.SCAN, "scan")


def make_other():
    return factories.make_round("2024")


def test_a_file_for_no_known_purpose_is_refused(case, zhou):
    with pytest.raises(Refused, match="用途"):
        upload(case, zhou, "执照.pdf", story.SCAN, "portrait")
