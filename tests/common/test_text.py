"""What people type, and what it is taken for."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from pilot_portal.common.errors import Refused
from pilot_portal.common.fields import AmountField, YuanField
from pilot_portal.common.text import (
    check_credit_code,
    clean,
    credit_code_hint,
    invisible_in,
    mask_phone,
    name_key,
    normalise_phone,
    parse_amount,
    phones_in,
    split_phones,
    to_halfwidth,
)


def test_half_width_leaves_chinese_punctuation_alone():
    assert to_halfwidth("１３８ＡＢｃ－（示例），。“”：") == "138ABc-（示例），。“”："
    assert to_halfwidth("甲\u3000乙") == "甲 乙"


def test_clean_trims_and_joins_spaces():
    assert clean(" 株洲\u3000 示例\u00a0有限公司 ") == "株洲 示例 有限公司"
    assert clean("第一行\n第二行") == "第一行\n第二行"
    # Rare names: outside the first plane, and private use of old systems.
    assert clean("龚䶮 刘𬭎 \ue000") == "龚䶮 刘𬭎 \ue000"


@pytest.mark.parametrize(
    "sign",
    [
        *("\x00", "\x0b", "\x1f", "\x7f", "\x85", "\u00ad", "\u061c", "\u200b", "\u200d", "\u2028"),
        *("\u202e", "\u2066", "\u2069", "\ufeff", "\ufffe", "\U000e0041"),
    ],
)
def test_invisible_characters_are_refused_and_named(sign):
    with pytest.raises(Refused) as refused:
        clean(f"株洲{sign}示例有限公司")
    assert f"U+{ord(sign):04X}" in refused.value.message
    assert invisible_in(f"{sign}示例{sign}") == [f"U+{ord(sign):04X}"]


def test_doubles_of_a_name_share_a_key():
    names = ["株洲启明示例（集团）有限公司", "株洲启明示例(集团)有限公司 ", "株洲启明示例【集团】 有限公司"]
    assert len({name_key(name) for name in names}) == 1
    assert name_key("ＡＢＣ示例") == name_key("abc示例")
    assert name_key("株洲启明示例有限公司") != name_key("株洲启明示例有限责任公司")


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("13800000001", "13800000001"),
        ("１３８００００００１１", "13800000011"),
        ("+86 138-0000-0013", "13800000013"),
        ("8613800000013", "13800000013"),
        ("0086-13800000013", "13800000013"),
        ("013800000013", "13800000013"),
        ("'13800000015", "13800000015"),
        ("138 0000 0015", "13800000015"),
        ("138-000-00015", "13800000015"),
        ("电话：13800000015", "13800000015"),
        ("\u202d13800000015\u202c", "13800000015"),
        ("0731-28680000", "0731-28680000"),
        ("(0731)28680000", "0731-28680000"),
        ("（0731）2868 0000", "0731-28680000"),
        ("073128680000", "0731-28680000"),
        ("+86-731-28680000", "0731-28680000"),
        ("0731-28680000-801", "0731-28680000-801"),
        ("0731－28680000转801", "0731-28680000-801"),
        ("0731—28680000 分机 801", "0731-28680000-801"),
        ("0731-28680000（转801）", "0731-28680000-801"),
        ("28680000", "0731-28680000"),
        ("2868-0000", "0731-28680000"),
        ("28680000-801", "0731-28680000-801"),
        ("010-62000000", "010-62000000"),
        ("0734-8200000", "0734-8200000"),
        ("400-800-0000", "400-800-0000"),
        ("4008000000", "400-800-0000"),
    ],
)
def test_phones_have_one_plain_form(typed, plain):
    assert normalise_phone(typed) == plain
    assert normalise_phone(plain) == plain


@pytest.mark.parametrize(
    "typed",
    [
        *("", "1380000001", "138000000012", "12800000001", "2868000", "08680000", "0731-2868000012"),
        *("13800000001 13800000002", "13800000001、0731-28680000", "王示例13800000001", "1.38E+10"),
        *("91000000MA0000T44T", "430203199001010000", "二八六八零零零零"),
    ],
)
def test_what_is_no_phone_is_refused(typed):
    with pytest.raises(Refused):
        normalise_phone(typed)


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("李堃\n13800000002", ["13800000002"]),
        ("13800000005（赵甪）", ["13800000005"]),
        ("陈㛃 0731-28680000-801", ["0731-28680000-801"]),
        ("0731-28680000/13800000002", ["0731-28680000", "13800000002"]),
        ("0731-28680000-13800000002", ["0731-28680000", "13800000002"]),
        ("13800000001,13800000002；400 800 0000", ["13800000001", "13800000002", "400-800-0000"]),
        ("微信1\u200b3800000001", ["13800000001"]),
        ("2023-03-10 完成，预算 1402.75 万元，代码 91000000MA0000T44T", []),
        ("身份证 430203199001010000，账号 6222021380000000123", []),
    ],
)
def test_phones_are_found_in_any_text(text, phones):
    assert phones_in(text) == phones


def test_a_text_is_split_into_phones_and_the_rest():
    phones, rest = split_phones("王喆，１３８０００００００３")
    assert (phones, rest.split()) == (["13800000003"], ["王喆，"])


@given(st.text(max_size=40))
def test_any_text_can_be_looked_into(text):
    for phone in phones_in(text):
        assert normalise_phone(phone) == phone


def test_masks_leave_what_recognises_a_number():
    assert mask_phone("13800000001") == "138****0001"
    assert mask_phone("0731-28680000") == "073*-****0000"
    assert mask_phone("12345") == "****"


def test_credit_codes():
    assert check_credit_code(" 91350100m000100y43 ") == "91350100M000100Y43"
    assert check_credit_code("91000000 MA0000T44T") == "91000000MA0000T44T"
    for wrong in ("91350100M000100Y4Z", "91350100M000100Y4", "", "91000000MA0000T44TT"):
        with pytest.raises(Refused):
            check_credit_code(wrong)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("9100OOOOMAOOOOT44T", "91000000MA0000T44T"), ("9I350100M000100Y43", "91350100M000100Y43")],
)
def test_letters_that_look_like_digits_are_suggested_never_changed(typed, meant):
    with pytest.raises(Refused) as refused:
        check_credit_code(typed)
    assert meant in refused.value.message


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9))
def test_every_code_with_its_check_digit_is_taken_and_no_other(tail):
    body = f"91000000{tail}"
    code = body + uscc.calc_check_digit(body)
    assert check_credit_code(code.lower()) == code
    wrong = body + ("0" if code[-1] != "0" else "1")
    with pytest.raises(Refused):
        check_credit_code(wrong)


def test_the_place_of_a_code_is_a_hint_only():
    in_the_city = "91" + "430203" + "MA0000T44T"  # put together: no code of a real region stands in the text
    assert credit_code_hint(in_the_city) == "代码区划为本市，仅供参考"
    assert "不是本市" in credit_code_hint("91000000MA0000T44T")


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        *(("1,402.75", "1402.75"), ("１，４０２．７５", "1402.75"), ("1 402.75", "1402.75"), ("'12", "12")),
        *(("-3.5", "-3.5"), ("−3.5", "-3.5"), ("1,402.75 万元", "1402.75"), ("0", "0")),
    ],
)
def test_amounts_as_typed(typed, amount):
    assert parse_amount(typed) == Decimal(amount)


@pytest.mark.parametrize(
    "typed", ["", "约3", "1.402,75", "1,40", "12 34", "3-5", "1e5", "５元", "3亿元", "20%", "1.2.3", "١"]
)
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(Refused):
        parse_amount(typed)


def test_another_unit_is_never_dropped():
    assert parse_amount("5元", unit="元") == Decimal(5)
    with pytest.raises(Refused) as refused:
        parse_amount("5万元", unit="元")
    assert "元" in refused.value.message
    assert YuanField().clean("1,402.75元") == 140275
    assert AmountField().clean("1,402.75万元") == Decimal("1402.75")
