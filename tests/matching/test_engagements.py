"""The contract from both signatures to acceptance, and the ways it can go wrong."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from demands.models import Demand
from institutions.models import PilotInstitution
from matching import queries
from matching.models import Engagement, ServiceLog
from matching.operations import choosing, engagements, files
from matching.rules import Split
from pilot_portal.attachments.models import AccessEntry, Attachment
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.notifications.models import Message
from pilot_portal.rounds.queries import add_working_days
from tests import factories
from tests.matching.market import (
    CHOOSING,
    DAY,
    PRICE,
    close,
    delivered,
    in_service,
    institution,
    lay_down,
    logged,
    pick,
    scan,
    submitted,
    terms,
)

pytestmark = pytest.mark.django_db
S = Engagement.State
TODAY = clock.beijing_date(CHOOSING)


@pytest.fixture
def side():
    return institution()


@pytest.fixture
def zhou(side):
    return side[1]


@pytest.fixture
def demand():
    return factories.demand("PUBLISHED")


@pytest.fixture
def wu(demand):
    return factories.enterprise_admin_wu(demand.enterprise)


@pytest.fixture
def agreed(demand, side, wu):
    claim = submitted(demand, side)
    close(demand)
    return pick(demand, claim, wu)


def fresh(engagement):
    return Engagement.objects.get(pk=engagement.pk)


def told(actor, words):
    return list(
        Message.objects.filter(user=actor.user, subject__contains=words).values_list("body", flat=True)
    )


# Both sign ------------------------------------------------------------------------------


def test_the_institution_lays_down_the_enterprise_confirms(agreed, zhou, wu):
    with pytest.raises(Stale, match="尚未提交合同"):
        engagements.sign(agreed, by=wu, at=CHOOSING)
    lay_down(agreed, zhou)
    assert told(wu, "待贵单位确认签约") == [""]
    assert (agreed.state, agreed.signed_on, agreed.ever_signed) == (S.AGREED, TODAY, False)
    engagements.sign(agreed, by=wu, at=CHOOSING)
    assert (fresh(agreed).state, fresh(agreed).ever_signed) == (S.SIGNED, True)
    assert told(zhou, "已签约") == [""]
    with pytest.raises(Stale):
        engagements.prepare_contract(agreed, terms(), by=zhou, at=CHOOSING)


def test_all_faults_of_a_contract_are_told_at_once(agreed, zhou):
    wrong = terms(
        split=Split(10_000_00, 0, 2_000_00, 8_000_01),
        signed_on=TODAY + DAY,
        ends_on=TODAY,
    )
    with pytest.raises(Refused) as refused:
        engagements.prepare_contract(agreed, wrong, by=zhou, at=CHOOSING)
    fields = {p.field for p in refused.value.problems}
    assert fields == {"list_price_fen", "signed_on", "ends_on", "contract"}
    assert fresh(agreed).institution_signed_at is None


def test_only_the_providers_administrator_lays_down_and_only_the_served_confirms(agreed, zhou, wu, side):
    files.add_file(agreed, scan(), purpose="contract", by=zhou, at=CHOOSING)
    member = factories.member(side[0].organisation, "institution_member")
    for actor in (member, wu, factories.institution_admin_zhou()):
        with pytest.raises(NotAllowed):
            engagements.prepare_contract(agreed, terms(), by=actor, at=CHOOSING)
    engagements.prepare_contract(agreed, terms(), by=zhou, at=CHOOSING)
    for actor in (
        zhou,
        factories.enterprise_admin_wu(),
        factories.member(wu.organisation, "enterprise_member"),
    ):
        with pytest.raises(NotAllowed):
            engagements.sign(agreed, by=actor, at=CHOOSING)


def test_a_contract_changed_after_it_was_read_is_not_confirmed_unread(agreed, zhou, wu):
    seen = lay_down(agreed, zhou).institution_signed_at
    engagements.prepare_contract(
        agreed, terms(split=Split(20_000_00, 0, 0, 20_000_00)), by=zhou, at=CHOOSING + DAY
    )
    with pytest.raises(Stale, match="重新核对"):
        engagements.sign(agreed, by=wu, at=CHOOSING + DAY, seen=seen)
    assert fresh(agreed).state == S.AGREED
    engagements.sign(agreed, by=wu, at=CHOOSING + DAY, seen=agreed.institution_signed_at)
    assert fresh(agreed).state == S.SIGNED


def test_who_stands_on_both_sides_neither_lays_down_nor_confirms(agreed, zhou, wu, side, demand):
    for actor, other in ((zhou, demand.enterprise.organisation), (wu, side[0].organisation)):
        actor.user.memberships.create(
            organisation=other, role=f"{other.kind}_member", starts_at=CHOOSING - DAY
        )
    with pytest.raises(NotAllowed, match="同时是对方单位"):
        engagements.prepare_contract(agreed, terms(), by=zhou, at=CHOOSING)
    lay_down(agreed, factories.institution_admin_zhou(side[0].organisation))
    with pytest.raises(NotAllowed, match="同时是对方单位"):
        engagements.sign(agreed, by=wu, at=CHOOSING)


# Service --------------------------------------------------------------------------------


def test_the_log_is_written_by_the_institution_s_people_while_it_serves(agreed, zhou, wu, side):
    member = factories.member(side[0].organisation, "institution_member")
    with pytest.raises(Stale):
        logged(agreed, zhou)
    in_service(agreed, zhou, wu)
    first = logged(agreed, member, stage=" 诊断 ", text=" 走访三个车间。 ")
    assert (first.written_by, first.stage, first.text) == (member.user, "诊断", "走访三个车间。")
    for actor in (wu, factories.institution_admin_zhou()):
        with pytest.raises(NotAllowed):
            logged(agreed, actor)
    engagements.deliver(agreed, by=zhou, at=CHOOSING)
    with pytest.raises(Stale):
        logged(agreed, zhou)
    assert ServiceLog.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"on": TODAY + DAY}, "on"),
        ({"on": TODAY - DAY}, "on"),  # before the contract begins
        ({"hours": Decimal(0)}, "hours"),
        ({"hours": Decimal("24.1")}, "hours"),
        ({"people": 0}, "people"),
        ({"people": 100_000}, "people"),
        ({"text": " \n"}, "text"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_at_its_field(agreed, zhou, wu, changed, field):
    in_service(agreed, zhou, wu)
    with pytest.raises(Refused) as refused:
        logged(agreed, zhou, **changed)
    assert [p.field for p in refused.value.problems] == [field]
    assert not ServiceLog.objects.exists()


def test_the_log_is_only_ever_added_to(agreed, zhou, wu):
    in_service(agreed, zhou, wu)
    first = logged(agreed, zhou, hours=Decimal("3.5"))
    before = ServiceLog.objects.filter(pk=first.pk).values().get()
    logged(agreed, zhou, hours=Decimal(4), text="更正：3.5 小时应为 4 小时。")
    assert ServiceLog.objects.filter(pk=first.pk).values().get() == before
    assert [log.hours for log in queries.logs_of(agreed)] == [Decimal("4.0"), Decimal("3.5")]


def test_an_entry_written_on_a_page_opened_before_the_delivery_is_refused(agreed, zhou, wu):
    in_service(agreed, zhou, wu)
    logged(agreed, zhou)
    opened = fresh(agreed)
    engagements.deliver(agreed, by=zhou, at=CHOOSING)
    with pytest.raises(Stale, match="刚提交验收"):
        logged(opened, zhou)
    assert ServiceLog.objects.count() == 1


def test_without_a_log_nothing_is_handed_over(agreed, zhou, wu):
    in_service(agreed, zhou, wu)
    with pytest.raises(NotAllowed):  # a stranger learns nothing of the log
        engagements.deliver(agreed, by=wu, at=CHOOSING)
    with pytest.raises(Refused, match="还没有服务记录"):
        engagements.deliver(agreed, by=zhou, at=CHOOSING)
    logged(agreed, zhou)
    engagements.deliver(agreed, by=zhou, at=CHOOSING)
    assert fresh(agreed).accept_until == add_working_days(CHOOSING, 10)
    assert told(wu, "请在 10 个工作日内验收") == [""]


# Evidence -------------------------------------------------------------------------------


def test_evidence_is_added_by_the_institution_until_the_contract_ended(agreed, zhou, wu):
    with pytest.raises(NotAllowed):
        files.add_file(agreed, scan(), purpose="invoice", by=wu, at=CHOOSING)
    with pytest.raises(Refused, match="文件用途"):
        files.add_file(agreed, scan(), purpose="anything", by=zhou, at=CHOOSING)
    disguised = SimpleUploadedFile("发票.pdf", b"MZ\x90 program", "application/pdf")
    with pytest.raises(Refused, match="扩展名不符"):
        files.add_file(agreed, disguised, purpose="invoice", by=zhou, at=CHOOSING)
    files.add_file(agreed, scan("发票.pdf"), purpose="invoice", by=zhou, at=CHOOSING)
    assert [row["title"] for row in queries.file_rows(agreed)] == ["发票：发票.pdf"]
    Engagement.objects.filter(pk=agreed.pk).update(state="TERMINATED")
    with pytest.raises(Stale):
        files.add_file(fresh(agreed), scan(), purpose="invoice", by=zhou, at=CHOOSING)


def test_evidence_is_handed_to_whoever_sees_the_contract_and_every_look_is_noted(agreed, zhou, wu, client_of):
    files.add_file(agreed, scan(), purpose="contract", by=zhou, at=CHOOSING)
    url = f"/files/{Attachment.objects.get().uuid}/"
    far = factories.region("430281")
    may = [zhou, wu, factories.county_reviewer_wang(), factories.city_chief_zhao()]
    may.append(factories.member(factories.organisation("city"), "auditor"))
    may_not = [
        None,
        factories.institution_admin_zhou(),
        factories.enterprise_admin_wu(),
        factories.county_reviewer_wang(far),
        factories.member(factories.organisation("city"), "sysadmin"),
        factories.member(factories.organisation("city"), "expert"),
    ]
    for actor in may:
        answer = client_of(actor).get(url)
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert [client_of(actor).get(url).status_code for actor in may_not] == [404] * 6
    assert AccessEntry.objects.filter(what__contains="合同.pdf").count() == 5


# Acceptance -----------------------------------------------------------------------------


def test_the_enterprise_accepts_at_the_prices_paid_and_the_demand_is_fulfilled(agreed, zhou, wu, demand):
    delivered(agreed, zhou, wu)
    engagements.accept(agreed, actual=Split(9_000_00, 0, 2_000_00, 7_000_00), by=wu, at=CHOOSING)
    kept = fresh(agreed)
    assert (kept.state, kept.accepted_at) == (S.ACCEPTED, CHOOSING)
    assert (kept.actual_list_price_fen, kept.actual_enterprise_fen, kept.list_price_fen) == (
        9_000_00,
        7_000_00,
        PRICE.list_price,
    )
    demand.refresh_from_db()
    assert demand.state == Demand.State.FULFILLED
    assert told(zhou, "已验收") == [""]


@pytest.mark.parametrize("wrong", [Split(9_000_00, 0, 0, 8_999_99), Split(9_000_00, 1, 0, 8_999_99)])
def test_prices_that_do_not_add_up_or_were_never_promised_are_not_accepted(agreed, zhou, wu, wrong):
    delivered(agreed, zhou, wu)
    with pytest.raises(Refused):
        engagements.accept(agreed, actual=wrong, by=wu, at=CHOOSING)
    assert fresh(agreed).state == S.DELIVERED


def test_a_dispute_needs_its_reason_and_reaches_institution_and_county(agreed, zhou, wu, demand):
    li = factories.county_approver_li(demand.region)
    delivered(agreed, zhou, wu)
    with pytest.raises(Refused):
        engagements.dispute(agreed, by=wu, at=CHOOSING, note="")
    engagements.dispute(agreed, by=wu, at=CHOOSING, note="缺实施记录")
    assert fresh(agreed).state == S.DISPUTED
    assert told(zhou, "验收有异议") == told(li, "请协调") == ["缺实施记录"]


def test_after_mending_it_is_handed_over_and_accepted_again(agreed, zhou, wu, demand):
    delivered(agreed, zhou, wu)
    engagements.dispute(agreed, by=wu, at=CHOOSING, note="缺实施记录")
    engagements.resume(
        agreed, by=factories.county_reviewer_wang(demand.region), at=CHOOSING, note="十日内补齐"
    )
    assert fresh(agreed).state == S.IN_SERVICE
    assert told(wu, "继续服务") == told(zhou, "继续服务") == ["十日内补齐"]
    logged(agreed, zhou, text="补齐实施记录。")
    later = CHOOSING + DAY
    engagements.deliver(agreed, by=zhou, at=later)
    assert fresh(agreed).accept_until == add_working_days(later, 10)
    engagements.accept(agreed, actual=PRICE, by=wu, at=later)
    assert fresh(agreed).state == S.ACCEPTED


def test_a_settled_dispute_is_accepted_at_the_agreed_prices(agreed, zhou, wu, demand):
    delivered(agreed, zhou, wu)
    engagements.dispute(agreed, by=wu, at=CHOOSING, note="缺实施记录")
    engagements.settle(agreed, by=wu, at=CHOOSING)
    assert (fresh(agreed).state, fresh(agreed).actual_list_price_fen) == (S.ACCEPTED, PRICE.list_price)
    demand.refresh_from_db()
    assert demand.state == Demand.State.FULFILLED


def test_after_silence_the_county_s_approver_accepts_with_grounds_not_a_moment_earlier(
    agreed, zhou, wu, demand
):
    li, wang = factories.county_approver_li(demand.region), factories.county_reviewer_wang(demand.region)
    delivered(agreed, zhou, wu)
    until = fresh(agreed).accept_until
    second = dt.timedelta(seconds=1)
    with pytest.raises(NotAllowed):
        engagements.accept_by_county(agreed, by=wang, at=until - second, note="电话三次，上门一次")
    with pytest.raises(Stale, match="期限还没有到"):
        engagements.accept_by_county(agreed, by=li, at=until - second, note="电话三次，上门一次")
    with pytest.raises(Refused):
        engagements.accept_by_county(agreed, by=li, at=until, note="")
    engagements.accept_by_county(agreed, by=li, at=until, note="电话三次，上门一次")
    assert (fresh(agreed).state, fresh(agreed).accepted_at) == (S.ACCEPTED_BY_COUNTY, until)
    assert told(wu, "县区核定验收") == told(zhou, "县区核定验收") == ["电话三次，上门一次"]
    demand.refresh_from_db()
    assert demand.state == Demand.State.FULFILLED


# The end --------------------------------------------------------------------------------


def test_terminating_needs_a_cause_keeps_the_place_and_opens_the_demand_again(agreed, zhou, wu, demand, side):
    li = factories.county_approver_li(demand.region)
    in_service(agreed, zhou, wu)
    with pytest.raises(NotAllowed):
        engagements.terminate(agreed, cause="nobody", by=wu, at=CHOOSING, note="停产")
    with pytest.raises(Refused, match="终止原因"):
        engagements.terminate(agreed, cause="nobody", by=li, at=CHOOSING, note="停产")
    engagements.terminate(agreed, cause="enterprise", by=li, at=CHOOSING, note="停产")
    assert (fresh(agreed).state, fresh(agreed).terminated_cause) == (S.TERMINATED, "enterprise")
    assert told(wu, "已终止") == told(zhou, "已终止") == ["停产"]
    demand.refresh_from_db()
    assert demand.state == Demand.State.CHOOSING
    # It was contracted with this firm: the place stays taken (domain.md §3).
    assert PilotInstitution.objects.get(pk=side[0].pk).taken == 1


@pytest.mark.parametrize("accepted_first", [True, False])
def test_of_two_contracts_one_accepted_and_one_terminated_fulfil_the_demand(
    demand, side, zhou, wu, accepted_first
):
    other = institution()
    offers = [submitted(demand, side), submitted(demand, other)]
    close(demand)
    first, second = choosing.choose(demand, {"digital": offers[0], "testing": offers[1]}, by=wu, at=CHOOSING)
    delivered(first, zhou, wu)
    in_service(second, other[1], wu)
    li = factories.county_approver_li(demand.region)
    acts = [
        lambda: engagements.accept(first, actual=PRICE, by=wu, at=CHOOSING),
        lambda: engagements.terminate(second, cause="institution", by=li, at=CHOOSING, note="停止服务"),
    ]
    for act in acts if accepted_first else reversed(acts):
        demand.refresh_from_db()
        assert demand.state == Demand.State.MATCHED
        act()
    demand.refresh_from_db()
    assert demand.state == Demand.State.FULFILLED
