"""The public pages of the publications: frozen rows, marks of the replaced and withdrawn, queries."""

import datetime as dt

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from pilot_portal.bulletin import faces, operations
from pilot_portal.bulletin.models import Publication
from pilot_portal.bulletin.registry import BLOCKS, HomeBlock, blocks, register_block
from tests import factories
from tests.factories import NOW
from tests.queries import assert_same_queries, queries_of

pytestmark = pytest.mark.django_db
HOME, NOTICES = "/", "/notices/"
ROWS = [
    {
        "rank": 1,
        "name": "株洲示例检测有限公司",
        "kinds": ["检验检测", "数智转型"],
        "amount_fen": 10_000_050,
        "score": None,
        "phone": "13800000088",
        "contact": "示例联系人",
    }
]


@pytest.fixture
def publish():
    zhao, round_ = factories.city_chief_zhao(), factories.make_round()

    def make(title="示例公告", kind="NOTICE", *, payload=None, **fields):
        at = fields.pop("at", NOW)
        return operations.publish(round_, kind, title, payload=payload or {}, by=zhao, at=at, **fields)

    return make


def text_of(client, publication):
    answer = client.get(f"{NOTICES}{publication.number}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_notice_shows_its_frozen_rows_in_the_field_s_words(client, publish):
    page = text_of(client, publish(payload={"rows": ROWS}, document_number="示例〔2023〕1号"))
    for words in (
        "株洲示例检测有限公司",
        "检验检测、数智转型",
        "100,000.50",
        "—",
        "金额（元）",
        "示例〔2023〕1号",
        "2023年3月6日",
        "第 1 版",
    ):
        assert words in page


def test_only_known_columns_are_ever_shown(client, publish):
    for payload in ({"rows": ROWS}, ROWS[0]):
        page = text_of(client, publish(payload=payload))
        assert "13800000088" not in page
        assert "示例联系人" not in page


def test_a_single_decision_is_shown_as_facts(client, publish):
    page = text_of(
        client, publish(payload={"name": "示例机构", "measure": "通报批评", "ends_on": "2024-03-06"})
    )
    for words in ("示例机构", "措施", "通报批评", "公布至", "2024-03-06"):
        assert words in page


def test_markup_in_a_notice_is_text(client, publish):
    title = "<script>alert(1)</script>"
    page = text_of(client, publish(title, body=title, payload={"rows": [{"name": title}]}))
    assert title not in page
    assert "&lt;script&gt;" in page


def test_later_changes_of_what_was_published_change_no_page(client):
    zhao, pilot = factories.city_chief_zhao(), factories.pilot()
    made = operations.publish(
        pilot.round, "ROSTER", "名单", payload={"rows": [{"name": pilot.organisation.name}]}, by=zhao, at=NOW
    )
    before = text_of(client, made).split("<main")[1]
    pilot.organisation.name = "改名示例有限公司"
    pilot.organisation.save()
    assert text_of(client, made).split("<main")[1] == before


def test_a_former_edition_stays_and_leads_to_the_newer_one(client, publish):
    first = publish(payload={"rows": ROWS})
    second = publish("示例公告（更正）", replaces=first)
    old, new = text_of(client, first), text_of(client, second)
    assert "已有新版" in old
    assert f'href="/notices/{second.number}/"' in old
    assert "株洲示例检测有限公司" in old
    assert "已有新版" not in new
    assert f'href="/notices/{first.number}/"' in new
    listed = client.get(NOTICES).content.decode()
    assert listed.count("已有新版") == 1


def test_what_is_withdrawn_says_so_everywhere_and_stays_readable(client, publish):
    made = publish(payload={"rows": ROWS})
    operations.withdraw(made, reason="名单有误，另行公布。", at=NOW + dt.timedelta(days=1))
    page = text_of(client, made)
    for words in ("本公告已撤回", "2023年3月7日", "名单有误，另行公布。", "株洲示例检测有限公司"):
        assert words in page
    for url in (HOME, NOTICES):
        shown = client.get(url).content.decode()
        assert "示例公告" in shown
        assert "已撤回</span>" in shown


def test_without_publications_the_pages_say_what_will_come(client):
    for url in (HOME, NOTICES):
        assert "还没有公告" in client.get(url).content.decode()


@pytest.mark.parametrize("number", ["2023-N-9999", "x", "-", "2023-N-0001x"])
def test_a_number_that_was_never_given_has_no_page(client, number):
    assert client.get(f"{NOTICES}{number}/").status_code == 404


def test_newest_first_twenty_a_page_and_any_page_number_answers(client, publish):
    for n in range(23):
        publish(f"公告{n:02}", at=NOW + dt.timedelta(minutes=n))
    first = client.get(NOTICES).content.decode()
    assert first.index("公告22") < first.index("公告21") < first.index("公告03")
    assert "公告02" not in first
    second = client.get(f"{NOTICES}?page=2").content.decode()
    assert [n for n in range(23) if f"公告{n:02}" in second] == [0, 1, 2]
    for page in ("0", "-1", "99", "x", "1e9", "９"):
        assert client.get(NOTICES, {"page": page}).status_code == 200


def test_the_home_shows_the_eight_newest(client, publish):
    for n in range(10):
        publish(f"公告{n:02}", at=NOW + dt.timedelta(minutes=n))
    page = client.get(HOME).content.decode()
    assert [n for n in range(10) if f"公告{n:02}" in page] == list(range(2, 10))


def test_lists_cost_the_same_with_one_and_with_thirty(client, publish):
    def add(count):
        for _ in range(count):
            publish(payload={"rows": ROWS})

    assert_same_queries(client, NOTICES, add_rows=add)


def test_the_home_costs_the_same_with_one_and_with_thirty(client, publish):
    def add(count):
        for _ in range(count):
            publish(payload={"rows": ROWS})
            factories.pilot()
            factories.demand("PUBLISHED")

    assert_same_queries(client, HOME, add_rows=add)


def test_a_notice_costs_the_same_with_one_row_and_with_a_thousand(client, publish):
    urls = [f"{NOTICES}{publish(payload={'rows': ROWS * n}).number}/" for n in (1, 1000)]
    one, thousand = (len(queries_of(client, url)) for url in urls)
    assert one == thousand


def test_lists_do_not_fetch_the_frozen_rows(client, publish):
    publish(payload={"rows": ROWS})
    for url in (HOME, NOTICES):
        read = [sql for sql in queries_of(client, url) if "bulletin_publication" in sql]
        assert read
        assert not [sql for sql in read if '"payload"' in sql]


@pytest.mark.parametrize("name", ["help", "accessibility", "privacy"])
def test_the_standing_pages_answer_without_a_query(client, name):
    assert queries_of(client, reverse(f"bulletin:{name}")) == []


def test_a_block_of_the_home_has_one_owner():
    assert [block.position for block in blocks()] == sorted(block.position for block in BLOCKS.values())
    taken = next(iter(BLOCKS.values()))
    register_block(taken)
    with pytest.raises(ValueError, match="twice"):
        register_block(HomeBlock(taken.code, "other.html", lambda _at: {}))


VALUES = st.none() | st.text(max_size=20) | st.integers() | st.floats() | st.booleans() | st.lists(st.text())


@given(st.dictionaries(st.sampled_from([*faces.COLUMNS, "phone", "contact", "other"]), VALUES))
def test_whatever_was_frozen_only_known_columns_are_shown_and_nothing_fails(payload):
    secret = {key: f"secret-{key}" for key in payload if key not in faces.COLUMNS}
    for frozen in (payload | secret, {"rows": [payload | secret]}):
        table = faces.table_of(Publication(payload=frozen), {})
        shown = str(table["facts"]) + str(table["rows"]) + str(table["columns"])
        assert "secret-" not in shown
        assert all(len(row["cells"]) == len(table["columns"]) for row in table["rows"])


@given(st.integers(min_value=0, max_value=10**15))
def test_money_is_shown_to_the_fen(fen):
    said = faces.said("amount_fen", fen)
    whole, cents = said.split(".")
    assert int(whole.replace(",", "")) * 100 + int(cents) == fen
