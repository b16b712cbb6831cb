"""The reporting units: nine with a GB/T 2260 code, and 株洲经开区 without one."""

from django.db import models


class Region(models.Model):
    """A reporting unit of the city (domain.md §1). `code`: GB/T 2260 where there is one, else 4302JK."""

    code = models.CharField("代码", max_length=6, unique=True)
    name = models.CharField("名称", max_length=40, unique=True)
    short_name = models.CharField("简称", max_length=10, unique=True)
    department = models.CharField("工信部门名称", max_length=60)
    is_active = models.BooleanField("启用", default=True)
    position = models.PositiveSmallIntegerField("顺序")

    class Meta:
        verbose_name = verbose_name_plural = "县市区"

    def __str__(self) -> str:
        return self.name
