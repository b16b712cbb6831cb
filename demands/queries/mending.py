"""A demand that the county entered itself, as it may put it right; what first stood there."""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from demands.models import Demand, DraftPart, Enterprise, ImportRow
from demands.queries.content import LABELS, Change, code_labels, said
from demands.queries.enterprises import with_accounts
from demands.queries.imports import rows_of
from demands.rules.words import KIND_CODES, TIER_CODES

STATE = Demand.State
MENDABLE = frozenset({STATE.SUBMITTED, STATE.RETURNED})
NAMES = LABELS | {"remark": "备注"}
_ROW = re.compile(r"第 (\d+) 行$")


def why_not_mendable(demand: Demand, at: dt.datetime) -> str:
    """Why the county cannot put the demand right itself, in words; empty where it can."""
    if demand.origin == Demand.Origin.ONLINE:
        return "这项需求由企业自己填报，请退回企业修改。"
    if demand.state not in MENDABLE:
        return f"需求目前为“{STATE(demand.state).label}”，核实前才能更正。"
    firms = with_accounts(Enterprise.objects.filter(pk=demand.enterprise_id), at)
    if firms.filter(has_account=True).exists():
        return "企业已开通账号，请退回企业，由企业自己修改。"
    if DraftPart.objects.filter(demand=demand).exists():
        return "企业已自己修改过这项需求，请退回企业修改。"
    return ""


@dataclass(frozen=True)
class Standing:
    """What stands in a demand, in the words of the form; `codes` of the words of each list.

    `also` are words that stand now and that Attachment 4 does not offer.
    """

    words: dict[str, Any]
    codes: dict[str, dict[str, str]]
    also: dict[str, list[str]] = field(default_factory=dict)


def standing_of(demand: Demand) -> Standing:
    """The demand as the form of a row shows it."""
    kinds = {code: word for word, code in KIND_CODES.items()}
    tiers = {code: word for word, code in TIER_CODES.items()}
    own_kinds = sorted(demand.kinds.all(), key=lambda kind: kind.position)
    own_tiers = [tier for tier in (demand.present_tier, demand.target_tier) if tier]
    other_kinds = {kind.code: kind.label for kind in own_kinds if kind.code not in kinds}
    other_tiers = {tier.code: tier.label for tier in own_tiers if tier.code not in tiers}
    kinds |= other_kinds
    tiers |= other_tiers
    held = {kind.code for kind in own_kinds}
    words: dict[str, Any] = {
        "services": [word for code, word in kinds.items() if code in held],
        "status": tiers[demand.present_tier.code] if demand.present_tier else "",
        "target": tiers[demand.target_tier.code] if demand.target_tier else "",
        "contact": demand.contact,
        "phone": demand.phone,
        "remark": demand.remark,
    }
    if demand.origin == Demand.Origin.PAPER:
        words |= {"situation": demand.situation, "wish": demand.wish}
    by_word = {word: code for code, word in tiers.items()}
    return Standing(
        words,
        {"services": {word: code for code, word in kinds.items()}, "status": by_word, "target": by_word},
        {
            "services": list(other_kinds.values()),
            "status": list(other_tiers.values()),
            "target": list(other_tiers.values()),
        },
    )


def columns_now(demand: Demand) -> dict[str, Any]:
    """The columns that may be put right, as `as_received` keeps them: codes and texts."""
    return {
        "kinds": [kind.code for kind in sorted(demand.kinds.all(), key=lambda kind: kind.position)],
        "present_tier": demand.present_tier.code if demand.present_tier else "",
        "target_tier": demand.target_tier.code if demand.target_tier else "",
        **{name: getattr(demand, name) for name in ("contact", "phone", "remark", "situation", "wish")},
    }


def mended_rows(demand: Demand) -> list[Change]:
    """What the county put right: what first stood there beside what stands now."""
    if not demand.as_received:
        return []
    names, now = code_labels(), columns_now(demand)
    return [
        Change(NAMES[column], said(column, before, names), said(column, now[column], names))
        for column, before in demand.as_received.items()
        if before != now[column]
    ]


def row_behind(demand: Demand) -> ImportRow | None:
    """The row of the county's sheet that the demand was made of; none for a paper demand."""
    found = _ROW.search(demand.source_row)
    if demand.batch is None or found is None:
        return None
    rows = rows_of(demand.batch).filter(row=int(found[1]))
    return next((row for row in rows if str(row)[:60] == demand.source_row), None)
