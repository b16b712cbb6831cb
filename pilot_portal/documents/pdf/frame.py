"""The frame around a form: A4 and its margins, and what stands on every page outside the text.

Footer: number, version and digest at the left, 第 n 页 共 m 页 at the right. On the first page the QR
stands in the upper right corner, away from where seals go. A rehearsal carries its banner and a
demonstration 样章·演示无效 on every page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pilot_portal.documents.pdf.fonts import Fonts
from pilot_portal.documents.pdf.page import A4, A4_LANDSCAPE, GREY, MM, RED, Imprint, Page
from pilot_portal.documents.pdf.qr import SIDE, draw_qr
from pilot_portal.documents.pdf.text import Style, draw_text, measure

SPECIMEN = "样章·演示无效"
FOOTER = Style("song", 8, colour=GREY)
BANNER = Style("hei_bold", 10.5, align="center", colour=RED)
DIGITS = 16


@dataclass(frozen=True, slots=True)
class Frame:
    """Size of the page and margins in points."""

    size: tuple[float, float]
    top: float
    right: float
    bottom: float
    left: float

    @property
    def width(self) -> float:
        """Width of the text."""
        return self.size[0] - self.left - self.right

    @property
    def height(self) -> float:
        """Height of the text."""
        return self.size[1] - self.top - self.bottom


PORTRAIT = Frame(A4, 18 * MM, 22 * MM, 18 * MM, 22 * MM)
LANDSCAPE = Frame(A4_LANDSCAPE, 16 * MM, 18 * MM, 17 * MM, 18 * MM)


class Column:
    """The place where the next thing is set; it makes pages as they are needed."""

    def __init__(self, frame: Frame, fonts: Fonts) -> None:
        self.frame, self.fonts = frame, fonts
        self.left, self.width = frame.left, frame.width
        self.pages: list[Page] = []
        # What was measured before it is set, by identity of the block.
        self.prepared: dict[int, Any] = {}
        self.turn()

    def turn(self) -> None:
        """Begin a new page."""
        self.page = Page(*self.frame.size)
        self.pages.append(self.page)
        self.y = self.frame.top

    @property
    def bottom(self) -> float:
        """Lower end of the text."""
        return self.frame.size[1] - self.frame.bottom

    @property
    def room(self) -> float:
        """Height left on this page."""
        return self.bottom - self.y

    @property
    def full_room(self) -> float:
        """Height of an empty page."""
        return self.frame.height


def number_line(imprint: Imprint) -> str:
    """Number, version, digest and the code behind the QR as the footer says them."""
    digest = f"摘要 {imprint.digest[:DIGITS]}" if imprint.digest else ""
    # For those who cannot scan: the page of verification asks for it.
    code = imprint.verify_url.rstrip("/").rpartition("/")[2]
    typed = f"验证码 {code}" if code else ""
    return "　".join(part for part in (imprint.number, imprint.version, digest, typed) if part)


def page_line(page: int, pages: int) -> str:
    """Page n of m."""
    return f"第 {page} 页　共 {pages} 页"


def draw_banner(page: Page, imprint: Imprint, fonts: Fonts, y: float) -> None:
    """The line of a rehearsal or a demonstration, centred at the top of a page."""
    words = "　".join(part for part in (imprint.banner, SPECIMEN if imprint.specimen else "") if part)
    if words:
        draw_text(page, words, BANNER, fonts, 0, y, page.width)


def draw_code(page: Page, imprint: Imprint, fonts: Fonts, x: float, y: float) -> None:
    """The QR with 扫码核验 under it; (x, y) is its upper left corner."""
    draw_qr(page, imprint.verify_url, x, y)
    style = Style("song", 7, align="center", colour=GREY)
    draw_text(page, "扫码核验", style, fonts, x, y + SIDE + 9, SIDE)


def finish_pages(pages: list[Page], frame: Frame, imprint: Imprint, fonts: Fonts) -> tuple[Page, ...]:
    """Add footer, banner and QR to laid-out pages."""
    left, baseline = number_line(imprint), frame.size[1] - 10 * MM
    for number, page in enumerate(pages, start=1):
        right = page_line(number, len(pages))
        draw_text(page, left, FOOTER, fonts, frame.left, baseline)
        width = measure(right, fonts[FOOTER.role], FOOTER.size)
        draw_text(page, right, FOOTER, fonts, frame.size[0] - frame.right - width, baseline)
        draw_banner(page, imprint, fonts, 9 * MM)
    if imprint.verify_url:
        draw_code(pages[0], imprint, fonts, frame.size[0] - frame.right - SIDE, 9 * MM)
    return tuple(pages)
