"""A contract on the pages of both its parties."""

import datetime as dt

import pytest

from matching.models import Engagement, ServiceLog
from pilot_portal.attachments.models import Attachment
from pilot_portal.common import clock
from tests import factories
from tests.matching.market import institution, scan
from tests.queries import assert_same_queries

pytestmark = pytest.mark.django_db
LIST = "/my/engagements/"


@pytest.fixture
def today():
    return clock.beijing_date(clock.now())


@pytest.fixture
def side():
    return institution()


@pytest.fixture
def made(side):
    """An agreed contract between the institution and some enterprise."""
    return factories.engagement("AGREED", claim=factories.claim("SELECTED", pilot=side[0]))


@pytest.fixture
def zhou(client_of, side):
    return client_of(side[1])


@pytest.fixture
def wu(client_of, made):
    return client_of(factories.enterprise_admin_wu(made.enterprise))


def text(answer):
    return answer.content.decode()


def put(made, state, **fields):
    Engagement.objects.filter(pk=made.pk).update(state=state, **fields)


def url(made, page=""):
    return f"{LIST}{made.number}/{page}"


def contract(today, **changed):
    return {
        "list_price_fen": "10000",
        "concession_fen": "2000",
        "enterprise_fen": "8000",
        "payment": "ONCE",
        "signed_on": today.isoformat(),
        "starts_on": f"{today.year}年{today.month}月{today.day}日",
        "ends_on": (today + dt.timedelta(days=90)).isoformat(),
    } | changed


def entry(today, **changed):
    good = {"on": today.isoformat(), "hours": "3.5", "people": "2", "stage": "诊断", "text": "走访三个车间。"}
    return good | changed


def test_the_whole_way_of_a_contract_on_both_sides_pages(zhou, wu, made, today):
    assert "下一步：提交合同" in text(zhou.get(url(made)))
    assert "确认签约" not in text(wu.get(url(made)))  # nothing is laid down yet
    assert "填写合同" in text(zhou.get(url(made, "contract/")))
    sent = zhou.post(url(made, "contract/"), contract(today, contract=scan("合同.pdf")))
    assert sent.headers["Location"] == url(made)
    assert "合同：合同.pdf" in text(wu.get(url(made)))
    page = wu.get(url(made, "sign/"))
    assert 'name="seen"' in text(page)
    seen = page.context["form"].initial["seen"]
    assert wu.post(url(made, "sign/"), {"seen": seen}).headers["Location"] == url(made)
    assert zhou.post(url(made, "start-service/")).status_code == 302
    assert zhou.post(url(made, "log/"), entry(today)).status_code == 302
    page = text(wu.get(url(made)))
    for shown in ("走访三个车间。", "3.5", "共 1 条", "服务中"):
        assert shown in page
    assert zhou.post(url(made, "deliver/"), {"note": "资料已交齐"}).status_code == 302
    page = text(wu.get(url(made)))
    for shown in ("验收截止", "验收通过", "提出异议", "资料已交齐"):
        assert shown in page
    page = text(wu.get(url(made, "accept/")))
    assert 'value="8,000.00"' in page
    paid = {"list_price_fen": "9,000.00", "concession_fen": "2,000.00", "enterprise_fen": "7,000.00"}
    assert wu.post(url(made, "accept/"), paid).status_code == 302
    page = text(zhou.get(url(made)))
    for shown in ("已验收", "实际", "7,000.00", "8,000.00"):
        assert shown in page
    assert "上传凭证" in page  # invoice and payment slip follow
    assert 'value="contract"' not in page
    assert "上传凭证" not in text(wu.get(url(made)))


def test_a_faulty_contract_keeps_what_was_typed_and_the_scan(zhou, made, today):
    wrong = contract(today, enterprise_fen="7,999.99", ends_on="明年", contract=scan("合同.pdf"))
    answer = zhou.post(url(made, "contract/"), wrong)
    page = text(answer)
    assert answer.status_code == 422
    for shown in ("7,999.99", "明年", "请填写日期", "合同：合同.pdf"):
        assert shown in page
    answer = zhou.post(url(made, "contract/"), wrong | {"ends_on": "2099-01-01", "contract": ""})
    assert (answer.status_code, "三方合计" in text(answer)) == (422, True)
    assert Attachment.objects.count() == 1
    assert zhou.post(url(made, "contract/"), contract(today)).status_code == 302


def test_a_contract_without_scan_or_with_a_disguised_one_is_not_taken(zhou, made, today):
    answer = zhou.post(url(made, "contract/"), contract(today))
    assert (answer.status_code, "请上传双方盖章的合同扫描件" in text(answer)) == (422, True)
    answer = zhou.post(url(made, "contract/"), contract(today, contract=scan("合同.exe")))
    assert (answer.status_code, "不支持这种文件" in text(answer)) == (422, True)
    assert "10000" in text(answer)


def test_a_contract_changed_after_it_was_read_is_not_confirmed_unread(zhou, wu, made, today):
    zhou.post(url(made, "contract/"), contract(today, contract=scan()))
    seen = wu.get(url(made, "sign/")).context["form"].initial["seen"]
    zhou.post(url(made, "contract/"), contract(today, list_price_fen="20000", enterprise_fen="18000"))
    answer = wu.post(url(made, "sign/"), {"seen": seen})
    assert (answer.status_code, "刚修改了合同" in text(answer)) == (409, True)
    made.refresh_from_db()
    assert made.state == "AGREED"


def test_a_signed_contract_is_not_laid_down_again(zhou, made, today):
    put(made, "SIGNED")
    answer = zhou.post(url(made, "contract/"), contract(today, contract=scan()))
    assert (answer.status_code, "不能再更换" in text(answer)) == (409, True)
    assert "10000" in text(answer)
    assert not Attachment.objects.exists()  # nor is another scan put beside the one that was confirmed


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"hours": "25"}, "不超过 24 小时"),
        ({"people": "100000"}, "999"),
        ({"text": ""}, "请填写此项"),
        ({"on": "2099-01-01"}, "不能晚于今天"),
    ],
)
def test_a_faulty_entry_of_the_log_keeps_what_was_typed(zhou, made, today, changed, told):
    put(made, "IN_SERVICE")
    answer = zhou.post(url(made, "log/"), entry(today, **changed))
    page = text(answer)
    assert answer.status_code == 422
    for shown in (told, "诊断", *([] if "text" in changed else ["走访三个车间。"])):
        assert shown in page
    assert not ServiceLog.objects.exists()


def test_an_entry_after_delivery_is_refused_and_kept(zhou, made, today):
    put(made, "DELIVERED")
    answer = zhou.post(url(made, "log/"), entry(today))
    assert (answer.status_code, "走访三个车间。" in text(answer)) == (409, True)


def test_no_page_changes_or_removes_an_entry_of_the_log(zhou, made, today):
    put(made, "IN_SERVICE")
    zhou.post(url(made, "log/"), entry(today))
    assert "保存后不能修改" in text(zhou.get(url(made, "log/")))
    kept = ServiceLog.objects.values().get()
    zhou.post(url(made, "log/"), entry(today, text="更正：应为 4 小时。", pk=kept["id"], id=kept["id"]))
    assert ServiceLog.objects.count() == 2
    assert ServiceLog.objects.filter(pk=kept["id"]).values().get() == kept


def test_evidence_is_uploaded_from_the_page_and_a_wrong_file_told(zhou, wu, made):
    put(made, "IN_SERVICE")
    page = text(
        zhou.post(url(made, "upload/"), {"purpose": "invoice", "file": scan("发票.pdf")}, follow=True)
    )
    assert "文件已上传" in page
    assert "发票：发票.pdf" in page
    for sent, told in (
        ({"purpose": "invoice"}, "请选择要上传的文件"),
        ({"purpose": "none", "file": scan()}, "请选择文件用途"),
        ({"purpose": "proof", "file": scan("木马.exe")}, "不支持这种文件"),
    ):
        assert told in text(zhou.post(url(made, "upload/"), sent, follow=True))
    assert Attachment.objects.count() == 1
    assert wu.post(url(made, "upload/"), {"purpose": "invoice", "file": scan()}).status_code == 403


def test_an_acceptance_that_does_not_add_up_keeps_what_was_typed(wu, made):
    put(made, "DELIVERED")
    paid = {"list_price_fen": "9000", "concession_fen": "0", "enterprise_fen": "8999.99"}
    answer = wu.post(url(made, "accept/"), paid)
    page = text(answer)
    assert answer.status_code == 422
    assert "三方合计 8,999.99 元" in page
    assert 'value="8999.99"' in page


def test_a_dispute_is_told_with_its_reason_mended_and_settled(zhou, wu, made):
    put(made, "DELIVERED")
    assert wu.post(url(made, "dispute/"), {"note": ""}).status_code == 422
    assert wu.post(url(made, "dispute/"), {"note": "缺实施记录"}).status_code == 302
    page = text(zhou.get(url(made)))
    assert "有争议" in page
    assert "缺实施记录" in page
    assert wu.post(url(made, "resume/"), {"note": ""}).status_code == 302
    put(made, "DISPUTED")
    assert "按约定价格验收" in text(wu.get(url(made, "settle/")))
    assert wu.post(url(made, "settle/"), {"note": ""}).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.actual_list_price_fen) == ("ACCEPTED", made.list_price_fen)


def test_giving_up_asks_for_the_reason_and_frees_the_demand(zhou, made):
    assert "企业将改选其他机构" in text(zhou.get(url(made, "give-up/")))
    assert zhou.post(url(made, "give-up/"), {"note": "人员不足"}).status_code == 302
    made.refresh_from_db()
    made.demand.refresh_from_db()
    assert (made.state, made.demand.state) == ("TERMINATED", "CHOOSING")


def test_both_sides_see_each_other_s_contact(zhou, wu, made):
    for browser in (zhou, wu):
        page = text(browser.get(url(made)))
        assert "13800000077" in page  # of the institution's application
        assert "13800000088" in page  # of the demand


def test_a_member_of_the_enterprise_reads_and_does_not_decide(client_of, made):
    browser = client_of(factories.member(made.enterprise.organisation, "enterprise_member"))
    put(made, "DELIVERED")
    assert "验收通过" not in text(browser.get(url(made)))
    assert browser.get(url(made, "accept/")).status_code == 403


@pytest.mark.parametrize("who", ["zhou", "wu"])
def test_the_list_costs_the_same_with_one_and_with_thirty(client_of, side, who):
    firm = factories.enterprise()
    actor = side[1] if who == "zhou" else factories.enterprise_admin_wu(firm)
    browser = client_of(actor)
    assert "还没有服务合同" in text(browser.get(LIST))

    def add(n):
        for _ in range(n):
            demand = factories.demand("MATCHED", enterprise=firm)
            factories.engagement("AGREED", claim=factories.claim("SELECTED", pilot=side[0], demand=demand))

    assert_same_queries(browser, LIST, add_rows=add)
    page = text(browser.get(LIST))
    newest = Engagement.objects.order_by("-pk").first()
    for shown in (newest.title, newest.number, firm.name, side[0].organisation.name, "10,000.00", "待签约"):
        assert shown in page
    assert page.count("<tr>") == 21  # the head and twenty rows


def test_a_contract_costs_the_same_with_one_and_with_thirty_entries(zhou, side, made, today):
    put(made, "IN_SERVICE")

    def add(n):
        for _ in range(n):
            zhou.post(url(made, "log/"), entry(today))

    assert_same_queries(zhou, url(made), add_rows=add)
