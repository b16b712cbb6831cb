"""How the series of a chart are told apart without colour: fills of bars, strokes and points of lines."""

from __future__ import annotations

from math import hypot

from pilot_portal.documents.pdf.page import BLACK, Page

DARK, LIGHT, WHITE = "0.25 g", "0.8 g", "1 g"
FILLS = (DARK, LIGHT, WHITE)
OUTLINE, HATCH = 0.5, 3.2
HALF = 2.6  # of a point
# Length of a dash and of the gap after it; none: an unbroken line.
DASHES: tuple[tuple[float, float] | None, ...] = (None, (5, 2.5), (1.5, 2))
STROKES = (1.3, 1.1, 1.1)

Point = tuple[float, float]


def fill_bar(page: Page, at: int, x: float, top: float, width: float, height: float) -> None:
    """The bar of the `at`-th series: dark grey, light grey, hatched; nothing is drawn of a zero."""
    if width <= 0 or height <= 0:
        return
    page.bars.append((x, top, width, height, FILLS[at]))
    if at == 0:
        return
    right, bottom = x + width, top + height
    for line in ((x, top, right, top), (x, bottom, right, bottom), (x, top, x, bottom)):
        page.rule(*line, OUTLINE)
    page.rule(right, top, right, bottom, OUTLINE)
    if FILLS[at] == WHITE:
        _hatch(page, x, top, width, height)


def _hatch(page: Page, x: float, top: float, width: float, height: float) -> None:
    """Lines that rise to the right, clipped to the bar."""
    offset = HATCH
    while offset < width + height:
        # From the lower left: the line x + t, bottom − t + …, as far as it lies inside.
        begin, end = max(0.0, offset - height), min(width, offset)
        page.rule(x + begin, top + offset - begin, x + end, top + offset - end, OUTLINE)
        offset += HATCH


def swatch(page: Page, at: int, x: float, top: float) -> None:
    """The sample of a fill in a legend."""
    fill_bar(page, at, x, top, 18, 9)


def line_between(page: Page, at: int, here: Point, there: Point) -> None:
    """The stroke of the `at`-th series from point to point, clear of both."""
    (x1, y1), (x2, y2) = here, there
    long = hypot(x2 - x1, y2 - y1)
    clear = HALF + 1 if at else 0.0
    if long <= 2 * clear:
        return
    dx, dy = (x2 - x1) / long, (y2 - y1) / long
    dash = DASHES[at]
    step, gap = dash or (long, 0.0)
    begin, end = clear, long - clear
    while begin < end:
        stop = min(begin + step, end)
        page.rule(x1 + dx * begin, y1 + dy * begin, x1 + dx * stop, y1 + dy * stop, STROKES[at], BLACK)
        begin = stop + gap


def point_at(page: Page, at: int, x: float, y: float) -> None:
    """The point of the `at`-th series: a full disc, an empty circle, a cross."""
    if at == 0:
        page.circles.append((x, y, HALF / 2, HALF, BLACK))
    elif at == 1:
        page.circles.append((x, y, HALF, 0.9, BLACK))
    else:
        page.rule(x - HALF, y - HALF, x + HALF, y + HALF, 1.1)
        page.rule(x - HALF, y + HALF, x + HALF, y - HALF, 1.1)
