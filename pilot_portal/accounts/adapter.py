"""How allauth behaves here: no open sign-up of its own, attempts limited by account and address."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from pilot_portal.accounts.backends import find_user
from pilot_portal.common.text import to_halfwidth

TOO_MANY = "失败次数过多，请 10 分钟后再试；忘记密码请联系本单位管理员或县区工信部门。"


class AccountAdapter(DefaultAccountAdapter):
    """Limits failed sign-ins by account **and** address, so nobody locks an official out from afar.

    How many and how long says `ACCOUNT_RATE_LIMITS`; the second step (MFA) is limited by the account alone,
    since only who knows the password comes so far.
    """

    error_messages = {**DefaultAccountAdapter.error_messages, "too_many_login_attempts": TOO_MANY}

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Registration has pages of its own (by credit code or invitation)."""
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """One key for one account however its name is typed: user name, mobile number, full width."""
        typed = str(credentials.get("username") or credentials.get("email") or "")
        user = find_user(typed)
        account = str(user.pk) if user else to_halfwidth(typed).strip().lower()
        return f"{self.get_client_ip(request)}:{account}"
