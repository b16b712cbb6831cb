"""The actor: a person as he stands before a page, in one body with one role."""

from dataclasses import dataclass

from pilot_portal.accounts.models import Membership, Organisation, User

INSTITUTION = frozenset({"institution_admin", "institution_member"})
ENTERPRISE = frozenset({"enterprise_admin", "enterprise_member"})
COUNTY = frozenset({"county_handler", "county_approver"})
CITY = frozenset({"city_handler", "city_chief"})
READS_CITY = CITY | {"leader", "auditor"}


@dataclass(frozen=True)
class Actor:
    """Who acts or looks: a user with the membership he has chosen, nobody, or the clock."""

    user: User | None = None
    membership: Membership | None = None
    is_system: bool = False

    @property
    def is_authenticated(self) -> bool:
        """Signed in as a person."""
        return self.user is not None

    @property
    def user_id(self) -> int | None:
        """The person's key, None for the public and the clock."""
        return self.user.pk if self.user else None

    @property
    def organisation(self) -> Organisation | None:
        """The body he stands in."""
        return self.membership.organisation if self.membership else None

    @property
    def organisation_id(self) -> int | None:
        """The body's key."""
        return self.membership.organisation_id if self.membership else None

    @property
    def region_id(self) -> int | None:
        """The reporting unit of his body, None for the city."""
        return self.membership.organisation.region_id if self.membership else None

    @property
    def role(self) -> str:
        """The role's code (domain.md §1); `public` for nobody, `guest` for one without a body."""
        if self.is_system:
            return "system"
        if self.membership:
            return self.membership.role
        return "guest" if self.user else "public"

    @property
    def may_decide(self) -> bool:
        """The enterprise's administrator, or a member he named (domain.md §1)."""
        return self.role == "enterprise_admin" or (
            self.role == "enterprise_member" and bool(self.membership and self.membership.may_decide)
        )

    @property
    def display(self) -> str:
        """As entries and the head of the page show him: 芦淞区工信部门 · 王示例（代理）."""
        if self.is_system:
            return "系统"
        if not self.user:
            return "公众"
        stands = self.membership
        deputy = (
            "（代理）"
            if stands and stands.deputy_order
            else "（代理人）"
            if stands and stands.is_agent
            else ""
        )
        body = self.organisation
        return f"{body.name} · {self.user}{deputy}" if body else str(self.user)

    @property
    def is_institution(self) -> bool:
        """Stands in a service institution."""
        return self.role in INSTITUTION

    @property
    def is_enterprise(self) -> bool:
        """Stands in an enterprise."""
        return self.role in ENTERPRISE

    @property
    def is_county(self) -> bool:
        """Stands in a county bureau."""
        return self.role in COUNTY

    @property
    def is_city(self) -> bool:
        """Works in the city's SME section."""
        return self.role in CITY

    @property
    def reads_city(self) -> bool:
        """May read everything of the city (section, leader, auditor)."""
        return self.role in READS_CITY


PUBLIC = Actor()
SYSTEM = Actor(is_system=True)
