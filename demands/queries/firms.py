"""The records of a county as rows of a library are compared with them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from demands.models import Enterprise, EnterpriseChange, EnterpriseMerge, ImportBatch, Title
from demands.queries.enterprises import STANDING
from demands.queries.imports import Judging, Verdict
from demands.rules.doubles import alike, core_of
from demands.rules.firms import CREATED, NAMED, FirmRecord, KnownFirms, LibraryJudge, library_row_of
from demands.rules.library import LibraryRow
from demands.rules.rows import CONFIRMED
from demands.rules.titles import holding, present_tier
from pilot_portal.codes.models import Chain, Tier
from pilot_portal.codes.queries import labels
from pilot_portal.common import clock
from pilot_portal.common.clock import BEIJING
from pilot_portal.common.text import name_key

COLUMNS = (
    *("credit_code", "legal_representative", "key_link", "industry", "is_manufacturing", "is_above_scale"),
    *("contact", "phone", "in_library", "name_public", "name_public_proof"),
)


def known_firms_of(region_id: int, *, among: Q | None = None) -> KnownFirms:
    """A county's records by name and code, and the codes that other counties' firms bear. Three queries.

    `among` asks for a part of the county's records alone, without the other counties.
    """
    firms = Enterprise.objects.filter(region_id=region_id, **STANDING)
    others = Enterprise.objects.filter(credit_code__isnull=False, **STANDING).exclude(region=region_id)
    # Also those that were revoked: the same title of the same day is not granted twice.
    titles = Title.objects.filter(enterprise__region_id=region_id)
    if among is not None:
        firms, others = firms.filter(among), others.none()
        titles = titles.filter(enterprise__in=firms.values("pk"))
    held: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for firm, tier, granted in titles.values_list("enterprise_id", "tier__code", "granted_on"):
        held[firm].add((tier, granted.isoformat() if granted else ""))
    records = [_record(firm, frozenset(held[firm.pk])) for firm in firms.select_related("chain")]
    return KnownFirms(
        by_name={found.values["name_key"]: found for found in records},
        by_code={code: found for found in records if (code := found.values["credit_code"])},
        elsewhere=dict(others.values_list("credit_code", "region__name")),
    )


def codes_elsewhere(region_id: int, codes: Collection[str]) -> dict[str, str]:
    """Which of these credit codes a firm of another county bears: code → county."""
    firms = Enterprise.objects.filter(credit_code__in=[code for code in codes if code], **STANDING)
    return dict(firms.exclude(region=region_id).values_list("credit_code", "region__name"))


def doubles_of(region_id: int, row: LibraryRow) -> list[Enterprise]:
    """A county's records that may be the firm of a row: by code, by name, a name alike, the same phone."""
    firms = Enterprise.objects.filter(region_id=region_id, **STANDING)
    same = Q(name_key=name_key(row.company))
    if row.code:
        same |= Q(credit_code=row.code)
    found = list(firms.filter(same).order_by("pk"))
    firm = Enterprise(name=row.company, credit_code=row.code or None, phone=row.phone)
    held = {other.pk for other in found}
    return [*found, *(other for other in likely_doubles(firm, firms) if other.pk not in held)]


def _record(firm: Enterprise, titles: frozenset[tuple[str, str]]) -> FirmRecord:
    values: dict[str, Any] = {name: getattr(firm, name) for name in (*COLUMNS, "name", "name_key")}
    values["chain"] = firm.chain.label if firm.chain else ""
    values["size"] = firm.get_size_display() if firm.size else ""
    values["above_scale_since"] = firm.above_scale_since.isoformat() if firm.above_scale_since else ""
    return FirmRecord(firm.pk, firm.name, values, firm.organisation_id is not None, titles)


def judge_library(batch: ImportBatch, *, keys: Collection[str] | None = None) -> Judging:
    """Judges rows of a library by the records as they stand now, in the order in which they are given."""
    today = clock.now().astimezone(BEIJING).date()
    judge = LibraryJudge(batch.region.name, known_firms_of(batch.region_id), today)

    def judging(sheet: str, data: Mapping[str, Any], edits: Mapping[str, Any]) -> Verdict:
        judged = judge(sheet, library_row_of(data, edits), confirmed=bool(edits.get(CONFIRMED)))
        return Verdict(judged.level, judged.notes, judged.key)

    return judging


def titles_of(firm: Enterprise) -> list[Title]:
    """Every title of a firm, the newest first, also those that no longer hold."""
    return list(Title.objects.filter(enterprise=firm).select_related("tier").order_by("-granted_on", "-pk"))


def tiers_of(firms: Collection[Enterprise], day: dt.date) -> dict[int, str]:
    """The present tier of each firm that has one, as a label: titles that have ended drop out by the day."""
    held: dict[int, list[tuple[str, dt.date | None, dt.date | None]]] = defaultdict(list)
    rows = Title.objects.filter(enterprise__in=firms)
    for pk, code, expires, revoked in rows.values_list(
        "enterprise_id", "tier__code", "expires_on", "revoked_on"
    ):
        held[pk].append((code, expires, revoked))
    names = labels(Tier)
    present = {pk: present_tier(holding(titles, day)) for pk, titles in held.items()}
    return {pk: names[code] for pk, code in present.items() if code}


def holding_tier(firms: QuerySet[Enterprise], code: str, day: dt.date) -> QuerySet[Enterprise]:
    """Firms that hold a title of a tier on a day."""
    return firms.filter(pk__in=_valid(day).filter(tier__code=code).values("enterprise_id"))


def ending(firms: QuerySet[Enterprise], *, day: dt.date, within: dt.timedelta) -> QuerySet[Enterprise]:
    """Firms with a title that ends within a time after the day."""
    soon = _valid(day).filter(expires_on__lte=day + within)
    return firms.filter(pk__in=soon.values("enterprise_id"))


def ended(firms: QuerySet[Enterprise], day: dt.date) -> QuerySet[Enterprise]:
    """Firms that held titles, none of which holds on the day any more."""
    had = Title.objects.values("enterprise_id")
    return firms.filter(pk__in=had).exclude(pk__in=_valid(day).values("enterprise_id"))


def _valid(day: dt.date) -> QuerySet[Title]:
    running = Q(expires_on=None) | Q(expires_on__gte=day)
    return Title.objects.filter(running).filter(Q(revoked_on=None) | Q(revoked_on__gt=day))


CANDIDATES = 300
SHOWN_DOUBLES = 5
SHORTEST_PART = 3


def likely_doubles(firm: Enterprise, firms: QuerySet[Enterprise]) -> list[Enterprise]:
    """Records among `firms` that may be the same firm: a name alike, or the same phone."""
    core = core_of(firm.name)
    near = Q(name_key__contains=core[:SHORTEST_PART]) | Q(name_key__contains=core[-SHORTEST_PART:])
    if firm.phone:
        near |= Q(phone=firm.phone)
    others = firms.filter(near).exclude(pk=firm.pk).order_by("pk")[:CANDIDATES]
    found = [other for other in others if alike(firm.name, other.name) or _same_phone(firm, other)]
    return [other for other in found if not are_two(firm, other)][:SHOWN_DOUBLES]


def are_two(firm: Enterprise, other: Enterprise) -> bool:
    """Whether two records bear different credit codes: then they are two firms, however alike the names."""
    return bool(firm.credit_code and other.credit_code) and firm.credit_code != other.credit_code


def _same_phone(firm: Enterprise, other: Enterprise) -> bool:
    return bool(firm.phone) and firm.phone == other.phone


@dataclass(frozen=True)
class ChangeLine:
    """One line of a firm's history in words."""

    label: str
    at: dt.datetime
    actor_display: str
    note: str
    tone: str = ""


HISTORY_LINES = 50


def history_of(firm: Enterprise) -> list[ChangeLine]:
    """The newest changes of a record, as components/timeline.html takes them."""
    rows = EnterpriseChange.objects.filter(enterprise=firm).select_related("by", "batch").order_by("-pk")
    chains = labels(Chain)
    return [
        ChangeLine(
            label=row.get_source_display() + (f"（{row.batch.file_name}）" if row.batch else ""),
            at=row.at,
            actor_display=row.by.name if row.by else "系统",
            note="；".join([*_told(row.changes, chains), *([row.note] if row.note else [])]),
            tone="back" if row.source == EnterpriseChange.Source.UNDO else "",
        )
        for row in rows[:HISTORY_LINES]
    ]


def _told(changes: Mapping[str, Any], chains: Mapping[str, str]) -> list[str]:
    names = NAMED | {"title": "称号", "merge": "并入本记录", "merged_into": "并入"}
    told = []
    for name, (before, after) in changes.items():
        if name in names:
            former = "" if before in ("", None) else f"{_said(name, before, chains)} → "
            told.append(f"{names[name]}：{former}{_said(name, after, chains)}")
    return ["新建记录", *told] if CREATED in changes else told


def _said(name: str, value: Any, chains: Mapping[str, str]) -> str:
    if value in ("", None):
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if name == "chain":
        return chains.get(value, value)
    return dict(Enterprise.Size.choices).get(value, str(value)) if name == "size" else str(value)


def merges_into(firm: Enterprise) -> list[EnterpriseMerge]:
    """The records that were merged into this one and still are."""
    merges = EnterpriseMerge.objects.filter(kept=firm, undone_at=None).select_related("merged", "kept", "by")
    return list(merges.order_by("-pk"))
