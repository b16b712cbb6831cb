"""Column `args` of the permission matrix: the objects that addresses name, made anew for each row.

`own_…` belongs to the world's institution, enterprise and county; `foreign_…` to other ones.
"""

import datetime as dt
from collections.abc import Callable

from django.core.files.base import ContentFile

from demands.models import Demand
from matching.models import Claim, Engagement
from pilot_portal.bulletin.models import Publication
from pilot_portal.documents.models import Paper
from pilot_portal.notifications.models import Message
from tests import factories
from tests.house.world import World

Arguments = dict[str, object]


def notice(world: World) -> Arguments:
    """A published notice."""
    made = Publication.objects.create(
        round=world.round,
        kind=Publication.Kind.NOTICE,
        number="2023-N-0001",
        title="示例通知",
        body="示例正文",
        published_at=world.at,
    )
    return {"number": made.number}


def own_message(world: World) -> Arguments:
    """A message in the inbox of the institution's administrator."""
    user = world.people["institution_admin"].user
    made = Message.objects.create(user=user, subject="示例消息", key="matrix", created_at=world.at)
    return {"pk": made.pk}


def paper(world: World, status: str) -> Paper:
    """A paper that the institution's administrator asked for."""
    made = Paper(
        kind="matrix",
        title="示例文书",
        dedupe=f"matrix-{status}",
        status=status,
        requested_by=world.people["institution_admin"].user,
        organisation=world.institution,
        requested_at=world.at,
        verify_code=f"{status.lower():a<32}"[:32],
        file_name="示例.pdf",
    )
    made.file.save("example.pdf", ContentFile(b"%PDF-1.7"), save=False)
    made.save()
    return made


def demand(world: World, state: str, *, own: bool = True) -> Demand:
    """A demand of the world's enterprise or of another one in another county; its claim window is open."""
    firm = world.firm if own else factories.enterprise(where=factories.region("430223"))
    until = world.at + dt.timedelta(days=10)
    return factories.demand(state, enterprise=firm, round=world.round, claims_until=until)


def claim(world: World, state: str, *, own: bool = True) -> Claim:
    """A claim of the world's institution, or of another one, on a demand of the world's enterprise."""
    on = {"SELECTED": "MATCHED"}.get(state, "PUBLISHED")
    pilot = world.pilot if own else factories.pilot()
    return factories.claim(state, demand=demand(world, on), pilot=pilot)


def engagement(world: World, state: str, *, own: bool = True) -> Engagement:
    """A contract between the world's institution and enterprise, or between others in another county."""
    if own:
        return factories.engagement(state, claim=claim(world, "SELECTED"))
    elsewhere = factories.institution(region=factories.region("430223"))
    application = factories.application("CONFIRMED", organisation=elsewhere, round=world.round)
    pilot = factories.pilot(application=application)
    selected = factories.claim("SELECTED", demand=demand(world, "MATCHED", own=False), pilot=pilot)
    return factories.engagement(state, claim=selected)


ARGUMENTS: dict[str, Callable[[World], Arguments]] = {
    "": lambda _world: {},
    "notice": notice,
    "own_message": own_message,
    "waiting_paper": lambda world: {"key": paper(world, "REQUESTED").uuid},
    "failed_paper": lambda world: {"key": paper(world, "FAILED").uuid},
    "code_of_paper": lambda world: {"code": paper(world, "DONE").verify_code},
    "no_such_code": lambda _world: {"code": "0" * 32},
    "no_such_paper": lambda _world: {"kind": "none", "subject": 1},
    "no_such_sheet": lambda world: {"kind": "none", "code": world.round.code},
    "open_demand": lambda world: {"number": demand(world, "PUBLISHED", own=False).number},
    "own_choosing_demand": lambda world: {"number": demand(world, "CHOOSING").number},
    "foreign_choosing_demand": lambda world: {"number": demand(world, "CHOOSING", own=False).number},
    "own_draft_claim": lambda world: {"pk": claim(world, "DRAFT").pk},
    "own_claim": lambda world: {"pk": claim(world, "SUBMITTED").pk},
    "own_selected_claim": lambda world: {"pk": claim(world, "SELECTED").pk},
    "foreign_claim": lambda world: {"pk": claim(world, "SUBMITTED", own=False).pk},
    "foreign_engagement": lambda world: {"number": engagement(world, "IN_SERVICE", own=False).number},
}
for state in Engagement.State.values:
    ARGUMENTS[f"own_{state.lower()}_engagement"] = lambda world, state=state: {
        "number": engagement(world, state).number
    }
