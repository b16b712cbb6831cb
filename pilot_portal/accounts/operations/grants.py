"""Accounts of public bodies: one asks, another approves; the first ones of an empty portal."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import Q

from pilot_portal.accounts import policies
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import Grant, Invitation, Membership, Organisation, Role
from pilot_portal.accounts.operations.people import PUBLIC_BODIES, ROLES_OF, make_invitation
from pilot_portal.accounts.queries import recipients_of_city
from pilot_portal.accounts.workflow import GRANT
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.common.text import clean, name_key, normalise_mobile
from pilot_portal.notifications.operations import tell
from pilot_portal.regions.queries import active_regions

CITY_NAME = "市工业和信息化局中小企业科"


@transaction.atomic
def request_grant(
    organisation: Organisation,
    role: str,
    *,
    name: str,
    mobile: str,
    deputy_until: dt.date | None = None,
    deputy_order: str = "",
    by: Actor,
    at: dt.datetime,
) -> Grant:
    """Ask for a role in a county bureau or in the city; the chief, another person, approves (domain.md §1).

    A deputy (代理) is named with his last day and the order's number. Raises NotAllowed, Refused with a
    problem per field, Stale when the same is waiting already.
    """
    if by.user is None or not policies.may_request(by):
        raise NotAllowed("只有系统管理员可以申请工信部门的账号。")
    problems = []
    if organisation.kind not in PUBLIC_BODIES or role not in ROLES_OF[organisation.kind]:
        problems.append(Problem("该单位没有这种身份，请重新选择。", field="role"))
    if (deputy_until is None) != (not deputy_order.strip()):
        problems.append(Problem("代理须同时填写截止日期和文号。", field="deputy_order"))
    if deputy_until is not None and clock.end_of_day(deputy_until) <= at:
        problems.append(Problem("代理截止日期已过。", field="deputy_until"))
    if problems:
        raise Refused("申请没有提交，请修改后再提交。", problems)
    grant = Grant(
        organisation=organisation,
        role=role,
        name=clean(name),
        mobile=normalise_mobile(mobile),
        ends_at=clock.end_of_day(deputy_until) if deputy_until else None,
        deputy_order=clean(deputy_order),
        requested_by=by.user,
        requested_at=at,
    )
    try:
        with transaction.atomic():
            GRANT.start(grant, by=by, at=at)
    except IntegrityError as error:
        raise Stale("同样的申请已在等待批准。") from error
    chiefs = recipients_of_city({Role.CITY_CHIEF}, at)
    tell(chiefs, f"账号授权待批准：{grant}", key=f"grant:{grant.pk}", at=at, path="/accounts/staff/")
    return grant


@transaction.atomic
def approve_grant(grant: Grant, *, by: Actor, at: dt.datetime) -> Invitation:
    """Approve a grant: leaves an invitation whose slip the applicant hands over. Raises NotAllowed, Stale."""
    if by.user is None:
        raise NotAllowed("请先登录。")
    made = make_invitation(grant.organisation, grant.role, grant.name, grant.mobile, by=by.user, at=at)
    GRANT.move(grant, "approve", by=by, at=at, invitation=made)
    _tell_applicant(grant, "账号授权已批准，请把邀请码交给本人", at=at)
    return made


@transaction.atomic
def refuse_grant(grant: Grant, *, note: str, by: Actor, at: dt.datetime) -> None:
    """Refuse a grant with the reason."""
    GRANT.move(grant, "refuse", by=by, at=at, note=note)
    _tell_applicant(grant, "账号授权未获批准", at=at)


@transaction.atomic
def withdraw_grant(grant: Grant, *, by: Actor, at: dt.datetime) -> None:
    """Take back what was asked for."""
    GRANT.move(grant, "withdraw", by=by, at=at)


@transaction.atomic
def found(people: dict[str, tuple[str, str]], *, at: dt.datetime) -> list[Invitation]:
    """Lay the ground of an empty portal: the city, its county bureaus, an invitation for each first person.

    Args:
        people: role (city_chief, sysadmin) → name and mobile number.
        at: the moment.

    Raises Stale once somebody holds one of the roles: from then on every account takes two persons.
    """
    if Membership.objects.filter(role__in=people).filter(Q(ends_at=None) | Q(ends_at__gt=at)).exists():
        raise Stale("平台已有科长或系统管理员，以后的账号请在“账号授权”中申请和批准。")
    city, _ = Organisation.objects.get_or_create(
        kind=Organisation.Kind.CITY, defaults={"name": CITY_NAME, "name_key": name_key(CITY_NAME)}
    )
    for region in active_regions():
        Organisation.objects.get_or_create(
            kind=Organisation.Kind.COUNTY,
            region=region,
            defaults={"name": region.department, "name_key": name_key(region.department)},
        )
    return [
        make_invitation(city, role, name, mobile, by=None, at=at) for role, (name, mobile) in people.items()
    ]


def _tell_applicant(grant: Grant, subject: str, *, at: dt.datetime) -> None:
    key = f"grant:{grant.pk}:{grant.step}"
    tell([grant.requested_by_id], f"{subject}：{grant}", key=key, at=at, path="/accounts/staff/")
