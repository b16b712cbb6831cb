"""Telling people, and marking as read. Mail leaves after commit; the sweep finds what got lost."""

import datetime as dt
from collections.abc import Iterable

from celery import current_app
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F

from pilot_portal.notifications.models import Message

MAIL_TRIES = 5


def tell(
    users: Iterable[int],
    subject: str,
    *,
    key: str,
    at: dt.datetime,
    body: str = "",
    path: str = "",
) -> None:
    """Leave a message in the inbox of each user (keys); told before under the same key: nothing happens.

    `path` is an address of the portal ("/my/application/2023/"). Never put a phone number in it.
    """
    rows = [
        Message(
            user_id=user_id,
            subject=subject[:120],
            body=body,
            path=path,
            key=key,
            created_at=at,
            mail=Message.Mail.WAITING,
        )
        for user_id in set(users)
    ]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    transaction.on_commit(wake, robust=True)


def wake() -> None:
    """Wake a worker to send waiting mail; a broker that is down costs nothing, the sweep comes by."""
    current_app.send_task("notifications.sweep", retry=False)


def mark_read(user_id: int, message_ids: Iterable[int] | None, *, at: dt.datetime) -> int:
    """Mark a person's messages (all when None) as read; gives how many were."""
    rows = Message.objects.filter(user_id=user_id, read_at=None)
    if message_ids is not None:
        rows = rows.filter(pk__in=list(message_ids))
    return rows.update(read_at=at)


def send_waiting_mail(limit: int = 200) -> int:
    """Send what waits: each message is taken by a conditional UPDATE first, so none leaves twice at once."""
    sent = 0
    waiting = Message.objects.filter(mail=Message.Mail.WAITING).select_related("user").order_by("pk")[:limit]
    for message in waiting:
        if not message.user.email:
            Message.objects.filter(pk=message.pk).update(mail=Message.Mail.NONE)
            continue
        taken = Message.objects.filter(
            pk=message.pk, mail=Message.Mail.WAITING, mail_attempts=message.mail_attempts
        ).update(mail_attempts=F("mail_attempts") + 1)
        if not taken:
            continue
        mail = EmailMessage(
            message.subject,
            f"{message.body}\n\n{settings.SITE_ORIGIN}{message.path}",
            to=[message.user.email],
            headers={
                "Message-ID": f"<portal-message-{message.pk}@{settings.DEFAULT_FROM_EMAIL.split('@')[-1]}>"
            },
        )
        try:
            mail.send()
        except OSError:
            if message.mail_attempts + 1 >= MAIL_TRIES:
                Message.objects.filter(pk=message.pk).update(mail=Message.Mail.FAILED)
            continue
        Message.objects.filter(pk=message.pk).update(mail=Message.Mail.SENT)
        sent += 1
    return sent
