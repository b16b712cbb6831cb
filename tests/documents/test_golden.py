"""Every paper looks as somebody saw it and found it good; what the comparison finds and what it forgives."""

import random
import shutil
from dataclasses import replace

import pytest
from PIL import Image

from pilot_portal.documents.pdf import Document
from pilot_portal.documents.pdf.forms import attachment3
from pilot_portal.documents.pdf.page import Page
from tests.documents import pictures
from tests.documents.golden_samples import GOLDEN
from tests.documents.pictures import FONTS, KEPT, drawn, faults, is_other, kept, laid_out, renew, shown
from tests.documents.samples import SITUATION

MOST_BYTES = 4_000_000
NAME = "attachment3"
# Characters that look alike: what is written down, what comes instead.
ALIKE = {
    "己": "已",
    "日": "曰",
    "未": "末",
    "市": "币",
    "、": "，",
    "，": "。",
    "0": "8",
    "1": "7",
    "3": "8",
    "2": "Z",
}


@pytest.fixture
def folders(tmp_path):
    """A folder of golden pictures of its own with those of one paper, and one for what is to be looked at."""
    golden = tmp_path / "golden"
    golden.mkdir()
    for path in KEPT.glob(f"{NAME}-?.png"):
        shutil.copy(path, golden)
    return {"folder": golden, "look_at": tmp_path / "seen"}


def copied(document):
    """The same paper, of which something may be moved."""
    pages = (
        Page(
            page.width,
            page.height,
            texts=list(page.texts),
            rules=list(page.rules),
            fills=list(page.fills),
            circles=list(page.circles),
            bars=list(page.bars),
        )
        for page in document.pages
    )
    return Document(document.title, tuple(pages), document.dated)


@pytest.mark.parametrize("name", GOLDEN)
def test_a_paper_looks_as_its_golden_picture(name):
    found = faults(name, laid_out(name))
    assert not found, "\n".join(fault.words for fault in found)


def test_every_golden_picture_belongs_to_a_page():
    there = {path.name for path in KEPT.iterdir()}
    wanted = {f"{name}-{page}.png" for name in GOLDEN for page in shown(len(laid_out(name).pages))}
    assert there <= wanted, f"run make golden: {sorted(there - wanted)} show no page"


def test_the_golden_pictures_stay_small():
    assert sum(path.stat().st_size for path in KEPT.iterdir()) < MOST_BYTES


def test_of_a_long_paper_the_first_the_second_and_the_last_page_are_kept():
    assert shown(1) == [1]
    assert shown(3) == [1, 2, 3]
    assert shown(12) == [1, 2, 12]


@pytest.mark.parametrize("name", [NAME, "attachment1", "attachment4", "letter", "roster"])
def test_one_character_that_looks_alike_is_found(name):
    document = laid_out(name)
    tried = set()
    for place, text in enumerate(document.pages[0].texts):
        for was, comes in ALIKE.items():
            key = was, text[2], text[3]
            if key in tried or was not in text[6]:
                continue
            tried.add(key)
            other = copied(document)
            other.pages[0].texts[place] = (*text[:6], text[6].replace(was, comes, 1))
            assert is_other(kept(KEPT / f"{name}-1.png"), drawn(other)[1]), f"{was} → {comes} in {text[6]}"
    assert len(tried) > 5


@pytest.mark.parametrize("name", [NAME, "attachment4", "roster"])
def test_a_line_moved_by_one_point_is_found(name):
    document, golden = laid_out(name), kept(KEPT / f"{name}-1.png")
    rules = document.pages[0].rules
    assert len(rules) > 20
    for place in range(0, len(rules), 5):
        x1, y1, x2, y2, width, colour = rules[place]
        across, down = (1, 0) if x1 == x2 else (0, 1)
        for by in (-1, 1):
            other = copied(document)
            moved = x1 + across * by, y1 + down * by, x2 + across * by, y2 + down * by
            other.pages[0].rules[place] = (*moved, width, colour)
            assert is_other(golden, drawn(other)[1]), f"{rules[place]} moved by {by}"


def test_a_text_moved_by_one_point_is_found():
    document, golden = laid_out(NAME), kept(KEPT / f"{NAME}-1.png")
    for place in range(0, len(document.pages[0].texts), 5):
        text = document.pages[0].texts[place]
        if not text[6].strip():
            continue
        other = copied(document)
        other.pages[0].texts[place] = (text[0], text[1] + 1, *text[2:])
        assert is_other(golden, drawn(other)[1]), text[6]


@pytest.mark.parametrize("name", [NAME, "attachment4-long", "letter-long", "slips"])
def test_noise_of_one_level_passes(name):
    chance = random.Random(name)
    picture = drawn(laid_out(name))[1]
    steps = chance.choices((-1, 0, 1), k=picture.width * picture.height)
    levels = zip(picture.tobytes(), steps, strict=True)
    noise = bytes(min(255, max(0, level + step)) for level, step in levels)
    assert not is_other(kept(KEPT / f"{name}-1.png"), Image.frombytes("L", picture.size, noise))


def test_edges_smoothed_in_another_way_pass_and_paler_print_does_not():
    picture, golden = drawn(laid_out(NAME))[1], kept(KEPT / f"{NAME}-1.png")
    for share, other in ((0.04, False), (-0.04, False), (0.25, True)):
        changed = picture.point([round(255 - (255 - level) * (1 - share)) for level in range(256)])
        assert is_other(golden, changed) is other


def test_a_fault_is_written_down_as_the_new_picture_and_the_difference(folders):
    changed = attachment3(replace(SITUATION, county="渌口区"), FONTS)
    (fault,) = faults(NAME, changed, **folders)
    seen = folders["look_at"]
    assert fault.words == (
        f"attachment3, page 1 does not look as its golden picture: {seen}/attachment3-1.png,"
        f" {seen}/attachment3-1-difference.png"
    )
    with Image.open(seen / "attachment3-1.png") as picture:
        assert picture.tobytes() == drawn(changed)[1].tobytes()
    with Image.open(seen / "attachment3-1-difference.png") as picture:
        colours = {colour for _count, colour in picture.getcolors(1 << 20)}
    # What is gone is red, what is new is blue.
    assert any(red > 200 and blue < 60 for red, _, blue in colours)
    assert any(red < 60 and blue > 200 for red, _, blue in colours)


def test_a_missing_picture_is_called_for(folders):
    (folders["folder"] / "attachment3-1.png").unlink()
    (fault,) = faults(NAME, laid_out(NAME), **folders)
    assert fault.words.startswith(
        "no golden picture for attachment3, page 1: look at it and run make golden: "
    )
    assert (folders["look_at"] / "attachment3-1.png").exists()


def test_a_page_more_or_less_is_a_fault(folders):
    longer = attachment3(replace(SITUATION, path=SITUATION.path * 40), FONTS)
    assert [fault.words.partition(":")[0] for fault in faults(NAME, longer, **folders)] == [
        "attachment3, page 1 does not look as its golden picture",
        "no golden picture for attachment3, page 2",
    ]


def test_only_what_differs_is_renewed_and_what_shows_nothing_goes(folders, monkeypatch):
    golden = folders["folder"]
    monkeypatch.setattr(pictures, "GOLDEN", {NAME: GOLDEN[NAME], "attachment2": GOLDEN["attachment2"]})
    before = (golden / "attachment3-1.png").read_bytes()
    for name in ("attachment3-2.png", "gone-1.png"):
        shutil.copy(golden / "attachment3-1.png", golden / name)
    assert renew(**folders) == [
        "removed attachment3-2.png",
        "renewed attachment2-1.png",
        "removed gone-1.png",
    ]
    assert {path.name for path in golden.iterdir()} == {"attachment3-1.png", "attachment2-1.png"}
    assert (golden / "attachment3-1.png").read_bytes() == before
    assert renew(**folders) == []


def test_nothing_is_renewed_in_ci(monkeypatch, capsys):
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(pictures, "renew", lambda: pytest.fail("renewed"))
    assert pictures.main() == 1
    assert "never in CI" in capsys.readouterr().err
