"""What a correction of a published demand changes, and what it must not give away."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from demands.rules.draft import typed_day
from pilot_portal.common.errors import Problem, Refused
from pilot_portal.common.text import clean

TITLE_MAX, TEXT_MAX, REASON_MAX = 80, 4000, 300
LABELS: dict[str, str] = {
    "public_title": "标题",
    "public_text": "内容",
    "kinds": "所需服务",
    "target_tier": "发展目标",
    "due_on": "希望完成日期",
}
# After the first claim a change of these asks each claimant (domain.md §3).
ASKING = frozenset({"kinds", "target_tier"})


def _due(typed: str) -> str:
    return typed_day(typed).isoformat() if typed.strip() else ""


def read_correction(
    typed: Mapping[str, Any], *, kinds: Collection[str], tiers: Collection[str]
) -> dict[str, Any]:
    """The public fields as they should be, in words that JSON holds: codes, an ISO date, texts.

    Raises Refused with all problems.
    """
    read: dict[str, Any] = {}
    problems: list[Problem] = []

    def check(field: str, *, holds: bool, message: str) -> None:
        if not holds:
            problems.append(Problem(message, field=field))

    read["public_title"] = clean(str(typed.get("public_title", "")))
    lines = str(typed.get("public_text", "")).splitlines()
    read["public_text"] = "\n".join(clean(line) for line in lines).strip()
    chosen = typed.get("kinds") or []
    read["kinds"] = [code for code in kinds if code in chosen]
    read["target_tier"] = str(typed.get("target_tier") or "")
    title, text = read["public_title"], read["public_text"]
    check("public_title", holds=0 < len(title) <= TITLE_MAX, message=f"请填写标题，最多 {TITLE_MAX} 字。")
    check("public_text", holds=0 < len(text) <= TEXT_MAX, message=f"请填写内容，最多 {TEXT_MAX} 字。")
    check("kinds", holds=bool(read["kinds"]), message="请至少选择一类服务。")
    check("target_tier", holds=read["target_tier"] in {"", *tiers}, message="请从列表中选择。")
    try:
        read["due_on"] = _due(str(typed.get("due_on", "")))
    except Refused as refusal:
        problems.append(Problem(refusal.message, field="due_on"))
    if problems:
        raise Refused(f"有 {len(problems)} 处需要修改。", problems)
    return read


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Field → [before, after] of what differs. Raises Refused where nothing does."""
    changes = {name: [before[name], after[name]] for name in LABELS if before[name] != after[name]}
    if not changes:
        raise Refused("内容没有变化，不需要更正。")
    return changes


def due_date(text: str) -> dt.date | None:
    """The day behind an ISO date; None for none."""
    return dt.date.fromisoformat(text) if text else None
