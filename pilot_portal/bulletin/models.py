"""A publication: frozen at the moment it is published; later changes are new editions, never silent."""

from django.conf import settings
from django.db import models


class Publication(models.Model):
    """One published list or notice. `payload` holds exactly what the page and the papers show."""

    class Kind(models.TextChoices):
        NOTICE = "NOTICE", "通知"
        PUBLICITY = "PUBLICITY", "公示"
        ROSTER = "ROSTER", "试点机构名单"
        DEMAND_LIST = "DEMAND_LIST", "企业服务需求表"
        RESULT = "RESULT", "评价结果"
        AWARD = "AWARD", "评比奖补"
        SANCTION = "SANCTION", "处理决定"
        REMOVAL = "REMOVAL", "动态调整"

    round = models.ForeignKey("rounds.Round", verbose_name="批次", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("类别", max_length=12, choices=Kind)
    number = models.CharField("编号", max_length=32, unique=True)
    title = models.CharField("标题", max_length=160)
    document_number = models.CharField("文号", max_length=60, blank=True)
    edition = models.PositiveSmallIntegerField("版次", default=1)
    body = models.TextField("正文", blank=True)
    payload = models.JSONField("冻结内容", default=dict)
    published_at = models.DateTimeField("发布时间")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="发布人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    replaces = models.ForeignKey(
        "self", verbose_name="替代", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_reason = models.CharField("撤回理由", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "公告"
        indexes = [models.Index(fields=["-published_at", "-id"], name="publication_newest")]
        constraints = [
            # Editions follow one another in one line, whoever publishes at once.
            models.UniqueConstraint(fields=["replaces"], name="publication_replaced_once"),
            models.UniqueConstraint(
                fields=["round", "kind", "edition"],
                condition=models.Q(kind__in=["ROSTER", "AWARD"]),
                name="publication_one_line_of_editions",
            ),
        ]

    def __str__(self) -> str:
        return self.title
