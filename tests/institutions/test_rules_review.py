"""The comparison of two submissions: what changed is shown, all of it, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from institutions.rules import sections as form
from institutions.rules.comparison import differences, parts
from tests.institutions.seed import PARTS

LABELS = {item.key: item.label for _part, item in form.all_fields(PARTS)}
LONG = sorted(item.key for _part, item in form.all_fields(PARTS) if item.kind == form.LONG)
WORDS = st.text(alphabet="株洲示例检测服务诊断方案一二三，。\n", max_size=80)


def frozen(labels=None, **values):
    return {"values": values, "labels": labels or {}}


@given(old=WORDS, new=WORDS)
def test_the_pieces_of_two_texts_put_together_are_the_texts(old, new):
    before, after = parts(old, new)
    assert "".join(text for text, _ in before) == old
    assert "".join(text for text, _ in after) == new
    kept = ["".join(text for text, changed in side if not changed) for side in (before, after)]
    assert kept[0] == kept[1]
    assert any(changed for _, changed in before + after) == (old != new)


@given(old=st.dictionaries(st.sampled_from(LONG), WORDS), new=st.dictionaries(st.sampled_from(LONG), WORDS))
def test_exactly_the_changed_fields_are_shown_in_the_order_of_the_form(old, new):
    shown = [row.label for row in differences(frozen(**old), frozen(**new), PARTS)]
    assert shown == [
        label for key, label in LABELS.items() if key in LONG and old.get(key, "") != new.get(key, "")
    ]


def test_an_amount_spelled_otherwise_is_no_change():
    assert differences(frozen(tax_2022="1200"), frozen(tax_2022="1200.00"), PARTS) == []
    [row] = differences(frozen(tax_2022="1200"), frozen(tax_2022="1200.01"), PARTS)
    assert (row.label, row.before, row.after) == ("2022年上缴税金", "1200", "1200.01")


def test_an_amount_that_came_or_went_is_a_change():
    [came] = differences(frozen(tax_2022=None), frozen(tax_2022="0"), PARTS)
    assert (came.before, came.after) == ("", "0")


@pytest.mark.parametrize(("old", "new"), [(None, True), (True, None)])
def test_a_tick_is_shown_in_words(old, new):
    [row] = differences(frozen(case1_consent=old), frozen(case1_consent=new), PARTS)
    assert {row.before, row.after} == {"", "是"}


def test_a_choice_is_shown_by_the_label_it_had_when_it_was_frozen():
    old = frozen({"kinds": ["咨询规划"]}, kinds=["consulting"])
    new = frozen({"kinds": ["咨询管理", "检验检测"]}, kinds=["consulting", "testing"])
    [row] = differences(old, new, PARTS)
    assert (row.before, row.after) == ("咨询规划", "咨询管理、检验检测")
