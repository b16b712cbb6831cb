"""What the portal can print. Apps declare kinds of papers, workbooks, bundles; `ready()` registers them."""

import datetime as dt
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, TypeVar

from django.db.models import QuerySet

from pilot_portal.accounts.actors import Actor
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round

A_WORD_EVERY = 1000
Row = TypeVar("Row")


@dataclass(frozen=True)
class Printing:
    """What a builder is told beside its subject: the paper's address for the QR, the layout's number."""

    verify_url: str
    layout: int
    at: dt.datetime


@dataclass(frozen=True)
class PaperKind:
    """One kind of paper: how to find its frozen subject, who may see it, how to build its bytes.

    `build(subject, printing) -> bytes` reads only what is frozen and writes nothing, so that the same
    (subject, layout, fonts) gives the same bytes ever after.
    """

    code: str
    title: str
    get: Callable[[int], Any | None]
    find: Callable[[str], Any | None]
    number: Callable[[Any], str]
    build: Callable[[Any, Printing], bytes]
    may_see: Callable[[Actor, Any], bool]
    file_name: Callable[[Any], str]
    example: Callable[[], str | None]
    date: Callable[[Any], dt.datetime | None] = lambda _subject: None
    # What distinguishes the editions of a subject that may still be ordered anew, e.g. a revision.
    version: Callable[[Any], str] = lambda _subject: ""
    layout: int = 1
    # What became of the subject since, in words for whoever holds the paper; empty while it stands.
    standing: Callable[[Any], str] = lambda _subject: ""
    # Which edition of its subject it is, in words.
    edition: Callable[[Any], str] = lambda _subject: ""
    # Whose settings say whether the portal signs it.
    round: Callable[[Any], Round | None] = lambda subject: getattr(subject, "round", None)
    # A paper of the notice has examples that a command can print; a working copy of somebody's file has not.
    is_listed: bool = True
    # Fetched by everybody from /papers/public/, without signing in.
    is_public: bool = False


def _unheard(_done: int, _total: int) -> None:
    """Nobody asks how far it is."""


@dataclass(frozen=True)
class SheetOrder:
    """What a workbook was ordered for: a round, perhaps one reporting unit, a list's conditions, columns.

    `told(done, total)` is called now and then while rows are written; it raises where the job was taken back.
    """

    round: Round
    region: Region | None
    actor: Actor
    at: dt.datetime
    query: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    columns: tuple[str, ...] = ()
    purpose: str = ""
    told: Callable[[int, int], None] = _unheard

    def heard(self, rows: Iterable[Row], total: int) -> Iterator[Row]:
        """The rows, with a word every thousand on how far they are."""
        for number, row in enumerate(rows):
            if number % A_WORD_EVERY == 0:
                self.told(number, total)
            yield row


@dataclass(frozen=True, kw_only=True)
class ExportKind:
    """What is exported over a round and perhaps one reporting unit, as things stand: its asker's alone."""

    code: str
    title: str
    may_see: Callable[[Actor, Round, Region | None], bool]
    file_name: Callable[[Round, Region | None], str]
    # Told by its own page, with conditions and purpose: it is not given for the mere asking.
    has_page: bool = False


@dataclass(frozen=True, kw_only=True)
class SheetKind(ExportKind):
    """One kind of workbook.

    `build(order, stream) -> int` writes it and gives the number of rows.
    """

    build: Callable[[SheetOrder, BinaryIO], int]


@dataclass(frozen=True)
class Folder:
    """Papers of one kind that lie together in a bundle: a name, the kind, the subjects in their order."""

    name: str
    kind: PaperKind
    subjects: QuerySet[Any]


@dataclass(frozen=True, kw_only=True)
class BundleKind(ExportKind):
    """Many papers as one .zip with a list of what is in it.

    `folders(order)` says which papers, as its asker may see them.
    """

    folders: Callable[[SheetOrder], Sequence[Folder]]


@dataclass(frozen=True)
class ScanTaker:
    """What becomes of the stamped scan of a paper: the act of the app that asked for it.

    `take(subject, upload, by=, at=)` puts it to its case and raises Refused where that cannot be. `label` is
    the button's words, shown to whom `may(actor)` says.
    """

    label: str
    take: Callable[..., Any]
    may: Callable[[Actor], bool] = lambda actor: actor.is_county


TAKERS: dict[str, ScanTaker] = {}
PAPERS: dict[str, PaperKind] = {}
SHEETS: dict[str, SheetKind] = {}
BUNDLES: dict[str, BundleKind] = {}
EXPORTS: Mapping[str, ExportKind] = ChainMap(SHEETS, BUNDLES)  # type: ignore[arg-type]


def register_paper(kind: PaperKind) -> None:
    """Make a paper known; a code belongs to one kind of anything: a job names nothing else."""
    if kind.code in EXPORTS or PAPERS.setdefault(kind.code, kind) is not kind:
        raise ValueError(f"paper {kind.code} is registered twice")


def register_sheet(kind: SheetKind) -> None:
    """Make a workbook known; a code belongs to one kind of anything."""
    taken = kind.code in PAPERS or kind.code in BUNDLES
    if taken or SHEETS.setdefault(kind.code, kind) is not kind:
        raise ValueError(f"sheet {kind.code} is registered twice")


def register_bundle(kind: BundleKind) -> None:
    """Make a bundle known; a code belongs to one kind of anything."""
    taken = kind.code in PAPERS or kind.code in SHEETS
    if taken or BUNDLES.setdefault(kind.code, kind) is not kind:
        raise ValueError(f"bundle {kind.code} is registered twice")


def register_taker(code: str, taker: ScanTaker) -> None:
    """Say what is done with the stamped scan of papers of a kind."""
    if TAKERS.setdefault(code, taker) is not taker:
        raise ValueError(f"the scans of {code} have two takers")
