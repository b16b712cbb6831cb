"""新增企业: one firm added to the library by hand."""

import datetime as dt

import pytest
from django.urls import reverse

from demands import operations, queries
from demands.models import Enterprise, EnterpriseChange, Title
from demands.queries.firms import history_of
from pilot_portal.common.errors import NotAllowed, Refused
from tests import factories
from tests.demands.test_library import CODE_A, CODE_B
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
URL = reverse("demands:county-enterprise-new")
TYPED = {
    "company": "株洲甲示例轨道有限公司",
    "code": CODE_A,
    "titles": "省级专精特新中小企业 2022-08-05",
    "chain": "先进轨道交通装备",
    "size": "小型",
    "manufacturing": "是",
    "contact": "王示例",
    "phone": "１３８ ００００ ０００１",
}


@pytest.fixture
def wang():
    return factories.county_reviewer_wang()


def add(by, *, seen=(), **changed):
    return operations.add_firm(TYPED | changed, seen=seen, by=by, at=NOW)


def test_a_firm_has_its_record_its_titles_and_their_history(wang):
    made = add(wang)
    firm = queries.visible_enterprises(wang).get(pk=made.pk)
    assert (firm.name, firm.credit_code, firm.chain.label, firm.size, firm.is_manufacturing, firm.phone) == (
        *("株洲甲示例轨道有限公司", CODE_A, "先进轨道交通装备", "SMALL", True, "13800000001"),
    )
    assert firm.in_library
    title = Title.objects.get(enterprise=firm)
    assert (title.tier.code, title.expires_on, title.batch) == ("provincial", dt.date(2025, 8, 5), None)
    lines = history_of(firm)
    assert [line.label for line in lines] == ["称号变动", "县区修改"]
    assert "新建记录" in lines[1].note
    assert {line.actor_display for line in lines} == {"王示例"}


def test_a_name_alone_is_enough_and_no_title_is_asked_for(wang):
    firm = operations.add_firm({"company": "株洲乙示例服饰有限公司"}, seen=(), by=wang, at=NOW)
    assert (firm.credit_code, Title.objects.count(), EnterpriseChange.objects.count()) == (None, 0, 1)


def test_every_mistake_is_told_at_once(wang):
    with pytest.raises(Refused) as refused:
        add(wang, company="", code=CODE_A[:-1] + "Z", phone="12", titles="大企业 2022")
    assert {problem.field for problem in refused.value.problems} == {"company", "code", "phone", "titles"}
    with pytest.raises(Refused, match="1 处"):
        add(wang, titles="省级专精特新中小企业 2033-08-05")
    with pytest.raises(Refused, match="1 处"):
        add(wang, consent="是")
    with pytest.raises(NotAllowed):
        add(factories.city_handler_chen())
    assert not Enterprise.objects.exists()


def test_a_code_of_another_county_is_named(wang):
    factories.record("醴陵示例瓷业有限公司", CODE_A, where=factories.region("430281"))
    with pytest.raises(Refused) as refused:
        add(wang)
    assert "醴陵市" in refused.value.problems[0].message


@pytest.mark.parametrize(
    ("name", "code"), [("株洲甲示例轨道 有限公司", None), ("株洲别名示例有限公司", CODE_A)]
)
def test_a_firm_that_is_known_by_name_or_code_is_not_made_again(wang, name, code):
    known = factories.record(name, code)
    with pytest.raises(Refused, match="已有这家企业"):
        add(wang, seen=[known.pk])


def test_one_alike_is_looked_at_first(wang):
    other = factories.record("株洲市甲示例轨道有限责任公司")
    with pytest.raises(Refused, match="名称相近"):
        add(wang)
    assert add(wang, seen=[other.pk]).pk != other.pk


def test_a_record_alike_with_another_code_is_another_firm(wang):
    factories.record("株洲市甲示例轨道有限责任公司", CODE_B)
    assert add(wang).credit_code == CODE_A


class TestPage:
    @pytest.fixture
    def county(self, client_of, wang):
        return client_of(wang)

    def test_the_list_leads_there_and_the_firm_is_made(self, county):
        assert URL in county.get(reverse("demands:county-enterprise-list")).content.decode()
        assert "新增企业" in county.get(URL).content.decode()
        answer = county.post(URL, TYPED)
        assert answer.url == reverse("demands:county-enterprise", args=[Enterprise.objects.get().pk])

    def test_a_double_is_shown_with_its_page_and_what_was_typed_stays(self, county):
        other = factories.record("株洲市甲示例轨道有限责任公司")
        answer = county.post(URL, TYPED)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert reverse("demands:county-enterprise", args=[other.pk]) in page
        assert f'value="{CODE_A}"' in page
        assert f'name="shown" value="{other.pk}"' in page
        assert county.post(URL, TYPED | {"shown": str(other.pk)}).status_code == 302

    def test_beside_a_mistake_a_double_does_not_count_as_looked_at(self, county):
        other = factories.record("株洲市甲示例轨道有限责任公司")
        page = county.post(URL, TYPED | {"code": CODE_A[:-1] + "Z"}).content.decode()
        assert reverse("demands:county-enterprise", args=[other.pk]) in page
        assert f'name="shown" value="{other.pk}"' not in page

    def test_a_known_code_leads_to_its_record(self, county):
        known = factories.record("株洲别名示例有限公司", CODE_A)
        answer = county.post(URL, TYPED | {"code": CODE_A.lower()})
        assert answer.status_code == 422
        assert reverse("demands:county-enterprise", args=[known.pk]) in answer.content.decode()
