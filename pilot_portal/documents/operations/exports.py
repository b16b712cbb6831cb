"""Writing exports: a workbook, or a bundle of papers as one .zip."""

import datetime as dt
import logging
import shutil
from collections.abc import Callable, Iterator
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.conf import settings
from django.db import transaction

from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import User
from pilot_portal.accounts.queries import live_memberships
from pilot_portal.attachments.operations import note_access
from pilot_portal.common import clock
from pilot_portal.common.errors import Refused
from pilot_portal.documents.models import BundleItem, Paper
from pilot_portal.documents.operations.building import finish, keep_file
from pilot_portal.documents.operations.papers import AGAIN, BULK, LAST, LEASE, STOPPED, row_of, wake
from pilot_portal.documents.registry import BUNDLES, EXPORTS, SHEETS, BundleKind, SheetOrder
from pilot_portal.documents.sheets import Column, TableSheet, write_table
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round

logger = logging.getLogger(__name__)
LIST_NAME = "清单.xlsx"
LOST = "存档文件无法读取，请联系管理员。"
FORBIDDEN = str.maketrans(dict.fromkeys('/\\:*?"<>|', "_"))
CHUNK = 500
LIST_COLUMNS = (
    Column("序号", kind="int", width=8),
    Column("文件夹", width=16),
    Column("文件名", width=40),
    Column("文书", width=24),
    Column("编号", width=20),
    Column("页数", kind="int", width=8),
    Column("SHA-256", width=34),
    Column("SM3", width=34),
    Column("说明", width=28),
)


class TakenBack(Exception):  # noqa: N818 - no fault: somebody cancelled, or another worker has the job
    """The job is no longer this worker's."""


def _teller(paper: Paper) -> Callable[[int, int], None]:
    """Writes down how far an export is, and prolongs the lease; raises TakenBack where the job is gone."""

    def told(done: int, total: int) -> None:
        share = min(99, done * 100 // max(1, total))
        held = Paper.objects.filter(pk=paper.pk, attempt=paper.attempt, status=Paper.Status.RUNNING)
        if not held.update(progress=share, lease_until=clock.now() + LEASE):
            raise TakenBack

    return told


def order_of(paper: Paper, *, at: dt.datetime) -> SheetOrder:
    """What an export was ordered for, its asker as he stands now. Raises Refused where he may no longer."""
    params = paper.params
    round_ = Round.objects.get(code=params["round"])
    region = Region.objects.get(code=params["region"]) if params["region"] else None
    user = User.objects.get(pk=paper.requested_by_id)
    held = live_memberships(user, at).filter(organisation_id=paper.organisation_id, role=paper.role)
    order = SheetOrder(
        round=round_,
        region=region,
        actor=Actor(user, held.first()),
        at=at,
        query=params.get("query", {}),
        words=params.get("words", ""),
        columns=tuple(params.get("columns", ())),
        purpose=params.get("purpose", ""),
        told=_teller(paper),
    )
    if not EXPORTS[paper.kind].may_see(order.actor, round_, region):
        raise Refused("您已没有权限导出这些材料。")
    return order


def make_sheet(paper: Paper, stream: BinaryIO, *, at: dt.datetime) -> None:
    """Write a taken workbook, as its asker may see it now.

    Raises Refused where he stands there no longer, TakenBack where the job was cancelled meanwhile.
    """
    kind, order = SHEETS[paper.kind], order_of(paper, at=at)
    count = kind.build(order, stream)
    keep_file(paper, kind.file_name(order.round, order.region), stream)
    _finish_export(paper, order, count, at=at)


def _finish_export(paper: Paper, order: SheetOrder, count: int, *, at: dt.datetime, missing: int = 0) -> None:
    with transaction.atomic():
        # It shows things as they stood; asked for later it is a new job, so its key is set free.
        won = finish(
            paper,
            at=at,
            error=f"其中 {missing} 份未能生成，原因见清单。" if missing else "",
            dedupe=f"{paper.dedupe.partition('#')[0]}#{paper.pk}",
            expires_at=at + dt.timedelta(days=settings.EXPORT_DAYS),
        )
        if won:
            what = f"导出 {paper.title}"
            note_access(what, by=order.actor, at=at, query=order.words, count=count, purpose=order.purpose)
    if not won:
        paper.file.delete(save=False)


def make_bundle(paper: Paper, stream: BinaryIO, *, at: dt.datetime) -> None:
    """Work at a taken bundle: first its papers are asked for, each a job of its own; in the end the zip.

    So whoever waits before a screen comes in between, several workers share a bundle, and a worker that dies
    takes one paper with it. A paper that cannot be built does not hold up the others: the list names it.
    Raises Refused, TakenBack.
    """
    kind, order = BUNDLES[paper.kind], order_of(paper, at=at)
    if paper.urgency != LAST:
        _open(paper, kind, order, at=at)
        return
    count, missing = _write_bundle(paper, order, stream)
    keep_file(paper, kind.file_name(order.round, order.region), stream)
    _finish_export(paper, order, count, at=at, missing=missing)


@transaction.atomic
def _open(paper: Paper, kind: BundleKind, order: SheetOrder, *, at: dt.datetime) -> None:
    """Ask for the papers of a bundle and put it back behind them."""
    asked = [
        (folder.name, row_of(folder.kind, subject, at=at))
        for folder in kind.folders(order)
        for subject in folder.subjects.iterator(chunk_size=CHUNK)
    ]
    if not asked:
        raise Refused("没有可打包的文书。")
    for _folder, row in asked:
        row.urgency = BULK
    Paper.objects.bulk_create([row for _folder, row in asked], ignore_conflicts=True, batch_size=CHUNK)
    keys = {row.dedupe: place for place, (_folder, row) in enumerate(asked)}
    paper.items.all().delete()
    for start in range(0, len(asked), CHUNK):
        part = [row.dedupe for _folder, row in asked[start : start + CHUNK]]
        found = list(Paper.objects.filter(dedupe__in=part).only("pk", "dedupe"))
        Paper.objects.filter(pk__in=[row.pk for row in found], status__in=STOPPED).update(**AGAIN)
        BundleItem.objects.bulk_create(
            BundleItem(bundle=paper, paper=row, folder=asked[keys[row.dedupe]][0], position=keys[row.dedupe])
            for row in found
        )
    held = Paper.objects.filter(pk=paper.pk, attempt=paper.attempt, status=Paper.Status.RUNNING)
    if not held.update(status=Paper.Status.REQUESTED, urgency=LAST, lease_until=None):
        raise TakenBack
    transaction.on_commit(wake, robust=True)


def _write_bundle(paper: Paper, order: SheetOrder, stream: BinaryIO) -> tuple[int, int]:
    """The zip of a bundle; gives how many papers are in it and how many could not be built."""
    counts = {"in": 0, "missing": 0}
    with ZipFile(stream, "w", ZIP_STORED) as archive, TemporaryFile() as listed:
        table = TableSheet(
            title=paper.title,
            columns=LIST_COLUMNS,
            cover=(
                ("范围", f"{order.round.title} · {order.region.name if order.region else '全市'}"),
                ("打包时间", f"{clock.beijing(order.at):%Y-%m-%d %H:%M}（北京时间）"),
                ("打包人", order.actor.display),
                ("用途", order.purpose or "工作使用，请勿外传"),
            ),
        )
        write_table(table, _packed(paper, order, archive, counts), listed, at=order.at)
        listed.seek(0)
        with archive.open(_entry(LIST_NAME, order.at, ZIP_DEFLATED), "w") as target:
            shutil.copyfileobj(listed, target)
    return counts["in"], counts["missing"]


def _packed(
    paper: Paper, order: SheetOrder, archive: ZipFile, counts: dict[str, int]
) -> Iterator[tuple[Any, ...]]:
    """Put paper after paper into the zip; gives the lines of the list."""
    items = BundleItem.objects.filter(bundle=paper).select_related("paper").order_by("position")
    total, taken = items.count(), {LIST_NAME}
    for number, item in enumerate(items.iterator(chunk_size=CHUNK), 1):
        order.told(number, total)
        one = item.paper
        if one.status != Paper.Status.DONE:
            counts["missing"] += 1
            why = one.error or "已取消，请单独生成。"
            yield (number, item.folder, "", one.title, one.number, None, "", "", why)
            continue
        try:
            source = (one.sealed_file or one.file).open("rb")
        except OSError:
            logger.exception("the file of paper %s is not there", one.pk)
            counts["missing"] += 1
            yield (number, item.folder, "", one.title, one.number, None, "", "", LOST)
            continue
        name = _free_name(f"{item.folder}/{one.file_name.translate(FORBIDDEN)}", taken)
        with source, archive.open(_entry(name, order.at, ZIP_STORED), "w") as target:
            shutil.copyfileobj(source, target)
        counts["in"] += 1
        sealed = bool(one.sealed_file)
        yield (
            number,
            item.folder,
            name.rpartition("/")[2],
            one.title,
            one.number,
            one.pages,
            one.sealed_sha256 if sealed else one.sha256,
            one.sealed_sm3 if sealed else one.sm3,
            one.sealed_by,
        )


def _free_name(name: str, taken: set[str]) -> str:
    """The name, with a number where another file of the bundle has it."""
    stem, dot, ending = name.rpartition(".")
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{stem} ({number}){dot}{ending}"
    taken.add(free)
    return free


def _entry(name: str, at: dt.datetime, method: int) -> ZipInfo:
    entry = ZipInfo(name, date_time=clock.beijing(at).timetuple()[:6])
    entry.compress_type = method
    return entry


def expire(at: dt.datetime) -> int:
    """Take away exports whose days are over, file and all; gives how many."""
    count = 0
    for paper in Paper.objects.filter(status=Paper.Status.DONE, expires_at__lte=at).order_by("pk")[:500]:
        name = paper.file.name
        over = Paper.objects.filter(pk=paper.pk, status=Paper.Status.DONE, expires_at__lte=at)
        if over.update(status=Paper.Status.EXPIRED, file="", expires_at=None):
            paper.file.storage.delete(name)
            count += 1
    return count
