"""Codes on scans: what scanners and phones make of a page, and files that are none."""

from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from pilot_portal.common.errors import Refused
from pilot_portal.documents.pdf import load_fonts, save
from pilot_portal.documents.scans import inspect
from pilot_portal.documents.scans.codes import code_of, picture, read_codes
from tests.documents.samples import PAPERS, VERIFY
from tests.documents.scanner import FAULTS, page_of, scanned

CODE = VERIFY.rstrip("/").rpartition("/")[2]
FONTS = load_fonts()
LEAST = 0.95


def printed(name="attachment3"):
    form, data = PAPERS[name]
    return save(form(data, FONTS), FONTS)


def read_of(content):
    with Image.open(BytesIO(content)) as image:
        page = picture(image)
    return [code_of(text) for text in read_codes(lambda: [page])]


# Reading -------------------------------------------------------------------------------------


def share_read(seeds):
    """The share of simulated scans whose code is read: every fault at three resolutions."""
    content, right, of = printed(), 0, 0
    for dpi in (150, 200, 300):
        page = page_of(content, 0, dpi)
        for fault in FAULTS:
            for seed in seeds:
                right += CODE in read_of(scanned(page, fault, seed * 1000 + dpi))
                of += 1
    return right / of


def test_simulated_scans_name_their_case():
    assert share_read(range(2)) >= LEAST


@pytest.mark.long
def test_many_simulated_scans_name_their_case():
    assert share_read(range(40)) >= LEAST


def test_a_page_without_a_code_names_none():
    page = page_of(printed("attachment2"), 0, 150).crop((0, 300, 1240, 1700))
    assert read_of(scanned(page, "noisy", 1)) == []


def test_a_strange_code_is_no_case():
    assert code_of("https://example.test/verify/abc/") == ""
    assert code_of("https://example.test/" + "0" * 32) == ""
    assert code_of(VERIFY) == CODE


def test_a_pdf_of_pictures_is_read_page_by_page():
    pages = [page_of(printed("attachment2"), 0, 150), page_of(printed(), 0, 150)]
    target = BytesIO()
    pages[0].save(target, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    found = inspect(target.getvalue())
    assert found.pages == 2
    assert CODE in found.codes
    assert not found.seals


def _bomb():
    target = BytesIO()
    Image.new("L", (20_000, 20_000)).save(target, "PNG")
    return target.getvalue()


def _huge_page():
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(14_400, 14_400))
    target = BytesIO()
    pdf.save(target)
    return target.getvalue()


def _many_pages():
    pdf = pikepdf.new()
    for _ in range(3000):
        pdf.add_blank_page(page_size=(595, 842))
    target = BytesIO()
    pdf.save(target)
    return target.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7 rubbish", b"\xff\xd8\xff rubbish", b"", _bomb()],
    ids=["pdf", "jpeg", "empty", "bomb"],
)
def test_what_cannot_be_opened_is_refused_in_a_sentence(content):
    with pytest.raises(Refused) as refusal:
        inspect(content)
    assert refusal.value.message.endswith("。")


@pytest.mark.parametrize("content", [_huge_page(), _many_pages()], ids=["huge page", "many pages"])
def test_what_is_large_is_read_within_bounds(content):
    assert inspect(content).codes == ()
