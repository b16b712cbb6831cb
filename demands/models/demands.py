"""Demands, their drafts, and what is said about them once published."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from demands.models.enterprises import Enterprise
from demands.models.imports import ImportBatch
from demands.models.lists import DemandList
from pilot_portal.accounts.models import Organisation
from pilot_portal.codes.models import ServiceKind, Tier
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round
from pilot_portal.workflow.models import Case


class Demand(Case):
    """What one enterprise needs in one round (服务需求)."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", "填写中"
        SUBMITTED = "SUBMITTED", "待县区核实"
        RETURNED = "RETURNED", "已退回，待修改"
        REFUSED = "REFUSED", "未予采纳"
        VERIFIED = "VERIFIED", "县区已核实"
        NOT_PUBLISHED = "NOT_PUBLISHED", "不予发布"
        PUBLISHED = "PUBLISHED", "可揭榜"
        CHOOSING = "CHOOSING", "企业选择中"
        MATCHED = "MATCHED", "已选定机构"
        FULFILLED = "FULFILLED", "已完成"
        UNCLAIMED = "UNCLAIMED", "流榜"
        WITHDRAWN = "WITHDRAWN", "已撤回"
        CLOSED = "CLOSED", "已结束"

    class Origin(models.TextChoices):
        ONLINE = "ONLINE", "企业填报"
        IMPORT = "IMPORT", "表格导入"
        PAPER = "PAPER", "纸质代录"

    round = models.ForeignKey(Round, verbose_name="批次", on_delete=models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, verbose_name="所属县市区", on_delete=models.PROTECT, related_name="+")
    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", on_delete=models.PROTECT, related_name="+"
    )
    number = models.CharField("需求编号", max_length=20, unique=True, null=True, blank=True)
    origin = models.CharField("来源", max_length=8, choices=Origin, default=Origin.ONLINE)
    batch = models.ForeignKey(
        ImportBatch,
        verbose_name="导入",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="demands",
    )
    source_row = models.CharField("原表行", max_length=60, blank=True)
    row_key = models.CharField("行去重键", max_length=64, null=True, blank=True)
    kinds = models.ManyToManyField(ServiceKind, verbose_name="所需服务", related_name="+")
    title = models.CharField("需求标题", max_length=80, blank=True)
    present_tier = models.ForeignKey(
        Tier, verbose_name="企业现状", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    target_tier = models.ForeignKey(
        Tier, verbose_name="发展目标", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    situation = models.TextField("现状和困难", blank=True)
    wish = models.TextField("希望达到", blank=True)
    due_on = models.DateField("希望完成日期", null=True, blank=True)
    budget_fen = models.BigIntegerField("预算（分）", null=True, blank=True)
    pays_from_gains = models.BooleanField("希望以转型收益支付", default=False)
    contact = models.CharField("企业联系人", max_length=40, blank=True)
    phone = models.CharField("联系电话", max_length=60, blank=True)
    remark = models.CharField("备注", max_length=300, blank=True)
    received_on = models.DateField("纸质件收到日期", null=True, blank=True)
    received_by = models.CharField("纸质件收件人", max_length=40, blank=True)
    name_public = models.BooleanField("公开企业名称", default=False)
    library_reason = models.CharField("不在培育库的说明", max_length=300, blank=True)
    doubts = models.JSONField("导入时有疑问的栏目", default=list, blank=True)
    # What first stood in the columns that the county mended, in words, by field; empty where it mended none.
    as_received = models.JSONField("更正前的内容", default=dict, blank=True)
    public_title = models.CharField("发布标题", max_length=80, blank=True)
    public_text = models.TextField("发布内容", blank=True)
    public_revision = models.PositiveIntegerField("发布内容修订", default=0)
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="拟稿人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    prepared_at = models.DateTimeField("拟稿时间", null=True, blank=True)
    search_text = models.TextField("公开检索文字", blank=True)
    list = models.ForeignKey(
        DemandList,
        verbose_name="榜单",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="demands",
    )
    position = models.PositiveIntegerField("榜单序号", null=True, blank=True)
    created_at = models.DateTimeField("建立时间")
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    claims_until = models.DateTimeField("揭榜截止", null=True, blank=True)
    # How often it was corrected after publication; the last one that claimants are asked about.
    corrections = models.PositiveSmallIntegerField("更正次数", default=0)
    asking_correction = models.PositiveSmallIntegerField("须揭榜机构确认的更正", default=0)
    choose_until = models.DateTimeField("选择截止", null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="核实人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "服务需求"
        constraints = [
            models.UniqueConstraint(
                fields=["round", "row_key"], name="demand_row_once", condition=Q(row_key__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["round", "region", "state", "-id"], name="demand_queue"),
            models.Index(fields=["state", "-published_at", "-id"], name="demand_public"),
            models.Index(
                fields=["-published_at", "-id"], name="demand_newest", condition=Q(published_at__isnull=False)
            ),
            models.Index(fields=["state", "claims_until", "id"], name="demand_closing"),
            models.Index(fields=["enterprise"], name="demand_of_enterprise"),
        ]

    def __str__(self) -> str:
        return self.number or f"需求草稿 {self.pk}"


class DraftPart(models.Model):
    """One of the four short steps of a demand: the raw typed strings, with a revision that saving checks."""

    demand = models.ForeignKey(Demand, verbose_name="需求", on_delete=models.CASCADE, related_name="parts")
    part = models.CharField("步骤", max_length=12)
    data = models.JSONField("内容", default=dict)
    revision = models.PositiveIntegerField("修订", default=0)
    saved_at = models.DateTimeField("保存时间")
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="保存人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "需求草稿"
        constraints = [models.UniqueConstraint(fields=["demand", "part"], name="draft_part_once")]

    def __str__(self) -> str:
        return f"{self.demand_id} {self.part}"


class Correction(models.Model):
    """A change of a published demand: proposed, then published by another person; both texts are kept."""

    demand = models.ForeignKey(
        Demand, verbose_name="需求", on_delete=models.PROTECT, related_name="corrected"
    )
    ordinal = models.PositiveSmallIntegerField("第几次更正", null=True, blank=True)
    reason = models.CharField("更正理由", max_length=300)
    # {field: [before, after]} of what is public: public_title, public_text, kinds, target_tier, due_on.
    changes = models.JSONField("更正内容")
    # A change of kind or goal after the first claim: each claimant confirms or withdraws.
    asks_claimants = models.BooleanField("须揭榜机构确认", default=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="拟稿人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField("拟稿时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="发布人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    dropped_at = models.DateTimeField("不予更正时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "需求更正"
        constraints = [
            models.UniqueConstraint(
                fields=["demand"],
                name="one_open_correction",
                condition=Q(published_at__isnull=True, dropped_at__isnull=True),
            ),
            models.UniqueConstraint(fields=["demand", "ordinal"], name="correction_once"),
        ]

    def __str__(self) -> str:
        return f"{self.demand_id} 更正 {self.ordinal}"


class Question(models.Model):
    """A pilot institution asks about a published demand, the firm answers, everybody reads both (答疑)."""

    demand = models.ForeignKey(
        Demand, verbose_name="需求", on_delete=models.PROTECT, related_name="questions"
    )
    ordinal = models.PositiveSmallIntegerField("第几问")
    organisation = models.ForeignKey(
        Organisation, verbose_name="提问机构", on_delete=models.PROTECT, related_name="+"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="提问人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    text = models.CharField("问题", max_length=500)
    asked_at = models.DateTimeField("提问时间")
    answer = models.CharField("答复", max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="答复人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    hidden_at = models.DateTimeField("隐去时间", null=True, blank=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="隐去人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    hidden_reason = models.CharField("隐去理由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "答疑"
        constraints = [models.UniqueConstraint(fields=["demand", "ordinal"], name="question_once")]

    def __str__(self) -> str:
        return f"{self.demand_id} 问 {self.ordinal}"
