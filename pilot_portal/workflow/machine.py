"""The machine that moves cases. A life cycle is one table of moves; this is the only writer of `state`.

A move checks the policy, then issues one conditional UPDATE on (id, state, step): of two people who press
at once exactly one wins, on SQLite and PostgreSQL alike, without row locks. The winner writes the Entry.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import models, transaction
from django.db.models import Case as SqlCase
from django.db.models import F, OuterRef, Subquery, Value, When

from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.workflow.models import Case, Entry

BATCH = 500


class By(Protocol):
    """Who acts. `accounts.actors.Actor` is one; the machine asks no more than this."""

    @property
    def user_id(self) -> int | None:
        """The entry's user_id."""
        ...

    @property
    def organisation_id(self) -> int | None:
        """The entry's organisation_id."""
        ...

    @property
    def role(self) -> str:
        """The entry's role."""
        ...

    @property
    def display(self) -> str:
        """The entry's display."""
        ...


Policy = Callable[[Any, Any], bool]
# A batch may hold the cases of many people: then each case names who acts on it.
Whose = Callable[[Any], By]


@dataclass(frozen=True)
class Move:
    """One row of a life cycle: who may bring a case from which states to which."""

    name: str
    sources: frozenset[str]
    target: str
    who: Policy
    label: str
    note: bool = False
    tone: str = "plain"

    def __init__(
        self,
        name: str,
        sources: Iterable[str],
        target: str,
        *,
        who: Policy,
        label: str,
        note: bool = False,
        tone: str = "plain",
    ) -> None:
        for key, value in {
            "name": name,
            "sources": frozenset(str(s) for s in sources),
            "target": str(target),
            "who": who,
            "label": label,
            "note": note,
            "tone": tone,
        }.items():
            object.__setattr__(self, key, value)


@dataclass
class Applied:
    """What a batch did: the cases moved, and those that were refused with the reason."""

    done: list[Any] = field(default_factory=list)
    refused: list[tuple[Any, str]] = field(default_factory=list)


REGISTRY: dict[str, "Workflow"] = {}


def entry_digest(entry: Entry) -> str:
    """SHA-256 over the canonical JSON of an entry and its predecessor's digest."""
    payload = [
        entry.case_type,
        entry.case_id,
        entry.step,
        entry.move,
        entry.from_state,
        entry.to_state,
        entry.user_id,
        entry.organisation_id,
        entry.role,
        entry.actor_display,
        entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        entry.note,
        entry.data,
        entry.previous_digest,
    ]
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _each(by: By | Whose) -> Whose:
    """Who acts on each case of a batch: the same person on all, or each case's own."""
    if callable(by):
        return by
    return lambda _case: by


class Workflow:
    """A life cycle: its states, its moves, and the acts `start`, `move`, `apply_many`."""

    def __init__(
        self,
        case_type: str,
        title: str,
        *,
        states: type[models.TextChoices],
        initial: str,
        moves: Sequence[Move],
        tones: Mapping[str, str] | None = None,
    ) -> None:
        self.case_type = case_type
        self.title = title
        self.states = states
        self.initial = str(initial)
        self.moves: dict[str, Move] = {m.name: m for m in moves}
        self.tones = dict(tones or {})
        if len(self.moves) != len(moves):
            raise ValueError(f"{case_type}: two moves bear one name")
        known = set(states.values)
        for move in moves:
            if not (move.sources | {move.target}) <= known:
                raise ValueError(f"{case_type}.{move.name}: unknown state")
        REGISTRY[case_type] = self

    def moves_open_to(self, actor: By, case: Case) -> list[Move]:
        """The moves the actor may make on the case as it stands; buttons come from here."""
        return [m for m in self.moves.values() if case.state in m.sources and m.who(actor, case)]

    def may(self, actor: By, case: Case, name: str) -> bool:
        """Whether the actor may make this move now."""
        move = self.moves[name]
        return case.state in move.sources and move.who(actor, case)

    def start(self, case: Case, *, by: By, at: dt.datetime, data: dict[str, Any] | None = None) -> Entry:
        """Save a new case in its first state with Entry 0. IntegrityError where a constraint says no."""
        with transaction.atomic():
            case.state, case.step, case.digest = self.initial, 0, ""
            case.save(force_insert=True)
            entry = self._entry(case, "start", "", self.initial, 0, "", by=by, at=at, note="", data=data)
            type(case)._default_manager.filter(pk=case.pk).update(digest=entry.digest)
            entry.save(force_insert=True)
        case.digest = entry.digest
        return entry

    def start_many(
        self,
        cases: Sequence[Case],
        *,
        by: By | Whose,
        at: dt.datetime,
        state: str | None = None,
        data: dict[str, Any] | None = None,
    ) -> list[Case]:
        """Save many new cases with their first entries in bulk (imports, `fill`).

        `state` lets an import start beyond the first state, e.g. rows a county has already checked. `by` may
        be a function of the case where each case has its own actor.
        """
        first, whose = str(state or self.initial), _each(by)
        model = type(cases[0]) if cases else None
        if model is None:
            return []
        with transaction.atomic():
            for case in cases:
                case.state, case.step, case.digest = first, 0, ""
            made = model._default_manager.bulk_create(cases, batch_size=BATCH)
            entries = [
                self._entry(case, "start", "", first, 0, "", by=whose(case), at=at, note="", data=data)
                for case in made
            ]
            Entry.objects.bulk_create(entries, batch_size=BATCH)
            first_entry = Entry.objects.filter(case_type=self.case_type, case_id=OuterRef("pk"), step=0)
            for begin in range(0, len(made), BATCH):
                keys = [case.pk for case in made[begin : begin + BATCH]]
                model._default_manager.filter(pk__in=keys).update(
                    digest=Subquery(first_entry.values("digest"))
                )
            for case, entry in zip(made, entries, strict=True):
                case.digest = entry.digest
        return list(made)

    def move(
        self,
        case: Case,
        name: str,
        *,
        by: By,
        at: dt.datetime,
        note: str = "",
        data: dict[str, Any] | None = None,
        **changes: Any,
    ) -> Entry:
        """Make one move. `changes` are further columns written by the same UPDATE.

        Raises NotAllowed (403) where the policy says no, Refused where a note is missing, Stale (409) where
        the case is in another state or somebody was quicker. A refused move changes nothing.
        """
        move = self.moves[name]
        if not move.who(by, case):
            raise NotAllowed(f"您没有权限办理“{move.label}”。")
        note = note.strip()
        if move.note and not note:
            raise Refused(
                f"“{move.label}”须写明理由。", [Problem("请写明理由，对方会看到这段文字。", field="note")]
            )
        if case.state not in move.sources:
            raise Stale(self._moved_on(move, case))
        with transaction.atomic():
            step, source = case.step + 1, case.state
            entry = self._entry(
                case, name, source, move.target, step, case.digest, by=by, at=at, note=note, data=data
            )
            won = (
                type(case)
                ._default_manager.filter(pk=case.pk, state=source, step=case.step)
                .update(state=move.target, step=F("step") + 1, digest=entry.digest, **changes)
            )
            if not won:
                raise Stale(self._moved_on(move, case))
            entry.save(force_insert=True)
        case.state, case.step, case.digest = move.target, step, entry.digest
        for key, value in changes.items():
            setattr(case, key, value)
        return entry

    def apply_many(
        self,
        cases: Sequence[Case],
        name: str,
        *,
        by: By | Whose,
        at: dt.datetime,
        note: str = "",
        data: dict[str, Any] | None = None,
        **changes: Any,
    ) -> Applied:
        """Make one move on many cases: two statements a batch. What cannot be moved is told, not raised.

        `by` may be a function of the case where each case has its own actor.
        """
        move, result, ready, whose = self.moves[name], Applied(), [], _each(by)
        note = note.strip()
        if move.note and not note:
            raise Refused(f"“{move.label}”须写明理由。", [Problem("请写明理由。", field="note")])
        for case in cases:
            if not move.who(whose(case), case):
                result.refused.append((case, f"您没有权限办理“{move.label}”。"))
            elif case.state not in move.sources:
                result.refused.append((case, self._moved_on(move, case)))
            else:
                ready.append(case)
        for first in range(0, len(ready), BATCH):
            self._apply_batch(move, ready[first : first + BATCH], result, whose, at, note, data, changes)
        return result

    def _apply_batch(
        self,
        move: Move,
        cases: Sequence[Case],
        result: Applied,
        whose: Whose,
        at: dt.datetime,
        note: str,
        data: dict[str, Any] | None,
        changes: dict[str, Any],
    ) -> None:
        model = type(cases[0])
        entries = {
            case.pk: self._entry(
                case,
                move.name,
                case.state,
                move.target,
                case.step + 1,
                case.digest,
                by=whose(case),
                at=at,
                note=note,
                data=data,
            )
            for case in cases
        }
        with transaction.atomic():
            moved = 0
            for step in {case.step for case in cases}:
                group = [case for case in cases if case.step == step]
                digests = SqlCase(
                    *[When(pk=case.pk, then=Value(entries[case.pk].digest)) for case in group],
                    output_field=models.CharField(),
                )
                moved += model._default_manager.filter(
                    pk__in=[case.pk for case in group], step=step, state__in=move.sources
                ).update(state=move.target, step=F("step") + 1, digest=digests, **changes)
            if moved == len(cases):
                Entry.objects.bulk_create(entries.values())
            else:
                transaction.set_rollback(True)
        if moved == len(cases):
            for case in cases:
                case.state, case.step, case.digest = move.target, case.step + 1, entries[case.pk].digest
                for key, value in changes.items():
                    setattr(case, key, value)
                result.done.append(case)
            return
        # Somebody was quicker with at least one of them: go one by one and tell which.
        for case in cases:
            try:
                self.move(case, move.name, by=whose(case), at=at, note=note, data=data, **changes)
            except Refused as refusal:
                result.refused.append((case, refusal.message))
            else:
                result.done.append(case)

    def _moved_on(self, move: Move, case: Case) -> str:
        label = self.states(case.state).label
        return f"未能办理“{move.label}”：该事项目前为“{label}”或刚被他人办理，请刷新后再看。"

    def _entry(  # noqa: PLR0913 - an entry has that many parts
        self,
        case: Case,
        move: str,
        source: str,
        target: str,
        step: int,
        previous: str,
        *,
        by: By,
        at: dt.datetime,
        note: str,
        data: dict[str, Any] | None,
    ) -> Entry:
        entry = Entry(
            case_type=self.case_type,
            case_id=case.pk,
            step=step,
            move=move,
            from_state=source,
            to_state=target,
            user_id=by.user_id,
            organisation_id=by.organisation_id,
            role=by.role,
            actor_display=by.display,
            at=at,
            note=note,
            data=data or {},
            previous_digest=previous,
        )
        entry.digest = entry_digest(entry)
        return entry
