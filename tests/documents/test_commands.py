"""`manage.py paper` and `manage.py sheet` on the demonstration: lists, files, errors."""

import io

import openpyxl
import pikepdf
import pypdfium2
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction

from pilot_portal.common import clock
from pilot_portal.common.errors import Refused
from pilot_portal.documents import operations
from pilot_portal.documents.models import Paper
from pilot_portal.documents.registry import PAPERS, SHEETS
from pilot_portal.rounds.models import Round
from tests import factories
from tests.documents.jobs import Printer, content_of, paper_kind, sheet_kind

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
PAPER_KINDS = (
    "application-set",
    "attachment-1",
    "attachment-4",
    "award-list",
    "covering-letter",
    "decline-letter",
    "demand-list",
    "mend-notice",
    "notice",
    "ranking",
    "receipt",
    "removal-decision",
    "removal-notice",
    "report-receipt",
    "return-notice",
    "roster",
    "sanction-decision",
    "sanction-service-proof",
    "service-proof",
    "suspension-decision",
)
SHEET_KINDS = ("attachment-1-xlsx", "attachment-4-xlsx", "demands", "evaluations", "results")


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demonstration, built once for this file and gone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def an_hour_ahead():
    """Switches the clock an hour ahead."""

    def switch():
        settings.CLOCK_AHEAD.write_text("3600", encoding="ascii")

    yield switch
    settings.CLOCK_AHEAD.unlink(missing_ok=True)


def said(*words, **options):
    """What a command prints, line by line."""
    out = io.StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue().splitlines()


def listed(command):
    """Kind → second column of a command's list."""
    return dict(line.split("\t") for line in said(command, "--list"))


def text_of(content):
    document = pypdfium2.PdfDocument(content)
    return "".join("".join(page.get_textpage().get_text_bounded().split()) for page in document)


# Before the demonstration is there; it stays for the rest of this file.
def test_without_any_data_the_papers_are_listed_all_the_same():
    assert listed("paper") == dict.fromkeys(PAPER_KINDS, "")


# Lists --------------------------------------------------------------------------------------


def test_the_papers_are_listed_with_the_number_of_an_example(demo):
    examples = listed("paper")
    assert tuple(examples) == PAPER_KINDS
    assert all(examples.values())


def test_the_workbooks_are_listed_with_their_titles(demo):
    titles = listed("sheet")
    assert tuple(titles) == SHEET_KINDS
    assert titles["evaluations"] == "期满评价汇总表"


# Papers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PAPER_KINDS)
def test_every_paper_is_a_pdf_and_the_same_bytes_whenever_it_is_built(demo, kind, tmp_path, an_hour_ahead):
    number = listed("paper")[kind]
    first, second = tmp_path / "first.pdf", tmp_path / "second.pdf"
    assert said("paper", kind, number, out=first) == [str(first)]
    an_hour_ahead()
    call_command("paper", kind, number, out=second, stdout=io.StringIO())
    content = first.read_bytes()
    assert second.read_bytes() == content
    with pikepdf.open(first) as document:
        assert len(document.pages) >= 1
    text, subject = text_of(content), PAPERS[kind].find(number)
    assert number in text
    # Who cannot scan types what stands at the foot of the page.
    assert operations.verify_code(PAPERS[kind], subject) in text


@pytest.mark.parametrize("kind", ["roster", "receipt", "attachment-4"])
def test_the_command_gives_the_bytes_that_a_worker_stores(demo, kind, tmp_path):
    declared, number, at = PAPERS[kind], listed("paper")[kind], clock.now()
    path, chen = tmp_path / "a.pdf", factories.city_handler_chen()
    call_command("paper", kind, number, out=path, stdout=io.StringIO())
    paper = operations.request_paper(declared, declared.find(number), by=chen, at=at)
    while paper.status != Paper.Status.DONE:
        operations.run(operations.take(at), at=at)
        paper.refresh_from_db()
    assert content_of(paper) == path.read_bytes()


@pytest.mark.parametrize("kind", PAPER_KINDS)
@pytest.mark.parametrize("number", ["2099-A-9999", "2099-A-9999v99999999999999999999", "①v①", "v", "没有"])
def test_a_number_that_nothing_bears_is_said_and_leaves_no_file(kind, number, tmp_path):
    path = tmp_path / "a.pdf"
    with pytest.raises(CommandError, match="没有编号为"):
        call_command("paper", kind, number, out=path)
    assert not path.exists()


def test_a_kind_that_is_unknown_is_said_with_those_that_are(tmp_path):
    for kind in ("no-such-paper", ""):
        with pytest.raises(CommandError, match="没有这种文书，可用：application-set、attachment-1"):
            call_command("paper", kind, "2023-A-0001", out=tmp_path / "a.pdf")
    with pytest.raises(CommandError, match="没有这种汇总表，可用：attachment-1-xlsx"):
        call_command("sheet", "no-such-sheet", round="2023", out=tmp_path / "a.xlsx")


def test_half_a_command_is_told_how_it_goes():
    for words in (("paper", "roster"), ("paper", "roster", "2023-N-0001"), ("sheet", "results")):
        with pytest.raises(CommandError, match=f"用法：{words[0]} KIND"):
            call_command(*words)


# Workbooks ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SHEET_KINDS)
def test_every_workbook_opens_and_says_its_rows(demo, kind, tmp_path):
    rows = 0
    for code in Round.objects.order_by("code").values_list("code", flat=True):
        path = tmp_path / f"{code}.xlsx"
        ((told, count),) = [line.split("\t") for line in said("sheet", kind, round=code, out=path)]
        assert told == str(path)
        rows += int(count)
        book = openpyxl.load_workbook(path)
        assert any(cell.value for row in book.worksheets[0].iter_rows() for cell in row)
    assert rows


@pytest.mark.parametrize("kind", ["attachment-1-xlsx", "attachment-4-xlsx", "demands", "results"])
def test_the_reporting_units_of_a_workbook_add_up_to_the_whole(demo, kind, tmp_path):
    path, by_region = tmp_path / "a.xlsx", 0
    code = Round.objects.order_by("code").first().code
    (whole,) = said("sheet", kind, round=code, out=path)
    for region in ("430202", "430203", "430204", "430211", "430212", "430223", "430224", "430225", "430281"):
        by_region += int(said("sheet", kind, round=code, region=region, out=path)[0].split("\t")[1])
    by_region += int(said("sheet", kind, round=code, region="4302JK", out=path)[0].split("\t")[1])
    assert int(whole.split("\t")[1]) == by_region


def test_a_round_or_a_reporting_unit_that_is_unknown_is_said_and_leaves_no_file(demo, tmp_path):
    path, code = tmp_path / "a.xlsx", Round.objects.first().code
    for options, words in (
        ({"round": "1999"}, "没有代码为 1999 的批次"),
        ({"round": code, "region": "110000"}, "没有代码为 110000 的县市区"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command("sheet", "results", out=path, **options)
    with pytest.raises(CommandError, match="不分县市区"):
        call_command("sheet", "evaluations", round=code, region="430203", out=path)
    assert not path.exists()


# What goes wrong ------------------------------------------------------------------------------


def test_a_refusal_is_told_in_its_words_and_leaves_no_file(demo, monkeypatch, tmp_path):
    failing = Printer(fault=Refused("字体中没有这个字。"))
    paper, sheet = paper_kind(failing), sheet_kind(failing, may_see=lambda *_: True)
    monkeypatch.setitem(PAPERS, paper.code, paper)
    monkeypatch.setitem(SHEETS, sheet.code, sheet)
    path, number = tmp_path / "a", listed("paper")["roster"]
    with pytest.raises(CommandError, match="字体中没有这个字。"):
        call_command("paper", paper.code, number, out=path)
    with pytest.raises(CommandError, match="字体中没有这个字。"):
        call_command("sheet", sheet.code, round=Round.objects.first().code, out=path)
    assert not path.exists()


def test_a_folder_that_is_not_there_is_said(demo, tmp_path):
    path = tmp_path / "no" / "folder"
    with pytest.raises(CommandError, match="不能写入"):
        call_command("paper", "roster", listed("paper")["roster"], out=path)
    with pytest.raises(CommandError, match="不能写入"):
        call_command("sheet", "results", round=Round.objects.first().code, out=path)


def test_building_leaves_nothing_in_the_database(demo, tmp_path):
    before = Paper.objects.count()
    call_command("paper", "receipt", listed("paper")["receipt"], out=tmp_path / "a", stdout=io.StringIO())
    assert Paper.objects.count() == before
