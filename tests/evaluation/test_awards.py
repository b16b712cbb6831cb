"""Awards: proposed for those who stay, made public, approved within their number, paid, taken back."""

import datetime as dt

import pytest

from evaluation.models import Award
from evaluation.operations import awards, sanctions
from pilot_portal.bulletin.models import Publication
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.rounds.operations import change_setting
from pilot_portal.rounds.queries import add_working_days, frozen_settings
from pilot_portal.workflow.queries import trail
from tests import factories
from tests.evaluation.year import judged
from tests.factories import NOW

pytestmark = pytest.mark.django_db
S = Award.State
PAPER = {"body": "局长办公会（示例）", "minutes": "会议纪要〔示例〕5号", "document_number": "示例〔2024〕3号"}


@pytest.fixture
def chen():
    return factories.city_handler_chen()


@pytest.fixture
def zhao():
    return factories.city_chief_zhao()


def kept(**fields):
    return factories.evaluation("PUBLISHED", decision="keep", **fields)


def propose(row, by, amount_fen=100_000_00, reason="效益突出、企业反响好"):
    return awards.propose_award(row, amount_fen=amount_fen, reason=reason, by=by, at=NOW)


def approved(zhao, **fields):
    made = factories.award("PUBLICITY", **fields)
    awards.approve(made, **PAPER, by=zhao, at=NOW)
    return made


# Proposing ------------------------------------------------------------------------------


def test_an_award_is_proposed_with_amount_and_reason(chen):
    row = kept()
    made = Award.objects.get(pk=propose(row, chen, reason=" 效益突出 ").pk)
    assert (made.state, made.amount_fen, made.reason) == (S.PROPOSED, 100_000_00, "效益突出")
    assert (made.pilot_id, made.evaluation_id, made.round_id) == (row.pilot_id, row.pk, row.round_id)
    assert (made.proposed_by, made.created_at) == (chen.user, NOW)


@pytest.mark.parametrize("decision", ["", "rectify", "remove"])
def test_only_who_stays_is_proposed(chen, decision):
    with pytest.raises(Refused, match="“继续”"):
        propose(factories.evaluation("PUBLISHED", decision=decision), chen)
    assert not Award.objects.exists()


def test_an_institution_is_proposed_once_and_never_below_nothing(chen):
    row = kept()
    with pytest.raises(Refused) as refused:
        propose(row, chen, amount_fen=-1)
    assert [p.field for p in refused.value.problems] == ["amount_fen"]
    propose(row, chen)
    with pytest.raises(Stale, match="已提请"):
        propose(row, chen)
    assert Award.objects.count() == 1


@pytest.mark.parametrize("role", ["county_handler", "institution_admin", "leader", "auditor", "system"])
def test_only_the_section_proposes(role):
    row = kept()
    with pytest.raises(NotAllowed):
        propose(row, factories.actor_for(role, row))


# Publicity ------------------------------------------------------------------------------


def test_the_publicity_is_one_frozen_notice_with_its_days(zhao):
    made = [factories.award(evaluation=kept(rank=n)) for n in (1, 2)]
    told = awards.to_publicity(made, by=zhao, at=NOW)
    assert [row["rank"] for row in told.payload["rows"]] == [1, 2]
    assert "公示期 5 个工作日" in told.body
    until = add_working_days(NOW, 5)
    assert f"至 {clock.spoken(until)}" in told.body
    assert set(Award.objects.values_list("publicity_until", flat=True)) == {until}
    assert set(Award.objects.values_list("state", flat=True)) == {S.PUBLICITY}
    assert "publicity_days" in frozen_settings(made[0].round)
    Award.objects.update(amount_fen=1)
    assert Publication.objects.get().payload["rows"][0]["amount_fen"] == 100_000_00


def test_publicity_is_for_all_of_them_or_none(zhao):
    good, gone = factories.award(evaluation=kept()), factories.award("REJECTED", evaluation=kept())
    with pytest.raises(Stale):
        awards.to_publicity([good, gone], by=zhao, at=NOW)
    assert Award.objects.get(pk=good.pk).state == S.PROPOSED
    assert not Publication.objects.exists()
    with pytest.raises(Refused):
        awards.to_publicity([], by=zhao, at=NOW)


def test_a_score_of_fewer_than_five_answers_is_not_published(zhao):
    few = factories.award(evaluation=judged(factories.pilot(), 5, 5, state="PUBLISHED", decision="keep"))
    many = factories.award(evaluation=judged(factories.pilot(), *[5] * 5, state="PUBLISHED", decision="keep"))
    told = awards.to_publicity([few, many], by=zhao, at=NOW)
    assert [row["score"] for row in told.payload["rows"]] == ["—", "90.00"]


# Approval and its limit -----------------------------------------------------------------


def test_an_approval_needs_body_minutes_and_number(zhao):
    made = factories.award("PUBLICITY")
    with pytest.raises(Refused) as refused:
        awards.approve(made, body=" ", minutes="", document_number="", by=zhao, at=NOW)
    assert [p.field for p in refused.value.problems] == ["approved_body", "minutes", "document_number"]
    awards.approve(made, **PAPER | {"minutes": " 纪要 "}, by=zhao, at=NOW)
    kept_ = Award.objects.get()
    assert (kept_.state, kept_.approved_body, kept_.minutes) == (S.APPROVED, PAPER["body"], "纪要")


def test_who_proposed_never_approves(zhao):
    made = propose(kept(), zhao)
    for act in (
        lambda: awards.approve(made, **PAPER, by=zhao, at=NOW),
        lambda: awards.to_publicity([made], by=zhao, at=NOW),
        lambda: awards.plain_move(made, name="reject", by=zhao, at=NOW, note="理由"),
    ):
        with pytest.raises(NotAllowed):
            act()
    other = factories.city_chief_zhao()
    awards.to_publicity([made], by=other, at=NOW)
    awards.approve(made, **PAPER, by=other, at=made.publicity_until)
    assert Award.objects.get().state == S.APPROVED


def test_nothing_is_approved_before_the_publicity_is_over(zhao):
    made = factories.award(evaluation=kept())
    with pytest.raises(Stale, match="请先转入公示"):
        awards.approve(made, **PAPER, by=zhao, at=NOW)
    made = Award.objects.get(pk=made.pk)
    awards.to_publicity([made], by=zhao, at=NOW)
    with pytest.raises(Stale, match="期满后方可"):
        awards.approve(made, **PAPER, by=zhao, at=made.publicity_until - dt.timedelta(seconds=1))
    made = Award.objects.get(pk=made.pk)
    awards.approve(made, **PAPER, by=zhao, at=made.publicity_until)
    assert Award.objects.get().state == S.APPROVED


def test_a_round_without_publicity_approves_at_once(chen, zhao):
    made = factories.award(evaluation=kept())
    change_setting(made.round, "publicity_on", value=False, by=chen, at=NOW)
    with pytest.raises(Stale, match="不设公示"):
        awards.to_publicity([made], by=zhao, at=NOW)
    assert not Publication.objects.exists()
    made = Award.objects.get(pk=made.pk)
    awards.approve(made, **PAPER, by=zhao, at=NOW)
    assert Award.objects.get().state == S.APPROVED


def test_no_more_are_approved_than_the_round_gives(chen, zhao):
    made = [factories.award("PUBLICITY") for _ in range(3)]
    change_setting(made[0].round, "award_count", 2, by=chen, at=NOW)
    for award in made[:2]:
        awards.approve(award, **PAPER, by=zhao, at=NOW)
    with pytest.raises(Stale, match="名额 2 家已满"):
        awards.approve(made[2], **PAPER, by=zhao, at=NOW)
    assert Award.objects.get(pk=made[2].pk).state == S.PUBLICITY
    awards.plain_move(Award.objects.get(pk=made[0].pk), name="cancel", by=zhao, at=NOW, note="材料不实")
    awards.approve(made[2], **PAPER, by=zhao, at=NOW)
    assert Award.objects.filter(state=S.APPROVED).count() == 2
    with pytest.raises(Refused, match="文号和理由"):
        change_setting(made[0].round, "award_count", 9, by=chen, at=NOW)


@pytest.mark.parametrize("state", ["PAID", "REDUCED"])
def test_paid_and_reduced_ones_keep_their_place(chen, zhao, state):
    factories.award(state)
    late = factories.award("PUBLICITY")
    change_setting(late.round, "award_count", 1, by=chen, at=NOW)
    with pytest.raises(Stale):
        awards.approve(late, **PAPER, by=zhao, at=NOW)


def test_another_rounds_awards_take_no_place_here(chen, zhao):
    other = factories.application("CONFIRMED", round=factories.make_round("2024"))
    factories.award("APPROVED", evaluation=kept(pilot=factories.pilot(application=other)))
    here = factories.award("PUBLICITY")
    change_setting(here.round, "award_count", 1, by=chen, at=NOW)
    awards.approve(here, **PAPER, by=zhao, at=NOW)
    assert Award.objects.get(pk=here.pk).state == S.APPROVED


# An open sanction holds it --------------------------------------------------------------


@pytest.mark.parametrize("state", ["CLUE", "VERIFYING", "HEARD", "DECIDED"])
def test_an_open_sanction_holds_publicity_approval_and_payment(chen, zhao, state):
    made = factories.award()
    factories.sanction(state, organisation=made.pilot.organisation)
    with pytest.raises(Stale, match="暂缓"):
        awards.to_publicity([made], by=zhao, at=NOW)
    with pytest.raises(Stale, match="暂缓"):
        awards.approve(made, **PAPER, by=zhao, at=NOW)
    Award.objects.update(state=S.APPROVED)
    with pytest.raises(Stale, match="暂缓"):
        awards.plain_move(Award.objects.get(), name="pay", by=chen, at=NOW)
    assert Award.objects.get().state == S.APPROVED


@pytest.mark.parametrize("state", ["DROPPED", "PUBLISHED", "REVERSED"])
def test_a_closed_sanction_holds_nothing(chen, state):
    made = factories.award("APPROVED")
    factories.sanction(state, organisation=made.pilot.organisation)
    awards.plain_move(made, name="pay", by=chen, at=NOW)
    assert Award.objects.get().state == S.PAID


def test_a_clue_that_is_dropped_lets_the_award_go_on(chen, zhao):
    made = factories.award("PUBLICITY")
    clue = sanctions.open_clue(made.round, made.pilot.organisation, "来信", by=chen, at=NOW)
    with pytest.raises(Stale):
        awards.approve(made, **PAPER, by=zhao, at=NOW)
    sanctions.drop(clue, by=zhao, at=NOW, note="查无实据")
    awards.approve(made, **PAPER, by=zhao, at=NOW)
    assert Award.objects.get().state == S.APPROVED


# Reducing, cancelling, taking back ------------------------------------------------------


def test_a_reduction_sets_the_lower_amount_and_keeps_the_former_in_the_trail(zhao):
    made = factories.award("APPROVED")
    for wrong in (100_000_00, 100_000_01, -1):
        with pytest.raises(Refused) as refused:
            awards.reduce(made, amount_fen=wrong, by=zhao, at=NOW, note="个别材料不实")
        assert [p.field for p in refused.value.problems] == ["amount_fen"]
    awards.reduce(made, amount_fen=60_000_00, by=zhao, at=NOW, note="个别材料不实")
    assert (Award.objects.get().state, Award.objects.get().amount_fen) == (S.REDUCED, 60_000_00)
    entry = trail("evaluation.award", made.pk).get(move="reduce")
    assert (entry.note, entry.data) == ("个别材料不实", {"before_fen": 100_000_00, "after_fen": 60_000_00})


@pytest.mark.parametrize(
    ("state", "move"), [("PROPOSED", "reject"), ("APPROVED", "cancel"), ("PAID", "recover")]
)
def test_what_is_refused_or_taken_back_says_why(zhao, state, move):
    made = factories.award(state)
    with pytest.raises(Refused, match="理由"):
        awards.plain_move(made, name=move, by=zhao, at=NOW, note=" ")
    assert Award.objects.get().state == state
    awards.plain_move(made, name=move, by=zhao, at=NOW, note="材料不实")
    assert trail("evaluation.award", made.pk).filter(note="材料不实").exists()


# Publishing -----------------------------------------------------------------------------


def test_approved_paid_and_reduced_ones_are_published_by_rank(zhao):
    rows = {state: kept(rank=n) for n, state in enumerate(["PAID", "REDUCED", "APPROVED"], 1)}
    for state in ("APPROVED", "PAID", "REDUCED"):
        factories.award(state, evaluation=rows[state])
    for state in ("PROPOSED", "PUBLICITY", "REJECTED", "CANCELLED", "RECOVERING", "RECOVERED"):
        factories.award(state, evaluation=kept())
    told = awards.publish_awards(rows["PAID"].round, by=zhao, at=NOW, document_number="示例〔2024〕3号")
    assert [row["name"] for row in told.payload["rows"]] == [e.pilot.organisation.name for e in rows.values()]
    assert set(told.payload["rows"][0]) == {"rank", "name", "region", "score", "served", "amount_fen"}
    assert Award.objects.filter(publication=told).count() == 3


def test_the_same_list_is_not_published_twice_and_a_changed_one_is_a_new_edition(zhao):
    first = approved(zhao)
    round_ = first.round
    told = awards.publish_awards(round_, by=zhao, at=NOW)
    with pytest.raises(Stale, match="与已公布的一致"):
        awards.publish_awards(round_, by=zhao, at=NOW)
    awards.reduce(Award.objects.get(), amount_fen=1, by=zhao, at=NOW, note="扣减")
    approved(zhao)
    second = awards.publish_awards(round_, by=zhao, at=NOW)
    assert (second.edition, second.replaces) == (2, told)
    assert sorted(row["amount_fen"] for row in second.payload["rows"]) == [1, 100_000_00]
    told.refresh_from_db()
    assert [row["amount_fen"] for row in told.payload["rows"]] == [100_000_00]
    assert Publication.objects.filter(kind="AWARD").count() == 2


def test_only_the_chief_publishes_and_only_what_is_approved(chen, zhao):
    made = factories.award("PUBLICITY")
    with pytest.raises(Stale, match="还没有批准"):
        awards.publish_awards(made.round, by=zhao, at=NOW)
    with pytest.raises(NotAllowed):
        awards.publish_awards(made.round, by=chen, at=NOW)
    assert not Publication.objects.exists()
