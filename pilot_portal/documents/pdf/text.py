"""Lines: breaking Chinese text by the rules of GB/T 15834, measuring, and setting lines on a page.

No line begins with a closing mark (，；：。”）…) or ends with an opening one (（“…); Latin words,
numbers, …… and —— stay whole unless one alone is wider than the line. A closing mark may stand at the end
of a full line with its blank half outside; other lines are justified by a little letter space.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from pilot_portal.documents.pdf.faces import Face
from pilot_portal.documents.pdf.fonts import Fonts, MissingGlyph, Role
from pilot_portal.documents.pdf.page import BLACK, Page

NO_BEGIN = frozenset("，。、；：？！,.;:?!）)】〗］]｝}》〉」』〕”’％%‰℃°·～〜々ー＂／-–‐")
NO_END = frozenset("（([【〖［｛{《〈「『〔“‘￥¥$＄#№＃")
HALF_BLANK = frozenset("，。、；：！？）】］｝》〉」』〕”’")
PAIRS = frozenset("…—")
CONNECTORS = frozenset("-_./@:%&+#~'=?,;!*\\|^<>")
# The widest letter space of a justified line, in em: beyond it the line stays ragged.
MOST_STRETCH = 0.14
ASCENT = 0.88
CLOSE = 1e-6
# So many short texts are broken once and kept, with no more characters than this.
KEPT, SHORT = 1024, 40


@dataclass(frozen=True, slots=True)
class Style:
    """How a paragraph is set.

    Font role, size, line pitch (points), alignment (left, center, right, justify), indent of the first line
    (em), letter space (points), colour, indent of the following lines (em), and `only`: the characters after
    which alone a line ends where it can (the kinds of a list stay whole).
    """

    role: str = "song"
    size: float = 10.5
    pitch: float = 0
    align: str = "left"
    indent: float = 0
    space: float = 0
    colour: str = BLACK
    hang: float = 0
    only: str = ""

    @property
    def leading(self) -> float:
        """Distance of base lines; 1.4 em unless set."""
        return self.pitch or self.size * 1.4


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Its runs (face, text, width), natural width, indent, and the letter space that fills the measure.
    """

    runs: tuple[tuple[Face, str, float], ...]
    width: float
    indent: float = 0
    stretch: float = 0

    @property
    def text(self) -> str:
        """The characters of the line."""
        return "".join(run[1] for run in self.runs)


WORD, NOT_FIRST, NOT_LAST, BLANK, PAIR, MARK = 1, 2, 4, 8, 16, 32


class _Kinds(dict[str, int]):
    """Character → what the line breaker must know of it; one entry a character, so it stays small."""

    def __missing__(self, character: str) -> int:
        kind = 0
        if character in CONNECTORS or (character < "\u2000" and character.isalnum()):
            kind |= WORD
        if character in NO_BEGIN:
            kind |= NOT_FIRST
        if character in NO_END:
            kind |= NOT_LAST
        if character == " ":
            kind |= BLANK
        if character in PAIRS:
            kind |= PAIR
        if unicodedata.category(character) in {"Mn", "Me"}:
            kind |= MARK
        self[character] = kind
        return kind


KINDS = _Kinds()


def may_break(before: str, after: str) -> bool:
    """Whether a line may end between two characters."""
    first, second = KINDS[before], KINDS[after]
    if not first | second:
        return True
    if second & (NOT_FIRST | BLANK | MARK) or first & NOT_LAST:
        return False
    if first & BLANK:
        return True
    return not (first & second & WORD or (first & PAIR and before == after))


def clean(text: str) -> str:
    """Line ends as one character, tabs as spaces."""
    return (
        text.replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\t", " ")
        .replace("\x0b", "\n")
        .replace("\x0c", "\n")
    )


def measure(text: str, role: Role, size: float, space: float = 0) -> float:
    """Width of a text on one line."""
    return sum(role[character][1] for character in text) * size + space * len(text)


def break_lines(text: str, width: float, style: Style, fonts: Fonts, place: str = "") -> list[Line]:
    """Break a text into lines of at most `width`; a line feed begins a new paragraph.

    `place` names the cell or section for MissingGlyph, which is raised for a character in no font.
    """
    breaker = _kept_lines if len(text) <= SHORT else _lines
    try:
        return list(breaker(text, width, style, fonts))
    except MissingGlyph as missing:
        raise missing.at(place) from missing


def _lines(text: str, width: float, style: Style, fonts: Fonts) -> tuple[Line, ...]:
    role = fonts[style.role]
    parts = clean(text).split("\n")
    return tuple(line for part in parts for line in _break_paragraph(part, width, style, role))


# A form's labels are the same on every paper.
_kept_lines = lru_cache(maxsize=KEPT)(_lines)


def _break_paragraph(text: str, width: float, style: Style, role: Role) -> list[Line]:
    size, space = style.size, style.space
    advances = [role[character][1] * size + space for character in text]
    indent = style.indent * (size + space)
    lines = []
    start, count = 0, len(text)
    while start < count or not lines:
        measured = width - indent + CLOSE + max(0.0, -space)
        end, used = _line_end(text, advances, start, measured, style.only)
        stop = end
        while stop > start and text[stop - 1] == " ":
            stop -= 1
            used -= advances[stop]
        following = end
        while lines and following < count and text[following] == " ":
            following += 1
        gaps = stop - start - 1
        stretch = 0.0
        if style.align == "justify" and end < count and gaps > 0:
            stretch = max(0.0, (width - indent - used) / gaps)
            if stretch > MOST_STRETCH * size:
                stretch = 0.0
        lines.append(Line(_runs(text[start:stop], role, size, space), used, indent, stretch))
        start, indent = max(following, start + 1), style.hang * (size + space)
    return lines


def _line_end(text: str, advances: list[float], start: int, room: float, only: str) -> tuple[int, float]:
    """Where the line that begins at `start` ends, and its width."""
    count, x = len(text), 0.0
    last, last_x = 0, 0.0
    at = start
    solid = ""  # the last character that is no space: an opening mark keeps what follows it over a space too
    while at < count:
        step = advances[at]
        character = text[at]
        if x + step > room and character != " ":
            half = step / 2
            ends_here = at + 1 == count or may_break(text[at], text[at + 1])
            if at > start and character in HALF_BLANK and x + half <= room and ends_here:
                return at + 1, x + half
            if last > start:
                return last, last_x
            if only:
                return _line_end(text, advances, start, room, "")
            return max(at, start + 1), x if at > start else step
        x += step
        at += 1
        if character != " ":
            solid = character
        elif solid in NO_END:
            continue
        if at < count and may_break(character, text[at]) and (not only or character in only):
            last, last_x = at, x
    return count, x


def _runs(text: str, role: Role, size: float, space: float) -> tuple[tuple[Face, str, float], ...]:
    """Parts of a line set in one face each."""
    runs: list[tuple[Face, str, float]] = []
    begin, current, width = 0, None, 0.0
    for at, character in enumerate(text):
        face, advance = role[character]
        if face is not current:
            if current is not None:
                runs.append((current, text[begin:at], width))
            begin, current, width = at, face, 0.0
        width += advance * size + space
    if current is not None:
        runs.append((current, text[begin:], width))
    return tuple(runs)


def balanced(text: str, width: float, style: Style, fonts: Fonts, place: str = "") -> list[Line]:
    """Break a title into as few lines as fit, of nearly equal length."""
    lines = break_lines(text, width, style, fonts, place)
    if len(lines) < 2 or "\n" in text:  # noqa: PLR2004 - one line needs no balance
        return lines
    low, high = width / 2, width
    while high - low > style.size / 4:
        middle = (low + high) / 2
        if len(break_lines(text, middle, style, fonts, place)) > len(lines):
            low = middle
        else:
            high = middle
    # A bracket such as （平台） stays on one line where a little more width allows it.
    trial = high
    while trial <= width:
        found = break_lines(text, trial, style, fonts, place)
        if all(line.text.count("（") == line.text.count("）") for line in found):
            return found
        trial += style.size / 2
    return break_lines(text, high, style, fonts, place)


def draw_lines(page: Page, lines: list[Line], style: Style, x: float, y: float, width: float) -> float:
    """Set lines from `y` downwards in a column at `x`; return the y below the last."""
    leading, size = style.leading, style.size
    drop = (leading - size) / 2 + ASCENT * size
    for line in lines:
        left = x + line.indent
        if style.align == "center":
            left = x + (width - line.width) / 2
        elif style.align == "right":
            left = x + width - line.width
        spacing = style.space + line.stretch
        for face, text, advance in line.runs:
            page.texts.append((left, y + drop, face, size, spacing, style.colour, text))
            left += advance + line.stretch * len(text)
        y += leading
    return y


def draw_text(
    page: Page, text: str, style: Style, fonts: Fonts, x: float, baseline: float, width: float = 0
) -> float:
    """Set one line with its base line at `baseline`, aligned inside `width`; return its width.

    Raises MissingGlyph.
    """
    role = fonts[style.role]
    runs = _runs(text, role, style.size, style.space)
    used = sum(run[2] for run in runs)
    left = x + {"center": (width - used) / 2, "right": width - used}.get(style.align, 0.0)
    for face, part, advance in runs:
        page.texts.append((left, baseline, face, style.size, style.space, style.colour, part))
        left += advance
    return used
