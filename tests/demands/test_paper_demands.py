"""代录: a demand that came on paper, entered by the county with its scan."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from demands import operations, queries
from demands.models import Demand, Enterprise
from pilot_portal.attachments.models import Attachment
from pilot_portal.common.errors import NotAllowed, Refused
from pilot_portal.workflow.models import Entry
from pilot_portal.workflow.queries import audit_problems
from tests import factories
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
PAGE = reverse("demands:county-demand-paper")
TYPED = {
    "company": "株洲启明示例（集团）有限公司",
    "kinds": ["digital"],
    "present_tier": "innovative",
    "target_tier": "provincial",
    "situation": "设备数据靠人工抄录",
    "wish": "",
    "contact": "龚示例",
    "phone": "１３８ ００００ ０００１",
    "remark": "",
    "received_on": "2023年3月5日",
    "received_by": "王示例",
}


def scan(name="需求.pdf", content=b"%PDF-1.7\n%%EOF\n"):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def wang():
    return factories.county_reviewer_wang()


def enter(by, *, file=True, **changed):
    return operations.enter_paper_demand(
        TYPED | changed, scan() if file else None, round=factories.make_round(), by=by, at=NOW
    )


def test_a_paper_demand_waits_to_be_checked_with_its_scan_and_date(wang):
    made = enter(wang)
    found = queries.visible_demands(wang).get(pk=made.pk)
    assert (found.state, found.origin, found.number) == ("SUBMITTED", "PAPER", "2023-D-0001")
    assert (str(found.received_on), found.received_by, found.phone) == ("2023-03-05", "王示例", "13800000001")
    assert found.enterprise.in_library
    assert Entry.objects.get(case_type="demands.demand", case_id=found.pk).data == {
        "received_on": "2023-03-05",
        "received_by": "王示例",
    }
    assert Attachment.objects.get(case_type="demands.demand", case_id=found.pk).purpose == "paper"
    assert audit_problems("demands.demand") == []
    operations.verify_demand(found, by=wang, at=NOW)


def test_every_mistake_is_told_at_once(wang):
    with pytest.raises(Refused) as refused:
        enter(
            wang,
            file=False,
            company="",
            kinds=[],
            phone="12",
            received_on="2024-01-01",
            wish="请拨 13800000009",
        )
    assert {problem.field for problem in refused.value.problems} == {
        "company",
        "kinds",
        "phone",
        "received_on",
        "wish",
        "scan",
    }
    assert Demand.objects.count() == Enterprise.objects.count() == 0


def test_the_same_demand_is_not_entered_twice_nor_beside_an_import(wang):
    first = enter(wang)
    with pytest.raises(Refused, match=first.number):
        enter(wang)
    enter(wang, kinds=["listing"])
    assert Enterprise.objects.count() == 1


def test_a_scan_that_is_none_is_refused_and_nothing_is_kept(wang):
    with pytest.raises(Refused) as refused:
        operations.enter_paper_demand(
            TYPED, scan("需求.pdf", b"MZ no pdf"), round=factories.make_round(), by=wang, at=NOW
        )
    assert refused.value.problems[0].field == "scan"
    assert Demand.objects.count() == 0


@pytest.mark.parametrize("who", ["city_handler_chen", "enterprise_admin_wu", "institution_admin_zhou"])
def test_only_a_county_enters_paper_demands(who):
    with pytest.raises(NotAllowed):
        enter(getattr(factories, who)())


def test_the_officer_enters_it_on_a_page_and_checks_it_next(client_of, wang):
    round_ = factories.make_round()
    county = client_of(wang)
    shown = county.get(PAGE).content.decode()
    assert "代录纸质需求" in shown
    wrong = county.post(PAGE, TYPED | {"round": round_.code, "phone": "12", "scan": scan()})
    assert wrong.status_code == 422
    assert "设备数据靠人工抄录" in wrong.content.decode()
    answer = county.post(PAGE, TYPED | {"round": round_.code, "scan": scan()})
    made = Demand.objects.get()
    assert answer["Location"] == reverse("demands:county-demand", args=[made.pk])
    case = county.get(answer["Location"]).content.decode()
    assert "2023-03-05 由王示例收到" in case
    assert "需求.pdf" in case


def test_the_scan_is_for_the_county_the_city_and_the_firm_alone(client_of, wang):
    made = enter(wang)
    Demand.objects.filter(pk=made.pk).update(published_at=NOW, state="PUBLISHED")
    address = reverse("attachments:download", args=[Attachment.objects.get().uuid])
    for reader in (wang, factories.city_handler_chen()):
        answer = client_of(reader).get(address)
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content).startswith(b"%PDF")
    for stranger in (
        factories.county_reviewer_wang(factories.region("430281")),
        factories.enterprise_admin_wu(),
        factories.institution_admin_zhou(),
    ):
        assert client_of(stranger).get(address).status_code == 404


def test_the_firm_finds_it_among_its_own_once_it_has_an_account(client_of, wang):
    made = enter(wang)
    body = factories.organisation("enterprise", TYPED["company"])
    Enterprise.objects.filter(pk=made.enterprise_id).update(organisation=body)
    firm = factories.member(body, "enterprise_admin", "龚示例")
    assert made.number in client_of(firm).get(reverse("demands:enterprise-demand-list")).content.decode()
