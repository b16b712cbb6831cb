"""Hostile and broken spreadsheets are refused at once, in a sentence, and hurt nobody."""

import io
import re
import resource
import tracemalloc
import zipfile

import pytest

from pilot_portal.common.errors import Refused
from pilot_portal.documents.sheets.guard import check
from pilot_portal.documents.sheets.read import read_workbook
from tests.documents import hostile
from tests.documents.hostile import SAMPLES, STANDARD, filled_rows, noise, page, sheet, text_cell

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


def ods_cell(text: str, *, row: str = "", cell: str = "") -> str:
    return (
        '<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x">'
        f'<table:table table:name="示例"><table:table-row {row}>'
        f'<table:table-cell office:value-type="string" {cell}><text:p>例{text}</text:p>'
        "</table:table-cell></table:table-row></table:table></office:document-content>"
    )


def filled_cells(rows: int, columns: int) -> str:
    return f"<row>{'<c><v>1</v></c>' * columns}</row>" * rows + f"<!--{noise(90_000)}-->"


def merged_cells(count: int) -> str:
    return '<mergeCell ref="A1:B2"/>' * count + f"<!--{noise(60_000)}-->"


def hyperlinks(count: int) -> str:
    kind = f"{hostile.OOXML}/officeDocument/2006/relationships/hyperlink"
    links = (f'<Relationship Id="r{n}" Type="{kind}" Target="mailto:{n}"/>' for n in range(count))
    return f"<Relationships>{''.join(links)}</Relationships>"


def spent() -> float:
    """Seconds of work of the processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


COLOURED = '<c s="1"/>'
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
    # What a parser would look through over and over again, or for long.
    "comments never closed": (lambda: page(b"<!--" * 2_000_000), "标记过多"),
    "less than": (lambda: page(b"<" * 3_000_000), "标记过多"),
    "nested tables": (lambda: page(b"<table><tr><td>x" * 100_000), "嵌套过深"),
    "entities in a page": (lambda: page(b"<tr><td>" + b"&a" * 9_000_000), "标记过多"),
    "wide spans": (lambda: page(b"<tr>" + b"<td rowspan=1000 colspan=900>x" * 300_000), "列数过多"),
    "merged cells of a page": (lambda: page(b"<tr><td colspan=2>x" * 400_000), "合并单元格过多"),
    "many rows": (lambda: sheet(filled_rows(60_000)), "20000 行"),
    "very many rows": (lambda: sheet(filled_rows(120_000)), "20000 行"),
    "many filled cells": (lambda: sheet(filled_cells(19_000, 60)), "表格内容过大"),
    "many coloured cells": (
        lambda: sheet(f"<row>{COLOURED * 4_000_000}</row><!--{noise(400_000)}-->"),
        "空单元格过多",
    ),
    "one endless tag": (lambda: sheet(f'<row r="{noise(3_000_000)}"/>'), "损坏"),
    "one endless comment": (lambda: sheet(f"<!--{noise(3_000_000)}-->"), "损坏"),
    "ends of lines": (
        lambda: sheet(f"<row><c><v>{chr(10) * 30_000_000}</v></c></row><!--{noise(400_000)}-->"),
        "表格内容过大",
    ),
    "many merged ranges": (
        lambda: sheet(f"</sheetData><mergeCells>{merged_cells(400_000)}</mergeCells><sheetData>"),
        "合并单元格过多",
    ),
    "many links": (
        lambda: hostile.changed({"xl/worksheets/_rels/sheet1.xml.rels": hyperlinks(400_000).encode()}),
        "表格内容过大",
    ),
    "many sheets": (lambda: hostile.many_sheets(1_900, f'<row r="1">{text_cell("A1")}</row>'), "工作表过多"),
    "many wide sheets": (
        lambda: hostile.many_sheets(
            90, f'<row r="1">{text_cell("XFD1")}</row><row r="90">{text_cell("A90")}</row>'
        ),
        "行数×列数过大",
    ),
    "deep nesting": (lambda: sheet("<a>" * 1_000_000 + noise(60_000)), "损坏"),
    "a billion spaces": (lambda: ods(ods_cell('<text:s text:c="2000000000"/>')), "空格过多"),
    "spaces by and by": (lambda: ods(ods_cell('<text:s text:c="900000"/>' * 10)), "空格过多"),
    "rows repeated beyond the sheet": (
        lambda: ods(ods_cell("例", row='table:number-rows-repeated="2000000000"')),
        "不存在的单元格",
    ),
    "cells repeated beyond the sheet": (
        lambda: ods(ods_cell("例", cell='table:number-columns-repeated="2000000000"')),
        "不存在的单元格",
    ),
    "rows repeated": (lambda: ods(ods_cell("例", row='table:number-rows-repeated="30000"')), "20000 行"),
    "many records": (lambda: hostile.old_book(hostile.record(1) * 4_000_000), "表格内容过大"),
    "many global records": (
        lambda: hostile.old_book(b"", before=hostile.record(1) * 4_000_000),
        "表格内容过大",
    ),
    "sheets in one another": (
        lambda: hostile.old_book(hostile.record(1) * 100_000, sheets=90),
        "表格内容过大",
    ),
    "many old sheets": (lambda: hostile.old_book(hostile.record(1) * 1000, sheets=1_000), "工作表过多"),
    "far cells in old sheets": (
        lambda: hostile.old_book(hostile.number(0, 0) + hostile.number(60_000, 20), sheets=60),
        "行数×列数过大",
    ),
    "merged cells of an old sheet": (
        lambda: hostile.old_book(hostile.record(0xE5, b"\xe8\x03" + bytes(8) * 1000) * 2_000),
        "合并单元格过多",
    ),
    "rows of an old sheet": (
        lambda: hostile.old_book(b"".join(hostile.number(row, 0) for row in range(30_000))),
        "20000 行",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_a_sentence(name):
    build, word = HOSTILE[name]
    content = build()
    begun = spent()
    with pytest.raises(Refused, match=word) as refused:
        # All the address space that reading may take here: in 300 MB it is refused for what it is.
        read_workbook(content, memory=300 * 1024 * 1024)
    # Two seconds are promised, and about one is measured; a machine with other work takes a few times that.
    assert spent() - begun < 4 * 2
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


@pytest.mark.parametrize("mark", [b"<!--", b"<a b='", b"</a ", b"<?", b"<!", b"<![", b"<"])
def test_what_a_page_never_closes_is_not_looked_for_again_and_again(mark):
    begun = spent()
    (only,) = read_workbook(page(b"<tr><td>x</td></tr>" + mark * 1_000_000)).sheets
    assert [row.cells for row in only.rows] == [("x",)]
    assert spent() - begun < 4 * 2


def test_a_sheet_of_the_most_rows_passes_whatever_is_coloured_behind_it():
    coloured = "".join(f'<row r="{row}"><c r="A{row}" s="1"/></row>' for row in range(20_201, 400_000))
    facts = check(sheet(filled_rows(20_200, "ABC") + coloured)).sheets
    assert [(found.rows, found.last_row, found.last_column) for found in facts.values()] == [
        (20_200, 20_200, 3)
    ]


def test_formulas_that_give_nothing_are_no_rows():
    empty = "".join(
        f'<row r="{row}"><c r="A{row}" t="str"><f>IF(B{row}="","",B{row})</f><v></v></c></row>'
        for row in range(2, 40_000)
    )
    (only,) = read_workbook(sheet(f'<row r="1">{text_cell("A1")}</row>{empty}')).sheets
    assert [row.cells for row in only.rows] == [("示例",)]


def test_rows_behind_two_thousand_blank_ones_do_not_count():
    rows = "".join(f'<row r="{row}"><c><v>1</v></c></row>' for row in range(5_000, 30_000))
    (only,) = read_workbook(sheet(f'<row r="1">{text_cell("A1")}</row>{rows}')).sheets
    assert (len(only.rows), only.more) == (1, True)


def test_a_long_list_behind_the_curtain_does_not_matter():
    names = hostile.part("xl/workbook.xml").decode().replace(' state="visible"', "")
    book = hostile.changed(
        {
            "xl/workbook.xml": re.sub("<sheet ", '<sheet state="hidden" ', names).encode(),
            hostile.SHEET: f"<worksheet {hostile.MAIN}><sheetData>{filled_rows(21_000, 'A')}"
            "</sheetData></worksheet>".encode(),
        }
    )
    assert not any(found.visible for found in read_workbook(book).sheets)


def test_the_reader_s_own_stream_is_the_one_that_is_looked_at():
    """`Workbook` is read before `Book`, whichever stands first."""
    content = bytearray(hostile.old_book(hostile.number(0, 0)))
    assert [found.name for found in read_workbook(bytes(content)).sheets] == ["S0"]
    entry = content[640:768]
    for place, name in ((640, "Book"), (768, "Workbook")):
        word = name.encode("utf-16-le") + b"\0\0"
        content[place : place + 128] = word.ljust(64, b"\0") + bytes([len(word), 0]) + entry[66:]
    content[768 + 116 : 768 + 120] = (4).to_bytes(4, "little")
    with pytest.raises(Refused, match="损坏"):
        check(bytes(content))
