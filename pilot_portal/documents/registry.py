"""What the portal can print. Apps declare PaperKinds and SheetKinds and register them in `ready()`."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from pilot_portal.accounts.actors import Actor
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round


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


@dataclass(frozen=True)
class SheetKind:
    """One kind of workbook over a round and perhaps one reporting unit; rows as they stand now.

    `build(round, region, stream, actor, at) -> int` writes the workbook and gives the number of rows.
    """

    code: str
    title: str
    may_see: Callable[[Actor, Round, Region | None], bool]
    build: Callable[[Round, Region | None, BinaryIO, Actor, dt.datetime], int]
    file_name: Callable[[Round, Region | None], str]


PAPERS: dict[str, PaperKind] = {}
SHEETS: dict[str, SheetKind] = {}


def register_paper(kind: PaperKind) -> None:
    """Make a paper known; a code belongs to one kind, of paper or of workbook: a job names nothing else."""
    if kind.code in SHEETS or PAPERS.setdefault(kind.code, kind) is not kind:
        raise ValueError(f"paper {kind.code} is registered twice")


def register_sheet(kind: SheetKind) -> None:
    """Make a workbook known; a code belongs to one kind, of paper or of workbook."""
    if kind.code in PAPERS or SHEETS.setdefault(kind.code, kind) is not kind:
        raise ValueError(f"sheet {kind.code} is registered twice")
