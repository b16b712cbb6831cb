"""Charts: true to their figures from zero on, told apart without colour, nothing upon another."""

from decimal import Decimal
from itertools import pairwise

import pytest

from pilot_portal.documents.pdf import MissingGlyph, load_fonts
from pilot_portal.documents.pdf.charts import BarChart, ColumnChart, LineChart, Series, ticks
from pilot_portal.documents.pdf.flow import set_blocks
from pilot_portal.documents.pdf.frame import Column
from pilot_portal.documents.pdf.marks import FILLS
from pilot_portal.documents.pdf.official import OFFICIAL, body
from tests.documents.samples import CHARTS, COUNTIES, TIERS

FONTS = load_fonts()
ONE = (Series("认定数", (8, 12)),)


def drawn(*blocks):
    column = Column(OFFICIAL, FONTS)
    set_blocks(column, blocks)
    return column.pages


def bars_of(page, at=0):
    """(x, top, width, height) of the bars of one series."""
    return [bar[:4] for bar in page.bars if bar[4] == FILLS[at]]


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (7, [0, 2, 4, 6, 8]),
        (200, [0, 50, 100, 150, 200]),
        (45, [0, 20, 40, 60]),
        (Decimal("93.25"), [0, 25, 50, 75, 100]),
        (Decimal("0.3"), [0, Decimal("0.1"), Decimal("0.2"), Decimal("0.3")]),
        (123456, [0, 50000, 100000, 150000]),
    ],
)
def test_the_axis_begins_at_zero_and_goes_in_round_steps(highest, expected):
    assert ticks(highest) == expected
    assert len({after - before for before, after in pairwise(ticks(highest))}) == 1


def test_columns_are_as_high_as_their_figures():
    (page,) = drawn(ColumnChart("图", ("甲", "乙", "丙"), (Series("数", (10, 20, 0)),)))
    (_, low, _, ten), (_, high, _, twenty) = bars_of(page)
    assert twenty == pytest.approx(2 * ten)
    assert low + ten == pytest.approx(high + twenty)
    assert "0" in [text[6] for text in page.texts]


def test_bars_are_as_long_as_their_figures_and_what_is_unknown_is_not_drawn():
    (page,) = drawn(BarChart("图", ("甲", "乙", "丙"), (Series("数", (10, 40, None)),)))
    short, long = bars_of(page)
    assert long[2] == pytest.approx(4 * short[2])
    assert long[0] == short[0]
    assert len(bars_of(page)) == 2


def test_three_series_differ_without_colour_and_are_named():
    (page,) = drawn(CHARTS.charts[1])
    counts = [len(bars_of(page, at)) for at in range(3)]
    # One for each figure above zero, one in the legend.
    assert counts == [11, 11, 9]
    assert all(colour.endswith(" g") for *_, colour in page.bars)
    said = page.plain_text()
    for series in CHARTS.charts[1].series:
        assert series.name in said
    assert "单位：项" in said


def test_every_figure_stands_beside_its_mark():
    for chart in CHARTS.charts:
        (page,) = drawn(chart)
        said = [text[6] for text in page.texts]
        for series in chart.series:
            for value in series.values:
                assert value is None or f"{value:,}" in said
    assert "数据来源：示例统计，截至2023年12月31日。" in drawn(CHARTS.charts[0])[0].plain_text()


def test_columns_that_do_not_fit_beside_each_other_become_bars():
    many = tuple(range(1000, 2000, 100))
    narrow = ColumnChart("图", COUNTIES, tuple(Series(f"数{at}", many) for at in range(3)))
    across = BarChart("图", COUNTIES, narrow.series)
    assert drawn(narrow)[0].bars == drawn(across)[0].bars
    wordy = ColumnChart("图", tuple(f"{name}很长的标签" * 3 for name in TIERS), CHARTS.charts[0].series)
    assert len({bar[0] for bar in bars_of(drawn(wordy)[0])[1:]}) == 1


@pytest.mark.parametrize("chart", [*CHARTS.charts, LineChart("图", ("一", "二"), ONE)])
def test_no_word_stands_upon_another(chart):
    (page,) = drawn(chart)
    boxes = [
        (x, y - size * 0.75, x + sum(face.width(ord(c)) for c in text) * size, y, text)
        for x, y, face, size, _space, _colour, text in page.texts
    ]
    upon = [
        (a[4], b[4])
        for at, a in enumerate(boxes)
        for b in boxes[at + 1 :]
        if a[0] < b[2] - 0.5 and b[0] < a[2] - 0.5 and a[1] < b[3] - 0.5 and b[1] < a[3] - 0.5
    ]
    assert not upon


def test_a_chart_is_never_split_and_goes_to_the_next_page():
    first, second = drawn(*[body("字" * 25)] * 18, CHARTS.charts[0])
    assert not first.bars
    assert bars_of(second)


def test_bars_grow_thinner_where_there_are_many_and_fail_where_no_page_holds_them():
    values = tuple(range(1, 31))
    labels = tuple(f"第{at}项" for at in values)
    (page,) = drawn(BarChart("图", labels, (Series("甲", values),)))
    assert len(bars_of(page)) == 30
    with pytest.raises(ValueError, match="too much for one page"):
        drawn(BarChart("图", labels * 3, (Series("甲", values * 3),)))


def test_what_is_no_chart_is_refused():
    for wrong in (
        {"series": ()},
        {"series": ONE * 4},
        {"labels": ("一",)},
        {"labels": (), "series": (Series("认定数", ()),)},
        {"series": (Series("认定数", (-1, 2)),)},
    ):
        with pytest.raises(ValueError, match="图"):
            ColumnChart(**{"caption": "图", "labels": ("一", "二"), "series": ONE} | wrong)
    with pytest.raises(ValueError, match="12 points"):
        LineChart("图", ("月",) * 13, (Series("数", (1,) * 13),))


def test_a_character_in_no_font_is_told_with_the_chart():
    with pytest.raises(MissingGlyph, match="图1"):
        drawn(ColumnChart("图1", ("甲😀", "乙"), ONE))
