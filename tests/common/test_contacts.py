"""What everybody reads tells nobody's phone."""

import time

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

REACHED = [
    # numbers
    *(
        "一三八零零零零零零零一",
        "幺三八 零零零零 零零零幺",
        "壹叁捌零零零零零零零壹",
        "1三8零0零0零0零1",
        "一三八洞洞洞洞洞洞洞幺",
    ),
    *(
        "138.0000.0001",
        "138-0000-0001",
        "138 0000 0001",
        "1 3 8 0 0 0 0 0 0 0 1",
        "138—0000—0001",
        "138…0000…0001",
    ),
    *("①③⑧⓪⓪⓪⓪⓪⓪⓪①", "❶❸❽⓿⓿⓿⓿⓿⓿⓿❶", "１３８０００００００１", "1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣0️⃣0️⃣0️⃣0️⃣1️⃣", "138\u200b0000\u200b0001"),
    *("138oooo0001", "l38O000O0O1", "零七三一-二八六八零零零零", "+86 138 0000 0001", "138（0000）0001"),
    # mail
    *(
        "shili @ example.com",
        "shili（at）example.com",
        "shili(at)qq.com",
        "shili [at] example [dot] com",
        "shili at example dot com",
    ),
    *(
        "shili＠example．com",
        "shili艾特qq点com",
        "shili@example 。com",
        "123456#qq.com",
        "shili☆163.com",
        "shili @qq.com",
    ),
    # names of programs
    *(
        "wx:shili2023",
        "wx：shili2023",
        "WX shili2023",
        "wx=shili_x",
        "vx：shilixx",
        "VX：shili2023",
        "VX shili2023",
        "VX号：13579abc",
    ),
    *("加v：shili2023", "加V: shilixx", "加 v shili2023", "+v：shili2023", "V：shili2023", "加我v shili2023"),
    *(
        "V信shili2023",
        "V信：shilixx",
        "v 信 shili2023",
        "微❤shili2023",
        "微♥️：shilixx",
        "v❤ shili2023",
        "微心：shili2023",
    ),
    *(
        "薇信shili2023",
        "薇信号：shilixx",
        "威信：shilixx",
        "徽信 shili2023",
        "微 信：shilixx",
        "加微信 shilixx",
        "加薇 shili2023",
        "加微：shili2023",
    ),
    *(
        "微信123456789",
        "weixin：shilixx",
        "WeChat: shilixx",
        "微信同号码：shilixx",
        "微信是shili2023",
        "钉钉号：shilixx",
    ),
    *(
        "扣扣123456",
        "扣扣：123456789",
        "扣 扣 123456789",
        "qq:123456",
        "QQ群 123456789",
        "qq号是123456789",
        "q q 123456789",
        "ｑｑ：１２３４５６",
    ),
    *("QQ：123 456 789", "扣扣一二三四五六", "企鹅号123456", "Q：123456789", "蔻蔻 123456"),
]
INNOCENT = [
    *(
        "VX200型号的立式加工中心",
        "VX200型号",
        "VX2000A型磨床 3 台",
        "VX-2000Pro 系列",
        "WX1200系统升级",
        "增加VX2000设备两台",
        "VX：2号线改造",
    ),
    *(
        "V形块装夹",
        "V形块",
        "V型槽",
        "加V形块定位",
        "加V形槽 2000 件",
        "V：380V 三相供电",
        "V: 12000 转",
        "加v带传动",
    ),
    *(
        "Q235钢",
        "Q235B、Q345B 钢板 12000 吨",
        "Q：12000m³/h",
        "Q: 如何申请？A: 在线填写",
        "Q=120000 m3/h",
        "Q420qE 桥梁钢",
    ),
    *("10kV", "10kV 开关柜 20 台", "10kV/0.4kV 变压器", "额定电压 380V，功率 75kW", "110kV+V2000 保护装置"),
    *(
        "通过企业微信、钉钉办公",
        "开发微信小程序",
        "微信公众号运营",
        "对接微信支付接口 V3",
        "微信Android端和iOS端",
        "钉钉审批流程",
        "微信 H5 页面",
    ),
    *("在政府中有威信", "树立行业威信2023年", "完成 100 个微心愿", "卫星导航 BD3 终端", "北斗卫星12345号"),
    *("扣件 12000 个", "扣除 20000 元", "纽扣扣合力 12000 次", "QQ 音乐", "企鹅形包装 120 款"),
    *(
        "①工艺改进②设备更新③人员培训",
        "2023年1月、3月、5月、8月",
        "第 1、3、5、8、10 项",
        "一是改造，二是检测，三是培训",
        "一三五七号车间",
    ),
    *(
        "尺寸 138×1000×2000 mm",
        "精度 0.001～0.005 mm",
        "转速 1380～1500 r/min",
        "GB/T 1804-2000、ISO 9001:2015",
        "代码 91000000MA0000T44T",
    ),
    *(
        "2023.03.10-2023.12.31",
        "预算 1,380,000 元",
        "订单号 20230310000138",
        "温度 20±0.5℃，湿度 45%～65%",
        "产值 13800 万元",
    ),
    *(
        "使用 Python 3.11 和 PostgreSQL",
        "网站 www.example.com",
        "文件 a.b.c 与 x@2x 图",
        "at 级精度",
        "C#、C++ 程序",
        "参考 163 号文",
        "I/O 点 1380 个",
    ),
    *(
        "洞口 3 处",
        "拐角 12 处",
        "两化融合、三品战略、四上企业、五链融合",
        "加工中心 V850、V1060",
        "加微量元素 2023 批",
        "加微波干燥机",
    ),
]


@pytest.mark.parametrize("written", REACHED)
@pytest.mark.parametrize("around", ["{}", "有意请联系{}，谢谢。", "产线改造\n{}\n预算 50 万元"])
def test_however_a_way_to_reach_somebody_is_written_it_is_caught(around, written):
    assert contacts_in(around.format(written))


@pytest.mark.parametrize("text", INNOCENT)
def test_what_is_none_passes(text):
    assert contacts_in(text) == []
    assert contacts_in(f"我厂{text}，希望一年内完成。") == []


@given(st.permutations(INNOCENT))
def test_innocent_sentences_are_innocent_together(sentences):
    assert contacts_in("。\n".join(sentences[:8])) == []


@pytest.mark.parametrize(
    "text",
    [
        "a" * 60_000,
        "1" * 60_000,
        "a@" * 30_000,
        "微信" * 30_000,
        "1 3-" * 15_000,
        "v: " * 20_000,
        "a." * 30_000,
    ],
)
def test_looking_takes_time_as_the_text_is_long(text):
    begun = time.process_time()
    contacts_in(text)
    assert time.process_time() - begun < 5


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
