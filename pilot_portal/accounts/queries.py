"""Reading people and bodies."""

import datetime as dt

from django.db.models import Q, QuerySet

from pilot_portal.accounts.actors import PUBLIC, Actor
from pilot_portal.accounts.models import Grant, Invitation, Membership, Organisation, User


def live_memberships(user: User, at: dt.datetime) -> QuerySet[Membership]:
    """The memberships a person holds at the moment, with their bodies, oldest first."""
    return (
        Membership.objects.filter(user=user, starts_at__lte=at)
        .filter(Q(ends_at=None) | Q(ends_at__gt=at))
        .select_related("organisation__region", "user")
        .order_by("starts_at", "pk")
    )


def actor_for(user: User | None, membership_id: int | None, at: dt.datetime) -> Actor:
    """The actor of a signed-in user: the membership he chose if it still lives, else his first one."""
    if user is None:
        return PUBLIC
    memberships = list(live_memberships(user, at))
    chosen = next((m for m in memberships if m.pk == membership_id), memberships[0] if memberships else None)
    return Actor(user, chosen)


def members_of(organisation: Organisation, at: dt.datetime) -> QuerySet[Membership]:
    """The people who stand in a body at the moment."""
    return (
        Membership.objects.filter(organisation=organisation, starts_at__lte=at)
        .filter(Q(ends_at=None) | Q(ends_at__gt=at))
        .select_related("user")
        .order_by("role", "pk")
    )


def recipients_in(organisations: list[int], roles: set[str], at: dt.datetime) -> list[int]:
    """The keys of the users with one of the roles in one of the bodies: whom a message goes to."""
    return list(
        Membership.objects.filter(organisation_id__in=organisations, role__in=roles, starts_at__lte=at)
        .filter(Q(ends_at=None) | Q(ends_at__gt=at))
        .values_list("user_id", flat=True)
        .distinct()
    )


def recipients_of_region(region_id: int, roles: set[str], at: dt.datetime) -> list[int]:
    """The keys of the county officers of a reporting unit with one of the roles."""
    bodies = Organisation.objects.filter(kind=Organisation.Kind.COUNTY, region_id=region_id)
    return recipients_in(list(bodies.values_list("pk", flat=True)), roles, at)


def recipients_of_city(roles: set[str], at: dt.datetime) -> list[int]:
    """The keys of the city's people with one of the roles."""
    bodies = Organisation.objects.filter(kind=Organisation.Kind.CITY)
    return recipients_in(list(bodies.values_list("pk", flat=True)), roles, at)


def open_invitations(organisation: Organisation, at: dt.datetime) -> QuerySet[Invitation]:
    """The invitations into a body that can still be spent."""
    return Invitation.objects.filter(organisation=organisation, spent_at=None, expires_at__gt=at).order_by(
        "-pk"
    )


PUBLIC_KINDS = (Organisation.Kind.CITY, Organisation.Kind.COUNTY)


def public_bodies() -> QuerySet[Organisation]:
    """The city and its county bureaus, in the order of the reporting units."""
    return (
        Organisation.objects.filter(kind__in=PUBLIC_KINDS)
        .select_related("region")
        .order_by("kind", "region__position", "pk")
    )


def staff(at: dt.datetime) -> QuerySet[Membership]:
    """Everybody who stands in a public body at the moment."""
    return (
        Membership.objects.filter(organisation__kind__in=PUBLIC_KINDS, starts_at__lte=at)
        .filter(Q(ends_at=None) | Q(ends_at__gt=at))
        .select_related("user", "organisation__region")
        .order_by("organisation__kind", "organisation__region__position", "role", "pk")
    )


def visible_grants(actor: Actor) -> QuerySet[Grant]:
    """What was asked for and decided: for those who ask, those who decide, and the auditor."""
    rows = Grant.objects.select_related("organisation", "requested_by", "invitation")
    return rows if actor.role in {"sysadmin", "city_chief", "auditor"} else rows.none()
