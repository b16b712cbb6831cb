"""What the apps put on public pages: blocks of the home, files and later changes beside a notice."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pilot_portal.bulletin.models import Publication


@dataclass(frozen=True)
class HomeBlock:
    """A block of the public home: its template and the context within a fixed number of queries."""

    code: str
    template: str
    provider: Callable[[dt.datetime], dict[str, Any]]
    position: int = 50


@dataclass(frozen=True)
class NoticeFile:
    """A file of a notice; without an address while it is being made."""

    title: str
    url: str = ""


@dataclass(frozen=True)
class Later:
    """What became of a row since it was published: shown beside it, the row itself stays as frozen."""

    label: str
    tone: str = ""
    url: str = ""


@dataclass(frozen=True)
class NoticeExtra:
    """What one kind of publication shows beside what is frozen: its files, later changes by row number.

    Both providers take the publication and answer within a fixed number of queries.
    """

    kind: str
    files: Callable[[Publication], list[NoticeFile]]
    later: Callable[[Publication], dict[str, Later]]


BLOCKS: dict[str, HomeBlock] = {}
EXTRAS: dict[str, NoticeExtra] = {}


def register_block(block: HomeBlock) -> None:
    """Put a block on the public home."""
    if BLOCKS.setdefault(block.code, block) is not block:
        raise ValueError(f"block {block.code} is registered twice")


def register_extra(extra: NoticeExtra) -> None:
    """Put files and later changes beside one kind of publication."""
    if EXTRAS.setdefault(extra.kind, extra) is not extra:
        raise ValueError(f"the extra of {extra.kind} is registered twice")


def blocks() -> list[HomeBlock]:
    """The blocks in order."""
    return sorted(BLOCKS.values(), key=lambda block: block.position)
