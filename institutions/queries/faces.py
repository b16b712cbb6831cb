"""An application as pages show it: sections, their rows, the two years side by side."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from institutions.models import Application, ApplicationVersion
from institutions.queries import raw_of, sections_for
from institutions.rules import sections as form
from institutions.rules.checks import net_assets
from institutions.rules.comparison import said
from pilot_portal.common.errors import Problem, Refused
from pilot_portal.common.text import parse_amount

FINANCE = "finance"


def anchors(parts: tuple[form.Section, ...]) -> dict[str, str]:
    """Field → the id a link leads to: the control itself, or the first of a group of choices."""
    groups = {form.CHOICE, form.CHOICES}
    return {
        item.key: f"id_{item.key}_0" if item.kind in groups else f"id_{item.key}"
        for _part, item in form.all_fields(parts)
    }


def shown_sections(
    version: ApplicationVersion, parts: tuple[form.Section, ...], years: tuple[int, int]
) -> list[dict[str, Any]]:
    """A frozen version as reviewers see it: sections with label and value of each field.

    近年经营状况 stands as a table of two years, as on the form.
    """
    values, labels = version.data.get("values", {}), version.data.get("labels", {})
    shown = []
    for part in parts:
        if part.code == FINANCE:
            shown.append(_two_years(part, years, values.get))
            continue
        rows = [
            {
                "label": f"{item.label}（{item.unit}）" if item.unit else item.label,
                "value": said(values.get(item.key), labels.get(item.key)),
                "long": item.kind == form.LONG,
            }
            for item in part.fields
            if item.kind != form.FILE and (values.get(item.key) is not None or item.required)
        ]
        shown.append({"code": part.code, "title": part.title, "rows": rows})
    return shown


def typed_sections(
    application: Application, *, at: dt.datetime, problems: list[Problem]
) -> list[dict[str, Any]]:
    """A draft as the check page shows it: what was typed, with its problem and the way to change it."""
    raw, base = raw_of(application), f"/my/application/{application.round.code}/"
    parts = sections_for(application.round, at)
    ids = anchors(parts)
    wrong = {(problem.section, problem.field): problem.message for problem in problems}
    shown = []
    for part in parts:
        typed = raw.get(part.code, {})
        if part.code == FINANCE:
            table = _two_years(part, application.round.years_reported, _with_net_assets(typed).get)
            for row in table["table"]["rows"]:
                for cell in row["cells"]:
                    cell["problem"] = wrong.get((part.code, cell["key"]), "")
            shown.append(table | {"change_url": f"{base}{part.code}/"})
            continue
        rows = [
            {
                "label": f"{item.label}（{item.unit}）" if item.unit else item.label,
                "value": typed_words(item, typed.get(item.key, "")),
                "long": item.kind == form.LONG,
                "problem": wrong.get((part.code, item.key), ""),
                "change_url": f"{base}{part.code}/#{ids[item.key]}",
            }
            for item in part.fields
            if item.kind != form.FILE
        ]
        shown.append({"code": part.code, "title": part.title, "rows": rows})
    return shown


def typed_words(item: form.Field, value: Any) -> str:
    """What was typed into a field, in words."""
    words = dict(item.choices)
    if isinstance(value, list):
        return "、".join(words.get(code, code) for code in value)
    if item.kind == form.CHOICE:
        return words.get(value, value)
    if item.kind == form.TICK:
        return "是" if value else ""
    return str(value)


def _with_net_assets(typed: dict[str, Any]) -> dict[str, Any]:
    """净资产 computed beside what was typed; left out where it cannot be."""
    computed = {}
    for year in {key.rsplit("_", 1)[-1] for key in typed}:
        try:
            assets, liabilities = (
                parse_amount(str(typed.get(f"{key}_{year}", ""))) for key in ("assets", "liabilities")
            )
        except Refused:
            continue
        computed[f"net_assets_{year}"] = net_assets(assets, liabilities)
    return typed | computed


def _two_years(part: form.Section, years: tuple[int, int], value_of: Callable[[str], Any]) -> dict[str, Any]:
    rows = []
    for key, label, kind, is_part in form.FIGURES:
        unit = "人" if kind == form.COUNT else "万元"
        cells = [
            {"key": f"{key}_{year}", "year": year, "value": _figure(value_of(f"{key}_{year}"))}
            for year in years
        ]
        rows.append({"label": f"{label}（{unit}）", "is_part": is_part, "cells": cells})
    return {"code": part.code, "title": part.title, "table": {"years": years, "rows": rows}}


def _figure(value: Any) -> str:
    """A figure as it stands; "—" where the form asks for none (a body younger than the year)."""
    if value is None or value == "":
        return "—"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
