"""One row a paper: the row is the truth of the job, a message only wakes a worker."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


def _path(paper: "Paper", name: str) -> str:
    key = paper.uuid.hex
    return f"papers/{key[:2]}/{key}-{paper.attempt}{name[name.rfind('.') :]}"


class Paper(models.Model):
    """A requested PDF or workbook: for which frozen subject, how far it is, where its file lies."""

    class Status(models.TextChoices):
        REQUESTED = "REQUESTED", "排队中"
        RUNNING = "RUNNING", "生成中"
        DONE = "DONE", "已生成"
        FAILED = "FAILED", "未能生成"
        CANCELLED = "CANCELLED", "已取消"

    uuid = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("种类", max_length=40)
    subject_id = models.BigIntegerField("对象", null=True)
    params = models.JSONField("范围", default=dict)
    title = models.CharField("标题", max_length=160)
    number = models.CharField("文号", max_length=60, blank=True)
    dedupe = models.CharField("去重键", max_length=160, unique=True)
    verify_code = models.CharField("验证码", max_length=32, null=True, unique=True)
    status = models.CharField("进度", max_length=10, choices=Status, default=Status.REQUESTED)
    urgency = models.PositiveSmallIntegerField("优先级", default=0)
    attempt = models.PositiveIntegerField("尝试次数", default=0)
    lease_until = models.DateTimeField("租约至", null=True)
    progress = models.PositiveSmallIntegerField("进度（%）", default=0)
    error = models.CharField("原因", max_length=400, blank=True)
    file = models.FileField("文件", upload_to=_path, blank=True)
    file_name = models.CharField("文件名", max_length=160, blank=True)
    size = models.PositiveIntegerField("大小", default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="申请人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    # One job serves everybody who asks for the same paper; each finds it among his own.
    also_asked_by = models.ManyToManyField(settings.AUTH_USER_MODEL, verbose_name="同求人", related_name="+")
    organisation = models.ForeignKey(
        "accounts.Organisation", verbose_name="单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField("身份", max_length=24, blank=True)
    requested_at = models.DateTimeField("申请时间")
    finished_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "文书"
        indexes = [
            models.Index(fields=["requested_by", "-requested_at"], name="paper_mine"),
            models.Index(
                fields=["urgency", "id"],
                name="paper_waiting",
                condition=Q(status__in=["REQUESTED", "RUNNING"]),
            ),
        ]

    def __str__(self) -> str:
        return self.title
