"""Hostile and broken spreadsheets are refused at once, in a sentence, and hurt nobody."""

import io
import time
import tracemalloc
import zipfile

import pytest

from pilot_portal.common.errors import Refused
from pilot_portal.documents.sheets.guard import check
from pilot_portal.documents.sheets.read import read_workbook
from tests.documents import hostile
from tests.documents.hostile import SAMPLES, STANDARD, sheet, text_cell

ODS_BOMB = (
    '<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><table:table table:name="示例">'
    '<table:table-row table:number-rows-repeated="1048576">'
    '<table:table-cell office:value-type="string" table:number-columns-repeated="16384"><text:p>例</text:p>'
    "</table:table-cell></table:table-row></table:table></office:document-content>"
)


def ods(content: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return out.getvalue()


HOSTILE = {
    "bomb": (hostile.bomb, "解压后过大"),
    "many parts": (hostile.many_parts_bomb, "解压后过大"),
    "far cell": (hostile.far_cell, "行数×列数过大"),
    "far cell without reference": (
        lambda: sheet('<row r="1048575"/><row>' + "<c><v>1</v></c>" * 20 + "</row>"),
        "行数×列数过大",
    ),
    "entities": (hostile.entity, "DTD"),
    "outer entity": (hostile.outer_entity, "DTD"),
    "outer link": (hostile.outer_link, "链接了其他文件"),
    "outer picture": (hostile.outer_picture, "链接了其他文件"),
    "macro": (hostile.macro, "宏"),
    "macro type": (hostile.macro_type, "宏"),
    "macro in .xls": (lambda: hostile.compound("Workbook", "_VBA_PROJECT_CUR"), "宏"),
    "locked": (lambda: hostile.compound("EncryptionInfo", "EncryptedPackage"), "密码"),
    "locked archive": (hostile.locked_archive, "密码"),
    "other compound file": (lambda: hostile.compound("WordDocument"), "不是电子表格"),
    "empty workbook stream": (lambda: hostile.compound("Workbook"), "损坏"),
    "endless compound file": (hostile.endless_compound, "损坏"),
    "cut compound file": (lambda: (SAMPLES / "06_legacy.xls").read_bytes()[:700], "损坏"),
    "cut": (lambda: STANDARD.read_bytes()[:3000], "损坏"),
    "doubled part": (hostile.doubled_part, "损坏"),
    "broken XML": (lambda: hostile.changed({hostile.SHEET: b"<worksheet><sheetData>"}), "损坏"),
    "unknown place": (lambda: sheet('<row r="1">' + text_cell("ZZZ1") + "</row>"), "不存在的单元格"),
    "repeated cells": (lambda: ods(ODS_BOMB), "行数×列数过大"),
    "no table": (lambda: ods("<document/>"), "不是电子表格"),
    "PDF": (lambda: b"%PDF-1.7 example", "不是电子表格"),
    "text": (lambda: "企业名称,电话".encode("gb18030"), "不是电子表格"),
    "empty": (lambda: b"", "空的"),
    "zip of something": (lambda: hostile.changed({"[Content_Types].xml": b"<Types/>"}), "不是电子表格"),
    "too long": (lambda: b"PK" + bytes(21 * 1024 * 1024), "20 MB"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_a_sentence(name):
    build, word = HOSTILE[name]
    content = build()
    begun = time.monotonic()
    with pytest.raises(Refused, match=word) as refused:
        # All the address space that reading may take here: in 300 MB it is refused for what it is.
        read_workbook(content, memory=300 * 1024 * 1024)
    assert time.monotonic() - begun < 2
    assert refused.value.message.endswith("。")


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("0*")), ids=lambda path: path.name)
def test_what_counties_send_passes(path):
    assert check(path.read_bytes()).kind == path.suffix[1:]


def test_a_bomb_is_not_unpacked_into_memory():
    content = hostile.bomb()
    tracemalloc.start()
    try:
        with pytest.raises(Refused):
            check(content)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_styled_empty_cells_to_the_end_of_the_sheet_are_harmless():
    content = sheet(f'<row r="1">{text_cell("A1")}</row><row r="1048576"><c r="XFD1048576" s="0"/></row>')
    (only,) = read_workbook(content).sheets
    assert [(row.number, row.cells) for row in only.rows] == [(1, ("示例",))]


def test_a_hyperlink_is_no_link_to_another_file():
    kind = f"{hostile.OOXML}/officeDocument/2006/relationships/hyperlink"
    link = f'<Relationship Id="rId1" Type="{kind}" Target="mailto:a@example.org" TargetMode="External"/>'
    rels = f'<Relationships xmlns="{hostile.OOXML}/package/2006/relationships">{link}</Relationships>'
    assert check(hostile.changed({"xl/worksheets/_rels/sheet1.xml.rels": rels.encode()})).kind == "xlsx"


@pytest.mark.parametrize("cut", [1, 8, 30, 76, 512, 520, 1024, 1500, 2048, 3000, 5000])
@pytest.mark.parametrize("name", ["01_standard.xlsx", "06_legacy.xls"])
def test_a_file_cut_anywhere_is_refused(name, cut):
    with pytest.raises(Refused):
        read_workbook((SAMPLES / name).read_bytes()[:cut])
