"""The roster: confirmed with its promise, published in editions, warned, suspended, left, removed."""

import datetime as dt

import pytest

from evaluation.management import story
from institutions import documents
from institutions.models import Application, PilotInstitution
from institutions.operations import confirmation, review, roster
from pilot_portal.bulletin.models import Publication
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.documents.registry import Printing
from pilot_portal.notifications.models import Message
from pilot_portal.rounds.operations import change_setting
from pilot_portal.rounds.queries import add_working_days, frozen_settings
from pilot_portal.workflow.queries import audit_problems, trail
from tests import factories
from tests.factories import NOW
from tests.institutions.seed import DAY, HOUR, SECOND, sent
from tests.queries import assert_same_queries
from tests.races import race

pytestmark = pytest.mark.django_db
ROSTER = "/desk/city/roster/"
NUMBER = "示例工信〔2023〕9号"


@pytest.fixture
def zhao():
    return factories.city_chief_zhao()


@pytest.fixture
def chen():
    return factories.city_handler_chen()


def read(answered):
    return answered.content.decode()


def again(row):
    return type(row).objects.get(pk=row.pk)


def told(actor, words):
    return Message.objects.filter(user=actor.user, subject__contains=words).count()


def people_of(pilot):
    return factories.institution_admin_zhou(pilot.organisation)


def proposed(chen, zhou=None):
    """A real application, proposed; its round does without publicity."""
    case = sent(zhou or factories.institution_admin_zhou())
    change_setting(case.round, "publicity_on", value=False, by=chen, at=NOW)
    review.recommend(case, by=factories.county_approver_li(), at=NOW)
    confirmation.propose(again(case), by=chen, at=NOW)
    return again(case)


def suspend(pilot, zhao, at=NOW, **how):
    roster.suspend(pilot, note="核查期间", document_number=NUMBER, by=zhao, at=at, **how)


# Confirming -------------------------------------------------------------------------------


def test_a_confirmed_institution_stands_with_what_it_promised(chen, zhao):
    zhou = factories.institution_admin_zhou()
    case = proposed(chen, zhou)
    pilot = confirmation.confirm(case, by=zhao, at=NOW + HOUR)
    version = case.versions.get()
    assert (pilot.state, pilot.capacity, pilot.committed) == ("LISTED", version.capacity, version.committed)
    assert set(pilot.kinds.all()) == set(version.kinds.all())
    assert pilot.listed_at == again(case).decided_at == NOW + HOUR
    assert told(zhou, "已确认为2023年度试点服务机构") == 1
    assert {"exit_satisfied_share", "award_count"} <= set(frozen_settings(case.round))


def test_who_proposed_never_confirms(chen):
    case = proposed(chen)
    as_chief = factories.member(chen.organisation, "city_chief", "赵示例")
    Application.objects.filter(pk=case.pk).update(proposed_by=as_chief.user)
    with pytest.raises(NotAllowed):
        confirmation.confirm(again(case), by=as_chief, at=NOW)
    with pytest.raises(NotAllowed):
        confirmation.confirm(again(case), by=chen, at=NOW)
    assert not PilotInstitution.objects.exists()


def test_a_batch_confirms_what_can_be_and_tells_the_rest(chen, zhao):
    good, gone = proposed(chen), factories.application("DECLINED")
    done = confirmation.confirm_many([good, gone], by=zhao, at=NOW)
    assert [case.pk for case in done.done] == [good.pk]
    assert [case.pk for case, _ in done.refused] == [gone.pk]
    assert PilotInstitution.objects.count() == 1


def test_not_confirmed_it_may_be_reinstated_with_a_document_and_revoked_again(chen, zhao):
    zhou = factories.institution_admin_zhou()
    case = proposed(chen, zhou)
    confirmation.not_confirm(case, note="服务方向不符", by=zhao, at=NOW)
    with pytest.raises(Refused, match="文号"):
        confirmation.reinstate(again(case), note="异议成立", document_number=" ", by=zhao, at=NOW)
    pilot = confirmation.reinstate(again(case), note="异议成立", document_number=NUMBER, by=zhao, at=NOW)
    assert (again(case).state, pilot.state) == ("CONFIRMED", "LISTED")
    confirmation.revoke(again(case), note="材料不实", document_number=NUMBER, by=zhao, at=NOW + DAY)
    assert (again(case).state, again(pilot).state) == ("REVOKED", "REMOVED")
    assert trail("institutions.pilotinstitution", pilot.pk).last().data["document_number"] == NUMBER
    assert told(zhou, "已撤销确认") == 1


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_confirmed_twice_at_once_it_stands_once():
    chen, chiefs = factories.city_handler_chen(), [factories.city_chief_zhao() for _ in range(2)]
    case = proposed(chen)
    copies = [Application.objects.select_related("round", "organisation").get(pk=case.pk) for _ in chiefs]
    pairs = zip(copies, chiefs, strict=True)
    results = race(*[lambda c=c, by=by: confirmation.confirm(c, by=by, at=NOW) for c, by in pairs])
    assert sum(isinstance(result, Stale) for result in results) == 1
    assert PilotInstitution.objects.count() == 1
    assert audit_problems("institutions.pilotinstitution") == []


# Publishing -------------------------------------------------------------------------------


def test_the_roster_is_a_frozen_list_without_contacts_and_the_paper_says_the_same(chen, zhao, client_of):
    pilot = confirmation.confirm(proposed(chen), by=zhao, at=NOW)
    notice = roster.publish_roster(pilot.round, document_number=NUMBER, by=zhao, at=NOW)
    (row,) = notice.payload["rows"]
    assert (row["name"], row["committed"]) == (pilot.organisation.name, pilot.committed)
    assert again(pilot).published_at == NOW
    PilotInstitution.objects.update(committed=99)
    guest = client_of()
    shown = read(guest.get(f"/notices/{notice.number}/"))
    assert pilot.organisation.name in shown
    assert NUMBER in shown
    version = pilot.application.versions.get()
    for private in (version.contact, version.phone, pilot.organisation.legal_representative):
        assert private not in shown
        assert private not in read(guest.get(f"/institutions/{pilot.pk}/"))
        assert private not in read(guest.get("/institutions/"))
    kind = documents.ROSTER
    assert kind.build(notice, Printing("https://example.test/verify/0/", kind.layout, NOW))[:5] == b"%PDF-"


def test_a_later_edition_replaces_the_former_and_the_same_is_not_published_twice(zhao):
    first = factories.pilot()
    before = roster.publish_roster(first.round, by=zhao, at=NOW)
    with pytest.raises(Stale, match="没有变化"):
        roster.publish_roster(first.round, by=zhao, at=NOW)
    second = factories.pilot()
    gone = factories.pilot("EXITED")
    after = roster.publish_roster(first.round, by=zhao, at=NOW + DAY)
    assert (after.edition, after.replaces) == (2, before)
    names = [row["name"] for row in after.payload["rows"]]
    assert names == [first.organisation.name, second.organisation.name]
    assert gone.organisation.name not in names
    assert [again(p).published_at for p in (first, second)] == [NOW, NOW + DAY]


def test_an_empty_roster_and_a_stranger_s_are_refused(chen, zhao):
    with pytest.raises(Stale, match="还没有确认"):
        roster.publish_roster(factories.make_round(), by=zhao, at=NOW)
    with pytest.raises(NotAllowed):
        roster.publish_roster(factories.pilot().round, by=chen, at=NOW)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_published_twice_at_once_it_is_one_edition():
    in_round, chiefs = factories.pilot().round, [factories.city_chief_zhao() for _ in range(2)]
    results = race(*[lambda by=by: roster.publish_roster(in_round, by=by, at=NOW) for by in chiefs])
    assert sum(isinstance(result, Stale) for result in results) == 1
    assert Publication.objects.count() == 1


# Its life ---------------------------------------------------------------------------------


def test_warned_mended_and_found_right(zhao):
    pilot = factories.pilot()
    zhou = people_of(pilot)
    roster.warn(pilot, note="记录不全", days=5, by=zhao, at=NOW)
    assert (again(pilot).state, again(pilot).rectify_until) == ("WARNED", add_working_days(NOW, 5))
    roster.take_up(again(pilot), by=zhou, at=NOW + HOUR)
    roster.restore(again(pilot), by=zhao, at=NOW + DAY)
    assert (again(pilot).state, again(pilot).rectify_until) == ("LISTED", None)
    assert [told(zhou, words) for words in ("整改通知", "恢复试点")] == [1, 1]


@pytest.mark.parametrize("state", ["LISTED", "WARNED", "RECTIFYING"])
def test_after_a_suspension_it_stands_where_it_stood(zhao, client_of, state):
    pilot = factories.pilot(state)
    suspend(pilot, zhao)
    assert (again(pilot).state, again(pilot).suspended_until) == ("SUSPENDED", NOW + 30 * DAY)
    assert roster.resume_overdue(at=NOW + 30 * DAY - SECOND) == 0
    assert [roster.resume_overdue(at=NOW + 30 * DAY) for _ in range(2)] == [1, 0]
    assert (again(pilot).state, again(pilot).suspended_until) == (state, None)
    suspend(again(pilot), zhao, days=10)
    assert client_of(zhao).post(f"{ROSTER}{pilot.pk}/resume_listed/").status_code == 302
    assert again(pilot).state == state


def test_a_suspension_needs_its_document(zhao):
    pilot = factories.pilot()
    with pytest.raises(Refused, match="文号"):
        roster.suspend(pilot, note="核查", document_number=" ", by=zhao, at=NOW)
    assert again(pilot).state == "LISTED"


def test_it_is_removed_only_after_the_notice_and_the_days_to_reply(zhao, client_of):
    pilot = factories.pilot()
    zhou = people_of(pilot)

    def remove(at):
        return roster.remove(again(pilot), note="满意率低于规定", document_number=NUMBER, by=zhao, at=at)

    with pytest.raises(Stale, match="事先告知"):
        remove(NOW)
    roster.give_removal_notice(pilot, note="满意率低于规定", by=zhao, at=NOW)
    until = add_working_days(NOW, 5)
    with pytest.raises(Stale, match=clock.spoken(until)):
        remove(until - SECOND)
    notice = remove(until)
    assert again(pilot).state == "REMOVED"
    assert notice.kind == Publication.Kind.REMOVAL
    assert told(zhou, "移出决定") == 1
    guest = client_of()
    assert pilot.organisation.name in read(guest.get(f"/notices/{notice.number}/"))


def test_an_answer_given_earlier_ends_the_waiting(zhao):
    pilot = factories.pilot()
    roster.give_removal_notice(pilot, note="满意率低于规定", by=zhao, at=NOW)
    roster.reply_to_notice(again(pilot), "没有异议。", by=people_of(pilot), at=NOW + HOUR)
    roster.remove(again(pilot), note="满意率低于规定", document_number=NUMBER, by=zhao, at=NOW + DAY)
    assert again(pilot).state == "REMOVED"


@pytest.mark.parametrize("state", ["REMOVED", "EXITED", "COMPLETED"])
def test_who_has_left_gets_no_notice_any_more(zhao, state):
    with pytest.raises(Stale):
        roster.give_removal_notice(factories.pilot(state), note="理由", by=zhao, at=NOW)


# The pages --------------------------------------------------------------------------------


def test_the_chief_s_pages_keep_what_was_typed(zhao, client_of):
    pilot, browser = factories.pilot(), client_of(zhao)
    assert pilot.organisation.name in read(browser.get(f"{ROSTER}?round=2023"))
    for name, typed, lacking in (
        ("warn", {"note": "记录不全", "days": ""}, "记录不全"),
        ("suspend", {"note": "核查期间", "days": "30", "document_number": ""}, "核查期间"),
        ("remove", {"note": "满意率低", "document_number": ""}, "满意率低"),
    ):
        answered = browser.post(f"{ROSTER}{pilot.pk}/{name}/", typed)
        assert answered.status_code == 422
        assert lacking in read(answered)
    early = browser.post(f"{ROSTER}{pilot.pk}/remove/", {"note": "满意率低", "document_number": NUMBER})
    assert early.status_code == 409
    assert NUMBER in read(early)
    assert browser.get(f"{ROSTER}{pilot.pk}/explode/").status_code == 404
    assert again(pilot).state == "LISTED"


@pytest.mark.parametrize("days", ["0", "-3", "1.5", "十", "99999999999", "400"])
def test_days_that_are_none_are_refused(zhao, client_of, days):
    pilot = factories.pilot()
    for name in ("warn", "suspend"):
        typed = {"note": "理由", "days": days, "document_number": NUMBER}
        assert client_of(zhao).post(f"{ROSTER}{pilot.pk}/{name}/", typed).status_code == 422
    assert again(pilot).state == "LISTED"


def test_the_public_finds_by_county_and_kind_and_sees_who_left(client_of):
    here = factories.pilot()
    there = factories.pilot(
        "REMOVED",
        application=factories.application(
            "CONFIRMED", organisation=factories.institution(region=factories.region("430281"))
        ),
    )
    PilotInstitution.objects.update(published_at=NOW)
    guest = client_of()
    everybody = read(guest.get("/institutions/"))
    assert here.organisation.name in everybody
    assert "已移出" in everybody
    county = read(guest.get("/institutions/?region=430281"))
    assert there.organisation.name in county
    assert here.organisation.name not in county
    kind = here.kinds.first()
    here.kinds.remove(kind)
    assert here.organisation.name not in read(guest.get(f"/institutions/?kind={kind.code}"))
    assert guest.get("/institutions/?region=nowhere&kind=none").status_code == 200


def test_unpublished_ones_are_not_public(client_of):
    pilot = factories.pilot()
    assert pilot.organisation.name not in read(client_of().get("/institutions/"))
    assert client_of().get(f"/institutions/{pilot.pk}/").status_code == 404


@pytest.mark.parametrize(("address", "public"), [(ROSTER, False), ("/institutions/", True)])
def test_a_list_costs_the_same_with_thirty_rows(client_of, zhao, address, public):
    def add(count):
        for _ in range(count):
            factories.pilot(published_at=NOW)

    assert_same_queries(client_of() if public else client_of(zhao), address, add_rows=add)


def test_the_story_of_a_year_goes_through_the_same_acts(chen, zhao):
    zhou = factories.institution_admin_zhou()
    case = sent(zhou)
    review.recommend(case, by=factories.county_approver_li(), at=NOW)
    (pilot,) = story.confirm([again(case)], chen, zhao, NOW + DAY)
    assert pilot.listed_at >= add_working_days(NOW + DAY, 5)
    assert Publication.objects.filter(kind=Publication.Kind.PUBLICITY).count() == 1
    assert isinstance(pilot.listed_at, dt.datetime)
