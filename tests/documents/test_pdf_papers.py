"""Every paper as a file: text to copy, embedded fonts, equal bytes, what stands where."""

import json
import re
import subprocess
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pypdfium2
import pytest

from pilot_portal.documents.pdf import Document, MissingGlyph, canonical, join, load_fonts, save
from pilot_portal.documents.pdf.forms import (
    Slip,
    SlipsData,
    attachment1,
    attachment3,
    letter,
    print_set,
    slips,
)
from pilot_portal.documents.pdf.page import A4, A4_LANDSCAPE, MM
from pilot_portal.documents.pdf.qr import SIDE, qr_path
from tests.documents.samples import (
    COUNTY_REPORT,
    DIGEST,
    IMPRINT,
    LETTER,
    LONG,
    PAPERS,
    PROMISE,
    RARE,
    SITUATION,
    VERIFY,
    build,
    file_of,
)

FONTS = load_fonts()
SPACES = re.compile(r"\s+")
every_paper = pytest.mark.parametrize("name", PAPERS)


def squeezed(text):
    return SPACES.sub("", text)


def read(content):
    """The text of a file as a viewer copies it."""
    with pypdfium2.PdfDocument(content) as pdf:
        pages = []
        for page in pdf:
            text = page.get_textpage()
            pages.append(text.get_text_range())
            text.close()
            page.close()
    return squeezed("".join(pages))


def values(data):
    """Every text and number that the data hold, as the paper shows them."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            if key not in {"imprint", "year"}:
                yield from values(value)
    elif isinstance(data, list):
        for value in data:
            yield from values(value)


@every_paper
def test_what_went_in_can_be_copied_out(name):
    document, content = build(name), file_of(name)
    put_in = squeezed("".join(page.plain_text() for page in document.pages))
    assert sorted(read(content)) == sorted(put_in)


@every_paper
def test_poppler_reads_the_same_characters(name, need, tmp_path):
    path = tmp_path / "paper.pdf"
    path.write_bytes(file_of(name))
    done = subprocess.run([need("pdftotext"), "-raw", path, "-"], capture_output=True, text=True, check=True)
    put_in = "".join(page.plain_text() for page in build(name).pages)
    assert sorted(squeezed(done.stdout)) == sorted(squeezed(put_in))


@every_paper
def test_poppler_finds_every_font_embedded_and_mapped(name, need, tmp_path):
    path = tmp_path / "paper.pdf"
    path.write_bytes(file_of(name))
    done = subprocess.run([need("pdffonts"), path], capture_output=True, text=True, check=True)
    rows = done.stdout.splitlines()[2:]
    assert rows
    for row in rows:
        assert re.search(r"CID TrueType +Identity-H +yes +yes +yes", row), row
    assert "Helvetica" not in done.stdout


def test_all_that_an_application_says_stands_on_its_paper_in_order():
    text = read(file_of("attachment3"))
    figures = [
        value for value in values(json.loads(canonical(SITUATION))) if re.fullmatch(r"-?\d+\.\d\d", value)
    ]
    assert len(figures) == 24
    for figure in figures:
        assert f"{Decimal(figure):,.2f}" in text
    for field in (
        "name",
        "county",
        "legal_representative",
        "credit_code",
        "contact",
        "phone",
        "premises",
        "path",
        "results",
    ):
        assert squeezed(getattr(SITUATION, field)) in text
    assert (
        "共计35家，其中12家创新型中小企业，8家省级专精特新中小企业，2家国家及小巨人企业，1家国家重点小巨人。"
        in text
    )
    assert "（其它：升规入统5家、国省单项冠军0家）" in text
    # No blanks around some numbers and none around others.
    assert " 家" not in build("attachment3").pages[0].plain_text()
    assert "单位：万元：人、平米" in text
    assert "2021年2022年2021年2022年" in text
    assert "2015年3月1日" in text


def test_the_promise_is_the_notices_word_for_word_and_carries_no_version():
    text = read(file_of("attachment2"))
    assert (
        "我单位承诺：此次申报2023年度株洲市支持服务机构（平台）培育优质企业试点，所提交的申报材料内容和所附资料均真实、合法。"
        "如有不实之处，愿负相应的法律责任，并承担由此产生的一切后果。"
    ) in text
    assert "法人代表（签字）：" in text
    assert "单位（盖章）" in text
    assert "2023-A-0001" in text
    assert "版" not in text
    assert "摘要" not in text


def test_rare_names_are_copied_as_they_are():
    content = save(letter(replace(LETTER, paragraphs=(RARE,)), FONTS), FONTS)
    assert RARE in read(content)


def test_short_texts_fit_one_page_each_and_long_ones_flow():
    assert len(build("attachment2").pages) == 1
    assert len(build("attachment3").pages) == 1
    assert len(print_set(PROMISE, SITUATION, FONTS).pages) == 2
    pages = build("attachment3-long").pages
    assert len(pages) > 2
    song = FONTS["song"]["株"][0], 10.5
    text = "".join(text[6] for page in pages for text in page.texts if text[2:4] == song)
    assert text.count(LONG[:20]) == 1 + 20 + 20
    assert [page.plain_text().count("（续）：") for page in pages] == [0, 1, 1, 1]
    for number, page in enumerate(pages, start=1):
        assert f"第 {number} 页　共 {len(pages)} 页" in page.plain_text()


def test_a_body_without_the_year_before_shows_dashes():
    document = attachment3(replace(SITUATION, before=None), FONTS)
    assert document.pages[0].plain_text().count("—") >= 14


def test_headers_are_repeated_on_every_page_of_a_list():
    for page in build("attachment4").pages:
        assert "企业名称" in page.plain_text()
    for page in build("roster").pages:
        assert "主要服务内容" in page.plain_text()
    assert len(build("attachment4").pages) > 1


def test_a_report_of_none_says_so():
    assert "（零报送）" in build("attachment1-none").pages[0].plain_text()
    assert "零报送" in build("covering-none").pages[0].plain_text()


@pytest.mark.parametrize("name", ["attachment1", "attachment4", "ranking"])
def test_a_note_never_stands_on_a_page_without_its_table(name):
    form, data = PAPERS[name]
    for count in range(8, 24):
        rows = (data.rows * 2)[:count]
        note = {"note": LONG} if name == "ranking" else {}
        last = form(replace(data, rows=rows, **note), FONTS).pages[-1]
        said = last.plain_text()
        assert (getattr(rows[-1], "name", "") or rows[-1].company) in said


def test_a_list_of_none_is_a_sentence():
    form, data = PAPERS["roster"]
    text = form(replace(data, rows=()), FONTS).pages[0].plain_text()
    assert "经申报、推荐和评定，2023年没有服务机构（平台）列入试点名单。" in text
    assert "共0家" not in text
    opened = form(replace(data, rows=(), opening="现公布名单。"), FONTS).pages[0].plain_text()
    assert opened.index("现公布名单。") < opened.index("没有服务机构")
    for name in ("demand-list", "ranking"):
        form, data = PAPERS[name]
        assert "没有" in form(replace(data, rows=()), FONTS).pages[0].plain_text()


def test_points_of_figures_stand_under_each_other():
    with pypdfium2.PdfDocument(file_of("attachment3")) as pdf:
        page = pdf[0]
        text = page.get_textpage()
        said = text.get_text_range()
        figures = ("1,402.75", "802.10", "600.65", "395.00", "1,007.75")
        points = [
            text.get_charbox(said.index(figure) + figure.index("."), loose=True)[0] for figure in figures
        ]
        text.close()
        page.close()
    assert max(points) - min(points) < 0.05


def test_words_a_little_longer_than_a_page_are_set_tighter_and_the_first_page_is_full():
    for name in ("letter", "covering"):
        assert len(build(name).pages) == 1
    for lines in range(10, 40):
        pages = letter(replace(LETTER, paragraphs=("株" * 28 * lines,), contact="联系人"), FONTS).pages
        last = pages[-1].plain_text()
        assert "特此告知。" in last
        assert "（联系人）" in last
        baselines = {text[1] for text in pages[0].texts if text[3] == 16}
        assert len(pages) == 1 or len(baselines) >= min(lines, 17)


@pytest.mark.parametrize("count", [3, 6, 8, 30])
def test_enclosures_go_with_the_closing_words_where_a_page_holds_them(count):
    for lines in (8, 12, 16):
        data = replace(LETTER, paragraphs=("株" * 28 * lines,), enclosures=("申报材料清单",) * count)
        pages = letter(data, FONTS).pages
        assert "".join(page.plain_text() for page in pages).count("申报材料清单") == count
        assert count > 8 or "特此告知。" in pages[-1].plain_text()


@pytest.mark.parametrize("times", range(1, 5))
def test_nothing_on_a_slip_stands_upon_another(times):
    name = "株洲示例先进轨道交通装备与硬质合金共性技术服务平台（芦淞）生产力促进中心有限责任公司"[
        : 11 * times
    ]
    one = Slip(name, VERIFY, "ABCD2345", date(2023, 4, 30))
    data = SlipsData(
        "株洲经开区工信部门", "试点服务需求摸底" * times, "portal.example.gov.cn", [one], IMPRINT
    )
    (page,) = slips(data, FONTS).pages
    ((code_x, code_bottom, scale, _path),) = page.fills
    code_top = code_bottom - scale * qr_path(VERIFY)[0]
    boxes = [
        (x, y - size * 0.8, x + sum(face.width(ord(c)) for c in text) * size, y + size * 0.1, text)
        for x, y, face, size, _space, _colour, text in page.texts
    ]
    boxes.append((code_x, code_top, code_x + code_bottom - code_top, code_bottom, "QR"))
    for at, one in enumerate(boxes):
        for other in boxes[at + 1 :]:
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart, (one[4], other[4])


def test_the_footer_names_number_version_digest():
    for page in build("attachment3-long").pages:
        assert f"2023-A-0001　第2版　摘要 {DIGEST[:16]}" in page.plain_text()


@every_paper
def test_a_demonstration_and_a_rehearsal_say_so_on_every_page(name):
    form, data = PAPERS[name]
    marked = replace(data, imprint=replace(IMPRINT, specimen=True, banner="征求意见"))
    for page in form(marked, FONTS).pages:
        assert "征求意见　样章·演示无效" in page.plain_text()


@every_paper
def test_everything_stands_on_the_paper(name):
    form, data = PAPERS[name]
    for page in form(replace(data, imprint=replace(IMPRINT, specimen=True)), FONTS).pages:
        for x, y, _face, size, _space, _colour, text in page.texts:
            assert 5 * MM < x < page.width - 5 * MM, text
            assert 5 * MM < y - size / 2 < page.height - 5 * MM, text


def test_the_qr_is_28_mm_and_leads_to_the_paper(need):
    page = build("attachment3").pages[0]
    ((_x, y, scale, path),) = page.fills
    modules = max(
        int(part.split()[0]) + int(part.split()[2]) for part in re.findall(r"\d+ \d+ \d+ 1 re", path)
    )
    assert scale * modules == pytest.approx(SIDE)
    assert pytest.approx(28 * MM) == SIDE
    assert y < 40 * MM
    assert build("attachment2").pages[0].fills == []


@every_paper
def test_the_same_data_give_the_same_bytes(name):
    assert file_of(name) == file_of(name)


def test_other_data_or_another_attachment_give_another_file():
    document = build("attachment3")
    assert save(document, FONTS, attached=b"{}") != save(document, FONTS, attached=b"[]")
    assert save(document, FONTS) != save(replace(document, title="另一份"), FONTS)


def test_a_character_in_no_font_fails_the_paper_with_its_place():
    with pytest.raises(MissingGlyph, match="附件3“主要服务内容或实施路径”中的字符“😀”"):
        attachment3(replace(SITUATION, path="路径😀"), FONTS)
    rows = (replace(COUNTY_REPORT.rows[0], contact="王😀"),)
    with pytest.raises(MissingGlyph, match="附件1第1行“联系人及联系电话”"):
        attachment1(replace(COUNTY_REPORT, rows=rows), FONTS)


def test_parts_joined_into_one_file_keep_their_own_page_numbers():
    document = print_set(PROMISE, SITUATION, FONTS)
    assert [page.plain_text().count("第 1 页　共 1 页") for page in document.pages] == [1, 1]
    assert document.title.startswith("2023年株洲市")
    assert join("空", Document("甲", ())).pages == ()


def test_forms_have_their_size_and_official_documents_22_lines():
    sizes = {name: (build(name).pages[0].width, build(name).pages[0].height) for name in PAPERS}
    assert sizes["attachment4"] == A4_LANDSCAPE == sizes["attachment1"]
    assert sizes["attachment3"] == A4 == sizes["letter"]
    page = letter(replace(LETTER, paragraphs=(LONG * 30,)), FONTS).pages[1]
    lines = sorted({round(text[1], 2) for text in page.texts if text[3] == 16})
    assert len(lines) == 22
    steps = {round(after - before, 2) for before, after in pairwise(lines)}
    assert steps <= {28.98, 28.99, 29.0}


def test_poppler_draws_every_page(need, tmp_path):
    path = tmp_path / "paper.pdf"
    path.write_bytes(file_of("attachment3-long"))
    done = subprocess.run(
        [need("pdftoppm"), "-r", "30", "-gray", path, tmp_path / "page"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert len(list(tmp_path.glob("page-*.pgm"))) == len(build("attachment3-long").pages)


def test_texts_of_the_round_may_hold_any_bracket():
    form, data = PAPERS["roster"]
    words = replace(data.words, title="{year}年{名单}{", opening="共{count}家{}")
    text = form(replace(data, words=words), FONTS).pages[0].plain_text()
    assert "2023年{名单}{" in text
    assert "共40家{}" in text
