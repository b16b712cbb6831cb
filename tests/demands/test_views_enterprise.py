"""A firm on its phone: four short steps, nothing lost, nothing given away."""

import datetime as dt

import pytest

from demands import operations
from demands.desk import enterprise_todos
from demands.models import Demand, Enterprise, RecordClaim
from pilot_portal.accounts.models import Organisation
from pilot_portal.common import clock
from tests import factories
from tests.demands.drafts import GOOD
from tests.queries import assert_same_queries

pytestmark = pytest.mark.django_db
MINE = "/my/demands/"


@pytest.fixture
def at():
    return clock.now()


@pytest.fixture
def wu():
    return factories.enterprise_admin_wu(factories.enterprise("株洲云帆示例精密制造有限公司"))


@pytest.fixture
def phone(client_of, wu):
    return client_of(wu.user)


@pytest.fixture
def draft(wu, at):
    round_ = factories.make_round(f"{at.year}", at=at)
    return operations.start_demand(factories_firm(wu), round=round_, by=wu, at=at)


def factories_firm(actor):
    return Enterprise.objects.get(organisation=actor.organisation)


def typed(part, **changed):
    data = GOOD[part] | changed
    if part == "goal":
        data["due_on"] = f"{clock.now().year + 1}-12-31"
    return {key: value for key, value in data.items() if value != ""}


def send(phone, draft, part, revision=0, **changed):
    return phone.post(f"{MINE}{draft.pk}/step/{part}/", typed(part, **changed) | {"revision": revision})


def test_the_whole_way_on_a_phone(phone, wu, at):
    round_ = factories.make_round(f"{at.year}", at=at)
    assert "还没有填报需求" in phone.get(MINE).content.decode()
    begun = phone.post(f"{MINE}new/", {"round": round_.code})
    demand = Demand.objects.get()
    assert begun.headers["Location"] == f"{MINE}{demand.pk}/step/kinds/"
    page = phone.get(begun.headers["Location"]).content.decode()
    assert "1. 要什么服务" in page
    for part, after in (("kinds", "trouble"), ("trouble", "goal"), ("goal", "money")):
        answer = send(phone, demand, part)
        assert answer.headers["Location"] == f"{MINE}{demand.pk}/step/{after}/"
        assert phone.get(answer.headers["Location"]).status_code == 200
    assert send(phone, demand, "money").headers["Location"] == f"{MINE}{demand.pk}/check/"
    check = phone.get(f"{MINE}{demand.pk}/check/").content.decode()
    assert "13800000001" in check
    assert "提交需求" in check
    assert phone.post(f"{MINE}{demand.pk}/check/").status_code == 302
    demand.refresh_from_db()
    assert demand.state == "SUBMITTED"
    assert demand.number in phone.get(f"{MINE}{demand.pk}/").content.decode()
    assert phone.get(f"{MINE}{demand.pk}/check/").status_code == 302


def test_the_desk_of_a_new_firm_points_to_its_first_demand(phone, wu, at):
    assert [todo.title for todo in enterprise_todos(wu, at)] == []
    round_ = factories.make_round(f"{at.year}", at=at)
    assert [(todo.title, todo.path) for todo in enterprise_todos(wu, at)] == [("填报需求", MINE)]
    assert "填报需求" in phone.get("/desk/").content.decode()
    operations.start_demand(factories_firm(wu), round=round_, by=wu, at=at)
    assert [todo.title for todo in enterprise_todos(wu, at)] == ["需求尚未提交"]


def test_a_phone_number_in_free_text_is_caught_and_kept_for_mending(phone, draft):
    answer = send(phone, draft, "trouble", situation="有意请打一三八零零零零零零零一")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "不要写联系方式" in page
    assert "有意请打一三八零零零零零零零一" in page
    assert "有意请打" in phone.get(f"{MINE}{draft.pk}/step/trouble/").content.decode()


def test_a_step_may_be_left_for_later(phone, draft):
    answer = phone.post(
        f"{MINE}{draft.pk}/step/kinds/", {"kinds": ["digital"], "title": "短", "revision": 0, "later": "1"}
    )
    assert answer.headers["Location"] == f"{MINE}{draft.pk}/"
    page = phone.get(f"{MINE}{draft.pk}/").content.decode()
    assert "填写中" in page
    assert "未开始" in page


def test_autosave_answers_with_the_new_revision_and_409_to_an_old_one(phone, draft):
    url = f"{MINE}{draft.pk}/step/goal/"
    first = phone.post(url, typed("goal") | {"revision": 0, "autosave": "1"})
    assert first.json()["revision"] == 1
    assert phone.post(url, typed("goal") | {"revision": 0, "autosave": "1"}).status_code == 409


def test_two_windows_show_both_texts_and_the_second_press_decides(phone, draft):
    send(phone, draft, "goal", wish="在电脑上写的内容")
    conflict = send(phone, draft, "goal", wish="在手机上写的内容")
    page = conflict.content.decode()
    assert conflict.status_code == 409
    assert "在电脑上写的内容" in page
    assert "在手机上写的内容" in page
    assert 'name="revision" value="1"' in page
    assert send(phone, draft, "goal", revision=1, wish="在手机上写的内容").status_code == 302


def test_submitting_too_early_tells_everything_with_links(phone, draft):
    send(phone, draft, "kinds")
    answer = phone.post(f"{MINE}{draft.pk}/check/")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"{MINE}{draft.pk}/step/trouble/#id_situation" in page
    assert f"{MINE}{draft.pk}/step/kinds/#id_title" not in page


def test_returned_it_shows_why(phone, wu, draft, at):
    for part, data in GOOD.items():
        operations.save_part(
            draft,
            part,
            data | ({"due_on": f"{at.year + 1}-12-31"} if part == "goal" else {}),
            revision=0,
            by=wu,
            at=at,
        )
    operations.submit_demand(draft, by=wu, at=at)
    operations.return_demand(draft, note="请写清设备数量", by=factories.county_reviewer_wang(), at=at)
    for page in (f"{MINE}{draft.pk}/", f"{MINE}{draft.pk}/step/trouble/"):
        assert "请写清设备数量" in phone.get(page).content.decode()


@pytest.mark.parametrize(("name", "state"), [("take_back", "DRAFT"), ("withdraw", "WITHDRAWN")])
def test_taking_back_and_withdrawing_ask_once_more(phone, wu, name, state):
    demand = factories.demand("SUBMITTED", enterprise=factories_firm(wu))
    url = f"{MINE}{demand.pk}/act/{name}/"
    assert phone.get(url).status_code == 200
    assert phone.post(url, {"note": ""}).status_code == 302
    demand.refresh_from_db()
    assert demand.state == state


def test_a_member_prepares_but_does_not_withdraw(client_of, wu):
    member = factories.member(wu.organisation, "enterprise_member")
    demand = factories.demand("SUBMITTED", enterprise=factories_firm(wu))
    browser = client_of(member.user)
    assert browser.get(f"{MINE}{demand.pk}/").status_code == 200
    assert browser.post(f"{MINE}{demand.pk}/act/withdraw/", {"note": ""}).status_code == 403


def test_what_is_another_firm_s_is_not_there(phone):
    foreign = factories.demand("SUBMITTED")
    for page in ("", "check/", "step/kinds/", "act/withdraw/"):
        assert phone.get(f"{MINE}{foreign.pk}/{page}").status_code == 404
    assert phone.get(f"{MINE}{foreign.pk}/step/nothing/").status_code == 404
    assert phone.get(f"{MINE}{foreign.pk}/act/nothing/").status_code == 404


def test_no_round_no_demand(phone):
    assert "没有接收需求的批次" in phone.get(MINE).content.decode()
    assert phone.post(f"{MINE}new/", {"round": "1999"}).status_code == 409


def test_the_list_costs_the_same_with_one_and_with_thirty(phone, wu):
    firm = factories_firm(wu)
    assert_same_queries(
        phone, MINE, add_rows=lambda n: [factories.demand("SUBMITTED", enterprise=firm) for _ in range(n)]
    )


# Records -------------------------------------------------------------------------------


@pytest.fixture
def newcomer():
    body = factories.organisation(Organisation.Kind.ENTERPRISE, "株洲湘江示例电子有限公司")
    return factories.member(body, "enterprise_admin", "苏示例")


def test_a_firm_nobody_knew_gets_a_record_with_its_first_demand(client_of, newcomer, at):
    round_ = factories.make_round(f"{at.year}", at=at)
    client_of(newcomer.user).post(f"{MINE}new/", {"round": round_.code})
    record = Enterprise.objects.get(organisation=newcomer.organisation)
    assert (record.credit_code, record.in_library) == (newcomer.organisation.credit_code, False)
    assert Demand.objects.get().enterprise == record


def test_a_firm_the_county_knows_by_name_waits_for_the_county(client_of, newcomer, at):
    round_ = factories.make_round(f"{at.year}", at=at)
    known = Enterprise.objects.create(
        name=newcomer.organisation.name,
        name_key=newcomer.organisation.name_key,
        region=factories.region(),
        contact="别人的联系人",
        created_at=at,
    )
    browser = client_of(newcomer.user)
    for _ in range(2):
        assert browser.post(f"{MINE}new/", {"round": round_.code}).headers["Location"] == MINE
    page = browser.get(MINE).content.decode()
    assert "等待芦淞区工信部门确认" in page
    assert "别人的联系人" not in page
    claim = RecordClaim.objects.get()
    county = client_of(factories.county_reviewer_wang().user)
    assert newcomer.organisation.name in county.get("/desk/county/enterprises/claims/").content.decode()
    url = f"/desk/county/enterprises/claims/{claim.pk}/"
    for note, words in (("", "须写明理由"), ("长" * 301, "不能超过 300 字"), ("代码\x00不符", "不可见字符")):
        told = county.post(url, {"note": note}, follow=True)
        assert words in told.content.decode()
        assert RecordClaim.objects.get().status == "OPEN"
    assert county.post(url, {"agree": "1"}).status_code == 302
    known.refresh_from_db()
    assert (known.organisation, known.credit_code) == (
        newcomer.organisation,
        newcomer.organisation.credit_code,
    )
    assert county.post(url, {"agree": "1"}).status_code == 404
    browser.post(f"{MINE}new/", {"round": round_.code})
    assert Demand.objects.get().enterprise == known


def test_a_denied_claim_says_why(client_of, newcomer, at):
    Enterprise.objects.create(
        name=newcomer.organisation.name,
        name_key=newcomer.organisation.name_key,
        region=factories.region(),
        created_at=at,
    )
    claim = operations.open_record(by=newcomer, at=at)
    operations.decide_record_claim(
        claim, agree=False, by=factories.county_reviewer_wang(), at=at, note="信用代码不一致"
    )
    claim.refresh_from_db()
    assert (claim.status, claim.note) == ("DENIED", "信用代码不一致")
    # It may ask again, with better grounds.
    assert operations.open_record(by=newcomer, at=at + dt.timedelta(days=1)).pk != claim.pk
