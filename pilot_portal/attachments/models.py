"""An uploaded file: what it is, whom it belongs to, its digest. The bytes lie outside the web root."""

import uuid

from django.conf import settings
from django.db import models


def _path(attachment: "Attachment", _name: str) -> str:
    """Never a path from the user's file name."""
    key = attachment.uuid.hex
    return f"attachments/{key[:2]}/{key}{attachment.suffix}"


class Attachment(models.Model):
    """One stored file of one case. `purpose` says which of its places it fills (scan, licence, proof…)."""

    uuid = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    case_type = models.CharField("事项", max_length=40)
    case_id = models.BigIntegerField("事项编号")
    purpose = models.CharField("用途", max_length=40)
    name = models.CharField("文件名", max_length=160)
    suffix = models.CharField("类型", max_length=8)
    mime = models.CharField("媒体类型", max_length=100)
    size = models.PositiveIntegerField("大小")
    sha256 = models.CharField("SHA-256", max_length=64)
    sm3 = models.CharField("SM3", max_length=64, blank=True)
    file = models.FileField("文件", upload_to=_path)
    organisation = models.ForeignKey(
        "accounts.Organisation", verbose_name="单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="上传人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField("上传时间")
    removed_at = models.DateTimeField("移除时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        indexes = [models.Index(fields=["case_type", "case_id", "purpose"], name="attachment_of_case")]

    def __str__(self) -> str:
        return self.name


class AccessEntry(models.Model):
    """One download of a file or paper, one export: who, what, when, with which filter."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="人员", null=True, on_delete=models.PROTECT, related_name="+"
    )
    organisation = models.ForeignKey(
        "accounts.Organisation", verbose_name="单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField("身份", max_length=24)
    what = models.CharField("对象", max_length=160)
    filter = models.CharField("条件", max_length=400, blank=True)
    count = models.PositiveIntegerField("条数", default=1)
    purpose = models.CharField("用途", max_length=120, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "查阅记录"
        indexes = [models.Index(fields=["at"], name="access_at")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.what}"
