"""A Round and everything that may differ from year to year: stages, extensions, settings, working days."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Round(models.Model):
    """One year's pilot. Several rounds run at once; every case belongs to exactly one."""

    class Status(models.TextChoices):
        CONSULTATION = "CONSULTATION", "征求意见"
        OPEN = "OPEN", "进行中"
        CLOSED = "CLOSED", "已结束"

    code = models.CharField("批次代码", max_length=8, unique=True)
    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("名称", max_length=120)
    document_number = models.CharField("文号", max_length=60, blank=True)
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.OPEN)
    baseline_date = models.DateField("成果基准日", null=True, blank=True)
    is_demo = models.BooleanField("演示批次", default=False)
    texts = models.JSONField("表单文字", default=dict, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="设立人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    opened_at = models.DateTimeField("设立时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "批次"

    def __str__(self) -> str:
        return self.title

    @property
    def label(self) -> str:
        """How pages call the round in short: 2023年度, the second one of a year 2023年度（B批）."""
        suffix = self.code.removeprefix(str(self.year))
        return f"{self.year}年度（{suffix}批）" if suffix else f"{self.year}年度"

    @property
    def is_rehearsal(self) -> bool:
        """A round under consultation is a rehearsal: every page and paper says so, nothing counts."""
        return self.status == self.Status.CONSULTATION

    @property
    def years_reported(self) -> tuple[int, int]:
        """The two years before the round that Attachment 3 asks for."""
        return self.year - 2, self.year - 1


class Stage(models.Model):
    """One span of the calendar. `ends_at` is the first moment that is too late."""

    class Kind(models.TextChoices):
        APPLICATION = "application", "机构申报"
        COUNTY_REPORT = "county_report", "县区推荐上报"
        DEMAND_COLLECTION = "demand_collection", "企业需求摸底"
        DEMAND_CHECK = "demand_check", "县区核实需求"
        PUBLICITY = "publicity", "公示"
        PUBLICATION = "publication", "发布名单与需求"
        CLAIMING = "claiming", "揭榜"
        CHOOSING = "choosing", "企业选择"
        SERVICE = "service", "服务期"
        AWARD = "award", "年底评比"
        SATISFACTION = "satisfaction", "满意度评价"
        EVALUATION = "evaluation", "期满评价"
        DECISION = "decision", "结果决定"

    round = models.ForeignKey(Round, verbose_name="批次", on_delete=models.CASCADE, related_name="stages")
    kind = models.CharField("阶段", max_length=20, choices=Kind)
    starts_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("截止")

    class Meta:
        verbose_name = verbose_name_plural = "阶段"
        constraints = [
            models.UniqueConstraint(fields=["round", "kind"], name="stage_once_per_round"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="stage_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.round.code} {self.get_kind_display()}"


class Extension(models.Model):
    """A moved end of a stage: for all, for one county or for one case; with reason and document number."""

    stage = models.ForeignKey(Stage, verbose_name="阶段", on_delete=models.CASCADE, related_name="extensions")
    region = models.ForeignKey(
        "regions.Region",
        verbose_name="县市区",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    case_type = models.CharField("事项", max_length=40, blank=True)
    case_id = models.BigIntegerField("事项编号", null=True, blank=True)
    ends_at = models.DateTimeField("新的截止")
    reason = models.CharField("理由", max_length=300)
    document_number = models.CharField("文号", max_length=60, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="批准人", on_delete=models.PROTECT, related_name="+"
    )
    granted_at = models.DateTimeField("批准时间")

    class Meta:
        verbose_name = verbose_name_plural = "延期"

    def __str__(self) -> str:
        return f"{self.stage} → {self.ends_at:%Y-%m-%d %H:%M}"


class RoundSetting(models.Model):
    """One version of one setting of a round, with effect from a moment on; frozen by the first act on it."""

    round = models.ForeignKey(Round, verbose_name="批次", on_delete=models.CASCADE, related_name="settings")
    key = models.CharField("项目", max_length=40)
    value = models.JSONField("取值")
    valid_from = models.DateTimeField("生效时间")
    reason = models.CharField("理由", max_length=300, blank=True)
    document_number = models.CharField("文号", max_length=60, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="设定人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "批次设定"
        constraints = [
            models.UniqueConstraint(fields=["round", "key", "valid_from"], name="setting_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.round.code} {self.key}={self.value}"


class SettingFreeze(models.Model):
    """The first act that relied on a setting: from then on changing it needs a document number."""

    round = models.ForeignKey(Round, verbose_name="批次", on_delete=models.CASCADE, related_name="+")
    key = models.CharField("项目", max_length=40)
    frozen_at = models.DateTimeField("冻结时间")
    act = models.CharField("首次依据", max_length=60)

    class Meta:
        verbose_name = verbose_name_plural = "设定冻结"
        constraints = [models.UniqueConstraint(fields=["round", "key"], name="setting_frozen_once")]

    def __str__(self) -> str:
        return f"{self.round_id} {self.key}"


class CalendarDay(models.Model):
    """A day that differs from Monday-to-Friday: a public holiday, or a weekend day worked."""

    day = models.DateField("日期", unique=True)
    is_working = models.BooleanField("工作日")
    name = models.CharField("名称", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "工作日历"

    def __str__(self) -> str:
        return f"{self.day} {'班' if self.is_working else '休'}"


class NumberSeries(models.Model):
    """The last number given in a series of a round, e.g. applications; numbers are never reused."""

    round = models.ForeignKey(Round, verbose_name="批次", on_delete=models.CASCADE, related_name="+")
    series = models.CharField("序列", max_length=12)
    last = models.PositiveIntegerField("最后一号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "编号"
        constraints = [models.UniqueConstraint(fields=["round", "series"], name="series_once_per_round")]

    def __str__(self) -> str:
        return f"{self.round_id}-{self.series}-{self.last:04}"
