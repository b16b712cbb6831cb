"""`manage.py paper --list` and `manage.py paper KIND NUMBER --out FILE`: papers without a worker."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pilot_portal.common import clock
from pilot_portal.common.errors import Refused
from pilot_portal.documents.operations import verify_code, verify_url
from pilot_portal.documents.registry import PAPERS, Printing


class Command(BaseCommand):
    """Lists the kinds with an example's number, or builds one paper synchronously."""

    help = "列出文书种类，或即时生成一份文书。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """KIND and NUMBER, or --list."""
        parser.add_argument("kind", nargs="?")
        parser.add_argument("number", nargs="?")
        parser.add_argument("--list", action="store_true")
        parser.add_argument("--out", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Tab-separated without header; or the file."""
        if options["list"]:
            for code in sorted(code for code, kind in PAPERS.items() if kind.is_listed):
                self.stdout.write(f"{code}\t{PAPERS[code].example() or ''}")
            return
        kind = PAPERS.get(options["kind"] or "")
        if kind is None:
            raise CommandError(f"没有这种文书，可用：{'、'.join(sorted(PAPERS))}")
        if not options["number"] or not options["out"]:
            raise CommandError("用法：paper KIND NUMBER --out FILE")
        subject = kind.find(options["number"])
        if subject is None:
            raise CommandError(f"没有编号为 {options['number']} 的材料。")
        url = verify_url(verify_code(kind, subject))
        try:
            options["out"].write_bytes(kind.build(subject, Printing(url, kind.layout, clock.now())))
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        except OSError as error:
            raise CommandError(f"不能写入 {options['out']}：{error.strerror}") from error
        self.stdout.write(str(options["out"]))
