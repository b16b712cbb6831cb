"""`manage.py first_accounts`: the chief's and the system administrator's invitations into an empty portal."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from pilot_portal.accounts.models import Role
from pilot_portal.accounts.operations import found
from pilot_portal.common import clock
from pilot_portal.common.errors import Refused


class Command(BaseCommand):
    """Makes the city, its county bureaus and two invitations; refuses once somebody is there."""

    help = "为空的平台建立市局、县市区单位，并为科长和系统管理员各生成一份邀请。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--chief NAME MOBILE and --sysadmin NAME MOBILE."""
        for role in ("chief", "sysadmin"):
            parser.add_argument(f"--{role}", nargs=2, metavar=("姓名", "手机"), required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """One line an invitation: role, name, short code, address; tab-separated without header."""
        people = {Role.CITY_CHIEF: tuple(options["chief"]), Role.SYSADMIN: tuple(options["sysadmin"])}
        try:
            made = found(people, at=clock.now())
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        for invitation in made:
            address = settings.SITE_ORIGIN + reverse("accounts:invitation", args=[invitation.secret])
            self.stdout.write(f"{invitation.role}\t{invitation.name}\t{invitation.code}\t{address}")
