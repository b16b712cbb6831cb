"""The reporting units: nine with a national code, one without that can be switched off."""

import pytest
from django.db import IntegrityError, transaction

from pilot_portal.regions.models import Region
from pilot_portal.regions.queries import CITY_CODE, active_regions
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
# domain.md §1, GB/T 2260.
UNITS = {
    "430202": "荷塘区",
    "430203": "芦淞区",
    "430204": "石峰区",
    "430211": "天元区",
    "430212": "渌口区",
    "430223": "攸县",
    "430224": "茶陵县",
    "430225": "炎陵县",
    "430281": "醴陵市",
    "4302JK": "株洲经开区",
}


def test_the_ten_units_are_there_with_their_codes_and_the_city_is_none_of_them():
    assert dict(active_regions().values_list("code", "name")) == UNITS
    assert CITY_CODE not in UNITS
    assert all(code.startswith(CITY_CODE[:4]) for code in UNITS)


def test_each_has_a_place_of_its_own_and_a_department_that_reviews():
    rows = list(active_regions())
    assert [row.position for row in rows] == list(range(1, 11))
    assert [row.department for row in rows] == [f"{row.name}工信部门" for row in rows]
    assert all(row.short_name and row.short_name in row.name for row in rows)


def test_a_unit_that_is_switched_off_is_offered_nowhere_and_keeps_its_people(client, client_of):
    zone = factories.region("4302JK")
    li = factories.county_approver_li(zone)
    assert "株洲经开区" in client.get("/accounts/register/").content.decode()
    Region.objects.filter(pk=zone.pk).update(is_active=False)
    assert [row.code for row in active_regions()] == [
        code
        for code in Region.objects.order_by("position").values_list("code", flat=True)
        if code != "4302JK"
    ]
    assert "株洲经开区" not in client.get("/accounts/register/").content.decode()
    assert "株洲经开区" in client_of(li).get("/desk/").content.decode()


@pytest.mark.parametrize("field", ["code", "name", "short_name"])
def test_no_two_units_share_a_code_or_a_name(field):
    fields = {"code": "430299", "name": "示例区", "short_name": "示例", "department": "示例", "position": 11}
    there = Region.objects.get(code="430281")
    with pytest.raises(IntegrityError), transaction.atomic():
        Region.objects.create(**fields | {field: getattr(there, field)})


def test_each_unit_has_one_bureau():
    bureau = factories.organisation("county")
    with pytest.raises(IntegrityError), transaction.atomic():
        type(bureau).objects.create(kind="county", name="另一示例局", name_key="x", region=bureau.region)
