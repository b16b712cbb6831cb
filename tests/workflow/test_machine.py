"""The machine: who may, one conditional UPDATE, one entry. Whatever comes at once, one wins."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from institutions.models import Application
from institutions.workflow import APPLICATION
from pilot_portal.accounts.models import Grant, Invitation
from pilot_portal.accounts.operations import approve_grant, refuse_grant
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.notifications.models import Message
from pilot_portal.workflow.machine import Move, Workflow, entry_digest
from pilot_portal.workflow.models import Entry
from pilot_portal.workflow.queries import audit_problems, timeline, trail
from tests import factories
from tests.factories import NOW
from tests.races import race

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
CASE = "institutions.application"
S = Application.State
in_database = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def wang():
    return factories.county_reviewer_wang()


@pytest.fixture
def li():
    return factories.county_approver_li()


def stored(case):
    return type(case).objects.filter(pk=case.pk).values().get()


def again(case):
    """The same case as another process reads it."""
    return type(case).objects.get(pk=case.pk)


def test_a_move_writes_state_step_and_one_entry_that_follows_the_last(wang):
    case = factories.application("SUBMITTED")
    before = case.digest
    entry = APPLICATION.move(case, "return", by=wang, at=NOW, note=" 缺执照 ", data={"sections": ["basic"]})
    kept = Entry.objects.get(pk=entry.pk)
    assert (case.state, case.step, case.digest) == ("RETURNED", 1, kept.digest)
    assert (again(case).state, again(case).step, again(case).digest) == ("RETURNED", 1, kept.digest)
    assert (kept.from_state, kept.to_state, kept.previous_digest) == ("SUBMITTED", "RETURNED", before)
    assert (kept.user, kept.organisation, kept.role) == (wang.user, wang.organisation, "county_handler")
    assert kept.actor_display == wang.display
    assert (kept.note, kept.data, kept.at) == ("缺执照", {"sections": ["basic"]}, NOW)
    assert kept.digest == entry_digest(kept)


def test_further_columns_are_written_by_the_same_update(wang):
    case = factories.application("SUBMITTED")
    APPLICATION.move(case, "return", by=wang, at=NOW, note="缺执照", mend_until=NOW + dt.timedelta(days=7))
    assert case.mend_until == again(case).mend_until == NOW + dt.timedelta(days=7)


@pytest.mark.parametrize(
    ("role", "name", "note", "refusal"),
    [
        ("enterprise_admin", "return", "缺执照", NotAllowed),
        ("county_handler", "return", "  ", Refused),
        ("county_approver", "recall", "写错", Stale),
        # Who may never do it is told that, not that the state is another.
        ("enterprise_admin", "recall", "", NotAllowed),
    ],
)
def test_a_refused_move_writes_nothing(role, name, note, refusal):
    case = factories.application("SUBMITTED")
    actor, before = factories.actor_for(role, case), stored(case)
    with pytest.raises(refusal) as refused:
        APPLICATION.move(case, name, by=actor, at=NOW, note=note)
    assert type(refused.value) is refusal
    assert stored(case) == before
    assert (case.state, case.step) == ("SUBMITTED", 0)
    assert trail(CASE, case.pk).count() == 1


def test_a_copy_read_before_somebody_else_s_move_is_stale(wang):
    case = factories.application("SUBMITTED")
    old = again(case)
    APPLICATION.move(case, "return", by=wang, at=NOW, note="缺执照")
    before = stored(case)
    with pytest.raises(Stale, match="请刷新") as refused:
        APPLICATION.move(old, "return", by=wang, at=NOW, note="缺公章")
    assert refused.value.status == 409
    assert stored(case) == before


def test_a_copy_is_stale_also_when_the_case_has_come_back_to_its_state(li):
    case = factories.application("RECOMMENDED")
    old = again(case)
    APPLICATION.move(case, "recall", by=li, at=NOW, note="写错")
    Application.objects.filter(pk=case.pk).update(state="RECOMMENDED")
    with pytest.raises(Stale):
        APPLICATION.move(old, "recall", by=li, at=NOW, note="写错")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_at_once_one_wins_and_the_other_is_told():
    case = factories.application("SUBMITTED")
    people = [factories.county_reviewer_wang(), factories.county_approver_li()]
    copies = [again(case) for _ in people]
    results = race(
        lambda: APPLICATION.move(copies[0], "return", by=people[0], at=NOW, note="缺执照"),
        lambda: APPLICATION.move(copies[1], "decline", by=people[1], at=NOW, note="不在本市"),
    )
    won = [r for r in results if isinstance(r, Entry)]
    assert len(won) == 1
    assert [r.status for r in results if isinstance(r, Refused)] == [409]
    assert [e.pk for e in trail(CASE, case.pk)][1:] == [won[0].pk]
    assert (again(case).state, again(case).step) == (won[0].to_state, 1)


@pytest.mark.django_db(transaction=True)
def test_an_operation_that_loses_leaves_nothing_of_its_own_either():
    grant = factories.grant("REQUESTED", requested_by=factories.user())
    chiefs = [factories.city_chief_zhao() for _ in range(3)]
    copies = [again(grant) for _ in chiefs]
    results = race(
        lambda: approve_grant(copies[0], by=chiefs[0], at=NOW),
        lambda: approve_grant(copies[1], by=chiefs[1], at=NOW),
        lambda: refuse_grant(copies[2], by=chiefs[2], at=NOW, note="人数已满"),
    )
    state = again(grant).state
    assert sum(isinstance(r, Stale) for r in results) == 2
    assert Invitation.objects.count() == (1 if state == Grant.State.APPROVED else 0)
    assert Message.objects.filter(user=grant.requested_by).count() == 1
    assert trail("accounts.grant", grant.pk).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_batch_and_a_single_move_at_once_move_each_case_once(wang, li):
    cases = [factories.application("SUBMITTED") for _ in range(5)]
    batch, single = [again(c) for c in cases], again(cases[2])
    applied, entry = race(
        lambda: APPLICATION.apply_many(batch, "return", by=wang, at=NOW, note="缺执照"),
        lambda: APPLICATION.move(single, "decline", by=li, at=NOW, note="不在本市"),
    )
    assert len(applied.done) + isinstance(entry, Entry) == 5
    assert len(applied.done) + len(applied.refused) == 5
    assert {again(c).step for c in cases} == {1}
    assert audit_problems(CASE) == []


# Many at once is the same as one by one ----------------------------------------------------


def said(case):
    """The trail of a case without what tells two cases apart."""
    shown = ("step", "move", "from_state", "to_state", "user_id", "role", "actor_display", "note", "data")
    return [tuple(getattr(entry, name) for name in shown) for entry in trail(CASE, case.pk)]


@in_database
@given(states=st.lists(st.sampled_from(S.values), min_size=1, max_size=8), foreign=st.integers(0, 7))
def test_a_batch_does_what_single_moves_do(wang, states, foreign):
    def world():
        bodies = [
            factories.institution(region=factories.region("430281" if n == foreign else "430203"))
            for n in range(len(states))
        ]
        return [factories.application(s, organisation=b) for s, b in zip(states, bodies, strict=True)]

    many, singly = world(), world()
    applied = APPLICATION.apply_many(many, "return", by=wang, at=NOW, note="缺执照", data={"n": 1})
    refused = {}
    for n, case in enumerate(singly):
        try:
            APPLICATION.move(case, "return", by=wang, at=NOW, note="缺执照", data={"n": 1})
        except Refused as refusal:
            refused[n] = refusal.message
    places = {case.pk: n for n, case in enumerate(many)}
    assert {places[case.pk]: why for case, why in applied.refused} == refused
    assert {places[case.pk] for case in applied.done} == set(range(len(states))) - refused.keys()
    assert [said(c) for c in many] == [said(c) for c in singly]
    for case, twin in zip(many, singly, strict=True):
        assert (case.state, case.step) == (twin.state, twin.step)
        assert (again(case).state, again(case).digest) == (case.state, case.digest)
    assert audit_problems(CASE) == []


def test_a_batch_with_one_that_somebody_was_quicker_with_moves_the_others(wang, li):
    cases = [factories.application("SUBMITTED") for _ in range(3)]
    APPLICATION.move(again(cases[1]), "decline", by=li, at=NOW, note="不在本市")
    applied = APPLICATION.apply_many(cases, "return", by=wang, at=NOW, note="缺执照")
    assert applied.done == [cases[0], cases[2]]
    assert [case for case, _ in applied.refused] == [cases[1]]
    assert "刚被他人办理" in applied.refused[0][1]
    assert [again(c).state for c in cases] == ["RETURNED", "DECLINED", "RETURNED"]
    assert audit_problems(CASE) == []


def test_a_case_that_stands_twice_in_a_batch_is_moved_once(wang):
    case = factories.application("SUBMITTED")
    applied = APPLICATION.apply_many([case, again(case)], "return", by=wang, at=NOW, note="缺执照")
    assert (len(applied.done), len(applied.refused)) == (1, 1)
    assert audit_problems(CASE) == []


def test_a_batch_without_its_note_is_refused_whole(wang):
    case = factories.application("SUBMITTED")
    with pytest.raises(Refused, match="理由"):
        APPLICATION.apply_many([case], "return", by=wang, at=NOW, note=" ")
    assert again(case).state == "SUBMITTED"


def draft():
    return Application(
        round=factories.make_round(),
        organisation=(body := factories.institution()),
        region=body.region,
        created_at=NOW,
    )


def test_many_started_at_once_are_as_if_started_one_by_one():
    zhou = factories.institution_admin_zhou()
    many = APPLICATION.start_many([draft(), draft()], by=zhou, at=NOW, data={"row": 5})
    single = draft()
    APPLICATION.start(single, by=zhou, at=NOW, data={"row": 5})
    assert said(many[0]) == said(many[1]) == said(single)
    assert [again(c).state for c in many] == ["DRAFT", "DRAFT"]
    assert APPLICATION.start_many([], by=zhou, at=NOW) == []
    assert audit_problems(CASE) == []


def test_a_start_against_a_constraint_leaves_no_entry():
    zhou, first = factories.institution_admin_zhou(), draft()
    APPLICATION.start(first, by=zhou, at=NOW)
    second = draft()
    second.organisation = first.organisation
    with pytest.raises(IntegrityError), transaction.atomic():
        APPLICATION.start(second, by=zhou, at=NOW)
    assert Entry.objects.count() == Application.objects.count() == 1


# The chain ---------------------------------------------------------------------------------

words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
contents = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


@in_database
@given(note=words, data=st.dictionaries(words, contents, max_size=3), micro=st.integers(0, 999_999))
def test_the_digest_of_an_entry_is_the_same_when_it_is_read_again(li, note, data, micro):
    case = factories.application("SUBMITTED")
    at = NOW.replace(microsecond=micro)
    entry = APPLICATION.move(case, "recommend", by=li, at=at, note=note, data=data)
    kept = Entry.objects.get(pk=entry.pk)
    assert entry_digest(kept) == kept.digest == entry.digest
    kept.at = kept.at.astimezone(dt.UTC)
    assert entry_digest(kept) == entry.digest


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("case_type", "demands.demand"),
        ("case_id", 0),
        ("step", 7),
        ("move", "recommend"),
        ("from_state", "DRAFT"),
        ("to_state", "DRAFT"),
        ("user_id", None),
        ("organisation_id", None),
        ("role", "county_approver"),
        ("actor_display", "李示例"),
        ("at", NOW + dt.timedelta(microseconds=1)),
        ("note", "缺公章"),
        ("data", {"n": 2}),
        ("previous_digest", "0" * 64),
    ],
)
def test_the_digest_depends_on_everything_an_entry_says(wang, field, other):
    case = factories.application("SUBMITTED")
    entry = APPLICATION.move(case, "return", by=wang, at=NOW, note="缺执照", data={"n": 1})
    setattr(entry, field, other)
    assert entry_digest(entry) != entry.digest


def test_the_timeline_speaks_the_words_of_the_life_cycle(wang):
    case = factories.application("SUBMITTED")
    APPLICATION.move(case, "return", by=wang, at=NOW, note="缺执照")
    steps = timeline(CASE, case.pk)
    assert [step.label for step in steps] == [APPLICATION.moves["return"].label, "建立"]
    assert (steps[0].note, steps[0].actor_display, steps[0].tone) == ("缺执照", wang.display, "back")


def test_a_table_with_a_double_or_unknown_name_is_never_built():
    def move(name, target):
        return Move(name, {"REQUESTED"}, target, who=lambda *_: True, label="示例")

    with pytest.raises(ValueError, match="two moves"):
        Workflow("示例", "示例", states=Grant.State, initial="REQUESTED", moves=[move("a", "APPROVED")] * 2)
    with pytest.raises(ValueError, match="unknown state"):
        Workflow("示例", "示例", states=Grant.State, initial="REQUESTED", moves=[move("a", "NOWHERE")])
