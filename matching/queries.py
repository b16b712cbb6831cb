"""Reading claims and engagements: who sees what, lists, counts."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from demands.models import Demand
from institutions.models import PilotInstitution
from matching.models import Claim, Engagement, ServiceLog
from matching.rules import Body
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import Organisation

# States in which offers on a demand are still sealed: the claim window is open.
SEALED = (Demand.State.PUBLISHED,)
# What an enterprise and staff see of claims: never another's draft.
SENT = ("SUBMITTED", "SHORTLISTED", "SELECTED", "NOT_SELECTED", "DECLINED", "FROZEN", "LAPSED", "VOID")


def body_of(organisation: Organisation) -> Body:
    """What is compared of a body to find affiliates."""
    return Body(organisation.credit_code, organisation.legal_representative)


def claimants_of(demand: Demand) -> QuerySet[PilotInstitution]:
    """The institutions with a live claim on a demand."""
    live = Claim.objects.filter(demand=demand).exclude(state__in=["WITHDRAWN", "VOID", "LAPSED", "DECLINED"])
    return PilotInstitution.objects.filter(pk__in=live.values("pilot")).select_related("organisation")


def visible_claims(actor: Actor) -> QuerySet[Claim]:
    """Offers are sealed: from other institutions always, from everybody else until the window closes.

    Source: domain.md §3 Claim.
    """
    claims = Claim.objects.select_related(
        "demand__enterprise", "demand__region", "demand__round", "pilot__organisation"
    )
    if actor.role == "system":
        return claims
    if actor.is_institution:
        return claims.filter(pilot__organisation_id=actor.organisation_id)
    opened = claims.filter(state__in=SENT).exclude(demand__state__in=SEALED)
    if actor.is_enterprise:
        return opened.filter(demand__enterprise__organisation_id=actor.organisation_id)
    if actor.is_county:
        return opened.filter(demand__region_id=actor.region_id)
    return opened if actor.reads_city else claims.none()


def visible_engagements(actor: Actor) -> QuerySet[Engagement]:
    """Both parties, the enterprise's county, the institution's county, the city, leader and auditor."""
    engagements = Engagement.objects.select_related(
        "demand", "enterprise__region", "pilot__organisation", "pilot__region", "round", "claim"
    )
    if actor.role == "system" or actor.reads_city:
        return engagements
    if actor.is_institution:
        return engagements.filter(pilot__organisation_id=actor.organisation_id)
    if actor.is_enterprise:
        return engagements.filter(enterprise__organisation_id=actor.organisation_id)
    if actor.is_county:
        return engagements.filter(
            Q(enterprise__region_id=actor.region_id) | Q(pilot__region_id=actor.region_id)
        )
    return engagements.none()


def claim_counts(demand_ids: Iterable[int]) -> dict[int, int]:
    """How many institutions claimed each demand: the number alone is public, never who or for how much."""
    rows = (
        Claim.objects.filter(
            demand_id__in=list(demand_ids), state__in=["SUBMITTED", "SHORTLISTED", "SELECTED", "NOT_SELECTED"]
        )
        .values("demand_id")
        .annotate(n=Count("pk"))
    )
    return {row["demand_id"]: row["n"] for row in rows}


def logs_of(engagement: Engagement) -> QuerySet[ServiceLog]:
    """The service log of a contract, newest first."""
    return (
        ServiceLog.objects.filter(engagement=engagement).select_related("written_by").order_by("-on", "-pk")
    )


def served_enterprises(pilot: PilotInstitution) -> int:
    """Distinct SMEs with an accepted engagement: the "不少于10家" of the notice; large firms do not count."""
    return (
        Engagement.objects.filter(pilot=pilot, state__in=["ACCEPTED", "ACCEPTED_BY_COUNTY"])
        .exclude(enterprise__size="LARGE")
        .values("enterprise")
        .distinct()
        .count()
    )


def overdue(state: str, column: str, at: dt.datetime) -> QuerySet[Engagement]:
    """Contracts in a state whose deadline column has passed."""
    return Engagement.objects.filter(**{"state": state, f"{column}__lte": at})
