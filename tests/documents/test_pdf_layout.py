"""Grids and flow: nothing lost, borders closed, headers repeated, nothing outside the frame."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilot_portal.documents.pdf import load_fonts
from pilot_portal.documents.pdf.flow import Drawn, Paragraph, Spacer, Table, set_blocks
from pilot_portal.documents.pdf.frame import Column, Frame
from pilot_portal.documents.pdf.grid import Cell, Grid, Row
from pilot_portal.documents.pdf.text import Style

FONTS = load_fonts()
FRAME = Frame((300, 400), 20, 20, 20, 20)
HEAD = Row([Cell("序号"), Cell("名称", span=2)])


def _set(*blocks):
    column = Column(FRAME, FONTS)
    set_blocks(column, blocks)
    return column.pages


def _text(pages):
    return "".join(page.plain_text() for page in pages)


def _within(page):
    assert all(FRAME.top - 0.1 <= text[1] <= page.height - FRAME.bottom + 0.1 for text in page.texts)
    for x1, y1, x2, y2, _width, _colour in page.rules:
        assert min(x1, x2) >= FRAME.left - 1
        assert max(x1, x2) <= page.width - FRAME.right + 1
        assert min(y1, y2) >= FRAME.top - 1
        assert max(y1, y2) <= page.height - FRAME.bottom + 1


def _closed(page):
    """The four strong lines of a frame stand on the page."""
    strong = [rule for rule in page.rules if rule[4] == 1.0]
    tops = {rule[1] for rule in strong if rule[1] == rule[3]}
    sides = [rule for rule in strong if rule[0] == rule[2]]
    assert len(tops) == 2
    assert len(sides) == 2
    assert {(rule[1], rule[3]) for rule in sides} == {(min(tops), max(tops))}


CELLS = st.text("株洲示例企业服务，。（）A1 ", max_size=60)


@given(st.lists(st.tuples(CELLS, CELLS, st.booleans()), min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_a_table_of_any_texts_keeps_every_character_inside_closed_frames(rows):
    grid = Grid(
        (1, 2, 2), [HEAD, *(Row([Cell("1"), Cell(a), Cell(b)], 20, flow) for a, b, flow in rows)], head=1
    )
    pages = _set(Table(grid))
    heads = len(pages)
    body = _text(pages).replace(" ", "")
    expected = "序号名称" * heads + "".join(f"1{a}{b}" for a, b, _ in rows).replace(" ", "")
    assert sorted(body) == sorted(expected)
    for page in pages:
        _within(page)
        _closed(page)


def test_a_long_cell_flows_over_pages_in_reading_order():
    text = "".join(chr(0x4E00 + at) for at in range(2000))
    pages = _set(Table(Grid((1,), [Row([Cell("标题")]), Row([Cell(text, valign="top")], flow=True)], head=1)))
    assert len(pages) > 3
    assert _text(pages).replace("标题", "") == text
    for page in pages:
        assert page.plain_text().startswith("标题")
        _within(page)
        _closed(page)


def test_a_row_taller_than_a_page_is_split_even_if_it_does_not_flow():
    text = "".join(chr(0x4E00 + at) for at in range(1500))
    pages = _set(Table(Grid((1, 4), [Row([Cell("甲"), Cell(text)]), Row([Cell("乙"), Cell("完")])])))
    assert sorted(_text(pages)) == sorted(text + "甲乙完")
    assert len(pages) > 2


def test_a_cell_over_several_rows_is_closed_at_the_end_of_a_page_and_continues():
    label = "".join(chr(0x5000 + at) for at in range(120))
    first = Row([Cell(label, rows=40), Cell("第一行")], 20)
    rows = [first, *(Row([Cell(f"第{at}行")], 20) for at in range(39))]
    pages = _set(Table(Grid((1, 3), rows)))
    assert len(pages) == 3
    assert sorted(_text(pages)) == sorted(label + "第一行" + "".join(f"第{at}行" for at in range(39)))
    for page in pages:
        _within(page)
        _closed(page)


def test_a_spanned_cell_taller_than_its_rows_makes_the_last_one_higher():
    rows = [
        Row([Cell("株" * 60, rows=2), Cell("一")], 20),
        Row([Cell("二")], 20),
        Row([Cell("三"), Cell("四")], 20),
    ]
    pages = _set(Table(Grid((1, 3), rows)))
    assert _text(pages).count("株") == 60
    _within(pages[0])


def test_a_label_stays_with_the_beginning_of_its_text():
    for fill in range(200, 340, 7):
        rows = [
            Row([Cell("上")], fill),
            Row([Cell("标签")], keep=True, joined=True),
            Row([Cell("文" * 200)], flow=True),
        ]
        for page in _set(Table(Grid((1,), rows))):
            assert not page.plain_text().endswith("标签")


def test_paragraphs_leave_no_single_line_at_an_edge():
    style = Style("song", 10, 15)
    for fill in range(200, 345, 5):
        pages = _set(Spacer(1), Drawn(fill, lambda *_: None), Paragraph("株" * 26 * 4, style))
        counts = [len({text[1] for text in page.texts}) for page in pages if page.texts]
        assert sum(counts) == 4
        assert min(counts) >= 2


def test_what_keeps_with_the_next_never_stands_at_the_end_of_a_page():
    style = Style("song", 10, 15)
    for fill in range(200, 360, 5):
        blocks = [
            Drawn(fill, lambda *_: None),
            Paragraph("一、标题", style, keep=True),
            Paragraph("株" * 26 * 3, style),
        ]
        for page in _set(*blocks):
            assert page.plain_text() != "一、标题"


def test_a_signature_brings_the_last_lines_of_the_text_along():
    style = Style("song", 10, 15)

    def sign(page, x, y, width):
        page.rule(x, y, x + width, y, 9)

    for count in range(1, 40):
        pages = _set(Paragraph("株" * 26 * count, style, keep=True), Drawn(100, sign))
        last = pages[-1]
        assert any(rule[4] == 9 for rule in last.rules)
        assert last.texts
        for before, _ in pairwise(pages):
            assert before.texts


@pytest.mark.parametrize(
    "word", ["91000000MA0000T44T", "0731-28680000-801", "123,456,789.00", "2023-D-0001-03"]
)
def test_a_number_is_set_smaller_rather_than_broken(word):
    for style in (Style(), Style(align="right", columns=True)):
        pages = _set(Table(Grid((1, 2.3), [Row([Cell(word, style), Cell("株洲")])])))
        assert len([text for text in pages[0].texts if word in text[6]]) == 1
    pages = _set(Table(Grid((1, 2.3), [Row([Cell(word), Cell("株洲")])])))
    texts = [text for text in pages[0].texts if word in text[6]]
    assert texts[0][3] <= 10.5
    assert texts[0][0] + sum(FONTS["song"][c][1] for c in texts[0][6]) * texts[0][3] < FRAME.left + 79


def test_a_long_word_of_running_text_is_broken_and_the_text_keeps_its_size():
    text = "建设共性技术服务平台（含ISO9001:2015、CNAS认可实验室），降低企业发展成本。"
    pages = _set(Table(Grid((1, 5), [Row([Cell(text), Cell("株洲")])])))
    assert {shown[3] for shown in pages[0].texts} == {10.5}
    assert _text(pages) == text + "株洲"


def test_a_text_that_goes_on_carries_its_label_on_every_page():
    rows = [
        Row([Cell("标签：")], keep=True, joined=True),
        Row([Cell("文" * 1500, valign="top")], flow=True, again=Cell("标签（续）：")),
    ]
    first, *others = _set(Table(Grid((1,), rows)))
    assert len(others) == 2
    assert "（续）" not in first.plain_text()
    for page in others:
        assert page.plain_text().startswith("标签（续）：文")
        _within(page)
        _closed(page)
        # One box: no line between the label and its text.
        assert len({rule[1] for rule in page.rules if rule[1] == rule[3]}) == 2
    assert _text([first, *others]).count("文") == 1500


def test_a_heading_needs_but_the_beginning_of_what_goes_on_with_the_signature():
    style = Style("song", 10, 15)
    for count in range(4, 60):
        blocks = [
            Paragraph("一、标题", style, keep=True),
            Paragraph("株" * 26 * count, style, keep=True),
            Paragraph("特此告知。", style, keep=True),
            Drawn(100, lambda *_: None, keep=True),
            Paragraph("（联系人）", style),
        ]
        pages = _set(Spacer(1), Drawn(200, lambda *_: None), *blocks)
        first, last = ({text[1] for text in page.texts} for page in (pages[0], pages[-1]))
        # The last two lines, the closing words and what stands under the signature; nothing else is missing.
        assert len(last) >= 4
        assert len(pages) == 1 or len(first) >= min(10, count - 1)
