"""The enterprise library (梯度培育库): firms, titles, history, merges, claims of records, invitations."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from pilot_portal.accounts.models import Invitation, Organisation
from pilot_portal.codes.models import Chain, Tier
from pilot_portal.regions.models import Region


class Enterprise(models.Model):
    """A firm as the counties know it (梯度培育库). Joined to a body once the firm has claimed its record."""

    class Size(models.TextChoices):
        LARGE = "LARGE", "大型"
        MEDIUM = "MEDIUM", "中型"
        SMALL = "SMALL", "小型"
        MICRO = "MICRO", "微型"

    name = models.CharField("企业名称", max_length=120)
    name_key = models.CharField("名称比对", max_length=120)
    credit_code = models.CharField("统一社会信用代码", max_length=18, null=True, blank=True)
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
    key_link = models.CharField("关键环节", max_length=60, blank=True)
    is_above_scale = models.BooleanField("规上企业", null=True, blank=True)
    above_scale_since = models.DateField("升规入统日期", null=True, blank=True)
    contact = models.CharField("企业联系人", max_length=40, blank=True)
    phone = models.CharField("联系电话", max_length=60, blank=True)
    in_library = models.BooleanField("在梯度培育库", default=False)
    name_public = models.BooleanField("同意公开企业名称", default=False)
    name_public_proof = models.CharField("公开同意依据", max_length=120, blank=True)
    created_at = models.DateTimeField("建立时间")
    made_by_import = models.ForeignKey(
        "demands.ImportBatch",
        verbose_name="建立记录的导入",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # Taken away with the import that made it: kept for the trail of its demands, name and code free again.
    removed_at = models.DateTimeField("移除时间", null=True, blank=True)
    revision = models.PositiveIntegerField("修订", default=0)
    # A double that was merged away: kept for the trail, shown nowhere, its name and code free again.
    merged_into = models.ForeignKey(
        "self", verbose_name="并入", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "企业"
        constraints = [
            models.UniqueConstraint(
                fields=["region", "name_key"],
                name="enterprise_once_per_region",
                condition=Q(merged_into__isnull=True, removed_at__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["credit_code"],
                name="enterprise_code_once",
                condition=Q(merged_into__isnull=True, removed_at__isnull=True, credit_code__isnull=False),
            ),
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
    revoked_on = models.DateField("撤销日期", null=True, blank=True)
    batch = models.ForeignKey(
        "demands.ImportBatch",
        verbose_name="导入",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = verbose_name_plural = "企业称号"
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "tier", "granted_on"], name="title_once"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.tier}"


class EnterpriseChange(models.Model):
    """One change of a firm's record: who, when, where from, and every field before and after."""

    class Source(models.TextChoices):
        RECORD = "RECORD", "县区修改"
        IMPORT = "IMPORT", "表格导入"
        TITLE = "TITLE", "称号变动"
        CLAIM = "CLAIM", "企业认领"
        MERGE = "MERGE", "合并重复"
        UNDO = "UNDO", "撤销"

    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", on_delete=models.CASCADE, related_name="changes"
    )
    source = models.CharField("来源", max_length=8, choices=Source)
    # {field: [before, after]}, in words that JSON holds.
    changes = models.JSONField("改动", default=dict)
    note = models.CharField("说明", max_length=300, blank=True)
    batch = models.ForeignKey(
        "demands.ImportBatch",
        verbose_name="导入",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    at = models.DateTimeField("时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="办理人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "企业信息变更"
        indexes = [models.Index(fields=["enterprise", "-id"], name="enterprise_history")]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.source}"


class EnterpriseMerge(models.Model):
    """Two records of one firm made one: what was moved, so that it can be undone."""

    kept = models.ForeignKey(Enterprise, verbose_name="保留", on_delete=models.PROTECT, related_name="+")
    merged = models.ForeignKey(Enterprise, verbose_name="并入", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField("理由", max_length=300)
    # Keys of the demands and titles that moved, and the fields of both records before.
    moved = models.JSONField("移动的内容", default=dict)
    at = models.DateTimeField("时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="办理人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="撤销人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "企业合并"
        constraints = [
            models.UniqueConstraint(
                fields=["merged"], name="enterprise_merged_once", condition=Q(undone_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.kept_id}"


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


class SlipSheet(models.Model):
    """Invitation slips a county prints in one go and hands out (domain.md §6): one slip a firm."""

    region = models.ForeignKey(Region, verbose_name="县市区", on_delete=models.PROTECT, related_name="+")
    number = models.CharField("编号", max_length=24, unique=True)
    invitations = models.ManyToManyField(Invitation, verbose_name="邀请", related_name="+")
    # The slips in their order: key of the invitation, name of the firm as printed.
    data = models.JSONField("冻结内容", default=dict)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="生成人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = verbose_name_plural = "邀请函"

    def __str__(self) -> str:
        return self.number
