"""The app of the messages."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Inbox and e-mail."""

    name = "pilot_portal.notifications"
    label = "notifications"
    verbose_name = "消息"
