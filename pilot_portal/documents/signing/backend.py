"""What a county's seal vendor implements, and what the portal asks of it.

The setting SEAL_BACKEND names a class; it is made without arguments once per process and takes what it needs
from the settings. None is named by default: then papers are stamped on paper, or sealed elsewhere.
"""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Protocol

import pikepdf
from django.conf import settings
from django.utils.module_loading import import_string

from pilot_portal.documents.pdf.archive import SEAL_NAME


class SealFailed(Exception):  # noqa: N818 - not the user's doing: tried again, and told by the log
    """The seal could not be set, e.g. a time-stamp server that does not answer."""


@dataclass(frozen=True, slots=True)
class SealPlace:
    """Where a seal goes: page (from 0) and rectangle in points from the lower left corner."""

    page: int
    box: tuple[float, float, float, float]


class SealBackend(Protocol):
    """A service that seals papers."""

    @property
    def label(self) -> str:
        """What it is called on pages."""

    def seal(self, pdf: bytes, *, at: dt.datetime) -> bytes:
        """The paper with the seal as an incremental update: the given bytes, and more behind them.

        `places_of(pdf)` tells where a body's seal goes. Raises SealFailed.
        """


def places_of(pdf: bytes) -> list[SealPlace]:
    """The places of seals that a paper of the portal names (destinations seal-1, seal-2 …), in order."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        names = opened.Root.get("/Names", pikepdf.Dictionary()).get("/Dests")
        if names is None:
            return []
        tree = pikepdf.NameTree(names)
        pages = {page.objgen: number for number, page in enumerate(opened.pages)}
        found = [tree[name] for name in sorted(tree) if str(name).startswith(SEAL_NAME)]
        return [
            SealPlace(
                pages[place[0].objgen],
                (float(place[2]), float(place[3]), float(place[4]), float(place[5])),
            )
            for place in found
        ]


@lru_cache(maxsize=4)
def _backend(path: str) -> SealBackend:
    made: SealBackend = import_string(path)()
    return made


def seal_backend() -> SealBackend | None:
    """The backend of this installation, made once per process; None where none is set."""
    return _backend(settings.SEAL_BACKEND) if settings.SEAL_BACKEND else None
