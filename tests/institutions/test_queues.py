"""申报审核 and 申报确认 open where there is work; every round can be looked at."""

import datetime as dt

import pytest

from pilot_portal.common import clock
from tests import factories
from tests.queries import assert_same_queries

pytestmark = pytest.mark.django_db
COUNTY, CITY = "/desk/county/applications/", "/desk/city/applications/"


@pytest.fixture
def rounds():
    """A round with work, and a newer one that has begun and is empty."""
    now = clock.now()
    return factories.make_round("2023", at=now), factories.make_round("2023B", at=now)


def read(answered):
    return answered.content.decode()


def shown(answered):
    """The code of the round that the page's list of rounds has chosen."""
    return read(answered).split(" selected>")[0].rsplit('value="', 1)[1].split('"')[0]


@pytest.mark.parametrize(
    ("address", "state", "who"), [(COUNTY, "SUBMITTED", "wang"), (CITY, "RECOMMENDED", "chen")]
)
def test_the_page_opens_on_the_round_with_work(client_of, rounds, address, state, who):
    person = {"wang": factories.county_reviewer_wang, "chen": factories.city_handler_chen}[who]()
    browser, (full, empty) = client_of(person), rounds
    assert shown(browser.get(address)) == empty.code
    case = factories.application(state, round=full)
    page = browser.get(address)
    assert shown(page) == full.code
    assert case.organisation.name in read(page)
    asked = browser.get(f"{address}?round={empty.code}")
    assert shown(asked) == empty.code
    assert case.organisation.name not in read(asked)
    assert shown(browser.get(f"{address}?state=RETURNED")) == empty.code


def test_a_round_that_has_not_begun_is_not_opened_by_itself(client_of, rounds):
    factories.make_round("2024", at=clock.now() + dt.timedelta(days=90))
    browser = client_of(factories.county_reviewer_wang())
    assert shown(browser.get(COUNTY)) == "2023B"
    assert shown(browser.get(f"{COUNTY}?round=2024")) == "2024"


def test_the_desk_leads_to_just_the_cases_it_counts(client_of, rounds):
    for in_round, count in zip(rounds, (2, 1), strict=True):
        for _ in range(count):
            factories.application("SUBMITTED", round=in_round)
    desk = read(client_of(factories.county_reviewer_wang()).get("/desk/"))
    for in_round, count in zip(rounds, (2, 1), strict=True):
        address = f"{COUNTY}?round={in_round.code}&amp;state=SUBMITTED"
        assert address in desk
        assert in_round.label in desk
        page = read(client_of(factories.county_reviewer_wang()).get(address.replace("&amp;", "&")))
        assert page.count('name="case"') == 0  # the handler does not recommend
        assert page.count(f"{COUNTY}{in_round.code}-A-") == count


def test_another_county_s_cases_are_neither_counted_nor_shown(client_of, rounds):
    away = factories.institution(region=factories.region("430281"))
    case = factories.application("SUBMITTED", organisation=away, round=rounds[0])
    browser = client_of(factories.county_reviewer_wang())
    assert shown(browser.get(COUNTY)) == "2023B"
    assert case.organisation.name not in read(browser.get(f"{COUNTY}?round=2023"))
    assert browser.get(f"{COUNTY}{case.number}/").status_code == 404


@pytest.mark.parametrize(("address", "state"), [(COUNTY, "SUBMITTED"), (CITY, "RECOMMENDED")])
def test_a_queue_costs_the_same_with_thirty_rows(client_of, rounds, address, state):
    person = factories.county_approver_li() if address == COUNTY else factories.city_handler_chen()

    def add(count):
        for _ in range(count):
            factories.application(state, round=rounds[0])

    assert_same_queries(client_of(person), address, add_rows=add)
