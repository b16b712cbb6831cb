"""Things that follow one another down the pages: paragraphs, headings, tables, space, drawn blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pilot_portal.documents.pdf.frame import Column
from pilot_portal.documents.pdf.grid import Grid
from pilot_portal.documents.pdf.page import Page
from pilot_portal.documents.pdf.text import Line, Style, break_lines, draw_lines
from pilot_portal.documents.pdf.titles import balanced

FEWEST = 2  # lines of a paragraph that stay together at the end or the beginning of a page


class Block(Protocol):
    """Anything that can be set into a column."""

    @property
    def keep(self) -> bool:
        """Whether it stays with the beginning of the next block."""

    def first_height(self, column: Column) -> float:
        """Least height of its beginning."""

    def place(self, column: Column) -> None:
        """Set it from the column's place, turning pages as needed."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text.

    `before` and `after` are space in points, `keep` holds it together with the next block, `balance`
    evens the lines of a title, `narrow` leaves room at both sides (a title beside the QR).
    """

    text: str
    style: Style = field(default_factory=Style)
    before: float = 0
    after: float = 0
    keep: bool = False
    balance: bool = False
    narrow: float = 0
    place_name: str = ""

    def _lines(self, column: Column) -> list[Line]:
        lines = column.prepared.get(id(self))
        if lines is None:
            breaker = balanced if self.balance else break_lines
            place = self.place_name or self.text[:12]
            lines = breaker(self.text, column.width - 2 * self.narrow, self.style, column.fonts, place)
            column.prepared[id(self)] = lines
        return lines

    def first_height(self, column: Column) -> float:
        """Space before and the lines that begin it: two, or all of a text too short to be split."""
        count = len(self._lines(column))
        return self.before + (count if count < 2 * FEWEST else FEWEST) * self.style.leading

    def full_height(self, column: Column) -> float:
        """Height of the whole text with its space."""
        return self.before + len(self._lines(column)) * self.style.leading + self.after

    def may_split(self, column: Column) -> bool:
        """Whether it is long enough to stand on two pages."""
        return len(self._lines(column)) >= 2 * FEWEST

    def place(self, column: Column, tail: float = 0) -> None:
        """Set the lines; at least two stand at the end and at the beginning of a page.

        `tail` points must follow under the last line on its page: a signature takes the last lines along.
        """
        lines = self._lines(column)
        leading = self.style.leading
        if column.y > column.frame.top:
            column.y += self.before
        while lines:
            fresh = column.y <= column.frame.top
            fitting = int((column.room + 0.01) / leading)
            whole = fitting >= len(lines)
            with_tail = len(lines) * leading + self.after + tail <= column.room + 0.01
            if whole and (with_tail or (fresh and len(lines) < 2 * FEWEST)):
                self._draw(column, lines)
                break
            fitting = min(fitting, len(lines) - FEWEST)
            if fitting < FEWEST:
                fitting = max(1, fitting) if fresh else 0
            self._draw(column, lines[:fitting])
            lines = lines[fitting:]
            column.turn()
        column.y += self.after

    def _draw(self, column: Column, lines: list[Line]) -> None:
        width = column.width - 2 * self.narrow
        column.y = draw_lines(column.page, lines, self.style, column.left + self.narrow, column.y, width)


@dataclass(frozen=True, slots=True)
class Spacer:
    """Empty height; dropped at the top of a page."""

    height: float
    keep: bool = False

    def first_height(self, column: Column) -> float:
        """Its height."""
        return min(self.height, column.room)

    def place(self, column: Column) -> None:
        """Leave the space."""
        if column.y > column.frame.top:
            column.y += self.height


@dataclass(frozen=True, slots=True)
class Table:
    """A grid in the flow."""

    grid: Grid
    keep: bool = False

    def first_height(self, column: Column) -> float:
        """Header and first row."""
        return self.grid.first_height(column)

    def place(self, column: Column) -> None:
        """Set the grid."""
        self.grid.place(column)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A block of fixed height that draws itself: a signature, a chart. `draw(page, x, y, width)`."""

    height: float
    draw: Callable[[Page, float, float, float], None]
    keep: bool = False

    def first_height(self, column: Column) -> float:
        """Its height: it is never split."""
        return min(self.height, column.full_room)

    def place(self, column: Column) -> None:
        """Draw it here, or on a new page."""
        if self.height > column.room + 0.01 and column.y > column.frame.top:
            column.turn()
        self.draw(column.page, column.left, column.y, column.width)
        column.y += self.height


def _tail(column: Column, blocks: Sequence[Block]) -> float:
    """Height that must stand under a block that keeps with the next.

    Of a paragraph that can be split its beginning is enough: what keeps with its end takes its last lines.
    What no page holds together is not kept together.
    """
    height = 0.0
    for block in blocks:
        if not block.keep or (isinstance(block, Paragraph) and block.may_split(column)):
            height += block.first_height(column)
            break
        height += block.full_height(column) if isinstance(block, Paragraph) else block.first_height(column)
    return height if height <= column.full_room else blocks[0].first_height(column)


def set_blocks(column: Column, blocks: Sequence[Block]) -> None:
    """Set blocks one after another.

    A block that keeps with the next goes to a new page together with its beginning, a longer paragraph with
    its last lines only.
    """
    for at, block in enumerate(blocks):
        tail = _tail(column, blocks[at + 1 :]) if block.keep else 0.0
        if isinstance(block, Paragraph):
            block.place(column, tail)
            continue
        if block.first_height(column) + tail > column.room + 0.01 and column.y > column.frame.top:
            column.turn()
        block.place(column)
