"""Noting who looked at what is not public."""

import datetime as dt

from demands.models import Demand
from pilot_portal.accounts.actors import Actor
from pilot_portal.attachments.operations import note_access


def note_look(demand: Demand, *, by: Actor, at: dt.datetime) -> None:
    """A pilot institution saw the name of a firm that did not agree to be named: each look is logged (§5)."""
    note_access(f"需求 {demand.number} 的企业名称", by=by, at=at, purpose="试点机构查看需求")


def note_contact_look(demand: Demand, *, by: Actor, at: dt.datetime) -> None:
    """The auditor saw a firm's contact: each look at personal data is logged (domain.md §1)."""
    note_access(f"需求 {demand.number} 的联系方式", by=by, at=at, purpose="审计查阅")
