"""Invitation slips: eight on a page, to be cut apart and handed out (domain.md §6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pilot_portal.documents.pdf.fonts import Fonts
from pilot_portal.documents.pdf.frame import draw_banner
from pilot_portal.documents.pdf.page import A4, GREY, MM, Document, Imprint, Page
from pilot_portal.documents.pdf.qr import draw_qr
from pilot_portal.documents.pdf.text import Style, break_lines, draw_lines, draw_text

COLUMNS, ROWS = 2, 4
# Nothing nearer to the edge: printers leave it blank, and a cut may slip.
EDGE = 8 * MM
INSIDE = 6 * MM
CODE_SIDE = 30 * MM
NAME = Style("hei_bold", 12, pitch=15)
TEXT = Style("song", 9, pitch=13)
STEP = Style("song", 9, pitch=13, hang=1.2)
CODE = Style("hei_bold", 14, align="center", space=1)
SMALL = Style("song", 7.5, pitch=10.5, colour=GREY)
SMALL_CENTRED = Style("song", 7.5, align="center", colour=GREY)
MOST_NAME_LINES = 2
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
    x, y = left + INSIDE, top + INSIDE
    inner = width - 2 * INSIDE
    lines = break_lines(slip.company, inner, NAME, fonts, slip.company)[:MOST_NAME_LINES]
    y = draw_lines(page, lines, NAME, x, y, inner)
    room = inner - CODE_SIDE - 4 * MM
    lines = break_lines(f"{data.bureau}邀请贵企业参加{data.title}。", room, TEXT, fonts)
    y = draw_lines(page, lines, TEXT, x, y + 2, room)
    for number, step in enumerate(STEPS, start=1):
        text = f"{number}. {step.format(site=data.site)}"
        y = draw_lines(page, break_lines(text, room, STEP, fonts), STEP, x, y + 1, room)
    right = left + width - INSIDE - CODE_SIDE
    code_top = top + height - INSIDE - CODE_SIDE - 26
    draw_qr(page, slip.url, right, code_top, CODE_SIDE)
    draw_text(page, spaced(slip.code), CODE, fonts, right - 6, code_top + CODE_SIDE + 17, CODE_SIDE + 12)
    until = f"{slip.until.year}年{slip.until.month}月{slip.until.day}日前有效"
    draw_text(page, until, SMALL_CENTRED, fonts, right - 6, code_top + CODE_SIDE + 28, CODE_SIDE + 12)
    note = f"邀请单 {data.imprint.number}，一次有效，请勿转给他人；不是贵企业的，请退回发放单位。"
    lines = break_lines(note, room, SMALL, fonts)
    draw_lines(page, lines, SMALL, x, top + height - INSIDE - len(lines) * SMALL.leading, room)


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
