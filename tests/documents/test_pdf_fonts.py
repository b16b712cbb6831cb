"""Fonts: what they hold, how a missing character is told, what a subset is."""

import ast
import subprocess
import sys
import tomllib
from hashlib import sha256
from io import BytesIO

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from pilot_portal.documents.pdf import MissingGlyph, load_fonts
from pilot_portal.documents.pdf.embed import to_unicode
from pilot_portal.documents.pdf.faces import Face, UnfitFont
from pilot_portal.documents.pdf.fonts import FOLDER, SERIF, UnfitRole
from tests.documents.samples import RARE
from tests.portal import ROOT, environment


def test_the_vendored_files_are_the_listed_ones_with_their_licence():
    listed = {
        font["file"]: font["sha256"] for font in tomllib.loads((FOLDER / "fonts.toml").read_text())["font"]
    }
    found = {path.relative_to(FOLDER).as_posix(): path for path in FOLDER.rglob("*.ttf")}
    assert set(listed) == set(found)
    for name, path in found.items():
        assert sha256(path.read_bytes()).hexdigest() == listed[name]
        assert "SIL Open Font License" in path.with_name("OFL.txt").read_text().replace(
            "SIL OPEN FONT LICENSE", "SIL Open Font License"
        )


@pytest.mark.parametrize("role", ["song", "song_bold", "hei", "hei_bold", "kai", "fangsong", "title"])
def test_every_role_holds_gbk_extension_a_rare_names_and_the_signs_of_forms(role):
    first = load_fonts()[role].chain[0]
    gb2312 = {
        bytes((high, low)).decode("gb2312", "ignore")
        for high in range(0xB0, 0xF8)
        for low in range(0xA1, 0xFF)
    }
    wanted = set("".join(gb2312)) | set(RARE + "□☐☑✓①⑩㎡℃％，。“”（）〔〕《》…—·ABCabc019éü𬭎𬘭𫟼")
    assert [character for character in sorted(wanted) if first.width(ord(character)) is None] == []
    held = sum(first.width(code) is not None for code in range(0x3400, 0x4DC0))
    assert held > 6570


def test_fonts_are_parsed_once_and_named_by_their_digest():
    assert load_fonts() is load_fonts({})
    assert len(load_fonts().digest) == 64
    assert load_fonts({"song": (SERIF.replace("Regular", "Bold"),)}).digest != load_fonts().digest


def test_a_role_may_be_one_file_and_lacking_characters_come_from_the_vendored_fonts(tmp_path):
    own = tmp_path / "own.ttf"
    _font(own, {"A": [(0, 0), (500, 0), (500, 500)]})
    role = load_fonts({"fangsong": str(own)})["fangsong"]
    assert role["A"][0].name == "Own-Regular"
    assert role["䶮"][0].name.startswith("NotoSerifSC")


def test_a_role_that_no_paper_has_is_told():
    with pytest.raises(UnfitRole, match="fangson，可用 song"):
        load_fonts({"fangson": "own.ttf"})


def test_an_office_names_its_fonts_in_the_environment():
    code = "from pilot_portal import settings; print(settings.PORTAL_FONTS)"
    told = environment(DATABASE_URL="", PORTAL_FONTS="fangsong=/f/simfang.ttf;title=/f/xbs.ttf,/f/song.ttf")
    done = subprocess.run(
        [sys.executable, "-c", code], env=told, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ast.literal_eval(done.stdout) == {
        "fangsong": ["/f/simfang.ttf"],
        "title": ["/f/xbs.ttf", "/f/song.ttf"],
    }


def test_a_character_in_no_font_is_told_by_name():
    with pytest.raises(MissingGlyph, match=r"U\+1F600") as caught:
        load_fonts()["song"]["😀"]
    assert "GRINNING FACE" in caught.value.message
    assert "第3行中的" in caught.value.at("第3行").message


@pytest.mark.parametrize("content", [b"", b"not a font", None])
def test_a_file_that_is_no_font_is_refused_in_words(tmp_path, content):
    path = tmp_path / "broken.ttf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnfitFont, match="PORTAL_FONTS"):
        Face(path)


def test_a_font_without_truetype_outlines_is_refused(tmp_path):
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder([".notdef"])
    builder.setupCharacterMap({})
    builder.setupHorizontalHeader()
    builder.setupHorizontalMetrics({".notdef": (500, 0)})
    builder.setupMaxp()
    path = tmp_path / "cff.otf"
    builder.save(path)
    with pytest.raises(UnfitFont, match="TrueType"):
        Face(path)


def _font(path, outlines, composite=None):
    """A small TrueType font; `composite` names a character made of all others."""
    names = {character: f"uni{ord(character):04X}" for character in outlines}
    glyphs = {".notdef": TTGlyphPen(None).glyph()}
    for character, points in outlines.items():
        pen = TTGlyphPen(None)
        pen.moveTo(points[0])
        for point in points[1:]:
            pen.lineTo(point)
        pen.closePath()
        glyphs[names[character]] = pen.glyph()
    if composite:
        pen = TTGlyphPen(dict.fromkeys(glyphs))
        for at, name in enumerate(names.values()):
            pen.addComponent(name, (1, 0, 0, 1, at * 10, 0))
        names[composite] = f"uni{ord(composite):04X}"
        glyphs[names[composite]] = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap({ord(character): name for character, name in names.items()})
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (600, 0)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": "Own", "styleName": "Regular", "psName": "Own-Regular"})
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120)
    builder.setupPost()
    builder.save(path)


def test_a_subset_is_a_valid_font_and_takes_the_parts_of_composite_glyphs_along(tmp_path):
    path = tmp_path / "own.ttf"
    square, triangle = [(0, 0), (0, 400), (400, 400), (400, 0)], [(100, 100), (100, 300), (300, 300)]
    _font(path, {"A": square, "B": triangle}, composite="C")
    face = Face(path)
    subset = TTFont(BytesIO(face.subset([0, face.cmap[ord("C")]])))
    subset.ensureDecompiled()
    assert subset["maxp"].numGlyphs == 4
    whole = TTFont(path)
    assert _points(subset, 1) == _points(whole, face.cmap[ord("C")])


def _points(font, number):
    name = font.getGlyphName(number)
    coordinates, ends, _flags = font["glyf"][name].getCoordinates(font["glyf"])
    return list(coordinates), list(ends)


def test_the_character_map_agrees_with_fonttools():
    path = FOLDER / SERIF
    with TTFont(path, lazy=True) as font:
        expected = {code: font.getGlyphID(name) for code, name in font.getBestCmap().items()}
    assert Face(path).cmap == expected


def test_to_unicode_writes_characters_beyond_the_basic_plane_as_surrogates():
    assert "<0002> <D872DF4E>" in to_unicode(["株", "𬭎"])
    assert to_unicode([chr(0x4E00 + at) for at in range(250)]).count("beginbfchar") == 3
