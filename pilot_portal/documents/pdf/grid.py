"""Form tables: spanned cells, heights that follow the text, and splitting over pages.

A row that does not fit goes to the next page whole; a row that may flow (long texts), or that is taller
than a page, is split between lines. On every page the header rows are repeated and the borders closed. A
cell over several rows that is cut by the end of a page continues in a box of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from pilot_portal.documents.pdf.fonts import Fonts
from pilot_portal.documents.pdf.frame import Column
from pilot_portal.documents.pdf.page import Page
from pilot_portal.documents.pdf.text import Line, Style, break_lines, draw_lines, measure

INNER, OUTER = 0.5, 1.0
FEWEST = 2  # lines of a split cell that stay together
FLOW_BEGINNING = 48.0
LONG_WORD = re.compile("[!-~]{5,}")
SMALLEST = 0.6  # of its size: a longer word is broken instead


@dataclass(frozen=True, slots=True)
class Cell:
    """A text in a box.

    `span` columns and `rows` rows; `valign` top or middle; `pad` points left/right and above/below;
    `place` names it when a character is missing.
    """

    text: str
    style: Style = field(default_factory=Style)
    span: int = 1
    rows: int = 1
    valign: str = "middle"
    pad: tuple[float, float] = (4, 3)
    place: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Cells from left to right; places taken by cells that reach down are left out.

    `height` is the least height; `flow`: it may be split at the end of a page; `keep`: it stays on the page
    where the next row begins (a label); `joined`: no line is drawn between it and the next; `again`: as
    wide as the table, the label over what goes on on the next page.
    """

    cells: Sequence[Cell]
    height: float = 0
    flow: bool = False
    keep: bool = False
    joined: bool = False
    again: Cell | None = None


@dataclass(slots=True)
class _Box:
    """A cell while it is being placed."""

    cell: Cell
    row: int
    x: float
    width: float
    lines: list[Line]
    open_above: bool = False
    open_below: bool = False

    @property
    def last(self) -> int:
        return self.row + self.cell.rows - 1

    def need(self, count: int | None = None) -> float:
        count = len(self.lines) if count is None else count
        return count * self.cell.style.leading + 2 * self.cell.pad[1]

    def fits(self, height: float) -> int:
        """How many lines stand in this height."""
        return max(0, int((height - 2 * self.cell.pad[1] + 0.01) / self.cell.style.leading))


class _Ink:
    """Boxes and borders of one page."""

    def __init__(self, page: Page, x: float, width: float, top: float) -> None:
        self.page, self.x, self.width, self.top = page, x, width, top
        self.segments: set[tuple[float, float, float, float]] = set()

    def box(self, box: _Box, top: float, bottom: float, lines: list[Line]) -> None:
        """Draw a box and its lines."""
        left, right = round(self.x + box.x, 2), round(self.x + box.x + box.width, 2)
        upper, lower = round(top, 2), round(bottom, 2)
        self.segments.update(((left, upper, left, lower), (right, upper, right, lower)))
        if not box.open_above:
            self.segments.add((left, upper, right, upper))
        if not box.open_below:
            self.segments.add((left, lower, right, lower))
        cell = box.cell
        y = top + cell.pad[1]
        if cell.valign == "middle":
            y = top + (bottom - top - len(lines) * cell.style.leading) / 2
        draw_lines(self.page, lines, cell.style, left + cell.pad[0], y, box.width - 2 * cell.pad[0])

    def close(self, bottom: float) -> None:
        """Draw the borders: thin ones inside, a stronger frame around."""
        left, right, upper, lower = (round(v, 2) for v in (self.x, self.x + self.width, self.top, bottom))
        for x1, y1, x2, y2 in sorted(self.segments):
            on_frame = (x1 == x2 and x1 in {left, right}) or (y1 == y2 and y1 in {upper, lower})
            if not on_frame:
                self.page.rule(x1, y1, x2, y2, INNER)
        half = OUTER / 2
        for x1, y1, x2, y2 in (
            (left - half, upper, right + half, upper),
            (left - half, lower, right + half, lower),
        ):
            self.page.rule(x1, y1, x2, y2, OUTER)
        for x in (left, right):
            self.page.rule(x, upper, x, lower, OUTER)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table.

    `widths` are shares of the column's width; the first `head` rows are repeated on every page; `tail`
    points must be left under the last row, for what follows the table never stands on a page alone.
    """

    widths: Sequence[float]
    rows: Sequence[Row]
    head: int = 0
    tail: float = 0

    def place(self, column: Column) -> None:
        """Set the table from the column's present place, turning pages as needed. Raises MissingGlyph."""
        self._setter(column).run()
        del column.prepared[id(self)]

    def _setter(self, column: Column) -> _Setter:
        """The measured table; its lines are broken once, though its height is asked for before it is set."""
        if id(self) not in column.prepared:
            column.prepared[id(self)] = _Setter(self, column)
        return column.prepared[id(self)]

    def first_height(self, column: Column) -> float:
        """Least room the beginning needs: header and first row, or two lines of a first row that flows."""
        setter = self._setter(column)
        end = min(self.head + 1, len(self.rows))
        height = sum(setter.heights[:end])
        if end and self.rows[end - 1].flow:
            height = sum(setter.heights[: end - 1]) + min(setter.heights[end - 1], FLOW_BEGINNING)
        return height


def _fitted(cell: Cell, width: float, fonts: Fonts) -> Cell:
    """The cell in a size in which its longest number, code or telephone stands on one line.

    In running text, of which such words are the lesser part, a word too long is broken instead.
    """
    words = LONG_WORD.findall(cell.text)
    if not words or 2 * sum(map(len, words)) < len(cell.text):
        return cell
    style = cell.style
    widest = max(measure(word, style.role_of(fonts), style.size, style.space) for word in words)
    if widest <= width:
        return cell
    size = max(SMALLEST * style.size, style.size * width / widest * 0.99)
    return replace(cell, style=replace(style, size=size, pitch=style.leading))


class _Setter:
    def __init__(self, grid: Grid, column: Column) -> None:
        self.grid, self.column = grid, column
        total = sum(grid.widths)
        self.widths = [width * column.width / total for width in grid.widths]
        self.edges = [sum(self.widths[:at]) for at in range(len(self.widths) + 1)]
        self.boxes = list(self._boxes(column.fonts))
        self.heights = self._heights()
        self.head_boxes = [[replace(box) for box in boxes] for boxes in self.boxes[: grid.head]]

    def _boxes(self, fonts: Fonts) -> Iterator[list[_Box]]:
        """Boxes by the row in which they begin."""
        taken: dict[int, int] = {}  # column → the last row that a cell from above reaches
        for number, row in enumerate(self.grid.rows):
            at, boxes = 0, []
            above = number > 0 and self.grid.rows[number - 1].joined
            for cell in row.cells:
                while taken.get(at, -1) >= number:
                    at += 1
                width = self.edges[at + cell.span] - self.edges[at]
                inner, place = width - 2 * cell.pad[0], cell.place or cell.text[:12]
                shown = cell if row.flow else _fitted(cell, inner, fonts)
                lines = break_lines(cell.text, inner, shown.style, fonts, place)
                boxes.append(_Box(shown, number, self.edges[at], width, lines, above, row.joined))
                for covered in range(at, at + cell.span):
                    taken[covered] = number + cell.rows - 1
                at += cell.span
            yield boxes

    def _heights(self) -> list[float]:
        heights = [row.height for row in self.grid.rows]
        for boxes in self.boxes:
            for box in boxes:
                if box.cell.rows == 1:
                    heights[box.row] = max(heights[box.row], box.need())
        for boxes in self.boxes:
            for box in boxes:
                short = box.need() - sum(heights[box.row : box.last + 1])
                if box.cell.rows > 1 and short > 0:
                    heights[min(box.last, len(heights) - 1)] += short
        return heights

    def run(self) -> None:
        """Set row after row."""
        grid, column = self.grid, self.column
        self.open: list[tuple[_Box, float]] = []  # cells that reach further down, with their top on this page
        self.begun: set[int] = set()  # such cells that already have a piece
        self._begin()
        fresh_room = column.full_room - sum(self.heights[: grid.head])
        for number, row in enumerate(grid.rows):
            splits = row.flow or self.heights[number] > fresh_room
            if row.keep and self.started and self._need(number) > column.room:
                self._turn(number)
            last = number == len(grid.rows) - 1 and not row.flow
            if last and self.started and self.heights[number] + grid.tail > column.room:
                self._turn(number)
            while self.heights[number] > column.room + 0.01:
                if splits and self._split(number):
                    continue
                if not self.started:
                    break  # a box that no page holds stays as tall as it is
                self._turn(number)
            self._row(number)
        self.ink.close(column.y)

    def _need(self, number: int) -> float:
        """Height of a row with the beginning of the next."""
        need = self.heights[number]
        if number + 1 < len(self.heights):
            fewest = (box.need(min(FEWEST, len(box.lines))) for box in self.boxes[number + 1])
            beginning = max(fewest, default=0.0) if self.grid.rows[number + 1].flow else 0.0
            need += beginning or self.heights[number + 1]
        return need

    def _begin(self) -> None:
        column = self.column
        self.ink = _Ink(column.page, column.left, column.width, column.y)
        self.started = False

    def _turn(self, number: int) -> None:
        """Close this page before row `number` and repeat the header on the next."""
        column = self.column
        for box, top in self.open:
            fitting = box.fits(column.y - top)
            self.ink.box(box, top, column.y, box.lines[:fitting])
            box.lines = box.lines[fitting:]
        self.ink.close(column.y)
        column.turn()
        self._begin()
        if number >= self.grid.head:
            for head in range(self.grid.head):
                top = column.y
                column.y += self.heights[head]
                for box in self.head_boxes[head]:
                    self.ink.box(box, top, top + sum(self.heights[head : box.last + 1]), box.lines)
        self.open = [(box, column.y) for box, _ in self.open]
        for box, _ in self.open:
            self.heights[box.last] += max(0.0, box.need() - sum(self.heights[number : box.last + 1]))

    def _split(self, number: int) -> bool:
        """Set as many lines of a row as fit and turn the page; False when too few would stand here."""
        column = self.column
        single = [box for box in self.boxes[number] if box.cell.rows == 1]
        counts = []
        for box in single:
            total = len(box.lines)
            count = min(total, box.fits(column.room))
            if count < min(FEWEST, total):
                return False
            if total - count == 1 and count > FEWEST:
                count -= 1
            counts.append(count)
        if all(count == len(box.lines) for box, count in zip(single, counts, strict=True)):
            return False
        top = column.y
        column.y += max(box.need(count) for box, count in zip(single, counts, strict=True))
        for box, count in zip(single, counts, strict=True):
            self.ink.box(box, top, column.y, box.lines[:count])
            box.lines = box.lines[count:]
        self._open(number, top)
        self.heights[number] = max(box.need() for box in single)
        self._turn(number)
        self._label_again(number)
        return True

    def _label_again(self, number: int) -> None:
        """Set the label of a text that goes on, in one box with it."""
        again, column = self.grid.rows[number].again, self.column
        if again is None:
            return
        lines = break_lines(
            again.text, column.width - 2 * again.pad[0], again.style, column.fonts, again.place
        )
        label = _Box(again, number, 0.0, column.width, lines, open_below=True)
        top = column.y
        column.y += label.need()
        self.ink.box(label, top, column.y, lines)
        for box in self.boxes[number]:
            box.open_above = True

    def _open(self, number: int, top: float) -> None:
        """Remember the cells over several rows that begin here."""
        for box in self.boxes[number]:
            if box.cell.rows > 1 and id(box) not in self.begun:
                self.begun.add(id(box))
                self.open.append((box, top))

    def _row(self, number: int) -> None:
        """Set a whole row, or what is left of it."""
        column = self.column
        top = column.y
        column.y += self.heights[number]
        self.started = True
        for box in self.boxes[number]:
            if box.cell.rows == 1:
                self.ink.box(box, top, column.y, box.lines)
        self._open(number, top)
        for box, begin in self.open:
            if box.last == number:
                self.ink.box(box, begin, column.y, box.lines)
        self.open = [entry for entry in self.open if entry[0].last > number]
