"""What the county keeps of a firm: its record, its dated titles; every change has its line of history."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from demands import policies
from demands.models import Enterprise, Title
from demands.operations.history import SOURCE, change, differences, pass_consent_on, values_of
from demands.queries.enterprises import STANDING
from demands.rules.titles import expiry_of
from pilot_portal.accounts.actors import Actor
from pilot_portal.codes.models import Chain, Tier
from pilot_portal.common.clock import BEIJING
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.common.text import check_credit_code, clean, name_key, normalise_phone

TAKEN = (
    *("size", "size_year", "industry", "is_manufacturing", "is_above_scale", "above_scale_since"),
    *("in_library", "name_public", "name_public_proof"),
)
READERS: dict[str, Callable[[str], str]] = {
    "name": clean,
    "contact": clean,
    "key_link": clean,
    "legal_representative": clean,
    "phone": lambda typed: normalise_phone(typed) if typed else "",
    "credit_code": lambda typed: check_credit_code(typed) if typed else "",
}


def _read_record(data: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """The columns that a form of the record changes, and what is wrong with it."""
    changes: dict[str, Any] = {key: data[key] for key in TAKEN if key in data}
    problems: list[Problem] = []
    for field, read in READERS.items():
        if field in data:
            try:
                changes[field] = read(str(data[field] or "").strip())
            except Refused as refusal:
                problems.append(Problem(refusal.message, field=field))
    if "credit_code" in changes:
        changes["credit_code"] = changes["credit_code"] or None
    if "chain" in data:
        changes["chain"] = Chain.objects.filter(code=data["chain"]).first()
    if "name" in changes:
        changes["name_key"] = name_key(changes["name"])
        if not changes["name"]:
            problems.append(Problem("请填写企业名称。", field="name"))
    if changes.get("name_public") and not str(changes.get("name_public_proof", "")).strip():
        problems.append(Problem("请填写企业同意公开名称的依据（如授权书）。", field="name_public_proof"))
    return changes, problems


@transaction.atomic
def save_record(
    enterprise: Enterprise, data: Mapping[str, Any], *, revision: int, by: Actor, at: dt.datetime
) -> None:
    """The county keeps a firm's record: name, code, chain, contacts, size, library, consent with its proof.

    Keys left out of `data` stay as they are; what changed is written into the history. Raises NotAllowed for
    anyone but the county, Refused with all problems (a wrong code or phone, a double name, a consent without
    proof), Stale where the record was changed since `revision`.
    """
    if not policies.keeps_record(by, enterprise):
        raise NotAllowed("只有企业所在县市区工信部门可以修改企业库。")
    changes, problems = _read_record(data)
    if problems:
        raise Refused(f"有 {len(problems)} 处需要修改。", problems)
    before = values_of(enterprise)
    seen = Enterprise.objects.filter(pk=enterprise.pk, revision=revision, **STANDING)
    try:
        with transaction.atomic():
            won = seen.update(revision=F("revision") + 1, **changes)
    except IntegrityError as error:
        raise Refused(
            "本县市区已有同名企业，或统一社会信用代码已被登记。",
            [Problem("请核对名称和代码。", field="name")],
        ) from error
    if not won:
        raise Stale("这家企业的信息刚刚被修改过，请核对变更记录；再次保存将以您填写的内容为准。")
    for name, value in changes.items():
        setattr(enterprise, name, value)
    if differs := differences(before, values_of(enterprise)):
        change(enterprise, differs, SOURCE.RECORD, by=by, at=at).save()
    if "name_public" in changes:
        pass_consent_on([enterprise])


@dataclass(frozen=True)
class TitleGiven:
    """A title as the county enters it: code of the tier, days (Beijing), rule and proof."""

    tier: str
    granted_on: dt.date | None
    expires_on: dt.date | None = None
    rule_version: str = ""
    evidence: str = ""


@transaction.atomic
def grant_title(enterprise: Enterprise, given: TitleGiven, *, by: Actor, at: dt.datetime) -> Title:
    """Add a dated title to a firm; without an end it holds three years. The history is told.

    Raises NotAllowed for anyone but the county, Refused with all problems, Stale where it is there already.
    """
    if not policies.keeps_record(by, enterprise):
        raise NotAllowed("只有企业所在县市区工信部门可以修改企业库。")
    tier = Tier.objects.filter(code=given.tier).first()
    problems = [] if tier else [Problem("请选择称号。", field="tier")]
    if given.granted_on is None:
        problems.append(Problem("请填写认定日期。", field="granted_on"))
    elif given.granted_on > at.astimezone(BEIJING).date():
        problems.append(Problem("认定日期不能晚于今天。", field="granted_on"))
    if given.granted_on and given.expires_on and given.expires_on < given.granted_on:
        problems.append(Problem("有效期不能早于认定日期。", field="expires_on"))
    if problems or tier is None or given.granted_on is None:
        raise Refused(f"有 {len(problems)} 处需要修改。", problems)
    try:
        with transaction.atomic():
            title = Title.objects.create(
                enterprise=enterprise,
                tier=tier,
                granted_on=given.granted_on,
                expires_on=given.expires_on or expiry_of(given.granted_on),
                rule_version=clean(given.rule_version),
                evidence=clean(given.evidence),
            )
    except IntegrityError as error:
        raise Stale("这项称号已登记过。") from error
    told = {"title": ["", f"{tier.label} {given.granted_on:%Y-%m-%d}"]}
    change(enterprise, told, SOURCE.TITLE, by=by, at=at).save()
    return title


@transaction.atomic
def revoke_title(title: Title, *, on: dt.date, note: str, by: Actor, at: dt.datetime) -> None:
    """A title was taken away from a firm on a day; it stays in the record with that day and the reason.

    Raises NotAllowed for anyone but the county, Refused without a reason or for a day before it was granted,
    Stale where it is revoked already.
    """
    enterprise = title.enterprise
    if not policies.keeps_record(by, enterprise):
        raise NotAllowed("只有企业所在县市区工信部门可以修改企业库。")
    note = clean(note)
    if not note:
        raise Refused("请写明撤销称号的依据。", [Problem("请写明依据（如文号）。", field="note")])
    if title.granted_on and on < title.granted_on:
        raise Refused("撤销日期不能早于认定日期。", [Problem("请核对日期。", field="on")])
    if not Title.objects.filter(pk=title.pk, revoked_on=None).update(revoked_on=on):
        raise Stale("这项称号已撤销。")
    told = {"title": [f"{title.tier.label}", f"{on:%Y-%m-%d} 撤销"]}
    change(enterprise, told, SOURCE.TITLE, by=by, at=at, note=note).save()
