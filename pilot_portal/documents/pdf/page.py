"""What stands on a page, before a canvas is asked for it.

Layout fills Page objects (origin at the top left, points, y downwards); only save.py turns them into PDF.
So the number of pages is known before the first is written, layout is tested without a PDF, and parts are
joined by adding lists.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from functools import lru_cache

from pilot_portal.documents.pdf.faces import Face

MM = 72 / 25.4
A4 = (210 * MM, 297 * MM)
A4_LANDSCAPE = (A4[1], A4[0])
# What the frame writes on every form, and what figures are made of.
FRAME_WORDS = "第页共版摘要验证码扫码核验征求意见样章·演示无效　 —0123456789abcdef.,-"
BLACK, GREY, RED = "0 g", "0.35 g", "0.8 0.05 0.05 rg"

Text = tuple[float, float, Face, float, float | None, str, str]


@dataclass(slots=True)
class Page:
    """One page.

    `texts` holds (x, baseline, face, size, letter space, colour, text), without a letter space figures that
    stand in columns; `rules` lines (x1, y1, x2, y2,
    width, colour); `fills` filled paths as (x, y, scale, path) where the path is PDF operators in its own
    unit, y upwards; `circles` outlines (centre x, centre y, radius, width, colour); `bars` filled rectangles
    (x, top, width, height, colour). `seals` are the squares (x, top, side) where somebody's seal goes: not
    drawn, but named in the file, so that a seal program finds them.
    """

    width: float
    height: float
    texts: list[Text] = field(default_factory=list)
    rules: list[tuple[float, float, float, float, float, str]] = field(default_factory=list)
    fills: list[tuple[float, float, float, str]] = field(default_factory=list)
    circles: list[tuple[float, float, float, float, str]] = field(default_factory=list)
    bars: list[tuple[float, float, float, float, str]] = field(default_factory=list)
    seals: list[tuple[float, float, float]] = field(default_factory=list)

    def rule(
        self, x1: float, y1: float, x2: float, y2: float, width: float = 0.5, colour: str = BLACK
    ) -> None:
        """Draw a straight line."""
        self.rules.append((x1, y1, x2, y2, width, colour))

    def plain_text(self) -> str:
        """Everything set on the page, in the order of setting, without line ends: for tests."""
        return "".join(text[6] for text in self.texts)


@dataclass(frozen=True, slots=True)
class Document:
    """A laid-out paper: its title (shown by viewers), its pages, and the moment of the version it shows.

    `printed` are the characters of what stands on every paper of the form, filled in or not.
    """

    title: str
    pages: tuple[Page, ...]
    dated: datetime | None = None
    printed: frozenset[str] = frozenset()


def join(title: str, *documents: Document) -> Document:
    """Several papers as one file; each part keeps its own page numbers."""
    pages = tuple(page for document in documents for page in document.pages)
    dated = next((document.dated for document in documents if document.dated), None)
    return Document(title, pages, dated, frozenset().union(*(document.printed for document in documents)))


@lru_cache(maxsize=64)
def printed_in(words: object) -> frozenset[str]:
    """The characters of a form's words (a frozen data class of texts), of figures and of the frame."""
    texts, left = [FRAME_WORDS], [words]
    while left:
        value = left.pop()
        if isinstance(value, str):
            texts.append(value)
        elif is_dataclass(value):
            left += [getattr(value, one.name) for one in fields(value)]
        elif isinstance(value, tuple):
            left += value
    return frozenset("".join(texts))


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a paper says about itself.

    Footer: `number` of the case or paper, `version` (a text such as 第2版; empty on what is stamped
    once), `digest` of the frozen version (hexadecimal, its first sixteen digits are printed).
    `verify_url` becomes the QR, its last part the code in the footer. `banner` stands on top of every page
    (征求意见); `specimen` adds 样章·演示无效.
    """

    number: str = ""
    version: str = ""
    digest: str = ""
    verify_url: str = ""
    banner: str = ""
    specimen: bool = False
    dated: datetime | None = None
