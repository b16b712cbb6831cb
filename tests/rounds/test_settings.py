"""Numbers and switches of a round: a default says it is one, a change holds from then on, use freezes."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.rounds.models import CalendarDay, RoundSetting, SettingFreeze, Stage
from pilot_portal.rounds.operations import change_setting, fill_calendar, freeze_settings, number_in_force
from pilot_portal.rounds.queries import setting, settings_of
from pilot_portal.rounds.settings_table import SETTINGS
from tests import factories
from tests.factories import NOW
from tests.races import race

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
GROUNDS = {"reason": "按局务会意见", "document_number": "示例〔2023〕12号"}
PAGE = "/desk/settings/2023/"


@pytest.fixture
def chen():
    return factories.city_handler_chen()


@pytest.fixture
def in_round():
    return factories.make_round()


def change(in_round, key, value, by, at=NOW, **grounds):
    return change_setting(in_round, key, value, by=by, at=at, **grounds)


# What holds when --------------------------------------------------------------------------


def test_what_the_notice_says_is_what_a_round_begins_with(in_round):
    of_the_notice = {key: item.default for key, item in SETTINGS.items() if item.from_notice}
    assert of_the_notice == {
        "min_enterprises": 10,
        "target_innovative": 200,
        "target_provincial": 80,
        "target_giant": 30,
        "target_key_giant": 10,
        "target_champion": 6,
        "target_above_scale": 200,
    }
    assert settings_of(in_round, at=NOW) == {key: item.default for key, item in SETTINGS.items()}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.dictionaries(st.integers(-50, 50), st.integers(1, 90), max_size=6), asked=st.integers(-60, 60)
)
def test_a_change_holds_from_its_moment_on_and_never_before(in_round, chen, changes, asked):
    RoundSetting.objects.all().delete()
    for hours, value in changes.items():
        change(in_round, "mend_days", value, chen, at=NOW + hours * HOUR)
    before = [hours for hours in changes if hours <= asked]
    expected = changes[max(before)] if before else SETTINGS["mend_days"].default
    at = NOW + asked * HOUR
    assert setting(in_round, "mend_days", at=at) == settings_of(in_round, at=at)["mend_days"] == expected


def test_another_round_keeps_its_own(in_round, chen):
    other = factories.make_round("2024")
    change(in_round, "mend_days", 7, chen)
    number_in_force(in_round, "mend_days", at=NOW, act="退回修改")
    assert setting(other, "mend_days", at=NOW) == 5
    assert not SettingFreeze.objects.filter(round=other).exists()


# Who, and what values ---------------------------------------------------------------------


@pytest.mark.parametrize("role", ["county_approver", "institution_admin", "leader", "auditor", "sysadmin"])
def test_nobody_but_the_city_s_section_changes_a_setting(in_round, role):
    with pytest.raises(NotAllowed):
        change(in_round, "mend_days", 7, factories.actor_for(role, None))
    assert not RoundSetting.objects.exists()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("mend_days", "7"),
        ("mend_days", True),
        ("mend_days", 7.5),
        ("publicity_on", 1),
        ("exit_satisfied_share", 101),
        ("exit_satisfied_share", -1),
        ("no_such_thing", 1),
    ],
)
def test_a_value_that_cannot_be_is_refused(in_round, chen, key, value):
    with pytest.raises(Refused):
        change(in_round, key, value, chen)
    assert not RoundSetting.objects.exists()


# Frozen -----------------------------------------------------------------------------------


def test_before_anybody_relied_on_it_it_is_changed_freely(in_round, chen):
    change(in_round, "mend_days", 7, chen)
    change(in_round, "mend_days", 8, chen, at=NOW + HOUR)
    assert setting(in_round, "mend_days", at=NOW + HOUR) == 8


@pytest.mark.parametrize("grounds", [{}, GROUNDS | {"reason": " "}, GROUNDS | {"document_number": ""}])
def test_after_the_first_act_it_takes_a_document_number_and_a_reason(in_round, chen, grounds):
    assert number_in_force(in_round, "mend_days", at=NOW, act="退回修改") == 5
    with pytest.raises(Refused, match="已被依据（退回修改），修改须填写文号和理由") as refused:
        change(in_round, "mend_days", 9, chen, at=NOW + HOUR, **grounds)
    assert [problem.field for problem in refused.value.problems] == ["document_number"]
    assert setting(in_round, "mend_days", at=NOW + DAY) == 5
    made = change(in_round, "mend_days", 9, chen, at=NOW + HOUR, **GROUNDS)
    assert (made.reason, made.document_number, made.set_by) == (*GROUNDS.values(), chen.user)
    assert setting(in_round, "mend_days", at=NOW) == 5  # what was decided before stays as it was
    assert setting(in_round, "mend_days", at=NOW + HOUR) == 9


def test_relying_on_one_setting_freezes_no_other(in_round, chen):
    number_in_force(in_round, "mend_days", at=NOW, act="退回修改")
    assert change(in_round, "choosing_days", 12, chen).value == 12


def test_the_first_act_is_the_one_that_is_told(in_round):
    freeze_settings(in_round, ["mend_days", "contract_days"], act="退回修改", at=NOW)
    freeze_settings(in_round, ["mend_days"], act="再次退回", at=NOW + DAY)
    assert SettingFreeze.objects.get(key="mend_days").act == "退回修改"
    assert SettingFreeze.objects.get(key="mend_days").frozen_at == NOW


@pytest.mark.django_db(transaction=True)
def test_acts_that_rely_on_it_at_once_freeze_it_once():
    in_round = factories.make_round()
    acts = [lambda n=n: number_in_force(in_round, "mend_days", at=NOW, act=f"退回{n}") for n in range(4)]
    assert race(*acts) == [5, 5, 5, 5]
    assert SettingFreeze.objects.count() == 1


EXIT = ["exit_satisfied_share", "exit_min_answers", "exit_min_answer_share"]


@pytest.mark.parametrize("key", ["min_enterprises", *EXIT, "award_count"])
def test_what_institutions_are_judged_by_stays_once_two_thirds_of_the_term_are_over(in_round, chen, key):
    term = Stage.objects.get(round=in_round, kind=Stage.Kind.SERVICE)
    limit = term.starts_at + (term.ends_at - term.starts_at) * 2 / 3
    freeze_settings(in_round, [key], act="确认试点机构", at=NOW)
    change(in_round, key, 50, chen, at=limit - dt.timedelta.resolution, **GROUNDS)
    with pytest.raises(Stale, match="三分之二"):
        change(in_round, key, 60, chen, at=limit, **GROUNDS)
    assert setting(in_round, key, at=limit) == 50


def test_what_only_sets_days_may_change_to_the_end(in_round, chen):
    freeze_settings(in_round, ["mend_days"], act="退回修改", at=NOW)
    late = NOW + 29 * DAY
    change(in_round, "mend_days", 6, chen, at=late, **GROUNDS)
    assert setting(in_round, "mend_days", at=late) == 6


# The pages --------------------------------------------------------------------------------


def test_the_page_says_where_each_number_comes_from(in_round, chen, client_of):
    browser = client_of(chen)
    page = browser.get(PAGE).content.decode()
    assert page.count("文件规定") >= 7
    assert "系统默认，非文件规定" in page
    assert "市局设定" not in page
    change(in_round, "mend_days", 7, chen)
    number_in_force(in_round, "mend_days", at=NOW, act="退回修改")
    page = browser.get(PAGE).content.decode()
    assert "市局设定" in page
    assert "退回修改" in page


def test_a_refused_change_keeps_what_was_typed_and_a_right_one_shows_its_grounds(in_round, chen, client_of):
    browser, address = client_of(chen), f"{PAGE}values/mend_days/"
    number_in_force(in_round, "mend_days", at=NOW, act="退回修改")
    wrong = browser.post(address, {"value": "９", "reason": "按局务会意见"})
    assert wrong.status_code == 422
    assert "须填写文号和理由" in wrong.content.decode()
    assert "按局务会意见" in wrong.content.decode()
    assert 'value="９"' in wrong.content.decode()
    assert browser.post(address, {"value": "九"} | GROUNDS).status_code == 422
    assert browser.post(address, {"value": "９"} | GROUNDS).status_code == 302
    page = browser.get(address).content.decode()
    assert GROUNDS["document_number"] in page
    assert GROUNDS["reason"] in page
    assert RoundSetting.objects.get().value == 9


def test_a_switch_is_switched_on_the_page(in_round, chen, client_of):
    client_of(chen).post(f"{PAGE}values/publicity_on/", {"value": "0"})
    assert RoundSetting.objects.get().value is False


def test_the_auditor_reads_and_the_county_does_not(in_round, client_for):
    assert client_for("auditor").get(PAGE).status_code == 200
    assert client_for("auditor").post(f"{PAGE}values/mend_days/", {"value": "9"}).status_code == 403
    assert client_for("county_approver").get(PAGE).status_code == 403


def test_a_year_without_holidays_is_warned_of(in_round, chen, client_of):
    browser = client_of(chen)
    warning = "按周一至周五"
    assert warning in browser.get(PAGE).content.decode()
    fill_calendar(2023)
    assert warning in browser.get(PAGE).content.decode()
    fill_calendar(2024)
    assert warning not in browser.get(PAGE).content.decode()


def test_loading_the_holidays_keeps_what_the_city_edited_and_says_when_they_are_unknown(chen, client_of):
    browser, edited = client_of(chen), dt.date(2023, 10, 2)
    CalendarDay.objects.create(day=edited, is_working=True, name="示例值班")
    for _ in range(2):
        page = browser.post("/desk/settings/calendar/2023/", follow=True).content.decode()
        assert "2023 年工作日历已载入" in page
    assert CalendarDay.objects.get(day=edited).is_working
    assert not CalendarDay.objects.get(day=dt.date(2023, 10, 3)).is_working
    assert "尚不可知" in browser.post("/desk/settings/calendar/2090/", follow=True).content.decode()
    assert browser.get("/desk/settings/calendar/2023/").status_code == 405
