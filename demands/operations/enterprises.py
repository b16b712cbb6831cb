"""The enterprise library: whose record is whose, what the county keeps in it, inviting a firm."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.db import IntegrityError, transaction

from demands import policies
from demands.models import Demand, Enterprise, RecordClaim
from demands.queries.enterprises import open_claim_of, record_of
from pilot_portal.accounts.actors import COUNTY, ENTERPRISE, Actor
from pilot_portal.accounts.models import Invitation, Organisation, Role
from pilot_portal.accounts.operations import invite
from pilot_portal.accounts.queries import recipients_in, recipients_of_region
from pilot_portal.codes.models import Chain
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.common.text import check_credit_code, clean, name_key, normalise_phone
from pilot_portal.notifications.operations import tell

STATUS = RecordClaim.Status
GROUND = RecordClaim.Ground
MOBILE = re.compile(r"1[3-9]\d{9}")
NOTE_LENGTH = 300


@transaction.atomic
def open_record(*, by: Actor, at: dt.datetime) -> Enterprise | RecordClaim:
    """Join the actor's body to its record of the library.

    No record bears its credit code or its name in the county: a new one is made from the registration and is
    the body's at once. One does: the county is asked, and the body learns nothing of it before.
    Raises NotAllowed for anyone but an enterprise, Refused without a county or where the record is another's.
    """
    body = by.organisation
    if not by.is_enterprise or body is None:
        raise NotAllowed("只有企业账号可以登记企业信息。")
    if own := record_of(body):
        return own
    if asked := open_claim_of(body):
        return asked
    if body.region is None:
        raise Refused("账号没有所在县市区，请联系县市区工信部门补登。")
    found, ground = _record_for(body)
    if found is None:
        return _new_record(body, at)
    if found.organisation_id is not None:
        raise Refused("这家企业已由其他账号登记，请联系所在县市区工信部门核实。")
    claim = RecordClaim.objects.create(
        enterprise=found, organisation=body, ground=ground, asked_by_id=by.user_id, asked_at=at
    )
    tell(
        recipients_of_region(found.region_id, set(COUNTY), at),
        f"{body.name}申请认领企业库记录",
        key=f"record-claim:{claim.pk}",
        at=at,
        path="/desk/county/enterprises/",
    )
    return claim


def _record_for(body: Organisation) -> tuple[Enterprise | None, str]:
    if body.credit_code and (found := Enterprise.objects.filter(credit_code=body.credit_code).first()):
        return found, GROUND.CREDIT_CODE
    found = Enterprise.objects.filter(region_id=body.region_id, name_key=name_key(body.name)).first()
    return found, GROUND.NAME


def _new_record(body: Organisation, at: dt.datetime) -> Enterprise:
    try:
        with transaction.atomic():
            return Enterprise.objects.create(
                name=body.name,
                name_key=name_key(body.name),
                credit_code=body.credit_code,
                region_id=body.region_id,
                organisation=body,
                legal_representative=body.legal_representative,
                created_at=at,
            )
    except IntegrityError as error:
        raise Stale("企业信息刚刚被登记，请刷新后再试。") from error


@transaction.atomic
def decide_record_claim(
    claim: RecordClaim, *, agree: bool, by: Actor, at: dt.datetime, note: str = ""
) -> None:
    """The county says whether the body is the firm of the record; agreed, the record becomes the body's.

    Raises NotAllowed for anyone but the county, Refused when it denies without a reason, Stale where somebody
    decided already or the record found another body meanwhile.
    """
    enterprise = claim.enterprise
    if not policies.keeps_record(by, enterprise):
        raise NotAllowed("只有企业所在县市区工信部门可以确认。")
    note = clean(note)
    if not agree and not note:
        raise Refused("不予确认须写明理由。", [Problem("请写明理由，企业会看到这段文字。", field="note")])
    if len(note) > NOTE_LENGTH:
        text = f"理由不能超过 {NOTE_LENGTH} 字。"
        raise Refused(text, [Problem(text, field="note")])
    won = RecordClaim.objects.filter(pk=claim.pk, status=STATUS.OPEN).update(
        status=STATUS.AGREED if agree else STATUS.DENIED,
        note=note,
        decided_by_id=by.user_id,
        decided_at=at,
    )
    if not won:
        raise Stale("这项认领已由同事办理。")
    if agree:
        body = claim.organisation
        code = enterprise.credit_code or body.credit_code
        joined = Enterprise.objects.filter(pk=enterprise.pk, organisation=None).update(
            organisation=body, credit_code=code
        )
        if not joined:
            raise Stale("这家企业刚刚由其他账号登记。")
    tell(
        recipients_in([claim.organisation_id], set(ENTERPRISE), at),
        "县区已确认贵企业的认领，可以填报需求" if agree else "县区未确认贵企业的认领",
        key=f"record-claim:{claim.pk}:decided",
        at=at,
        body=note,
        path="/my/demands/",
    )


KEPT = ("size", "size_year", "industry", "is_manufacturing", "in_library", "name_public", "name_public_proof")
READERS: dict[str, Callable[[str], str]] = {
    "name": clean,
    "contact": clean,
    "legal_representative": clean,
    "phone": lambda typed: normalise_phone(typed) if typed else "",
    "credit_code": lambda typed: check_credit_code(typed) if typed else "",
}


def _read_record(data: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """The columns that a form of the record changes, and what is wrong with it."""
    changes: dict[str, Any] = {key: data[key] for key in KEPT if key in data}
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
def save_record(enterprise: Enterprise, data: Mapping[str, Any], *, by: Actor, at: dt.datetime) -> None:
    """The county keeps a firm's record: name, code, chain, contacts, size, library, consent with its proof.

    Keys left out of `data` stay as they are. Raises NotAllowed for anyone but the county, Refused with all
    problems: a wrong code or phone, a double name, a consent without proof.
    """
    if not policies.keeps_record(by, enterprise):
        raise NotAllowed("只有企业所在县市区工信部门可以修改企业库。")
    changes, problems = _read_record(data)
    if problems:
        raise Refused(f"有 {len(problems)} 处需要修改。", problems)
    try:
        with transaction.atomic():
            Enterprise.objects.filter(pk=enterprise.pk).update(**changes)
    except IntegrityError as error:
        raise Refused(
            "本县市区已有同名企业，或统一社会信用代码已被登记。",
            [Problem("请核对名称和代码。", field="name")],
        ) from error
    if "name_public" in changes:
        # The consent of the record holds for demands that the firm did not write itself.
        Demand.objects.filter(enterprise=enterprise, origin=Demand.Origin.IMPORT, published_at=None).update(
            name_public=changes["name_public"]
        )


@transaction.atomic
def body_of(enterprise: Enterprise, *, by: Actor, at: dt.datetime) -> Organisation:
    """The body of a firm's record; one without gets it now, so that the county can invite its people.

    Raises NotAllowed for anyone but the county, Refused where another body already bears the credit code.
    """
    if not policies.keeps_record(by, enterprise):
        raise NotAllowed("只有企业所在县市区工信部门可以邀请企业。")
    if enterprise.organisation is not None:
        return enterprise.organisation
    kind = Organisation.Kind.ENTERPRISE
    try:
        with transaction.atomic():
            body = Organisation.objects.create(
                kind=kind,
                name=enterprise.name,
                name_key=enterprise.name_key,
                credit_code=enterprise.credit_code,
                legal_representative=enterprise.legal_representative,
                region=enterprise.region,
            )
    except IntegrityError as error:
        raise Refused("这家企业已自行注册账号，请在认领申请中确认。") from error
    if not Enterprise.objects.filter(pk=enterprise.pk, organisation=None).update(organisation=body):
        raise Stale("这家企业刚刚由其他账号登记，请刷新后再看。")
    enterprise.organisation = body
    return body


@transaction.atomic
def invite_enterprise(enterprise: Enterprise, *, by: Actor, at: dt.datetime) -> Invitation:
    """Invite the firm's contact to become its administrator: a link and a short code to be handed out.

    Leaves a body for the firm where it had none. Raises NotAllowed for anyone but the county, Refused as
    `body_of` does.
    """
    body = body_of(enterprise, by=by, at=at)
    mobile = enterprise.phone if MOBILE.fullmatch(enterprise.phone) else ""
    return invite(body, Role.ENTERPRISE_ADMIN, by=by, at=at, name=enterprise.contact, mobile=mobile)
