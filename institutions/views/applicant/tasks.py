"""The task list's rows as the component takes them; no queries here."""

from typing import Any

from institutions.models import Application
from institutions.queries import Progress
from institutions.rules.sections import GROUPS

WORDS = {
    "done": ("已完成", "plain"),
    "editing": ("填写中", "info"),
    "empty": ("未开始", ""),
    "fix": ("需修改", "bad"),
}
GONE = frozenset({"WITHDRAWN", "LAPSED"})
SENT = frozenset({"SUBMITTED", "SUBMITTED_CITY", "ACCEPTED_DIRECT"})


def groups_of(
    application: Application, progress: list[Progress], *, current: str = "", scan_done: bool = False
) -> list[dict[str, Any]]:
    """Sections in their groups, then the check page, then what follows submission."""
    base = f"/my/application/{application.round.code}/"
    groups: dict[str, dict[str, Any]] = {
        code: {"title": title, "items": []} for code, title in GROUPS.items()
    }
    for row in progress:
        label, tone = WORDS[row.status]
        groups[row.section.group]["items"].append(
            {
                "label": row.section.title,
                "url": f"{base}{row.section.code}/",
                "note": row.hint[:40],
                "current": row.section.code == current,
                "state": {"label": label, "tone": tone},
            }
        )
    ready = all(row.status == "done" for row in progress)
    open_ = application.state in {"DRAFT", "RETURNED"}
    groups["promise"]["items"].append(
        {
            "label": "检查并提交",
            "url": f"{base}check/" if ready or not open_ else "",
            "note": "以上各项完成后可提交；提交即视为按时申报" if open_ else "查看已提交的内容",
            "current": current == "check",
            "state": {"label": "可以提交", "tone": "info"} if ready and open_ else {"label": "暂不能开始"},
        }
    )
    if application.state in GONE:
        groups["promise"]["items"][-1] |= {
            "note": "查看已填写的内容",
            "state": {"label": application.get_state_display(), "tone": "plain"},
        }
    elif not open_:
        groups["promise"]["items"][-1]["state"] = {"label": "已提交", "tone": "plain"}
    after = {
        "label": "打印、盖章、上传扫描件",
        "note": "一式两份，县区推荐前完成",
        "url": f"{base}#scan" if application.state in SENT else "",
        "state": {"label": "已上传", "tone": "plain"} if scan_done else {"label": "待办理", "tone": "wait"},
    }
    if application.state not in SENT:
        after["state"] = {"label": "已上传", "tone": "plain"} if scan_done else {"label": "暂不能开始"}
    return [*groups.values(), {"title": "四、提交之后", "items": [after]}]


def next_step(application: Application, progress: list[Progress]) -> str:
    """下一步：… in one line."""
    if application.state not in {"DRAFT", "RETURNED"}:
        return ""
    for status, verb in (("fix", "修改"), ("editing", "继续填写"), ("empty", "填写")):
        for row in progress:
            if row.status == status:
                return f"下一步：{verb}“{row.section.title}”"
    return "下一步：检查并提交"
