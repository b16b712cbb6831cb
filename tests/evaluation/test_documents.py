"""The workbooks of the year's end: what a page shows, in cells; with who took it, when and for what."""

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest

from evaluation import documents
from pilot_portal.documents.models import Paper
from pilot_portal.documents.registry import SheetOrder
from tests import factories
from tests.evaluation.year import judged, served
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def chen():
    return factories.city_handler_chen()


def build(kind, by, region=None):
    """The number of rows, the cover's words, and the table without its head."""
    stream = io.BytesIO()
    count = kind.build(SheetOrder(round=factories.make_round(), region=region, actor=by, at=NOW), stream)
    cover, data = openpyxl.load_workbook(stream).worksheets
    words = {row[0].value: row[1].value for row in cover.iter_rows(min_row=2)}
    head, *rows = [[cell.value for cell in row] for row in data.iter_rows()]
    return count, words, [dict(zip(head, row, strict=True)) for row in rows]


def test_the_evaluations_stand_by_rank_with_every_figure_and_the_award(chen):
    second = judged(factories.pilot(), *[5] * 5, rank=2)
    first = judged(factories.pilot(), *[4] * 6, rank=1, state="DECIDED", decision="keep")
    factories.award("APPROVED", evaluation=first)
    unranked = judged(factories.pilot(), 1, proposal="not_judged")
    count, cover, rows = build(documents.EVALUATIONS_SHEET, chen)
    assert count == 3
    assert [row["服务机构（平台）名称"] for row in rows] == [
        row.pilot.organisation.name for row in (first, second, unranked)
    ]
    top = rows[0]
    assert (top["名次"], top["收回问卷（份）"], top["满意份数（份）"], top["决定"]) == (1, 6, 6, "继续")
    assert (Decimal(str(top["综合得分"])), Decimal(str(top["奖补金额（元）"]))) == (90, 100_000)
    assert rows[2]["名次"] is None
    assert (cover["导出人"], cover["行数"]) == (chen.display, "3")
    assert cover["导出时间"] == "2023-03-06 10:00（北京时间）"


def test_the_results_of_the_city_and_of_one_county(chen):
    here = factories.result("CONFIRMED", engagement=served())
    there = factories.result("CLAIMED", engagement=served(where="430223"), is_supplementary=True)
    assert build(documents.RESULTS_SHEET, chen)[0] == 2
    count, cover, (row,) = build(
        documents.RESULTS_SHEET, factories.county_reviewer_wang(), factories.region()
    )
    assert (count, row["企业名称"], row["状态"]) == (1, here.enterprise.name, "市局已确认")
    assert row["认定日期"].date() == dt.date(2023, 9, 1)
    assert "芦淞区" in cover["筛选条件"]
    rows = {row["企业名称"]: row["补充统计"] for row in build(documents.RESULTS_SHEET, chen)[2]}
    assert rows[there.enterprise.name] == "是"


def test_neither_workbook_tells_a_phone_or_a_single_mark(chen):
    factories.result("CONFIRMED")
    judged(factories.pilot(), *[5] * 5)
    text = "".join(str(build(kind, chen)) for kind in (documents.EVALUATIONS_SHEET, documents.RESULTS_SHEET))
    assert "1380000" not in text
    assert "总体满意" not in text


def test_who_may_have_them():
    round_, here = factories.make_round(), factories.region()
    evaluations, results = documents.EVALUATIONS_SHEET.may_see, documents.RESULTS_SHEET.may_see
    for role, city, county in (
        ("city_handler", True, True),
        ("leader", True, True),
        ("auditor", True, True),
        ("county_handler", False, True),
        ("institution_admin", False, False),
        ("enterprise_admin", False, False),
        ("expert", False, False),
        ("sysadmin", False, False),
        ("public", False, False),
    ):
        actor = factories.actor_for(role, None)
        assert evaluations(actor, round_, None) is city
        assert results(actor, round_, None) is city
        assert results(actor, round_, here) is county
        assert not results(factories.county_reviewer_wang(factories.region("430223")), round_, here)


def test_the_city_asks_for_them_on_the_page_of_the_round(client_of, chen):
    judged(factories.pilot(), *[5] * 5)
    page = client_of(chen)
    shown = page.get("/desk/city/evaluations/2023/").content.decode()
    for kind in ("evaluations", "results"):
        address = f"/papers/sheet/{kind}/2023/"
        assert f'action="{address}"' in shown
        assert page.post(address).status_code == 302
    assert set(Paper.objects.values_list("kind", flat=True)) == {"evaluations", "results"}
