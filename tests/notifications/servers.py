"""Mail servers as they can be: away, picky, slow. Named in `settings.EMAIL_BACKEND` by the tests."""

import threading

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

HERE = "tests.notifications.servers"


class Away(BaseEmailBackend):
    """Nobody answers."""

    def open(self) -> bool:
        """No connection."""
        raise ConnectionRefusedError

    def send_messages(self, email_messages: list[EmailMessage]) -> int:
        """Never reached without a connection."""
        raise ConnectionRefusedError


class Picky(BaseEmailBackend):
    """Takes everything but mail to some addresses."""

    refuses: set[str] = set()
    took: list[str] = []

    def send_messages(self, email_messages: list[EmailMessage]) -> int:
        """Take or refuse."""
        for message in email_messages:
            if self.refuses.intersection(message.to):
                raise OSError("550 mailbox unavailable")
            message.message()  # writes the headers
            self.took.append(message.to[0])
        return len(email_messages)


class Slow(BaseEmailBackend):
    """Tells that a mail has arrived and keeps its sender waiting."""

    arrived, go_on = threading.Event(), threading.Event()
    took: list[str] = []

    def send_messages(self, email_messages: list[EmailMessage]) -> int:
        """Take them, late."""
        self.took.extend(message.to[0] for message in email_messages)
        self.arrived.set()
        assert self.go_on.wait(timeout=30)
        return len(email_messages)
