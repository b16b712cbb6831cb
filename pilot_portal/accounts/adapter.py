"""How allauth behaves here: no open sign-up of its own, attempts limited by account and address."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest

ATTEMPTS = 5
WINDOW_SECONDS = 600
TOO_MANY = "登录失败次数过多，请 10 分钟后再试；忘记密码请联系所在单位管理员或县区工信部门。"


class AccountAdapter(DefaultAccountAdapter):
    """Limits failed sign-ins by account **and** address, so nobody locks an official out from afar."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Registration has pages of its own (by credit code or invitation)."""
        return False

    def _key(self, request: HttpRequest, credentials: dict[str, Any]) -> str:
        login = str(credentials.get("username") or credentials.get("email") or "").strip().lower()
        return f"login:{self.get_client_ip(request)}:{login}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse a sixth attempt within ten minutes from one address on one account."""
        if cache.get(self._key(request, credentials), 0) >= ATTEMPTS:
            raise ValidationError(TOO_MANY)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the failure."""
        key = self._key(request, credentials)
        if not cache.add(key, 1, WINDOW_SECONDS):
            cache.incr(key)
