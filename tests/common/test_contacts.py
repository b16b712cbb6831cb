"""What everybody reads tells nobody's phone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilot_portal.common.contacts import contacts_in, without_contacts

WORDS = st.text(st.sampled_from("提供诊断、辅导和检测服务；建有平台。设备三百台\n"), max_size=30)
PHONE = st.sampled_from(
    [
        *("13800000001", "138 0000 0001", "１３８００００００００１", "0731-28680000"),
        *("一三八零零零零零零零一", "a@example.com"),
    ]
)


@given(WORDS, PHONE, WORDS)
def test_no_way_to_reach_somebody_is_left(before, phone, after):
    told = without_contacts(f"{before}联系{phone}。{after}", names=("王示例",))
    assert not contacts_in(told)


@given(WORDS)
def test_a_text_without_contacts_stays_as_it_is(text):
    assert without_contacts(text) == text.strip()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("提供诊断。联系王示例。设备齐全。", "提供诊断。设备齐全。"),
        ("提供诊断；电话 13800000001；设备齐全。", "提供诊断；设备齐全。"),
        ("138。0000。0001。", "138。0000。0001。"),
    ],
)
def test_the_sentence_goes_the_rest_stays(text, left):
    assert without_contacts(text, names=("王示例",)) == left
