"""Sign-in by user name or mobile number."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from pilot_portal.accounts.models import User
from pilot_portal.common.text import to_halfwidth


class MobileOrNameBackend(ModelBackend):
    """Finds the person by user name, else by mobile number; the rest is Django's."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """The user whose name or mobile number and password these are, or None."""
        if not username or password is None:
            return None
        typed = to_halfwidth(username).strip()
        user = User.objects.filter(username=typed).first() or User.objects.filter(mobile=typed).first()
        if user is None:
            # Hash once all the same: the answer must not take less time for an unknown name.
            User().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user: Any) -> bool:
        """Whether the account may sign in or stay so: one of the demonstration never in production."""
        return super().user_can_authenticate(user) and not (settings.PRODUCTION and user.is_demo)

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """No Django permissions: every right comes from a membership."""
        return False
