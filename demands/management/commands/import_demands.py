"""`manage.py import_demands FILE --region CODE`: a county's Attachment 4 without a page."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from demands import intake, operations
from demands.policies import may_import
from demands.queries.demands import open_rounds
from demands.queries.imports import known_rows
from demands.rules.rows import DOUBT, GOOD, Row, judge
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import User
from pilot_portal.accounts.queries import live_memberships
from pilot_portal.common import clock
from pilot_portal.common.errors import Refused
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round


class Command(BaseCommand):
    """Reads a workbook, says what each row means, and takes the good rows over when told by whom."""

    help = "读取县市区的附件4 表格；不加 --dry-run 时导入无误的行，须用 --by 指明经办人。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE, whose it is, and what to do with it."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--region", required=True, help="县市区代码，如 430203")
        parser.add_argument("--round", help="批次代码，默认最新的进行中批次")
        parser.add_argument("--by", help="经办人的用户名，须为该县市区工信部门人员")
        parser.add_argument("--dry-run", action="store_true", help="只读取，不导入")
        parser.add_argument("--with-doubtful", action="store_true", help="有疑问的行也导入")
        parser.add_argument("--json", action="store_true", help="标准输出只有读取结果的 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0 when the file was read, 1 when it was refused or could not be taken over."""
        region = Region.objects.filter(code=options["region"]).first()
        if region is None:
            raise CommandError(f"没有代码为 {options['region']} 的县市区。")
        if not options["dry_run"] and not options["by"]:
            raise CommandError("导入须用 --by 指明经办人；只看读取结果请加 --dry-run。")
        read = intake.read_path(options["file"])
        if options["json"]:
            self.stdout.write(json.dumps(read.file.to_json(), ensure_ascii=False, indent=1))
        if read.file.error:
            if not options["json"]:
                self.stderr.write(read.file.error)
            sys.exit(1)
        if options["dry_run"]:
            if not options["json"]:
                self._tell(self._judged(read.parsed, region, options["round"]))
            return
        try:
            said = self._commit(read, region, options)
        except Refused as refused:
            raise CommandError(refused.message) from refused
        (self.stderr if options["json"] else self.stdout).write(said)

    def _found(self, code: str | None) -> Round | None:
        if code:
            return Round.objects.filter(code=code).first()
        return next(iter(open_rounds(clock.now())), None)

    def _round(self, code: str | None) -> Round:
        found = self._found(code)
        if found is None:
            raise CommandError(f"没有代码为 {code} 的批次。" if code else "没有进行中的批次。")
        return found

    def _actor(self, name: str, region: Region) -> Actor:
        user = User.objects.filter(Q(username=name) | Q(mobile=name)).first()
        if user is None:
            raise CommandError(f"没有用户名为 {name} 的人员。")
        memberships = list(live_memberships(user, clock.now()))
        here = [m for m in memberships if m.organisation.region_id == region.pk]
        return Actor(user, (here or memberships or [None])[0])

    def _judged(self, parsed: dict[str, Any], region: Region, code: str | None) -> list[Row]:
        found = self._found(code)
        return judge(parsed, region=region.name, known=known_rows(found.pk, region.pk) if found else None)

    def _commit(self, read: intake.Read, region: Region, options: dict[str, Any]) -> str:
        """Take the rows over; a file of which nothing is new was read all the same."""
        at, by, found = clock.now(), self._actor(options["by"], region), self._round(options["round"])
        takes = {GOOD, DOUBT} if options["with_doubtful"] else {GOOD}
        rows = judge(read.parsed, region=region.name, known=known_rows(found.pk, region.pk))
        if not any(row.level in takes for row in rows) and may_import(by, region.pk):
            return f"没有新的可以导入的行，留下 {len(rows)} 行。"
        batch = operations.read_workbook(
            read.parsed,
            round=found,
            region=region,
            file_name=options["file"].name,
            sha256=read.sha256,
            by=by,
            at=at,
            upload=intake.as_upload(options["file"]),
        )
        done = operations.commit_batch(batch, by=by, at=at, with_doubtful=options["with_doubtful"])
        if not options["json"]:
            self._tell([row for row in rows if row.level not in takes])
        return f"已导入 {done.taken} 项需求，留下 {done.left_out} 行。"

    def _tell(self, rows: list[Row]) -> None:
        """A line a row: where it stands, how it was understood, why not."""
        words = {GOOD: "可导入", DOUBT: "有疑问"}
        for row in rows:
            level = words.get(row.level, "不能导入")
            self.stdout.write("\t".join([row.place, row.company or "—", level, "；".join(row.notes)]))
