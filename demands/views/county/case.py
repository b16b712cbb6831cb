"""One demand as county and city see it: content, contact, checks, changes, timeline, moves."""

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from demands import queries
from demands.models import Demand
from demands.operations.corrections import MOVES
from demands.operations.looks import note_contact_look
from demands.policies import is_county_of
from demands.queries import content
from demands.queries.corrections import corrections_of
from demands.queries.mending import mended_rows, why_not_mendable
from demands.queries.questions import questions_on
from demands.workflow import DEMAND
from pilot_portal.accounts.actors import Actor
from pilot_portal.attachments.queries import files_of
from pilot_portal.common.errors import NotAllowed
from pilot_portal.workflow.queries import timeline


def state_of(demand: Demand) -> dict[str, str]:
    """The state as components/badge.html takes it."""
    return {"label": Demand.State(demand.state).label, "tone": DEMAND.tones.get(demand.state, "")}


def refuse_strangers(actor: Actor, demand: Demand, name: str) -> None:
    """Raise NotAllowed where the actor may never make this move on this demand, whatever its state."""
    move = DEMAND.moves[name]
    if not move.who(actor, demand):
        raise NotAllowed(f"您没有权限办理“{move.label}”。")


def case_context(
    request: HttpRequest, demand: Demand, *, acts: dict[str, str], at: dt.datetime
) -> dict[str, Any]:
    """Everything a case page shows. `acts` maps the moves of this audience to the name of their address."""
    if request.actor.role == "auditor":
        note_contact_look(demand, by=request.actor, at=at)
    library_url = ""
    firm = demand.enterprise
    if request.actor.is_county and firm.merged_into_id is None and firm.removed_at is None:
        library_url = reverse("demands:county-enterprise", args=[demand.enterprise_id])
    changes, moments = content.changes_since_last(demand)
    return {
        "demand": demand,
        "state": state_of(demand),
        "content": content.content_rows(demand),
        "contacts": content.contact_rows(demand),
        "checks": content.checks_of(demand, library_url=library_url),
        "changes": changes,
        "moments": moments,
        "entries": timeline(queries.CASE_TYPE, demand.pk),
        "questions": questions_on(demand, request.actor) if demand.published_at else [],
        "correct_url": reverse("demands:demand-correct", args=[demand.pk])
        if demand.state in MOVES and (request.actor.is_county or request.actor.is_city)
        else "",
        "corrections": corrections_of(demand),
        "mend_url": reverse("demands:county-demand-mend", args=[demand.pk])
        if is_county_of(request.actor, demand) and not why_not_mendable(demand, at)
        else "",
        "mended": mended_rows(demand),
        "hide_pk": demand.pk if request.actor.is_county or request.actor.is_city else 0,
        "files": [
            {
                "title": file.name,
                "url": reverse("attachments:download", args=[file.uuid]),
                "size": file.size,
                "at": file.uploaded_at,
            }
            for file in files_of(queries.CASE_TYPE, demand.pk)
        ],
        "links": queries.case_links(request.actor, demand, at),
        "public_url": reverse("demands:public-demand", args=[demand.number]) if demand.published_at else "",
        "moves": [
            {
                "label": move.label,
                "tone": move.tone,
                "url": reverse(acts[move.name], args=[demand.pk, move.name]),
            }
            for move in DEMAND.moves_open_to(request.actor, demand)
            if move.name in acts
        ],
    }
