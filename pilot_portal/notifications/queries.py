"""Reading the inbox."""

from django.db.models import QuerySet

from pilot_portal.notifications.models import Message


def inbox(user_id: int) -> QuerySet[Message]:
    """A person's messages, newest first."""
    return Message.objects.filter(user_id=user_id).order_by("-created_at", "-pk")


def unread_count(user_id: int) -> int:
    """How many messages a person has not opened."""
    return Message.objects.filter(user_id=user_id, read_at=None).count()
