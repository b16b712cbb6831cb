"""Charts of a report, as blocks of the flow: bars across, columns side by side, lines over a few points.

    ColumnChart("图1　……", ("2022年", "2023年"), (Series("认定数", (8, 12)),), unit="家")

Every axis begins at zero, every value is written beside its mark. Series are told apart by dark grey, light
grey and hatching (lines: by stroke and point), so that a black-and-white print loses nothing. They know no
model: numbers and words come in, strokes and letters go out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from pilot_portal.documents.pdf.fonts import Fonts, MissingGlyph
from pilot_portal.documents.pdf.frame import Column
from pilot_portal.documents.pdf.marks import fill_bar, line_between, point_at, swatch
from pilot_portal.documents.pdf.page import Page
from pilot_portal.documents.pdf.text import (
    Line,
    Style,
    break_lines,
    clean,
    draw_lines,
    draw_text,
    measure,
)
from pilot_portal.documents.pdf.titles import balanced

Number = int | Decimal
MOST_SERIES, MOST_POINTS = 3, 12
CAPTION = Style("hei", 12, 20, "center")
SOURCE = Style("song", 9, 14)
LABEL = Style("song", 10, 13)
SMALL = Style("song", 8.5, 11)
GRID, HAIR = "0.85 g", 0.4
THICKEST, THINNEST = 13.0, 6.0  # of a bar
WIDE, NARROW = 9.0, 3.0  # between groups
TALL = 150.0  # of the field of columns and lines
ROOMY = 26.0  # between points of two lines: room for a value under the one and over the other
LEAST_SIZE = 6.5  # of a value: where it needs to be smaller, columns become bars
MOST_LINES = 3
STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
INTERVALS = 4


@dataclass(frozen=True, slots=True)
class Series:
    """A name and a value for each label; None where nothing is known."""

    name: str
    values: tuple[Number | None, ...]


def ticks(highest: Number) -> list[Decimal]:
    """Where the axis is marked: from zero in round steps to the first one not below the highest value."""
    most = Decimal(highest)
    if most == 0:
        return [Decimal(0), Decimal(1)]
    raw = most / INTERVALS
    power = Decimal(10) ** raw.adjusted()
    step = next(round_ * power for round_ in STEPS if round_ * power >= raw)
    if most == most.to_integral_value() and step < 1:
        step = Decimal(1)
    count = int((most / step).to_integral_value(ROUND_CEILING))
    return [step * at for at in range(count + 1)]


def said(value: Number) -> str:
    """A value as it is written beside its mark."""
    return f"{value:,}"


def _tick_words(value: Decimal) -> str:
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value.normalize():,f}"


@dataclass(frozen=True, slots=True)
class _Chart:
    """What all have: a caption under the field, labels, one to three series, unit, and where it comes from.

    Raises ValueError for more than three series, for a series that has not one value a label, and below zero.
    """

    caption: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    source: str = ""
    keep: bool = False

    def __post_init__(self) -> None:
        if not self.labels or not 1 <= len(self.series) <= MOST_SERIES:
            raise ValueError(f"{self.caption}: a chart has labels and one to {MOST_SERIES} series")
        for series in self.series:
            if len(series.values) != len(self.labels):
                raise ValueError(f"{self.caption}: {series.name} has not one value a label")
            if any(value is not None and value < 0 for value in series.values):
                raise ValueError(f"{self.caption}: the axis begins at zero, {series.name} goes below")

    @property
    def marks(self) -> list[Decimal]:
        """The marks of the axis."""
        return ticks(max((v for one in self.series for v in one.values if v is not None), default=0))

    def first_height(self, column: Column) -> float:
        """Its height: it is never split."""
        try:
            return self._head(column) + self.field_height(column) + self._foot(column)
        except MissingGlyph as missing:
            raise missing.at(self.caption) from missing

    def place(self, column: Column) -> None:
        """Draw it here, or on a new page. Raises MissingGlyph, ValueError where no page is high enough."""
        height = self.first_height(column)
        if height > column.full_room + 0.01:
            raise ValueError(f"{self.caption}: too much for one page")
        if height > column.room + 0.01 and column.y > column.frame.top:
            column.turn()
        page, top = column.page, column.y
        try:
            self._draw_head(page, column, top)
            self.draw_field(page, column, top + self._head(column))
            foot = top + self._head(column) + self.field_height(column)
            for style, lines in self._foot_lines(column):
                foot = draw_lines(page, lines, style, column.left, foot, column.width)
        except MissingGlyph as missing:
            raise missing.at(self.caption) from missing
        column.y = top + height

    # Above the field: the unit at the left, the series at the right

    def _names(self, column: Column) -> list[list[tuple[int, str]]]:
        """The series of the legend by line: one line where they fit beside each other."""
        if len(self.series) == 1:
            return []
        named = [(at, one.name) for at, one in enumerate(self.series)]
        wide = sum(_legend_width(name, column.fonts) for _, name in named)
        unit = measure(self._unit_words(), column.fonts[SMALL.role], SMALL.size)
        return [named] if wide + unit <= column.width else [[one] for one in named]

    def _unit_words(self) -> str:
        return f"单位：{self.unit}" if self.unit else ""

    def _head(self, column: Column) -> float:
        return 12 + max(len(self._names(column)), 1 if self.unit else 0) * LABEL.leading

    def _draw_head(self, page: Page, column: Column, top: float) -> None:
        line = top + 6
        if self.unit:
            draw_text(page, self._unit_words(), SMALL, column.fonts, column.left, line + LABEL.size)
        for names in self._names(column):
            x = column.left + column.width - sum(_legend_width(name, column.fonts) for _, name in names)
            for at, name in names:
                self._draw_swatch(page, at, x, line)
                draw_text(page, name, LABEL, column.fonts, x + 26, line + LABEL.size)
                x += _legend_width(name, column.fonts)
            line += LABEL.leading

    def _draw_swatch(self, page: Page, at: int, x: float, top: float) -> None:
        swatch(page, at, x + 4, top + 2)

    # Under the field: the caption, the source

    def _foot_lines(self, column: Column) -> Iterator[tuple[Style, list[Line]]]:
        yield CAPTION, break_lines(self.caption, column.width, CAPTION, column.fonts, self.caption)
        if self.source:
            yield SOURCE, break_lines(self.source, column.width, SOURCE, column.fonts, self.caption)

    def _foot(self, column: Column) -> float:
        return sum(len(lines) * style.leading for style, lines in self._foot_lines(column)) + 8

    # The field

    def field_height(self, column: Column) -> float:
        """Height of the field with its axis and labels."""
        raise NotImplementedError

    def draw_field(self, page: Page, column: Column, top: float) -> None:
        """Draw the field from `top` downwards."""
        raise NotImplementedError

    def _widest(self, fonts: Fonts, style: Style) -> float:
        values = (said(v) for one in self.series for v in one.values if v is not None)
        return max((measure(words, fonts[style.role], style.size) for words in values), default=0)


def _legend_width(name: str, fonts: Fonts) -> float:
    return 26 + measure(name, fonts[LABEL.role], LABEL.size) + 10


@dataclass(frozen=True, slots=True)
class BarChart(_Chart):
    """Bars across: many labels, or long ones. The bars grow thinner where the page would not hold them."""

    def _labels(self, column: Column) -> tuple[float, list[list[Line]]]:
        """Room for the labels, and their lines."""
        role = column.fonts[LABEL.role]
        parts = [part for label in self.labels for part in clean(label).split("\n")]
        widest = max(measure(part, role, LABEL.size) for part in parts)
        room = min(widest, column.width * 0.36) + 1
        return room, [break_lines(label, room, LABEL, column.fonts, self.caption) for label in self.labels]

    def _groups(self, column: Column) -> tuple[float, list[float]]:
        """Thickness of a bar, and the height of each group: as wide as the page allows."""
        lines = [len(found) * LABEL.leading for found in self._labels(column)[1]]
        free = column.full_room - self._head(column) - self._foot(column) - SMALL.leading - 2
        for between in (WIDE, NARROW):
            room = (free - len(lines) * between) / (len(lines) * len(self.series))
            thick = max(THINNEST, min(THICKEST, room))
            heights = [max(thick * len(self.series), height) + between for height in lines]
            if sum(heights) <= free:
                break
        return thick, heights

    def field_height(self, column: Column) -> float:
        """Height of the field with its axis and labels."""
        return sum(self._groups(column)[1]) + SMALL.leading + 2

    def draw_field(self, page: Page, column: Column, top: float) -> None:
        """Draw the field from `top` downwards."""
        fonts, marks = column.fonts, self.marks
        room, labels = self._labels(column)
        thick, heights = self._groups(column)
        left = column.left + room + 6
        width = column.left + column.width - left - self._widest(fonts, SMALL) - 6
        bottom, scale = top + sum(heights), width / float(marks[-1])
        for mark in marks:
            x = left + float(mark) * scale
            page.bars.append((x - HAIR / 2, top, HAIR, bottom - top, GRID))
            draw_text(page, _tick_words(mark), _centred(SMALL), fonts, x - 30, bottom + SMALL.leading, 60)
        y = top
        for at, (lines, height) in enumerate(zip(labels, heights, strict=True)):
            middle = y + height / 2
            words = middle - len(lines) * LABEL.leading / 2
            right = Style(LABEL.role, LABEL.size, LABEL.pitch, "right")
            draw_lines(page, lines, right, column.left, words, room)
            bar = middle - thick * len(self.series) / 2
            for number, one in enumerate(self.series):
                value = one.values[at]
                if value is not None:
                    long = float(value) * scale
                    fill_bar(page, number, left, bar + 0.5, long, thick - 1)
                    line = bar + thick / 2 + SMALL.size * 0.36
                    draw_text(page, said(value), SMALL, fonts, left + long + 3, line)
                bar += thick
            y += height
        page.rule(left, top, left, bottom, 0.8)


@dataclass(frozen=True, slots=True)
class _Upright(_Chart):
    """An upright axis at the left and labels along the bottom."""

    def _axis(self, column: Column) -> float:
        role = column.fonts[SMALL.role]
        return max(measure(_tick_words(mark), role, SMALL.size) for mark in self.marks) + 4

    def _slot(self, column: Column) -> float:
        return (column.width - self._axis(column)) / len(self.labels)

    def _labels(self, column: Column) -> list[list[Line]]:
        style, room = _centred(LABEL), self._slot(column) - 4
        return [balanced(label, room, style, column.fonts, self.caption) for label in self.labels]

    def field_height(self, column: Column) -> float:
        """Height of the field with its axis and labels."""
        return 12 + TALL + 5 + max(len(lines) for lines in self._labels(column)) * LABEL.leading

    def _draw_axes(self, page: Page, column: Column, top: float) -> tuple[float, float]:
        """Marks, lines and labels; gives the height of zero and the points of one unit."""
        fonts, marks, axis = column.fonts, self.marks, self._axis(column)
        left, zero, scale = column.left + axis, top + 12 + TALL, TALL / float(marks[-1])
        right = Style(SMALL.role, SMALL.size, SMALL.pitch, "right")
        for mark in marks:
            y = zero - float(mark) * scale
            page.bars.append((left, y - HAIR / 2, column.width - axis, HAIR, GRID))
            words, line = _tick_words(mark), y + SMALL.size * 0.36
            draw_text(page, words, right, fonts, column.left, line, axis - 4)
        page.rule(left, zero, column.left + column.width, zero, 0.8)
        slot = self._slot(column)
        for at, lines in enumerate(self._labels(column)):
            draw_lines(page, lines, _centred(LABEL), left + at * slot + 2, zero + 5, slot - 4)
        return zero, scale


@dataclass(frozen=True, slots=True)
class ColumnChart(_Upright):
    """Columns side by side: few, short labels. What does not fit beside each other is drawn as bars."""

    def _wide(self, column: Column) -> float:
        return min(28.0, self._slot(column) * 0.76 / len(self.series))

    def _value_style(self, column: Column) -> Style:
        """The values' type, smaller where the columns are narrow."""
        wide = self._slot(column) if len(self.series) == 1 else self._wide(column)
        size = SMALL.size * min(1.0, (wide - 1) / max(self._widest(column.fonts, SMALL), 1))
        return Style(SMALL.role, round(size, 2), SMALL.pitch, "center")

    def _as_bars(self, column: Column) -> BarChart | None:
        if self._value_style(column).size >= LEAST_SIZE and max(map(len, self._labels(column))) <= MOST_LINES:
            return None
        return BarChart(self.caption, self.labels, self.series, self.unit, self.source, self.keep)

    def field_height(self, column: Column) -> float:
        """Height of the field with its axis and labels."""
        across = self._as_bars(column)
        return across.field_height(column) if across else _Upright.field_height(self, column)

    def draw_field(self, page: Page, column: Column, top: float) -> None:
        """Draw the field from `top` downwards."""
        across = self._as_bars(column)
        if across:
            across.draw_field(page, column, top)
            return
        zero, scale = self._draw_axes(page, column, top)
        slot, wide, style = self._slot(column), self._wide(column), self._value_style(column)
        for at in range(len(self.labels)):
            middle = column.left + self._axis(column) + (at + 0.5) * slot
            x = middle - wide * len(self.series) / 2
            for number, one in enumerate(self.series):
                value = one.values[at]
                if value is not None:
                    high = float(value) * scale
                    fill_bar(page, number, x + 0.5, zero - high, wide - 1, high)
                    line = zero - high - 2.5
                    draw_text(page, said(value), style, column.fonts, x + wide / 2 - 40, line, 80)
                x += wide


@dataclass(frozen=True, slots=True)
class LineChart(_Upright):
    """Lines over a few points in time. Raises ValueError for more than twelve."""

    def __post_init__(self) -> None:
        _Chart.__post_init__(self)
        if len(self.labels) > MOST_POINTS:
            raise ValueError(f"{self.caption}: at most {MOST_POINTS} points")

    def _draw_swatch(self, page: Page, at: int, x: float, top: float) -> None:
        line_between(page, at, (x, top + 7), (x + 11, top + 7))
        line_between(page, at, (x + 11, top + 7), (x + 22, top + 7))
        point_at(page, at, x + 11, top + 7)

    def draw_field(self, page: Page, column: Column, top: float) -> None:
        """Draw the field from `top` downwards."""
        zero, scale = self._draw_axes(page, column, top)
        slot, left = self._slot(column), column.left + self._axis(column)
        points = [
            [None if v is None else (left + (at + 0.5) * slot, zero - float(v) * scale) for at, v in found]
            for found in (list(enumerate(one.values)) for one in self.series)
        ]
        for number, line in enumerate(points):
            for at, here in enumerate(line):
                if here is None:
                    continue
                point_at(page, number, *here)
                then = line[at + 1] if at + 1 < len(line) else None
                if then is not None:
                    line_between(page, number, here, then)
        for at in range(len(self.labels)):
            here = [(p[at], one.values[at]) for p, one in zip(points, self.series, strict=True)]
            self._draw_values(page, column.fonts, [(p, v) for p, v in here if p and v is not None])

    def _draw_values(
        self, page: Page, fonts: Fonts, found: Sequence[tuple[tuple[float, float], Number]]
    ) -> None:
        """The value over its point; under it where another's point is close above; else beside it."""
        ordered = sorted(found, key=lambda one: one[0][1])
        for at, ((x, y), value) in enumerate(ordered):
            above = y - ordered[at - 1][0][1] if at else ROOMY
            below = ordered[at + 1][0][1] - y if at + 1 < len(ordered) else ROOMY
            if above >= ROOMY / 2:
                place = (0.0, y - 5.5)
            elif below >= ROOMY:
                place = (0.0, y + SMALL.size + 3)
            else:
                place = (measure(said(value), fonts[SMALL.role], SMALL.size) / 2 + 6, y + SMALL.size * 0.36)
            draw_text(page, said(value), _centred(SMALL), fonts, x - 30 + place[0], place[1], 60)


def _centred(style: Style) -> Style:
    return Style(style.role, style.size, style.pitch, "center")
