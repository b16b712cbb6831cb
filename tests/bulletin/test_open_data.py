"""Open data: pages, files, conditions, refusals, and that nothing in it is anybody's private matter."""

import csv
import datetime as dt
import json
import xml.etree.ElementTree as ET
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.conf import settings

from demands.models import Demand
from demands.operations.publication import search_text_of
from pilot_portal.bulletin import feeds
from pilot_portal.bulletin.feeds import FEEDS, register_feed
from pilot_portal.common import clock
from tests import factories
from tests.queries import assert_same_queries

pytestmark = pytest.mark.django_db
ROOT = "/open/v1"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def publish():
    """`publish(n)` puts n demands on a list, one minute apart."""

    def make(n=1, state="PUBLISHED", where=None, **fields):
        made = []
        for _ in range(n):
            number = Demand.objects.count()
            at = clock.now() - dt.timedelta(days=1) + dt.timedelta(minutes=number)
            firm = factories.enterprise(where=where)
            until = clock.now() + dt.timedelta(days=9)
            demand = factories.demand(state, enterprise=firm, **({"claims_until": until} | fields))
            demand.public_title = fields.get("title", f"示例需求{number}")
            demand.published_at, demand.search_text = at, search_text_of(demand)
            demand.save()
            made.append(demand)
        return made

    return make


def numbers(answer):
    return [row["number"] for row in answer.json()["data"]]


def test_pages_follow_one_another_and_hold_every_row_once(client, publish):
    made = publish(5)
    address, seen = f"{ROOT}/demands?limit=2", []
    while address:
        answer = client.get(address.removeprefix(settings.SITE_ORIGIN))
        seen += numbers(answer)
        assert ('rel="next"' in answer.headers.get("Link", "")) is bool(answer.json()["next"])
        address = answer.json()["next"]
    assert seen == [demand.number for demand in reversed(made)]


def test_a_row_says_what_the_public_page_says(client, publish):
    demand = publish(title="精密齿轮产线数字化改造")[0]
    row = client.get(f"{ROOT}/demands").json()["data"][0]
    assert list(row) == [field.name for field in FEEDS["demands"].fields]
    assert row["title"] == "精密齿轮产线数字化改造"
    assert row["firm"] == "芦淞区某企业"
    assert row["firm_is_named"] is False
    assert row["kinds"] == ["检验检测", "数智转型"]
    assert row["is_open"] is True
    assert row["claims_until"].endswith("+08:00")
    assert client.get(row["path"]).status_code == 200
    assert demand.enterprise.name not in json.dumps(row, ensure_ascii=False)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("q=齿轮", 1),
        ("q=轮齿", 0),
        ("county=430281", 1),
        ("kind=digital", 3),
        ("state=open", 2),
        ("state=WITHDRAWN", 1),
        ("round=2023", 3),
        ("batch=7", 0),
        ("", 3),
    ],
)
def test_conditions_are_those_of_the_page(client, publish, query, count):
    publish(title="齿轮改造")
    publish(where=factories.region("430281"))
    publish(state="WITHDRAWN")
    assert len(numbers(client.get(f"{ROOT}/demands?{query}"))) == count
    if query:
        page = client.get(f"/demands/?{query}").content.decode()
        assert f"找到 {count} 项" in page or not count


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("demands?colour=red", "没有参数 colour"),
        ("demands?county=999999", "county（县市区）的值不存在，可用："),
        ("demands?kind=DIGITAL", "kind（服务类型）"),
        ("demands?batch=two", "batch（第几批）须是数字"),
        ("demands?batch=99999999999999999999", "须是数字"),
        ("demands?limit=0", "limit 须是 1 至 200"),
        ("demands?limit=201", "limit 须是"),
        ("demands?limit=²", "limit 须是"),
        ("demands?after=zzz", "after 不是本站给出的"),
        ("institutions?after=zzz", "after 不是本站给出的"),
        ("demands.csv?after=1", "没有参数 after"),
        ("institutions.xlsx?state=GONE", "state（状态）"),
    ],
)
def test_a_wrong_condition_is_told_and_never_left_out(client, publish, address, words):
    publish()
    answer = client.get(f"{ROOT}/{address}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert words in answer.json()["detail"]


def test_what_does_not_exist_names_what_does(client):
    assert "institutions、demands" in client.get(f"{ROOT}/nothing").json()["detail"]
    assert "csv、xlsx、atom" in client.get(f"{ROOT}/demands.exe").json()["detail"]
    refused = client.post(f"{ROOT}/demands")
    assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize(
    "address", ["demands", "demands.csv", "demands.xlsx", "demands.atom", "openapi.json"]
)
def test_asked_again_it_answers_304_until_something_changed(client, publish, address):
    publish()
    first = client.get(f"{ROOT}/{address}")
    again = client.get(f"{ROOT}/{address}", headers={"if-none-match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert first["Access-Control-Allow-Origin"] == again["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in first
    publish()
    changed = client.get(f"{ROOT}/{address}", headers={"if-none-match": first["ETag"]})
    assert changed.status_code == (304 if address == "openapi.json" else 200)


def test_another_site_s_browser_may_ask(client):
    answer = client.options(f"{ROOT}/demands", headers={"origin": "https://example.org"})
    assert (answer.status_code, answer["Access-Control-Allow-Methods"]) == (204, "GET, HEAD, OPTIONS")
    assert "Access-Control-Allow-Credentials" not in answer


def test_the_csv_opens_in_excel_and_no_cell_is_a_formula(client, publish):
    publish(title='=HYPERLINK("https://example.org","看")')
    answer = client.get(f"{ROOT}/demands.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    heading, row = csv.reader(StringIO(answer.content.decode("utf-8-sig")))
    assert heading == [field.title for field in FEEDS["demands"].fields]
    assert row[1].startswith("'=HYPERLINK")
    assert "attachment" in answer["Content-Disposition"]


def test_the_workbook_says_where_it_is_from_and_what_was_asked(client, publish):
    publish(2, title="=1+1")
    publish(where=factories.region("430281"))
    book = openpyxl.load_workbook(BytesIO(client.get(f"{ROOT}/demands.xlsx?county=430203").content))
    cover, data = book.worksheets
    said = {row[0].value: row[1].value for row in cover.iter_rows(min_row=2)}
    assert said["筛选条件"] == "县市区：芦淞区"
    assert said["行数"] == "2"
    assert [cell.data_type for cell in data[2]][1] == "s"
    assert data.max_row == 3


def test_the_feed_is_atom_with_addresses_of_the_pages(client, publish):
    demand = publish(title="齿轮 & 轴承")[0]
    tree = ET.fromstring(client.get(f"{ROOT}/demands.atom").content)  # noqa: S314 - our own words
    entry = tree.find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "齿轮 & 轴承（芦淞区）"
    assert entry.find(f"{ATOM}link").get("href") == f"{settings.SITE_ORIGIN}/demands/{demand.number}/"


def test_institutions_are_those_of_published_rosters(client):
    published = factories.pilot(published_at=factories.NOW)
    factories.pilot()
    data = client.get(f"{ROOT}/institutions").json()["data"]
    assert [row["name"] for row in data] == [published.organisation.name]
    assert client.get(data[0]["path"]).status_code == 200


def test_too_many_rows_for_a_file_ask_for_a_condition(client, publish, monkeypatch):
    publish(3)
    monkeypatch.setattr(feeds, "FILE_PAGE", 2)
    assert len(client.get(f"{ROOT}/demands.csv").content.splitlines()) == 4
    monkeypatch.setattr(feeds, "MOST_IN_A_FILE", 2)
    answer = client.get(f"{ROOT}/demands.csv")
    assert (answer.status_code, "请加上批次" in answer.json()["detail"]) == (400, True)


def test_the_description_names_every_feed_field_and_condition(client):
    said = client.get(f"{ROOT}/openapi.json").json()
    assert said["openapi"] == "3.1.0"
    for feed in FEEDS.values():
        assert set(said["components"]["schemas"][feed.code]["properties"]) == {
            one.name for one in feed.fields
        }
        names = {one["name"] for one in said["paths"][f"/open/v1/{feed.code}"]["get"]["parameters"]}
        assert names == {one.name for one in feed.filters} | {"after", "limit"}
    page = client.get("/open/").content.decode()
    assert all(feed.title in page for feed in FEEDS.values())


@pytest.mark.parametrize("address", ["demands", "demands.csv", "institutions"])
def test_as_many_queries_for_many_rows(client, publish, address):
    def add(count):
        publish(count)
        for _ in range(count):
            factories.pilot(published_at=factories.NOW)

    assert_same_queries(client, f"{ROOT}/{address}", add_rows=add)


def test_a_code_belongs_to_one_feed():
    with pytest.raises(ValueError, match="twice"):
        register_feed(feeds.Feed("demands", "", "", "/", (), (), None, None))


def test_the_list_page_leads_to_the_same_rows_as_a_file(client, publish):
    publish(title="齿轮改造")
    page = client.get("/demands/?q=齿轮&facet=kind&sort=end").content.decode()
    assert "/open/v1/demands.xlsx?q=%E9%BD%BF%E8%BD%AE" in page
