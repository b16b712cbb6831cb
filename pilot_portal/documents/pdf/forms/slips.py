"""Invitation slips: eight on a page, to be cut apart and handed out (domain.md §6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from pilot_portal.documents.pdf.fonts import Fonts
from pilot_portal.documents.pdf.frame import draw_banner
from pilot_portal.documents.pdf.page import A4, GREY, MM, Document, Imprint, Page
from pilot_portal.documents.pdf.qr import draw_qr
from pilot_portal.documents.pdf.text import Line, Style, break_lines, draw_lines, draw_text

COLUMNS, ROWS = 2, 4
# Nothing nearer to the edge: printers leave it blank, and a cut may slip.
EDGE = 8 * MM
INSIDE = 6 * MM
CODE_SIDE = 30 * MM
NAME = Style("hei_bold", 12, pitch=15)
TEXT = Style("song", 9, pitch=13)
STEP = Style("song", 9, pitch=13, hang=1.2)
GAP = 3.0  # between what stands over each other
# The words are set smaller where they would reach into the note at the foot.
SIZES = (1.0, 0.92, 0.84, 0.76, 0.68)
CODE = Style("hei_bold", 14, align="center", space=1)
SMALL = Style("song", 7.5, pitch=10.5, colour=GREY)
SMALL_CENTRED = Style("song", 7.5, align="center", colour=GREY)
STEPS = (
    "微信或浏览器扫码；或打开 {site}，点“登录”“输入邀请码”；",
    "输入邀请码，填写姓名、手机号，设置密码；",
    "登录后即可填报服务需求、查看揭榜、评价服务。",
)


@dataclass(frozen=True, slots=True)
class Slip:
    """One firm's slip: the address behind its QR, the short code people type, the last day it can be used."""

    company: str
    url: str
    code: str
    until: date


@dataclass(frozen=True, slots=True)
class SlipsData:
    """A sheet of slips: who invites, to what, the site's address as people type it, the slips in order."""

    bureau: str
    title: str
    site: str
    slips: Sequence[Slip]
    imprint: Imprint


def spaced(code: str) -> str:
    """A code as it is read out: ABCD 2345."""
    half = len(code) // 2
    return f"{code[:half]} {code[half:]}"


def _slip(
    page: Page, slip: Slip, data: SlipsData, fonts: Fonts, box: tuple[float, float, float, float]
) -> None:
    left, top, width, height = box
    x, inner = left + INSIDE, width - 2 * INSIDE
    beside = inner - CODE_SIDE - 4 * MM
    code_top = top + height - INSIDE - CODE_SIDE - 26
    note = f"邀请单 {data.imprint.number}，一次有效，请勿转给他人；不是贵企业的，请退回发放单位。"
    note_lines = break_lines(note, beside, SMALL, fonts)
    note_top = top + height - INSIDE - len(note_lines) * SMALL.leading
    for size in SIZES:
        pieces, bottom = _words(slip, data, fonts, (inner, beside), (top + INSIDE, code_top), size)
        if bottom <= note_top - GAP:
            break
    for lines, style, y in pieces:
        draw_lines(page, lines, style, x, y, inner)
    draw_lines(page, note_lines, SMALL, x, note_top, beside)
    right = left + width - INSIDE - CODE_SIDE
    draw_qr(page, slip.url, right, code_top, CODE_SIDE)
    draw_text(page, spaced(slip.code), CODE, fonts, right - 6, code_top + CODE_SIDE + 17, CODE_SIDE + 12)
    until = f"{slip.until.year}年{slip.until.month}月{slip.until.day}日前有效"
    draw_text(page, until, SMALL_CENTRED, fonts, right - 6, code_top + CODE_SIDE + 28, CODE_SIDE + 12)


def _words(
    slip: Slip,
    data: SlipsData,
    fonts: Fonts,
    widths: tuple[float, float],
    tops: tuple[float, float],
    size: float,
) -> tuple[list[tuple[list[Line], Style, float]], float]:
    """Name, invitation and steps, each with its top, and where they end.

    What ends above the QR runs over the whole width of the slip, the rest stands beside it; `widths` are of
    both, `tops` are of the slip and of the QR.
    """
    y, code_top = tops
    texts = [(slip.company, NAME), (f"{data.bureau}邀请贵企业参加{data.title}。", TEXT)]
    texts += [
        (f"{number}. {step.format(site=data.site)}", STEP) for number, step in enumerate(STEPS, start=1)
    ]
    pieces = []
    for text, as_set in texts:
        style = replace(as_set, size=as_set.size * size, pitch=as_set.pitch * size)
        lines = break_lines(text, widths[0], style, fonts, slip.company)
        if y + len(lines) * style.leading > code_top - GAP:
            lines = break_lines(text, widths[1], style, fonts, slip.company)
        pieces.append((lines, style, y))
        y += len(lines) * style.leading + 1
    return pieces, y


def _cuts(page: Page, width: float, height: float) -> None:
    """Fine lines along which the sheet is cut."""
    for column in range(1, COLUMNS):
        page.rule(column * width, EDGE, column * width, A4[1] - EDGE, 0.25, GREY)
    for row in range(1, ROWS):
        page.rule(EDGE, row * height, A4[0] - EDGE, row * height, 0.25, GREY)


def slips(data: SlipsData, fonts: Fonts) -> Document:
    """Lay the slips out. Raises MissingGlyph."""
    width, height = A4[0] / COLUMNS, A4[1] / ROWS
    pages: list[Page] = []
    for position, slip in enumerate(data.slips):
        place = position % (COLUMNS * ROWS)
        if place == 0:
            page = Page(*A4)
            _cuts(page, width, height)
            draw_banner(page, data.imprint, fonts, 6 * MM)
            pages.append(page)
        row, column = divmod(place, COLUMNS)
        _slip(pages[-1], slip, data, fonts, (column * width, row * height, width, height))
    return Document(f"邀请单 {data.imprint.number}", tuple(pages), data.imprint.dated)
