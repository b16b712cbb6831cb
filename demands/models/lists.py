"""Published lists of demands and the frozen editions of a county’s Attachment 4."""

from django.conf import settings
from django.db import models

from pilot_portal.bulletin.models import Publication
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round
from pilot_portal.workflow.models import Case


class DemandList(models.Model):
    """A published list of demands (第 n 批) with its own claim window; frozen in its publication."""

    round = models.ForeignKey(Round, verbose_name="批次", on_delete=models.PROTECT, related_name="+")
    ordinal = models.PositiveSmallIntegerField("第几批")
    publication = models.OneToOneField(
        Publication, verbose_name="公告", on_delete=models.PROTECT, related_name="+"
    )
    claims_from = models.DateTimeField("揭榜开始")
    claims_until = models.DateTimeField("揭榜截止")
    # How many may claim one of its demands; 0: no limit, none: as the round's settings say.
    claims_limit = models.PositiveSmallIntegerField("每项需求揭榜数上限", null=True)
    published_at = models.DateTimeField("发布时间")

    class Meta:
        verbose_name = verbose_name_plural = "需求榜单"
        constraints = [models.UniqueConstraint(fields=["round", "ordinal"], name="list_once_per_round")]

    def __str__(self) -> str:
        return f"{self.round.code} 第{self.ordinal}批"


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


class DemandReport(Case):
    """A county's stamped Attachment 4 on its way to the city: an edition, sent with its scan."""

    class State(models.TextChoices):
        SUBMITTED = "SUBMITTED", "已报送市局"
        RETURNED = "RETURNED", "市局退回"
        ACCEPTED = "ACCEPTED", "市局已接收"

    round = models.ForeignKey(Round, verbose_name="批次", on_delete=models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, verbose_name="县市区", on_delete=models.PROTECT, related_name="+")
    summary = models.OneToOneField(
        CountySummary, verbose_name="汇总表", on_delete=models.PROTECT, related_name="report"
    )
    submitted_at = models.DateTimeField("报送时间")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="报送人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "需求汇总报送"

    def __str__(self) -> str:
        return self.summary.number
