"""Attachment 4 and the published list on paper and as workbooks: frozen, complete, no phone in public."""

import datetime as dt
import io
import subprocess

import openpyxl
import pypdfium2
import pytest
from django.core.management import call_command

from demands import documents, operations
from demands.models import Demand
from pilot_portal.documents.registry import PAPERS, SHEETS, Printing, SheetOrder
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
PRINTING = Printing(
    verify_url="https://portal.example/verify/0123456789abcdef0123456789abcdef/", layout=1, at=NOW
)


def text_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    return "".join("".join(page.get_textpage().get_text_bounded().split()) for page in document)


@pytest.fixture
def demand():
    return factories.demand("VERIFIED", enterprise=factories.enterprise("株洲云帆示例精密制造有限公司"))


@pytest.fixture
def summary(demand):
    return operations.freeze_summary(demand.round, demand.region, by=factories.county_reviewer_wang(), at=NOW)


@pytest.fixture
def listed(demand):
    operations.prepare_demands([demand], by=factories.city_handler_chen(), at=NOW)
    return operations.publish_list(
        demand.round,
        [demand],
        claims_from=NOW,
        claims_until=NOW + dt.timedelta(days=10),
        by=factories.city_chief_zhao(),
        at=NOW,
        document_number="示例〔2023〕3号",
    )


def test_attachment_4_says_what_was_frozen_ever_after(demand, summary):
    first = documents.ATTACHMENT_4.build(summary, PRINTING)
    Demand.objects.update(contact="别人", remark="后来改的")
    summary.refresh_from_db()
    assert documents.ATTACHMENT_4.build(summary, PRINTING) == first
    text = text_of(first)
    for words in (
        "服务需求摸底汇总表",
        "芦淞区工信部门",
        "株洲云帆示例精密制造有限公司",
        "创新型中小企业",
        "示例联系人13800000088",
        summary.number,
    ):
        assert words.replace(" ", "") in text


def test_the_fonts_of_attachment_4_are_embedded(summary, need, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(documents.ATTACHMENT_4.build(summary, PRINTING))
    lines = subprocess.run([need("pdffonts"), path], capture_output=True, text=True, check=True).stdout
    fonts = lines.splitlines()[2:]
    assert fonts
    assert all(line.split()[-5] == "yes" for line in fonts)


def test_the_published_list_names_nobody_who_did_not_agree(demand, listed):
    content = documents.DEMAND_LIST.build(listed, PRINTING)
    text = text_of(content)
    assert demand.number in text
    assert "芦淞区某企业" in text
    for private in (demand.enterprise.name, "13800000088", "示例联系人"):
        assert private not in text
        assert private.encode() not in content


def test_who_may_see_which_paper(summary, listed):
    county = factories.county_reviewer_wang()
    other = factories.county_reviewer_wang(factories.region("430281"))
    assert documents.ATTACHMENT_4.may_see(county, summary)
    assert not documents.ATTACHMENT_4.may_see(other, summary)
    assert documents.ATTACHMENT_4.may_see(factories.city_handler_chen(), summary)
    assert not documents.ATTACHMENT_4.may_see(factories.institution_admin_zhou(), summary)
    assert documents.DEMAND_LIST.may_see(factories.PUBLIC, listed)
    round_, region = summary.round, summary.region
    for kind in (documents.ATTACHMENT_4_SHEET, documents.DEMANDS_SHEET):
        assert kind.may_see(county, round_, region)
        assert not kind.may_see(county, round_, None)
        assert not kind.may_see(other, round_, region)
        assert not kind.may_see(factories.enterprise_admin_wu(), round_, region)
        assert kind.may_see(factories.city_handler_chen(), round_, None)


def sheet(kind, round_, region):
    stream = io.BytesIO()
    by = factories.county_reviewer_wang()
    columns = ("number", "company", "county", "contact", "phone")
    order = SheetOrder(round=round_, region=region, actor=by, at=NOW, columns=columns)
    rows = kind.build(order, stream)
    return rows, openpyxl.load_workbook(stream)


def cells(book):
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]


def test_the_workbook_of_attachment_4_has_the_notice_s_columns(demand):
    for state in ("DRAFT", "REFUSED", "WITHDRAWN"):
        factories.demand(state)
    rows, book = sheet(documents.ATTACHMENT_4_SHEET, demand.round, demand.region)
    assert rows == 1
    flat = [str(value) for row in cells(book) for value in row if value]
    assert "服务需求摸底汇总表" in flat
    assert demand.enterprise.name in flat
    assert "示例联系人 13800000088" in flat


def test_the_plain_export_says_filter_time_and_who(demand):
    factories.demand("DRAFT")
    rows, book = sheet(documents.DEMANDS_SHEET, demand.round, demand.region)
    assert rows == 1
    words = "".join(
        str(cell.value) for page in book.worksheets for row in page.iter_rows() for cell in row if cell.value
    )
    for said in ("芦淞区", "王示例", "需求编号", demand.number, "13800000088"):
        assert said in words


def test_the_kinds_are_listed_and_built_by_the_commands(summary, listed, tmp_path, capsys):
    call_command("paper", "--list")
    out = capsys.readouterr().out
    assert f"attachment-4\t{summary.number}" in out
    assert f"demand-list\t{listed.publication.number}" in out
    for code, number in (("attachment-4", summary.number), ("demand-list", listed.publication.number)):
        path = tmp_path / f"{code}.pdf"
        call_command("paper", code, number, out=path)
        assert path.read_bytes().startswith(b"%PDF-")
    for code in ("attachment-4-xlsx", "demands"):
        path = tmp_path / f"{code}.xlsx"
        call_command("sheet", code, round=summary.round.code, region="430203", out=path)
        assert openpyxl.load_workbook(path).sheetnames
    assert {"attachment-4", "demand-list"} <= set(PAPERS)
    assert {"attachment-4-xlsx", "demands"} <= set(SHEETS)
