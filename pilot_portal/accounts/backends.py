"""Sign-in by user name or mobile number."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from pilot_portal.accounts.models import User
from pilot_portal.common.text import to_halfwidth


def find_user(typed: str) -> User | None:
    """Whose user name, else whose mobile number was typed; full-width digits are digits."""
    name = to_halfwidth(typed).strip()
    return User.objects.filter(username=name).first() or User.objects.filter(mobile=name).first()


def _is_of_this_portal(user: User) -> bool:
    return not (settings.PRODUCTION and user.is_demo)


class MobileOrNameBackend(ModelBackend):
    """Finds the person by user name, else by mobile number; the rest is Django's."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """The user whose name or mobile number and password these are, or None.

        One whose account was stopped is given too: allauth lets him no further, but tells him why.
        """
        if not username or password is None:
            return None
        user = find_user(username)
        if user is None:
            # Hash once all the same: the answer must not take less time for an unknown name.
            User().set_password(password)
            return None
        return user if user.check_password(password) and _is_of_this_portal(user) else None

    def user_can_authenticate(self, user: Any) -> bool:
        """Whether the account may stay signed in: neither stopped nor of the demonstration in production."""
        return super().user_can_authenticate(user) and _is_of_this_portal(user)

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """No Django permissions: every right comes from a membership."""
        return False
