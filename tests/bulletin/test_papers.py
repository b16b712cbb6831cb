"""The paper of a publication: what the page shows, in the frame of official documents."""

import pytest

from pilot_portal.bulletin import operations
from pilot_portal.bulletin.documents import NOTICE_PAPER, SET_AS
from pilot_portal.bulletin.faces import COLUMNS
from pilot_portal.bulletin.models import Publication
from pilot_portal.documents.models import Paper
from pilot_portal.documents.tasks import sweep
from tests import factories
from tests.documents.test_pdf_papers import read
from tests.factories import NOW
from tests.institutions.test_papers import attached, built

pytestmark = pytest.mark.django_db
ROWS = [
    {"name": "甲示例有限公司", "region": "天元区", "kinds": ["咨询管理", "检验检测"], "phone": "13800000001"},
    {"name": "乙示例有限公司", "region": "攸县", "kinds": ["数智转型"], "contact": "示例联系人"},
]


def published(kind="PUBLICITY", **given):
    values = {"payload": {"rows": ROWS}, "body": "现予公示。\n公示期 5 个工作日。"} | given
    by = factories.city_chief_zhao()
    return operations.publish(factories.make_round(), kind, "示例公示", by=by, at=NOW, **values)


def test_the_paper_says_what_the_page_says_and_only_public_columns():
    publication = published(document_number="示例〔2023〕1号")
    content = built(NOTICE_PAPER, publication)
    said = read(content)
    for wanted in (
        "示例公示",
        "示例〔2023〕1号",
        "现予公示。",
        "公示期5个工作日。",
        "甲示例有限公司",
        "特此公示。",
    ):
        assert wanted in said
    assert "咨询管理、检验检测" in said
    for private in ("13800000001", "示例联系人"):
        assert private not in said
        assert private not in str(attached(content))
    assert built(NOTICE_PAPER, publication) == content


def test_a_single_decision_without_words_is_a_row():
    publication = published("REMOVAL", body="", payload={"name": "甲示例有限公司", "region": "天元区"})
    said = read(built(NOTICE_PAPER, publication))
    for wanted in ("名称", "县市区", "甲示例有限公司", "特此公告。"):
        assert wanted in said


def test_plain_words_make_a_paper_too():
    said = read(built(NOTICE_PAPER, published("NOTICE", payload={}, body="关于系统维护的通知内容。")))
    assert "关于系统维护的通知内容。" in said
    assert "序号" not in said


def test_it_is_ordered_with_the_publication_and_fetched_from_its_page(client):
    publication = published()
    page = f"/notices/{publication.number}/"
    assert "正在生成" in client.get(page).content.decode()
    sweep()
    address = f"/papers/public/notice/{publication.number}/"
    assert f'href="{address}"' in client.get(page).content.decode()
    assert b"".join(client.get(address).streaming_content).startswith(b"%PDF")


def test_what_was_published_before_there_were_papers_offers_none(client):
    old = Publication.objects.create(
        round=factories.make_round(), kind="PUBLICITY", number="2023-N-0099", title="示例", published_at=NOW
    )
    assert "正在生成" not in client.get(f"/notices/{old.number}/").content.decode()
    assert not Paper.objects.exists()


def test_lists_with_a_form_of_their_own_are_left_to_their_apps():
    published("RESULT")
    assert not Paper.objects.exists()


def test_a_replaced_or_withdrawn_one_says_so():
    first = published()
    assert NOTICE_PAPER.standing(first) == ""
    operations.withdraw(first, reason="有误", at=NOW)
    assert "已撤回：有误" in NOTICE_PAPER.standing(Publication.objects.get(pk=first.pk))


def test_every_column_that_papers_set_is_a_public_one():
    assert set(SET_AS) <= set(COLUMNS)
