"""Claims (揭榜), choices, places taken, engagements and their service log."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from demands.models import Demand, Enterprise
from institutions.models import PilotInstitution
from pilot_portal.codes.models import ServiceKind
from pilot_portal.rounds.models import Round
from pilot_portal.workflow.models import Case

# A claim on which nothing is decided yet. Of these an institution has at most one on a demand; a demand that
# is published again may be claimed again by those who were not chosen.
UNDECIDED = ("DRAFT", "SUBMITTED", "SHORTLISTED", "FROZEN")


class PriceSplit(models.Model):
    """List price = government share + institution's concession + enterprise's payment, to the fen."""

    list_price_fen = models.BigIntegerField("服务价格（分）", default=0)
    government_fen = models.BigIntegerField("政府补助（分，拟申请，以市局批复为准）", default=0)
    concession_fen = models.BigIntegerField("机构让利（分）", default=0)
    enterprise_fen = models.BigIntegerField("企业支付（分）", default=0)

    class Meta:
        abstract = True


def split_constraints(prefix: str) -> list[models.BaseConstraint]:
    """The equality and signs of a price split, kept by the database."""
    return [
        models.CheckConstraint(
            condition=Q(list_price_fen=F("government_fen") + F("concession_fen") + F("enterprise_fen")),
            name=f"{prefix}_split_adds_up",
        ),
        models.CheckConstraint(
            condition=Q(
                list_price_fen__gte=0, government_fen__gte=0, concession_fen__gte=0, enterprise_fen__gte=0
            ),
            name=f"{prefix}_split_not_negative",
        ),
    ]


class Claim(PriceSplit, Case):
    """A pilot institution's offer on a published demand. Sealed until the window closes."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", "填写中"
        SUBMITTED = "SUBMITTED", "已揭榜"
        SHORTLISTED = "SHORTLISTED", "入围"
        SELECTED = "SELECTED", "被选定"
        NOT_SELECTED = "NOT_SELECTED", "未选定"
        DECLINED = "DECLINED", "已放弃"
        WITHDRAWN = "WITHDRAWN", "已撤回"
        VOID = "VOID", "已作废"
        FROZEN = "FROZEN", "冻结"
        LAPSED = "LAPSED", "逾期失效"

    class Payment(models.TextChoices):
        ONCE = "ONCE", "一次付清"
        INSTALMENTS = "INSTALMENTS", "分期支付"
        BY_RESULT = "BY_RESULT", "按成果支付"
        FROM_GAINS = "FROM_GAINS", "以转型收益支付"

    demand = models.ForeignKey(Demand, verbose_name="需求", on_delete=models.PROTECT, related_name="+")
    pilot = models.ForeignKey(
        PilotInstitution, verbose_name="试点机构", on_delete=models.PROTECT, related_name="+"
    )
    number = models.CharField("揭榜编号", max_length=24, unique=True, null=True, blank=True)
    kinds = models.ManyToManyField(ServiceKind, verbose_name="承接的服务", related_name="+")
    proposal = models.TextField("服务方案", blank=True)
    milestones = models.TextField("阶段安排", blank=True)
    days = models.PositiveSmallIntegerField("预计用时（天）", null=True, blank=True)
    team = models.CharField("服务团队", max_length=200, blank=True)
    payment = models.CharField("支付方式", max_length=12, choices=Payment, default=Payment.ONCE)
    bears_ungranted = models.CharField(
        "补助未获批时由谁承担",
        max_length=12,
        choices=[("institution", "机构承担"), ("enterprise", "企业承担")],
        default="institution",
    )
    draft = models.JSONField("草稿内容", default=dict)
    revision = models.PositiveIntegerField("修订", default=0)
    created_at = models.DateTimeField("建立时间")
    submitted_at = models.DateTimeField("揭榜时间", null=True, blank=True)
    frozen_from = models.CharField("冻结前状态", max_length=24, blank=True)
    # The last correction of the demand that the claimant has agreed to.
    confirmed_correction = models.PositiveSmallIntegerField("已确认的更正", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "揭榜"
        constraints = [
            models.UniqueConstraint(
                fields=["demand", "pilot"],
                name="one_live_claim",
                condition=Q(state__in=UNDECIDED),
            ),
            *split_constraints("claim"),
        ]
        indexes = [models.Index(fields=["pilot", "state"], name="claim_of_pilot")]

    def __str__(self) -> str:
        return self.number or f"揭榜草稿 {self.pk}"


class ChosenKind(models.Model):
    """Which claim was chosen for which kind of a demand: at most one choice per kind."""

    demand = models.ForeignKey(Demand, verbose_name="需求", on_delete=models.PROTECT, related_name="+")
    kind = models.ForeignKey(ServiceKind, verbose_name="服务类型", on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(
        Claim, verbose_name="揭榜", on_delete=models.CASCADE, related_name="chosen_kinds"
    )
    chosen_at = models.DateTimeField("选定时间")

    class Meta:
        verbose_name = verbose_name_plural = "选定"
        constraints = [models.UniqueConstraint(fields=["demand", "kind"], name="one_choice_per_kind")]

    def __str__(self) -> str:
        return f"{self.demand} {self.kind}"


class Place(models.Model):
    """An enterprise that takes a place of an institution's capacity in a round: each counts once."""

    pilot = models.ForeignKey(
        PilotInstitution, verbose_name="试点机构", on_delete=models.PROTECT, related_name="+"
    )
    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", on_delete=models.PROTECT, related_name="+"
    )
    taken_at = models.DateTimeField("占用时间")

    class Meta:
        verbose_name = verbose_name_plural = "能力占用"
        constraints = [models.UniqueConstraint(fields=["pilot", "enterprise"], name="place_once")]

    def __str__(self) -> str:
        return f"{self.pilot} {self.enterprise}"


class Engagement(PriceSplit, Case):
    """A service contract between a pilot institution and an enterprise (服务合同)."""

    class State(models.TextChoices):
        AGREED = "AGREED", "待签约"
        SIGNED = "SIGNED", "已签约"
        IN_SERVICE = "IN_SERVICE", "服务中"
        DELIVERED = "DELIVERED", "待验收"
        ACCEPTED = "ACCEPTED", "已验收"
        ACCEPTED_BY_COUNTY = "ACCEPTED_BY_COUNTY", "县区核定验收"
        DISPUTED = "DISPUTED", "有争议"
        TERMINATED = "TERMINATED", "已终止"
        TRANSFERRED = "TRANSFERRED", "已移交"

    class Origin(models.TextChoices):
        CLAIM = "CLAIM", "揭榜"
        DIRECT = "DIRECT", "自主对接"

    class Cause(models.TextChoices):
        INSTITUTION = "institution", "机构原因"
        ENTERPRISE = "enterprise", "企业原因"
        BOTH = "both", "双方原因"
        NEITHER = "neither", "非双方原因"

    round = models.ForeignKey(Round, verbose_name="批次", on_delete=models.PROTECT, related_name="+")
    number = models.CharField("合同编号", max_length=24, unique=True)
    origin = models.CharField("来源", max_length=8, choices=Origin, default=Origin.CLAIM)
    claim = models.OneToOneField(
        Claim, verbose_name="揭榜", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    demand = models.ForeignKey(
        Demand, verbose_name="需求", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    pilot = models.ForeignKey(
        PilotInstitution, verbose_name="试点机构", on_delete=models.PROTECT, related_name="+"
    )
    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", on_delete=models.PROTECT, related_name="+"
    )
    kinds = models.ManyToManyField(ServiceKind, verbose_name="服务内容", related_name="+")
    title = models.CharField("服务名称", max_length=120)
    payment = models.CharField("支付方式", max_length=12, choices=Claim.Payment, default=Claim.Payment.ONCE)
    bears_ungranted = models.CharField("补助未获批时由谁承担", max_length=12, default="institution")
    actual_list_price_fen = models.BigIntegerField("实际价格（分）", null=True, blank=True)
    actual_government_fen = models.BigIntegerField("实际政府补助（分）", null=True, blank=True)
    actual_concession_fen = models.BigIntegerField("实际让利（分）", null=True, blank=True)
    actual_enterprise_fen = models.BigIntegerField("实际企业支付（分）", null=True, blank=True)
    created_at = models.DateTimeField("建立时间")
    sign_until = models.DateTimeField("签约截止", null=True, blank=True)
    signed_on = models.DateField("签约日期", null=True, blank=True)
    starts_on = models.DateField("服务开始", null=True, blank=True)
    ends_on = models.DateField("服务结束", null=True, blank=True)
    institution_signed_at = models.DateTimeField("机构确认签约", null=True, blank=True)
    delivered_at = models.DateTimeField("交付时间", null=True, blank=True)
    accept_until = models.DateTimeField("验收截止", null=True, blank=True)
    accepted_at = models.DateTimeField("验收时间", null=True, blank=True)
    terminated_cause = models.CharField("终止原因", max_length=12, choices=Cause, blank=True)
    ever_signed = models.BooleanField("曾签约", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "服务合同"
        constraints = [
            *split_constraints("engagement"),
            models.CheckConstraint(
                condition=Q(actual_list_price_fen=None)
                | Q(
                    actual_list_price_fen=F("actual_government_fen")
                    + F("actual_concession_fen")
                    + F("actual_enterprise_fen")
                ),
                name="engagement_actual_adds_up",
            ),
        ]
        indexes = [
            models.Index(fields=["pilot", "state"], name="engagement_of_pilot"),
            models.Index(fields=["enterprise", "state"], name="engagement_of_firm"),
        ]

    def __str__(self) -> str:
        return self.number


class ServiceLog(models.Model):
    """One entry of the service log: what was done on a day, by whom, how long. Never changed once written."""

    engagement = models.ForeignKey(
        Engagement, verbose_name="服务合同", on_delete=models.CASCADE, related_name="logs"
    )
    on = models.DateField("服务日期")
    hours = models.DecimalField("用时（小时）", max_digits=5, decimal_places=1)
    people = models.PositiveSmallIntegerField("服务人数", default=1)
    stage = models.CharField("阶段", max_length=60, blank=True)
    text = models.TextField("服务内容")
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="记录人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField("记录时间")
    confirmed_at = models.DateTimeField("企业确认时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "服务记录"

    def __str__(self) -> str:
        return f"{self.engagement} {self.on}"
