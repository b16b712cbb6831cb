"""The empty Attachment 4: drop-down lists, texts, and what is filled in reads back exactly."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from demands import intake
from demands.documents.blank import blank_form
from demands.rules.words import KIND_CODES, TIER_CODES
from tests import factories
from tests.office import converted

pytestmark = pytest.mark.django_db

FIRST = 5
FILLED = (
    (
        *("1", "株洲启明示例（集团）有限公司", "芦淞区", "数智转型、人才招引"),
        *("创新型中小企业", "升规入统", "龚示例 13800000001", "首批"),
    ),
    (
        *("2", "湖南䶮示例科技股份有限公司", "醴陵市", "上市辅导"),
        *("国省单项冠军", "国家级专精特新“小巨人”", "贺示例 0731-28680000", ""),
    ),
)
READ = [
    {
        "row": FIRST,
        "company": "株洲启明示例（集团）有限公司",
        "county": "芦淞区",
        "services": ["数智转型", "人才招引"],
        "status": "创新型中小企业",
        "target": "升规入统",
        "contact": "龚示例",
        "phone": "13800000001",
        "remark": "首批",
        "warn": [],
    },
    {
        "row": FIRST + 1,
        "company": "湖南䶮示例科技股份有限公司",
        "county": "醴陵市",
        "services": ["上市辅导"],
        "status": "国省单项冠军",
        "target": "国家级专精特新“小巨人”",
        "contact": "贺示例",
        "phone": "0731-28680000",
        "remark": "",
        "warn": [],
    },
]


@pytest.fixture
def blank():
    return blank_form(factories.make_round(), factories.region())[1]


def filled(content):
    book = load_workbook(BytesIO(content))
    for row, values in enumerate(FILLED, FIRST):
        for column, value in enumerate(values, 1):
            book.worksheets[0].cell(row, column, value)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def rows(content):
    read = intake.read_bytes(content).file
    assert read.error is None
    (sheet,) = read.sheets
    return [row.to_json() for row in sheet.rows]


def test_what_is_filled_in_reads_back_exactly(blank):
    content = filled(blank)
    assert rows(content) == READ
    assert intake.read_bytes(content).file.unit == "芦淞区工信部门"


@pytest.mark.parametrize("suffix", ["xlsx", "xls:MS Excel 97", "ods"])
def test_it_reads_back_exactly_from_libreoffice_too(blank, tmp_path, need, suffix):
    source = tmp_path / "filled.xlsx"
    source.write_bytes(filled(blank))
    assert rows(converted(need("soffice"), source, suffix, tmp_path).read_bytes()) == READ


def test_the_empty_form_is_no_demand(blank):
    assert intake.read_bytes(blank).file.error.startswith("找到了附件4的表头，但下面没有填写")


def test_every_choice_stands_in_a_list_and_codes_are_texts(blank):
    book = load_workbook(BytesIO(blank))
    sheet, notes = book.worksheets
    words = [cell.value for cell in notes["A"]]
    for word in (*KIND_CODES, *TIER_CODES, "攸县", "2023"):
        assert any(word in str(found) for found in words)
    choices = {str(found.sqref): found for found in sheet.data_validations.dataValidation}
    assert set(choices) == {f"{column}5:{column}504" for column in "CDEF"}
    assert choices["C5:C504"].showErrorMessage
    assert not choices["D5:D504"].showErrorMessage
    for found in choices.values():
        area = found.formula1.split("!")[1].replace("$", "")
        assert all(cell.value for (cell,) in notes[area])
    assert sheet["G5"].number_format == "@"
    assert sheet.print_title_rows == "$4:$4"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)


def test_county_and_city_fetch_it_from_the_import_page(client_of):
    round_ = factories.make_round()
    address = reverse("demands:demand-template", args=[round_.code])
    county = client_of(factories.county_reviewer_wang())
    assert address in county.get(reverse("demands:county-import-list")).content.decode()
    for client in (county, client_of(factories.city_handler_chen())):
        answer = client.get(address)
        content = b"".join(answer.streaming_content)
        assert load_workbook(BytesIO(content)).sheetnames == ["附件4", "填表说明"]
        assert "attachment" in answer["Content-Disposition"]
