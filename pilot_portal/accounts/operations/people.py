"""Acts on people and bodies: registering, inviting, membership, hand-over."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import Grant, Invitation, Membership, Organisation, Role, User
from pilot_portal.accounts.queries import live_memberships, members_of
from pilot_portal.common.clock import end_of_day
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.common.text import (
    check_credit_code,
    clean,
    mask_phone,
    name_key,
    normalise_mobile,
    to_halfwidth,
)
from pilot_portal.notifications.operations import tell
from pilot_portal.regions.models import Region

INVITATION_DAYS = 30
ADMIN_OF = {
    Organisation.Kind.INSTITUTION: Role.INSTITUTION_ADMIN,
    Organisation.Kind.ENTERPRISE: Role.ENTERPRISE_ADMIN,
}
ROLES_OF: dict[str, tuple[Role, ...]] = {
    Organisation.Kind.INSTITUTION: (Role.INSTITUTION_ADMIN, Role.INSTITUTION_MEMBER),
    Organisation.Kind.ENTERPRISE: (Role.ENTERPRISE_ADMIN, Role.ENTERPRISE_MEMBER),
    Organisation.Kind.COUNTY: (Role.COUNTY_HANDLER, Role.COUNTY_APPROVER),
    Organisation.Kind.CITY: (
        Role.CITY_HANDLER,
        Role.CITY_CHIEF,
        Role.LEADER,
        Role.EXPERT,
        Role.AUDITOR,
        Role.SYSADMIN,
    ),
}
PUBLIC_BODIES = frozenset({Organisation.Kind.COUNTY, Organisation.Kind.CITY})
# Without these nobody could grant anything any more: the last of each is never ended.
KEEPERS = frozenset({Role.CITY_CHIEF, Role.SYSADMIN})
TAKEN = (
    "该单位已在平台注册。请联系本单位管理员邀请您加入；"
    "管理员已离职的，请持盖章申请和执照到所在县市区工信部门办理。"
)
# A county's import and its slips make a body before anybody of it has come.
UNATTENDED = (
    "该单位已在平台登记，目前还没有管理员，不能重复注册。收到邀请单的，请用单上的邀请码加入；"
    "没有邀请单或已过期的，请持执照联系所在县市区工信部门，核对统一社会信用代码后重新发出。"
)


class Unattended(Refused):
    """The body is known and nobody stands in it: its people come in by an invitation."""


@dataclass(frozen=True)
class NewPerson:
    """A person who registers: how he signs in and how he is called."""

    name: str
    mobile: str
    password: str
    username: str = ""
    email: str = ""


@dataclass(frozen=True)
class NewBody:
    """A body that registers with its licence's data."""

    kind: str
    name: str
    credit_code: str
    legal_representative: str
    region: Region


def make_person(person: NewPerson) -> User:
    """Save a new user; the mobile number is his user name where he gave none. Raises Refused when taken."""
    mobile = normalise_mobile(person.mobile)
    username = clean(person.username) or mobile
    taken = User.objects.filter(Q(username__in=[username, mobile]) | Q(mobile=mobile) | Q(mobile=username))
    known = Refused(
        "该手机号或用户名已注册，请直接登录；一个人可以加入多个单位，登录后切换即可。",
        [Problem("该手机号或用户名已注册。", field="mobile")],
    )
    if taken.exists():
        raise known
    try:
        with transaction.atomic():
            return User.objects.create_user(
                username, person.password, name=clean(person.name), mobile=mobile, email=person.email
            )
    except IntegrityError as error:
        raise known from error


@transaction.atomic
def register(body: NewBody, person: NewPerson, *, at: dt.datetime) -> Membership:
    """Register an institution or enterprise by its credit code, with its first administrator.

    A body that is registered already is never taken over: Refused says what to do, Unattended where nobody of
    it is there to ask. Neither tells what is known of it. Sole traders are refused.
    """
    code = check_credit_code(body.credit_code)
    if code.startswith("92"):
        text = "个体工商户（代码 92 开头）不具备独立法人资格，不能注册。"
        raise Refused(text, [Problem(text, field="credit_code")])
    if body.kind not in ADMIN_OF:
        raise Refused("只能注册服务机构或企业。", [Problem("请选择单位类别。", field="kind")])
    user = make_person(person)
    organisation = Organisation(
        kind=body.kind,
        name=clean(body.name),
        name_key=name_key(body.name),
        credit_code=code,
        legal_representative=clean(body.legal_representative),
        region=body.region,
    )
    try:
        with transaction.atomic():
            organisation.save(force_insert=True)
    except IntegrityError as error:
        there = Organisation.objects.filter(kind=body.kind, credit_code=code).first()
        if there is not None and not members_of(there, at).exists():
            raise Unattended(UNATTENDED, [Problem("该单位已登记。", field="credit_code")]) from error
        raise Refused(TAKEN, [Problem(TAKEN, field="credit_code")]) from error
    return Membership.objects.create(
        user=user, organisation=organisation, role=ADMIN_OF[Organisation.Kind(body.kind)], starts_at=at
    )


def may_manage(actor: Actor, organisation: Organisation) -> bool:
    """The administrator of the body; for enterprises and institutions also their county and the city.

    The members of public bodies are the system administrator's, who cannot invite them alone (see `Grant`).
    """
    if organisation.kind in PUBLIC_BODIES:
        return actor.role == "sysadmin"
    if actor.organisation_id == organisation.pk:
        return actor.role in {"institution_admin", "enterprise_admin"}
    if organisation.kind in ADMIN_OF:
        return actor.is_city or (actor.is_county and actor.region_id == organisation.region_id)
    return False


@dataclass(frozen=True)
class Mandate:
    """What an agent stands on: the written mandate as it is cited, and its last day (Beijing)."""

    words: str
    until: dt.date | None

    def check(self, at: dt.datetime) -> None:
        """Raise Refused with all problems of a mandate that is none."""
        problems = []
        if not self.words.strip():
            problems.append(Problem("请写明授权书（日期或编号）。", field="mandate"))
        if self.until is None:
            problems.append(Problem("请填写代理的最后一天。", field="until"))
        elif end_of_day(self.until) <= at:
            problems.append(Problem("代理的最后一天已经过去。", field="until"))
        if problems:
            raise Refused(f"有 {len(problems)} 处需要修改。", problems)


@transaction.atomic
def invite(
    organisation: Organisation,
    role: str,
    *,
    by: Actor,
    at: dt.datetime,
    name: str = "",
    mobile: str = "",
    agent: Mandate | None = None,
) -> Invitation:
    """Invite somebody into a body with a role: a link and a short code, valid 30 days (domain.md §6).

    An agent needs a written mandate and its last day. Raises NotAllowed, Refused for a role the body does not
    have or a mandate that is none.
    """
    if by.user is None or organisation.kind in PUBLIC_BODIES or not may_manage(by, organisation):
        raise NotAllowed("只有本单位管理员或主管的工信部门可以邀请；工信部门的账号须经申请和批准。")
    if role not in ROLES_OF.get(organisation.kind, ()):
        raise Refused("该单位没有这种身份。", [Problem("请选择身份。", field="role")])
    if agent is not None:
        agent.check(at)
    return make_invitation(organisation, role, name, mobile, by=by.user, at=at, agent=agent)


def make_invitation(
    organisation: Organisation,
    role: str,
    name: str,
    mobile: str,
    *,
    by: User | None,
    at: dt.datetime,
    agent: Mandate | None = None,
) -> Invitation:
    """Write an invitation; whoever calls has seen to it that `by` may."""
    return Invitation.objects.create(
        is_agent=agent is not None,
        mandate=clean(agent.words) if agent else "",
        member_until=end_of_day(agent.until) if agent and agent.until else None,
        organisation=organisation,
        role=role,
        name=clean(name),
        mobile=normalise_mobile(mobile) if mobile else "",
        created_by=by,
        created_at=at,
        expires_at=at + dt.timedelta(days=INVITATION_DAYS),
    )


def renew_invitation(invitation: Invitation, *, by: Actor, at: dt.datetime) -> Invitation:
    """Prolong an invitation that nobody has used by 30 days from now: link and code stay the same.

    Raises NotAllowed for one who could not invite, Stale where it was used meanwhile.
    """
    if not may_manage(by, invitation.organisation):
        raise NotAllowed("只有本单位管理员或主管的工信部门可以续期。")
    until = at + dt.timedelta(days=INVITATION_DAYS)
    if not Invitation.objects.filter(pk=invitation.pk, spent_at=None).update(expires_at=until):
        raise Stale("这份邀请已使用，不必续期。")
    invitation.expires_at = until
    return invitation


def mark_delivered(invitations: Sequence[Invitation], *, by: Actor, at: dt.datetime) -> int:
    """Tick slips that were handed out (已送达); gives how many were not ticked before. Raises NotAllowed."""
    if not all(may_manage(by, invitation.organisation) for invitation in invitations):
        raise NotAllowed("只有主管的工信部门可以登记送达。")
    keys = [invitation.pk for invitation in invitations]
    return Invitation.objects.filter(pk__in=keys, delivered_at=None).update(delivered_at=at)


@transaction.atomic
def accept_invitation(invitation: Invitation, user: User, *, at: dt.datetime) -> Membership:
    """Spend an invitation once: the user becomes a member, a deputy until his day; who invited him is told.

    An approved account of a public body is for the person who was approved: Refused for another number.
    Raises Stale when spent or expired, or for one who is a member already.
    """
    grant = Grant.objects.filter(invitation=invitation).first()
    if grant is not None and user.mobile != grant.mobile:
        raise Refused(
            f"这个账号是批准给手机号 {mask_phone(grant.mobile)} 的，请用该号码的账号加入；"
            "换人或换号的，请系统管理员重新申请。",
            [Problem("请填写批准时登记的手机号码。", field="mobile")],
        )
    won = Invitation.objects.filter(pk=invitation.pk, spent_at=None, expires_at__gt=at).update(
        spent_at=at, spent_by=user
    )
    if not won:
        raise Stale("这份邀请已使用或已过期，请邀请人重新发出。")
    try:
        with transaction.atomic():
            joined = Membership.objects.create(
                user=user,
                organisation=invitation.organisation,
                role=invitation.role,
                starts_at=at,
                ends_at=grant.ends_at if grant else invitation.member_until,
                is_agent=invitation.is_agent,
                mandate=invitation.mandate,
                deputy_order=grant.deputy_order if grant else "",
                granted_by=invitation.created_by,
            )
    except IntegrityError as error:
        raise Stale("您已经是该单位的成员。") from error
    if invitation.created_by_id is not None:
        tell(
            [invitation.created_by_id],
            f"{user}已凭您的邀请加入{invitation.organisation}",
            key=f"invitation:{invitation.pk}:spent",
            at=at,
            body=f"身份：{invitation.get_role_display()}。不是您邀请的人，请立即移除。",
        )
    return joined


def accept_as_new(invitation: Invitation, person: NewPerson, *, at: dt.datetime) -> Membership:
    """Register a person and spend the invitation, both or neither."""
    with transaction.atomic():
        return accept_invitation(invitation, make_person(person), at=at)


@transaction.atomic
def end_membership(membership: Membership, *, by: Actor, at: dt.datetime) -> None:
    """End a membership; the last administrator hands over first. The person's sessions are ended.

    Raises NotAllowed, Stale for the last administrator or one ended already.
    """
    if not may_manage(by, membership.organisation):
        raise NotAllowed("只有本单位管理员可以移除成员。")
    # Written first: those who end one another's memberships at once wait here, and the last one stays.
    Organisation.objects.filter(pk=membership.organisation_id).update(kind=F("kind"))
    if membership.role in {*ADMIN_OF.values(), *KEEPERS}:
        others = Membership.objects.filter(
            organisation=membership.organisation, role=membership.role, ends_at=None
        ).exclude(pk=membership.pk)
        if not others.exists():
            raise Stale(f"这是本单位唯一的{membership.get_role_display()}，请先移交或授予他人。")
    live = Q(ends_at=None) | Q(ends_at__gt=at)
    won = Membership.objects.filter(live, pk=membership.pk).update(ends_at=at)
    if not won:
        raise Stale("该成员已移除。")
    end_sessions(membership.user)


@transaction.atomic
def hand_over(membership: Membership, to: Membership, *, by: Actor, at: dt.datetime) -> Membership:
    """Hand the administration over to another member: he becomes administrator, the former one a member.

    Data belongs to the body and stays. Raises NotAllowed, Refused for members of different bodies.
    """
    if by.user_id != membership.user_id and not may_manage(by, membership.organisation):
        raise NotAllowed("只有管理员本人可以移交。")
    if membership.organisation_id != to.organisation_id or membership.pk == to.pk:
        raise Refused("只能移交给本单位的其他成员。", [Problem("请选择本单位的其他成员。", field="to")])
    admin, plain = ROLES_OF[membership.organisation.kind]
    for old, role in ((membership, plain), (to, admin)):
        won = Membership.objects.filter(pk=old.pk, ends_at=None).update(ends_at=at)
        if not won:
            raise Stale("成员已有变动，请刷新后再看。")
        new = Membership.objects.create(
            user=old.user, organisation=old.organisation, role=role, starts_at=at, granted_by=by.user
        )
    return new


def name_decider(membership: Membership, may_decide: bool, *, by: Actor) -> None:  # noqa: FBT001 - set or unset
    """The enterprise's administrator names a member who may choose, sign, accept and rate."""
    if by.role != "enterprise_admin" or by.organisation_id != membership.organisation_id:
        raise NotAllowed("只有企业管理员可以指定。")
    Membership.objects.filter(pk=membership.pk, role=Role.ENTERPRISE_MEMBER, ends_at=None).update(
        may_decide=may_decide
    )


def change_profile(user: User, *, name: str, email: str, mobile: str) -> None:
    """Change one's own name, mobile number and e-mail. Raises Refused when the number is somebody's."""
    number = normalise_mobile(mobile) if mobile else None
    taken = Refused("该手机号已被他人使用。", [Problem("该手机号已被他人使用。", field="mobile")])
    if number and User.objects.filter(Q(mobile=number) | Q(username=number)).exclude(pk=user.pk).exists():
        raise taken
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(name=clean(name), email=email, mobile=number)
    except IntegrityError as error:
        raise taken from error


def switched(user: User, membership_id: int, *, at: dt.datetime) -> Membership:
    """The membership a person switches to. Raises NotAllowed when it is not his or has ended."""
    membership = live_memberships(user, at).filter(pk=membership_id).first()
    if membership is None:
        raise NotAllowed("您已不在该单位。")
    return membership


def end_sessions(user: User) -> None:
    """End all sessions of a person at once, whatever keeps them: their hash no longer fits."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)


def find_invitation(secret_or_code: str) -> Invitation | None:
    """The invitation with this secret or short code (case, width and spaces do not matter in a code)."""
    code = to_halfwidth(secret_or_code).strip().replace(" ", "").replace("-", "").upper()
    rows = Invitation.objects.select_related("organisation__region")
    return rows.filter(secret=secret_or_code.strip()).first() or rows.filter(code=code).first()
