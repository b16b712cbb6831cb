"""Lines: breaking Chinese text by the rules of GB/T 15834, measuring, and setting lines on a page.

No line begins with a closing mark (，；：。”）…) or ends with an opening one (（“…); numbers, …… and —— stay
whole unless one alone is wider than the line, Latin words and the words of the notice where that does not
leave too much blank (words.py). A last line has more than one character. A closing mark may stand at the
end of a full line with its blank half outside; other lines are justified by a little letter space.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

from pilot_portal.documents.pdf.faces import Face
from pilot_portal.documents.pdf.fonts import Fonts, MissingGlyph, Role
from pilot_portal.documents.pdf.page import BLACK, Page
from pilot_portal.documents.pdf.words import (
    COUNTED,
    INSIDE,
    LATIN,
    PART,
    RAGGED,
    SEAMS,
    SHORT,
    word_cost,
)

NO_BEGIN = frozenset("，。、；：？！,.;:?!）)】〗］]｝}》〉」』〕”’％%‰℃°·～〜々ー＂／-–‐")
NO_END = frozenset("（([【〖［｛{《〈「『〔“‘￥¥$＄#№＃")
HALF_BLANK = frozenset("，。、；：！？）】］｝》〉」』〕”’")
PAIRS = frozenset("…—")
CONNECTORS = frozenset("-_./@:%&+#~'=?,;!*\\|^<>")
# The widest letter space of a justified line, in em: beyond it the line stays ragged.
MOST_STRETCH = 0.16
ASCENT = 0.88
CLOSE = 1e-6
# So many short texts are broken once and kept, with no more characters than this.
KEPT, FEW = 1024, 40


@dataclass(frozen=True, slots=True)
class Style:
    """How a paragraph is set.

    Font role, size, line pitch (points), alignment (left, center, right, justify), indent of the first line
    (em), letter space (points), colour, indent of the following lines (em), `only`: the characters after
    which alone a line ends where it can (the kinds of a list stay whole), and `columns`: figures that stand
    under each other, each in the width of the widest.
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
    columns: bool = False

    @property
    def leading(self) -> float:
        """Distance of base lines; 1.4 em unless set."""
        return self.pitch or self.size * 1.4

    def role_of(self, fonts: Fonts) -> Role:
        """The role in whose widths it is set."""
        role = fonts[self.role]
        return role.columns if self.columns else role


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
    breaker = _kept_lines if len(text) <= FEW else _lines
    try:
        return list(breaker(text, width, style, fonts))
    except MissingGlyph as missing:
        raise missing.at(place) from missing


def _lines(text: str, width: float, style: Style, fonts: Fonts) -> tuple[Line, ...]:
    role = style.role_of(fonts)
    parts = clean(text).split("\n")
    return tuple(line for part in parts for line in Measured(part, style, role).lines(width))


# A form's labels are the same on every paper.
_kept_lines = lru_cache(maxsize=KEPT)(_lines)


class Measured:
    """A text without line feeds, measured once: `edges[n]` is its width before character n."""

    __slots__ = ("edges", "em", "found", "style", "text", "turns")

    def __init__(self, text: str, style: Style, role: Role) -> None:
        self.text, self.style = text, style
        self.found = found = [role[character] for character in text]
        size, space = style.size, style.space
        self.em = size + space
        self.edges = list(accumulate([one[1] * size + space for one in found], initial=0.0))
        # Where the face changes: hardly ever.
        self.turns = [at for at in range(1, len(found)) if found[at][0] is not found[at - 1][0]]

    def lines(self, width: float) -> list[Line]:
        """Lines of at most this width."""
        style, em, count = self.style, self.em, len(self.text)
        slack = CLOSE + max(0.0, -style.space)
        first, others = (width - indent * em for indent in (style.indent, style.hang))
        cuts: list[tuple[int, int, float]] = []
        start, room = 0, first
        while start < count or not cuts:
            if self.edges[count] - self.edges[start] <= room + slack:
                end, used = count, self.edges[count] - self.edges[start]
            else:
                end, used = self._line_end(start, room + slack)
            cuts.append(self.cut(start, end, used))
            start, room = max(self._after(end), start + 1), others
        if len(cuts) > 1 and self._is_lonely(cuts[-1][0]):
            self._give_company(cuts, others + slack)
        lines = []
        for at, (begin, stop, used) in enumerate(cuts):
            indent, gaps = (style.hang if at else style.indent) * em, stop - begin - 1
            stretch = 0.0
            if style.align == "justify" and gaps > 0 and at + 1 < len(cuts):
                stretch = max(0.0, (width - indent - used) / gaps)
                if stretch > MOST_STRETCH * style.size:
                    stretch = 0.0
            lines.append(Line(self.runs(begin, stop), used, indent, stretch))
        return lines

    def _after(self, end: int) -> int:
        """Where the next line begins: not with a space."""
        while end < len(self.text) and self.text[end] == " ":
            end += 1
        return end

    def cut(self, start: int, end: int, used: float) -> tuple[int, int, float]:
        """A line without the spaces at its end."""
        stop = end
        while stop > start and self.text[stop - 1] == " ":
            stop -= 1
        return start, stop, used - (self.edges[end] - self.edges[stop])

    def _line_end(self, start: int, room: float) -> tuple[int, float]:
        """Where the line that begins at `start` ends, and its width; not all of the text fits."""
        text, edges, count = self.text, self.edges, len(self.text)
        begin = edges[start]
        at = max(bisect_right(edges, begin + room, start, count + 1) - 1, start)
        while at < count and text[at] == " ":
            at += 1
        if at == count:
            return count, edges[count] - begin
        half = (edges[at] + edges[at + 1]) / 2 - begin
        if (
            at > start
            and text[at] in HALF_BLANK
            and half <= room
            and (at + 1 == count or may_break(text[at], text[at + 1]))
        ):
            return at + 1, half
        end = (self.style.only and self._only_end(start, at)) or self._best_end(start, at, room)
        end = end or _forced_end(text, start, at)
        return end, edges[end] - begin

    def _only_end(self, start: int, at: int) -> int:
        """The last place after a character of `only`; 0 for none."""
        return next((p for p in range(at, start, -1) if self._may_end(p) and self._is_only(p)), 0)

    def _is_only(self, at: int) -> bool:
        return self.text[at - 1] in self.style.only

    def _may_end(self, at: int) -> bool:
        return may_break(self.text[at - 1], self.text[at])

    def _best_end(self, start: int, at: int, room: float) -> int:
        """The place that leaves least blank, its cost counted as blank; 0 for none."""
        text, edges, em = self.text, self.edges, self.em
        least = (
            edges[start] + room - (at - start) * MOST_STRETCH * em if self.style.align == "justify" else 0.0
        )
        best, score = 0, float("-inf")
        for end in range(at, start, -1):
            x = edges[end]
            if x <= score:
                break
            cost = break_cost(text, end)
            if cost is None:
                continue
            x -= (cost + RAGGED if x < least else cost) * em
            if x > score:
                best, score = end, x
        return best

    def _is_lonely(self, start: int) -> bool:
        """Whether a last line is a single character, or one with a closing mark."""
        left = len(self.text) - start
        return left == 1 or (left == 2 and self.text[-1] in HALF_BLANK)  # noqa: PLR2004 - the character and a mark

    def _give_company(self, cuts: list[tuple[int, int, float]], room: float) -> None:
        """Move a little of the line before to a last line of a single character."""
        text, edges, count = self.text, self.edges, len(self.text)
        begin, was = cuts[-2][0], cuts[-1][0]
        only = bool(self.style.only) and self._is_only(was)
        for end in range(was - 1, begin, -1):
            if end - begin < count - end or edges[count] - edges[end] > room:
                return
            cost = None if only and not self._is_only(end) else break_cost(text, end)
            if cost is not None and cost < PART:
                start = self._after(end)
                cuts[-2:] = [
                    self.cut(begin, end, edges[end] - edges[begin]),
                    self.cut(start, count, edges[count] - edges[start]),
                ]
                return

    def runs(self, begin: int, stop: int) -> tuple[tuple[Face, str, float], ...]:
        """Parts of a line set in one face each."""
        if begin == stop:
            return ()
        turns = [at for at in self.turns if begin < at < stop] if self.turns else ()
        return tuple(
            (self.found[first][0], self.text[first:last], self.edges[last] - self.edges[first])
            for first, last in pairwise((begin, *turns, stop))
        )


def break_cost(text: str, at: int) -> float | None:
    """The cost of ending a line before this character, in em of blank (words.py); None where it must not."""
    before, after = text[at - 1], text[at]
    first, second = KINDS[before], KINDS[after]
    cost = 0.0
    if first | second:
        if first & second & WORD and not second & NOT_FIRST:
            return LATIN if _is_seam(text, at) else None
        if not may_break(before, after):
            return None
        if first & BLANK:
            # An opening mark keeps what follows it over a space too.
            return None if text[:at].rstrip(" ")[-1:] in NO_END else 0.0
        if after in COUNTED and before.isdigit():
            cost = SHORT
    if before + after in INSIDE:
        cost = max(cost, word_cost(text, at))
    if at > 1 and KINDS[text[at - 2]] & NOT_LAST:
        cost = max(cost, SHORT)
    return cost


def _is_seam(text: str, at: int) -> bool:
    """Whether a Latin word may be cut here: after its punctuation, before two more characters.

    What begins with a digit is a number, a date, a telephone, the number of a case: it stays whole.
    """
    if text[at - 1] not in SEAMS or at + 1 == len(text) or not KINDS[text[at + 1]] & WORD:
        return False
    begin = at - 1
    while begin and KINDS[text[begin - 1]] & WORD:
        begin -= 1
    return text[begin].isalpha()


def _forced_end(text: str, start: int, at: int) -> int:
    """Where a word wider than the line is cut: after its punctuation, or anywhere, but before no mark."""
    for end in range(at, start + (at - start) // 2, -1):
        if text[end - 1] in SEAMS and not KINDS[text[end]] & (NOT_FIRST | MARK):
            return end
    for end in range(at, start, -1):
        before, after = KINDS[text[end - 1]], KINDS[text[end]]
        if not (after & (NOT_FIRST | MARK) or before & NOT_LAST or before & after & PAIR):
            return end
    return max(at, start + 1)


def _runs(text: str, role: Role, size: float, space: float) -> tuple[tuple[Face, str, float], ...]:
    """Parts of a line set in one face each."""
    return Measured(text, Style(size=size, space=space), role).runs(0, len(text))


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
        spacing = None if style.columns else style.space + line.stretch
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
