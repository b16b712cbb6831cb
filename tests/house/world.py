"""The ground of the permission matrix: one person for each role, and the objects that addresses name.

All bodies belong together: the county's people work where the institution and the enterprise are, so that a
row says what a role may do with a case of its own. `foreign_…` names objects of other bodies and counties.
"""

from collections.abc import Callable

from django.core.files.base import ContentFile
from django.test import Client

from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.middleware import MEMBERSHIP_KEY
from pilot_portal.bulletin.models import Publication
from pilot_portal.common import clock
from pilot_portal.documents.models import Paper
from pilot_portal.notifications.models import Message
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
)


class World:
    """A round that is open now, an institution, an enterprise, their county, and a person for each role."""

    def __init__(self) -> None:
        self.at = clock.now()
        self.round = factories.make_round(at=self.at)
        self.region = factories.region()
        self.institution = factories.institution(region=self.region)
        self.firm = factories.enterprise(where=self.region)
        bodies = {
            "institution": self.institution,
            "enterprise": self.firm.organisation,
            "county": factories.organisation("county", region=self.region),
        }
        city = factories.organisation("city")
        self.people: dict[str, Actor] = {}
        for role in set(ROLES) - {"public"}:
            self.people[role] = factories.member(bodies.get(role.split("_")[0], city), role)

    def client(self, role: str) -> Client:
        """A browser of the person of this role; of nobody for `public`."""
        client = Client(raise_request_exception=False)
        if role != "public":
            person = self.people[role]
            client.force_login(person.user)
            session = client.session
            session[MEMBERSHIP_KEY] = person.membership.pk
            session.save()
        return client

    @property
    def notice(self) -> Publication:
        """A published notice."""
        return Publication.objects.create(
            round=self.round,
            kind=Publication.Kind.NOTICE,
            number="2023-N-0001",
            title="示例通知",
            body="示例正文",
            published_at=self.at,
        )

    @property
    def message(self) -> Message:
        """A message in the inbox of the institution's administrator."""
        return Message.objects.create(
            user=self.people["institution_admin"].user, subject="示例消息", key="matrix", created_at=self.at
        )

    def paper(self, status: str) -> Paper:
        """A paper that the institution's administrator asked for."""
        paper = Paper(
            kind="matrix",
            title="示例文书",
            dedupe=f"matrix-{status}",
            status=status,
            requested_by=self.people["institution_admin"].user,
            organisation=self.institution,
            requested_at=self.at,
            verify_code=f"{status.lower():a<32}"[:32],
            file_name="示例.pdf",
        )
        paper.file.save("example.pdf", ContentFile(b"%PDF-1.7"), save=False)
        paper.save()
        return paper

    def arguments(self, key: str) -> dict[str, object]:
        """The arguments of an address: what the matrix names in its column `args`."""
        return ARGUMENTS[key](self)


# Column `args` of the matrix → the arguments of the address.
ARGUMENTS: dict[str, Callable[[World], dict[str, object]]] = {
    "": lambda _world: {},
    "notice": lambda world: {"number": world.notice.number},
    "own_message": lambda world: {"pk": world.message.pk},
    "waiting_paper": lambda world: {"key": world.paper("REQUESTED").uuid},
    "failed_paper": lambda world: {"key": world.paper("FAILED").uuid},
    "built_paper": lambda world: {"key": world.paper("DONE").uuid},
    "code_of_paper": lambda world: {"code": world.paper("DONE").verify_code},
    "no_such_code": lambda _world: {"code": "0" * 32},
    "no_such_paper": lambda _world: {"kind": "none", "subject": 1},
    "no_such_sheet": lambda world: {"kind": "none", "code": world.round.code},
}
