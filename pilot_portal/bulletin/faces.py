"""How a frozen payload is shown: the columns that are public, in the field's words."""

from collections.abc import Mapping
from typing import Any

from pilot_portal.bulletin.models import Publication
from pilot_portal.bulletin.registry import Later

COLUMNS = {
    "rank": "名次",
    "number": "编号",
    "name": "名称",
    "company": "企业名称",
    "title": "需求",
    "region": "县市区",
    "county": "县市区",
    "kinds": "服务类型",
    "services": "所需服务",
    "status": "企业现状",
    "target": "发展目标",
    "committed": "承诺服务企业数（家）",
    "served": "验收服务企业数（家）",
    "answered": "有效问卷（份）",
    "share": "满意率",
    "score": "综合得分",
    "decision": "决定",
    "measure": "措施",
    "amount_fen": "金额（元）",
    "document_number": "文号",
    "ends_on": "公布至",
}
FEN = 100


def said(key: str, value: Any) -> str:
    """A value in words: lists joined, fen as 元, nothing as a dash."""
    if isinstance(value, list):
        return "、".join(str(item) for item in value) or "—"
    if key == "amount_fen" and isinstance(value, int):
        return f"{value // FEN:,}.{value % FEN:02}"
    return "—" if value in {None, ""} else str(value)


def table_of(publication: Publication, later: Mapping[str, Later]) -> dict[str, Any]:
    """The frozen rows as a table, or a single decision as facts. Only known columns are ever shown.

    `later` says by row number what became of a row since.
    """
    payload = publication.payload
    rows = payload.get("rows")
    if not rows:
        facts = [(COLUMNS[key], said(key, payload[key])) for key in COLUMNS if key in payload]
        return {
            "facts": [{"label": label, "value": value} for label, value in facts],
            "columns": [],
            "rows": [],
        }
    keys = [key for key in COLUMNS if any(key in row for row in rows)]
    return {
        "columns": [COLUMNS[key] for key in keys],
        "has_later": bool(later),
        "rows": [
            {
                "cells": [(COLUMNS[key], said(key, row.get(key))) for key in keys],
                "later": later.get(str(row.get("number") or "")),
            }
            for row in rows
        ],
        "facts": [],
    }
