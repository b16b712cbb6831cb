"""The ground of the permission matrix: one person for each role, and the objects that addresses name.

All bodies belong together: the county's people work where the institution and the enterprise are, so that a
row says what a role may do with a case of its own. `foreign_…` names objects of other bodies and counties.
"""

from django.test import Client

from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.middleware import MEMBERSHIP_KEY
from pilot_portal.common import clock
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
        confirmed = factories.application("CONFIRMED", organisation=self.institution, round=self.round)
        self.pilot = factories.pilot(application=confirmed)

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
