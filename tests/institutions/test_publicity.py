"""公示: what the city means to confirm is shown to everybody for some days, where the round has it so."""

import datetime as dt

import pytest

from institutions.models import Application, PilotInstitution
from institutions.operations import confirmation
from pilot_portal.bulletin.models import Publication
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Stale
from pilot_portal.rounds.operations import change_setting
from pilot_portal.rounds.queries import add_working_days, frozen_settings
from pilot_portal.workflow.queries import audit_problems
from tests import factories
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
CASES = "/desk/city/applications/"
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def zhao():
    return factories.city_chief_zhao()


def again(application):
    return Application.objects.select_related("round", "organisation", "region").get(pk=application.pk)


def without_publicity(in_round):
    change_setting(in_round, "publicity_on", value=False, by=factories.city_handler_chen(), at=NOW)


def read(answered):
    return answered.content.decode()


def test_several_go_into_publicity_with_one_notice_that_names_no_contact(zhao):
    cases = [factories.application("PROPOSED") for _ in range(3)]
    gone = factories.application("NOT_CONFIRMED")
    done = confirmation.to_publicity([again(case) for case in (*cases, gone)], by=zhao, at=NOW)
    assert [case.pk for case in done.done] == [case.pk for case in cases]
    assert [case.pk for case, _ in done.refused] == [gone.pk]
    notice = Publication.objects.get()
    assert [row["name"] for row in notice.payload["rows"]] == [case.organisation.name for case in cases]
    assert "1380000" not in str(notice.payload)
    until = add_working_days(NOW, 5)
    assert f"公示期 5 个工作日，至 {clock.spoken(until)}" in notice.body
    assert {again(case).publicity_until for case in cases} == {until}
    assert {"publicity_on", "publicity_days"} <= set(frozen_settings(cases[0].round))
    assert audit_problems("institutions.application") == []


def test_each_round_has_a_notice_of_its_own(zhao):
    here, there = (
        factories.application("PROPOSED"),
        factories.application("PROPOSED", round=factories.make_round("2024")),
    )
    confirmation.to_publicity([again(here), again(there)], by=zhao, at=NOW)
    shown = {notice.round_id: notice.payload["rows"] for notice in Publication.objects.all()}
    assert {key: [row["name"] for row in rows] for key, rows in shown.items()} == {
        here.round_id: [here.organisation.name],
        there.round_id: [there.organisation.name],
    }


def test_where_nothing_can_go_there_is_no_notice(zhao):
    done = confirmation.to_publicity([again(factories.application("CONFIRMED"))], by=zhao, at=NOW)
    assert (done.done, len(done.refused), Publication.objects.count()) == ([], 1, 0)


def test_nobody_is_confirmed_before_the_publicity_is_over(zhao):
    case = factories.application("PROPOSED")
    with pytest.raises(Stale, match="请先转入公示"):
        confirmation.confirm(again(case), by=zhao, at=NOW)
    confirmation.one_to_publicity(again(case), by=zhao, at=NOW)
    until = again(case).publicity_until
    with pytest.raises(Stale, match="期满后方可"):
        confirmation.confirm(again(case), by=zhao, at=until - SECOND)
    assert again(case).state == "PUBLICITY"
    assert not PilotInstitution.objects.exists()
    confirmation.confirm(again(case), by=zhao, at=until)
    assert again(case).state == "CONFIRMED"


def test_who_objects_in_time_may_still_be_heard(zhao):
    case = factories.application("PROPOSED")
    confirmation.one_to_publicity(again(case), by=zhao, at=NOW)
    confirmation.not_confirm(again(case), note="公示期内异议属实。", by=zhao, at=NOW + SECOND)
    assert again(case).state == "NOT_CONFIRMED"


def test_a_round_without_publicity_confirms_at_once_and_shows_no_trace_of_it(zhao, client_of):
    case = factories.application("PROPOSED")
    browser = client_of(zhao)
    assert "公示中" in read(browser.get(CASES))
    assert "转入公示" in read(browser.get(f"{CASES}{case.number}/"))
    without_publicity(case.round)
    with pytest.raises(Stale, match="不设公示"):
        confirmation.one_to_publicity(again(case), by=zhao, at=NOW)
    with pytest.raises(Stale, match="不设公示"):
        confirmation.to_publicity([again(case)], by=zhao, at=NOW)
    assert "公示" not in read(browser.get(f"{CASES}?state=PROPOSED")).replace("公示公告", "")
    assert "转入公示" not in read(browser.get(f"{CASES}{case.number}/"))
    confirmation.confirm(again(case), by=zhao, at=NOW)
    assert again(case).state == "CONFIRMED"
    assert not Publication.objects.exists()


@pytest.mark.parametrize("role", ["city_handler", "county_approver", "leader"])
def test_only_the_chief_brings_into_publicity(role):
    case = factories.application("PROPOSED")
    with pytest.raises(NotAllowed):
        confirmation.one_to_publicity(again(case), by=factories.actor_for(role, case), at=NOW)
    assert not Publication.objects.exists()


def test_the_pages_offer_publicity_first_and_confirmation_when_it_is_over(zhao, client_of):
    case = factories.application("PROPOSED")
    browser, page = client_of(zhao), f"{CASES}{case.number}/"
    assert "批量转入公示" in read(browser.get(f"{CASES}?state=PROPOSED"))
    assert "确认为试点机构</a>" not in read(browser.get(page))
    plan = browser.post(f"{CASES}batch/to_publicity/", {"case": case.pk})
    assert case.organisation.name in read(plan)
    assert again(case).state == "PROPOSED"
    browser.post(f"{CASES}batch/to_publicity/", {"case": case.pk, "confirmed": "1"})
    assert again(case).state == "PUBLICITY"
    shown = read(browser.get(page))
    assert "期满后方可办理" in shown
    assert "确认为试点机构</a>" not in shown
    early = read(browser.post(f"{CASES}batch/confirm/", {"case": case.pk}))
    assert "期满后方可办理" in early
    assert browser.post(f"{page}confirm/").status_code == 409
    Application.objects.update(publicity_until=clock.now())
    assert "确认为试点机构</a>" in read(browser.get(page))
    assert browser.post(f"{page}confirm/").status_code == 302
    assert again(case).state == "CONFIRMED"
