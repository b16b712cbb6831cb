"""Titles: as few lines as fit, of nearly equal length, each of them whole words."""

from __future__ import annotations

from functools import lru_cache

from pilot_portal.documents.pdf.fonts import Fonts
from pilot_portal.documents.pdf.text import (
    CLOSE,
    HALF_BLANK,
    KEPT,
    Line,
    Measured,
    Style,
    break_cost,
    break_lines,
    clean,
)
from pilot_portal.documents.pdf.words import COMPOUNDS, PARTS

# What a title keeps on one line beside the words of words.py.
WORDS = (*PARTS, *COMPOUNDS, "试点服务机构（平台）", "服务机构（平台）", "优质企业", "试点")
# What it costs to end a line of a title, in em of unevenness: inside a word or brackets, before a bracket,
# anywhere but after a closing mark or before a quotation.
INSIDE, BEFORE_BRACKET, ANYWHERE = 16.0, 12.0, 4.0


def balanced(text: str, width: float, style: Style, fonts: Fonts, place: str = "") -> list[Line]:
    """Break a title into as few lines as fit, of nearly equal length.

    They end after a closing mark rather than anywhere, never inside a word of the notice or inside brackets,
    nor between a word and its bracket, where the title fits otherwise.
    """
    lines = break_lines(text, width, style, fonts, place)
    if len(lines) < 2 or "\n" in text:  # noqa: PLR2004 - one line needs no balance
        return lines
    return list(_even_lines(text, width, style, fonts, len(lines)) or lines)


@lru_cache(maxsize=KEPT)
def _even_lines(text: str, width: float, style: Style, fonts: Fonts, count: int) -> tuple[Line, ...]:
    """The lines that cost least: what each differs from the mean, and what it costs to end there (em)."""
    text = clean(text)
    paragraph = Measured(text, style, fonts[style.role])
    edges, mean = paragraph.edges, paragraph.edges[-1] / count
    inside = _inside(text)
    ends = {
        at: _title_cost(text, at, inside) for at in range(1, len(text)) if break_cost(text, at) is not None
    }
    ends[len(text)] = 0.0
    found: dict[int, tuple[float, tuple[tuple[int, int, float], ...]]] = {0: (0.0, ())}
    for _ in range(count):
        longer: dict[int, tuple[float, tuple[tuple[int, int, float], ...]]] = {}
        for start, (paid, cuts) in found.items():
            for end, cost in ends.items():
                if end <= start:
                    continue
                cut = paragraph.cut(start, end, edges[end] - edges[start])
                half = (edges[end] - edges[end - 1]) / 2 if text[end - 1] in HALF_BLANK else 0.0
                if cut[2] - half > width + CLOSE:
                    break
                price = paid + cost + abs(cut[2] - mean) / style.size
                if end not in longer or price < longer[end][0]:
                    longer[end] = price, (*cuts, cut)
        found = longer
    cuts = found[len(text)][1] if len(text) in found else ()
    return tuple(Line(paragraph.runs(begin, stop), min(used, width)) for begin, stop, used in cuts)


def _title_cost(text: str, at: int, inside: frozenset[int]) -> float:
    """What it costs to end a line of a title here, in em."""
    if at in inside:
        return INSIDE
    if text[at] in "（(〔":
        return BEFORE_BRACKET
    return 0.0 if text[at - 1] in HALF_BLANK or text[at] in "“《" else ANYWHERE


def _inside(text: str) -> frozenset[int]:
    """The places of a title that stand inside a word or inside brackets."""
    spots: set[int] = set()
    for word in WORDS:
        begin = text.find(word)
        while begin >= 0:
            spots.update(range(begin + 1, begin + len(word)))
            begin = text.find(word, begin + 1)
    open_ = 0
    for at, character in enumerate(text):
        if open_ and character != "（":
            spots.add(at)
        open_ += {"（": 1, "）": -1}.get(character, 0)
    return frozenset(spots)
