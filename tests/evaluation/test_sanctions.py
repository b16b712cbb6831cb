"""Sanctions: from a clue to a published decision; heard before it is decided, reversed in the same place."""

import datetime as dt

import pytest

from evaluation.models import Sanction
from evaluation.operations import sanctions
from pilot_portal.bulletin.models import Publication
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.workflow.queries import trail
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
S = Sanction.State
DECISION = {
    "measure": "criticise",
    "document_number": "示例〔2024〕4号",
    "ends_on": dt.date(2024, 12, 31),
    "note": "依据通知三（三）",
}


@pytest.fixture
def chen():
    return factories.city_handler_chen()


@pytest.fixture
def zhao():
    return factories.city_chief_zhao()


def heard(chen):
    body = factories.institution("株洲示例当事技术有限公司")
    made = sanctions.open_clue(factories.make_round(), body, " 案例不实 ", by=chen, at=NOW)
    sanctions.verify(made, by=chen, at=NOW)
    sanctions.hear(made, findings="案例企业称未接受服务", statement="逾期未陈述", by=chen, at=NOW)
    return made


def test_from_a_clue_to_a_published_decision(chen, zhao):
    made = heard(chen)
    sanctions.decide(made, **DECISION, by=zhao, at=NOW)
    told = sanctions.publish_sanction(made, by=zhao, at=NOW)
    kept = Sanction.objects.get()
    assert (kept.state, kept.clue, kept.statement, kept.publication) == (
        S.PUBLISHED,
        "案例不实",
        "逾期未陈述",
        told,
    )
    assert [entry.move for entry in trail("evaluation.sanction", made.pk).order_by("step")] == [
        "start",
        "verify",
        "hear",
        "decide",
        "publish",
    ]


def test_a_published_decision_names_the_body_the_measure_and_its_end_and_no_person(chen, zhao):
    made = heard(chen)
    sanctions.decide(made, **DECISION, by=zhao, at=NOW)
    payload = sanctions.publish_sanction(made, by=zhao, at=NOW).payload
    assert payload == {
        "name": "株洲示例当事技术有限公司",
        "measure": "通报批评",
        "document_number": "示例〔2024〕4号",
        "ends_on": "2024-12-31",
    }


@pytest.mark.parametrize("measure", ["reduce", "cancel", "criticise", "remove"])
def test_the_notices_four_measures_can_be_decided(chen, zhao, measure):
    made = heard(chen)
    sanctions.decide(made, **DECISION | {"measure": measure}, by=zhao, at=NOW)
    assert Sanction.objects.get().measure == measure


def test_nothing_is_decided_before_the_body_was_heard(chen, zhao):
    for state in ("CLUE", "VERIFYING"):
        with pytest.raises(Stale):
            sanctions.decide(factories.sanction(state), **DECISION, by=zhao, at=NOW)


@pytest.mark.parametrize(
    ("findings", "statement", "missing"), [("", " ", 2), ("属实", "", 1), ("", "承认", 1)]
)
def test_a_hearing_records_what_was_found_and_what_was_said(chen, findings, statement, missing):
    made = factories.sanction("VERIFYING")
    with pytest.raises(Refused, match="逾期未陈述") as refused:
        sanctions.hear(made, findings=findings, statement=statement, by=chen, at=NOW)
    assert len(refused.value.problems) == missing
    assert Sanction.objects.get().state == S.VERIFYING


def test_a_decision_lacks_nothing(chen, zhao):
    made = heard(chen)
    empty = {"measure": "fine", "document_number": " ", "ends_on": None, "note": "依据"}
    with pytest.raises(Refused) as refused:
        sanctions.decide(made, **empty, by=zhao, at=NOW)
    assert [p.field for p in refused.value.problems] == ["measure", "document_number", "ends_on"]
    with pytest.raises(Refused, match="理由"):
        sanctions.decide(made, **DECISION | {"note": ""}, by=zhao, at=NOW)
    assert Sanction.objects.get().state == S.HEARD


def test_who_prepared_never_decides_and_the_handler_neither(chen, zhao):
    own = factories.sanction("HEARD", prepared_by=zhao.user)
    with pytest.raises(NotAllowed):
        sanctions.decide(own, **DECISION, by=zhao, at=NOW)
    with pytest.raises(NotAllowed):
        sanctions.drop(own, by=zhao, at=NOW, note="理由")
    with pytest.raises(NotAllowed):
        sanctions.decide(heard(chen), **DECISION, by=chen, at=NOW)


@pytest.mark.parametrize("role", ["city_chief", "county_handler", "leader", "auditor", "institution_admin"])
def test_only_the_handler_notes_a_clue(role):
    body = factories.institution()
    with pytest.raises(NotAllowed):
        sanctions.open_clue(factories.make_round(), body, "线索", by=factories.actor_for(role, None), at=NOW)


def test_a_clue_without_words_is_none(chen):
    with pytest.raises(Refused):
        sanctions.open_clue(factories.make_round(), factories.institution(), " ", by=chen, at=NOW)
    assert not Sanction.objects.exists()


def test_a_reversal_marks_the_publication_in_the_same_place(chen, zhao):
    made = heard(chen)
    sanctions.decide(made, **DECISION, by=zhao, at=NOW)
    told = sanctions.publish_sanction(made, by=zhao, at=NOW)
    sanctions.reverse(made, by=zhao, at=NOW, note="复核后撤销")
    told.refresh_from_db()
    assert (told.withdrawn_at, told.withdrawn_reason) == (NOW, "复核后撤销")
    assert told.payload["measure"] == "通报批评"
    assert Publication.objects.count() == 1
    with pytest.raises(Stale):
        sanctions.reverse(made, by=zhao, at=NOW, note="再次")


def test_a_decision_that_was_never_published_is_reversed_without_a_word_to_the_public(chen, zhao):
    made = heard(chen)
    sanctions.decide(made, **DECISION, by=zhao, at=NOW)
    sanctions.reverse(made, by=zhao, at=NOW, note="复核后撤销")
    assert Sanction.objects.get().state == S.REVERSED
    assert not Publication.objects.exists()


@pytest.mark.parametrize("state", ["CLUE", "VERIFYING", "HEARD"])
def test_a_clue_that_does_not_hold_is_dropped_with_reason(zhao, state):
    made = factories.sanction(state)
    with pytest.raises(Refused):
        sanctions.drop(made, by=zhao, at=NOW, note="")
    sanctions.drop(made, by=zhao, at=NOW, note="查无实据")
    assert Sanction.objects.get().state == S.DROPPED
