"""What the tests of the jobs share: a kind of paper and of workbook, and a worker at a chosen time."""

import datetime as dt
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from pilot_portal.bulletin.models import Publication
from pilot_portal.documents.models import Paper
from pilot_portal.documents.registry import PaperKind, SheetKind, SheetOrder
from pilot_portal.documents.tasks import sweep
from tests import factories
from tests.factories import NOW

MINUTE, SECOND = dt.timedelta(minutes=1), dt.timedelta(seconds=1)


@dataclass
class Printer:
    """Builds the papers of these tests; keeps count, and fails on demand.

    Attributes:
        built: the subjects of the papers built, in order.
        fault: raised by the next build, as long as it stands here.
    """

    built: list[int] = field(default_factory=list)
    fault: Exception | None = None

    def print(self, subject: Publication, printing: Any) -> bytes:
        if self.fault is not None:
            raise self.fault
        self.built.append(subject.pk)
        return f"%PDF-1.7 {subject.number} {printing.verify_url}".encode()

    def fill(self, order: SheetOrder, stream: Any) -> int:
        if self.fault is not None:
            raise self.fault
        self.built.append(order.round.pk)
        stream.write(f"PK {order.round.code} {order.actor.display}".encode())
        return 1


def notice(title: str = "示例公告", **fields: Any) -> Publication:
    """A publication, of which a paper can be asked for."""
    number = f"2023-N-{factories.next_number():04}"
    values = {"kind": "NOTICE", "number": number, "title": title, "published_at": NOW} | fields
    return Publication.objects.create(round=factories.make_round(), **values)


def paper_kind(printer: Printer, **changed: Any) -> PaperKind:
    """A notice on paper; everybody who signed in may have it, the public not."""
    kind = PaperKind(
        code="test-notice",
        title="示例公告文书",
        get=lambda pk: Publication.objects.filter(pk=pk).first(),
        find=lambda number: Publication.objects.filter(number=number).first(),
        number=lambda publication: publication.number,
        build=printer.print,
        may_see=lambda actor, _publication: actor.is_authenticated,
        file_name=lambda publication: f"示例公告 {publication.number}.pdf",
        example=lambda: None,
        date=lambda publication: publication.published_at,
        version=lambda publication: publication.document_number,
    )
    return replace(kind, **changed)


def sheet_kind(printer: Printer, **changed: Any) -> SheetKind:
    """A workbook for counties (of their own) and the city."""
    kind = SheetKind(
        code="test-sheet",
        title="示例汇总表",
        may_see=lambda actor, _round, region: (
            actor.reads_city or (actor.is_county and region is not None and actor.region_id == region.pk)
        ),
        build=printer.fill,
        file_name=lambda round_, _region: f"示例汇总表 {round_.code}.xlsx",
    )
    return replace(kind, **changed)


def empty_folders() -> None:
    """No message and no file of an earlier test."""
    for path in [*message_folder().iterdir(), *stored()]:
        path.unlink()


def message_folder() -> Path:
    """Where the broker keeps its messages."""
    return Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"])


def sweep_at(at: dt.datetime) -> int:
    """A worker wakes at this time and works until nothing waits."""
    settings.CLOCK_AHEAD.write_text(str((at - timezone.now()).total_seconds()), encoding="ascii")
    try:
        return sweep()
    finally:
        settings.CLOCK_AHEAD.unlink()


def messages() -> int:
    """How many messages wait at the broker."""
    return len(list(message_folder().glob("*")))


def stored() -> list[Path]:
    """The files of all papers."""
    return [path for path in (Path(settings.MEDIA_ROOT) / "papers").rglob("*") if path.is_file()]


def content_of(paper: Paper) -> bytes:
    """The stored bytes of a paper."""
    with paper.file.open("rb") as file:
        return file.read()
