"""Workbooks that counties send, row by row."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from pilot_portal.attachments.models import Attachment
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round


class ImportBatch(models.Model):
    """One workbook a county sent: what was understood, what was taken over, by whom.

    The row is also the job: reading and taking over a long one happen in a worker, which holds a lease.
    """

    class Kind(models.TextChoices):
        DEMANDS = "DEMANDS", "服务需求（附件4）"
        LIBRARY = "LIBRARY", "企业库"

    class Status(models.TextChoices):
        QUEUED = "QUEUED", "等待读取"
        READ = "READ", "已读取，待确认"
        ORDERED = "ORDERED", "正在导入"
        COMMITTED = "COMMITTED", "已导入"
        UNDOING = "UNDOING", "正在撤销"
        UNDONE = "UNDONE", "已撤销"
        REFUSED = "REFUSED", "未能读取"
        DISCARDED = "DISCARDED", "已放弃"

    kind = models.CharField("种类", max_length=8, choices=Kind, default=Kind.DEMANDS)
    round = models.ForeignKey(
        Round, verbose_name="批次", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    region = models.ForeignKey(Region, verbose_name="县市区", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField("文件名", max_length=160)
    sha256 = models.CharField("文件摘要", max_length=64)
    file = models.ForeignKey(
        Attachment, verbose_name="原文件", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    unit = models.CharField("申报单位", max_length=160, blank=True)
    notes = models.JSONField("未读取的内容", default=list)
    status = models.CharField("进度", max_length=10, choices=Status, default=Status.READ)
    error = models.CharField("原因", max_length=400, blank=True)
    rows_total = models.PositiveIntegerField("行数", default=0)
    rows_doubtful = models.PositiveIntegerField("有疑问的行数", default=0)
    rows_wrong = models.PositiveIntegerField("不能导入的行数", default=0)
    rows_taken = models.PositiveIntegerField("导入行数", default=0)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="上传人", on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField("上传时间")
    committed_at = models.DateTimeField("导入时间", null=True, blank=True)
    with_doubtful = models.BooleanField("连同有疑问的行", default=False)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="导入人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    ordered_role = models.CharField("导入人身份", max_length=24, blank=True)
    discarded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="放弃人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    discarded_at = models.DateTimeField("放弃时间", null=True, blank=True)
    undo_note = models.CharField("撤销理由", max_length=300, blank=True)
    attempt = models.PositiveIntegerField("尝试次数", default=0)
    lease_until = models.DateTimeField("租约至", null=True, blank=True)
    progress = models.PositiveSmallIntegerField("进度（%）", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "表格导入"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="LIBRARY") | Q(round__isnull=False), name="import_of_demands_has_round"
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], name="import_waiting", condition=Q(status__in=["QUEUED", "ORDERED", "UNDOING"])
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportRow(models.Model):
    """One row of a workbook: where it stands in their sheet, what was understood, what an officer changed."""

    class Level(models.TextChoices):
        GOOD = "good", "可导入"
        DOUBT = "doubt", "有疑问"
        WRONG = "wrong", "不能导入"

    batch = models.ForeignKey(ImportBatch, verbose_name="导入", on_delete=models.CASCADE, related_name="rows")
    ordinal = models.PositiveIntegerField("次序")
    sheet = models.CharField("工作表", max_length=80)
    row = models.PositiveIntegerField("行号")
    # What was understood, as `import_demands --json` prints it, with what stood there (raw) and why (notes).
    data = models.JSONField("读取结果")
    # What an officer typed instead, by field; what was read stays as it was.
    edits = models.JSONField("改动", default=dict)
    revision = models.PositiveIntegerField("修订", default=0)
    # The same firm asking for the same: known again in whatever file it is sent.
    key = models.CharField("行去重键", max_length=64, blank=True)
    level = models.CharField("判断", max_length=5, choices=Level)
    reasons = models.JSONField("说明", default=list)
    is_left_out = models.BooleanField("不导入", default=False)
    is_taken = models.BooleanField("已导入", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "导入的行"
        constraints = [models.UniqueConstraint(fields=["batch", "ordinal"], name="import_row_once")]
        indexes = [
            models.Index(fields=["batch", "level", "ordinal"], name="import_row_level"),
            models.Index(fields=["batch", "key"], name="import_row_key"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} 第 {self.row} 行"
