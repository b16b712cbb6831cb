"""The ground of the permission matrix: the demonstration round, a person for each role, objects for pages."""

from collections.abc import Callable
from functools import cached_property
from io import StringIO

from django.core.management import call_command
from django.test import Client

from pilot_portal.accounts.models import Membership, User

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
    """The demonstration round, built by `manage.py demo`, seen by the first person of each role."""

    def __init__(self) -> None:
        call_command("demo", stdout=StringIO())
        listed = StringIO()
        call_command("demo", "--accounts", stdout=listed)
        self.users: dict[str, User] = {}
        for line in listed.getvalue().splitlines():
            role, _body, username, _password = line.split("\t")
            if role in ROLES and role not in self.users:
                self.users[role] = User.objects.get(username=username)

    def client(self, role: str) -> Client:
        """A browser of the person of this role; of nobody for `public`."""
        client = Client(raise_request_exception=False)
        if role != "public":
            client.force_login(self.users[role])
        return client

    def membership(self, role: str) -> Membership:
        """In which body the person of this role stands."""
        return Membership.objects.get(user=self.users[role], role=role, ends_at=None)

    @cached_property
    def institution_id(self) -> int:
        """The body of the institution's people."""
        return self.membership("institution_admin").organisation_id

    @cached_property
    def enterprise_id(self) -> int:
        """The body of the enterprise's people."""
        return self.membership("enterprise_admin").organisation_id

    @cached_property
    def region_id(self) -> int:
        """The reporting unit of the county's people."""
        return self.membership("county_handler").organisation.region_id

    def arguments(self, key: str) -> dict[str, object]:
        """The arguments of an address: what the matrix names in its column `args`."""
        return ARGUMENTS[key](self)


# Column `args` of the matrix → the arguments of the address, from the objects of the demonstration round.
ARGUMENTS: dict[str, Callable[[World], dict[str, object]]] = {
    "": lambda _world: {},
}
