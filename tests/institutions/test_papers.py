"""The papers of application, report and roster: what was typed is what is printed, and nothing else."""

import json
from io import BytesIO

import openpyxl
import pikepdf
import pypdfium2
import pytest

from institutions import documents
from institutions.models import CountyReport, ReportRow
from institutions.operations import confirmation, reports, review, roster
from institutions.queries import CASE_TYPE, frozen_report, rows_of
from pilot_portal.documents.registry import Printing, SheetOrder
from pilot_portal.rounds.operations import change_setting
from pilot_portal.workflow.queries import trail
from tests import factories
from tests.factories import NOW
from tests.institutions.seed import HOUR, fresh, sent

pytestmark = pytest.mark.django_db
CODE = "0123456789abcdef0123456789abcdef"
RARE = "株洲示例䶮喆渌口检测技术有限公司"


@pytest.fixture
def zhou():
    return factories.institution_admin_zhou(factories.institution(RARE))


@pytest.fixture
def li():
    return factories.county_approver_li()


def built(kind, subject):
    return kind.build(subject, Printing(f"https://example.test/verify/{CODE}/", kind.layout, NOW))


def text_of(content):
    """What a viewer copies, without spaces."""
    with pypdfium2.PdfDocument(content) as pdf:
        pages = []
        for page in pdf:
            text = page.get_textpage()
            pages.append(text.get_text_range())
            text.close()
            page.close()
    return "".join("".join(pages).split())


def attached(content):
    """The data that the paper carries."""
    with pikepdf.open(BytesIO(content)) as pdf:
        (spec,) = pdf.attachments.values()
        return json.loads(spec.get_file().read_bytes())


def plain(words):
    return "".join(str(words).split())


def version_of(case):
    return case.versions.select_related("application__organisation").order_by("-version")[0]


# Attachments 2 and 3 ----------------------------------------------------------------------


def test_the_print_set_says_what_the_institution_typed(zhou):
    case = sent(zhou)
    version = version_of(case)
    content = built(documents.APPLICATION_SET, version)
    said, values = text_of(content), version.data["values"]
    for wanted in (
        "附件2",
        "附件3",
        RARE,
        zhou.organisation.credit_code,
        zhou.organisation.legal_representative,
        values["contact"],
        values["phone"],
        values["path"],
        case.number,
    ):
        assert plain(wanted) in said, wanted
    assert "䶮" in said


def test_what_it_carries_is_what_it_prints(zhou):
    version = version_of(sent(zhou))
    content = built(documents.APPLICATION_SET, version)
    carried = json.dumps(attached(content), ensure_ascii=False)
    assert RARE in carried
    assert version.contact in carried
    for private in (zhou.user.name, zhou.user.username, "password", "uploaded_by"):
        assert private not in carried


def test_the_same_version_gives_the_same_bytes_and_another_version_others(zhou):
    case = sent(zhou)
    version = version_of(case)
    assert built(documents.APPLICATION_SET, version) == built(documents.APPLICATION_SET, version)
    other = version_of(sent(factories.institution_admin_zhou()))
    assert built(documents.APPLICATION_SET, version) != built(documents.APPLICATION_SET, other)


def test_a_long_text_flows_on_and_nothing_of_it_is_lost(zhou):
    version = version_of(sent(zhou))
    sentences = [f"第{n}项服务包括现场诊断、方案设计和跟踪验收。" for n in range(400)]
    version.data["values"]["path"] = "".join(sentences)
    content = built(documents.APPLICATION_SET, version)
    said = text_of(content)
    assert all(sentence in said for sentence in sentences[::40])
    with pikepdf.open(BytesIO(content)) as pdf:
        assert len(pdf.pages) > 4


# Letters ----------------------------------------------------------------------------------


def test_the_return_notice_tells_every_point_to_be_mended(zhou):
    case, wang = sent(zhou), factories.county_reviewer_wang()
    notes = {"finance": "从业人数两处不一致。", "cases": "请附合同首页。"}
    review.return_application(case, note="请一次改全。", sections=notes, by=wang, at=NOW + HOUR)
    entry = trail(CASE_TYPE, case.pk).last()
    said = text_of(built(documents.RETURN_NOTICE, documents.RETURN_NOTICE.get(entry.pk)))
    for wanted in (RARE, case.number, *notes.values()):
        assert plain(wanted) in said


def test_the_letter_of_a_refusal_gives_its_reasons(zhou, li):
    case = sent(zhou)
    review.decline(case, note="服务案例不能提供佐证。", by=li, at=NOW + HOUR)
    entry = trail(CASE_TYPE, case.pk).last()
    said = text_of(built(documents.DECLINE_LETTER, documents.DECLINE_LETTER.get(entry.pk)))
    assert "服务案例不能提供佐证。" in said
    assert RARE in said


def test_the_receipt_says_when_what_came(zhou):
    version = version_of(sent(zhou))
    said = text_of(built(documents.RECEIPT, version))
    assert "2023年3月6日" in said.replace("03月06日", "3月6日")
    assert version.application.number in said


# Attachment 1 -----------------------------------------------------------------------------


@pytest.fixture
def report(zhou, li):
    wang = factories.county_reviewer_wang()
    for by in (zhou, factories.institution_admin_zhou()):
        review.recommend(sent(by), by=li, at=NOW)
    made = reports.start_report(factories.make_round(), factories.region(), by=wang, at=NOW)
    keys = ReportRow.objects.filter(report=made).values_list("application_id", flat=True)
    reports.set_rows(made, [(key, "重点推荐") for key in keys], by=wang, at=NOW)
    return CountyReport.objects.select_related("round", "region").get(pk=made.pk)


def test_attachment_1_lists_the_recommended_with_contact_services_and_capacity(report):
    said = text_of(built(documents.ATTACHMENT_1, report))
    rows = frozen_report(report, rows_of(report))["rows"]
    assert len(rows) == 2
    for row in rows:
        for wanted in (row["name"], row["contact"], *row["kinds"], row["capacity"]):
            assert plain(wanted) in said, wanted
    assert "芦淞区" in said


def test_the_workbook_of_attachment_1_says_the_same_in_cells(report, li):
    stream = BytesIO()
    count = documents.ATTACHMENT_1_SHEET.build(SheetOrder(report.round, report.region, li, NOW), stream)
    sheet = openpyxl.load_workbook(stream).worksheets[0]
    cells = [[str(cell.value) for cell in row if cell.value is not None] for row in sheet.iter_rows()]
    rows = frozen_report(report, rows_of(report))["rows"]
    assert count == len(rows) == 2
    printed = [row for row in cells if row and row[0] in {"1", "2"}]
    for row, shown in zip(rows, printed, strict=True):
        assert row["name"] in shown
        assert any(row["contact"].split()[1] in cell for cell in shown)
        assert str(row["capacity"]) in shown


def test_the_covering_letter_names_them_and_one_of_none_says_so(report):
    said = text_of(built(documents.COVERING_LETTER, report))
    assert "株洲市工业和信息化局" in said
    away = factories.county_reviewer_wang(factories.region("430281"))
    none = reports.start_report(report.round, factories.region("430281"), by=away, at=NOW)
    assert "零报送" in text_of(built(documents.COVERING_LETTER, none))


# The roster -------------------------------------------------------------------------------


def test_the_roster_paper_prints_the_frozen_list_and_no_contact(zhou, li):
    chen, zhao, case = factories.city_handler_chen(), factories.city_chief_zhao(), sent(zhou)
    change_setting(case.round, "publicity_on", value=False, by=chen, at=NOW)
    review.recommend(case, by=li, at=NOW)
    confirmation.propose(fresh(case), by=chen, at=NOW)
    pilot = confirmation.confirm(fresh(case), by=zhao, at=NOW)
    notice = roster.publish_roster(pilot.round, document_number="示例工信发〔2023〕3号", by=zhao, at=NOW)
    content = built(documents.ROSTER, notice)
    said, version = text_of(content), version_of(case)
    assert RARE in said
    assert "示例工信发〔2023〕3号" in said
    for private in (version.contact, version.phone):
        assert private not in said
        assert private not in json.dumps(attached(content), ensure_ascii=False)


@pytest.mark.parametrize("kind", [documents.APPLICATION_SET, documents.RECEIPT], ids=lambda kind: kind.code)
def test_who_may_not_see_the_case_may_not_see_its_paper(zhou, kind):
    version = version_of(sent(zhou))
    for role, sees in (
        ("institution_admin", True),
        ("county_handler", True),
        ("city_chief", True),
        ("enterprise_admin", False),
        ("public", False),
    ):
        actor = factories.actor_for(role, version.application)
        assert kind.may_see(actor, version) is sees, role
    strangers = (
        factories.institution_admin_zhou(factories.institution()),
        factories.county_reviewer_wang(factories.region("430281")),
    )
    assert not any(kind.may_see(stranger, version) for stranger in strangers)
