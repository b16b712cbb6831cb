"""Workbooks read back: the notice's layout, texts as texts, limits told, equal cells for equal input."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest

from pilot_portal.common.errors import Refused
from pilot_portal.documents.pdf.forms import Attachment4Row
from pilot_portal.documents.sheets import (
    Column,
    TableSheet,
    write_attachment1,
    write_attachment4,
    write_table,
)
from pilot_portal.documents.sheets.columns import MOST_CHARACTERS, cell_text
from pilot_portal.documents.sheets.write import Book
from tests.documents.samples import COUNTY_REPORT, DEMANDS, RARE

AT = datetime(2023, 3, 16, 2, 0, tzinfo=UTC)


def written(writer, data, *args, **kwargs):
    stream = io.BytesIO()
    count = writer(data, *args, stream, **kwargs) if args else writer(data, stream, **kwargs)
    return count, stream.getvalue()


def rows_of(content, sheet=0):
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [[cell.value for cell in row] for row in book.worksheets[sheet].iter_rows()]


def test_attachment_1_has_the_notices_layout():
    count, content = written(write_attachment1, COUNTY_REPORT)
    rows = rows_of(content)
    assert count == len(COUNTY_REPORT.rows)
    assert rows[0][0] == "附件1"
    assert rows[1][0] == "2023年株洲市支持服务机构（平台）培育优质企业试点汇总表"
    assert rows[2][0] == "县市区工信部门（盖章）：芦淞区工信部门"
    assert [title.replace("\n", "") for title in rows[3]] == [
        "序号",
        "服务机构（平台）名称",
        "联系人及联系电话",
        "主要服务内容",
        "年服务企业能力（家）",
        "备注",
    ]
    first = COUNTY_REPORT.rows[0]
    assert rows[4] == ["1", first.name, first.contact, "、".join(first.services), 30, None]
    assert rows[4 + count][0].startswith("注：主要服务内容包括咨询管理、检验检测")
    assert rows[4 + count][0].endswith("上市辅导")


def test_attachment_4_has_the_notices_layout():
    count, content = written(write_attachment4, DEMANDS)
    rows = rows_of(content)
    assert rows[0][0] == "附件4"
    assert rows[1][0] == "服务需求摸底汇总表"
    assert rows[2][0].split() == ["申报单位：（盖章）芦淞区工信部门", "所在地：芦淞区"]
    assert rows[3] == [
        "序号",
        "企业名称",
        "所属县市区",
        "所需服务",
        "企业现状",
        "发展目标",
        "企业联系人\n及联系电话",
        "备注",
    ]
    first = DEMANDS.rows[0]
    services = "、".join(first.services)
    assert rows[4] == [
        "1",
        first.company,
        "芦淞区",
        services,
        first.status,
        first.target,
        first.contact,
        "急",
    ]
    assert rows[4 + count][0].startswith("注：所需服务主要有十大类型")
    assert rows[4 + count][0].endswith("国省单项冠军等")


@pytest.mark.parametrize(
    ("writer", "data"), [(write_attachment1, COUNTY_REPORT), (write_attachment4, DEMANDS)]
)
def test_a_form_prints_on_a4_landscape_as_wide_as_the_page_with_its_header_repeated(writer, data):
    _, content = written(writer, data)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet.page_setup.orientation == "landscape"
    assert int(sheet.page_setup.paperSize) == 9
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == "$4:$4"
    assert "&P" in sheet.oddFooter.center.text
    assert sheet.cell(5, 2).alignment.wrap_text
    assert sheet.cell(5, 3).number_format == "@"
    assert sheet.cell(5, 2).border.left.style == "thin"


def test_a_report_of_none_and_an_empty_form_to_hand_out():
    _, content = written(write_attachment1, replace(COUNTY_REPORT, rows=()))
    assert rows_of(content)[4][0] == "（零报送）"
    _, content = written(write_attachment4, replace(DEMANDS, unit="", place="", rows=()))
    rows = rows_of(content)
    assert all(value is None for row in rows[4:12] for value in row)
    assert rows[12][0].startswith("注：")


def test_bulk_rows_come_from_an_iterator():
    many = (replace(DEMANDS.rows[0], company=f"株洲示例{at}号") for at in range(5000))
    count, content = written(write_attachment4, DEMANDS, rows=many)
    assert count == 5000
    assert rows_of(content)[5003][1] == "株洲示例4999号"


@pytest.mark.parametrize(
    "text", ["=1+1", "+86 138", "-1", "@SUM(A1)", '=HYPERLINK("x")', "{=1}", "007", "1E5", RARE]
)
def test_what_somebody_typed_stays_a_text(text):
    row = Attachment4Row(text, text, (text,), text, text, text, text)
    _, content = written(write_attachment4, replace(DEMANDS, rows=(row,)))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    for column in range(2, 9):
        cell = sheet.cell(5, column)
        assert cell.value == text
        assert cell.data_type == "s"
    xml = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    assert "hyperlink" not in xml


def test_control_characters_are_stripped_and_line_ends_kept():
    assert cell_text("王\x00示\x0b例\x1f\ud800\r\n\t电话\r", 1, "列") == "王示例\n\t电话\n"
    row = replace(DEMANDS.rows[0], contact="王\x07示例\n138")
    _, content = written(write_attachment4, replace(DEMANDS, rows=(row,)))
    rows = rows_of(content)
    assert rows[4][6] == "王示例\n138"


def test_a_text_longer_than_a_cell_is_told_with_row_and_column(tmp_path):
    path = tmp_path / "sheet.xlsx"
    row = replace(DEMANDS.rows[0], remark="株" * (MOST_CHARACTERS + 1))
    with pytest.raises(Refused, match=r"第 6 行“备注”有 32768 个字符"):
        write_attachment4(replace(DEMANDS, rows=(DEMANDS.rows[0], row)), path)
    assert not path.exists()
    assert cell_text("株" * MOST_CHARACTERS, 1, "列") == "株" * MOST_CHARACTERS
    with pytest.raises(Refused):
        cell_text("𬭎" * 20_000, 1, "列")


def test_more_rows_than_a_sheet_holds_are_refused():
    with Book(io.BytesIO(), "表") as book:
        sheet = book.sheet("数据")
        with pytest.raises(Refused, match="分批导出"):
            book.rows(sheet, [Column("列")]).write(1_048_576, ["值"])


COLUMNS = (
    Column("机构名称", width=30),
    Column("电话", width=18),
    Column("金额", "money"),
    Column("数量", "int"),
    Column("比率", "percent"),
    Column("日期", "date"),
    Column("时间", "time"),
)
TABLE = TableSheet(
    "申报导出", COLUMNS, (("筛选条件", "芦淞区 · 已提交"), ("导出人", "王示例"), ("用途", "核对"))
)
ROW = ("株洲示例有限公司", "013800000001", Decimal("1402.75"), 12, Decimal("0.909"), date(2023, 3, 1), AT)


def test_a_table_has_its_cover_and_typed_cells():
    count, content = written(write_table, TABLE, [ROW, ROW, (None, "", None, None, None, None, None)], at=AT)
    assert count == 3
    assert rows_of(content, 0) == [
        ["申报导出", None],
        ["筛选条件", "芦淞区 · 已提交"],
        ["导出人", "王示例"],
        ["用途", "核对"],
        ["行数", "3"],
    ]
    rows = rows_of(content, 1)
    assert rows[0] == [column.title for column in COLUMNS]
    assert rows[1] == [
        "株洲示例有限公司",
        "013800000001",
        1402.75,
        12,
        0.909,
        datetime(2023, 3, 1),  # noqa: DTZ001 - cells know no time zone
        datetime(2023, 3, 16, 10, 0),  # noqa: DTZ001 - Beijing time
    ]
    assert rows[3] == [None] * 7
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.properties.title == "申报导出"
    assert book.worksheets[1].cell(2, 2).data_type == "s"
    assert book.worksheets[1].auto_filter.ref == "A1:G4"


def test_equal_input_gives_equal_workbooks():
    assert written(write_table, TABLE, [ROW], at=AT) == written(write_table, TABLE, [ROW], at=AT)
    assert written(write_attachment4, DEMANDS) == written(write_attachment4, DEMANDS)


def test_a_row_is_as_high_as_its_longest_text():
    long = ("株洲示例" * 40, *ROW[1:])
    _, content = written(write_table, TABLE, [ROW, long])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[1]
    assert sheet.row_dimensions[3].height > sheet.row_dimensions[2].height * 5


def test_an_unknown_kind_of_column_is_a_mistake_of_the_program():
    with pytest.raises(ValueError, match="unknown kind"):
        Column("列", "number")
