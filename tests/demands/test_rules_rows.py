"""Rows of a county's workbook: taken, asked about, or left, with the reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demands.rules.rows import DOUBT, GOOD, WRONG, Known, judge
from demands.rules.words import (
    KIND_CODES,
    TIER_CODES,
    ordinal_words,
    short_tier,
    suggested_text,
    suggested_title,
)
from pilot_portal.common.text import name_key


def row(number=5, **changed):
    return {
        "row": number,
        "company": "株洲云帆示例精密制造有限公司",
        "county": "芦淞区",
        "services": ["咨询管理", "数智转型"],
        "status": "创新型中小企业",
        "target": "省级专精特新中小企业",
        "contact": "龚示例",
        "phone": "13800000001",
        "remark": "",
        "warn": [],
    } | changed


def workbook(*rows):
    return {"unit": None, "error": None, "sheets": [{"name": "Sheet", "rows": list(rows)}]}


def judged(*rows, known=None):
    return judge(workbook(*rows), region="芦淞区", known=known or Known())


def test_an_understood_row_is_good():
    (only,) = judged(row())
    assert (only.level, only.notes, only.place) == (GOOD, (), "Sheet 第 5 行")
    assert only.kind_codes == ["consulting", "digital"]


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"company": ""}, "企业名称"),
        ({"services": []}, "所需服务"),
        ({"county": "醴陵市"}, "醴陵市"),
    ],
)
def test_what_cannot_be_taken_is_wrong_with_its_reason(changed, word):
    (only,) = judged(row(**changed))
    assert only.level == WRONG
    assert word in only.notes[0]


@pytest.mark.parametrize("warn", ["phone", "status", "hidden_row", "contact"])
def test_what_needs_a_person_is_doubtful(warn):
    (only,) = judged(row(warn=[warn]))
    assert only.level == DOUBT
    assert only.notes


def test_a_county_left_blank_is_the_sender_s():
    assert judged(row(county=""))[0].level == GOOD


def test_the_same_row_twice_in_a_file_is_taken_once():
    first, second = judged(row(5), row(9, services=["数智转型", "咨询管理"]))
    assert (first.level, second.level) == (GOOD, WRONG)
    assert "第 5 行" in second.notes[0]


def test_what_the_round_holds_already_is_not_taken_again():
    key = judged(row())[0].key
    assert judged(row(), known=Known(keys={key}))[0].level == WRONG
    # A corrected phone is the same row; another service of the same firm is another.
    assert judged(row(phone="13800000002"), known=Known(keys={key}))[0].level == WRONG
    other = judged(row(services=["上市辅导"]), known=Known(keys={key}))[0]
    assert other.level == GOOD


def test_another_demand_of_the_same_firm_is_asked_about():
    known = Known(firms={name_key("株洲云帆示例精密制造有限公司"): "2023-D-0001"})
    (only,) = judged(row(services=["上市辅导"]), known=known)
    assert only.level == DOUBT
    assert "2023-D-0001" in only.notes[0]


@given(
    names=st.lists(st.sampled_from(["甲示例厂", "乙示例厂", "丙示例厂", ""]), max_size=12),
    kinds=st.lists(st.sampled_from([*KIND_CODES, "不认识"]), max_size=3),
)
def test_no_row_is_lost_and_no_key_taken_twice(names, kinds):
    rows = judged(*(row(n, company=name, services=kinds) for n, name in enumerate(names, 3)))
    assert [r.row for r in rows] == [n for n, _ in enumerate(names, 3)]
    taken = [r.key for r in rows if r.level != WRONG]
    assert len(taken) == len(set(taken))
    assert all(r.notes for r in rows if r.level != GOOD)


def test_titles_and_texts_are_suggested_from_what_is_there():
    assert suggested_title("齿轮产线改造", ["数智转型"]) == "齿轮产线改造"
    assert suggested_title("", ["咨询管理", "数智转型"]) == "咨询管理、数智转型服务需求"
    own = suggested_text(situation="靠手工", wish="", kinds=["数智转型"], present="", target="")
    assert own == "靠手工"
    row_text = suggested_text(situation="", wish="", kinds=["数智转型"], present="", target="升规入统")
    assert row_text == "所需服务：数智转型。\n发展目标：升规入统。"


def test_lists_are_counted_in_words():
    assert [ordinal_words(n) for n in (1, 10, 12, 20, 99, 100)] == [
        *("第一批", "第十批", "第十二批", "第二十批", "第九十九批", "第100批")
    ]


def test_short_tiers():
    assert short_tier("giant", "国家级专精特新“小巨人”") == "国家级“小巨人”"
    assert short_tier("innovative", "创新型中小企业") == "创新型中小企业"


def test_the_words_are_those_of_the_notice():
    assert len(KIND_CODES) == 10
    assert len(TIER_CODES) == 6
