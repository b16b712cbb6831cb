"""What a county puts right in a demand that it entered itself, from a sheet or from paper. Pure.

Read as strictly as what is typed over a row of an import; what is left as it stands is not read again: a
phone still to be asked for does not keep the goal from being put right.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from demands.rules.edits import read_edit
from demands.rules.paper import free_words
from demands.rules.privacy import contacts_in
from pilot_portal.common.errors import Problem, Refused
from pilot_portal.common.text import clean

REASON_MAX = 300
# Field of the form → column of the demand.
COLUMNS: dict[str, str] = {
    "services": "kinds",
    "status": "present_tier",
    "target": "target_tier",
    "contact": "contact",
    "phone": "phone",
    "remark": "remark",
    "situation": "situation",
    "wish": "wish",
}
FREE = frozenset({"situation", "wish"})
# What the trail keeps of a change, for it is never deleted: no contact, nothing written freely.
IN_TRAIL = frozenset({"kinds", "present_tier", "target_tier"})
UNCHANGED = "内容没有变化，不需要更正。"


def _reason(typed: str) -> str:
    reason = clean(typed)
    if not reason or len(reason) > REASON_MAX:
        raise Refused(f"请写明更正的依据，最多 {REASON_MAX} 字。")
    if found := contacts_in(reason):
        raise Refused(f"这里不要写联系方式（{found[0]}）：办理过程长期保存。")
    return reason


def read_mending(
    typed: Mapping[str, Any], stands: Mapping[str, Any], *, also: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Any], str]:
    """What changes, by field in words, and the reason.

    Args:
        typed: field of the form → what was typed; fields left out stay; `reason` must be there.
        stands: field of the form → what stands now, as the form showed it.
        also: field → words that stand now and are none of the notice's.

    Raises Refused with all problems, or where nothing changes.
    """
    changed = {name: typed[name] for name in COLUMNS if name in typed and typed[name] != stands[name]}
    problems: list[Problem] = []
    read: dict[str, Any] = {}
    reason = ""
    try:
        read = read_edit({name: said for name, said in changed.items() if name not in FREE}, (), also=also)
    except Refused as refusal:
        problems += refusal.problems
    if "services" in changed and not changed["services"]:
        problems.append(Problem("请至少选择一类服务。", field="services"))
    for name in sorted(FREE & changed.keys()):
        try:
            read[name] = free_words(changed, name)
        except Refused as refusal:
            problems.append(Problem(refusal.message, field=name))
    try:
        reason = _reason(str(typed.get("reason") or ""))
    except Refused as refusal:
        problems.append(Problem(refusal.message, field="reason"))
    if problems:
        raise Refused(f"有 {len(problems)} 处需要修改。", problems)
    differs = {name: said for name, said in read.items() if said != stands[name]}
    if not differs:
        raise Refused(UNCHANGED)
    return differs, reason
