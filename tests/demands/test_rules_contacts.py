"""Name and number of a firm out of one cell, as counties write them."""

import pytest

from demands.rules.contacts import REWRITTEN, split
from demands.rules.terms import KIND_SYNONYMS, TIER_SYNONYMS, Terms, find_kinds, find_tier
from demands.rules.words import KIND_CODES, TIER_CODES


@pytest.mark.parametrize(
    ("cell", "name", "phone"),
    [
        (
            "龚示例（总经理）13800000001／贺示例 0731-28680000",
            "龚示例(总经理)、贺示例",
            "13800000001、0731-28680000",
        ),
        ("龚示例（董事长、总经理）13800000001", "龚示例(董事长、总经理)", "13800000001"),
        ("（办公室）龚示例 13800000001", "(办公室)龚示例", "13800000001"),
        ("龚示例（13800000001）", "龚示例", "13800000001"),
        ("（龚示例）13800000001", "龚示例", "13800000001"),
        ("龚示例 1.3800000001E+10", "龚示例", "13800000001"),
    ],
)
def test_a_name_keeps_its_brackets_and_a_number_its_digits(cell, name, phone):
    read = split(cell)
    assert (read.name, read.phone, read.phone_doubt) == (name, phone, "")


def test_a_number_that_excel_rewrote_beside_a_name_is_named():
    read = split("龚示例 1.38E+10")
    assert (read.name, read.phone) == ("龚示例", "")
    assert REWRITTEN in read.phone_doubt


@pytest.mark.parametrize("word", ["省专", "省级专精特新", "省小巨人"])
def test_short_names_of_the_provincial_rung(word):
    assert find_tier(word, Terms(list(TIER_CODES), TIER_SYNONYMS)).words == ("省级专精特新中小企业",)


def test_what_may_be_meant_is_offered_and_not_taken_over():
    tiers, kinds = Terms(list(TIER_CODES), TIER_SYNONYMS), Terms(list(KIND_CODES), KIND_SYNONYMS)
    for word in ("小巨人", "国专"):
        assert find_tier(word, tiers).words == ()
        assert find_tier(word, tiers).suggestions == ("国家级专精特新“小巨人”",)
    found = find_kinds("数智转型、检验检测（含资质）", kinds)
    assert (found.words, found.suggestions) == (("数智转型",), ("检验检测",))
