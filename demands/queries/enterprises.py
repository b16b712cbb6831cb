"""Reading the enterprise library (梯度培育库)."""

import datetime as dt

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from demands.models import Demand, Enterprise, RecordClaim, SlipSheet
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import Invitation, Membership, Organisation, Role
from pilot_portal.common.text import name_key

# The records that stand: neither merged into another nor taken away with the import that made them.
STANDING = {"merged_into": None, "removed_at": None}


def visible_enterprises(actor: Actor) -> QuerySet[Enterprise]:
    """The firm itself; the county its own firms; those who read the city's all; nobody else any.

    Records that were merged into another, or went with the import that made them, are nobody's.
    """
    firms = Enterprise.objects.filter(**STANDING).select_related("region", "chain", "organisation")
    if actor.is_enterprise:
        return firms.filter(organisation_id=actor.organisation_id)
    if actor.is_county:
        return firms.filter(region_id=actor.region_id)
    return firms if actor.reads_city or actor.is_system else firms.none()


def matching(firms: QuerySet[Enterprise], typed: str) -> QuerySet[Enterprise]:
    """Firms whose name contains what was typed, or that bear the code."""
    if not typed.strip():
        return firms
    code = typed.strip().upper()
    return firms.filter(name_key__contains=name_key(typed)) | firms.filter(credit_code=code)


def demand_counts(firms: list[Enterprise]) -> dict[int, int]:
    """How many demands each firm ever submitted."""
    rows = (
        Demand.objects.filter(enterprise__in=firms)
        .exclude(state=Demand.State.DRAFT)
        .order_by()
        .values_list("enterprise_id")
        .annotate(n=Count("pk"))
    )
    return dict(rows)


def record_of(organisation: Organisation | None) -> Enterprise | None:
    """The record of the library that belongs to a body."""
    if organisation is None:
        return None
    return (
        Enterprise.objects.filter(organisation=organisation)
        .select_related("region", "chain", "organisation")
        .first()
    )


def open_claim_of(organisation: Organisation | None) -> RecordClaim | None:
    """The body's claim of a record that the county has not decided."""
    if organisation is None:
        return None
    return (
        RecordClaim.objects.filter(organisation=organisation, status=RecordClaim.Status.OPEN)
        .select_related("enterprise__region")
        .first()
    )


def record_claims_for(actor: Actor) -> QuerySet[RecordClaim]:
    """The open claims a county decides; leader and auditor see all counties'."""
    claims = (
        RecordClaim.objects.filter(status=RecordClaim.Status.OPEN)
        .select_related("enterprise__region", "organisation")
        .order_by("asked_at", "pk")
    )
    if actor.is_county:
        return claims.filter(enterprise__region_id=actor.region_id)
    return claims if actor.reads_city else claims.none()


def invitations_of(enterprise: Enterprise) -> list[Invitation]:
    """The invitations into the firm's body, newest first."""
    if enterprise.organisation_id is None:
        return []
    return list(
        Invitation.objects.filter(organisation_id=enterprise.organisation_id).order_by("-created_at", "-pk")
    )


def with_accounts(firms: QuerySet[Enterprise], at: dt.datetime) -> QuerySet[Enterprise]:
    """Firms with `has_account`: whether somebody can sign in for them. A body alone is none."""
    live = Membership.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=at), organisation=OuterRef("organisation")
    )
    return firms.annotate(has_account=Exists(live))


def county_invitations(actor: Actor) -> QuerySet[Invitation]:
    """The invitations of the administrators of a county's firms, newest first."""
    rows = Invitation.objects.filter(
        role=Role.ENTERPRISE_ADMIN, organisation__kind=Organisation.Kind.ENTERPRISE
    ).select_related("organisation__region", "created_by")
    if not actor.is_county:
        return rows.none()
    return rows.filter(organisation__region_id=actor.region_id).order_by("-created_at", "-pk")


def in_progress(rows: QuerySet[Invitation], state: str, at: dt.datetime) -> QuerySet[Invitation]:
    """The invitations at one point of their way: to hand out, handed out, used, expired; all for another."""
    still = rows.filter(spent_at=None, expires_at__gt=at)
    return {
        "open": still.filter(delivered_at=None),
        "delivered": still.filter(delivered_at__isnull=False),
        "used": rows.filter(spent_at__isnull=False),
        "expired": rows.filter(spent_at=None, expires_at__lte=at),
    }.get(state, rows)


def slip_sheets(actor: Actor) -> QuerySet[SlipSheet]:
    """The sheets of slips of a county, newest first."""
    sheets = SlipSheet.objects.select_related("region", "made_by").order_by("-pk")
    return sheets.filter(region_id=actor.region_id) if actor.is_county else sheets.none()
