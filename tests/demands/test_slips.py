"""Invitations of firms: many at once as slips, handed out, ticked, prolonged, spent once by POST."""

import datetime as dt
from io import BytesIO

import pikepdf
import pytest
import zxingcpp
from django.urls import reverse
from pypdfium2 import PdfDocument

from demands import operations
from demands.documents import SLIPS
from demands.documents.slips import invitation_url, slip_words
from demands.models import Enterprise, SlipSheet
from pilot_portal.accounts.models import Invitation, Membership
from pilot_portal.accounts.operations import mark_delivered, renew_invitation
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.documents.operations import verify_url
from pilot_portal.documents.registry import Printing
from tests import factories
from tests.factories import NOW
from tests.queries import assert_same_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def wang():
    return factories.county_reviewer_wang()


def firms(count):
    return [
        factories.record(f"株洲第{n}示例有限公司", phone=f"138000000{n:02d}") for n in range(1, count + 1)
    ]


def texts(content):
    return [page.get_textpage().get_text_bounded() for page in PdfDocument(content)]


def built(sheet):
    return SLIPS.build(sheet, Printing(verify_url=verify_url("0" * 32), layout=1, at=NOW))


def test_many_firms_are_invited_at_once(wang):
    made = operations.make_slips(firms(10), by=wang, at=NOW)
    assert made.left_out == ()
    assert made.sheet.number == "430203-20230306-01"
    assert Invitation.objects.filter(mobile__startswith="138000000", role="enterprise_admin").count() == 10
    again = operations.make_slips(list(Enterprise.objects.order_by("pk")[:3]), by=wang, at=NOW)
    assert again.sheet.number == "430203-20230306-02"
    assert Invitation.objects.count() == 10


def test_a_sheet_holds_every_code_and_no_data_is_attached(wang):
    sheet = operations.make_slips(firms(10), by=wang, at=NOW).sheet
    content = built(sheet)
    pages = texts(content)
    assert len(pages) == 2
    for name, key in sheet.data["slips"]:
        found = Invitation.objects.get(pk=key)
        page = next(page for page in pages if name in page)
        assert f"{found.code[:4]} {found.code[4:]}" in page
        assert "2023年4月5日前有效" in page
    with pikepdf.open(BytesIO(content)) as pdf:
        assert not pdf.attachments
    assert built(sheet) == content


def test_the_code_of_a_slip_is_read_by_a_scanner(wang):
    sheet = operations.make_slips(firms(8), by=wang, at=NOW).sheet
    image = PdfDocument(built(sheet))[0].render(scale=150 / 72).to_pil()
    read = {found.text for found in zxingcpp.read_barcodes(image)}
    assert read == {invitation_url(found) for found in Invitation.objects.all()}


def test_what_cannot_be_invited_is_left_out_with_its_reason(wang):
    one, two = firms(2)
    factories.organisation(
        "enterprise", "别的示例有限公司", region=one.region, credit_code="91000000MA0000T44T"
    )
    Enterprise.objects.filter(pk=one.pk).update(credit_code="91000000MA0000T44T")
    one.refresh_from_db()
    made = operations.make_slips([one, two], by=wang, at=NOW)
    assert [name for name, _ in made.left_out] == [one.name]
    assert [name for name, _ in made.sheet.data["slips"]] == [two.name]
    with pytest.raises(Refused, match="都不能邀请"):
        operations.make_slips([one], by=wang, at=NOW)
    with pytest.raises(Refused, match="1 至 200"):
        operations.make_slips([], by=wang, at=NOW)
    with pytest.raises(NotAllowed):
        operations.make_slips([two], by=factories.county_reviewer_wang(factories.region("430211")), at=NOW)


def test_slips_are_ticked_and_prolonged_until_used(wang):
    (firm,) = firms(1)
    operations.make_slips([firm], by=wang, at=NOW)
    found = Invitation.objects.select_related("organisation").get()
    assert mark_delivered([found], by=wang, at=NOW) == 1
    assert mark_delivered([found], by=wang, at=NOW) == 0
    later = NOW + dt.timedelta(days=40)
    renew_invitation(found, by=wang, at=later)
    found.refresh_from_db()
    assert found.expires_at == later + dt.timedelta(days=30)
    with pytest.raises(NotAllowed):
        renew_invitation(found, by=factories.county_reviewer_wang(factories.region("430211")), at=later)
    Invitation.objects.update(spent_at=later)
    with pytest.raises(Stale):
        renew_invitation(found, by=wang, at=later)


def test_the_text_for_a_phone_says_all_there_is_to_know(wang):
    (firm,) = firms(1)
    operations.make_slips([firm], by=wang, at=NOW)
    found = Invitation.objects.select_related("organisation__region").get()
    words = slip_words(found)
    assert f"{invitation_url(found)} ，" in words
    for part in ("芦淞区", firm.name, found.code, "4月5日前有效"):
        assert part in words


def test_the_officers_way(client, wang):
    ticked = firms(3)
    client.force_login(wang.user)
    listed = client.get(reverse("demands:county-enterprise-list")).content.decode()
    assert "邀请所选企业" in listed
    assert client.post(reverse("demands:county-invite-many"), {"firm": ["x"]}).status_code == 302
    assert not SlipSheet.objects.exists()
    url = reverse("demands:county-invite-many")
    page = client.post(url, {"firm": [firm.pk for firm in ticked]}, follow=True).content.decode()
    assert "已生成 3 家企业的邀请单" in page
    found = list(Invitation.objects.order_by("pk"))
    assert all(row.code in page for row in found)
    assert client.post(reverse("demands:county-slips", args=[SlipSheet.objects.get().pk])).status_code == 302
    client.post(reverse("demands:county-invitation-delivered"), {"invitation": [found[0].pk]})
    delivered = client.get(reverse("demands:county-invitation-list") + "?state=delivered").content.decode()
    assert found[0].code in delivered
    assert found[1].code not in delivered
    assert client.post(reverse("demands:county-invitation-renew", args=[found[1].pk])).status_code == 302


def test_an_account_is_an_account_only_with_a_person(client, wang):
    (firm,) = firms(1)
    operations.make_slips([firm], by=wang, at=clock.now())
    client.force_login(wang.user)
    url = reverse("demands:county-enterprise-list")
    assert [row["firm"].has_account for row in client.get(url).context["rows"]] == [False]
    firm.refresh_from_db()
    factories.member(firm.organisation, "enterprise_admin", "吴示例")
    assert [row["firm"].has_account for row in client.get(url).context["rows"]] == [True]


def test_the_list_costs_the_same_with_thirty_invitations(client, wang):
    client.force_login(wang.user)

    def add(count):
        start = Enterprise.objects.count()
        made = [factories.record(f"株洲第{start + n}示例有限公司") for n in range(count)]
        operations.make_slips(made, by=wang, at=clock.now())

    assert_same_queries(client, reverse("demands:county-invitation-list"), add_rows=add)


@pytest.mark.parametrize(
    "browser",
    [
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.33",
        "WeChatLinkPreview/1.0",
    ],
)
def test_opening_a_slip_spends_nothing_and_posting_spends_it_once(client, wang, browser):
    (firm,) = firms(1)
    operations.make_slips([firm], by=wang, at=clock.now())
    found = Invitation.objects.get()
    path = reverse("accounts:invitation", args=[found.secret])
    for _ in range(3):
        assert client.get(path, headers={"user-agent": browser}).status_code == 200
    found.refresh_from_db()
    assert found.spent_at is None
    password = "示例口令2023年三月"
    person = {"name": "吴示例", "mobile": "13800000044", "password": password, "password_again": password}
    assert client.post(path, person, headers={"user-agent": browser}).status_code == 302
    found.refresh_from_db()
    assert found.spent_at is not None
    assert Membership.objects.get(role="enterprise_admin").organisation_id == found.organisation_id
    client.logout()
    assert client.post(path, person | {"mobile": "13800000045"}).status_code == 409


def test_an_agent_needs_a_mandate_and_its_end_and_is_named_as_one(client):
    firm = factories.enterprise("株洲云帆示例精密制造有限公司")
    wu = factories.enterprise_admin_wu(firm)
    client.force_login(wu.user)
    url = reverse("accounts:members")
    typed = {"name": "代示例", "role": "enterprise_member", "is_agent": "on"}
    refused = client.post(url, typed)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "请写明授权书" in page
    assert "请填写代理的最后一天" in page
    until = clock.beijing_date(clock.now()) + dt.timedelta(days=10)
    assert client.post(url, typed | {"mandate": "授权委托书示例001", "until": f"{until}"}).status_code == 302
    found = Invitation.objects.get()
    client.logout()
    password = "示例口令2023年三月"
    person = {"name": "代示例", "mobile": "13800000046", "password": password, "password_again": password}
    assert client.post(reverse("accounts:invitation", args=[found.secret]), person).status_code == 302
    member = Membership.objects.get(is_agent=True)
    assert (member.mandate, member.ends_at) == ("授权委托书示例001", clock.end_of_day(until))
    page = client.get(reverse("desk:home")).content.decode()
    assert "（代理人）" in page
