"""Checking an application: every field by its kind, the cross-checks of the form, the hard conditions.

Pure: raw typed strings in, typed values and all problems out. Source: domain.md §4 Rules and Checks.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from institutions.rules import sections as form
from pilot_portal.common.errors import Problem, Refused
from pilot_portal.common.text import check_credit_code, clean, normalise_phone, parse_amount, to_halfwidth

Raw = Mapping[str, Mapping[str, Any]]
LOOKS_LIKE_YUAN = Decimal(10_000_000)
MONEY_LIMIT = Decimal("999999999999.99")
COUNT_LIMIT = 1_000_000
SOLE_TRADER = "92"
BRANCHES = ("分公司", "分支机构", "办事处", "代表处")
# What people put where the form has nothing to say.
DASHES = " -－—–―/"
FIRST_YEAR = 1949


@dataclass
class Checked:
    """What came out: typed values by field key, problems that forbid submission, warnings that do not."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def parse_day(typed: str) -> dt.date:
    """A day typed as 2015-03-01, 2015/3/1, 2015.3.1 or 2015年3月1日; raises Refused else."""
    text = to_halfwidth(typed).strip().rstrip("日")
    for sign in "年月/.":
        text = text.replace(sign, "-")
    try:
        year, month, day = (int(part) for part in text.split("-"))
        found = dt.date(year, month, day)
    except (ValueError, OverflowError) as error:
        raise Refused("请填写日期，例如 2015-03-01。") from error
    if found.year < FIRST_YEAR:
        raise Refused("请填写四位年份，例如 2015-03-01。")
    return found


def parse_count(typed: str) -> int:
    """A whole number that is not negative; raises Refused else."""
    amount = parse_amount(typed)
    if amount != amount.to_integral_value() or not 0 <= amount <= COUNT_LIMIT:
        raise Refused("请填写不小于 0 的整数。")
    return int(amount)


def parse_money(typed: str) -> Decimal:
    """An amount in 万元 with at most two decimals; raises Refused else."""
    amount = parse_amount(typed)
    if abs(amount) > MONEY_LIMIT:
        raise Refused("数值过大，请核对单位（万元）。")
    if amount != round(amount, 2):
        raise Refused("单位为万元，最多两位小数。")
    return amount


def parse(item: form.Field, raw: Any) -> Any:
    """The typed value of one field; None when empty. Raises Refused with a sentence for the user."""
    if item.kind == form.CHOICES:
        chosen = [str(code) for code in raw] if isinstance(raw, list | tuple) else ([str(raw)] if raw else [])
        known = {code for code, _ in item.choices}
        if known and not set(chosen) <= known:
            raise Refused("选项有误，请重新选择。")
        return chosen or None
    if item.kind == form.TICK:
        return True if raw in {True, "on", "true", "1"} else None
    text = clean_lines(str(raw or "")) if item.kind == form.LONG else clean(str(raw or ""))
    if not text:
        return None
    if len(text) > item.limit and item.kind in {form.TEXT, form.LONG}:
        raise Refused(f"最多 {item.limit} 字，现为 {len(text)} 字。")
    parsers = {
        form.COUNT: parse_count,
        form.MONEY: parse_money,
        form.DAY: parse_day,
        form.PHONE: normalise_phone,
        form.CODE: check_credit_code,
    }
    if item.kind in parsers:
        return parsers[item.kind](text)
    if item.kind == form.CHOICE and text not in {code for code, _ in item.choices}:
        raise Refused("请从列出的选项中选择。")
    return text


def clean_lines(text: str) -> str:
    """A long text with each line cleaned."""
    return "\n".join(clean(line) for line in text.splitlines()).strip()


def check_section(
    part: form.Section, raw: Mapping[str, Any], *, optional_years: frozenset[int] = frozenset()
) -> Checked:
    """Every field of one section by its kind; an empty required field is a problem.

    A body registered within a year has no figures for the year before: `optional_years`.
    """
    result = Checked()
    for item in part.fields:
        typed = raw.get(item.key)
        empty_year = part.code == "finance" and int(item.key.rsplit("_", 1)[1]) in optional_years
        if empty_year and isinstance(typed, str) and not typed.strip(DASHES):
            typed = ""
        try:
            value = parse(item, typed)
        except Refused as refusal:
            result.problems.append(Problem(f"{item.label}：{refusal.message}", item.key, part.code))
            continue
        result.values[item.key] = value
        if value is None and item.required and not empty_year and item.kind != form.FILE:
            verb = (
                "请勾选"
                if item.kind == form.TICK
                else "请选择"
                if item.kind in {form.CHOICE, form.CHOICES}
                else "请填写"
            )
            result.problems.append(Problem(f"{verb}“{item.label}”", item.key, part.code))
    return result


def net_assets(assets: Decimal | None, liabilities: Decimal | None) -> Decimal | None:
    """净资产 = 资产总额 − 负债总额; None (—) where one is missing."""
    return None if assets is None or liabilities is None else assets - liabilities


def finance_problems(values: Mapping[str, Any], years: tuple[int, int]) -> Checked:
    """Cross-checks of 近年经营状况: each 其中 ≤ its parent; sums and units are questioned, not refused."""
    result = Checked()

    def at_most(year: int, part: str, whole: str, part_label: str, whole_label: str) -> None:
        small, big = values.get(f"{part}_{year}"), values.get(f"{whole}_{year}")
        if small is not None and big is not None and small > big:
            result.problems.append(
                Problem(f"{year}年{part_label}不能大于{whole_label}（{big:,}）", f"{part}_{year}", "finance")
            )

    for year in years:
        at_most(year, "graduates", "staff", "本科及以上学历人员", "从业人数")
        at_most(year, "fixed_assets", "assets", "固定资产", "资产总额")
        at_most(year, "current_assets", "assets", "流动资产", "资产总额")
        at_most(year, "service_revenue", "revenue", "服务性收入", "主营业务收入")
        at_most(year, "labour_cost", "service_cost", "人工成本", "服务成本支出")
        at_most(year, "activity_cost", "service_cost", "服务活动成本", "服务成本支出")
        for key, label, kind, _sub in form.FIGURES:
            value = values.get(f"{key}_{year}")
            if value is None or kind != form.MONEY:
                continue
            if value < 0 and key not in form.MAY_BE_NEGATIVE:
                result.problems.append(Problem(f"{year}年{label}不能为负数", f"{key}_{year}", "finance"))
            if abs(value) > LOOKS_LIKE_YUAN:
                text = f"{year}年{label}像是以“元”填写的，请核对单位（万元）"
                result.warnings.append(Problem(text, f"{key}_{year}", "finance"))
        question_sum(
            result,
            values,
            year,
            ("fixed_assets", "current_assets"),
            "assets",
            "固定资产与流动资产之和大于资产总额",
        )
        question_sum(
            result,
            values,
            year,
            ("labour_cost", "activity_cost"),
            "service_cost",
            "人工成本与服务活动成本之和大于服务成本支出",
        )
    return result


def question_sum(
    result: Checked, values: Mapping[str, Any], year: int, parts: tuple[str, ...], whole: str, text: str
) -> None:
    """A warning where parts add up to more than the whole."""
    found = [values.get(f"{part}_{year}") for part in parts]
    total = values.get(f"{whole}_{year}")
    if total is not None and None not in found and sum(v for v in found if v is not None) > total:
        result.warnings.append(Problem(f"{year}年{text}，请核对", f"{parts[0]}_{year}", "finance"))


def tier_problems(values: Mapping[str, Any], prefix: str, section: str, total_label: str) -> list[Problem]:
    """Each count by tier ≤ the total; their sum may be greater, since tiers overlap."""
    total = values.get(f"{prefix}_total")
    problems = []
    for key, label in form.TIER_FIELDS:
        value = values.get(f"{prefix}_{key}")
        if total is not None and value is not None and value > total:
            problems.append(
                Problem(f"{label}（{value}）不能大于{total_label}（{total}）", f"{prefix}_{key}", section)
            )
    return problems


def promise_problems(values: Mapping[str, Any], minimum: int) -> list[Problem]:
    """承诺服务企业数: not fewer than the notice's minimum, not more than the yearly capacity (hard)."""
    committed, capacity = values.get("committed"), values.get("capacity")
    problems = []
    if committed is not None and committed < minimum:
        problems.append(Problem(f"承诺服务企业数不能少于 {minimum} 家", "committed", "targets"))
    if committed is not None and capacity is not None and committed > capacity:
        problems.append(
            Problem(f"承诺服务企业数不能大于年服务企业能力（{capacity} 家）", "committed", "targets")
        )
    return problems


def body_problems(values: Mapping[str, Any], own_code: str | None, today: dt.date) -> list[Problem]:
    """Sole traders and branches are refused; the code must be the account's; nobody begins in the future."""
    problems = []
    code = values.get("credit_code")
    if (values.get("name") or "").endswith(BRANCHES):
        problems.append(Problem("分支机构不具备独立法人资格，请由法人单位申报", "name", "basic"))
    if code and code.startswith(SOLE_TRADER):
        problems.append(Problem("个体工商户不具备独立法人资格，不能申报", "credit_code", "basic"))
    if code and own_code and code != own_code:
        problems.append(Problem("社会信用代码与账号登记的不一致", "credit_code", "basic"))
    day = values.get("registered_on")
    if day and day > today:
        problems.append(Problem("注册时间不能晚于今天", "registered_on", "basic"))
    return problems


def case_problems(values: Mapping[str, Any], today: dt.date) -> list[Problem]:
    """成功案例: one that was begun says firm, service, title and year; no year lies in the future."""
    problems = []
    for n in range(1, form.CASES + 1):
        must = {part: f"case{n}_{part}" for part in ("firm", "service", "title", "year")}
        begun = any(values.get(f"case{n}_{part}") for part in ("firm", "code", "service", "title", "year"))
        labels = {"firm": "企业名称", "service": "提供的服务", "title": "获得的称号", "year": "认定年份"}
        if begun and n > 1:  # the first one is required field by field
            problems += [
                Problem(f"请填写“案例{n}：{labels[part]}”，或清空该案例", key, "cases")
                for part, key in must.items()
                if key in values and values[key] is None
            ]
        year = values.get(must["year"])
        if year is not None and not FIRST_YEAR <= year <= today.year:
            text = f"案例{n}：认定年份应为四位年份，且不晚于 {today.year} 年"
            problems.append(Problem(text, must["year"], "cases"))
    return problems


def years_without_figures(registered_on: dt.date | None, years: tuple[int, int]) -> frozenset[int]:
    """The reported years before the body was registered: shown as — and not asked for."""
    return frozenset(y for y in years if registered_on is not None and y < registered_on.year)


def check_application(
    raw: Raw,
    parts: tuple[form.Section, ...],
    years: tuple[int, int],
    *,
    minimum: int,
    own_code: str | None,
    today: dt.date,
    has_licence: bool,
) -> Checked:
    """Everything that keeps an application from being submitted, at once, tied to section and field."""
    result = Checked()
    basic = next(part for part in parts if part.code == "basic")
    registered = check_section(basic, raw.get("basic", {})).values.get("registered_on")
    missing = years_without_figures(registered, years)
    for part in parts:
        checked = check_section(part, raw.get(part.code, {}), optional_years=missing)
        result.values |= checked.values
        result.problems += checked.problems
    finance = finance_problems(result.values, years)
    result.problems += finance.problems
    result.warnings += finance.warnings
    result.problems += tier_problems(result.values, "served", "served", "已服务企业共计")
    result.problems += tier_problems(result.values, "target", "targets", "培育企业目标共计")
    result.problems += promise_problems(result.values, minimum)
    result.problems += body_problems(result.values, own_code, today)
    result.problems += case_problems(result.values, today)
    if not has_licence:
        result.problems.append(Problem("请上传营业执照（法人证书）扫描件", "licence", "eligibility"))
    for year in years:
        result.values[f"net_assets_{year}"] = net_assets(
            result.values.get(f"assets_{year}"), result.values.get(f"liabilities_{year}")
        )
    return result
