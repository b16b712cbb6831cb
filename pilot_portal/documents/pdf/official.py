"""The frame of official documents after GB/T 9704-2012.

A4, margins 37 / 28 / 35 / 26 mm (top, left, bottom, right): a text of 156 × 225 mm, 22 lines of 28
characters in 3号仿宋 (16 pt, −0.2 pt letter space, pitch 28.99 pt); title 2号小标宋; 一、 in 黑体, （一）
in 楷体; page number in 4号 between dashes, 7 mm under the text, odd pages right, even pages left. Name
and date stand so that the seal goes over both, upright, its upper edge within a line of the text; the
seal itself is never drawn (a demonstration shows a circle that reads 样章).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pilot_portal.documents.pdf.flow import Block, Drawn, Paragraph, Spacer, set_blocks
from pilot_portal.documents.pdf.fonts import Fonts
from pilot_portal.documents.pdf.frame import (
    FOOTER,
    SPECIMEN,
    Column,
    Frame,
    draw_banner,
    draw_code,
    number_line,
)
from pilot_portal.documents.pdf.page import A4, MM, RED, Document, Imprint, Page
from pilot_portal.documents.pdf.qr import SIDE
from pilot_portal.documents.pdf.text import Style, draw_text, measure

OFFICIAL = Frame(A4, 37 * MM, 26 * MM, 35 * MM, 28 * MM)
PITCH = 28.99
BODY_SIZE = 16
SPACE = -0.2
BODY = Style("fangsong", BODY_SIZE, PITCH, "justify", 2, SPACE)
PLAIN = Style("fangsong", BODY_SIZE, PITCH, "left", 0, SPACE)
TITLE = Style("title", 22, 36, "center")
LEVELS = {
    1: Style("hei", BODY_SIZE, PITCH, "left", 2, SPACE),
    2: Style("kai", BODY_SIZE, PITCH, "left", 2, SPACE),
    3: Style("song_bold", BODY_SIZE, PITCH, "left", 2, SPACE),
}
SEAL = 42 * MM  # diameter of a bureau's seal
TIGHTER = (0.97, 0.94, 0.905)  # of the pitch, where a page is spared by it
LINE = 26  # characters of a line that begins a paragraph
SHORT_LIST = 8  # enclosures that stay together
DATE_INDENT = 4 * BODY_SIZE  # GB/T 9704: the date of a sealed document stands four characters from the right


def chinese_date(day: date) -> str:
    """A date as documents write it."""
    return f"{day.year}年{day.month}月{day.day}日"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs and when; `seal` leaves the place of the seal."""

    issuer: str
    day: date
    seal: bool = True


def heading(text: str, level: int = 1) -> Paragraph:
    """一、 (1), （一） (2), 1. (3)."""
    return Paragraph(text, LEVELS[level], keep=True)


def body(text: str, *, keep: bool = False) -> Paragraph:
    """A paragraph of the text; the last one keeps with the signature."""
    return Paragraph(text, BODY, keep=keep)


def before_signature(text: Sequence[Paragraph], *, enclosures: bool = False) -> list[Paragraph]:
    """The text of which the signature takes the last lines along, for it never stands on a page without text.

    Words of one line that close the text take the last lines before them, unless enclosures stand under them.
    """
    last = 2 if text and len(text[-1].text) < LINE and not enclosures else 1
    return [*text[:-last], *(replace(block, keep=True) for block in text[-last:])]


def head_blocks(head: str, number: str) -> list[Block]:
    """The red head: the issuing body's mark, the document's number, and the red line."""
    mark = Style("title", 30, 44, "center", colour=RED)

    def line(page: Page, x: float, y: float, width: float) -> None:
        page.rule(x, y + 4 * MM, x + width, y + 4 * MM, 1.2, RED)

    return [
        Paragraph(head, mark, after=PITCH, balance=True),
        Paragraph(number, Style("fangsong", BODY_SIZE, PITCH, "center", 0, SPACE)),
        Drawn(4 * MM + PITCH, line),
    ]


def signature_block(signature: Signature, imprint: Imprint, fonts: Fonts, *, keep: bool = False) -> Drawn:
    """Name over date at the right, with room for the seal; the QR at the left on the same height."""

    def draw(page: Page, x: float, y: float, width: float) -> None:
        words = chinese_date(signature.day)
        role = fonts[BODY.role]
        day_width = measure(words, role, BODY_SIZE, SPACE)
        name_width = measure(signature.issuer, role, BODY_SIZE, SPACE)
        day_left = x + width - DATE_INDENT - day_width
        centre = day_left + day_width / 2
        # A long name would leave the text at the right: then it ends there and the date is centred under it.
        centre = min(centre, x + width - name_width / 2)
        name_line = y + (PITCH * 2 if signature.seal else PITCH) + BODY_SIZE
        draw_text(page, signature.issuer, PLAIN, fonts, centre - name_width / 2, name_line)
        draw_text(page, words, PLAIN, fonts, centre - day_width / 2, name_line + PITCH)
        if signature.seal:
            page.seals.append((centre - SEAL / 2, y + 6, SEAL))
        if signature.seal and imprint.specimen:
            _specimen_seal(page, fonts, centre, y + 6 + SEAL / 2)
        if imprint.verify_url:
            draw_code(page, imprint, fonts, x, y + PITCH / 2)

    height = max(PITCH * 5 if signature.seal else PITCH * 3, SIDE + PITCH if imprint.verify_url else 0)
    return Drawn(height, draw, keep)


def _specimen_seal(page: Page, fonts: Fonts, x: float, y: float) -> None:
    """The place of the seal in a demonstration: never a real seal."""
    page.circles.append((x, y, SEAL / 2, 1.2, RED))
    mark = Style("hei_bold", 20, align="center", colour=RED)
    small = Style("hei", 9, align="center", colour=RED)
    draw_text(page, SPECIMEN.split("·")[0], mark, fonts, x - SEAL / 2, y - 33, SEAL)
    draw_text(page, SPECIMEN.split("·")[1], small, fonts, x - SEAL / 2, y - 19, SEAL)


def enclosure_blocks(enclosures: Sequence[str], fonts: Fonts) -> list[Block]:
    """附件说明.

    A line after the text, indented by two characters; numbers and continued lines are aligned.
    """
    last = len(enclosures)

    def entry(at: int, text: str, indent: float, hang: float) -> Paragraph:
        return Paragraph(text, replace(BODY, indent=indent, hang=hang), keep=last <= SHORT_LIST or at == last)

    if not enclosures:
        return []
    if len(enclosures) == 1:
        return [Spacer(PITCH, keep=True), entry(1, f"附件：{enclosures[0]}", 2, 5)]
    number_width = measure("1.", fonts[BODY.role], 1)
    entries = [entry(1, f"附件：1.{enclosures[0]}", 2, 5 + number_width)]
    entries += [
        entry(at, f"{at}.{name}", 5, 5 + number_width) for at, name in enumerate(enclosures[1:], start=2)
    ]
    return [Spacer(PITCH, keep=True), *entries]


def finish_official(pages: list[Page], imprint: Imprint, fonts: Fonts) -> tuple[Page, ...]:
    """Page numbers by the standard; number, version and digest in small print at the very bottom."""
    style = Style("song", 14)
    line = number_line(imprint)
    for number, page in enumerate(pages, start=1):
        words = f"— {number} —"
        width = measure(words, fonts[style.role], style.size)
        odd = number % 2
        left = page.width - OFFICIAL.right - 14 - width if odd else OFFICIAL.left + 14
        draw_text(page, words, style, fonts, left, page.height - 35 * MM + 7 * MM + 12)
        small = f"{line}　共 {len(pages)} 页" if line else f"共 {len(pages)} 页"
        centred = Style(FOOTER.role, FOOTER.size, align="center", colour=FOOTER.colour)
        draw_text(page, small, centred, fonts, 0, page.height - 12 * MM, page.width)
        draw_banner(page, imprint, fonts, 14 * MM)
    return tuple(pages)


def official_page(
    title: str, blocks: Sequence[Block], imprint: Imprint, fonts: Fonts, *, head: Sequence[Block] = ()
) -> Document:
    """An official document: red head (if any), title, and blocks in the standard's frame.

    Words that go a little over their first page are set on it with a smaller pitch of lines, as the standard
    has it where the seal finds no room. Raises MissingGlyph.
    """
    opening: list[Block] = [*head, Paragraph(title, TITLE, after=PITCH, balance=True, keep=True)]
    blocks = [*opening, *blocks]
    pages = _pages(blocks, fonts)
    if len(pages) == 2:  # noqa: PLR2004 - the second page is to be spared
        pages = next((found for found in _tighter(blocks, fonts) if len(found) == 1), pages)
    return Document(title.replace("\n", ""), finish_official(pages, imprint, fonts), imprint.dated)


def _pages(blocks: Sequence[Block], fonts: Fonts) -> list[Page]:
    column = Column(OFFICIAL, fonts)
    set_blocks(column, blocks)
    return column.pages


def _tighter(blocks: Sequence[Block], fonts: Fonts) -> Iterator[list[Page]]:
    """The pages with an ever smaller pitch of the text; none where a table or a chart is among them."""
    if not all(isinstance(block, Paragraph | Spacer | Drawn) for block in blocks):
        return
    for tight in TIGHTER:
        yield _pages([_with_pitch(block, PITCH * tight) for block in blocks], fonts)


def _with_pitch(block: Block, pitch: float) -> Block:
    if isinstance(block, Paragraph):
        style = replace(block.style, pitch=pitch) if block.style.pitch == PITCH else block.style
        return replace(block, style=style, after=min(block.after, pitch))
    return replace(block, height=min(block.height, pitch)) if isinstance(block, Spacer) else block
