"""A message to one person: always in the inbox, by e-mail where an address is known."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Message(models.Model):
    """One message. `key` makes sending idempotent: the same event tells a person once."""

    class Mail(models.TextChoices):
        NONE = "NONE", "不发邮件"
        WAITING = "WAITING", "待发送"
        SENT = "SENT", "已发送"
        FAILED = "FAILED", "发送失败"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="收件人", on_delete=models.CASCADE, related_name="+"
    )
    subject = models.CharField("标题", max_length=120)
    body = models.TextField("内容", blank=True)
    path = models.CharField("链接", max_length=200, blank=True)
    key = models.CharField("去重键", max_length=120)
    created_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读", null=True, blank=True)
    mail = models.CharField("邮件", max_length=8, choices=Mail, default=Mail.NONE)
    mail_attempts = models.PositiveSmallIntegerField("邮件尝试次数", default=0)
    mail_due_at = models.DateTimeField("下次发送", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="message_once_per_event")]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="message_inbox"),
            models.Index(fields=["mail"], name="message_mail", condition=Q(mail="WAITING")),
        ]

    def __str__(self) -> str:
        return self.subject
