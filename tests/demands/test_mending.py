"""更正录入内容: a county puts right an imported or paper demand whose firm has no account."""

import pytest
from django.urls import reverse

from demands import operations, queries
from demands.models import Demand, DraftPart, EnterpriseChange
from demands.queries.mending import mended_rows, why_not_mendable
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.workflow.models import Entry
from pilot_portal.workflow.queries import audit_problems
from tests import factories
from tests.demands.test_imports import read
from tests.demands.test_paper_demands import enter
from tests.demands.test_rules_rows import row
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
REASON = "电话向企业核实"
RAW = {"company": "株洲云帆示例精密制造有限公司", "phone": "1380000001"}


@pytest.fixture
def wang():
    return factories.county_reviewer_wang()


@pytest.fixture
def imported(wang):
    """A demand of a row whose phone lacks a figure."""
    bad = row(5, phone="1380000001", warn=["phone"], raw=RAW)
    operations.commit_batch(read(wang, bad), by=wang, at=NOW, with_doubtful=True)
    return queries.visible_demands(wang).get()


def typed(demand, **changed):
    stands = {
        "services": ["咨询管理", "数智转型"],
        "status": "创新型中小企业",
        "target": "省级专精特新中小企业",
        "contact": "龚示例",
        "phone": demand.phone,
        "remark": "",
        "reason": REASON,
    }
    return stands | changed


def mend(demand, by, **changed):
    return operations.mend_demand(demand, typed(demand, **changed), step=demand.step, by=by, at=NOW)


def test_a_wrong_phone_is_put_right_and_the_old_one_kept_beside(wang, imported):
    assert mend(imported, wang, phone="１３８ ００００ ００１９") == ["phone"]
    found = queries.visible_demands(wang).get()
    assert (found.state, found.step, found.phone, found.doubts) == ("SUBMITTED", 1, "13800000019", [])
    assert found.as_received == {"phone": "1380000001"}
    assert [(line.label, line.before, line.after) for line in mended_rows(found)] == [
        ("联系电话", "1380000001", "13800000019")
    ]
    entry = Entry.objects.get(case_type="demands.demand", case_id=found.pk, step=1)
    # The trail is never deleted: no number stands in it.
    assert (entry.note, entry.data) == (REASON, {"mended": ["phone"], "changes": {}})
    assert audit_problems("demands.demand") == []


def test_the_record_that_bears_the_wrong_number_takes_the_right_one(wang, imported):
    mend(imported, wang, phone="13800000019")
    firm = queries.visible_enterprises(wang).get()
    assert firm.phone == "13800000019"
    line = EnterpriseChange.objects.get(enterprise=firm)
    assert line.changes == {"phone": ["1380000001", "13800000019"]}
    assert imported.number in line.note


def test_a_record_with_another_number_keeps_its_own(wang, imported):
    firm = imported.enterprise
    operations.save_record(firm, {"phone": "13800000055"}, revision=firm.revision, by=wang, at=NOW)
    mend(imported, wang, phone="13800000019")
    assert queries.visible_enterprises(wang).get().phone == "13800000055"


def test_what_first_stood_there_is_kept_however_often_it_is_mended(wang, imported):
    mend(imported, wang, phone="13800000019")
    mend(imported, wang, phone="13800000029", target="国家级专精特新“小巨人”", services=["上市辅导"])
    found = queries.visible_demands(wang).get()
    assert found.as_received == {
        "phone": "1380000001",
        "target_tier": "provincial",
        "kinds": ["consulting", "digital"],
    }
    assert [kind.code for kind in found.kinds.all()] == ["listing"]
    assert Entry.objects.get(case_type="demands.demand", case_id=found.pk, step=2).data["changes"] == {
        "kinds": [["consulting", "digital"], ["listing"]],
        "target_tier": ["provincial", "giant"],
    }


def test_a_returned_one_comes_again(wang, imported):
    operations.return_demand(imported, note="电话不对", by=wang, at=NOW)
    mend(imported, wang, phone="13800000019")
    assert queries.visible_demands(wang).get().state == "SUBMITTED"


def test_every_mistake_is_told_at_once_and_what_stands_is_not_read_again(wang, imported):
    with pytest.raises(Refused) as refused:
        mend(imported, wang, services=[], target="大企业", contact="龚" * 41, reason="打 13800000009 核实")
    fields = {problem.field for problem in refused.value.problems}
    assert fields == {"services", "target", "contact", "reason"}
    # The phone is still the incomplete one: the goal may be put right without it.
    assert mend(imported, wang, target="国家级专精特新“小巨人”") == ["target_tier"]
    with pytest.raises(Refused, match="没有变化"):
        mend(imported, wang, target="国家级专精特新“小巨人”")


def test_it_does_not_become_the_same_as_another(wang, imported):
    operations.commit_batch(read(wang, row(6, services=["上市辅导"])), by=wang, at=NOW, with_doubtful=True)
    with pytest.raises(Refused) as refused:
        mend(imported, wang, services=["上市辅导"])
    assert "2023-D-0002" in refused.value.problems[0].message


def test_only_its_county_before_verification_and_without_an_account(wang, imported):
    with pytest.raises(NotAllowed):
        mend(imported, factories.city_handler_chen(), phone="13800000019")
    operations.verify_demand(imported, by=wang, at=NOW)
    with pytest.raises(Stale, match="核实前"):
        mend(imported, wang, phone="13800000019")


def test_a_body_alone_is_no_account_a_member_is(wang, imported):
    operations.invite_enterprise(imported.enterprise, by=wang, at=NOW)
    assert why_not_mendable(imported, NOW) == ""
    factories.enterprise_admin_wu(imported.enterprise)
    with pytest.raises(Stale, match="已开通账号"):
        mend(imported, wang, phone="13800000019")


def test_what_the_firm_wrote_itself_is_its_own(wang, imported):
    DraftPart.objects.create(demand=imported, part="reach", data={}, revision=1, saved_at=NOW)
    with pytest.raises(Stale, match="企业已自己修改"):
        mend(imported, wang, phone="13800000019")
    online = factories.demand("SUBMITTED")
    assert "企业自己填报" in why_not_mendable(online, NOW)


def test_a_paper_demand_keeps_tiers_that_no_sheet_offers(wang):
    made = enter(wang, present_tier="national-champion", wish="")
    found = queries.visible_demands(wang).get(pk=made.pk)
    told = {"wish": "希望三个月内上线", "target": "国家级制造业单项冠军", "reason": REASON}
    operations.mend_demand(found, told, step=0, by=wang, at=NOW)
    again = queries.visible_demands(wang).get(pk=made.pk)
    assert (again.wish, again.present_tier.code) == ("希望三个月内上线", "national-champion")
    assert again.target_tier.code == "national-champion"


class TestPage:
    @pytest.fixture
    def url(self, imported):
        return reverse("demands:county-demand-mend", args=[imported.pk])

    @pytest.fixture
    def county(self, client_of, wang):
        return client_of(wang)

    def test_the_case_leads_there_and_shows_what_stood_in_the_sheet(self, county, imported, url):
        case = reverse("demands:county-demand", args=[imported.pk])
        assert url in county.get(case).content.decode()
        page = county.get(url).content.decode()
        assert "原表中写的是" in page
        assert "1380000001" in page
        answer = county.post(url, {**typed(imported, phone="13800000019"), "revision": "0"})
        assert answer.status_code == 302
        shown = county.get(case).content.decode()
        assert "县区更正过的内容" in shown
        assert "<del>1380000001</del>" in shown
        assert REASON in shown

    def test_nothing_typed_is_lost(self, county, imported, url):
        answer = county.post(url, {**typed(imported, phone="12", remark="示例备注"), "revision": "0"})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert 'value="示例备注"' in page
        assert 'value="12"' in page

    def test_of_two_officers_the_second_sees_the_first(self, county, wang, imported, url):
        mend(imported, wang, phone="13800000019")
        late = {**typed(imported, phone="13800000029"), "revision": "0"}
        answer = county.post(url, late)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert 'value="13800000029"' in page
        assert "现在的内容" in page
        assert "13800000019" in page
        # Who has read it may save over it.
        assert county.post(url, late | {"revision": "1"}).status_code == 302
        assert Demand.objects.get().phone == "13800000029"

    def test_what_the_second_left_as_it_was_does_not_undo_the_first(self, county, wang, imported, url):
        shown = county.get(url).context["form"].initial["shown"]
        mend(imported, wang, phone="13800000019", services=["上市辅导"])
        late = typed(imported, phone="1380000001", contact="孙示例") | {"revision": "0", "shown": shown}
        answer = county.post(url, late)
        form = answer.context["form"]
        assert answer.status_code == 409
        assert (form["contact"].value(), form["phone"].value()) == ("孙示例", "13800000019")
        assert form["services"].value() == ["上市辅导"]
        for broken in ("", "[", "[]"):
            assert county.post(url, late | {"shown": broken}).status_code == 409

    def test_no_way_there_once_the_firm_has_an_account(self, county, wang, imported, url):
        operations.invite_enterprise(imported.enterprise, by=wang, at=NOW)
        factories.enterprise_admin_wu(imported.enterprise)
        assert url not in county.get(reverse("demands:county-demand", args=[imported.pk])).content.decode()
        assert "已开通账号" in county.get(url).content.decode()
        answer = county.post(url, {**typed(imported, phone="13800000029"), "revision": "0"})
        assert answer.status_code == 409
        assert 'value="13800000029"' in answer.content.decode()


def test_the_firm_finds_what_was_put_right_once_it_has_an_account(client_of, wang, imported):
    mend(imported, wang, phone="13800000019")
    operations.invite_enterprise(imported.enterprise, by=wang, at=NOW)
    wu = factories.enterprise_admin_wu(imported.enterprise)
    page = client_of(wu).get(reverse("demands:enterprise-demand", args=[imported.pk])).content.decode()
    assert "县区更正过的内容" in page
    assert "<del>1380000001</del>" in page


def test_the_scan_of_a_paper_demand_stands_beside(client_of, wang):
    made = enter(wang)
    page = client_of(wang).get(reverse("demands:county-demand-mend", args=[made.pk])).content.decode()
    assert "需求.pdf" in page
    assert "设备数据靠人工抄录" in page
