"""Every paper keeps the clauses of the archive format and carries the data that it prints."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Name

from pilot_portal.documents.pdf import canonical, load_fonts, save
from pilot_portal.documents.pdf.forms import (
    attachment3,
)
from tests.documents.samples import (
    DIGEST,
    IMPRINT,
    PAPERS,
    SITUATION,
    build,
    file_of,
)

FONTS = load_fonts()
every_paper = pytest.mark.parametrize("name", PAPERS)


@every_paper
def test_the_file_keeps_the_clauses_of_pdf_a_3b(name):
    content = file_of(name)
    assert content.startswith(b"%PDF-1.7\n%")
    assert max(content[10:14]) > 127
    # 6.1.7.1: a line end before every `endstream`, outside the stream's length.
    assert content.count(b"endstream") == content.count(b"\nendstream\n")
    with pikepdf.open(BytesIO(content)) as pdf:
        assert not pdf.check_pdf_syntax()
        assert not pdf.is_encrypted
        root = pdf.Root
        assert "/ID" in pdf.trailer
        assert root.Lang == "zh-CN"
        assert "/StructTreeRoot" not in root
        assert not {"/OpenAction", "/AA", "/JavaScript"} & set(root.keys())
        assert list(root.AcroForm.keys()) == ["/Fields"]
        assert len(root.AcroForm.Fields) == 0
        (intent,) = root.OutputIntents
        assert intent.S == Name.GTS_PDFA1
        profile = intent.DestOutputProfile
        assert profile.N == 3
        assert profile.read_bytes()[36:40] == b"acsp"
        check_metadata(pdf, build(name))
        for page in pdf.pages:
            assert "/Annots" not in page
            assert "/Group" not in page
            assert set(page.Resources.keys()) <= {"/Font", "/ProcSet"}
            for font in page.Resources.Font.values():
                check_font(font)


def check_metadata(pdf, document):
    """XMP and information dictionary say the same."""
    raw = pdf.Root.Metadata
    assert raw.Subtype == Name.XML
    assert "/Filter" not in raw
    with pdf.open_metadata() as meta:
        assert meta.pdfa_status == "3B"
        assert meta["dc:title"] == document.title == str(pdf.docinfo["/Title"])
        assert meta["pdf:Producer"] == str(pdf.docinfo["/Producer"])
        assert meta["xmp:CreatorTool"] == str(pdf.docinfo["/Creator"])
        assert meta["xmp:CreateDate"] == "2000-01-01T00:00:00+00:00"
        assert str(pdf.docinfo["/CreationDate"]) == "D:20000101000000+00'00'"
    assert set(pdf.docinfo.keys()) == {"/Title", "/Producer", "/Creator", "/CreationDate", "/ModDate"}


def check_font(font):
    """Embedded, mapped, and with the widths that the font file itself has."""
    assert font.Subtype == Name.Type0
    assert font.Encoding == Name("/Identity-H")
    (descendant,) = font.DescendantFonts
    assert descendant.CIDToGIDMap == Name.Identity
    assert re.fullmatch(r"/[A-Z]{6}\+Noto(Serif|Sans)SC-(Regular|Bold)", str(descendant.BaseFont))
    assert descendant.FontDescriptor.FontName == descendant.BaseFont == font.BaseFont
    assert descendant.FontDescriptor.FontFile2.read_bytes()[:4] == b"\x00\x01\x00\x00"
    assert b"beginbfchar" in font.ToUnicode.read_bytes()


def test_the_attached_json_is_an_associated_file_with_exactly_the_data():
    with pikepdf.open(BytesIO(file_of("attachment3"))) as pdf:
        (specification,) = pdf.Root.AF
        assert specification.AFRelationship == Name.Data
        assert pdf.Root.Names.EmbeddedFiles.Names[0] == "paper.json"
        stream = specification.EF.F
        assert stream.Subtype == Name("/application/json")
        data = json.loads(stream.read_bytes())
    assert data["name"] == SITUATION.name
    assert data["before"]["assets"] == "1402.75"
    assert data["imprint"] == {"digest": DIGEST, "number": "2023-A-0001", "version": "第2版"}
    assert "words" not in data
    assert stream_is_canonical(canonical(SITUATION))


def stream_is_canonical(content):
    return (
        content
        == json.dumps(json.loads(content), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    )


def test_nothing_else_than_papers_is_made_canonical():
    with pytest.raises(TypeError):
        canonical({"any": object()})


def test_the_moment_of_the_version_becomes_the_files_date():
    dated = replace(IMPRINT, dated=datetime(2023, 3, 10, 8, 30, tzinfo=UTC))
    content = save(attachment3(replace(SITUATION, imprint=dated), FONTS), FONTS)
    with pikepdf.open(BytesIO(content)) as pdf:
        assert str(pdf.docinfo["/CreationDate"]) == "D:20230310083000+00'00'"
