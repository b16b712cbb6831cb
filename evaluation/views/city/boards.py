"""The dashboard's charts and tables as the components take them; no queries here."""

import json
from collections.abc import Iterable
from typing import Any

from evaluation.rules import Progress

Steps = list[tuple[str, int]]
Rows = list[dict[str, Any]]
PACE = {"快于进度": "good", "慢于进度": "slow", "接近进度": ""}


def kpi_of(row: Progress) -> dict[str, Any]:
    """One target as the component shows it."""
    return {
        "title": row.label,
        "done": row.reached,
        "target": row.target,
        "unit": "家",
        "share": row.percent,
        "pace": PACE[row.pace],
        "pace_words": row.pace,
    }


def board_of(steps: Steps, counties: Rows, kinds: Rows, table_url: str) -> dict[str, Any]:
    """Three charts, each with its table behind `?as=table`."""
    short = [row["name"] for row in kinds if row["demand"] > row["supply"]]
    return {
        "funnel": {
            "id": "funnel",
            "title": "需求办理漏斗",
            "label": "需求办理漏斗：" + "，".join(f"{name} {count}" for name, count in steps),
            "data": drawn({"type": "funnel", "steps": steps}, (count for _, count in steps)),
            "table_url": f"{table_url}#funnel",
        },
        "counties": bars(
            "county",
            "各县市区需求与完成",
            counties,
            (("需求", "demands"), ("签约", "signed"), ("完成", "done")),
            table_url,
        ),
        "supply": bars(
            "supply",
            "十类服务的供需",
            kinds,
            (("需求企业", "demand"), ("机构承诺能力", "supply")),
            table_url,
            note=f"{'、'.join(short)}能力不足。" if short else "",
        ),
        "tables": [
            {"caption": "需求办理漏斗", "head": ["步骤", "项"], "rows": steps},
            {
                "caption": "各县市区需求与完成",
                "head": ["县市区", "需求", "签约", "完成"],
                "rows": [[r["name"], r["demands"], r["signed"], r["done"]] for r in counties],
            },
            {
                "caption": "十类服务的供需",
                "head": ["服务类型", "需求企业", "机构承诺能力"],
                "rows": [[r["name"], r["demand"], r["supply"]] for r in kinds],
            },
        ],
    }


def drawn(data: dict[str, Any], figures: Iterable[int]) -> str:
    """The chart's data; nothing where there is not one figure: an empty chart would look like a shape."""
    return json.dumps(data, ensure_ascii=False) if any(figures) else ""


def bars(
    key: str, title: str, rows: Rows, series: tuple[tuple[str, str], ...], table_url: str, note: str = ""
) -> dict[str, Any]:
    """A bar chart over named rows."""
    data = {
        "type": "bar",
        "names": [row["name"] for row in rows],
        "series": [{"name": name, "data": [row[column] for row in rows]} for name, column in series],
    }
    totals = "，".join(f"{name}合计 {sum(row[column] for row in rows)}" for name, column in series)
    return {
        "id": key,
        "title": title,
        "label": f"{title}：{totals}",
        "data": drawn(data, (row[column] for row in rows for _, column in series)),
        "table_url": f"{table_url}#{key}",
        "note": note,
        "long": True,
    }
