"""The enterprise library, demands, their imports and published lists."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from pilot_portal.accounts.models import Organisation
from pilot_portal.attachments.models import Attachment
from pilot_portal.bulletin.models import Publication
from pilot_portal.codes.models import Chain, ServiceKind, Tier
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round
from pilot_portal.workflow.models import Case


class Enterprise(models.Model):
    """A firm as the counties know it. Joined to a body once the firm has claimed its record."""

    class Size(models.TextChoices):
        LARGE = "LARGE", "大型"
        MEDIUM = "MEDIUM", "中型"
        SMALL = "SMALL", "小型"
        MICRO = "MICRO", "微型"

    name = models.CharField("企业名称", max_length=120)
    name_key = models.CharField("名称比对", max_length=120)
    credit_code = models.CharField("统一社会信用代码", max_length=18, null=True, blank=True, unique=True)
    region = models.ForeignKey(Region, verbose_name="所属县市区", on_delete=models.PROTECT, related_name="+")
    organisation = models.OneToOneField(
        Organisation,
        verbose_name="账号单位",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    legal_representative = models.CharField("法定代表人", max_length=40, blank=True)
    size = models.CharField("规模", max_length=8, choices=Size, blank=True)
    size_year = models.PositiveSmallIntegerField("规模年份", null=True, blank=True)
    industry = models.CharField("行业代码", max_length=8, blank=True)
    is_manufacturing = models.BooleanField("制造业", null=True, blank=True)
    chain = models.ForeignKey(
        Chain, verbose_name="产业链", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    contact = models.CharField("企业联系人", max_length=40, blank=True)
    phone = models.CharField("联系电话", max_length=60, blank=True)
    in_library = models.BooleanField("在梯度培育库", default=False)
    name_public = models.BooleanField("同意公开企业名称", default=False)
    name_public_proof = models.CharField("公开同意依据", max_length=120, blank=True)
    created_at = models.DateTimeField("建立时间")

    class Meta:
        verbose_name = verbose_name_plural = "企业"
        constraints = [
            models.UniqueConstraint(fields=["region", "name_key"], name="enterprise_once_per_region")
        ]
        indexes = [models.Index(fields=["name_key"], name="enterprise_name")]

    def __str__(self) -> str:
        return self.name


class Title(models.Model):
    """A dated title of a firm (创新型, 专精特新…): granted, expires after three years, with its evidence."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", on_delete=models.CASCADE, related_name="titles"
    )
    tier = models.ForeignKey(Tier, verbose_name="称号", on_delete=models.PROTECT, related_name="+")
    granted_on = models.DateField("认定日期", null=True, blank=True)
    expires_on = models.DateField("有效期至", null=True, blank=True)
    rule_version = models.CharField("认定依据", max_length=40, blank=True)
    evidence = models.CharField("佐证", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "企业称号"
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "tier", "granted_on"], name="title_once"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.tier}"


class DemandList(models.Model):
    """A published list of demands (第 n 批) with its own claim window; frozen in its publication."""

    round = models.ForeignKey(Round, verbose_name="批次", on_delete=models.PROTECT, related_name="+")
    ordinal = models.PositiveSmallIntegerField("第几批")
    publication = models.OneToOneField(
        Publication, verbose_name="公告", on_delete=models.PROTECT, related_name="+"
    )
    claims_from = models.DateTimeField("揭榜开始")
    claims_until = models.DateTimeField("揭榜截止")
    published_at = models.DateTimeField("发布时间")

    class Meta:
        verbose_name = verbose_name_plural = "需求榜单"
        constraints = [models.UniqueConstraint(fields=["round", "ordinal"], name="list_once_per_round")]

    def __str__(self) -> str:
        return f"{self.round.code} 第{self.ordinal}批"


class ImportBatch(models.Model):
    """One Attachment 4 workbook a county sent: what was understood, what was taken over, by whom."""

    class Status(models.TextChoices):
        READ = "READ", "已读取，待确认"
        COMMITTED = "COMMITTED", "已导入"
        UNDONE = "UNDONE", "已撤销"
        REFUSED = "REFUSED", "未能读取"

    round = models.ForeignKey(Round, verbose_name="批次", on_delete=models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, verbose_name="县市区", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField("文件名", max_length=160)
    sha256 = models.CharField("文件摘要", max_length=64)
    file = models.ForeignKey(
        Attachment, verbose_name="原文件", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    parsed = models.JSONField("读取结果", default=dict)
    status = models.CharField("进度", max_length=10, choices=Status, default=Status.READ)
    error = models.CharField("原因", max_length=400, blank=True)
    rows_total = models.PositiveIntegerField("行数", default=0)
    rows_taken = models.PositiveIntegerField("导入行数", default=0)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="上传人", on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField("上传时间")
    committed_at = models.DateTimeField("导入时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "需求导入"

    def __str__(self) -> str:
        return self.file_name


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
    name_public = models.BooleanField("公开企业名称", default=False)
    library_reason = models.CharField("不在培育库的说明", max_length=300, blank=True)
    doubts = models.JSONField("导入时有疑问的栏目", default=list, blank=True)
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


class RecordClaim(models.Model):
    """A body says that a record of the library is its own; the county agrees or not (认领)."""

    class Ground(models.TextChoices):
        CREDIT_CODE = "credit_code", "统一社会信用代码相同"
        NAME = "name", "名称相同"

    class Status(models.TextChoices):
        OPEN = "OPEN", "待县区确认"
        AGREED = "AGREED", "已确认"
        DENIED = "DENIED", "未确认"

    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", on_delete=models.CASCADE, related_name="record_claims"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name="账号单位", on_delete=models.CASCADE, related_name="+"
    )
    ground = models.CharField("依据", max_length=12, choices=Ground)
    status = models.CharField("进度", max_length=8, choices=Status, default=Status.OPEN)
    note = models.CharField("说明", max_length=300, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="申请人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="确认人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "企业认领"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], name="one_open_record_claim", condition=Q(status="OPEN")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} → {self.enterprise}"


class CountySummary(models.Model):
    """A frozen edition of a county's 服务需求摸底汇总表 (Attachment 4): what is printed, stamped and sent."""

    round = models.ForeignKey(Round, verbose_name="批次", on_delete=models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, verbose_name="县市区", on_delete=models.PROTECT, related_name="+")
    edition = models.PositiveSmallIntegerField("版次")
    number = models.CharField("编号", max_length=24, unique=True)
    data = models.JSONField("冻结内容")
    rows = models.PositiveIntegerField("行数")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="生成人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = verbose_name_plural = "服务需求摸底汇总表"
        constraints = [
            models.UniqueConstraint(fields=["round", "region", "edition"], name="summary_edition_once"),
        ]

    def __str__(self) -> str:
        return self.number
