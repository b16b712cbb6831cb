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
    break_lines,
    draw_lines,
    may_break,
)
from pilot_portal.documents.pdf.titles import balanced
from pilot_portal.documents.pdf.words import PARTS
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


@pytest.mark.parametrize("word", ["CNAS", "0731-28680000-801", "1,402.75", "2023-A-0001", "……", "——"])
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
    assert lines == ["检验检", "测、", "共享", "制造"]


def test_line_feeds_begin_paragraphs_and_empty_ones_keep_their_line():
    lines = break_lines("一\r\n\r\n二\t三", 100, Style("song", 10), FONTS)
    assert [line.text for line in lines] == ["一", "", "二 三"]


def test_a_missing_character_is_told_with_its_place():
    with pytest.raises(MissingGlyph, match="联系人"):
        break_lines("王😀", 100, BODY, FONTS, "第2行“联系人”")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (
            "关于推荐2023年株洲市支持服务机构（平台）培育优质企业试点的报告",
            ["关于推荐2023年株洲市支持服务机构（平台）", "培育优质企业试点的报告"],
        ),
        (
            "关于补充推荐2023年株洲市支持服务机构（平台）培育优质企业试点的报告",
            ["关于补充推荐2023年株洲市支持", "服务机构（平台）培育优质企业试点的报告"],
        ),
        (
            "2023年度不再列为试点服务机构（平台）的机构名单公告",
            ["2023年度不再列为试点服务机构（平台）", "的机构名单公告"],
        ),
    ],
)
def test_a_title_keeps_words_and_brackets_whole(title, expected):
    width = 156 * 72 / 25.4
    lines = balanced(title, width, Style("title", 22), FONTS)
    assert [line.text for line in lines] == expected
    assert all(line.width <= width for line in lines)


def test_a_title_without_brackets_is_set_in_even_lines():
    lines = balanced("关于开展优质企业培育工作有关事项的补充说明", 400, Style("title", 22), FONTS)
    assert [len(line.text) for line in lines] == [10, 11]


def test_a_line_of_an_official_document_holds_28_characters():
    style = Style("fangsong", 16, 28.99, "justify", 0, -0.2)
    lines = break_lines("株" * 58, 156 * 72 / 25.4, style, FONTS)
    assert [len(line.text) for line in lines] == [28, 28, 2]


def texts(text, width, **style):
    return [line.text for line in break_lines(text, width, Style("song", 10, **style), FONTS)]


def test_a_latin_word_is_cut_at_its_punctuation_rather_than_leaving_much_blank():
    before = "建设共性技术服务平台（含"
    assert texts(before + "ISO9001:2015、CNAS认可", 175) == [before + "ISO9001:", "2015、CNAS认可"]
    # Where little would be left blank, and what begins with a digit, stays whole.
    assert texts("建设共性技术服务平台按照ISO9001:2015认可", 150) == [
        "建设共性技术服务平台按照",
        "ISO9001:2015认可",
    ]
    assert texts("联系电话在此0731-28680000-801请拨打", 125) == ["联系电话在此", "0731-28680000-801请拨打"]


@pytest.mark.parametrize("width", range(40, 80, 3))
def test_a_mark_never_begins_a_line_after_a_word_as_wide_as_the_line(width):
    for word in ("ISO9001:2015", "A" * 14, "1" * 9):
        lines = texts(f"服务（含{word}、{word}）。", width)
        assert not [line for line in lines if line[0] in NO_BEGIN], lines
        assert not [line for line in lines if line[-1] in NO_END], lines


@pytest.mark.parametrize("word", PARTS)
def test_words_of_the_notice_are_not_cut(word):
    for width in range(70, 200, 7):
        for align in ("left", "justify"):
            lines = texts("一二三四五六七八九" + word + "甲乙丙丁戊己庚", width, align=align)
            assert any(word in line for line in lines), (width, lines)


def test_longer_words_are_cut_between_their_parts():
    assert texts("创新型中小企业", 55) == ["创新型", "中小企业"]
    assert texts("株洲示例精密有限责任公司", 115) == ["株洲示例精密有限责任", "公司"]
    assert texts("株洲示例精密有限责任公司", 95) == ["株洲示例精密", "有限责任公司"]


def test_the_last_line_is_never_a_single_character():
    for count in range(8, 60):
        lines = texts("株" * count + "）", 73)
        assert len(lines[-1].rstrip("）")) > 1, lines
    assert texts("株洲示例区", 40) == ["株洲示", "例区"]


def test_a_number_stays_with_what_it_counts_and_an_opening_mark_with_its_word():
    assert texts("升规入统五家国省冠军0家", 107) == ["升规入统五家国省冠军", "0家"]
    assert texts("企业服务机构（平台）", 80) == ["企业服务机构", "（平台）"]


def test_figures_in_columns_have_digits_of_one_width():
    style = Style("song", 10, align="right", columns=True)
    (first,), (second,) = (break_lines(text, 100, style, FONTS) for text in ("1,111.11", "9,999.99"))
    assert first.width == pytest.approx(second.width)
