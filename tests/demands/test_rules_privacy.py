"""What a public text may not give away, and how a firm without consent is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demands.rules.privacy import contacts_in, core_name, leaks, masked_name

PHONE = "13800000001"
COMPANY = "株洲云帆示例精密制造有限公司"


@pytest.mark.parametrize(
    "text",
    [
        "请拨打13800000001",
        "请拨打 138 0000 0001",
        "请拨打138-0000-0001",
        "请拨打１３８０００００００１",
        "请拨打一三八零零零零零零零一",
        "请拨打1-3-8-0-0-0-0-0-0-0-1",
        "请拨打+86 13800000001",
        "座机0731-28680000",
        "座机（0731）28680000转801",
        "电话：28680000",
        "服务热线400-000-0000",
        "写信到 somebody@example.test",
        "加微信 shili_2023",
        "微信号：shili2023",
        "QQ 123456789",
    ],
)
def test_a_way_to_reach_somebody_is_caught(text):
    assert contacts_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "产线 12 条，年产 1,200,000 件，精度 0.001 mm",
        "2023年12月31日前完成，预算 50 万元",
        "符合 GB/T 19001-2016 和 ISO 9001:2015",
        "希望一年内成为省级专精特新中小企业，三五年后上市",
        "一二三产业融合，二十四小时值守",
        "需求编号 2023-D-0001",
        "参数 0.05/0.06/0.07 三档",
    ],
)
def test_ordinary_words_and_figures_pass(text):
    assert contacts_in(text) == []


@given(
    before=st.text(alphabet="产线质量追溯，。 ", max_size=20),
    signs=st.lists(st.sampled_from(["", " ", "-", "－", "."]), min_size=10, max_size=10),
    tail=st.integers(min_value=0, max_value=99),
    after=st.text(alphabet="改造完成，。 ", max_size=20),
)
def test_a_mobile_is_caught_however_it_is_split(before, signs, tail, after):
    digits = f"138000000{tail:02}"
    written = digits[0] + "".join(sign + digit for sign, digit in zip(signs, digits[1:], strict=True))
    assert contacts_in(f"{before}{written}{after}")


def test_the_firm_is_called_by_region_and_chain():
    assert masked_name("芦淞区", "先进轨道交通装备") == "芦淞区某先进轨道交通装备企业"
    assert masked_name("攸县", "") == "攸县某企业"


@pytest.mark.parametrize(
    ("company", "core"),
    [
        ("株洲云帆示例精密制造有限公司", "云帆示例精密制造"),
        ("株洲启明示例（集团）有限公司", "启明示例"),
        ("醴陵市渌江示例烟花材料有限公司", "渌江示例烟花材料"),
        ("株洲示例厂", "株洲示例厂"),
    ],
)
def test_the_part_of_a_name_that_tells_it_apart(company, core):
    assert core_name(company) == core


def gives_away(text, **changed):
    given_ = {
        "contact": "龚示例",
        "phone": PHONE,
        "company": "株洲云帆示例精密制造有限公司",
        "name_public": False,
    }
    return leaks(text, **(given_ | changed))


def test_contact_phone_and_name_are_told_each():
    assert gives_away("产线数字化改造") == []
    assert "联系方式" in gives_away("请联系13800000001")[0]
    assert "姓名" in gives_away("找龚示例")[0]
    assert "未同意公开名称" in gives_away("云帆示例精密制造的产线改造")[0]


def test_each_of_several_people_and_numbers_is_caught():
    several = {"contact": "龚示例（总经理）、贺示例", "phone": "13800000001、0731-28680000-801"}
    assert "“贺示例”" in gives_away("找贺示例", **several)[0]
    assert "“龚示例”" in gives_away("找龚示例", **several)[0]
    assert "联系电话" in gives_away("详询２８６８００００", **several)[0]
    assert gives_away("总经理牵头的产线改造，28 万元", **several) == []


def test_a_firm_that_agreed_may_stand_in_its_text():
    assert gives_away("云帆示例精密制造的产线改造", name_public=True) == []
