"""A published list as files that everybody may fetch, and what became of its rows since."""

import datetime as dt
import json
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pypdfium2
import pytest

from demands import documents, operations
from demands.desk import LIST_EXTRA
from demands.models import Demand, DemandList
from pilot_portal.bulletin import registry
from pilot_portal.common import clock
from pilot_portal.documents.models import Paper
from pilot_portal.documents.pdf.fonts import DEFAULT_ROLES
from pilot_portal.documents.queries import public_papers
from pilot_portal.documents.registry import Printing
from pilot_portal.documents.tasks import sweep
from tests import factories
from tests.documents.jobs import notice, sweep_at
from tests.factories import NOW

pytestmark = pytest.mark.django_db
PRINTING = Printing(
    verify_url="https://portal.example/verify/0123456789abcdef0123456789abcdef/", layout=1, at=NOW
)
NASTY = "<script>alert(1)</script>齿轮 & 轴承"


@pytest.fixture
def listed():
    demands = [factories.demand("VERIFIED") for _ in range(2)]
    demands[0].public_title = NASTY
    demands[0].save()
    operations.prepare_demands(demands, by=factories.city_handler_chen(), at=NOW)
    return operations.publish_list(
        demands[0].round,
        demands,
        claims_from=NOW,
        claims_until=NOW + dt.timedelta(days=10),
        by=factories.city_chief_zhao(),
        at=NOW,
    )


def built(listed, kind):
    first, again = kind.build(listed, PRINTING), kind.build(listed, PRINTING)
    assert first == again, "the same list gives the same bytes"
    return first


def pages_of(listed):
    with ZipFile(BytesIO(built(listed, documents.LIST_FILES[3]))) as bundle:
        assert bundle.testzip() is None
        return {name: bundle.read(name).decode() for name in bundle.namelist()}


def test_the_data_are_what_was_frozen(listed):
    said = json.loads(built(listed, documents.LIST_FILES[2]))
    assert said["rows"] == listed.publication.payload["rows"]
    assert (said["batch"], said["number"]) == (1, listed.publication.number)
    assert said["claims_until"].endswith("+08:00")


def test_a_published_file_stays_where_it_is_when_the_office_changes_its_fonts(listed, client, settings):
    sweep_at(NOW)
    address = f"/papers/public/{documents.LIST_FILES[0].code}/{listed.publication.number}/"
    before = b"".join(client.get(address).streaming_content)
    settings.PORTAL_FONTS = {"fangsong": DEFAULT_ROLES["hei"]}
    assert b"".join(client.get(address).streaming_content) == before
    assert all(url for _kind, url in public_papers(documents.LIST_FILES, listed))


def test_page_paper_and_file_count_the_list_in_the_same_words(listed):
    paper = documents.LIST_FILES[0]
    pages = pypdfium2.PdfDocument(built(listed, paper))
    text = "".join(page.get_textpage().get_text_range() for page in pages)
    assert "第一批" in listed.publication.title
    assert "（第一批）" in "".join(text.split())
    assert "第1批" not in text
    assert paper.file_name(listed).endswith("（第一批）.pdf")


def test_a_deadline_at_24_00_is_no_next_day_in_the_files_of_the_open_data(client, listed):
    until = clock.end_of_day(clock.beijing_date(NOW) + dt.timedelta(days=9))
    Demand.objects.filter(list=listed).update(claims_until=until)
    day = f"{clock.day_of(until):%Y-%m-%d} 24:00"
    rows = client.get("/open/v1/demands.csv").content.decode("utf-8-sig")
    assert rows.count(day) == 2
    book = openpyxl.load_workbook(BytesIO(client.get("/open/v1/demands.xlsx").content))
    assert day in {cell.value for row in book.worksheets[-1] for cell in row}
    said = client.get("/open/v1/demands").json()["data"][0]["claims_until"]
    assert dt.datetime.fromisoformat(said) == until
    Demand.objects.filter(list=listed).update(claims_until=until - dt.timedelta(hours=3))
    assert f"{clock.day_of(until):%Y-%m-%d} 21:00" in client.get("/open/v1/demands.csv").content.decode()


def test_the_workbook_has_every_row_and_no_formula(listed):
    book = openpyxl.load_workbook(BytesIO(built(listed, documents.LIST_FILES[1])))
    cover, data = book.worksheets
    assert data.max_row == 3
    assert NASTY in [cell.value for cell in data["H"]]
    assert listed.publication.number in [cell.value for cell in cover["B"]]


def test_the_bundle_needs_no_server_and_holds_no_script(listed):
    pages = pages_of(listed)
    numbers = [row["number"] for row in listed.publication.payload["rows"]]
    assert set(pages) == {"index.html", "list.css", "list.json", *(f"{number}.html" for number in numbers)}
    for name, text in pages.items():
        if name.endswith(".html"):
            assert "<script" not in text
            assert "style=" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;齿轮 &amp; 轴承" in pages["index.html"]
    for number in numbers:
        assert f'href="{number}.html"' in pages["index.html"]
        assert f"/demands/{number}/" in pages[f"{number}.html"]


def test_no_file_says_who_to_call_or_who_does_not_want_to_be_named(listed):
    demand = listed.demands.first()
    pages = "".join(pages_of(listed).values())
    book = openpyxl.load_workbook(BytesIO(built(listed, documents.LIST_FILES[1])))
    cells = " ".join(str(cell.value) for sheet in book for row in sheet for cell in row)
    for said in (pages, cells, built(listed, documents.LIST_FILES[2]).decode()):
        for private in (demand.contact, demand.phone, demand.enterprise.name):
            assert private
            assert private not in said


def test_everybody_fetches_the_files_once_they_are_made(client, listed):
    page_path = f"/notices/{listed.publication.number}/"
    assert "正在生成" in client.get(page_path).content.decode()
    addresses = [f"/papers/public/{kind.code}/{listed.publication.number}/" for kind in documents.LIST_FILES]
    assert {client.get(address).status_code for address in addresses} == {404}
    sweep()
    page = client.get(page_path).content.decode()
    for kind, address in zip(documents.LIST_FILES, addresses, strict=True):
        assert f'href="{address}"' in page
        answer = client.get(address)
        assert answer.status_code == 200
        paper = Paper.objects.get(kind=kind.code)
        content = b"".join(answer.streaming_content)
        assert len(content) == paper.size
        assert answer["ETag"] == f'"{paper.sha256}"'
        assert "attachment" in answer["Content-Disposition"]
        assert client.get(address, headers={"if-none-match": answer["ETag"]}).status_code == 304


def test_what_is_not_public_is_not_fetched_there(client):
    summary = operations.freeze_summary(
        factories.demand("VERIFIED").round, factories.region(), by=factories.county_reviewer_wang(), at=NOW
    )
    documents_asked = f"/papers/public/attachment-4/{summary.number}/"
    assert client.get(documents_asked).status_code == 404
    assert client.get("/papers/public/nothing/2023-N-0001/").status_code == 404


def test_later_changes_stand_beside_the_row_which_stays(client, listed):
    page_path = f"/notices/{listed.publication.number}/"
    assert "发布后" not in client.get(page_path).content.decode()
    withdrawn, corrected = listed.demands.order_by("position")
    withdrawn.state = "WITHDRAWN"
    withdrawn.save()
    corrected.corrections = 1
    corrected.save()
    page = client.get(page_path).content.decode()
    assert "已撤回" in page
    assert "已更正" in page
    assert withdrawn.number in page


def test_a_demand_that_stands_on_a_later_list_says_so(listed):
    demand = listed.demands.first()
    again = DemandList.objects.create(
        round=listed.round,
        ordinal=2,
        publication=notice(),
        claims_from=NOW,
        claims_until=NOW,
        published_at=NOW,
    )
    demand.list = again
    demand.save()
    assert LIST_EXTRA.later(listed.publication)[demand.number].label == "已列入第二批"


def test_a_kind_of_publication_has_one_extra():
    with pytest.raises(ValueError, match="twice"):
        registry.register_extra(registry.NoticeExtra(LIST_EXTRA.kind, lambda _p: [], lambda _p: {}))
