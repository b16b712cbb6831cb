"""`manage.py sheet --list` and `manage.py sheet KIND --round CODE [--region CODE] --out FILE`."""

import io
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pilot_portal.accounts.actors import SYSTEM
from pilot_portal.common import clock
from pilot_portal.common.errors import Refused
from pilot_portal.documents.registry import SHEETS, SheetOrder
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
        if not options["round"] or not options["out"]:
            raise CommandError("用法：sheet KIND --round CODE [--region CODE] --out FILE")
        round_ = Round.objects.filter(code=options["round"]).first()
        if round_ is None:
            raise CommandError(f"没有代码为 {options['round']} 的批次。")
        region = Region.objects.filter(code=options["region"]).first() if options["region"] else None
        if options["region"] and region is None:
            raise CommandError(f"没有代码为 {options['region']} 的县市区。")
        if not kind.may_see(SYSTEM, round_, region):
            raise CommandError("这份汇总表不分县市区，请去掉 --region。")
        # First the whole, then the file: a workbook that fails leaves none behind.
        stream = io.BytesIO()
        try:
            order = SheetOrder(round=round_, region=region, actor=SYSTEM, at=clock.now())
            rows = kind.build(order, stream)
            options["out"].write_bytes(stream.getvalue())
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        except OSError as error:
            raise CommandError(f"不能写入 {options['out']}：{error.strerror}") from error
        self.stdout.write(f"{options['out']}\t{rows}")
