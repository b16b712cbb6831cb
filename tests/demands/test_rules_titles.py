"""Rules of titles and of names alike: pure, by properties."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demands.rules.doubles import alike, core_of
from demands.rules.titles import expiry_of, holding, present_tier, read_day


@given(st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)))
def test_a_title_holds_three_years_to_the_day(granted):
    expires = expiry_of(granted)
    assert expires.year == granted.year + 3
    assert dt.timedelta(days=1094) <= expires - granted <= dt.timedelta(days=1096)
    assert holding([("giant", expires, None)], expires) == ["giant"]
    assert holding([("giant", expires, None)], expires + dt.timedelta(days=1)) == []


@given(st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31)), st.sampled_from(["-", "/", ".", "年"]))
def test_a_day_is_read_however_it_is_written(day, sign):
    month = "月" if sign == "年" else sign
    end = "日" if sign == "年" else ""
    for text in (f"{day.year}{sign}{day.month}{month}{day.day}{end}", f"{day:%Y%m%d}", f"{day} 00:00:00"):
        assert read_day(text) == (day, "")


@given(st.text(max_size=20))
def test_no_text_breaks_the_reading_of_a_day(text):
    day, doubt = read_day(text)
    assert day or doubt or not text.strip()


def test_the_present_tier_is_the_highest_that_holds():
    assert present_tier([]) == ""
    assert present_tier(["above-scale"]) == "above-scale"
    assert present_tier(["above-scale", "innovative", "giant", "provincial"]) == "giant"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("株洲启明示例有限公司", "湖南启明示例股份有限公司", True),
        ("启明示例（株洲）有限公司", "启明示例有限公司", True),
        ("株洲市天元区启明示例科技有限公司", "启明示例科技有限责任公司", True),
        ("株洲启明示例科技有限公司", "株洲启明示倒科技有限公司", True),
        ("株洲甲示例有限公司", "株洲完全不同机械有限公司", False),
        ("株洲示例精密12号有限公司", "株洲示例精密13号有限公司", False),
        ("株洲有限公司", "湖南有限公司", False),
    ],
)
def test_names_alike(one, other, same):
    assert alike(one, other) is same
    assert alike(other, one) is same
    assert core_of(one)
