"""What a demand says, row by row, for the pages of those who may read all of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q

from demands.models import Demand
from demands.queries.firms import CANDIDATES, SHORTEST_PART, SHOWN_DOUBLES
from demands.rules.doubles import alike, core_of
from demands.rules.draft import FEN_PER_WAN, FIELDS, PARTS, is_ticked
from demands.rules.rows import WARNINGS
from pilot_portal.codes.models import ServiceKind, Tier
from pilot_portal.codes.queries import labels
from pilot_portal.common import clock
from pilot_portal.common.errors import Problem
from pilot_portal.workflow.models import Entry
from pilot_portal.workflow.queries import trail

LABELS: dict[str, str] = {
    "kinds": "所需服务",
    "title": "需求标题",
    "present_tier": "企业现状",
    "situation": "现状和困难",
    "target_tier": "发展目标",
    "wish": "希望达到",
    "due_on": "希望完成日期",
    "budget": "预算（万元）",
    "pays_from_gains": "以转型收益支付",
    "contact": "企业联系人",
    "phone": "联系电话",
    "name_public": "公开企业名称",
}
LONG = frozenset({"situation", "wish"})
YES = {"pays_from_gains": ("希望", "未要求"), "name_public": ("同意公开", "不公开")}


@dataclass(frozen=True)
class FieldRow:
    """One row as components/field_row.html takes it."""

    label: str
    value: str
    long: bool = False
    note: str = ""
    problem: str = ""
    field: str = ""


@dataclass(frozen=True)
class PartRows:
    """One step with its rows."""

    part: str
    title: str
    rows: tuple[FieldRow, ...]


def code_labels() -> dict[str, dict[str, str]]:
    """Codes with their labels, of the fields that hold codes."""
    tiers = labels(Tier)
    return {"kinds": labels(ServiceKind), "present_tier": tiers, "target_tier": tiers}


def said(field: str, value: Any, names: Mapping[str, Mapping[str, str]]) -> str:
    """A value of a field in words; `names` are the labels of codes, by field."""
    if field in YES:
        return YES[field][0 if is_ticked(value) else 1]
    if field == "kinds":
        return "、".join(label for code, label in names[field].items() if code in value)
    return names[field].get(str(value), "") if field in names else str(value or "")


def draft_parts(
    raw: Mapping[str, Mapping[str, Any]],
    names: Mapping[str, Mapping[str, str]],
    problems: Sequence[Problem] = (),
) -> list[PartRows]:
    """The four steps as typed, each row with what is wrong with it."""
    wrong = {problem.field: problem.message for problem in problems}
    return [
        PartRows(
            part,
            title,
            tuple(
                FieldRow(
                    LABELS[field],
                    said(field, raw[part].get(field, ""), names),
                    long=field in LONG,
                    problem=wrong.get(field, ""),
                    field=field,
                )
                for field in FIELDS[part]
            ),
        )
        for part, title in PARTS.items()
    ]


def content_rows(demand: Demand) -> list[FieldRow]:
    """A submitted demand in the order of Attachment 4, and what the firm said beside it; no contacts."""
    kinds = sorted(demand.kinds.all(), key=lambda kind: kind.position)
    budget = "" if demand.budget_fen is None else f"{Decimal(demand.budget_fen) / FEN_PER_WAN:,.2f} 万元"
    rows = [
        FieldRow("所需服务", "、".join(kind.label for kind in kinds)),
        FieldRow(
            "企业现状",
            demand.present_tier.label if demand.present_tier else "",
            note=WARNINGS["status"] if "status" in demand.doubts else "",
        ),
        FieldRow(
            "发展目标",
            demand.target_tier.label if demand.target_tier else "",
            note=WARNINGS["target"] if "target" in demand.doubts else "",
        ),
    ]
    if demand.origin == Demand.Origin.ONLINE:
        due = demand.due_on
        rows += [
            FieldRow("需求标题", demand.title),
            FieldRow("现状和困难", demand.situation, long=True),
            FieldRow("希望达到", demand.wish, long=True),
            FieldRow("希望完成日期", f"{due.year}年{due.month}月{due.day}日" if due else ""),
            FieldRow("预算", budget),
            FieldRow("以转型收益支付", "希望" if demand.pays_from_gains else "未要求"),
        ]
    else:
        own = ((LABELS[name], getattr(demand, name)) for name in ("situation", "wish"))
        rows += [FieldRow(label, text, long=True) for label, text in own if text]
        rows.append(FieldRow("备注", demand.remark))
    rows.append(
        FieldRow("公开企业名称", "企业同意公开" if demand.name_public else "企业未同意，公开页隐去名称")
    )
    if demand.library_reason:
        rows.append(FieldRow("不在培育库的说明", demand.library_reason, long=True))
    return rows


def contact_rows(demand: Demand) -> list[FieldRow]:
    """Whom to ask; only for the firm, its county, the city, the auditor."""
    doubts = demand.doubts
    return [
        FieldRow("企业联系人", demand.contact, note=WARNINGS["contact"] if "contact" in doubts else ""),
        FieldRow("联系电话", demand.phone, note=WARNINGS["phone"] if "phone" in doubts else ""),
    ]


def last_note(demand: Demand, move: str) -> Entry | None:
    """The newest entry of a move, e.g. the note with which the demand was returned."""
    return trail("demands.demand", demand.pk).filter(move=move).order_by("-step").first()


@dataclass(frozen=True)
class Change:
    """One field that differs between two submissions, as components/diff.html takes it."""

    label: str
    before: str
    after: str


def _trail_value(field: str, value: Any, names: Mapping[str, Mapping[str, str]]) -> str:
    if field == "budget" and value not in (None, ""):
        return f"{Decimal(value) / FEN_PER_WAN:,.2f}"
    return said(field, value, names)


def changes_since_last(demand: Demand) -> tuple[list[Change], list[str]]:
    """What changed between the last two submissions, with the moments of both; empty at the first."""
    entries = list(trail("demands.demand", demand.pk).filter(move="submit").order_by("-step")[:2])
    if len(entries) < len(("before", "after")):
        return [], []
    names = code_labels()
    new, old = (entry.data.get("values", {}) for entry in entries)
    rows = []
    for field, label in LABELS.items():
        key = "budget_fen" if field == "budget" else field
        if key not in new or new.get(key) == old.get(key):
            continue
        rows.append(
            Change(
                label,
                _trail_value(field, old.get(key, ""), names),
                _trail_value(field, new.get(key, ""), names),
            )
        )
    moments = [f"{clock.beijing(entry.at):%Y-%m-%d %H:%M}" for entry in (entries[1], entries[0])]
    return rows, moments


@dataclass(frozen=True)
class Check:
    """What the system looked at; people judge (components/checks.html)."""

    tone: str
    text: str
    url: str = ""
    link_text: str = "查看"


def checks_of(demand: Demand, *, library_url: str = "") -> list[Check]:
    """What to look at before a demand is verified: library, contact, doubts of the row, likely doubles."""
    firm = demand.enterprise
    found = [
        Check("good", "企业在梯度培育库内", library_url)
        if firm.in_library
        else Check("warn", "企业不在梯度培育库，核实时须写明理由", library_url)
    ]
    found += [Check("warn", text) for text in _doubts(demand)]
    if not demand.doubts:
        found.append(Check("good", "联系人、电话和各栏均可识别"))
    if doubles := _told_doubles(demand):
        found.append(Check("warn", doubles))
    else:
        found.append(Check("good", "本批次各县市区没有同名或名称相近企业的其他需求"))
    if not firm.credit_code:
        found.append(Check("info", "企业库中没有统一社会信用代码，建议补登", library_url))
    return found


def warnings_of(demand: Demand) -> list[str]:
    """What a person must look at before a demand is verified among many: doubts, likely doubles."""
    return [*_doubts(demand), *filter(None, [_told_doubles(demand)])]


def _doubts(demand: Demand) -> list[str]:
    return [f"导入时有疑问：{WARNINGS.get(name, name)}" for name in demand.doubts]


def _told_doubles(demand: Demand) -> str:
    doubles = "、".join(f"{number}（{county}，{name}）" for number, county, name in _doubles(demand))
    return f"本批次同名或名称相近的企业还有需求 {doubles}，请确认不是重复" if doubles else ""


def _doubles(demand: Demand) -> list[tuple[str, str, str]]:
    """Number, county and name of the round's other demands whose firm may be the same, in all counties."""
    name = demand.enterprise.name
    core = core_of(name)
    near = Q(enterprise__name_key__contains=core[:SHORTEST_PART])
    near |= Q(enterprise__name_key__contains=core[-SHORTEST_PART:])
    others = (
        Demand.objects.filter(near, round_id=demand.round_id)
        .exclude(pk=demand.pk)
        .exclude(number=None)
        .exclude(state__in=[Demand.State.DRAFT, Demand.State.WITHDRAWN, Demand.State.REFUSED])
        .order_by("number")
        .values_list("number", "region__name", "enterprise__name")[:CANDIDATES]
    )
    return [row for row in others if alike(name, row[2])][:SHOWN_DOUBLES]
