"""One row a paper: the row is the truth of the job, a message only wakes a worker."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


def _path(paper: "Paper", name: str) -> str:
    key = paper.uuid.hex
    return f"papers/{key[:2]}/{key}-{paper.attempt}{name[name.rfind('.') :]}"


def _sealed_path(paper: "Paper", _name: str) -> str:
    key = paper.uuid.hex
    return f"papers/{key[:2]}/{key}-{paper.attempt}-sealed.pdf"


class Paper(models.Model):
    """A requested PDF or workbook: for which frozen subject, how far it is, where its file lies."""

    class Status(models.TextChoices):
        REQUESTED = "REQUESTED", "排队中"
        RUNNING = "RUNNING", "生成中"
        DONE = "DONE", "已生成"
        FAILED = "FAILED", "未能生成"
        CANCELLED = "CANCELLED", "已取消"
        EXPIRED = "EXPIRED", "已过期"

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
    pages = models.PositiveIntegerField("页数", default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    sm3 = models.CharField("SM3", max_length=64, blank=True)
    # The same bytes and a signature behind them; the unsigned file stays and is never touched.
    sealed_file = models.FileField("签名文件", upload_to=_sealed_path, blank=True)
    sealed_sha256 = models.CharField("签名文件 SHA-256", max_length=64, blank=True)
    sealed_sm3 = models.CharField("签名文件 SM3", max_length=64, blank=True)
    sealed_by = models.CharField("签名方式", max_length=80, blank=True)
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
    # Exports show personal data as they stood: they are taken away after some days. Papers never are.
    expires_at = models.DateTimeField("有效期至", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "文书"
        indexes = [
            models.Index(fields=["requested_by", "-requested_at"], name="paper_mine"),
            models.Index(
                fields=["urgency", "id"],
                name="paper_waiting",
                condition=Q(status__in=["REQUESTED", "RUNNING"]),
            ),
            models.Index(fields=["kind", "subject_id"], name="paper_subject"),
            models.Index(fields=["expires_at"], name="paper_expires", condition=Q(expires_at__isnull=False)),
            # Verification asks by the digest of a file.
            models.Index(fields=["sha256"], name="paper_sha256"),
            models.Index(
                fields=["sealed_sha256"], name="paper_sealed_sha256", condition=~Q(sealed_sha256="")
            ),
        ]

    def __str__(self) -> str:
        return self.title


class BundleItem(models.Model):
    """A paper inside a bundle: in which folder, at which place. The paper is built and kept for itself."""

    bundle = models.ForeignKey(Paper, verbose_name="文书包", on_delete=models.CASCADE, related_name="items")
    paper = models.ForeignKey(Paper, verbose_name="文书", on_delete=models.PROTECT, related_name="+")
    folder = models.CharField("文件夹", max_length=40)
    position = models.PositiveIntegerField("次序")

    class Meta:
        verbose_name = verbose_name_plural = "文书包内文书"
        constraints = [
            models.UniqueConstraint(fields=["bundle", "position"], name="bundle_position"),
            models.UniqueConstraint(fields=["bundle", "paper"], name="bundle_paper"),
        ]

    def __str__(self) -> str:
        return f"{self.bundle_id} {self.folder} {self.position}"


class ScanReading(models.Model):
    """What was found on an uploaded scan or sealed PDF; the row is also the job of looking into it."""

    class Status(models.TextChoices):
        REQUESTED = "REQUESTED", "待识别"
        RUNNING = "RUNNING", "识别中"
        DONE = "DONE", "已识别"
        FAILED = "FAILED", "未能识别"

    attachment = models.OneToOneField(
        "attachments.Attachment", verbose_name="文件", on_delete=models.PROTECT, related_name="+"
    )
    status = models.CharField("进度", max_length=10, choices=Status, default=Status.REQUESTED)
    attempt = models.PositiveIntegerField("尝试次数", default=0)
    lease_until = models.DateTimeField("租约至", null=True)
    error = models.CharField("原因", max_length=400, blank=True)
    pages = models.PositiveIntegerField("页数", default=0)
    # See documents/scans/finding.py; names of certificates are for those who see the file, never public.
    finding = models.JSONField("识别结果", default=dict)
    paper = models.ForeignKey(
        Paper, verbose_name="对应文书", null=True, on_delete=models.PROTECT, related_name="+"
    )
    # What was added behind the bytes of our own file: nothing, sealed, changed; empty for another file.
    added = models.CharField("原件之后", max_length=8, blank=True)
    # A scan that was not uploaded at a case: when its person put it there, or set it aside.
    placed_at = models.DateTimeField("归入时间", null=True)
    requested_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = verbose_name_plural = "扫描件识别"
        indexes = [
            models.Index(
                fields=["requested_at"],
                name="scan_waiting",
                condition=Q(status__in=["REQUESTED", "RUNNING"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attachment_id} {self.get_status_display()}"
