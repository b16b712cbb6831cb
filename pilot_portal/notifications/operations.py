"""Telling people, and marking as read. Mail leaves after commit; the sweep finds what got lost."""

import datetime as dt
from collections.abc import Iterable

from celery import current_app
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, Q, QuerySet

from pilot_portal.notifications.models import Message

# Ten tries in 85 hours: a weekend without a mail server loses nothing.
MAIL_TRIES = 10
MAIL_WAIT = dt.timedelta(minutes=10)
MAIL_LEASE = dt.timedelta(hours=1)


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
    line = " ".join(subject.split())
    rows = [
        Message(
            user_id=user_id,
            subject=line[:120],
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


def send_waiting_mail(*, at: dt.datetime, limit: int = 200) -> int:
    """Send what waits; gives how many left.

    A mail server that cannot be reached costs no message a try. One that refuses a message gets it again,
    each time after twice the wait.
    """
    waiting = list(_due(at).select_related("user").order_by("pk")[:limit])
    Message.objects.filter(pk__in=[m.pk for m in waiting if not m.user.email]).update(mail=Message.Mail.NONE)
    waiting = [message for message in waiting if message.user.email]
    if not waiting:
        return 0
    server = get_connection()
    try:
        server.open()
    except OSError:
        return 0
    try:
        return sum(_send(message, server, at=at) for message in waiting)
    finally:
        server.close()


def _due(at: dt.datetime) -> QuerySet[Message]:
    return Message.objects.filter(Q(mail_due_at=None) | Q(mail_due_at__lte=at), mail=Message.Mail.WAITING)


def _send(message: Message, server: BaseEmailBackend, *, at: dt.datetime) -> bool:
    """Send one message: taken by a conditional UPDATE, and nobody else's until the lease is over.

    A worker that dies in between leaves it to the sweep after the lease; its Message-ID stays the same.
    """
    taken = _due(at).filter(pk=message.pk, mail_attempts=message.mail_attempts)
    if not taken.update(mail_attempts=F("mail_attempts") + 1, mail_due_at=at + MAIL_LEASE):
        return False
    mail = EmailMessage(
        message.subject,
        f"{message.body}\n\n{settings.SITE_ORIGIN}{message.path}",
        to=[message.user.email],
        headers={"Message-ID": f"<portal-message-{message.pk}@{settings.DEFAULT_FROM_EMAIL.split('@')[-1]}>"},
        connection=server,
    )
    row = Message.objects.filter(pk=message.pk)
    try:
        mail.send()
    except (OSError, ValueError):  # ValueError: an address or a header that cannot be written
        if message.mail_attempts + 1 >= MAIL_TRIES:
            row.update(mail=Message.Mail.FAILED)
        else:
            row.update(mail_due_at=at + MAIL_WAIT * 2**message.mail_attempts)
        return False
    row.update(mail=Message.Mail.SENT)
    return True
