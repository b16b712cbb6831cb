"""Whose record of the library is whose: a body opens or claims its own, the county agrees or not."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import F

from demands import policies
from demands.models import Enterprise, RecordClaim
from demands.operations.history import SOURCE, change
from demands.queries.enterprises import STANDING, open_claim_of, record_of
from pilot_portal.accounts.actors import COUNTY, ENTERPRISE, Actor
from pilot_portal.accounts.models import Organisation
from pilot_portal.accounts.queries import recipients_in, recipients_of_region
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.common.text import clean, name_key
from pilot_portal.notifications.operations import tell

STATUS = RecordClaim.Status
GROUND = RecordClaim.Ground
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
    records = Enterprise.objects.filter(**STANDING)
    if body.credit_code and (found := records.filter(credit_code=body.credit_code).first()):
        return found, GROUND.CREDIT_CODE
    found = records.filter(region_id=body.region_id, name_key=name_key(body.name)).first()
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
        _join(enterprise, claim.organisation, by=by, at=at)
    tell(
        recipients_in([claim.organisation_id], set(ENTERPRISE), at),
        "县区已确认贵企业的认领，可以填报需求" if agree else "县区未确认贵企业的认领",
        key=f"record-claim:{claim.pk}:decided",
        at=at,
        body=note,
        path="/my/demands/",
    )


def _join(enterprise: Enterprise, body: Organisation, *, by: Actor, at: dt.datetime) -> None:
    """The record becomes the body's; a code that was missing comes from the body."""
    code = enterprise.credit_code or body.credit_code
    free = Enterprise.objects.filter(pk=enterprise.pk, organisation=None, **STANDING)
    try:
        with transaction.atomic():
            joined = free.update(organisation=body, credit_code=code, revision=F("revision") + 1)
    except IntegrityError as error:
        raise Refused("该信用代码已登记在另一条企业记录上，请先核实或合并两条记录。") from error
    if not joined:
        raise Stale("这家企业刚刚由其他账号登记。")
    told = {"organisation": ["", body.name]}
    if code != enterprise.credit_code:
        told["credit_code"] = [enterprise.credit_code or "", code]
    change(enterprise, told, SOURCE.CLAIM, by=by, at=at).save()
