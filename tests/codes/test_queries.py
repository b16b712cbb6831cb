"""Code tables: complete as the notice has them, valid from day to day, never lost for old records."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilot_portal.codes.models import Chain, ServiceKind, Tier
from pilot_portal.codes.queries import labels, valid_on
from pilot_portal.rounds.settings_table import SETTINGS
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
DAY = dt.date(2023, 3, 6)
# domain.md §2, in the order of the notice.
KINDS = [
    "咨询管理",
    "检验检测",
    "共享制造",
    "产权交易",
    "人才招引",
    "升规入统",
    "争资引项",
    "数智转型",
    "技术创新",
    "上市辅导",
]
CHAINS = [
    "先进轨道交通装备",
    "中小航空发动机与通用航空",
    "先进陶瓷与新型功能玻璃",
    "信息技术与北斗应用",
    "电力新能源与装备制造",
    "先进硬质材料",
    "生物医药与大健康",
    "服饰",
    "绿色农产品加工",
    "高分子新材料与精细化工",
    "智慧钢铁与现代物流",
    "节能环保与绿色装配式建筑",
    "文化旅游与创意包装",
]
TIERS = [
    "创新型中小企业",
    "省级专精特新中小企业",
    "国家级专精特新“小巨人”",
    "国家重点专精特新“小巨人”",
    "升规入统",
    "国省单项冠军",
    "国家级制造业单项冠军",
    "省级制造业单项冠军",
    "其他",
]


@pytest.mark.parametrize(("table", "words"), [(ServiceKind, KINDS), (Chain, CHAINS), (Tier, TIERS)])
def test_the_table_is_complete_and_in_the_order_of_the_notice(table, words):
    assert [row.label for row in valid_on(table, DAY)] == words
    assert list(labels(table).values()) == words


def test_the_chains_are_marked_until_the_city_has_confirmed_them():
    assert set(Chain.objects.values_list("note", flat=True)) == {"待核对"}


def test_each_target_of_a_round_is_fed_by_one_tier_and_only_the_national_champion_by_his():
    fed = dict(Tier.objects.exclude(target_key="").values_list("target_key", "code"))
    targets = {key for key in SETTINGS if key.startswith("target_")}
    assert set(fed) == targets
    assert Tier.objects.exclude(target_key="").count() == len(targets)
    assert fed["target_champion"] == "national-champion"


def test_milestones_stand_beside_the_ladder():
    assert set(Tier.objects.filter(is_ladder=False).values_list("code", flat=True)) == {
        "above-scale",
        "other",
    }


# Validity ---------------------------------------------------------------------------------

days = st.none() | st.dates(dt.date(2023, 1, 1), dt.date(2023, 12, 31))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=days, last=days, asked=st.dates(dt.date(2022, 12, 25), dt.date(2024, 1, 5)))
def test_a_code_is_offered_from_its_first_to_its_last_day(first, last, asked):
    Chain.objects.filter(code="rail").update(valid_from=first, valid_to=last)
    inside = (first is None or first <= asked) and (last is None or asked <= last)
    assert valid_on(Chain, asked).filter(code="rail").exists() is inside
    assert valid_on(Chain, asked).count() == len(CHAINS) - (not inside)
    assert labels(Chain)["rail"] == "先进轨道交通装备"  # old records stay readable


def test_a_kind_no_longer_valid_is_not_offered_and_an_old_demand_still_reads(client_of):
    demand = factories.demand("PUBLISHED")
    ServiceKind.objects.filter(code="digital").update(valid_to=dt.date(2023, 1, 1))
    assert "digital" not in valid_on(ServiceKind, DAY).values_list("code", flat=True)
    assert "数智转型" in client_of().get(f"/demands/{demand.number}/").content.decode()


def test_a_label_is_corrected_and_the_code_stays():
    ServiceKind.objects.filter(code="consulting").update(label="咨询规划")
    assert labels(ServiceKind)["consulting"] == "咨询规划"


@pytest.mark.parametrize("table", [ServiceKind, Chain, Tier])
def test_no_code_is_given_twice(table):
    code = table.objects.order_by("position").first().code
    with pytest.raises(IntegrityError), transaction.atomic():
        table.objects.create(code=code, label="示例", position=99)
