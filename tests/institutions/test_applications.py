"""Submitting and coming again: every problem at once, numbers without gap, versions for good."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from institutions import queries
from institutions.models import Application, ApplicationVersion, YearFigures
from institutions.operations.applications import digest_of
from institutions.rules.comparison import differences
from pilot_portal.codes.models import ServiceKind
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.notifications.models import Message
from pilot_portal.rounds.models import NumberSeries
from pilot_portal.rounds.queries import frozen_settings
from pilot_portal.workflow.queries import trail
from tests import factories
from tests.factories import NOW
from tests.institutions.seed import DAY, draft, fresh, returned, retype, sent, submit
from tests.races import race

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
S = Application.State


@pytest.fixture
def zhou():
    return factories.institution_admin_zhou()


@pytest.fixture
def wang():
    return factories.county_reviewer_wang()


def told(person):
    return list(Message.objects.filter(user=person.user).values_list("subject", flat=True))


# Submitting ----------------------------------------------------------------------------


def test_a_complete_application_is_submitted_numbered_and_frozen(zhou, wang):
    case = draft(zhou)
    version = submit(case, zhou)
    case = fresh(case)
    assert (case.state, case.number, case.versions_count) == (S.SUBMITTED, "2023-A-0001", 1)
    assert case.submitted_at == case.last_submitted_at == NOW
    assert (version.version, version.capacity, version.committed) == (1, 30, 12)
    assert version.data["values"]["registered_on"] == "2012-05-18"
    assert version.data["county"] == zhou.organisation.region.name
    assert version.digest == digest_of(version.data)
    assert {kind.code for kind in version.kinds.all()} == {"digital", "consulting"}
    assert {chain.code for chain in version.chains.all()} == {"rail", "hard-materials"}
    assert told(wang) == [f"{zhou.organisation.name}已提交申报"]


def test_the_figures_of_both_years_are_frozen_as_numbers(zhou):
    version = submit(draft(zhou), zhou)
    rows = {row.year: row for row in YearFigures.objects.filter(version=version)}
    assert set(rows) == {2021, 2022}
    assert (rows[2021].staff, rows[2021].assets) == (53, Decimal(1300))
    assert rows[2022].net_assets == rows[2022].assets - rows[2022].liabilities == Decimal(1050)


def test_a_year_before_the_body_was_registered_stays_empty(zhou):
    case = draft(zhou)
    retype(case, "basic", by=zhou, at=NOW, registered_on="2022年3月1日")
    dashes = {key: "—" for key in case.sections.get(section="finance").data if key.endswith("_2021")}
    retype(case, "finance", by=zhou, at=NOW, **dashes)
    rows = {row.year: row for row in submit(case, zhou).years.all()}
    assert (rows[2021].staff, rows[2021].assets, rows[2021].net_assets) == (None, None, None)
    assert rows[2022].net_assets == Decimal(1050)


def test_an_incomplete_one_is_refused_with_every_problem_in_its_place_and_nothing_is_spent(zhou):
    case = draft(zhou, sections=5)
    retype(case, "finance", by=zhou, at=NOW, graduates_2022="9,999")
    retype(case, "contact", by=zhou, at=NOW, phone="1380000")
    with pytest.raises(Refused) as refused:
        submit(case, zhou)
    problems = refused.value.problems
    assert refused.value.message == f"有 {len(problems)} 处需要修改，改好后再提交。"
    places = {(problem.section, problem.field) for problem in problems}
    assert {("finance", "graduates_2022"), ("contact", "phone"), ("promise", "promised")} <= places
    assert {section for section, _ in places} == {
        *("finance", "contact", "targets", "premises", "cases", "eligibility", "promise")
    }
    for seen in (case, fresh(case)):
        assert (seen.state, seen.number, seen.versions_count) == (S.DRAFT, None, 0)
    assert not ApplicationVersion.objects.exists()
    assert not NumberSeries.objects.exists()


@pytest.mark.parametrize("who", ["member", "stranger", "county"])
def test_whoever_may_not_submit_is_told_so_and_not_what_is_wrong(zhou, wang, who):
    people = {
        "member": lambda: factories.member(zhou.organisation, "institution_member"),
        "stranger": factories.institution_admin_zhou,
        "county": lambda: wang,
    }
    case = draft(zhou, sections=2)
    with pytest.raises(NotAllowed) as refused:
        submit(case, people[who]())
    assert refused.value.problems == ()


def test_submitting_what_was_submitted_is_told_as_done(zhou):
    case = sent(zhou)
    with pytest.raises(Stale, match="待县区审核"):
        submit(case, zhou)
    assert case.versions.count() == 1


def test_the_minimum_is_frozen_by_the_first_submission(zhou):
    case = draft(zhou)
    assert "min_enterprises" not in frozen_settings(case.round)
    submit(case, zhou)
    assert "min_enterprises" in frozen_settings(case.round)


def test_neither_contact_nor_phone_stands_in_the_trail_or_in_what_is_sent(zhou, wang):
    case = returned(zhou, wang)
    values = case.versions.get().data["values"]
    written = str(list(trail("institutions.application", case.pk).values_list("note", "data")))
    written += str(list(Message.objects.values_list("subject", "body")))
    for private in (values["phone"], values["contact"]):
        assert private not in written


# The direct route ----------------------------------------------------------------------


def test_with_a_reason_it_goes_to_the_city_and_the_county_does_not_see_it(zhou, wang):
    chen = factories.city_handler_chen()
    case = draft(zhou)
    submit(case, zhou, direct_reason=" 县区回避 ")
    case = fresh(case)
    assert (case.state, case.route, case.direct_reason) == (S.SUBMITTED_CITY, "DIRECT", "县区回避")
    assert told(chen) == [f"{zhou.organisation.name}直报申报，待受理"]
    assert told(wang) == []
    assert list(queries.visible_applications(wang)) == []
    assert list(queries.visible_applications(chen)) == [case]


def test_a_blank_reason_is_none(zhou):
    case = draft(zhou)
    submit(case, zhou, direct_reason="  ")
    assert (fresh(case).state, fresh(case).route) == (S.SUBMITTED, "COUNTY")


# Numbers -------------------------------------------------------------------------------


def test_numbers_follow_the_order_of_first_submission_in_each_round(zhou):
    people = [factories.institution_admin_zhou() for _ in range(3)]
    cases = [draft(by) for by in people]
    for n in (2, 0, 1):
        submit(cases[n], people[n])
    assert [fresh(case).number for case in cases] == ["2023-A-0002", "2023-A-0003", "2023-A-0001"]
    other = draft(zhou, in_round=factories.make_round("2023B"))
    submit(other, zhou)
    assert fresh(other).number == "2023B-A-0001"


def test_a_refused_submission_spends_no_number(zhou):
    refused_one, by = draft(zhou, sections=9), factories.institution_admin_zhou()
    with pytest.raises(Refused):
        submit(refused_one, zhou)
    assert fresh(sent(by)).number == "2023-A-0001"


@pytest.mark.django_db(transaction=True)
def test_numbers_given_at_once_have_neither_gap_nor_double():
    people = [factories.institution_admin_zhou() for _ in range(5)]
    cases = [draft(by) for by in people]
    race(*[lambda n=n: submit(cases[n], people[n]) for n in range(5)])
    numbers = sorted(Application.objects.values_list("number", flat=True))
    assert numbers == [f"2023-A-{n:04}" for n in range(1, 6)]


@pytest.mark.django_db(transaction=True)
def test_one_case_submitted_by_many_at_once_is_submitted_once():
    body = factories.institution()
    people = [factories.institution_admin_zhou(body) for _ in range(4)]
    case = draft(people[0])
    results = race(*[lambda by=by: submit(fresh(case), by) for by in people])
    assert sum(isinstance(result, ApplicationVersion) for result in results) == 1
    assert sum(isinstance(result, Stale) for result in results) == 3
    assert (fresh(case).number, fresh(case).versions_count, case.versions.count()) == ("2023-A-0001", 1, 1)
    assert NumberSeries.objects.get(series="A").last == 1


# Versions ------------------------------------------------------------------------------


def test_what_was_submitted_stays_whatever_is_typed_or_renamed_later(zhou, wang):
    case = returned(zhou, wang)
    first = case.versions.get()
    retype(case, "finance", by=zhou, at=NOW + DAY, staff_2022="61")
    ServiceKind.objects.filter(code="digital").update(label="数字化服务")
    again = ApplicationVersion.objects.get(pk=first.pk)
    assert (again.data, again.digest) == (first.data, digest_of(first.data))
    assert again.data["values"]["staff_2022"] == 55
    assert "数字化服务" not in again.data["labels"]["kinds"]


def test_coming_again_keeps_the_number_and_shows_only_what_changed(zhou, wang):
    case = returned(zhou, wang)
    assert told(zhou)[-1] == "申报 2023-A-0001 已退回，请修改后重新提交"
    retype(case, "finance", by=zhou, at=NOW + DAY, staff_2022="６１", tax_2022="90.00")
    submit(case, zhou, NOW + DAY)
    old, new = queries.versions_of(case)
    [row] = differences(old.data, new.data, queries.sections_for(case.round, NOW))
    assert (row.label, row.before, row.after) == ("2022年从业人数", "55", "61")
    assert (case.number, case.versions_count, new.version) == ("2023-A-0001", 2, 2)
    assert (case.submitted_at, case.last_submitted_at) == (NOW, NOW + DAY)
    assert not queries.scan_is_current(case)
    assert f"{zhou.organisation.name}已重新提交申报" in told(wang)


def test_what_was_returned_with_a_note_is_to_be_done_again_the_rest_is_not(zhou, wang):
    case = returned(zhou, wang)
    rows = {row.section.code: (row.status, row.hint) for row in queries.progress_of(case, at=NOW)}
    assert rows.pop("finance") == ("fix", "从业人数")
    assert {status for status, _ in rows.values()} == {"done"}


def test_the_database_itself_keeps_a_promise_beyond_the_capacity_out(zhou):
    version = sent(zhou).versions.get()
    with pytest.raises(IntegrityError, match="committed_within_capacity"), transaction.atomic():
        ApplicationVersion.objects.filter(pk=version.pk).update(committed=version.capacity + 1)


def test_the_database_itself_keeps_wrong_net_assets_and_a_second_year_out(zhou):
    version = sent(zhou).versions.get()
    with pytest.raises(IntegrityError, match="net_assets_computed"), transaction.atomic():
        version.years.filter(year=2022).update(net_assets=1)
    with pytest.raises(IntegrityError, match=r"figures_once_per_year|UNIQUE"), transaction.atomic():
        YearFigures.objects.create(version=version, year=2022)
