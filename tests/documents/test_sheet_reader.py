"""Spreadsheets of every kind read in a process of their own, row for row as they stand."""

import io
import json
import os
import subprocess
import sys
import zipfile

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilot_portal.common.errors import Refused
from pilot_portal.documents.sheets import child
from pilot_portal.documents.sheets.read import read_workbook
from pilot_portal.documents.sheets.workbook import Merge, Workbook, cell_words, column_letters
from tests.documents.hostile import SAMPLES, STANDARD, sheet, text_cell

ODS = """<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body>
<office:spreadsheet><table:table table:name="需求表"><table:table-row>
<table:table-cell office:value-type="string" table:number-columns-spanned="2"><text:p>企业名称</text:p>
</table:table-cell><table:covered-table-cell/></table:table-row>
<table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="2"/>
</table:table-row><table:table-row table:visibility="collapse">
<table:table-cell office:value-type="float" office:value="13800000001"><text:p>13800000001</text:p>
</table:table-cell></table:table-row><table:table-row table:number-rows-repeated="1048571">
<table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>
</office:spreadsheet></office:body></office:document-content>"""
PAGE = """<html><head><meta charset="{}"><style>td {{ mso-number-format:"@" }}</style></head><body><table>
<tr><th colspan=2>服务需求</th></tr><tr><td rowspan=2>攸县</td><td>甲<br>乙</td></tr>
<tr style="display:none"><td>13800000001</td></tr></table></body></html>"""


def lines(book: Workbook, index: int = 0):
    return [(row.number, row.cells) for row in book.sheets[index].rows]


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_hidden_sheets_hidden_rows_and_merges_are_told():
    book = openpyxl.Workbook()
    page = book.active
    page.append(["县", "企业"])
    page.append(["攸县", 1.5])
    page.merge_cells("A2:A3")
    page.row_dimensions[2].hidden = True
    old = book.create_sheet("旧表")
    old["A1"] = "去年"
    old.sheet_state = "veryHidden"
    read = read_workbook(saved(book))
    assert lines(read) == [(1, ("县", "企业")), (2, ("攸县", 1.5))]
    assert [row.hidden for row in read.sheets[0].rows] == [False, True]
    assert read.sheets[0].merges == (Merge(2, 1, 3, 1),)
    assert [(s.name, s.visible, s.rows) for s in read.sheets[1:]] == [("旧表", False, ())]


def test_a_wrong_dimension_does_not_matter():
    read = read_workbook((SAMPLES / "05_wps_bad_dimension.xlsx").read_bytes())
    assert [row.number for row in read.sheets[0].rows] == [1, 2, 3, 4, 5]
    assert not read.sheets[0].more


def test_rows_keep_the_numbers_of_their_sheet():
    content = sheet(f'<row r="7">{text_cell("C7")}</row><row r="9">{text_cell("B9")}</row>')
    assert lines(read_workbook(content)) == [(7, ("", "", "示例")), (9, ("", "示例"))]


def test_the_old_format_reads_with_numbers_and_dates():
    read = read_workbook((SAMPLES / "06_legacy.xls").read_bytes())
    assert read.kind == "xls"
    assert read.sheets[0].rows[2].cells[6:] == (13800000051.0, "", "2023-03-08")


def test_an_open_document_reads():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.replace("\n", ""))
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    read = read_workbook(out.getvalue())
    assert lines(read) == [(1, ("企业名称",)), (5, (13800000001.0,))]
    assert [row.hidden for row in read.sheets[0].rows] == [False, True]
    assert read.sheets[0].merges == (Merge(1, 1, 1, 2),)


@pytest.mark.parametrize("charset", ["utf-8", "gb2312"])
def test_a_web_page_saved_as_xls_reads(charset):
    content = PAGE.format(charset).encode("gb18030" if charset == "gb2312" else charset)
    read = read_workbook(content)
    assert lines(read) == [(1, ("服务需求",)), (2, ("攸县", "甲\n乙")), (3, ("", "13800000001"))]
    assert read.sheets[0].merges == (Merge(1, 1, 1, 2), Merge(2, 1, 3, 1))
    assert [row.hidden for row in read.sheets[0].rows] == [False, False, True]


def test_a_page_without_a_table_is_refused():
    with pytest.raises(Refused, match="没有表格"):
        read_workbook("<html><body>示例</body></html>".encode())


def test_more_rows_than_can_be_are_refused():
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    page = book.add_worksheet()
    for row in range(20_201):
        page.write_number(row, 0, row)
    book.close()
    with pytest.raises(Refused, match="20000 行"):
        read_workbook(out.getvalue())


def test_reading_stops_after_two_thousand_blank_rows():
    content = sheet(f'<row r="1">{text_cell("A1")}</row><row r="900000">{text_cell("A900000")}</row>')
    (only,) = read_workbook(content).sheets
    assert ([row.number for row in only.rows], only.more) == ([1], True)


def test_running_out_of_memory_or_time_is_a_refusal():
    # Long enough that what the process has anyway does not do.
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("附件4")
    for number in range(5000):
        page.append([f"株洲示例{number}制造有限公司", "芦淞区", "数智转型" * 40])
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(Refused):
        read_workbook(out.getvalue(), memory=20 * 1024 * 1024)
    with pytest.raises(Refused):
        read_workbook(STANDARD.read_bytes(), seconds=-2)


def test_the_child_answers_as_a_module_too():
    done = subprocess.run(
        [sys.executable, "-m", child.__name__, str(2**31), "20"],
        input=STANDARD.read_bytes(),
        capture_output=True,
        check=True,
        cwd=SAMPLES.parents[2],
        env={"PATH": os.environ.get("PATH", "")},
    )
    told = Workbook.from_json(json.loads(done.stdout)["workbook"])
    assert told == read_workbook(STANDARD.read_bytes()) == child.read(STANDARD.read_bytes())


def test_a_workbook_survives_its_json():
    book = read_workbook((SAMPLES / "03_merged_two_row_header.xlsx").read_bytes())
    assert Workbook.from_json(json.loads(json.dumps(book.to_json()))) == book


@pytest.mark.parametrize(
    ("cell", "words"), [(13800000011.0, "13800000011"), (1.5, "1.5"), (3, "3"), ("01", "01"), (1e16, "1e+16")]
)
def test_numbers_lose_the_tail_excel_gave_them(cell, words):
    assert cell_words(cell) == words


def test_columns_have_letters():
    assert [column_letters(n) for n in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


# What XML can hold; a leading "=" would be a formula, "_x000D_" Excel's own escape.
TEXT = st.text(
    st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="_="),
    max_size=12,
).map(str.strip)
CELL = st.one_of(TEXT, st.integers(-(10**12), 10**12), st.floats(-1e6, 1e6).map(lambda x: round(x, 4)))
TABLE = st.lists(st.lists(CELL, min_size=1, max_size=6), min_size=1, max_size=8)
DECORATION = st.fixed_dictionaries(
    {
        "top": st.integers(0, 30),
        "left": st.integers(0, 5),
        "hidden": st.sets(st.integers(0, 7)),
        "styled": st.integers(0, 300),
        "inline": st.booleans(),
        "widths": st.booleans(),
    }
)


def expected(table, decoration):
    rows = []
    for offset, cells in enumerate(table):
        kept = [""] * decoration["left"] + list(cells)
        while kept and kept[-1] == "":
            kept.pop()
        if kept:
            rows.append((decoration["top"] + offset + 1, tuple(kept), offset in decoration["hidden"]))
    return rows


def with_xlsxwriter(table, decoration) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": decoration["inline"], "in_memory": True})
    page, bold = book.add_worksheet("示例"), book.add_format({"bold": True, "bg_color": "#FFFF00"})
    if decoration["widths"]:
        page.set_column(0, 8, 24)
        page.freeze_panes(1, 0)
    for offset, cells in enumerate(table):
        row = decoration["top"] + offset
        if offset in decoration["hidden"]:
            page.set_row(row, None, None, {"hidden": True})
        for column, cell in enumerate(cells, decoration["left"]):
            write = page.write_string if isinstance(cell, str) else page.write_number
            write(row, column, cell, bold if column % 2 else None)
    for row in range(decoration["styled"]):
        page.write_blank(decoration["top"] + len(table) + row, 0, None, bold)
    book.close()
    return out.getvalue()


def with_openpyxl(table, decoration) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    for offset, cells in enumerate(table):
        row = decoration["top"] + offset + 1
        page.row_dimensions[row].hidden = offset in decoration["hidden"]
        for column, value in enumerate(cells, decoration["left"] + 1):
            if value != "":
                cell = page.cell(row, column)
                cell.value = value
                cell.data_type = "s" if isinstance(value, str) else "n"
                cell.font = openpyxl.styles.Font(bold=bool(column % 2))
    if decoration["widths"]:
        page.freeze_panes = "B2"
    return saved(book)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(table=TABLE, decoration=DECORATION, write=st.sampled_from([with_xlsxwriter, with_openpyxl]))
def test_a_decorated_table_reads_back_exactly(table, decoration, write):
    (only,) = read_workbook(write(table, decoration)).sheets
    assert [(row.number, row.cells, row.hidden) for row in only.rows] == expected(table, decoration)
