"""Attachment 3 and what stands beside it: complete, in order, every problem at once and in its place."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from institutions.rules import sections as form
from institutions.rules.checks import check_application, parse, parse_count, parse_day, parse_money
from pilot_portal.common.errors import Refused
from tests import factories
from tests.institutions.seed import CODE, PARTS, YEARS, typed, with_

TODAY = dt.date(2023, 3, 6)
REQUIRED = [
    (part.code, item)
    for part, item in form.all_fields(PARTS)
    if item.required and item.kind not in {form.FILE, form.TICK}
]
TICKS = [("eligibility", "in_city"), ("eligibility", "no_finance"), ("promise", "promised")]
KINDS_OF_FIELD = sorted({item.kind for _part, item in form.all_fields(PARTS)} - {form.FILE})
# 其中 of the form, by hand: part ≤ whole.
PARTS_OF = [
    ("graduates", "staff"),
    ("fixed_assets", "assets"),
    ("current_assets", "assets"),
    ("service_revenue", "revenue"),
    ("labour_cost", "service_cost"),
    ("activity_cost", "service_cost"),
]
MONEY = st.decimals(min_value=0, max_value=9_999_999, places=2)
YEAR = st.sampled_from(YEARS)


def check(raw, **options):
    how = {"minimum": 10, "own_code": CODE, "today": TODAY, "has_licence": True} | options
    return check_application(raw, PARTS, YEARS, **how)


def places(checked):
    return [(problem.section, problem.field) for problem in checked.problems]


# Completeness --------------------------------------------------------------------------


def test_a_complete_application_has_neither_problems_nor_warnings():
    checked = check(typed())
    assert (checked.problems, checked.warnings) == ([], [])


def test_an_empty_application_is_told_every_field_that_must_be_filled_once_and_nothing_else():
    told = places(check({}, has_licence=False))
    asked = [(section, item.key) for section, item in REQUIRED] + TICKS + [("eligibility", "licence")]
    assert sorted(told) == sorted(asked)


@pytest.mark.parametrize(("section", "item"), REQUIRED, ids=lambda value: getattr(value, "key", value))
@given(blank=st.sampled_from(["", " ", "\u3000\u3000", "\t "]))
def test_a_single_field_left_out_is_told_in_its_place_alone(section, item, blank):
    empty = [] if item.kind == form.CHOICES else blank
    assert (section, item.key) in places(check(with_(section, **{item.key: empty})))
    assert {place for place, _ in places(check(with_(section, **{item.key: empty})))} == {section}


@pytest.mark.parametrize(("section", "key"), TICKS)
def test_declarations_and_promise_must_be_ticked(section, key):
    checked = check(with_(section, **{key: ""}))
    assert places(checked) == [(section, key)]
    assert checked.problems[0].message.startswith("请勾选")


def test_the_form_asks_for_every_row_of_attachment_3_for_both_years_but_the_computed_one():
    finance = next(part for part in PARTS if part.code == "finance")
    rows = [label.removeprefix("其中：") for _key, label, _kind, _sub in form.FIGURES]
    assert rows == [
        *("从业人数", "本科及以上学历人员", "资产总额", "固定资产", "流动资产", "负债总额", "净资产"),
        *("主营业务收入", "服务性收入", "服务成本支出", "人工成本", "服务活动成本", "上缴税金", "净利润"),
    ]
    asked = [item.label for item in finance.fields]
    assert asked == [f"{year}年{row}" for row in rows if row != "净资产" for year in YEARS]


def test_the_promise_is_word_for_word_the_notice_s_with_the_year_of_the_round():
    words = (
        "我单位承诺：此次申报2023年度株洲市支持服务机构（平台）培育优质企业试点，所提交的申报材料内容和所附资料均"
        "真实、合法。如有不实之处，愿负相应的法律责任，并承担由此产生的一切后果。"
    )
    assert form.promise_text(2023) == words
    assert form.promise_text(2027) == words.replace("2023", "2027")


# Figures -------------------------------------------------------------------------------


@pytest.mark.parametrize(("part", "whole"), PARTS_OF)
@given(small=MONEY, big=MONEY, year=YEAR)
def test_no_part_is_greater_than_its_whole(part, whole, small, big, year):
    if whole == "staff":
        small, big = int(small) % 1_000_000, int(big) % 1_000_000
    told = places(check(with_("finance", **{f"{part}_{year}": f"{small}", f"{whole}_{year}": f"{big}"})))
    assert (("finance", f"{part}_{year}") in told) == (small > big)


@given(assets=MONEY, liabilities=MONEY, claimed=MONEY)
def test_net_assets_are_computed_and_never_taken_from_what_was_typed(assets, liabilities, claimed):
    raw = with_(
        "finance",
        fixed_assets_2022="0",
        current_assets_2022="0",
        assets_2022=f"{assets}",
        liabilities_2022=f"{liabilities}",
        net_assets_2022=f"{claimed}",
    )
    checked = check(raw)
    assert checked.problems == []
    assert checked.values["net_assets_2022"] == assets - liabilities


@given(year=YEAR, parts=st.lists(MONEY, min_size=2, max_size=2), total=MONEY)
def test_parts_that_add_up_to_more_than_the_whole_are_questioned_not_refused(year, parts, total):
    raw = with_("finance", **{f"service_cost_{year}": f"{total}"})
    for key, amount in zip(("labour_cost", "activity_cost"), parts, strict=True):
        raw["finance"][f"{key}_{year}"] = f"{amount}"
    questioned = [warning.field for warning in check(raw).warnings]
    assert (f"labour_cost_{year}" in questioned) == (sum(parts) > total)


@pytest.mark.parametrize(
    "key", [key for key, _, kind, _ in form.FIGURES if kind == form.MONEY and key not in form.COMPUTED]
)
def test_only_the_profit_may_be_negative(key):
    told = places(check(with_("finance", **{f"{key}_2021": "-0.01"})))
    assert (("finance", f"{key}_2021") in told) == (key != "profit")


def test_amounts_that_look_like_yuan_are_questioned_not_refused():
    checked = check(with_("finance", revenue_2022="10000000.01"))
    assert checked.problems == []
    assert [warning.field for warning in checked.warnings] == ["revenue_2022"]
    assert "元" in checked.warnings[0].message
    assert check(with_("finance", revenue_2022="10000000")).warnings == []


@pytest.mark.parametrize(
    ("registered", "asked_for"),
    [
        ("2020-12-31", {2021, 2022}),
        ("2021-12-31", {2021, 2022}),
        ("2022-01-01", {2022}),
        ("2023-02-01", set()),
    ],
)
def test_a_young_body_is_not_asked_for_the_years_before_it_existed(registered, asked_for):
    raw = with_("basic", registered_on=registered)
    raw["finance"] = {}
    missing = {int(field.rsplit("_", 1)[1]) for section, field in places(check(raw)) if section == "finance"}
    assert missing == asked_for


@pytest.mark.parametrize("dash", ["—", "——", "-", "－", " – "])
def test_a_young_body_may_put_a_dash_where_the_form_has_a_dash_and_only_there(dash):
    raw = with_("basic", registered_on="2022-05-01")
    for key in list(raw["finance"]):
        if key.endswith("_2021"):
            raw["finance"][key] = dash
    checked = check(raw)
    assert checked.problems == []
    assert checked.values["staff_2021"] is None
    assert checked.values["net_assets_2021"] is None
    assert places(check(with_("finance", staff_2022=dash))) == [("finance", "staff_2022")]
    assert check(with_("services", partners=dash)).values["partners"] == dash.strip()


# Counts --------------------------------------------------------------------------------


@pytest.mark.parametrize(("prefix", "section"), [("served", "served"), ("target", "targets")])
@given(
    total=st.integers(0, 60),
    tiers=st.fixed_dictionaries({k: st.integers(0, 60) for k, _ in form.TIER_FIELDS}),
)
def test_each_tier_is_at_most_the_total_however_great_their_sum(prefix, section, total, tiers):
    counts = {f"{prefix}_{key}": str(n) for key, n in tiers.items()} | {f"{prefix}_total": str(total)}
    told = {field for where, field in places(check(with_(section, **counts))) if where == section}
    assert told == {f"{prefix}_{key}" for key, n in tiers.items() if n > total}


@given(committed=st.integers(0, 60), capacity=st.integers(0, 60), minimum=st.integers(0, 30))
def test_the_committed_number_lies_between_the_round_s_minimum_and_the_capacity(committed, capacity, minimum):
    raw = with_("targets", committed=str(committed))
    raw["services"]["capacity"] = str(capacity)
    problems = check(raw, minimum=minimum).problems
    assert len(problems) == (committed < minimum) + (committed > capacity)
    assert {(p.section, p.field) for p in problems} <= {("targets", "committed")}
    if committed < minimum:
        assert f"不能少于 {minimum} 家" in problems[0].message


# The body ------------------------------------------------------------------------------


def test_sole_traders_are_refused_and_told_why():
    body = "92000000MA0000T44"
    code = body + uscc.calc_check_digit(body)
    checked = check(with_("basic", credit_code=code), own_code=code)
    assert places(checked) == [("basic", "credit_code")]
    assert "个体工商户" in checked.problems[0].message


@pytest.mark.parametrize("ending", ["株洲分公司", "（株洲）分支机构", "办事处"])
def test_a_branch_is_refused_and_told_who_may_apply(ending):
    checked = check(with_("basic", name=f"长沙示例检测技术有限公司{ending}"))
    assert places(checked) == [("basic", "name")]
    assert "由法人单位申报" in checked.problems[0].message


def test_the_credit_code_must_be_the_account_s():
    assert places(check(typed(), own_code=factories.credit_code(800_002))) == [("basic", "credit_code")]


@pytest.mark.parametrize(("day", "told"), [("2023-03-06", []), ("2023-03-07", [("basic", "registered_on")])])
def test_nobody_was_registered_tomorrow(day, told):
    assert [p for p in places(check(with_("basic", registered_on=day))) if p[0] == "basic"] == told


def test_without_the_licence_nothing_is_complete():
    assert places(check(typed(), has_licence=False)) == [("eligibility", "licence")]


# Success cases -------------------------------------------------------------------------


def test_one_success_case_is_enough_and_none_is_too_few():
    raw = typed()
    raw["cases"] = {}
    assert {field for _, field in places(check(raw))} == {
        f"case1_{key}" for key in ("firm", "service", "title", "year")
    }


@given(begun=st.sets(st.sampled_from(["firm", "service", "title", "year"]), min_size=1), n=st.integers(2, 3))
def test_a_further_case_that_was_begun_is_completed_or_emptied(begun, n):
    full = {"firm": "株洲示例企业", "service": "数字化诊断", "title": "创新型中小企业", "year": "2022"}
    told = places(check(with_("cases", **{f"case{n}_{key}": full[key] for key in begun})))
    assert sorted(told) == sorted(("cases", f"case{n}_{key}") for key in full if key not in begun)


@pytest.mark.parametrize(("year", "fine"), [("2023", True), ("2024", False), ("22", False), ("2015", True)])
def test_a_title_is_granted_in_a_year_that_has_come(year, fine):
    assert places(check(with_("cases", case1_year=year))) == ([] if fine else [("cases", "case1_year")])


# What people type ----------------------------------------------------------------------

FULL_WIDTH = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
SPELLINGS = {
    "plain": str,
    "full width": lambda text: text.translate(FULL_WIDTH),
    "thousand marks": lambda text: f"{Decimal(text):,}",
    "full-width thousand marks": lambda text: f"{Decimal(text):,}".translate(FULL_WIDTH),
    "the quote of a spreadsheet": lambda text: f"'{text}",
    "its unit": lambda text: f"{text} 万元",
    "spaces": lambda text: f"\u3000{text} ",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@given(amount=st.decimals(min_value=-99_999_999, max_value=99_999_999, places=2))
def test_an_amount_is_the_same_however_it_is_spelled(spelling, amount):
    assert parse_money(SPELLINGS[spelling](f"{amount:.2f}")) == amount


@given(st.integers(0, 1_000_000), st.sampled_from(["plain", "full width", "thousand marks", "spaces"]))
def test_a_count_is_the_same_however_it_is_spelled(n, spelling):
    assert parse_count(SPELLINGS[spelling](str(n))) == n


@given(st.dates(dt.date(1949, 10, 1), dt.date(2099, 12, 31)))
def test_a_day_is_the_same_however_it_is_spelled(day):
    y, m, d = day.year, day.month, day.day
    for text in (f"{day}", f"{y}/{m}/{d}", f"{y}.{m}.{d}", f"{y}年{m}月{d}日", f"{y}－{m:02}－{d:02}"):
        assert parse_day(text) == day


@pytest.mark.parametrize("text", ["15-03-01", "2015", "2015-13-01", "2015-02-30", "去年", "99999999999-1-1"])
def test_what_is_no_day_is_refused_with_an_example(text):
    with pytest.raises(Refused, match="2015-03-01"):
        parse_day(text)


@pytest.mark.parametrize("text", ["1.005", "5万", "三十", "1,23", "1e3", "9" * 40, "１２．３４５", "1" * 14])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(Refused):
        parse_money(text)


@pytest.mark.parametrize("sign", ["", "-"])
def test_an_amount_has_room_for_twelve_digits_before_the_point(sign):
    assert parse_money(f"{sign}999,999,999,999.99") == Decimal(f"{sign}999999999999.99")
    with pytest.raises(Refused, match="核对单位"):
        parse_money(f"{sign}1,000,000,000,000")


@pytest.mark.parametrize("text", ["-1", "1.5", "1000001", "十", "NaN", "Infinity"])
def test_what_is_no_count_is_refused(text):
    with pytest.raises(Refused):
        parse_count(text)


@given(
    kind=st.sampled_from(KINDS_OF_FIELD),
    text=st.text() | st.from_regex(r"[0-9０-９.,，\-/年月日万元]{1,60}", fullmatch=True),
)
def test_whatever_is_typed_is_either_read_or_refused_in_words(kind, text):
    item = form.Field("key", "示例", kind, choices=(("a", "甲"),))
    told = "read"
    try:
        parse(item, text)
    except Refused as refusal:  # anything else would be a fault of ours
        told = refusal.message
    assert told


@given(st.integers(0, 400), st.integers(1, 300))
def test_a_text_has_room_for_its_limit_and_no_more(length, limit):
    item = form.Field("key", "示例", form.LONG, limit=limit)
    if length <= limit:
        assert len(parse(item, "字" * length) or "") == length
    else:
        with pytest.raises(Refused, match=f"最多 {limit} 字，现为 {length} 字"):
            parse(item, "字" * length)


@pytest.mark.parametrize(
    ("section", "changed"),
    [
        ("services", {"kinds": ["testing", "no-such-kind"]}),
        ("services", {"chains": ["no-such-chain"]}),
        ("basic", {"legal_kind": "sole_trader"}),
    ],
)
def test_a_choice_that_was_not_offered_is_refused(section, changed):
    assert places(check(with_(section, **changed))) == [(section, next(iter(changed)))]


def test_what_looks_like_one_text_but_is_another_is_refused():
    checked = check(with_("basic", name="株洲示例\u200b检测有限公司"))
    assert places(checked) == [("basic", "name")]
    assert "U+200B" in checked.problems[0].message
