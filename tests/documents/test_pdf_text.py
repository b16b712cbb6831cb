"""Lines: what may begin and end one, and that nothing is lost."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilot_portal.documents.pdf import MissingGlyph, load_fonts
from pilot_portal.documents.pdf.page import Page
from pilot_portal.documents.pdf.text import (
    NO_BEGIN,
    NO_END,
    Style,
    balanced,
    break_lines,
    draw_lines,
    may_break,
    measure,
)
from tests.documents.samples import LONG

FONTS = load_fonts()
BODY = Style("song", 10, 15, "justify", 2)
# Texts as people write them: characters, marks, words, numbers, spaces.
PIECES = st.one_of(
    st.text("株洲市示例企业服务机构䶮㛃𬭎喆堃甪渌醴攸", min_size=1, max_size=12),
    st.sampled_from("，。、；：？！）》”’％"),
    st.sampled_from("（《“‘〔"),
    st.sampled_from(["……", "——", "·", "ISO9001:2015", "1,402.75", "2023-A-0001", " ", "小巨人”（", "”，（"]),
)
TEXTS = st.lists(PIECES, min_size=1, max_size=60).map("".join)


def _could_break(text, start, end):
    """Whether a place to end the line existed inside text[start:end]; an opening mark keeps a space too."""
    return any(
        may_break(text[at - 1], text[at]) and (text[at - 1] != " " or text[:at].rstrip()[-1:] not in NO_END)
        for at in range(start + 1, end)
    )


@given(TEXTS, st.integers(40, 400))
@settings(max_examples=300, deadline=None)
def test_no_line_begins_or_ends_with_a_mark_that_must_not_stand_there(text, width):
    lines = [line.text for line in break_lines(text, width, Style("song", 10), FONTS)]
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    position = 0
    for before, after in pairwise(lines):
        start = text.index(before, position)
        position = start + len(before)
        wrong = (after and after[0] in NO_BEGIN) or (before and before[-1] in NO_END)
        # A string of marks longer than the line has no place to be broken at.
        assert not (wrong and _could_break(text, start, position)), (before, after)


@given(TEXTS, st.integers(60, 400))
@settings(max_examples=200, deadline=None)
def test_no_line_is_wider_than_its_measure(text, width):
    style = Style("song", 10, align="justify", indent=2)
    for line in break_lines(text, width, style, FONTS):
        gaps = max(0, len(line.text) - 1)
        assert line.indent + line.width + line.stretch * gaps <= width + 0.01 or len(line.text) == 1


@pytest.mark.parametrize("mark", list("，；：。”）、！？》"))
def test_a_closing_mark_stays_with_what_it_closes(mark):
    text = "株洲市示例企" + mark + "服务"
    lines = [line.text for line in break_lines(text, 60, Style("song", 10), FONTS)]
    assert not lines[1].startswith(mark)


def test_a_closing_mark_may_hang_with_its_blank_half():
    lines = [line.text for line in break_lines("株洲市示例企，服务", 65, Style("song", 10), FONTS)]
    assert lines == ["株洲市示例企，", "服务"]


@pytest.mark.parametrize("word", ["ISO9001:2015", "0731-28680000-801", "1,402.75", "2023-A-0001", "……", "——"])
def test_words_and_numbers_are_not_broken(word):
    for width in range(90, 200, 7):
        lines = [
            line.text
            for line in break_lines("株洲示例企业" + word + "服务机构", width, Style("song", 10), FONTS)
        ]
        assert any(word in line for line in lines)


def test_a_word_wider_than_the_line_is_broken_at_last():
    lines = break_lines("A" * 100, 100, Style("song", 10), FONTS)
    assert "".join(line.text for line in lines) == "A" * 100
    assert all(line.width <= 100 for line in lines)


def test_full_lines_are_justified_and_the_last_is_not():
    lines = break_lines(LONG, 300, BODY, FONTS)
    page = Page(400, 800)
    draw_lines(page, lines, BODY, 50, 50, 300)
    for line in lines[:-1]:
        filled = line.indent + line.width + line.stretch * (len(line.text) - 1)
        assert line.stretch == 0 or filled == pytest.approx(300, abs=0.01)
    assert lines[-1].stretch == 0
    assert lines[0].indent == 20
    assert page.plain_text() == LONG


def test_the_kinds_of_a_list_stay_whole_where_the_line_is_wide_enough():
    style = Style("song", 10, only="、")
    lines = [line.text for line in break_lines("检验检测、共享制造、产权交易", 75, style, FONTS)]
    assert lines == ["检验检测、", "共享制造、", "产权交易"]
    lines = [line.text for line in break_lines("检验检测、共享制造", 35, style, FONTS)]
    assert lines == ["检验检", "测、", "共享制", "造"]


def test_line_feeds_begin_paragraphs_and_empty_ones_keep_their_line():
    lines = break_lines("一\r\n\r\n二\t三", 100, Style("song", 10), FONTS)
    assert [line.text for line in lines] == ["一", "", "二 三"]


def test_a_missing_character_is_told_with_its_place():
    with pytest.raises(MissingGlyph, match="联系人"):
        break_lines("王😀", 100, BODY, FONTS, "第2行“联系人”")


def test_a_title_breaks_into_even_lines_and_keeps_brackets_whole():
    style = Style("title", 22)
    title = "关于推荐2023年株洲市支持服务机构（平台）培育优质企业试点的报告"
    lines = [line.text for line in balanced(title, 442, style, FONTS)]
    assert len(lines) == 2
    assert all(line.count("（") == line.count("）") for line in lines)
    role = FONTS["title"]
    assert measure(lines[1], role, 22) > measure(lines[0], role, 22) * 0.6


def test_a_line_of_an_official_document_holds_28_characters():
    style = Style("fangsong", 16, 28.99, "justify", 0, -0.2)
    lines = break_lines("株" * 57, 156 * 72 / 25.4, style, FONTS)
    assert [len(line.text) for line in lines] == [28, 28, 1]
