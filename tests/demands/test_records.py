"""A firm's record: kept with its history, titles that end by date, doubles merged and parted."""

import datetime as dt

import pytest
from django.urls import reverse

from demands import operations
from demands.models import Enterprise, EnterpriseChange, EnterpriseMerge, RecordClaim, Title
from demands.operations.merging import ties
from demands.queries import visible_enterprises
from demands.queries.content import checks_of
from demands.queries.firms import known_firms_of, likely_doubles, tiers_of
from matching.models import Engagement
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from tests import factories
from tests.factories import NOW
from tests.queries import assert_same_queries
from tests.races import race

pytestmark = pytest.mark.django_db

CODE_A, CODE_B = "91000000MA0000T44T", "91000000MA0000T52M"
record = factories.record


@pytest.fixture
def wang():
    return factories.county_reviewer_wang()


def test_a_record_saved_twice_at_once_tells_the_second(wang):
    firm = record(name="甲示例有限公司")
    operations.save_record(firm, {"contact": "王示例"}, revision=0, by=wang, at=NOW)
    with pytest.raises(Stale, match="刚刚被修改过"):
        operations.save_record(firm, {"contact": "李示例"}, revision=0, by=wang, at=NOW)
    firm.refresh_from_db()
    assert (firm.contact, firm.revision) == ("王示例", 1)
    with pytest.raises(NotAllowed):
        operations.save_record(firm, {}, revision=1, by=factories.city_handler_chen(), at=NOW)


def test_what_a_late_officer_typed_stays_and_may_be_saved_again(client, wang):
    firm = record(name="甲示例有限公司")
    client.force_login(wang.user)
    url = reverse("demands:county-enterprise", args=[firm.pk])
    typed = {"name": firm.name, "contact": "李示例", "revision": "0"}
    operations.save_record(firm, {"contact": "王示例"}, revision=0, by=wang, at=NOW)
    late = client.post(url, typed)
    page = late.content.decode()
    assert late.status_code == 409
    assert 'value="李示例"' in page
    assert "联系人：王示例" in page
    assert client.post(url, typed | {"revision": "1"}).status_code == 302
    firm.refresh_from_db()
    assert firm.contact == "李示例"


def test_titles_are_granted_end_and_are_revoked(client, wang):
    firm = record(name="甲示例有限公司")
    client.force_login(wang.user)
    url = reverse("demands:county-enterprise-title", args=[firm.pk])
    assert client.post(url, {"tier": "provincial"}).status_code == 422
    answer = client.post(url, {"tier": "provincial", "granted_on": "2022-08-05", "evidence": "公告第5号"})
    assert answer.status_code == 302
    assert client.post(url, {"tier": "provincial", "granted_on": "2022-08-05"}).status_code == 409
    title = Title.objects.get()
    assert title.expires_on == dt.date(2025, 8, 5)
    page = client.get(reverse("demands:county-enterprise", args=[firm.pk])).content.decode()
    assert "公告第5号" in page
    revoke = reverse("demands:county-enterprise-title-revoke", args=[firm.pk, title.pk])
    assert client.post(revoke, {"on": "2022-01-01", "note": "公告第9号"}).status_code == 422
    assert client.post(revoke, {"on": "2023-03-01", "note": "公告第9号"}).status_code == 302
    assert client.post(revoke, {"on": "2023-03-01", "note": "公告第9号"}).status_code == 409
    assert tiers_of([firm], dt.date(2023, 2, 28)) == {firm.pk: "省级专精特新中小企业"}
    assert tiers_of([firm], dt.date(2023, 3, 1)) == {}


def test_the_list_is_asked_by_title_end_and_account(client, wang):
    today = clock.beijing(clock.now()).date()
    soon, over, lasting = (record(name=f"{name}示例有限公司") for name in "甲乙丙")
    for firm, days in ((soon, 3 * 365 - 60), (over, 4 * 365), (lasting, 100)):
        given = operations.TitleGiven("giant", today - dt.timedelta(days=days))
        operations.grant_title(firm, given, by=wang, at=clock.now())
    client.force_login(wang.user)

    def names(**query):
        rows = client.get(reverse("demands:county-enterprise-list"), query).context["rows"]
        return [row["firm"].name[0] for row in rows]

    assert sorted(names(tier="giant")) == ["丙", "甲"]
    assert names(titles="soon") == ["甲"]
    assert names(titles="ended") == ["乙"]
    assert sorted(names(account="no")) == ["丙", "乙", "甲"]
    assert names(account="yes") == []


def test_the_pages_cost_the_same_with_thirty_rows(client, wang):
    firm = record(name="甲示例有限公司")
    client.force_login(wang.user)

    def add(count):
        for n in range(count):
            other = record(name=f"乙{n}示例{Enterprise.objects.count()}有限公司")
            given = operations.TitleGiven("giant", dt.date(2022, 1, 1) + dt.timedelta(days=n))
            operations.grant_title(other, given, by=wang, at=NOW)
            given = operations.TitleGiven(
                "provincial", dt.date(2020, 1, 1) + dt.timedelta(days=other.pk % 900)
            )
            operations.grant_title(firm, given, by=wang, at=NOW)

    assert_same_queries(client, reverse("demands:county-enterprise-list"), add_rows=add)
    assert_same_queries(client, reverse("demands:county-enterprise", args=[firm.pk]), add_rows=add)


@pytest.fixture
def pair(wang):
    kept = record(name="株洲启明示例有限公司", phone="13800000001")
    merged = record(name="启明示例（集团）股份有限公司", credit_code=CODE_A, contact="龚示例")
    for firm, tier, day in ((kept, "giant", 5), (merged, "giant", 5), (merged, "provincial", 6)):
        operations.grant_title(firm, operations.TitleGiven(tier, dt.date(2022, 8, day)), by=wang, at=NOW)
    for firm in (kept, merged):
        firm.refresh_from_db()
    return kept, merged


def test_likely_doubles_are_shown(pair, wang):
    kept, merged = pair
    record(name="株洲毫不相干科技有限公司")
    assert likely_doubles(kept, visible_enterprises(wang)) == [merged]


def test_merging_moves_everything_and_is_undone(pair, wang):
    kept, merged = pair
    demand = factories.demand("PUBLISHED", enterprise=merged)
    contract = factories.engagement("IN_SERVICE")
    Engagement.objects.filter(pk=contract.pk).update(enterprise=merged)
    body = factories.organisation("enterprise", region=merged.region)
    Enterprise.objects.filter(pk=merged.pk).update(organisation=body)
    merged.refresh_from_db()
    merge = operations.merge_records(kept, merged, reason="同一家企业", by=wang, at=NOW)
    kept.refresh_from_db()
    demand.refresh_from_db()
    contract.refresh_from_db()
    assert (kept.credit_code, kept.contact, kept.phone, kept.organisation) == (
        CODE_A,
        "龚示例",
        "13800000001",
        body,
    )
    assert (demand.enterprise, contract.enterprise) == (kept, kept)
    assert sorted(kept.titles.values_list("tier__code", flat=True)) == ["giant", "provincial"]
    assert merged not in visible_enterprises(wang)
    assert known_firms_of(kept.region_id).by_code[CODE_A].pk == kept.pk
    later = factories.demand("SUBMITTED", enterprise=kept)
    operations.undo_merge(merge, reason="查实是两家", by=wang, at=NOW)
    for row in (kept, merged, demand, contract, later):
        row.refresh_from_db()
    assert (kept.credit_code, kept.contact, kept.organisation, merged.organisation) == (None, "", None, body)
    assert (demand.enterprise, contract.enterprise, later.enterprise) == (merged, merged, kept)
    assert sorted(merged.titles.values_list("tier__code", flat=True)) == ["giant", "provincial"]
    assert EnterpriseChange.objects.filter(source="MERGE").count() == 2
    with pytest.raises(Stale):
        operations.undo_merge(merge, reason="查实是两家", by=wang, at=NOW)


def test_a_body_that_claims_the_merged_record_claims_the_kept_one(pair, wang):
    kept, merged = pair
    body = factories.organisation("enterprise", merged.name, region=merged.region)
    claim = operations.open_record(by=factories.member(body, "enterprise_admin", "吴示例"), at=NOW)
    assert claim.enterprise == merged
    operations.merge_records(kept, merged, reason="同一家企业", by=wang, at=NOW)
    claim = RecordClaim.objects.select_related("enterprise__region", "organisation").get(pk=claim.pk)
    operations.decide_record_claim(claim, agree=True, by=wang, at=NOW)
    kept.refresh_from_db()
    assert kept.organisation == body


def test_what_cannot_be_one_firm_is_not_merged(pair, wang):
    kept, merged = pair
    with pytest.raises(Refused, match="写明合并的理由"):
        operations.merge_records(kept, merged, reason=" ", by=wang, at=NOW)
    with pytest.raises(Refused, match="另一条"):
        operations.merge_records(kept, kept, reason="同一家", by=wang, at=NOW)
    for firm in pair:
        firm.organisation = factories.organisation("enterprise", region=firm.region)
        firm.save()
    with pytest.raises(Refused, match="都已开通账号"):
        operations.merge_records(kept, merged, reason="同一家", by=wang, at=NOW)
    other = record(name="丙示例有限公司", credit_code=CODE_B)
    with pytest.raises(Refused, match="两家企业"):
        operations.merge_records(other, merged, reason="同一家", by=wang, at=NOW)
    elsewhere = record(name="丁示例有限公司", where=factories.region("430211"))
    with pytest.raises(NotAllowed):
        operations.merge_records(kept, elsewhere, reason="同一家", by=wang, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_officers_merge_crosswise_and_one_wins(pair, wang):
    kept, merged = pair

    def one():
        operations.merge_records(kept, merged, reason="同一家", by=wang, at=NOW)

    def other():
        operations.merge_records(merged, kept, reason="同一家", by=wang, at=NOW)

    outcome = race(one, other)
    assert sum(isinstance(result, Exception) for result in outcome) == 1
    assert Enterprise.objects.filter(merged_into=None).count() == 1
    assert EnterpriseMerge.objects.count() == 1


def test_the_pages_of_merging(client, pair, wang):
    kept, merged = pair
    client.force_login(wang.user)
    record = reverse("demands:county-enterprise", args=[kept.pk])
    assert merged.name in client.get(record).content.decode()
    url = reverse("demands:county-enterprise-merge", args=[kept.pk]) + f"?with={merged.pk}"
    page = client.get(url).content.decode()
    assert "保留：株洲启明示例有限公司" in page
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "同一家企业"}).status_code == 302
    merge = EnterpriseMerge.objects.get()
    undo = reverse("demands:county-enterprise-part", args=[kept.pk, merge.pk])
    assert undo in client.get(record).content.decode()
    assert client.post(undo, {"reason": "查实是两家"}).status_code == 302
    assert client.get(reverse("demands:county-enterprise", args=[merged.pk])).status_code == 200


def test_a_body_never_claims_a_merged_record(pair, wang):
    kept, merged = pair
    operations.merge_records(kept, merged, reason="同一家企业", by=wang, at=NOW)
    body = factories.organisation("enterprise", merged.name, region=merged.region)
    body.credit_code = CODE_A
    body.save()
    claim = operations.open_record(by=factories.member(body, "enterprise_admin", "吴示例"), at=NOW)
    assert isinstance(claim, RecordClaim)
    assert claim.enterprise == kept


def test_demands_of_firms_alike_in_another_county_are_shown(pair):
    kept, _ = pair
    tian = factories.region("430211")
    twin = record(name="启明示例有限责任公司", where=tian)
    first = factories.demand("SUBMITTED", enterprise=kept)
    second = factories.demand("SUBMITTED", enterprise=twin, round=first.round)
    said = " ".join(check.text for check in checks_of(first))
    assert f"{second.number}（天元区，启明示例有限责任公司）" in said


def test_a_merge_knows_every_table_that_belongs_to_a_firm():
    tied = {model._meta.label for model, _ in ties()}
    assert tied == {
        "demands.Demand",
        "demands.RecordClaim",
        "matching.Engagement",
        "matching.Place",
        "evaluation.Questionnaire",
        "evaluation.Result",
    }
