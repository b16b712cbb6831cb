"""The year of a demand, act by act, with named people; refused acts change nothing."""

import datetime as dt

import pytest

from demands import operations, queries
from demands.models import Demand, DemandList
from pilot_portal.bulletin.models import Publication
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.documents.models import Paper
from pilot_portal.notifications.models import Message
from pilot_portal.rounds.queries import add_working_days
from pilot_portal.workflow.queries import trail
from tests import factories
from tests.demands.drafts import GOOD
from tests.factories import NOW

pytestmark = pytest.mark.django_db
S = Demand.State
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def firm():
    return factories.enterprise("株洲云帆示例精密制造有限公司")


@pytest.fixture
def wu(firm):
    return factories.enterprise_admin_wu(firm)


@pytest.fixture
def wang():
    return factories.county_reviewer_wang()


@pytest.fixture
def chen():
    return factories.city_handler_chen()


@pytest.fixture
def zhao():
    return factories.city_chief_zhao()


def fill(demand, by, **changed):
    for part, data in (GOOD | changed).items():
        operations.save_part(demand, part, data, revision=0, by=by, at=NOW)


def submitted(firm, wu, **changed):
    demand = operations.start_demand(firm, round=factories.make_round(), by=wu, at=NOW)
    fill(demand, wu, **changed)
    return operations.submit_demand(demand, by=wu, at=NOW)


def verified(firm, wu, wang):
    demand = submitted(firm, wu)
    operations.verify_demand(demand, by=wang, at=NOW)
    return demand


def publish(demands, *, by, handler, at=NOW, days=10):
    operations.prepare_demands(demands, by=handler, at=at)
    return operations.publish_list(
        demands[0].round, demands, claims_from=at, claims_until=at + dt.timedelta(days=days), by=by, at=at
    )


# The firm -------------------------------------------------------------------------------


def test_a_demand_is_begun_filled_and_submitted(firm, wu, wang):
    demand = submitted(firm, wu)
    demand.refresh_from_db()
    assert (demand.state, demand.number) == (S.SUBMITTED, "2023-D-0001")
    assert demand.budget_fen == 12_500_000
    assert {kind.code for kind in demand.kinds.all()} == {"digital", "testing"}
    assert Message.objects.filter(user=wang.user, subject__contains="2023-D-0001").count() == 1


def test_nothing_personal_stands_in_the_trail(firm, wu):
    demand = submitted(firm, wu)
    entries = str(list(trail("demands.demand", demand.pk).values_list("data", "note")))
    assert "精密齿轮产线" in entries
    for private in ("13800000001", "吴示例"):
        assert private not in entries


def test_an_incomplete_draft_is_refused_with_every_problem(firm, wu):
    demand = operations.start_demand(firm, round=factories.make_round(), by=wu, at=NOW)
    operations.save_part(demand, "kinds", {"kinds": ["digital"], "title": ""}, revision=0, by=wu, at=NOW)
    with pytest.raises(Refused) as refused:
        operations.submit_demand(demand, by=wu, at=NOW)
    assert {p.section for p in refused.value.problems} == {"kinds", "trouble", "goal"}
    demand.refresh_from_db()
    assert (demand.state, demand.number) == (S.DRAFT, None)


def test_a_step_saved_elsewhere_is_not_overwritten(firm, wu):
    demand = operations.start_demand(firm, round=factories.make_round(), by=wu, at=NOW)
    first = operations.save_part(demand, "goal", GOOD["goal"], revision=0, by=wu, at=NOW)
    assert first == 1
    assert operations.save_part(demand, "goal", GOOD["goal"] | {"wish": "新"}, revision=1, by=wu, at=NOW) == 2
    for old in (0, 1):
        with pytest.raises(Stale):
            operations.save_part(demand, "goal", GOOD["goal"], revision=old, by=wu, at=NOW)
    assert queries.raw_parts(demand)["goal"]["wish"] == "新"


def test_a_stranger_can_neither_begin_nor_write(firm, wu):
    stranger = factories.enterprise_admin_wu()
    with pytest.raises(NotAllowed):
        operations.start_demand(firm, round=factories.make_round(), by=stranger, at=NOW)
    demand = operations.start_demand(firm, round=factories.make_round(), by=wu, at=NOW)
    with pytest.raises(NotAllowed):
        operations.save_part(demand, "goal", GOOD["goal"], revision=0, by=stranger, at=NOW)
    with pytest.raises(NotAllowed):
        operations.submit_demand(demand, by=stranger, at=NOW)


def test_a_closed_round_takes_no_demand(firm, wu):
    with pytest.raises(Stale):
        operations.start_demand(firm, round=factories.make_round("2022", status="CLOSED"), by=wu, at=NOW)


def test_a_returned_demand_comes_back_as_the_same_case(firm, wu, wang):
    demand = submitted(firm, wu)
    operations.return_demand(demand, note="请写清设备数量", by=wang, at=NOW)
    assert demand.state == S.RETURNED
    assert Message.objects.filter(user=wu.user, body="请写清设备数量").count() == 1
    operations.save_part(
        demand,
        "trouble",
        GOOD["trouble"] | {"situation": "共 12 台设备，数据靠手工记录。"},
        revision=1,
        by=wu,
        at=NOW,
    )
    operations.submit_demand(demand, by=wu, at=NOW)
    demand.refresh_from_db()
    assert (demand.state, demand.number) == (S.SUBMITTED, "2023-D-0001")
    assert "12 台" in demand.situation


def test_taking_back_ends_when_the_county_has_decided(firm, wu, wang):
    demand = submitted(firm, wu)
    operations.take_back_demand(demand, by=wu, at=NOW)
    assert demand.state == S.DRAFT
    operations.submit_demand(demand, by=wu, at=NOW)
    operations.verify_demand(demand, by=wang, at=NOW)
    with pytest.raises(Stale):
        operations.take_back_demand(demand, by=wu, at=NOW)


def test_withdrawing_runs_what_stands_above(firm, wu, wang, monkeypatch):
    ran = []
    monkeypatch.setattr(operations.drafts, "AFTER_WITHDRAWAL", [lambda demand, _at: ran.append(demand.pk)])
    demand = verified(firm, wu, wang)
    operations.withdraw_demand(demand, by=wu, at=NOW)
    assert (demand.state, ran) == (S.WITHDRAWN, [demand.pk])


# The county -----------------------------------------------------------------------------


def test_a_firm_outside_the_library_needs_a_reason(firm, wu, wang):
    firm.in_library = False
    firm.save()
    demand = submitted(firm, wu)
    with pytest.raises(Refused) as refused:
        operations.verify_demand(demand, by=wang, at=NOW)
    assert refused.value.problems[0].field == "library_reason"
    operations.verify_demand(demand, by=wang, at=NOW, library_reason="关键零部件配套企业")
    demand.refresh_from_db()
    assert (demand.state, demand.library_reason) == (S.VERIFIED, "关键零部件配套企业")


def test_a_batch_does_what_it_can_and_tells_the_rest(firm, wu, wang):
    ready = submitted(firm, wu)
    outside = factories.demand("SUBMITTED")
    outside.enterprise.in_library = False
    outside.enterprise.save()
    drafted = factories.demand("RETURNED", enterprise=firm)
    foreign = factories.demand("SUBMITTED", enterprise=factories.enterprise(where=factories.region("430281")))
    result = operations.check_many([ready, outside, drafted, foreign], "verify", by=wang, at=NOW)
    assert [d.pk for d in result.done] == [ready.pk]
    assert {d.pk for d, _ in result.refused} == {outside.pk, drafted.pk, foreign.pk}
    ready.refresh_from_db()
    assert (ready.state, ready.verified_by) == (S.VERIFIED, wang.user)
    assert Demand.objects.get(pk=foreign.pk).state == S.SUBMITTED


def test_a_batch_takes_firms_outside_the_library_with_one_reason(firm, wu, wang):
    ready = submitted(firm, wu)
    outside = [factories.demand("SUBMITTED") for _ in range(2)]
    for demand in outside:
        demand.enterprise.in_library = False
        demand.enterprise.save()
    result = operations.check_many(
        [ready, *outside], "verify", by=wang, at=NOW, library_reason="关键零部件配套企业"
    )
    assert (len(result.done), result.refused) == (3, [])
    for demand in (ready, *outside):
        demand.refresh_from_db()
    assert [d.library_reason for d in (ready, *outside)] == ["", *["关键零部件配套企业"] * 2]
    assert {d.state for d in (ready, *outside)} == {S.VERIFIED}


@pytest.mark.parametrize("name", ["return", "refuse"])
def test_a_batch_with_a_note_needs_the_note(firm, wu, wang, name):
    demand = submitted(firm, wu)
    with pytest.raises(Refused):
        operations.check_many([demand], name, by=wang, at=NOW, note=" ")
    assert len(operations.check_many([demand], name, by=wang, at=NOW, note="资料不全").done) == 1


# The city -------------------------------------------------------------------------------


def test_a_list_is_published_frozen_and_masked(firm, wu, wang, chen, zhao):
    demand = verified(firm, wu, wang)
    listed = publish([demand], by=zhao, handler=chen)
    demand.refresh_from_db()
    assert (demand.state, demand.position, demand.list) == (S.PUBLISHED, 1, listed)
    assert demand.claims_until == listed.claims_until
    payload = str(listed.publication.payload)
    assert "芦淞区某企业" in payload
    for private in (firm.name, "13800000001", "吴示例"):
        assert private not in payload
        assert private not in demand.search_text
    assert Paper.objects.filter(kind="demand-list", subject_id=listed.pk).count() == 1
    assert Message.objects.filter(user=wu.user, subject__contains="第一批榜单").count() == 1


def test_a_second_list_has_the_next_number(firm, wu, wang, chen, zhao):
    first = publish([verified(firm, wu, wang)], by=zhao, handler=chen)
    second = publish([verified(firm, wu, wang)], by=zhao, handler=chen, at=NOW + HOUR)
    assert (first.ordinal, second.ordinal) == (1, 2)


def test_who_wrote_the_public_text_does_not_publish_it(firm, wu, wang, zhao):
    demand = verified(firm, wu, wang)
    with pytest.raises(Refused) as refused:
        publish([demand], by=zhao, handler=zhao)
    assert "另一人" in refused.value.problems[0].message
    assert not DemandList.objects.exists()
    assert not Publication.objects.exists()


def test_what_nobody_prepared_is_not_published(firm, wu, wang, zhao):
    demand = verified(firm, wu, wang)
    with pytest.raises(Refused):
        operations.publish_list(
            demand.round, [demand], claims_from=NOW, claims_until=NOW + HOUR, by=zhao, at=NOW
        )


@pytest.mark.parametrize("hours", [0, -1])
def test_a_window_ends_after_it_began(firm, wu, wang, chen, zhao, hours):
    demand = verified(firm, wu, wang)
    operations.prepare_demands([demand], by=chen, at=NOW)
    with pytest.raises(Refused) as refused:
        operations.publish_list(
            demand.round, [demand], claims_from=NOW, claims_until=NOW + hours * HOUR, by=zhao, at=NOW
        )
    assert {p.field for p in refused.value.problems} == {"claims_until"}


def test_only_the_chief_publishes(firm, wu, wang, chen):
    demand = verified(firm, wu, wang)
    with pytest.raises(NotAllowed):
        publish([demand], by=chen, handler=chen)


def test_the_public_text_gives_nobody_away(firm, wu, wang, chen):
    demand = verified(firm, wu, wang)
    with pytest.raises(Refused) as refused:
        operations.edit_public_text(
            demand, title="云帆示例精密制造的改造", text="请打 13800000001", revision=0, by=chen, at=NOW
        )
    assert len(refused.value.problems) == 2
    operations.edit_public_text(demand, title="产线改造", text="质量追溯。", revision=0, by=chen, at=NOW)
    with pytest.raises(Stale):
        operations.edit_public_text(demand, title="别的", text="别的。", revision=0, by=chen, at=NOW)
    demand.refresh_from_db()
    assert (demand.public_title, demand.situation) == ("产线改造", GOOD["trouble"]["situation"])


def test_back_to_the_county_and_not_published(firm, wu, wang, chen, zhao):
    demand = verified(firm, wu, wang)
    operations.city_return_demand(demand, note="请核对产业链", by=chen, at=NOW)
    assert demand.state == S.SUBMITTED
    operations.verify_demand(demand, by=wang, at=NOW)
    with pytest.raises(NotAllowed):
        operations.not_publish_demand(demand, note="不属支持范围", by=chen, at=NOW)
    operations.not_publish_demand(demand, note="不属支持范围", by=zhao, at=NOW)
    assert demand.state == S.NOT_PUBLISHED
    assert Message.objects.filter(user=wu.user, body="不属支持范围").count() == 1


# The clock ------------------------------------------------------------------------------


def close(monkeypatch, demand, claims, at):
    monkeypatch.setattr(
        queries.registered, "COUNTERS", counters := [lambda keys: dict.fromkeys(keys, claims)]
    )
    monkeypatch.setattr(operations.clock, "COUNTERS", counters)
    moved = operations.close_windows(at=at)
    demand.refresh_from_db()
    return moved


def test_a_closed_window_with_claims_leads_to_choosing(firm, wu, wang, chen, zhao, monkeypatch):
    demand = verified(firm, wu, wang)
    listed = publish([demand], by=zhao, handler=chen)
    assert close(monkeypatch, demand, 2, listed.claims_until - HOUR) == 0
    assert close(monkeypatch, demand, 2, listed.claims_until + 30 * HOUR) == 1
    assert demand.state == S.CHOOSING
    assert demand.choose_until == add_working_days(listed.claims_until, 10)


def test_a_demand_nobody_claimed_may_be_published_again(firm, wu, wang, chen, zhao, monkeypatch):
    demand = verified(firm, wu, wang)
    listed = publish([demand], by=zhao, handler=chen)
    later = listed.claims_until + HOUR
    assert close(monkeypatch, demand, 0, later) == 1
    assert demand.state == S.UNCLAIMED
    second = publish([demand], by=zhao, handler=chen, at=later)
    demand.refresh_from_db()
    assert (demand.state, demand.list, demand.number) == (S.PUBLISHED, second, "2023-D-0001")


def test_a_closed_round_closes_its_demands(firm, wu):
    demand = submitted(firm, wu)
    done = factories.demand("FULFILLED", enterprise=firm)
    assert operations.close_rounds(at=NOW) == 0
    demand.round.status = "CLOSED"
    demand.round.save()
    assert operations.close_rounds(at=NOW) == 1
    demand.refresh_from_db()
    done.refresh_from_db()
    assert (demand.state, done.state) == (S.CLOSED, S.FULFILLED)


# The county's Attachment 4 --------------------------------------------------------------


def test_a_summary_is_frozen_and_given_again_while_nothing_changed(firm, wu, wang):
    demand = verified(firm, wu, wang)
    where = factories.region()
    first = operations.freeze_summary(demand.round, where, by=wang, at=NOW)
    assert operations.freeze_summary(demand.round, where, by=wang, at=NOW + HOUR).pk == first.pk
    verified(firm, wu, wang)
    second = operations.freeze_summary(demand.round, where, by=wang, at=NOW + HOUR)
    assert (first.rows, second.rows, second.edition) == (1, 2, 2)
    with pytest.raises(NotAllowed):
        operations.freeze_summary(demand.round, factories.region("430281"), by=wang, at=NOW)
