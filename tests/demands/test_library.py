"""The enterprise library: imported with a preview, kept with its history, titles that end, doubles merged."""

import datetime as dt
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from demands import intake, operations
from demands.documents.blank import blank_library
from demands.documents.marked import marks_of
from demands.models import (
    Enterprise,
    EnterpriseChange,
    ImportBatch,
    Title,
)
from demands.queries.firms import history_of, tiers_of
from demands.tasks import sweep_imports
from pilot_portal.common.errors import Refused
from pilot_portal.documents.sheets.read import read_workbook as read_sheets
from tests import factories
from tests.factories import NOW
from tests.office import converted

pytestmark = pytest.mark.django_db

KIND = ImportBatch.Kind.LIBRARY
record = factories.record
CODE_A, CODE_B = "91000000MA0000T44T", "91000000MA0000T52M"
HEADERS = (
    "序号",
    "企业名称",
    "统一社会信用代码",
    "所属县市区",
    "称号",
    "认定时间",
    "产业链",
    "是否规上",
    "联系人及电话",
)


def book(*rows, headers=HEADERS, title="芦淞区优质中小企业梯度培育库"):
    made = Workbook()
    sheet = made.active
    sheet.title = "名单"
    sheet.append([title])
    sheet.append(list(headers))
    for row in rows:
        sheet.append(list(row))
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def upload(content, name="培育库.xlsx"):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def wang():
    return factories.county_reviewer_wang()


def read(content, by, region=None):
    parsed, sha256 = intake.parse_upload(upload(content), KIND)
    return operations.read_workbook(
        parsed,
        round=None,
        region=region or factories.region(),
        file_name="培育库.xlsx",
        sha256=sha256,
        by=by,
        at=NOW,
        upload=upload(content),
        kind=KIND,
    )


def rows_of(batch):
    return list(batch.rows.order_by("ordinal"))


FIRM_A = (
    *(1, "株洲甲示例轨道有限公司", CODE_A, "芦淞区", "省级专精特新中小企业", "2022-08-05"),
    *("先进轨道交通装备", "是", "王示例 13800000001"),
)
FIRM_B = (2, "乙示例服饰有限公司", "", "芦淞", "创新型", "2022年6月1日", "服饰", "否", "")


def columns_of(firm):
    """Everything a record says, but for the counter of its changes."""
    firm.refresh_from_db()
    fields = (field.attname for field in firm._meta.concrete_fields if field.name != "revision")
    return {name: getattr(firm, name) for name in fields}


def test_a_list_becomes_records_with_titles_and_history(wang):
    batch = read(book(FIRM_A, FIRM_B), wang)
    assert [(row.level, row.reasons) for row in rows_of(batch)] == [
        ("good", ["新企业，称号：省级专精特新中小企业"]),
        ("good", ["新企业，称号：创新型中小企业"]),
    ]
    operations.commit_batch(batch, by=wang, at=NOW)
    firm = Enterprise.objects.get(credit_code=CODE_A)
    assert (firm.name, firm.chain.label, firm.is_above_scale, firm.contact, firm.phone, firm.in_library) == (
        *("株洲甲示例轨道有限公司", "先进轨道交通装备", True, "王示例", "13800000001", True),
    )
    title = Title.objects.get(enterprise=firm)
    assert (title.tier.code, title.granted_on, title.expires_on, title.batch) == (
        *("provincial", dt.date(2022, 8, 5), dt.date(2025, 8, 5), batch),
    )
    change = EnterpriseChange.objects.get(enterprise=firm)
    assert (change.source, change.by_id, change.batch) == ("IMPORT", wang.user_id, batch)
    assert change.changes["phone"] == ["", "13800000001"]


def test_the_same_file_twice_changes_nothing(wang):
    content = book(FIRM_A, FIRM_B)
    operations.commit_batch(read(content, wang), by=wang, at=NOW)
    before = [(f.pk, f.name, f.phone, f.chain_id) for f in Enterprise.objects.order_by("pk")]
    again = read(content, wang)
    assert {reason for row in rows_of(again) for reason in row.reasons} == {"与库中一致，没有变化"}
    operations.commit_batch(again, by=wang, at=NOW)
    assert [(f.pk, f.name, f.phone, f.chain_id) for f in Enterprise.objects.order_by("pk")] == before
    assert (Title.objects.count(), EnterpriseChange.objects.count()) == (2, 2)


def test_what_is_blank_wipes_out_nothing_and_what_is_said_is_told(wang):
    operations.commit_batch(read(book(FIRM_A), wang), by=wang, at=NOW)
    row = (1, "株洲甲示例轨道有限公司", CODE_A, "", "", "", "", "", "李示例 13800000002")
    batch = read(book(row), wang)
    assert rows_of(batch)[0].reasons == ["更新联系人、联系电话"]
    operations.commit_batch(batch, by=wang, at=NOW)
    firm = Enterprise.objects.get(credit_code=CODE_A)
    assert (firm.contact, firm.phone, firm.chain.label, firm.is_above_scale) == (
        *("李示例", "13800000002", "先进轨道交通装备", True),
    )
    changed = EnterpriseChange.objects.filter(enterprise=firm).order_by("-pk").first()
    assert changed.changes == {"contact": ["王示例", "李示例"], "phone": ["13800000001", "13800000002"]}
    assert "联系人：王示例 → 李示例" in history_of(firm)[0].note


@pytest.mark.parametrize(
    ("row", "level", "said"),
    [
        ((1, "", CODE_A), "wrong", "没有企业名称"),
        ((1, "丙示例有限公司", "91000000MA0000T44X"), "doubt", "统一社会信用代码"),
        ((1, "丙示例有限公司", "", "天元区"), "wrong", "不是芦淞区"),
        ((1, "丙示例有限公司", "", "", "小巨人", "2022-08-05"), "doubt", "是否为「国家级专精特新“小巨人”」"),
        ((1, "丙示例有限公司", "", "", "创新型", ""), "doubt", "有效期无法计算"),
        ((1, "丙示例有限公司", "", "", "创新型", "2022年"), "doubt", "只写到年份"),
        ((1, "丙示例有限公司", "", "", "创新型", "2022.8"), "doubt", "按 2022-08-01 登记"),
        ((1, "丙示例有限公司", "", "", "创新型、省专精特新", "2022-08-05"), "doubt", "个数不一致"),
        ((1, "丙示例有限公司", "", "", "创新型", "2098-12-31"), "doubt", "在今天之后"),
        ((1, "丙示例有限公司", "", "", "", "", "轨道交通"), "doubt", "先进轨道交通装备"),
        ((1, "丙示例有限公司", "", "", "", "", "", "也许"), "doubt", "看不出是还是否"),
    ],
)
def test_what_is_doubtful_or_wrong_is_said(wang, row, level, said):
    found = rows_of(read(book(row), wang))[0]
    assert found.level == level
    assert said in "；".join(found.reasons)


def test_rows_of_one_firm_bring_its_titles_together(wang):
    rows = (
        (1, "甲示例有限公司", CODE_A, "", "创新型", "2021-05-01"),
        (2, "甲示例有限公司", CODE_A, "", "省专精特新", "2022-08-05"),
        (3, "甲示例有限公司", CODE_A, "", "省专精特新", "2022-08-05"),
        (4, "丁示例有限公司", CODE_A, "", "", ""),
    )
    batch = read(book(*rows), wang)
    assert [row.level for row in rows_of(batch)] == ["good", "good", "wrong", "wrong"]
    assert "第 4 行相同" in rows_of(batch)[2].reasons[0]
    assert "信用代码相同、名称不同" in rows_of(batch)[3].reasons[0]
    operations.commit_batch(batch, by=wang, at=NOW)
    firm = Enterprise.objects.get()
    assert sorted(Title.objects.values_list("tier__code", flat=True)) == ["innovative", "provincial"]
    assert tiers_of([firm], dt.date(2023, 3, 6)) == {firm.pk: "省级专精特新中小企业"}
    assert tiers_of([firm], dt.date(2026, 1, 1)) == {}


def test_columns_of_their_own_hold_the_days_of_titles(wang):
    headers = ("企业名称", "创新型中小企业认定时间", "专精特新小巨人企业认定时间", "国家级小巨人认定日期")
    batch = read(book(("甲示例有限公司", "2021-05-01", "", dt.date(2022, 8, 5)), headers=headers), wang)
    operations.commit_batch(batch, by=wang, at=NOW)
    assert set(Title.objects.values_list("tier__code", "granted_on")) == {
        ("innovative", dt.date(2021, 5, 1)),
        ("giant", dt.date(2022, 8, 5)),
    }


def test_a_code_of_another_county_or_another_record_is_no_guess(wang):
    tian = factories.region("430211")
    record("戊示例有限公司", CODE_A, where=tian)
    record(name="己示例有限公司", credit_code=CODE_B)
    batch = read(book((1, "庚示例有限公司", CODE_A), (2, "辛示例有限公司", CODE_B)), wang)
    first, second = rows_of(batch)
    assert (first.level, first.reasons) == ("wrong", ["该信用代码的企业登记在天元区，请与其核实"])
    assert second.level == "doubt"
    assert "导入后改为辛示例有限公司" in second.reasons[0]
    operations.commit_batch(batch, by=wang, at=NOW, with_doubtful=True)
    assert Enterprise.objects.get(credit_code=CODE_B).name == "辛示例有限公司"


def test_consent_needs_its_proof(wang):
    headers = ("企业名称", "统一社会信用代码", "同意公开企业名称", "同意公开的依据")
    rows = (("甲示例有限公司", CODE_A, "是", "2023年3月授权书"), ("乙示例有限公司", CODE_B, "是", ""))
    batch = read(book(*rows, headers=headers), wang)
    operations.commit_batch(batch, by=wang, at=NOW, with_doubtful=True)
    assert Enterprise.objects.get(credit_code=CODE_A).name_public
    assert not Enterprise.objects.get(credit_code=CODE_B).name_public


def test_a_row_is_typed_over_and_a_word_chosen(client, wang):
    row = (1, "丙示例有限公司", "", "", "小巨人", "2022-08-05", "轨道交通")
    batch = read(book(row), wang)
    client.force_login(wang.user)
    found = rows_of(batch)[0]
    url = reverse("demands:county-import-row-suggest", args=[batch.pk, 1])
    client.post(url, {"revision": found.revision, "field": "chain", "word": "先进轨道交通装备"})
    found.refresh_from_db()
    assert found.edits == {"chain": "先进轨道交通装备"}
    url = reverse("demands:county-import-row", args=[batch.pk, 1])
    wrong = client.post(url, {"titles": "小巨人 2022-08-05", "revision": found.revision})
    assert wrong.status_code == 422
    assert "不是规定的称号" in wrong.content.decode()
    typed = {
        "company": "丙示例有限公司",
        "titles": "国家级专精特新“小巨人” 2022-08-05",
        "chain": "先进轨道交通装备",
        "revision": found.revision,
    }
    assert client.post(url, typed).status_code == 302
    found.refresh_from_db()
    assert (found.level, found.edits["titles"][0]["expires"]) == ("good", "2025-08-05")
    operations.commit_batch(batch, by=wang, at=NOW)
    assert Title.objects.get().tier.code == "giant"


def test_an_import_is_undone_while_nothing_stands_on_it(wang):
    known = record(name="株洲甲示例轨道有限公司", credit_code=CODE_A, phone="13800000009")
    before = columns_of(known)
    batch = read(book(FIRM_A, FIRM_B), wang)
    operations.commit_batch(batch, by=wang, at=NOW)
    assert Enterprise.objects.get(pk=known.pk).phone == "13800000001"
    assert operations.undo_batch(batch, note="传错了文件", by=wang, at=NOW) == 2
    assert columns_of(known) == before
    assert Enterprise.objects.count() == 1
    assert not Title.objects.exists()
    assert [c.source for c in EnterpriseChange.objects.order_by("pk")] == ["IMPORT", "UNDO"]


def test_an_import_is_not_undone_over_later_work(wang):
    batch = read(book(FIRM_A, FIRM_B), wang)
    operations.commit_batch(batch, by=wang, at=NOW)
    firm = Enterprise.objects.get(credit_code=CODE_A)
    operations.save_record(firm, {"phone": "13800000077"}, revision=firm.revision, by=wang, at=NOW)
    with pytest.raises(Refused, match="又有改动"):
        operations.undo_batch(batch, note="传错了文件", by=wang, at=NOW)
    other = read(book((1, "新示例有限公司", CODE_B)), wang)
    operations.commit_batch(other, by=wang, at=NOW)
    factories.demand("SUBMITTED", enterprise=Enterprise.objects.get(credit_code=CODE_B))
    with pytest.raises(Refused, match="已有需求或账号"):
        operations.undo_batch(other, note="传错了文件", by=wang, at=NOW)


def test_a_long_list_is_read_and_taken_by_a_worker(wang):
    rows = [(n, f"第{n}示例有限公司", "", "芦淞区", "创新型", "2022-08-05") for n in range(1, 1203)]
    content = book(*rows)
    batch = operations.receive_workbook(
        upload(content), round=None, region=factories.region(), sha256="0" * 64, by=wang, at=NOW, kind=KIND
    )
    assert sweep_imports() == 1
    batch.refresh_from_db()
    assert (batch.status, batch.rows_total) == ("READ", 1202)
    assert operations.order_batch(batch, by=wang, at=NOW) is None
    assert sweep_imports() == 1
    batch.refresh_from_db()
    assert (batch.status, batch.rows_taken, batch.error) == ("COMMITTED", 1202, "")
    assert (Enterprise.objects.count(), Title.objects.count()) == (1202, 1202)
    assert operations.order_undo(batch, note="传错了文件", by=wang, at=NOW) is None
    assert sweep_imports() == 1
    assert not Enterprise.objects.exists()


def test_the_marked_copy_speaks_of_their_cells(wang):
    batch = read(book((1, "丙示例有限公司", "", "", "小巨人", "2022-08-05")), wang)
    (mark,) = marks_of(batch)
    assert (mark.sheet, mark.row, mark.column) == ("名单", 3, 4)


@pytest.mark.parametrize("office", [False, True], ids=["as saved", "through LibreOffice"])
def test_the_empty_list_filled_reads_back_exactly(wang, office, need, tmp_path):
    name, content = blank_library(factories.region())
    assert name == "企业库（空白）芦淞区.xlsx"
    filled = load_workbook(BytesIO(content))
    sheet = filled.worksheets[0]
    values = {
        "企业名称": "株洲启明示例有限公司",
        "统一社会信用代码": CODE_A,
        "所属县市区": "芦淞区",
        "法定代表人": "龚示例",
        "称号": "国家级专精特新“小巨人”",
        "认定日期": "2022-08-05",
        "认定依据": "工信部企业〔2022〕63号",
        "佐证": "公告第5号",
        "产业链": "服饰",
        "关键环节": "面料",
        "企业规模": "小型",
        "行业代码": "C18",
        "是否制造业": "是",
        "是否规上": "是",
        "升规入统日期": "2021-12-31",
        "联系人": "龚示例",
        "联系电话": "13800000001",
        "同意公开企业名称": "是",
        "同意公开的依据": "2023年3月授权书",
    }
    headers = {cell.value: cell.column for cell in sheet[2]}
    for header, value in values.items():
        sheet.cell(3, headers[header], value)
    out = BytesIO()
    filled.save(out)
    content = out.getvalue()
    if office:
        path = tmp_path / "名单.xlsx"
        path.write_bytes(content)
        content = converted(need("soffice"), path, "xlsx", tmp_path).read_bytes()
    batch = read(content, wang)
    row = rows_of(batch)[0]
    assert (batch.rows_total, row.level, row.reasons) == (1, "good", ["新企业，称号：国家级专精特新“小巨人”"])
    operations.commit_batch(batch, by=wang, at=NOW)
    firm = Enterprise.objects.get()
    assert (firm.size, firm.industry, firm.is_manufacturing, firm.above_scale_since, firm.key_link) == (
        *("SMALL", "C18", True, dt.date(2021, 12, 31), "面料"),
    )
    assert (firm.name_public, firm.name_public_proof) == (True, "2023年3月授权书")
    assert read_sheets(content).sheets[1].name == "填表说明"


def test_a_code_registered_elsewhere_meanwhile_stops_the_row(wang):
    batch = read(book(FIRM_A, FIRM_B), wang)
    record("别处示例有限公司", CODE_A, where=factories.region("430211"))
    done = operations.commit_batch(batch, by=wang, at=NOW)
    assert (done.taken, done.left_out) == (1, 1)
    assert rows_of(batch)[0].reasons == ["该信用代码的企业登记在天元区，请与其核实"]
    assert Enterprise.objects.get(region=factories.region()).name == "乙示例服饰有限公司"
