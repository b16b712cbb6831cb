"""Inviting firms: a body for a record that has none, a link and a short code to hand out."""

import datetime as dt
import re

from django.db import IntegrityError, transaction

from demands import policies
from demands.models import Enterprise
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import Invitation, Organisation, Role
from pilot_portal.accounts.operations import invite
from pilot_portal.common.errors import NotAllowed, Refused, Stale

MOBILE = re.compile(r"1[3-9]\d{9}")


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
