"""Reading the trail."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db.models import QuerySet

from pilot_portal.workflow.machine import REGISTRY, entry_digest
from pilot_portal.workflow.models import Case, Entry


def trail(case_type: str, case_id: int) -> QuerySet[Entry]:
    """The entries of one case, oldest first."""
    return Entry.objects.filter(case_type=case_type, case_id=case_id).order_by("step")


@dataclass(frozen=True)
class Step:
    """One line of the timeline that pages show."""

    label: str
    at: datetime
    actor_display: str
    note: str
    tone: str
    move: str


def timelines(case_type: str, case_ids: Collection[int]) -> dict[int, list[Step]]:
    """The trails of many cases in the words of their life cycle, newest first. One query."""
    flow = REGISTRY[case_type]
    steps: dict[int, list[Step]] = {}
    for entry in Entry.objects.filter(case_type=case_type, case_id__in=case_ids).order_by("-step"):
        move = flow.moves.get(entry.move)
        label = move.label if move else "建立"
        tone = {"danger": "bad", "primary": "good"}.get(move.tone, "") if move else ""
        if move and move.note and tone != "bad":
            tone = "back"
        step = Step(label, entry.at, entry.actor_display, entry.note, tone, entry.move)
        steps.setdefault(entry.case_id, []).append(step)
    return steps


def timeline(case_type: str, case_id: int) -> list[Step]:
    """The trail of one case in the words of its life cycle, newest first."""
    return timelines(case_type, [case_id]).get(case_id, [])


def model_of(case_type: str) -> type[Case]:
    """The model whose life cycle bears this name ("institutions.application")."""
    return apps.get_model(case_type)


def audit_problems(case_type: str) -> list[str]:
    """What is wrong with the trail of one life cycle: gaps, broken digests, a state the last entry denies."""
    problems: list[str] = []
    last: dict[int, Entry] = {}
    for entry in (
        Entry.objects.filter(case_type=case_type).order_by("case_id", "step").iterator(chunk_size=2000)
    ):
        before = last.get(entry.case_id)
        where = f"{case_type}#{entry.case_id} step {entry.step}"
        if entry.step != (before.step + 1 if before else 0):
            problems.append(f"{where}: a step is missing before it")
        if entry.previous_digest != (before.digest if before else ""):
            problems.append(f"{where}: does not follow its predecessor")
        if entry_digest(entry) != entry.digest:
            problems.append(f"{where}: was changed after it was written")
        last[entry.case_id] = entry
    known: set[int] = set()
    cases = model_of(case_type)._default_manager.values_list("pk", "state", "step", "digest")
    for pk, state, step, digest in cases.iterator(chunk_size=2000):
        found = last.get(pk)
        known.add(pk)
        if found is None:
            problems.append(f"{case_type}#{pk}: has no entry")
        elif (found.to_state, found.step, found.digest) != (state, step, digest):
            problems.append(f"{case_type}#{pk}: is {state} at step {step}, its trail says {found.to_state}")
    problems += [f"{case_type}#{pk}: has a trail but no case" for pk in sorted(last.keys() - known)]
    return problems
