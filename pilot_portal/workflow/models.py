"""The trail: every move leaves one Entry, chained by digests per case; each day's root is signed."""

from django.db import models


class Case(models.Model):
    """Anything with a life cycle. Only `workflow.machine` writes these three columns."""

    state = models.CharField("状态", max_length=24, editable=False)
    step = models.PositiveIntegerField("步骤", default=0, editable=False)
    digest = models.CharField("过程摘要", max_length=64, default="", editable=False)

    class Meta:
        abstract = True

    def get_state_display(self) -> str:
        """The state in words; each case declares its states as the inner class `State`."""
        states: type[models.TextChoices] = type(self).__dict__["State"]
        return str(states(self.state).label)


class Entry(models.Model):
    """One step of a case: who moved it from where to where, when and why. Never changed, never deleted."""

    case_type = models.CharField("事项", max_length=40)
    case_id = models.BigIntegerField("事项编号")
    step = models.PositiveIntegerField("步骤")
    move = models.CharField("动作", max_length=40)
    from_state = models.CharField("原状态", max_length=24, blank=True)
    to_state = models.CharField("新状态", max_length=24)
    user = models.ForeignKey(
        "accounts.User", verbose_name="经办人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    organisation = models.ForeignKey(
        "accounts.Organisation", verbose_name="单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField("身份", max_length=24)
    actor_display = models.CharField("经办", max_length=160)
    at = models.DateTimeField("时间")
    note = models.TextField("意见", blank=True)
    data = models.JSONField("附加内容", default=dict)
    previous_digest = models.CharField("上一步摘要", max_length=64, blank=True)
    digest = models.CharField("摘要", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "办理记录"
        constraints = [
            models.UniqueConstraint(fields=["case_type", "case_id", "step"], name="entry_once_per_step"),
        ]
        indexes = [models.Index(fields=["at"], name="entry_at")]

    def __str__(self) -> str:
        return f"{self.case_type}#{self.case_id}.{self.step} {self.move}"


class DayRoot(models.Model):
    """The signed digest over all entries of one Beijing day; a copy is kept outside the database."""

    day = models.DateField("日期", unique=True)
    entries = models.PositiveIntegerField("记录数")
    root = models.CharField("摘要", max_length=64)
    signature = models.CharField("签名", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "每日摘要"

    def __str__(self) -> str:
        return f"{self.day} {self.root[:12]}"
