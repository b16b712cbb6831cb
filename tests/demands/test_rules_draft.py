"""The four short steps: typed values or all problems at once."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demands.rules.draft import FIELDS, PARTS, Choices, read_part, read_parts, typed_day
from pilot_portal.common.errors import Refused

CHOICES = Choices(("digital", "testing"), ("innovative", "provincial"), dt.date(2023, 3, 6))
GOOD = {
    "kinds": {"kinds": ["testing", "digital"], "title": "精密齿轮产线数字化改造"},
    "trouble": {"present_tier": "innovative", "situation": "产线数据靠手工记录。"},
    "goal": {"target_tier": "provincial", "wish": "实现质量追溯。", "due_on": "2023年12月31日"},
    "money": {"budget": "１２.５", "pays_from_gains": "on", "contact": "吴示例", "phone": "138 0000 0001"},
}


def with_(part, **changed):
    return GOOD | {part: GOOD[part] | changed}


def problem_of(parts):
    with pytest.raises(Refused) as refused:
        read_parts(parts, CHOICES)
    return [(p.section, p.field) for p in refused.value.problems]


def test_a_complete_demand_is_read():
    filled = read_parts(GOOD, CHOICES)
    assert filled.kinds == ("digital", "testing")
    assert filled.budget_fen == 12_500_000
    assert filled.due_on == dt.date(2023, 12, 31)
    assert filled.phone == "13800000001"
    assert filled.pays_from_gains
    assert not filled.name_public


def test_an_empty_draft_tells_everything_at_once():
    missing = problem_of({})
    assert {section for section, _ in missing} == set(PARTS)
    assert ("money", "budget") not in missing
    assert ("goal", "due_on") not in missing


@pytest.mark.parametrize(
    ("part", "changed", "field"),
    [
        ("kinds", {"kinds": ["unknown"]}, "kinds"),
        ("kinds", {"title": "短"}, "title"),
        ("kinds", {"title": "长" * 41}, "title"),
        ("trouble", {"situation": "有事请打13800000001"}, "situation"),
        ("trouble", {"present_tier": "nothing"}, "present_tier"),
        ("goal", {"due_on": "2023-03-06"}, "due_on"),
        ("goal", {"due_on": "年底"}, "due_on"),
        ("goal", {"target_tier": "innovative"}, "target_tier"),
        ("money", {"budget": "很多"}, "budget"),
        ("money", {"budget": "-1"}, "budget"),
        ("money", {"budget": "500000000"}, "budget"),
        ("money", {"phone": "1380000001"}, "phone"),
        ("money", {"contact": "13800000001"}, "contact"),
    ],
)
def test_what_is_wrong_is_tied_to_its_field(part, changed, field):
    assert problem_of(with_(part, **changed)) == [(part, field)]


@given(st.dictionaries(st.sampled_from(sum(FIELDS.values(), ())), st.text(max_size=60)))
def test_whatever_is_typed_is_answered_in_words(raw):
    for part in PARTS:
        values, problems = read_part(part, raw, CHOICES)
        assert set(values) | {p.field for p in problems} == set(FIELDS[part])
        assert all(p.message for p in problems)


@given(st.dates(min_value=dt.date(1000, 1, 1)))
def test_a_day_is_read_in_every_usual_writing(day):
    for written in (
        f"{day:%Y-%m-%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y/%m/%d}",
        f"{day:%Y%m%d}",
    ):
        assert typed_day(written) == day
