"""`manage.py demo`: the demonstration, idempotent; run again it moves only this year's calendar."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from evaluation.management import cast as casting
from evaluation.management.aside import being_evaluated, second_batch
from evaluation.management.calendar import rounds
from evaluation.management.crowd import MARK
from evaluation.management.library import keep_library
from evaluation.management.years import last_year, this_year
from pilot_portal.accounts.models import Membership
from pilot_portal.common import clock


class Command(BaseCommand):
    """Builds two rounds with fictional bodies at every state, and an account for every role."""

    help = "建立演示批次和演示账号；再次运行只移动本年度批次的日程。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--accounts prints role, body, user name and password."""
        parser.add_argument("--accounts", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Build, or list the accounts."""
        if settings.PRODUCTION:
            raise CommandError("生产环境不能建立演示数据。")
        if options["accounts"]:
            self.accounts()
            return
        now = clock.now()
        with transaction.atomic():
            found, is_new = rounds(clock.beijing_date(now))
            if is_new:
                people = casting.gather(now - dt.timedelta(days=500))
                last_year(found.last, people, now)
                being_evaluated(found.judged, people, now)
                this_year(found.this, people, now)
                second_batch(found.applying, people, now)
                keep_library(people, now)
        word = "已建立" if is_new else "已更新日程"
        self.stdout.write(f"{word}：{found.this.title}；{found.last.title}")

    def accounts(self) -> None:
        """One line an account, tab-separated without header."""
        rows = (
            Membership.objects.filter(user__is_demo=True, ends_at=None)
            # Those of `fill` are nobody's: no password opens them.
            .exclude(user__username__startswith=MARK)
            .select_related("user", "organisation")
            .order_by("role", "pk")
        )
        for row in rows:
            self.stdout.write(f"{row.role}\t{row.organisation.name}\t{row.user.username}\t{casting.PASSWORD}")
