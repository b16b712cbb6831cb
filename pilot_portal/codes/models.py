"""Code tables whose rows a city may edit (domain.md §2). Rows are referred to by code, never deleted."""

from django.db import models


class Code(models.Model):
    """One row of a code table: a code that stays, a label that may be corrected, a validity."""

    code = models.CharField("代码", max_length=32, unique=True)
    label = models.CharField("名称", max_length=60)
    position = models.PositiveSmallIntegerField("顺序")
    valid_from = models.DateField("启用日期", null=True, blank=True)
    valid_to = models.DateField("停用日期", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label


class ServiceKind(Code):
    """One of the ten kinds of service of the notice (主要服务内容)."""

    class Meta:
        verbose_name = verbose_name_plural = "服务类型"


class Tier(Code):
    """A rung of the cultivation ladder, or a milestone beside it (企业现状、发展目标)."""

    target_key = models.CharField("对应目标", max_length=20, blank=True)
    is_ladder = models.BooleanField("属于梯度", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "梯度类型"


class Chain(Code):
    """One of the thirteen industry chains; marked 待核对 until the city confirms the list."""

    class Meta:
        verbose_name = verbose_name_plural = "产业链"
