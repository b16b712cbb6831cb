"""The institution's pages: hall, its claims, the offer it writes."""

import datetime as dt

import pytest

from institutions.models import PilotInstitution
from matching.models import Claim
from pilot_portal.attachments.models import AccessEntry
from pilot_portal.common import clock
from pilot_portal.rounds.models import RoundSetting
from tests import factories
from tests.matching.market import institution
from tests.queries import assert_same_queries

pytestmark = pytest.mark.django_db
HALL, MINE = "/my/hall/", "/my/claims/"
TYPED = {
    "kinds": ["digital", "testing"],
    "proposal": "先现场诊断，再改造两条产线。",
    "milestones": "第一月诊断。",
    "days": "９０",
    "team": "5 人",
    "list_price_fen": "10,000",
    "concession_fen": "2000.00",
    "enterprise_fen": "8000",
    "payment": "INSTALMENTS",
}


@pytest.fixture
def at():
    return clock.now()


@pytest.fixture
def open_demand(at):
    """`open_demand()` publishes one whose window is open now."""
    return lambda **fields: factories.demand("PUBLISHED", claims_until=at + dt.timedelta(days=9), **fields)


@pytest.fixture
def side():
    return institution()


@pytest.fixture
def zhou(client_of, side):
    return client_of(side[1])


@pytest.fixture
def draft(open_demand, side):
    return factories.claim("DRAFT", demand=open_demand(), pilot=side[0])


def text(answer):
    return answer.content.decode()


def send(browser, claim, act="submit", revision=0, **changed):
    return browser.post(f"{MINE}{claim.pk}/", TYPED | changed | {"revision": revision, "act": act})


def test_the_whole_way_from_the_hall_to_a_sealed_offer(zhou, open_demand):
    demand = open_demand()
    page = text(zhou.get(HALL))
    assert demand.public_title in page
    assert "已有 0 家揭榜" in page
    begun = zhou.post(f"{MINE}start/{demand.number}/")
    claim = Claim.objects.get()
    assert begun.headers["Location"] == f"{MINE}{claim.pk}/"
    page = text(zhou.get(begun.headers["Location"]))
    assert "提交揭榜" in page
    assert "政府补助" not in page
    assert send(zhou, claim, act="save").status_code == 302
    assert send(zhou, claim, revision=1).status_code == 302
    claim.refresh_from_db()
    assert (claim.state, claim.number, claim.days) == ("SUBMITTED", f"{demand.number}-01", 90)
    assert (claim.list_price_fen, claim.concession_fen, claim.payment) == (10_000_00, 2_000_00, "INSTALMENTS")
    page = text(zhou.get(f"{MINE}{claim.pk}/"))
    assert "揭榜期结束前，企业和其他机构都看不到您的方案" in page
    for shown in ("先现场诊断", "8,000.00", "分期支付", claim.number):
        assert shown in page
    assert claim.number in text(zhou.get(MINE))
    assert "查看我的揭榜（已揭榜）" in text(zhou.get(HALL))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"enterprise_fen": "7999.99"}, "三方合计 9,999.99 元，与服务价格 10,000.00 元不等"),
        ({"list_price_fen": "一万"}, "只填数字"),
        ({"days": ""}, "请填写数字"),
        ({"days": "99999"}, "3650 天"),
        ({"kinds": []}, "请选择至少一类"),
        ({"proposal": "有意请打 13800000099"}, "不要写联系方式"),
        ({"list_price_fen": "1" + "0" * 30}, "金额过大"),
    ],
)
def test_a_faulty_offer_is_told_with_everything_typed_still_there(zhou, draft, changed, told):
    answer = send(zhou, draft, team="我们的五人团队", **changed)
    page = text(answer)
    assert answer.status_code == 422
    assert told in page
    for typed in (
        "先现场诊断" if "proposal" not in changed else "13800000099",
        "我们的五人团队",
        "第一月诊断。",
    ):
        assert typed in page
    for value in changed.values():
        if value:
            assert value in page
    draft.refresh_from_db()
    assert (draft.state, draft.revision) == ("DRAFT", 1)
    # What was typed is kept for the next visit as well, and the page's revision lets it be sent again.
    assert "我们的五人团队" in text(zhou.get(f"{MINE}{draft.pk}/"))
    assert 'name="revision" value="1"' in page
    assert send(zhou, draft, revision=1).status_code == 302


def test_a_half_written_offer_may_be_left_as_it_is(zhou, draft):
    answer = send(zhou, draft, act="save", list_price_fen="大约一万", days="")
    assert answer.status_code == 302
    page = text(zhou.get(f"{MINE}{draft.pk}/"))
    assert "大约一万" in page
    assert "草稿已保存，提交前不算揭榜" in page


def test_two_windows_do_not_overwrite_each_other_and_the_second_press_decides(zhou, draft):
    send(zhou, draft, act="save", proposal="在电脑上写的")
    conflict = send(zhou, draft, act="save", proposal="在手机上写的")
    page = text(conflict)
    assert conflict.status_code == 409
    assert "已在别处修改" in page
    assert "在手机上写的" in page
    draft.refresh_from_db()
    assert draft.draft["proposal"] == "在电脑上写的"
    assert 'name="revision" value="1"' in page
    assert send(zhou, draft, act="save", revision=1, proposal="在手机上写的").status_code == 302


def test_signs_that_no_database_keeps_and_texts_that_are_too_long_do_no_harm(zhou, draft):
    assert send(zhou, draft, act="save", proposal="诊断\0改造").status_code == 302
    draft.refresh_from_db()
    assert draft.draft["proposal"] == "诊断改造"
    answer = send(zhou, draft, act="save", revision=1, proposal="长" * 30_000)
    assert (answer.status_code, "太长" in text(answer)) == (422, True)
    assert send(zhou, draft, act="save", revision="x", proposal="旧窗口").status_code == 409


def test_after_the_window_has_closed_the_offer_is_refused_and_kept(zhou, draft, at):
    type(draft.demand).objects.filter(pk=draft.demand_id).update(claims_until=at)
    answer = send(zhou, draft)
    assert answer.status_code == 409
    assert "揭榜期已结束" in text(answer)
    assert "先现场诊断" in text(answer)


def test_a_member_writes_and_the_administrator_submits(client_of, side, draft):
    browser = client_of(factories.member(side[0].organisation, "institution_member"))
    page = text(browser.get(f"{MINE}{draft.pk}/"))
    assert "由贵机构管理员提交" in page
    assert "提交揭榜" not in page
    answer = send(browser, draft)
    assert answer.status_code == 403
    assert "先现场诊断" in text(answer)
    draft.refresh_from_db()
    assert (draft.state, draft.draft["team"]) == ("DRAFT", "5 人")


def test_a_government_share_stands_on_the_form_only_when_the_round_has_one(zhou, draft, at):
    for key, value in (("government_share_on", True), ("government_share_rate", 20)):
        RoundSetting.objects.create(
            round=draft.demand.round, key=key, value=value, valid_from=at - dt.timedelta(days=1)
        )
    page = text(zhou.get(f"{MINE}{draft.pk}/"))
    assert "补助未获批时由谁承担" in page
    share = {"government_fen": "1000", "enterprise_fen": "7000", "bears_ungranted": "enterprise"}
    assert send(zhou, draft, **share).status_code == 302
    page = text(zhou.get(f"{MINE}{draft.pk}/"))
    for shown in ("拟申请，以市局批复为准", "1,000.00", "企业承担"):
        assert shown in page


def test_a_withdrawn_claim_leaves_the_way_open_to_claim_again(zhou, side, open_demand):
    claim = factories.claim("SUBMITTED", demand=open_demand(), pilot=side[0])
    url = f"{MINE}{claim.pk}/withdraw/"
    assert "揭榜期内可以重新揭榜" in text(zhou.get(url))
    assert zhou.post(url, {"note": ""}).headers["Location"] == f"{MINE}{claim.pk}/"
    page = text(zhou.get(HALL))
    assert "我要揭榜" in page
    assert "查看我的揭榜" not in page
    assert zhou.post(f"{MINE}start/{claim.demand.number}/").status_code == 302
    assert list(Claim.objects.order_by("pk").values_list("state", flat=True)) == ["WITHDRAWN", "DRAFT"]


def test_declining_is_offered_until_the_contract_is_signed_and_needs_its_reason(zhou, side):
    claim = factories.claim("SELECTED", pilot=side[0])
    made = factories.engagement("SIGNED", claim=claim)
    assert "放弃承接" not in text(zhou.get(f"{MINE}{claim.pk}/"))
    type(made).objects.filter(pk=made.pk).update(state="AGREED")
    assert "放弃承接" in text(zhou.get(f"{MINE}{claim.pk}/"))
    url = f"{MINE}{claim.pk}/decline/"
    assert zhou.post(url, {"note": ""}).status_code == 422
    assert zhou.post(url, {"note": "人员不足"}).status_code == 302
    claim.refresh_from_db()
    assert claim.state == "DECLINED"


def test_the_hall_tells_why_it_is_empty(client_of, zhou, side, open_demand):
    assert "目前没有可揭榜的需求" in text(zhou.get(HALL))
    newcomer = client_of(factories.institution_admin_zhou())
    assert "贵机构还不是试点机构" in text(newcomer.get(HALL))
    open_demand()
    factories.demand("PUBLISHED")  # its window closed long ago
    factories.demand("CHOOSING")
    assert text(zhou.get(HALL)).count("我要揭榜") == 1
    PilotInstitution.objects.filter(pk=side[0].pk).update(state="SUSPENDED")
    assert "我要揭榜" not in text(zhou.get(HALL))


def test_a_look_at_names_that_are_not_public_is_noted(zhou, side, open_demand):
    open_demand(name_public=True)
    zhou.get(HALL)
    assert not AccessEntry.objects.exists()
    hidden = open_demand()
    assert hidden.enterprise.name in text(zhou.get(HALL))
    entry = AccessEntry.objects.get()
    assert (entry.user, entry.filter, entry.count) == (side[1].user, hidden.number, 1)


def test_the_hall_gives_nobody_s_phone_or_contact_away(zhou, draft):
    for page in (HALL, f"{MINE}{draft.pk}/", MINE):
        shown = text(zhou.get(page))
        assert "13800000088" not in shown
        assert "示例联系人" not in shown


def test_a_second_press_on_claiming_says_where_the_claim_is(zhou, draft):
    answer = zhou.post(f"{MINE}start/{draft.demand.number}/", follow=True)
    assert "已经揭了这个榜" in text(answer)
    assert Claim.objects.count() == 1


def test_the_hall_costs_the_same_with_one_and_with_thirty(zhou, side, open_demand):
    def add(n):
        for _ in range(n):
            factories.claim("SUBMITTED", demand=open_demand(), pilot=side[0])
            open_demand()

    assert_same_queries(zhou, HALL, add_rows=add)


def test_the_list_of_claims_costs_the_same_with_one_and_with_thirty(zhou, side):
    assert "还没有揭榜" in text(zhou.get(MINE))
    assert_same_queries(
        zhou, MINE, add_rows=lambda n: [factories.claim("SUBMITTED", pilot=side[0]) for _ in range(n)]
    )
    assert "第 1 页" in text(zhou.get(MINE))
    assert "第 2 页" in text(zhou.get(f"{MINE}?page=2"))
