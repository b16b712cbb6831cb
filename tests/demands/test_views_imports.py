"""The dry run of a workbook: rows mended in place, the file given back marked, long ones in a worker."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from demands import operations, tasks
from demands.documents import MARKED_WORKBOOK
from demands.models import Demand, ImportBatch, ImportRow
from demands.operations import imports
from demands.queries.imports import rows_of
from pilot_portal.documents.models import Paper
from pilot_portal.documents.operations import run, take
from tests import factories
from tests.demands.test_imports import ROWS, read
from tests.demands.test_rules_rows import row
from tests.factories import NOW

pytestmark = pytest.mark.django_db

HEAD = ("序号", "企业名称", "所属县市区", "所需服务", "企业现状", "发展目标", "企业联系人及联系电话", "备注")


@pytest.fixture
def wang():
    return factories.county_reviewer_wang()


@pytest.fixture
def county(client_of, wang):
    factories.make_round()
    return client_of(wang)


def book(*rows):
    """An Attachment 4 with these rows below its header, as bytes."""
    made = Workbook()
    made.active.title = "汇总"
    made.active.append(["附件4"])
    made.active.append(HEAD)
    for number, values in enumerate(rows, 1):
        made.active.append([number, *values])
    out = BytesIO()
    made.save(out)
    return out.getvalue()


GOOD = (
    "株洲云帆示例精密制造有限公司",
    "芦淞区",
    "数智转型",
    "创新型中小企业",
    "省级专精特新中小企业",
    "龚示例 13800000001",
    "",
)
DOUBT = (
    "株洲智合示例装备有限公司",
    "芦淞区",
    "数智转形",
    "创新型中小企业",
    "省级专精特新中小企业",
    "龚示例 1380000001",
    "",
)
WRONG = ("", "芦淞区", "上市辅导", "创新型中小企业", "省级专精特新中小企业", "龚示例 13800000003", "")


def send(county, *rows, name="附件4.xlsx"):
    upload = SimpleUploadedFile(name, book(*rows))
    answer = county.post(
        reverse("demands:county-import-list"), {"round": factories.make_round().code, "file": upload}
    )
    assert answer.status_code == 302, answer.content.decode()
    return ImportBatch.objects.latest("pk")


def page(county, batch, query=""):
    return county.get(reverse("demands:county-import", args=[batch.pk]) + query).content.decode()


def test_a_row_is_typed_over_in_place_and_judged_anew(county):
    batch = send(county, GOOD, WRONG)
    address = reverse("demands:county-import-row", args=[batch.pk, 2])
    shown = county.get(address).content.decode()
    assert "没有企业名称" in shown
    assert "原表中写的是" in shown
    answer = county.post(
        address,
        {
            "company": "株洲启明示例（集团）有限公司",
            "county": "芦淞区",
            "services": ["上市辅导"],
            "status": "创新型中小企业",
            "target": "省级专精特新中小企业",
            "contact": "龚示例",
            "phone": "１３８ ００００ ０００３",
            "revision": "0",
        },
    )
    assert answer.status_code == 302
    changed = rows_of(batch).get(ordinal=2)
    assert (changed.level, changed.edits) == (
        "good",
        {"company": "株洲启明示例（集团）有限公司"},
    )
    # What stood in their sheet stays as it was.
    assert changed.data["company"] == ""
    assert "已改" in page(county, batch)
    operations.commit_batch(batch, by=factories.county_reviewer_wang(), at=NOW)
    assert Demand.objects.filter(enterprise__name="株洲启明示例（集团）有限公司").exists()


def test_what_was_typed_wrongly_is_told_and_kept(county):
    batch = send(county, WRONG)
    address = reverse("demands:county-import-row", args=[batch.pk, 1])
    typed = {"company": "示" * 121, "services": ["上市辅导"], "phone": "12", "revision": "0"}
    answer = county.post(address, typed)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "有 121 个字，最多 120 个字" in shown
    assert "示" * 121 in shown
    assert rows_of(batch).get().revision == 0


def test_two_officers_never_type_over_one_another(county):
    batch = send(county, WRONG)
    address = reverse("demands:county-import-row", args=[batch.pk, 1])
    typed = {"company": "株洲启明示例有限公司", "services": ["上市辅导"], "revision": "0"}
    assert county.post(address, typed).status_code == 302
    again = county.post(address, typed | {"company": "株洲启航示例有限公司"})
    assert again.status_code == 409
    assert "株洲启航示例有限公司" in again.content.decode()
    assert rows_of(batch).get().edits["company"] == "株洲启明示例有限公司"


def test_the_next_doubt_is_one_press_away(county):
    batch = send(county, WRONG, GOOD, DOUBT)
    answer = county.post(
        reverse("demands:county-import-row", args=[batch.pk, 1]),
        {"company": "株洲启明示例有限公司", "services": ["上市辅导"], "revision": "0", "next": "1"},
    )
    assert answer["Location"] == reverse("demands:county-import-row", args=[batch.pk, 3])


def test_a_doubtful_row_is_confirmed_and_a_wrong_one_is_not(wang, county):
    batch = read(wang)
    assert [found.level for found in rows_of(batch)] == ["good", "doubt", "wrong", "doubt"]
    for ordinal in (2, 3):
        county.post(reverse("demands:county-import-row-confirm", args=[batch.pk, ordinal]), {"revision": "0"})
    assert [found.level for found in rows_of(batch)] == ["good", "good", "wrong", "doubt"]
    assert "还不能导入" in page(county, batch)


def test_a_row_left_out_is_not_imported_and_can_come_back(wang, county):
    batch = read(wang)
    address = reverse("demands:county-import-row-leave-out", args=[batch.pk, 1])
    county.post(address, {"revision": "0"})
    assert "不导入" in page(county, batch, "?level=left")
    with pytest.raises(operations.imports.committing.Refused):
        operations.commit_batch(batch, by=wang, at=NOW)
    county.post(address, {"revision": "1", "back": "1"})
    operations.commit_batch(batch, by=wang, at=NOW)
    assert Demand.objects.count() == 1


def test_a_word_that_lay_near_is_taken_with_one_press(wang, county):
    batch = read(
        wang, row(5, services=["咨询管理"], warn=["services"]) | {"suggest": {"services": ["数智转型"]}}
    )
    assert "改为 数智转型" in page(county, batch)
    county.post(
        reverse("demands:county-import-row-suggest", args=[batch.pk, 1]),
        {"field": "services", "word": "数智转型", "revision": "0"},
    )
    changed = rows_of(batch).get()
    assert (changed.level, changed.edits["services"]) == ("good", ["咨询管理", "数智转型"])


def test_of_two_equal_rows_one_is_free_again_when_the_other_changes(wang):
    batch = read(wang, row(5), row(6))
    assert [found.level for found in rows_of(batch)] == ["good", "wrong"]
    first = rows_of(batch).select_related("batch__region", "batch__round").get(ordinal=1)
    operations.edit_row(first, {"services": ["上市辅导"]}, revision=0, by=wang, at=NOW)
    assert [found.level for found in rows_of(batch)] == ["good", "good"]
    assert ImportBatch.objects.get(pk=batch.pk).rows_wrong == 0


def marked(county, batch):
    """Their own workbook as it comes back."""
    county.post(reverse("demands:county-import-marked", args=[batch.pk]))
    while paper := take(NOW):
        run(paper, at=NOW)
    done = Paper.objects.get(kind="marked-workbook", status="DONE")
    assert done.file_name == "附件4（已标注）.xlsx"
    assert done.number == f"{batch.pk} 芦淞区 {batch.file_name}"
    assert MARKED_WORKBOOK.find(done.number) == batch
    with done.file.open("rb") as stream:
        return load_workbook(BytesIO(stream.read()))


def test_their_own_workbook_comes_back_with_the_cells_marked(county):
    sheet = marked(county, send(county, GOOD, DOUBT, WRONG))["汇总"]
    assert sheet["B3"].value == GOOD[0]
    assert sheet["B3"].comment is None
    assert "数智转型" in sheet["D4"].comment.text
    assert sheet["D4"].fill.start_color.rgb.endswith("FFF2CC") or sheet["D4"].fill.start_color.rgb.endswith(
        "F8CBAD"
    )
    assert "10 位" in sheet["G4"].comment.text
    assert sheet["B4"].comment is None
    assert "没有企业名称" in sheet["B5"].comment.text
    assert sheet["B5"].fill.start_color.rgb.endswith("F8CBAD")


def test_a_web_page_saved_as_xls_comes_back_as_a_workbook(county):
    cells = "".join(f"<td>{text}</td>" for text in ("1", *DOUBT))
    heads = "".join(f"<td>{text}</td>" for text in HEAD)
    table = f"<table><tr>{heads}</tr><tr>{cells}</tr></table>"
    html = f"<html><head><meta charset=utf-8></head><body>{table}</body></html>"
    upload = SimpleUploadedFile("附件4.xls", html.encode())
    county.post(reverse("demands:county-import-list"), {"round": factories.make_round().code, "file": upload})
    book_back = marked(county, ImportBatch.objects.get())
    sheet = book_back[book_back.sheetnames[0]]
    assert sheet["B2"].value == DOUBT[0]
    assert sheet["D2"].comment is not None


def test_the_page_of_a_row_shows_what_stood_in_the_joined_column(county):
    batch = send(county, DOUBT)
    shown = county.get(reverse("demands:county-import-row", args=[batch.pk, 1])).content.decode()
    assert "企业联系人及联系电话" in shown
    assert DOUBT[5] in shown


def test_a_name_that_is_too_long_is_told_once(county):
    notes = rows_of(send(county, ("株" * 130 + "有限公司", *GOOD[1:]))).get().reasons
    assert any("超过 120 个字" in note for note in notes)
    assert not any("没有填写" in note for note in notes)


def many(count):
    return [
        (
            f"株洲示例{number:05}有限公司",
            "芦淞区",
            "数智转型",
            "创新型中小企业",
            "省级专精特新中小企业",
            "龚示例 13800000001",
            "",
        )
        for number in range(count)
    ]


def test_a_long_workbook_is_read_imported_and_undone_by_a_worker(county, monkeypatch, settings):
    monkeypatch.setattr("demands.views.county.imports.READ_AT_ONCE", 1)
    batch = send(county, *many(1200))
    assert batch.status == "QUEUED"
    assert "正在读取表格" in page(county, batch)
    half = []

    def kept(found, parsed, *, attempt):
        found.refresh_from_db()
        half.append(found.progress)
        return imports.keep_reading(found, parsed, attempt=attempt)

    monkeypatch.setattr(tasks, "keep_reading", kept)
    assert tasks.sweep_imports() == 1
    batch.refresh_from_db()
    assert (half, batch.status, batch.rows_total) == ([50], "READ", 1200)
    county.post(reverse("demands:county-import-commit", args=[batch.pk]))
    batch.refresh_from_db()
    assert batch.status == "ORDERED"
    part = county.get(reverse("demands:county-import-progress", args=[batch.pk]))
    assert "正在导入" in part.content.decode()
    assert "HX-Refresh" not in part
    assert tasks.sweep_imports() == 1
    batch.refresh_from_db()
    assert (batch.status, batch.rows_taken, Demand.objects.count()) == ("COMMITTED", 1200, 1200)
    done = county.get(reverse("demands:county-import-progress", args=[batch.pk]))
    assert done["HX-Refresh"] == "true"
    county.post(reverse("demands:county-import-undo", args=[batch.pk]), {"note": "传错文件"})
    batch.refresh_from_db()
    assert batch.status == "UNDOING"
    assert tasks.sweep_imports() == 1
    batch.refresh_from_db()
    assert (batch.status, Demand.objects.filter(state="REFUSED").count()) == ("UNDONE", 1200)


def test_a_worker_that_died_between_two_chunks_loses_and_doubles_nothing(wang, monkeypatch):
    batch = read(wang, *[row(5 + n, company=f"株洲示例{n:05}有限公司") for n in range(2300)])
    operations.order_batch(batch, by=wang, at=NOW)
    held = operations.imports.take_import(NOW)
    now = operations.imports.committing.Hold(held.attempt, lambda: NOW)
    chunks = operations.imports.committing.take_chunks(held, by=wang, at=NOW, hold=now)
    next(chunks)
    assert (ImportRow.objects.filter(is_taken=True).count(), Demand.objects.count()) == (1000, 1000)
    # The worker is gone; its lease runs out.
    later = NOW + operations.imports.committing.LEASE * 2
    assert operations.imports.take_import(NOW) is None
    again = operations.imports.take_import(later)
    assert again.attempt == 2
    with pytest.raises(operations.imports.committing.Stale):
        next(chunks)
    assert Demand.objects.count() == 1000
    operations.imports.run_order(again, now=lambda: later)
    batch.refresh_from_db()
    assert (batch.status, batch.rows_taken, Demand.objects.count()) == ("COMMITTED", 2300, 2300)
    assert len({demand.row_key for demand in Demand.objects.all()}) == 2300


def test_an_order_that_cannot_be_done_gives_the_workbook_back_with_the_reason(wang):
    batch = read(wang, *ROWS)
    ImportBatch.objects.filter(pk=batch.pk).update(rows_total=10_000)
    batch.refresh_from_db()
    operations.order_batch(batch, by=wang, at=NOW)
    ImportRow.objects.filter(batch=batch).update(is_left_out=True)
    assert tasks.sweep_imports() == 1
    batch.refresh_from_db()
    assert (batch.status, batch.error) == ("READ", "没有可以导入的行，请按提示改好表格后重新上传。")


def test_a_fault_of_ours_is_tried_again_and_then_given_up(wang, monkeypatch):
    batch = read(wang, *ROWS)
    ImportBatch.objects.filter(pk=batch.pk).update(status="ORDERED", attempt=5)
    assert operations.imports.take_import(NOW) is None
    batch.refresh_from_db()
    assert batch.status == "READ"
    assert "已停止" in batch.error
