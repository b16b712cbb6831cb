"""Every role × every state × every move is allowed or refused as the hand-written table says.

`tests/expected/moves.csv` was written from the specification, not from the code. A refused move changes
nothing; people of the right role from a foreign body or county are refused everywhere.
"""

import csv
from pathlib import Path

import pytest
from django.db import transaction

from pilot_portal.common.errors import Refused
from pilot_portal.workflow.models import Entry
from tests import factories

ROLES = (
    "public",
    "institution_admin",
    "institution_member",
    "enterprise_admin",
    "enterprise_member",
    "county_handler",
    "county_approver",
    "city_handler",
    "city_chief",
    "leader",
    "expert",
    "auditor",
    "sysadmin",
    "system",
)
TABLE = Path(__file__).parent.parent / "expected" / "moves.csv"
NOTE = "示例理由"


def rows():
    with TABLE.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


ROWS = rows()
NOW = [row for row in ROWS if row["stands"] == "now"]
LIFE_CYCLES = sorted({row["life_cycle"] for row in ROWS})
ALLOWED = {
    (row["life_cycle"], state, row["move"]): (
        row["to"],
        frozenset(row["roles"].split()),
        row["note"] == "yes",
    )
    for row in NOW
    for state in row["from"].split()
}
LATER = {(row["life_cycle"], row["move"]) for row in ROWS if row["stands"] == "later"}


@pytest.mark.parametrize("life_cycle", LIFE_CYCLES)
def test_the_code_has_exactly_the_moves_of_the_table(life_cycle):
    flow = factories.flow_of(life_cycle)
    declared = {
        (life_cycle, state, move.name): move.target for move in flow.moves.values() for state in move.sources
    }
    expected = {key: value[0] for key, value in ALLOWED.items() if key[0] == life_cycle}
    declared = {key: target for key, target in declared.items() if (life_cycle, key[2]) not in LATER}
    assert declared == expected


@pytest.mark.parametrize("life_cycle", LIFE_CYCLES)
def test_a_note_is_asked_for_as_the_table_says(life_cycle):
    flow = factories.flow_of(life_cycle)
    expected = {key[2]: value[2] for key, value in ALLOWED.items() if key[0] == life_cycle}
    assert {name: move.note for name, move in flow.moves.items() if name in expected} == expected


@pytest.mark.django_db
@pytest.mark.parametrize("life_cycle", LIFE_CYCLES)
def test_every_role_in_every_state_may_make_just_the_moves_of_the_table(life_cycle):
    flow = factories.flow_of(life_cycle)
    wrong = []
    for state in flow.states.values:
        case = factories.case_in(life_cycle, state)
        actors = {role: factories.actor_for(role, case) for role in ROLES}
        for name in flow.moves:
            if (life_cycle, name) in LATER:
                continue
            target, roles, _note = ALLOWED.get((life_cycle, state, name), ("", frozenset(), False))
            for role, actor in actors.items():
                may = flow.may(actor, case, name)
                if may != (role in roles):
                    wrong.append(
                        f"{state} {name} {role}: {'allowed' if may else 'refused'}, table says otherwise"
                    )
                    continue
                wrong += _try(flow, case, name, actor, target if may else None)
    assert wrong == []


def _try(flow, case, name, actor, target):
    """Make the move on a copy that is rolled back, or see that a refused one leaves everything as it was."""
    model = type(case)
    before = model.objects.filter(pk=case.pk).values().get()
    entries = Entry.objects.count()
    copy = model.objects.get(pk=case.pk)
    sid = transaction.savepoint()
    try:
        flow.move(copy, name, by=actor, at=factories.NOW, note=NOTE)
    except Refused:
        after = model.objects.filter(pk=case.pk).values().get()
        transaction.savepoint_rollback(sid)
        if target is not None:
            return [f"{case.state} {name} {actor.role}: refused"]
        return [] if after == before and Entry.objects.count() == entries else [f"{name} left a trace"]
    moved = model.objects.get(pk=case.pk)
    written = Entry.objects.count() - entries
    transaction.savepoint_rollback(sid)
    if target is None or moved.state != target or written != 1:
        return [f"{case.state} {name} {actor.role}: went to {moved.state} with {written} entries"]
    return []


@pytest.mark.django_db
@pytest.mark.parametrize("life_cycle", LIFE_CYCLES)
def test_people_of_a_foreign_body_may_nothing(life_cycle):
    flow = factories.flow_of(life_cycle)
    local = ("institution_admin", "institution_member", "enterprise_admin", "enterprise_member")
    wrong = []
    for state in flow.states.values:
        case = factories.case_in(life_cycle, state)
        for role in (*local, "county_handler", "county_approver"):
            stranger = factories.actor_for(role, case, foreign=True)
            wrong += [f"{state} {name} {role}" for name in flow.moves if flow.may(stranger, case, name)]
    assert wrong == []
