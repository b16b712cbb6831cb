"""Workbooks of any list: Attachment 4 or chosen columns, what for, how far, cancelled, logged."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from demands.documents import DEMANDS_SHEET
from pilot_portal.attachments.models import AccessEntry
from pilot_portal.documents import operations, registry
from pilot_portal.documents.models import Paper
from pilot_portal.documents.operations import exports, run, take
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
PAGE = reverse("demands:demand-export")


@pytest.fixture
def wang():
    return factories.county_reviewer_wang()


@pytest.fixture
def demands():
    """Two of the county, of different kinds and states, and one of another county."""
    factories.make_round()
    mine = factories.demand("SUBMITTED", contact="龚示例", phone="13800000001", remark="=cmd|' /C calc'!A0")
    verified = factories.demand("VERIFIED", contact="贺示例", phone="13800000002")
    firm = factories.enterprise(where=factories.region("430281"))
    other = factories.demand("SUBMITTED", enterprise=firm)
    return mine, verified, other


def made(client, query="", **typed):
    """The workbook that an export with these choices leads to."""
    given = {"round": "2023", "layout": "free", "columns": ["number", "company"], "purpose": "核对"} | typed
    answer = client.post(PAGE + query, given)
    assert answer.status_code == 302, answer.content.decode()
    while paper := take(NOW):
        run(paper, at=NOW)
    done = Paper.objects.latest("pk")
    assert (done.status, done.progress) == ("DONE", 100), done.error
    with done.file.open("rb") as stream:
        return load_workbook(BytesIO(stream.read()))


def numbers(book):
    return [row[0] for row in book["数据"].iter_rows(min_row=2, values_only=True)]


def test_an_export_carries_the_conditions_of_the_list(client_of, wang, demands):
    mine, verified, _other = demands
    county = client_of(wang)
    assert numbers(made(county)) == sorted([mine.number, verified.number])
    assert numbers(made(county, "?state=VERIFIED")) == [verified.number]
    assert numbers(made(county, f"?q={mine.number}")) == [mine.number]
    queue = county.get(reverse("demands:county-demand-list")).content.decode()
    assert f"{PAGE}?state=SUBMITTED" in queue


def test_the_city_exports_all_counties_and_the_county_never_another_s(client_of, wang, demands):
    everything = numbers(made(client_of(factories.city_handler_chen())))
    assert everything == [
        demand.number for demand in sorted(demands, key=lambda d: (d.region.position, d.number))
    ]
    assert demands[2].number not in numbers(made(client_of(wang), "?county=430281"))


def test_the_cover_says_filter_time_who_count_and_purpose_and_so_does_the_log(client_of, wang, demands):
    book = made(client_of(wang), "?state=VERIFIED", columns=["company", "phone"], purpose="电话核实")
    cover = dict(book["说明"].iter_rows(min_row=2, max_col=2, values_only=True))
    assert "县区已核实" in cover["筛选条件"]
    assert (cover["用途"], cover["行数"]) == ("电话核实", "1")
    assert cover["导出人"] == wang.display
    assert "请勿外传" in cover["提示"]
    logged = AccessEntry.objects.get(what__startswith="导出")
    assert (logged.filter, logged.count, logged.purpose, logged.user_id) == (
        "县区已核实",
        1,
        "电话核实",
        wang.user_id,
    )


def test_contacts_come_along_only_when_they_were_chosen(client_of, wang, demands):
    book = made(client_of(wang), columns=["number", "company", "remark"])
    text = "".join(str(cell) for row in book["数据"].iter_rows(values_only=True) for cell in row)
    assert "13800000001" not in text
    assert "龚示例" not in text
    cell = book["数据"]["C2"]
    assert (cell.value, cell.data_type) == ("=cmd|' /C calc'!A0", "s")


def test_attachment_4_for_a_filter_has_the_notice_s_layout(client_of, wang, demands):
    book = made(client_of(wang), "?state=SUBMITTED", layout="form", columns=[])
    sheet = book.worksheets[0]
    assert sheet["A1"].value == "附件4"
    assert sheet["A4"].value == "序号"
    assert (sheet["B5"].value, sheet["B6"].value) == (
        demands[0].enterprise.name,
        sheet["B6"].value,
    )
    assert sheet["G5"].value == "龚示例 13800000001"
    assert sheet["G5"].number_format == "@"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 9
    assert sheet.print_title_rows == "$4:$4"
    assert str(sheet["A6"].value or "").startswith("注")


def test_what_is_missing_is_told_and_what_was_typed_stays(client_of, wang):
    factories.make_round()
    county = client_of(wang)
    answer = county.post(PAGE, {"round": "2023", "layout": "free", "columns": [], "purpose": "核对电话"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "请至少选择一个栏目" in shown
    assert "核对电话" in shown
    assert "请写明用途" in county.post(PAGE, {"round": "2023", "layout": "form"}).content.decode()
    assert Paper.objects.count() == 0


def test_the_page_says_how_far_a_workbook_is_and_cancelling_stops_it(client_of, wang, demands, monkeypatch):
    monkeypatch.setattr(registry, "A_WORD_EVERY", 1)
    county = client_of(wang)
    operations.request_export(
        DEMANDS_SHEET, factories.make_round(), factories.region(), by=wang, at=NOW, columns=["number"]
    )
    paper = take(NOW)
    heard = []

    def told(done, total):
        heard.append((done, total))
        Paper.objects.filter(pk=paper.pk).update(progress=done * 100 // total)
        shown = county.get(reverse("documents:mine")).content.decode()
        if done:
            assert '<progress max="100" value="50"' in shown
            county.post(reverse("documents:cancel", args=[paper.uuid]))
        held = Paper.objects.filter(pk=paper.pk, attempt=paper.attempt, status="RUNNING")
        if not held.exists():
            raise operations.TakenBack

    monkeypatch.setattr(exports, "_teller", lambda _paper: told)
    run(paper, at=NOW)
    paper.refresh_from_db()
    assert heard == [(0, 2), (1, 2)]
    assert (paper.status, paper.file.name) == ("CANCELLED", "")


def test_a_worker_whose_job_was_given_to_another_stops(wang, demands):
    paper = operations.request_export(
        DEMANDS_SHEET, factories.make_round(), factories.region(), by=wang, at=NOW
    )
    held = take(NOW)
    again = take(NOW + operations.LEASE * 2)
    assert (held.attempt, again.attempt) == (1, 2)
    run(held, at=NOW)
    paper.refresh_from_db()
    assert (paper.status, paper.attempt) == ("RUNNING", 2)
    run(again, at=NOW)
    paper.refresh_from_db()
    assert paper.status == "DONE"
