"""Attachment 4 from a file to demands: by command and by page, read once, taken over once, undone."""

import io
import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from demands.models import Demand, ImportBatch
from pilot_portal.attachments.models import Attachment
from pilot_portal.common import clock
from pilot_portal.documents.pdf.forms import Attachment4Data, Attachment4Row
from pilot_portal.documents.sheets import write_attachment4
from tests import factories
from tests.queries import assert_same_queries

pytestmark = pytest.mark.django_db
IMPORTS = "/desk/county/demands/imports/"
SAMPLES = Path(__file__).parent.parent / "samples" / "attachment4"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def firm(name, **changed):
    row = {
        "company": name,
        "county": "芦淞区",
        "services": ("咨询管理", "数智转型"),
        "status": "创新型中小企业",
        "target": "省级专精特新中小企业",
        "contact": "龚示例 13800000001",
    }
    return Attachment4Row(**(row | changed))


GOOD = firm("株洲云帆示例精密制造有限公司")
DOUBTFUL = firm("株洲智合示例装备有限公司", contact="李示例 1380000002")
WRONG = firm("醴陵市醴泉示例电瓷有限公司", county="醴陵市")


def workbook(*rows):
    stream = io.BytesIO()
    write_attachment4(Attachment4Data(unit="芦淞区工信部门", place="芦淞区", rows=rows), stream)
    return stream.getvalue()


@pytest.fixture
def wang():
    return factories.county_reviewer_wang()


@pytest.fixture
def county(client_of, wang):
    at = clock.now()
    factories.make_round(f"{at.year}", at=at)
    return client_of(wang.user)


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "附件4.xlsx"
    file.write_bytes(workbook(GOOD, DOUBTFUL, WRONG))
    return file


# The command ----------------------------------------------------------------------------


def run(path, capsys, **options):
    """What the command prints and with which code it ends."""
    code = 0
    try:
        call_command("import_demands", path, **({"region": "430203"} | options))
    except SystemExit as ended:
        code = ended.code
    told = capsys.readouterr()
    return code, told.out, told.err


def test_a_dry_run_prints_json_alone_and_takes_nothing_over(path, capsys):
    code, out, err = run(path, capsys, dry_run=True, json=True)
    told = json.loads(out)
    assert (code, err) == (0, "")
    assert list(told) == ["unit", "sheets", "error"]
    assert told["unit"] == "芦淞区工信部门"
    rows = told["sheets"][0]["rows"]
    assert [row["company"] for row in rows] == [GOOD.company, DOUBTFUL.company, WRONG.company]
    assert set(rows[0]) == {
        *("row", "company", "county", "services", "status", "target", "contact", "phone", "remark", "warn")
    }
    assert not Demand.objects.exists()


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_sample_is_printed_exactly_as_expected(name, capsys):
    code, out, err = run(SAMPLES / name, capsys, dry_run=True, json=True)
    assert (code, err) == (0, "")
    assert json.loads(out) == EXPECTED[name]


def test_a_dry_run_in_words_says_what_would_become_of_each_row(path, capsys):
    _, out, _ = run(path, capsys, dry_run=True)
    assert [line.split("\t")[2] for line in out.splitlines()] == ["可导入", "有疑问", "不能导入"]


def test_a_file_that_is_no_spreadsheet_is_refused(tmp_path, capsys):
    for name, content in (("a.xlsx", b"no spreadsheet"), ("b.xlsx", b"")):
        (tmp_path / name).write_bytes(content)
        code, out, _ = run(tmp_path / name, capsys, dry_run=True, json=True)
        assert code == 1
        assert json.loads(out)["error"]
        assert json.loads(out)["sheets"] == []
    code, out, _ = run(tmp_path / "absent.xlsx", capsys, dry_run=True, json=True)
    assert (code, json.loads(out)["unit"]) == (1, None)
    code, out, err = run(tmp_path / "a.xlsx", capsys, dry_run=True)
    assert (code, out) == (1, "")
    assert err


def test_the_good_rows_are_taken_over_once(path, capsys, wang):
    factories.make_round()
    code, out, err = run(path, capsys, by=wang.user.username, json=True)
    assert (code, json.loads(out)["error"]) == (0, None)
    assert "已导入 1 项" in err
    assert Demand.objects.get().enterprise.name == GOOD.company
    assert Attachment.objects.get().name == "附件4.xlsx"
    code, out, _ = run(path, capsys, by=wang.user.username)
    assert code == 0
    assert "没有新的" in out
    assert Demand.objects.count() == 1
    run(path, capsys, by=wang.user.username, with_doubtful=True)
    assert Demand.objects.count() == 2


def test_the_command_needs_whom_where_and_when(path, capsys, wang):
    with pytest.raises(CommandError, match="--by"):
        run(path, capsys)
    with pytest.raises(CommandError, match="县市区"):
        run(path, capsys, region="999999", dry_run=True)
    with pytest.raises(CommandError, match="批次"):
        run(path, capsys, by=wang.user.username)
    factories.make_round()
    with pytest.raises(CommandError, match="1999"):
        run(path, capsys, by=wang.user.username, round="1999")
    with pytest.raises(CommandError, match="人员"):
        run(path, capsys, by="nobody")
    stranger = factories.county_reviewer_wang(factories.region("430281"))
    with pytest.raises(CommandError, match="本县市区"):
        run(path, capsys, by=stranger.user.username)
    assert not Demand.objects.exists()


# The page -------------------------------------------------------------------------------


def send(county, content, name="附件4.xlsx"):
    upload = SimpleUploadedFile(name, content, content_type=XLSX)
    return county.post(IMPORTS, {"round": f"{clock.now().year}", "file": upload})


def test_upload_preview_import_undo(county):
    assert "还没有导入过表格" in county.get(IMPORTS).content.decode()
    sent = send(county, workbook(GOOD, DOUBTFUL, WRONG))
    batch = ImportBatch.objects.get()
    url = f"{IMPORTS}{batch.pk}/"
    assert sent.headers["Location"] == url
    page = county.get(url).content.decode()
    for words in (
        GOOD.company,
        "导入无误的 1 行",
        "连同有疑问的 1 行",
        "所属县市区为醴陵市",
        "申报单位：芦淞区工信部门",
    ):
        assert words in page
    for level in ("good", "doubt", "wrong"):
        assert f'<tr class="{level}" id="row-' in page
        assert county.get(f"{url}?level={level}").content.decode().count("<tr class=") == 1
    done = county.post(f"{url}commit/", follow=True).content.decode()
    assert "已导入 1 项需求，留下 2 行未导入" in done
    assert Demand.objects.get().state == "SUBMITTED"
    assert "撤销导入" in county.get(url).content.decode()
    assert county.get(f"{url}undo/").status_code == 200
    assert county.post(f"{url}undo/", {"note": ""}).status_code == 422
    assert county.post(f"{url}undo/", {"note": "传错文件"}).status_code == 302
    assert Demand.objects.get().state == "REFUSED"
    assert county.post(f"{url}undo/", {"note": "再来"}).status_code == 409
    assert "已撤销" in county.get(IMPORTS).content.decode()


def test_the_doubtful_rows_come_along_on_request(county):
    send(county, workbook(GOOD, DOUBTFUL))
    county.post(f"{IMPORTS}{ImportBatch.objects.get().pk}/commit/", {"doubtful": "1"})
    assert Demand.objects.count() == 2
    doubtful = Demand.objects.get(enterprise__name=DOUBTFUL.company)
    assert doubtful.doubts == ["phone"]


def test_the_same_file_again_says_so_and_takes_nothing(county):
    content = workbook(GOOD)
    for _ in range(2):
        send(county, content)
    first, second = ImportBatch.objects.order_by("pk")
    county.post(f"{IMPORTS}{first.pk}/commit/")
    page = county.get(f"{IMPORTS}{second.pk}/").content.decode()
    assert "同一份文件已于" in page
    assert "此前已导入过同样的一行" in page
    assert "没有可以导入的行" in county.post(f"{IMPORTS}{second.pk}/commit/", follow=True).content.decode()
    assert Demand.objects.count() == 1


def test_a_file_that_cannot_be_read_is_told_with_its_reason(county):
    assert send(county, b"", "empty.xlsx").status_code == 422
    assert send(county, workbook(GOOD), "附件4.docx").status_code == 422
    assert county.post(IMPORTS, {"round": f"{clock.now().year}"}).status_code == 422
    blank = send(county, workbook())
    batch = ImportBatch.objects.get(status="REFUSED")
    assert blank.headers["Location"] == f"{IMPORTS}{batch.pk}/"
    assert "未能读取" in county.get(f"{IMPORTS}{batch.pk}/").content.decode()


def test_the_workbook_itself_is_for_the_county_alone(county, client_of):
    send(county, workbook(GOOD))
    url = f"/files/{Attachment.objects.get().uuid}/"
    answer = county.get(url)
    assert (answer.status_code, answer.getvalue()[:2]) == (200, b"PK")
    for stranger in (
        factories.enterprise_admin_wu(),
        factories.county_reviewer_wang(factories.region("430281")),
    ):
        assert client_of(stranger.user).get(url).status_code in {403, 404}
    assert client_of().get(url).status_code in {302, 403, 404}


def test_another_county_s_import_is_not_there(county):
    send(county, workbook(GOOD))
    batch = ImportBatch.objects.get()
    ImportBatch.objects.update(region=factories.region("430281"))
    for page in ("", "undo/"):
        assert county.get(f"{IMPORTS}{batch.pk}/{page}").status_code == 404
    assert county.post(f"{IMPORTS}{batch.pk}/commit/").status_code == 404


def test_the_list_of_imports_costs_the_same_with_one_and_with_thirty(county, wang):
    def add(n):
        at = clock.now()
        ImportBatch.objects.bulk_create(
            ImportBatch(
                round=factories.make_round(f"{at.year}", at=at),
                region=factories.region(),
                file_name=f"附件4-{number}.xlsx",
                sha256="0" * 64,
                uploaded_by=wang.user,
                uploaded_at=at,
            )
            for number in range(n)
        )

    assert_same_queries(county, IMPORTS, add_rows=add)
