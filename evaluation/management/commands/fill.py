"""`manage.py fill`: bulk data for measuring, in the demonstration's round; run again it adds more."""

import datetime as dt
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from evaluation.management import bulk_applications, bulk_demands, bulk_services
from evaluation.management import cast as casting
from evaluation.management.crowd import Crowd
from pilot_portal.common import clock
from pilot_portal.rounds.models import Round


class Command(BaseCommand):
    """Fictional firms, institutions and demands in great numbers, each case with its trail."""

    help = "为压力测试批量生成虚构数据（写入演示批次）；再次运行会继续增加。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many of each, and the seed."""
        for name, what in (("enterprises", "企业"), ("institutions", "服务机构"), ("demands", "需求")):
            parser.add_argument(f"--{name}", type=int, default=0, metavar="N", help=f"{what}数")
        parser.add_argument("--seed", type=int, default=2023, metavar="N", help="相同的种子生成相同的数据")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them, batch by batch, and say what was made and how long it took."""
        if settings.PRODUCTION:
            raise CommandError("生产环境不能生成批量数据。")
        if min(options[name] for name in ("enterprises", "institutions", "demands")) < 0:
            raise CommandError("数量不能为负数。")
        now = clock.now()
        if not Round.objects.filter(is_demo=True).exists():
            call_command("demo", stdout=self.stdout)
        this = Round.objects.filter(is_demo=True).order_by("-year", "code")[0]
        self.began = time.monotonic()
        crowd = Crowd(this, casting.gather(now - dt.timedelta(days=500)), now=now, seed=options["seed"])
        self.say("enterprises", crowd.enterprises(options["enterprises"]))
        pilots = bulk_applications.apply(crowd, options["institutions"])
        self.say("institutions", options["institutions"])
        self.say("pilots", pilots)
        made = bulk_demands.demand(crowd, options["demands"])
        self.say("demands", options["demands"])
        for what, count in made.items():
            self.say(what, count)
        self.say("ratings", bulk_services.rate(crowd) if made["contracts"] else 0)

    def say(self, what: str, count: int) -> None:
        """A line: what, how many, the seconds since the beginning."""
        self.stdout.write(f"{what}\t{count}\t{time.monotonic() - self.began:.1f} s")
