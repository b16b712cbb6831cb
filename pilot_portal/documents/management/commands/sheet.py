"""`manage.py sheet --list` and `manage.py sheet KIND --round CODE [--region CODE] --out FILE`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pilot_portal.accounts.actors import SYSTEM
from pilot_portal.common import clock
from pilot_portal.documents.registry import SHEETS
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round


class Command(BaseCommand):
    """Lists the kinds of workbooks, or writes one."""

    help = "列出汇总表种类，或即时生成一份汇总表。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """KIND with its round, or --list."""
        parser.add_argument("kind", nargs="?")
        parser.add_argument("--list", action="store_true")
        parser.add_argument("--round")
        parser.add_argument("--region")
        parser.add_argument("--out", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Tab-separated without header; or the file."""
        if options["list"]:
            for code in sorted(SHEETS):
                self.stdout.write(f"{code}\t{SHEETS[code].title}")
            return
        kind = SHEETS.get(options["kind"] or "")
        if kind is None:
            raise CommandError(f"没有这种汇总表，可用：{'、'.join(sorted(SHEETS))}")
        round_ = Round.objects.filter(code=options["round"] or "").first()
        region = Region.objects.filter(code=options["region"]).first() if options["region"] else None
        if round_ is None or (options["region"] and region is None) or not options["out"]:
            raise CommandError(
                "用法：sheet KIND --round CODE [--region CODE] --out FILE（批次或县市区代码有误）"
            )
        with options["out"].open("wb") as stream:
            rows = kind.build(round_, region, stream, SYSTEM, clock.now())
        self.stdout.write(f"{options['out']}\t{rows}")
