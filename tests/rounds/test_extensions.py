"""Stages to the second in Beijing time; their ends moved to later, for whom, by whom, on which grounds."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.rounds.models import Extension, Stage
from pilot_portal.rounds.operations import extend_stage, open_round
from pilot_portal.rounds.queries import deadline, stage_open
from pilot_portal.rounds.stage_table import ENDS_AFTER, usual_stages
from tests import factories
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
K = Stage.Kind
DAY, SECOND, TICK = dt.timedelta(days=1), dt.timedelta(seconds=1), dt.timedelta.resolution
CASE = ("institutions.application", 7)
in_database = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def end(month, day, year=2023):
    return clock.end_of_day(dt.date(year, month, day))


@pytest.fixture
def chen():
    return factories.city_handler_chen()


@pytest.fixture
def opened(chen):
    """2023 with the calendar of the notice."""
    return open_round(
        code="2023",
        title="2023年示例试点",
        document_number="示例〔2023〕1号",
        baseline_date=dt.date(2023, 1, 1),
        stages=usual_stages(2023),
        by=chen,
        at=end(1, 31),
    )


@pytest.fixture
def extend(opened, chen):
    """`extend(kind, until)` moves the end of a stage."""

    def act(kind, until, **how):
        how = {"reason": "示例停电", "by": chen, "at": NOW} | how
        return extend_stage(Stage.objects.get(round=opened, kind=kind), ends_at=until, **how)

    return act


# To the second ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", K.values)
def test_every_stage_is_open_from_its_first_second_to_its_last(opened, kind):
    first, last = usual_stages(2023)[kind]
    begins, ends = clock.day_start(first), clock.end_of_day(last)
    is_open = [stage_open(opened, kind, at=at) for at in (begins - TICK, begins, ends - TICK, ends)]
    assert is_open == [False, True, True, False]


@in_database
@given(offset=st.timedeltas(dt.timedelta(-400), dt.timedelta(800)), hours=st.integers(-11, 14))
def test_the_place_of_the_clock_does_not_matter(opened, offset, hours):
    moment = NOW + offset
    elsewhere = moment.astimezone(dt.timezone(dt.timedelta(hours=hours)))
    first, last = usual_stages(2023)[K.APPLICATION]
    by_the_calendar = first <= clock.beijing_date(moment) <= last
    assert stage_open(opened, K.APPLICATION, at=elsewhere) is by_the_calendar


def test_the_countdown_reads_as_people_say_it(opened):
    shown = [
        deadline(opened, K.APPLICATION, at=end(3, 10) - left).left_words
        for left in (3 * DAY + 9.5 * dt.timedelta(hours=1), 75 * 60 * SECOND, 59 * SECOND, 0 * DAY, -DAY)
    ]
    assert shown == ["3 天 9 小时", "1 小时 15 分钟", "0 分钟", "已截止", "已截止"]


def test_a_round_whose_calendar_lacks_a_stage_has_it_never_open(opened):
    Stage.objects.filter(round=opened, kind=K.AWARD).delete()
    assert deadline(opened, K.AWARD, at=NOW) is None
    assert not stage_open(opened, K.AWARD, at=end(12, 15))


# For whom -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "moved"),
    [("all", "city county case"), ("county", "county case"), ("case", "case")],
)
def test_an_extension_moves_the_end_for_those_it_names_alone(opened, extend, scope, moved):
    here, there = factories.region("430203"), factories.region("430281")
    until = end(3, 12)
    extend(K.APPLICATION, until, **{"all": {}, "county": {"region": here}, "case": {"case": CASE}}[scope])
    asked = {
        "city": {},
        "county": {"region_id": here.pk},
        "case": {"region_id": here.pk, "case": CASE},
        "other county": {"region_id": there.pk, "case": ("institutions.application", 8)},
        "other kind of case": {"region_id": there.pk, "case": ("demands.demand", 7)},
    }
    ends = {name: deadline(opened, K.APPLICATION, at=NOW, **who) for name, who in asked.items()}
    expected = set(asked) if scope == "all" else set(moved.split())
    assert {name for name, found in ends.items() if found.end == until} == expected
    assert {name for name, found in ends.items() if found.extended} == expected
    assert {found.end for name, found in ends.items() if name not in expected} <= {end(3, 10)}


@in_database
@given(st.lists(st.tuples(st.sampled_from(["all", "here", "there", "case"]), st.integers(1, 5)), max_size=5))
def test_the_latest_end_that_concerns_one_holds(opened, chen, tried):
    Extension.objects.all().delete()
    here, there = factories.region("430203"), factories.region("430281")
    stage = Stage.objects.get(round=opened, kind=K.APPLICATION)
    where = {"all": {}, "here": {"region": here}, "there": {"region": there}, "case": {"case": CASE}}
    for scope, days in tried:
        Extension.objects.create(
            stage=stage,
            ends_at=stage.ends_at + days * DAY,
            reason="示例",
            granted_by=chen.user,
            granted_at=NOW,
            region=where[scope].get("region"),
            case_type=CASE[0] if scope == "case" else "",
            case_id=CASE[1] if scope == "case" else None,
        )
    found = deadline(opened, K.APPLICATION, at=NOW, region_id=here.pk, case=CASE)
    days = max([0, *(days for scope, days in tried if scope != "there")])
    assert found.end == stage.ends_at + days * DAY


# By whom and why ----------------------------------------------------------------------------


def test_it_leaves_who_when_why_and_under_which_number(extend, chen):
    made = extend(K.APPLICATION, end(3, 12), reason=" 示例停电 ", document_number=" 示例〔2023〕8号 ")
    kept = Extension.objects.get()
    assert kept == made
    assert (kept.granted_by, kept.granted_at) == (chen.user, NOW)
    assert (kept.reason, kept.document_number) == ("示例停电", "示例〔2023〕8号")


@pytest.mark.parametrize(
    "role", ["county_approver", "institution_admin", "leader", "auditor", "sysadmin", "public"]
)
def test_nobody_but_the_city_s_section_extends(extend, role):
    with pytest.raises(NotAllowed):
        extend(K.APPLICATION, end(3, 12), by=factories.actor_for(role, None))
    assert not Extension.objects.exists()


def test_there_is_a_reason(extend):
    with pytest.raises(Refused) as refused:
        extend(K.APPLICATION, end(3, 12), reason="  ")
    assert [problem.field for problem in refused.value.problems] == ["reason"]


def test_it_goes_later_than_the_end_in_force(extend):
    extend(K.APPLICATION, end(3, 14))
    for until in (end(3, 9), end(3, 10), end(3, 12), end(3, 14)):
        with pytest.raises(Refused, match="2023年3月14日 24:00") as refused:
            extend(K.APPLICATION, until)
        assert [problem.field for problem in refused.value.problems] == ["ends_at"]
    county = factories.region()
    with pytest.raises(Refused):
        extend(K.APPLICATION, end(3, 13), region=county)
    extend(K.APPLICATION, end(3, 16), region=county)
    with pytest.raises(Refused, match="2023年3月16日 24:00"):
        extend(K.APPLICATION, end(3, 15), region=county)
    extend(K.APPLICATION, end(3, 15), region=factories.region("430281"))
    extend(K.APPLICATION, end(3, 20), case=CASE)
    with pytest.raises(Refused, match="2023年3月20日 24:00"):
        extend(K.APPLICATION, end(3, 18), case=CASE)


def test_a_stage_that_is_over_is_opened_again_from_now_on_never_back_in_time(opened, extend):
    late = end(3, 13)
    with pytest.raises(Refused):
        extend(K.APPLICATION, end(3, 12), at=late)
    assert not stage_open(opened, K.APPLICATION, at=late)
    extend(K.APPLICATION, end(3, 14), at=late)
    assert stage_open(opened, K.APPLICATION, at=late)


# What cannot be ------------------------------------------------------------------------------


@pytest.mark.parametrize(("earlier", "later"), ENDS_AFTER)
def test_no_stage_is_moved_past_the_one_that_must_follow(opened, extend, earlier, later):
    limit = deadline(opened, later, at=NOW).end
    with pytest.raises(Refused, match=f"请先延长“{K(later).label}”"):
        extend(earlier, limit + DAY)
    assert not Extension.objects.exists()
    if deadline(opened, earlier, at=NOW).end < limit:
        extend(earlier, limit)
        assert deadline(opened, earlier, at=NOW).end == limit


def test_a_county_s_order_is_judged_by_the_county_s_own_dates(extend):
    here, there = factories.region("430203"), factories.region("430281")
    extend(K.COUNTY_REPORT, end(3, 20), region=here)
    extend(K.APPLICATION, end(3, 18), region=here)
    with pytest.raises(Refused, match="县区推荐上报"):
        extend(K.APPLICATION, end(3, 18), region=there)
    with pytest.raises(Refused, match="县区推荐上报"):
        extend(K.APPLICATION, end(3, 18))


def test_a_single_case_may_come_after_its_county_has_reported(opened, extend):
    extend(K.APPLICATION, end(3, 25), case=CASE)
    assert deadline(opened, K.APPLICATION, at=NOW, case=CASE).end == end(3, 25)


def test_a_claim_window_that_has_closed_is_never_prolonged(extend):
    closed = end(12, 31)
    with pytest.raises(Stale, match="请重新发布"):
        extend(K.CLAIMING, closed + 5 * DAY, at=closed)
    extend(K.CLAIMING, closed + 5 * DAY, at=closed - TICK)
    extend(K.CLAIMING, closed + 6 * DAY, at=closed + 5 * DAY - TICK)  # prolonged in time it is still open
    with pytest.raises(Stale, match="请重新发布"):
        extend(K.CLAIMING, closed + 9 * DAY, at=closed + 6 * DAY)


# The page ------------------------------------------------------------------------------------


def test_the_page_registers_it_shows_it_and_keeps_what_was_typed(opened, chen, client_of):
    browser, today = client_of(chen), clock.beijing_date(clock.now())
    address = "/desk/settings/2023/stages/decision/"
    typed = {"last_day": "2023-03-01", "region": "430203", "reason": "示例停电", "document_number": ""}
    wrong = browser.post(address, typed)
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert "2024年5月31日 24:00" in page
    assert "示例停电" in page
    assert 'value="2023-03-01"' in page
    last = today + 30 * DAY
    done = browser.post(address, typed | {"last_day": last.isoformat()}, follow=True).content.decode()
    assert "延期已登记" in done
    assert "芦淞区 至" in done
    kept = Extension.objects.get()
    assert (kept.ends_at, kept.region.code) == (clock.end_of_day(last), "430203")
    assert client_of(factories.county_approver_li()).post(address, typed).status_code == 403
