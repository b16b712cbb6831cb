"""The app of people and bodies."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, bodies and memberships."""

    name = "pilot_portal.accounts"
    label = "accounts"
    verbose_name = "账号与单位"
