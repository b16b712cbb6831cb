"""A round is opened: head and calendar as the notice lays them, refused when the calendar cannot be kept."""

import datetime as dt

import pytest

from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Refused
from pilot_portal.rounds.models import CalendarDay, Round, Stage
from pilot_portal.rounds.operations import open_round
from pilot_portal.rounds.queries import deadline
from pilot_portal.rounds.stage_table import order_problems, usual_stages
from tests import factories

pytestmark = pytest.mark.django_db
ADDRESS = "/desk/settings/open/"


@pytest.fixture
def chen():
    return factories.city_handler_chen()


def opened(by, **changes) -> Round:
    """Open 2023 as the notice lays it, with changes."""
    given = {
        "code": "2023",
        "title": "2023年株洲市支持服务机构（平台）培育优质企业试点",
        "document_number": "示例〔2023〕1号",
        "baseline_date": dt.date(2023, 1, 1),
        "stages": usual_stages(2023),
    }
    return open_round(**given | changes, by=by, at=factories.NOW)


def typed(**changes: str) -> dict[str, str]:
    """The form as proposed, with changes."""
    days = usual_stages(2023)
    dates = {f"{kind}_first": first.isoformat() for kind, (first, _) in days.items()}
    dates |= {f"{kind}_last": last.isoformat() for kind, (_, last) in days.items()}
    return dates | {"code": "2023", "title": "示例试点", "baseline_date": "2023-01-01"} | changes


def test_the_usual_calendar_has_every_stage_and_the_days_of_the_notice():
    days = usual_stages(2023)
    assert set(days) == set(Stage.Kind.values)
    assert days["application"][1] == dt.date(2023, 3, 10)
    assert days["county_report"][1] == dt.date(2023, 3, 16)
    assert order_problems(days) == {}


def test_by_the_tenth_means_before_the_eleventh_in_beijing(chen):
    end = deadline(opened(chen), Stage.Kind.APPLICATION, at=factories.NOW)
    assert end.end == dt.datetime(2023, 3, 11, tzinfo=clock.BEIJING)
    assert end.words == "2023年3月10日 24:00"


def test_the_holidays_of_its_years_are_there(chen):
    opened(chen)
    assert CalendarDay.objects.filter(day=dt.date(2023, 10, 2), is_working=False).exists()


def test_a_calendar_that_cannot_be_kept_is_refused_whole(chen):
    days = usual_stages(2023)
    days["county_report"] = (dt.date(2023, 3, 1), dt.date(2023, 3, 9))
    days["service"] = (dt.date(2024, 3, 31), dt.date(2023, 4, 1))
    with pytest.raises(Refused) as refused:
        opened(chen, stages=days, code="23")
    assert {p.field for p in refused.value.problems} == {"county_report", "service", "code"}
    assert not Round.objects.exists()
    assert not Stage.objects.exists()


def test_a_code_is_given_once(chen):
    opened(chen)
    with pytest.raises(Refused, match="没有设立") as refused:
        opened(chen)
    assert "2023B" in refused.value.problems[0].message
    assert opened(chen, code="2023B").year == 2023


def test_a_county_opens_no_round():
    with pytest.raises(NotAllowed):
        opened(factories.county_approver_li())


def test_a_rehearsal_says_so(chen):
    assert opened(chen, rehearsal=True).is_rehearsal


def test_the_page_proposes_opens_and_shows_the_round(chen, client_of):
    browser = client_of(chen)
    year = clock.beijing_date(clock.now()).year
    assert f'value="{year}-03-10"' in browser.get(ADDRESS).content.decode()
    answer = browser.post(ADDRESS, typed(), follow=True)
    assert "批次 2023 已设立" in answer.content.decode()
    assert "2023年3月10日 24:00" in answer.content.decode()
    assert Round.objects.get().opened_by == chen.user


def test_what_was_typed_stays_when_it_is_refused(chen, client_of):
    browser = client_of(chen)
    wrong = browser.post(ADDRESS, typed(county_report_last="2023-03-09", document_number="示例〔2023〕9号"))
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert "截止不能早于“机构申报”的截止" in page
    assert "示例〔2023〕9号" in page
    assert 'value="2023-03-09"' in page
    opened(chen)
    taken = browser.post(ADDRESS, typed(title="第二个示例试点"))
    assert taken.status_code == 422
    assert "批次 2023 已经设立" in taken.content.decode()
    assert "第二个示例试点" in taken.content.decode()
