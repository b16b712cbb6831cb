"""Refusals: the only exceptions a view catches. Each carries text that a user can act on."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing to mend: in which section and field, and what to do about it."""

    message: str
    field: str = ""
    section: str = ""


class Refused(Exception):  # noqa: N818 - the word of the field: a refusal is an answer, not a fault
    """An act was refused. `message` says why and what to do; `problems` tells all at once."""

    status = 422

    def __init__(self, message: str, problems: Iterable[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = tuple(problems)


class NotAllowed(Refused):
    """The role may never do this here (HTTP 403)."""

    status = 403


class Stale(Refused):
    """It was allowed once, but state, revision or window moved on (HTTP 409)."""

    status = 409
