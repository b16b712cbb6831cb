"""A county's Attachment 4 taken over: good rows, doubtful rows, twice, undone."""

import pytest
from django.urls import reverse

from demands import operations, queries
from demands.desk import county_todos
from demands.models import Demand, Enterprise, ImportBatch
from demands.queries.imports import rows_of
from demands.rules.rows import DOUBT, GOOD, WRONG
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.workflow.queries import audit_problems
from tests import factories
from tests.demands.test_rules_rows import row, workbook
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def wang():
    return factories.county_reviewer_wang()


ROWS = (
    row(5),
    row(6, company="株洲智合示例装备有限公司", phone="1380000001", warn=["phone"]),
    row(7, company="株洲启明示例（集团）有限公司", services=[]),
    row(8, company="株洲云帆示例精密制造有限公司", services=["上市辅导"], status="", warn=["status"]),
)


def read(by, *rows, **changed):
    parsed = workbook(*(rows or ROWS)) | changed
    return operations.read_workbook(
        parsed,
        round=factories.make_round(),
        region=factories.region(),
        file_name="附件4.xlsx",
        sha256="0" * 64,
        by=by,
        at=NOW,
    )


def test_a_preview_takes_nothing_over(wang):
    batch = read(wang)
    assert [r.level for r in rows_of(batch)] == [GOOD, DOUBT, WRONG, DOUBT]
    assert (batch.rows_total, Demand.objects.count(), Enterprise.objects.count()) == (4, 0, 0)


def test_the_good_rows_become_submitted_demands(wang):
    batch = read(wang)
    done = operations.commit_batch(batch, by=wang, at=NOW)
    demand = Demand.objects.get(batch=batch)
    assert [r.row for r in rows_of(batch).filter(is_taken=False)] == [6, 7, 8]
    assert (done.taken, done.left_out) == (1, 3)
    assert (demand.state, demand.number, demand.origin) == ("SUBMITTED", "2023-D-0001", "IMPORT")
    assert demand.source_row == "Sheet 第 5 行"
    assert sorted(kind.code for kind in demand.kinds.all()) == ["consulting", "digital"]
    assert (demand.present_tier.code, demand.target_tier.code) == ("innovative", "provincial")
    assert (demand.contact, demand.phone) == ("龚示例", "13800000001")
    assert demand.enterprise.in_library
    assert not demand.name_public
    assert audit_problems("demands.demand") == []


def test_doubtful_rows_come_along_when_the_officer_says_so(wang):
    batch = read(wang)
    operations.commit_batch(batch, by=wang, at=NOW, with_doubtful=True)
    demands = list(Demand.objects.order_by("number"))
    assert [d.doubts for d in demands] == [[], ["phone"], ["status"]]
    assert Enterprise.objects.count() == 2
    # 企业现状 unknown says nothing about the library; the firm's other row does.
    assert Enterprise.objects.get(name="株洲云帆示例精密制造有限公司").in_library


def test_the_same_file_twice_makes_no_doubles(wang):
    operations.commit_batch(read(wang), by=wang, at=NOW)
    again = read(wang)
    assert rows_of(again)[0].level == WRONG
    with pytest.raises(Refused):
        operations.commit_batch(again, by=wang, at=NOW)
    assert Demand.objects.count() == 1


def test_two_previews_of_one_file_are_taken_once(wang):
    first, second = read(wang), read(wang)
    operations.commit_batch(first, by=wang, at=NOW, with_doubtful=True)
    with pytest.raises(Refused):
        operations.commit_batch(second, by=wang, at=NOW, with_doubtful=True)
    with pytest.raises(Stale):
        operations.commit_batch(first, by=wang, at=NOW, with_doubtful=True)
    assert Demand.objects.count() == 3


def test_a_known_firm_is_found_again_by_its_name(wang):
    known = factories.enterprise("株洲云帆示例精密制造有限公司")
    operations.commit_batch(read(wang, row(5, company="株洲云帆示例精密制造 有限公司")), by=wang, at=NOW)
    assert Demand.objects.get().enterprise == known


def test_an_import_is_undone_while_nothing_stands_on_it(wang):
    batch = read(wang)
    operations.commit_batch(batch, by=wang, at=NOW)
    with pytest.raises(Refused):
        operations.undo_batch(batch, note="", by=wang, at=NOW)
    assert ImportBatch.objects.get(pk=batch.pk).status == "COMMITTED"
    assert operations.undo_batch(batch, note="传错文件", by=wang, at=NOW) == 1
    demand = Demand.objects.get()
    assert (demand.state, demand.row_key) == ("REFUSED", None)
    with pytest.raises(Stale):
        operations.undo_batch(batch, note="再来", by=wang, at=NOW)
    # The rows are free again.
    operations.commit_batch(read(wang), by=wang, at=NOW)
    assert Demand.objects.filter(state="SUBMITTED").count() == 1


def test_records_that_an_import_made_go_with_it_unless_something_stands_on_them(client_of, wang):
    known = factories.record("株洲远帆示例材料有限公司")
    batch = read(
        wang,
        row(5),
        row(6, company="株洲智合示例装备有限公司"),
        row(7, company="株洲启明示例（集团）有限公司"),
        row(8, company=known.name),
    )
    operations.commit_batch(batch, by=wang, at=NOW)
    titled = Enterprise.objects.get(name="株洲智合示例装备有限公司")
    given = operations.TitleGiven("provincial", NOW.date())
    operations.grant_title(titled, given, by=wang, at=NOW)
    operations.commit_batch(
        read(wang, row(5, company="株洲启明示例（集团）有限公司", services=["上市辅导"])),
        by=wang,
        at=NOW,
        with_doubtful=True,
    )
    operations.undo_batch(batch, note="传错文件", by=wang, at=NOW)
    names = set(queries.visible_enterprises(wang).values_list("name", flat=True))
    assert names == {known.name, titled.name, "株洲启明示例（集团）有限公司"}
    page = client_of(wang).get(reverse("demands:county-import", args=[batch.pk])).content.decode()
    assert "2 家企业的记录仍在企业库" in page
    assert titled.name in page
    # The undone demand still says whose it was, and the name is free for the file when it comes again.
    gone = Demand.objects.get(enterprise__removed_at__isnull=False)
    case = client_of(wang).get(reverse("demands:county-demand", args=[gone.pk])).content.decode()
    assert "株洲云帆示例精密制造有限公司" in case
    assert reverse("demands:county-enterprise", args=[gone.enterprise_id]) not in case
    operations.commit_batch(read(wang, row(5)), by=wang, at=NOW)
    assert queries.visible_enterprises(wang).get(name=gone.enterprise.name).pk != gone.enterprise_id


def test_a_preview_is_set_aside_and_its_file_may_come_again(wang):
    batch = read(wang)
    with pytest.raises(NotAllowed):
        operations.discard_batch(batch, by=factories.city_handler_chen(), at=NOW)
    operations.discard_batch(batch, by=wang, at=NOW)
    found = queries.visible_batches(wang).get()
    assert (found.status, found.discarded_by_id, found.discarded_at) == ("DISCARDED", wang.user_id, NOW)
    assert rows_of(batch).count() == 4
    assert not any("表格已读取" in todo.title for todo in county_todos(wang, NOW))
    for act in (operations.discard_batch, operations.commit_batch):
        with pytest.raises(Stale):
            act(batch, by=wang, at=NOW)
    operations.commit_batch(read(wang), by=wang, at=NOW)
    assert Demand.objects.count() == 1


def test_a_preview_is_set_aside_from_its_page_and_from_the_list(client_of, wang):
    county, batch = client_of(wang), read(wang)
    url = reverse("demands:county-import-discard", args=[batch.pk])
    here, listed = reverse("demands:county-import", args=[batch.pk]), reverse("demands:county-import-list")
    assert url in county.get(here).content.decode()
    assert url in county.get(listed).content.decode()
    assert county.post(url).status_code == 302
    page, rows = county.get(here).content.decode(), county.get(listed).content.decode()
    assert "放弃了这份表格" in page
    assert url not in page + rows
    assert "已放弃" in rows
    assert "导入、撤销或放弃过" in county.post(url, follow=True).content.decode()


def test_an_import_that_was_built_on_is_not_undone(wang):
    batch = read(wang)
    operations.commit_batch(batch, by=wang, at=NOW)
    demand = queries.visible_demands(wang).get(batch=batch)
    operations.verify_demand(demand, by=wang, at=NOW)
    with pytest.raises(Refused) as refused:
        operations.undo_batch(batch, note="传错文件", by=wang, at=NOW)
    assert demand.number in refused.value.message


def test_only_the_county_imports_its_table(wang):
    batch = read(wang)
    for stranger in (
        factories.county_reviewer_wang(factories.region("430281")),
        factories.city_handler_chen(),
        factories.enterprise_admin_wu(),
    ):
        with pytest.raises(NotAllowed):
            read(stranger)
        with pytest.raises(NotAllowed):
            operations.commit_batch(batch, by=stranger, at=NOW)
        with pytest.raises(NotAllowed):
            operations.undo_batch(batch, note="x", by=stranger, at=NOW)


def test_a_file_that_could_not_be_read_is_kept_with_its_reason(wang):
    batch = read(wang, error="文件有密码，请去掉密码后再传。", sheets=[])
    assert (batch.status, batch.error) == ("REFUSED", "文件有密码，请去掉密码后再传。")
    with pytest.raises((Refused, Stale)):
        operations.commit_batch(batch, by=wang, at=NOW)
