"""Inviting firms: a body for a record that has none, a link and a short code, slips for many at once."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from demands import policies
from demands.models import Enterprise, SlipSheet
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import Invitation, Organisation, Role
from pilot_portal.accounts.operations import invite
from pilot_portal.common import clock
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


MOST_SLIPS = 200


@dataclass(frozen=True)
class Invited:
    """What became of a batch of invitations: the sheet of slips, and the firms left out with the reason."""

    sheet: SlipSheet
    left_out: tuple[tuple[str, str], ...]


@transaction.atomic
def make_slips(enterprises: Sequence[Enterprise], *, by: Actor, at: dt.datetime) -> Invited:
    """Invite many firms at once: a numbered sheet of slips to print, cut and hand out (domain.md §6).

    An invitation of a firm that is still open is printed again instead of a second one. A firm that cannot be
    invited is left out with its reason. Raises NotAllowed for anyone but the county, Refused for none or more
    than 200 firms or where none can be invited.
    """
    if not 0 < len(enterprises) <= MOST_SLIPS:
        raise Refused(f"请选择 1 至 {MOST_SLIPS} 家企业。")
    region = enterprises[0].region
    invitations, left_out = [], []
    opened = _open_invitations(enterprises, at)
    for firm in enterprises:
        if not policies.keeps_record(by, firm):
            raise NotAllowed("只有企业所在县市区工信部门可以邀请企业。")
        found = opened.get(firm.organisation_id or 0)
        if found is None:
            try:
                with transaction.atomic():
                    found = invite_enterprise(firm, by=by, at=at)
            except Refused as refusal:
                left_out.append((firm.name, refusal.message))
                continue
        invitations.append((firm, found))
    if not invitations:
        raise Refused("所选企业都不能邀请：" + "；".join(f"{name}：{why}" for name, why in left_out[:3]))
    day = f"{clock.beijing(at):%Y%m%d}"
    same = SlipSheet.objects.filter(region=region, number__startswith=f"{region.code}-{day}-").count()
    try:
        with transaction.atomic():
            sheet = SlipSheet.objects.create(
                region=region,
                number=f"{region.code}-{day}-{same + 1:02d}",
                data={"slips": [[firm.name, invitation.pk] for firm, invitation in invitations]},
                made_by_id=by.user_id,
                made_at=at,
            )
    except IntegrityError as error:
        raise Stale("同事刚刚生成了另一份邀请单，请再试一次。") from error
    sheet.invitations.set([invitation for _, invitation in invitations])
    return Invited(sheet, tuple(left_out))


def _open_invitations(enterprises: Sequence[Enterprise], at: dt.datetime) -> dict[int, Invitation]:
    """The newest invitation of each firm's body that can still be used."""
    bodies = [firm.organisation_id for firm in enterprises if firm.organisation_id]
    found = Invitation.objects.filter(
        organisation_id__in=bodies,
        role=Role.ENTERPRISE_ADMIN,
        spent_at=None,
        expires_at__gt=at,
        is_agent=False,
    )
    return {invitation.organisation_id: invitation for invitation in found.order_by("pk")}
