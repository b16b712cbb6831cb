"""A published demand is put right by two persons; claimants are asked; nothing is silently gone."""

import datetime as dt

import pytest
from django.urls import reverse

from demands import operations, queries
from demands.models import Correction, Demand
from demands.queries.public import search
from matching.models import Claim
from matching.operations import choosing, claims
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.notifications.models import Message
from pilot_portal.workflow.queries import audit_problems
from tests import factories
from tests.factories import NOW
from tests.races import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return factories.enterprise("株洲云帆示例精密制造有限公司")


@pytest.fixture
def zhao():
    return factories.city_chief_zhao()


@pytest.fixture
def chen():
    return factories.city_handler_chen()


def published(firm, state="PUBLISHED", **fields):
    made = factories.demand(state, enterprise=firm, contact="龚示例", phone="13800000001", **fields)
    return seen(made)


def seen(demand):
    return queries.published().get(pk=demand.pk)


def words(demand, **changed):
    return {
        "public_title": demand.public_title,
        "public_text": demand.public_text,
        "kinds": ["digital", "testing"],
        "target_tier": "provincial",
        "due_on": "",
    } | changed


def propose(demand, by, reason="企业补充说明", **changed):
    return operations.propose_correction(demand, words(demand, **changed), reason=reason, by=by, at=NOW)


def test_two_persons_put_a_demand_right_and_both_texts_are_kept(firm, chen, zhao):
    demand = published(firm)
    before = demand.public_text
    waiting = propose(demand, chen, public_text="更正后的内容：五轴产线改造。", due_on="2023年12月31日")
    assert seen(demand).public_text == before
    operations.publish_correction(waiting, by=zhao, at=NOW)
    now = seen(demand)
    assert (now.state, now.step, now.corrections, now.asking_correction) == ("PUBLISHED", 1, 1, 0)
    assert (now.public_text, str(now.due_on)) == ("更正后的内容：五轴产线改造。", "2023-12-31")
    assert now.situation == demand.situation
    assert Correction.objects.get().changes["public_text"] == [before, "更正后的内容：五轴产线改造。"]
    assert list(search(queries.published(), "五轴")) == [now]
    assert audit_problems("demands.demand") == []


def test_who_proposed_never_publishes_and_only_the_chief_does(firm, chen, zhao):
    waiting = propose(published(firm), zhao, public_title="新的标题")
    for by in (zhao, chen, factories.county_reviewer_wang(), factories.enterprise_admin_wu(firm)):
        with pytest.raises(NotAllowed):
            operations.publish_correction(waiting, by=by, at=NOW)
    for stranger in (
        factories.enterprise_admin_wu(firm),
        factories.institution_admin_zhou(),
        factories.county_reviewer_wang(factories.region("430281")),
    ):
        with pytest.raises(NotAllowed):
            propose(published(firm), stranger, public_title="新的标题")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"public_text": "请拨 13800000009"}, "public_text"),
        ({"public_title": "株洲云帆示例精密制造有限公司的需求"}, "public_text"),
        ({"public_title": ""}, "public_title"),
        ({"kinds": []}, "kinds"),
        ({"due_on": "月底"}, "due_on"),
        ({"public_title": "新的标题", "reason": "龚示例要求"}, "public_text"),
        ({"public_title": "新的标题", "reason": " "}, "reason"),
    ],
)
def test_what_must_not_be_published_is_told(firm, chen, changed, field):
    with pytest.raises(Refused) as refused:
        propose(published(firm), chen, **changed)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_without_a_change_there_is_nothing_to_correct(firm, chen):
    with pytest.raises(Refused, match="没有变化"):
        propose(published(firm), chen)
    with pytest.raises(Stale):
        propose(published(firm, "MATCHED"), chen, public_title="新的标题")


def test_one_proposal_waits_at_a_time_and_can_be_set_aside(firm, chen, zhao):
    demand = published(firm)
    waiting = propose(demand, chen, public_title="新的标题")
    with pytest.raises(Stale):
        propose(demand, chen, public_title="又一个标题")
    operations.drop_correction(waiting, by=chen, at=NOW)
    with pytest.raises(Stale):
        operations.publish_correction(waiting, by=zhao, at=NOW)
    propose(demand, chen, public_title="又一个标题")


def test_a_change_of_kind_after_the_first_claim_asks_each_claimant(firm, chen, zhao):
    demand = published(firm, "CHOOSING")
    claim = factories.claim("SUBMITTED", demand=demand)
    claim.kinds.set(demand.kinds.all())
    zhou = factories.institution_admin_zhou(claim.pilot.organisation)
    operations.publish_correction(propose(demand, chen, target_tier="giant"), by=zhao, at=NOW)
    now = seen(demand)
    assert now.asking_correction == 1
    assert Message.objects.filter(user=zhou.user, subject__contains="请确认是否继续揭榜").count() == 1
    wu = factories.enterprise_admin_wu(firm)
    claim = Claim.objects.select_related("pilot__organisation", "demand").get(pk=claim.pk)
    with pytest.raises(Refused, match="尚未确认"):
        choosing.choose(now, {"digital": claim}, by=wu, at=NOW)
    with pytest.raises(NotAllowed):
        claims.confirm_correction(claim, by=wu, at=NOW)
    claims.confirm_correction(claim, by=zhou, at=NOW)
    with pytest.raises(Stale):
        claims.confirm_correction(claim, by=zhou, at=NOW)
    claim = Claim.objects.select_related("pilot__organisation", "demand").get(pk=claim.pk)
    choosing.choose(now, {"digital": claim}, by=wu, at=NOW)
    assert seen(demand).state == "MATCHED"


def test_a_change_of_words_alone_asks_nobody(firm, chen, zhao):
    demand = published(firm)
    factories.claim("SUBMITTED", demand=demand)
    operations.publish_correction(propose(demand, chen, public_title="新的标题"), by=zhao, at=NOW)
    assert seen(demand).asking_correction == 0


def test_a_claim_shrinks_with_the_kinds_and_is_void_without_any(firm, chen, zhao):
    demand = published(firm)
    kinds = {kind.code: kind for kind in demand.kinds.all()}
    both, one = factories.claim("SUBMITTED", demand=demand), factories.claim("SUBMITTED", demand=demand)
    both.kinds.set(kinds.values())
    one.kinds.set([kinds["testing"]])
    operations.publish_correction(propose(demand, chen, kinds=["digital"]), by=zhao, at=NOW)
    assert [kind.code for kind in both.kinds.all()] == ["digital"]
    one.refresh_from_db()
    assert one.state == "VOID"


@pytest.mark.django_db(transaction=True)
def test_of_a_correction_and_a_choice_at_once_one_wins_cleanly(firm, chen, zhao):
    demand = published(firm, "CHOOSING")
    claim = factories.claim("SUBMITTED", demand=demand)
    claim.kinds.set(demand.kinds.all())
    wu = factories.enterprise_admin_wu(firm)
    waiting = propose(demand, chen, target_tier="giant")
    waiting.demand, mine = seen(demand), seen(demand)
    offer = Claim.objects.select_related("pilot__organisation", "demand").get(pk=claim.pk)
    race(
        lambda: operations.publish_correction(waiting, by=zhao, at=NOW),
        lambda: choosing.choose(mine, {"digital": offer}, by=wu, at=NOW),
    )
    now = Demand.objects.get(pk=demand.pk)
    assert (now.state, now.corrections) in {("CHOOSING", 1), ("MATCHED", 0)}
    assert now.step == 1
    assert audit_problems("demands.demand") == []


def test_the_story_on_pages(client_of, firm, chen, zhao):
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(days=5)
    demand = published(firm, claims_until=soon)
    claim = factories.claim("SUBMITTED", demand=demand)
    zhou = factories.institution_admin_zhou(claim.pilot.organisation)
    address = reverse("demands:demand-correct", args=[demand.pk])
    handler, chief, asker = client_of(chen), client_of(zhao), client_of(zhou)
    case = handler.get(reverse("demands:city-demand", args=[demand.pk])).content.decode()
    assert address in case
    wrong = handler.post(
        address, words(demand, target_tier="giant", public_text="请拨 13800000009", reason="补充")
    )
    assert wrong.status_code == 422
    assert "请拨 13800000009" in wrong.content.decode()
    assert handler.post(address, words(demand, target_tier="giant", reason="企业补充")).status_code == 302
    assert "不能是提出人" in handler.get(address).content.decode()
    assert "发布更正</button>" in chief.get(address).content.decode()
    assert chief.post(address, {"publish": "1"}).status_code == 302
    public = client_of(None).get(reverse("demands:public-demand", args=[demand.number])).content.decode()
    for said in ("已更正", "企业补充", "更正前", "省级专精特新"):
        assert said in public
    own = reverse("matching:applicant-claim", args=[claim.pk])
    assert "确认继续" in asker.get(own).content.decode()
    assert asker.post(reverse("matching:applicant-claim-confirm", args=[claim.pk])).status_code == 302
    assert "确认继续" not in asker.get(own).content.decode().split("已确认继续揭榜。")[1]
