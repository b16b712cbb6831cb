"""A person is a User, a body is an Organisation, a Membership joins them with a role (domain.md §1)."""

import secrets
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from pilot_portal.workflow.models import Case


class Role(models.TextChoices):
    """The roles of domain.md §1. `public` and `system` are nobody's membership."""

    INSTITUTION_ADMIN = "institution_admin", "机构管理员"
    INSTITUTION_MEMBER = "institution_member", "机构经办人"
    ENTERPRISE_ADMIN = "enterprise_admin", "企业管理员"
    ENTERPRISE_MEMBER = "enterprise_member", "企业经办人"
    COUNTY_HANDLER = "county_handler", "县区经办人"
    COUNTY_APPROVER = "county_approver", "县区审核人"
    CITY_HANDLER = "city_handler", "市局经办人"
    CITY_CHIEF = "city_chief", "中小企业科科长"
    LEADER = "leader", "局领导"
    EXPERT = "expert", "评审专家"
    AUDITOR = "auditor", "审计人员"
    SYSADMIN = "sysadmin", "系统管理员"


class UserManager(BaseUserManager["User"]):
    """Makes users; there are no superusers: every right comes from a membership."""

    def create_user(self, username: str, password: str | None = None, **fields: object) -> "User":
        """Save a user with a hashed password (unusable when None)."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person. Signs in by user name or mobile number; e-mail is optional."""

    username = models.CharField("用户名", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=40)
    mobile = models.CharField("手机号码", max_length=11, unique=True, null=True, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    is_active = models.BooleanField("可登录", default=True)
    is_demo = models.BooleanField("演示账号", default=False)
    session_epoch = models.PositiveIntegerField("登录轮次", default=0, editable=False)
    date_joined = models.DateTimeField("建立时间", auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = verbose_name_plural = "人员"

    def __str__(self) -> str:
        return self.name or self.username

    def get_session_auth_hash(self) -> str:
        """What a session keeps of its user: changed by a new password, and by ending all sessions."""
        return self._session_hash(None)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under the secret keys that were replaced."""
        return (self._session_hash(secret) for secret in settings.SECRET_KEY_FALLBACKS)

    def _session_hash(self, secret: str | None) -> str:
        kept = f"{self.password}:{self.session_epoch}"
        return salted_hmac("accounts.session", kept, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        """The person's name; allauth asks for it."""
        return self.name


class Organisation(models.Model):
    """A body: an institution, an enterprise, a county bureau, the city's section or another public body."""

    class Kind(models.TextChoices):
        INSTITUTION = "institution", "服务机构（平台）"
        ENTERPRISE = "enterprise", "企业"
        COUNTY = "county", "县市区工信部门"
        CITY = "city", "市工业和信息化局"

    kind = models.CharField("类别", max_length=12, choices=Kind)
    name = models.CharField("名称", max_length=120)
    name_key = models.CharField("名称比对", max_length=120, db_index=True)
    credit_code = models.CharField("统一社会信用代码", max_length=18, null=True, blank=True)
    legal_representative = models.CharField("法定代表人", max_length=40, blank=True)
    region = models.ForeignKey(
        "regions.Region",
        verbose_name="所在县市区",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    service_line = models.CharField("公开服务电话/公众号", max_length=60, blank=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "credit_code"],
                name="organisation_once_per_credit_code",
                condition=Q(credit_code__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["region"], name="one_bureau_per_region", condition=Q(kind="county")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person stands in a body with one role, from a day and perhaps to a day."""

    user = models.ForeignKey(User, verbose_name="人员", on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField("身份", max_length=24, choices=Role)
    starts_at = models.DateTimeField("起")
    ends_at = models.DateTimeField("止", null=True, blank=True)
    may_decide = models.BooleanField(
        "可代管理员决定", default=False, help_text="企业管理员点名的经办人，可选定机构、签约、验收和评价。"
    )
    is_agent = models.BooleanField("代理人", default=False)
    mandate = models.CharField("授权书", max_length=200, blank=True)
    deputy_order = models.CharField("代理文号", max_length=60, blank=True)
    granted_by = models.ForeignKey(
        User, verbose_name="授予人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "成员"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                name="membership_once",
                condition=Q(ends_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.organisation} · {self.get_role_display()}"


def short_code() -> str:
    """Eight characters that a person can read out: no 0/O, 1/I/L."""
    return "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _ in range(8))


class Invitation(models.Model):
    """An invitation into a body: a link with a secret and a short code; valid 30 days, spent by POST."""

    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.CASCADE, related_name="invitations"
    )
    role = models.CharField("身份", max_length=24, choices=Role)
    name = models.CharField("受邀人", max_length=40, blank=True)
    mobile = models.CharField("手机号码", max_length=11, blank=True)
    secret = models.CharField("密钥", max_length=43, unique=True, default=secrets.token_urlsafe)
    code = models.CharField("短码", max_length=8, unique=True, default=short_code)
    created_by = models.ForeignKey(
        User, verbose_name="邀请人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField("发出时间")
    expires_at = models.DateTimeField("有效期至")
    # An agent (代理人) stands in a body by a written mandate and until a day (domain.md §1).
    is_agent = models.BooleanField("代理人", default=False)
    mandate = models.CharField("授权书", max_length=200, blank=True)
    member_until = models.DateTimeField("代理至", null=True, blank=True)
    delivered_at = models.DateTimeField("已送达", null=True, blank=True)
    spent_at = models.DateTimeField("已使用", null=True, blank=True)
    spent_by = models.ForeignKey(
        User, verbose_name="使用人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "邀请"

    def __str__(self) -> str:
        return f"{self.organisation} {self.code}"


class Grant(Case):
    """A role in a county bureau or in the city, asked for by one person and approved by another.

    Approved it becomes an invitation, which the person spends; a deputy's (代理) ends on its day.
    """

    class State(models.TextChoices):
        REQUESTED = "REQUESTED", "待批准"
        APPROVED = "APPROVED", "已批准"
        REFUSED = "REFUSED", "不予授权"
        WITHDRAWN = "WITHDRAWN", "已撤回"

    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField("身份", max_length=24, choices=Role)
    name = models.CharField("姓名", max_length=40)
    mobile = models.CharField("手机号码", max_length=11)
    ends_at = models.DateTimeField("代理至", null=True, blank=True)
    deputy_order = models.CharField("代理文号", max_length=60, blank=True)
    requested_by = models.ForeignKey(User, verbose_name="申请人", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField("申请时间")
    invitation = models.OneToOneField(
        Invitation, verbose_name="邀请", null=True, blank=True, on_delete=models.PROTECT, related_name="grant"
    )

    class Meta:
        verbose_name = verbose_name_plural = "账号授权"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "role", "mobile"],
                name="grant_asked_once",
                condition=Q(state="REQUESTED"),
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None, deputy_order="") | (Q(ends_at__isnull=False) & ~Q(deputy_order="")),
                name="deputy_has_end_and_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.organisation} · {self.get_role_display()}"
