"""Who may act on claims and engagements. Predicates over the actor and the case; no database."""

from matching.models import Claim, Engagement
from pilot_portal.accounts.actors import Actor


def is_claimant_admin(actor: Actor, claim: Claim) -> bool:
    """The administrator of the institution whose claim it is."""
    return actor.role == "institution_admin" and actor.organisation_id == claim.pilot.organisation_id


def is_claimant(actor: Actor, claim: Claim) -> bool:
    """Anyone of the institution whose claim it is."""
    return actor.is_institution and actor.organisation_id == claim.pilot.organisation_id


def decides_for_enterprise(actor: Actor, claim: Claim) -> bool:
    """The enterprise's administrator or the member he named, on claims to its own demand."""
    return actor.may_decide and actor.organisation_id == claim.demand.enterprise.organisation_id


def is_system(actor: Actor, _case: Claim | Engagement) -> bool:
    """The clock."""
    return actor.role == "system"


def is_provider_admin(actor: Actor, engagement: Engagement) -> bool:
    """The administrator of the institution that serves."""
    return actor.role == "institution_admin" and actor.organisation_id == engagement.pilot.organisation_id


def is_provider(actor: Actor, engagement: Engagement) -> bool:
    """Anyone of the institution that serves."""
    return actor.is_institution and actor.organisation_id == engagement.pilot.organisation_id


def decides_for_served(actor: Actor, engagement: Engagement) -> bool:
    """The enterprise's administrator or the member he named, on its own contracts."""
    return actor.may_decide and actor.organisation_id == engagement.enterprise.organisation_id


def is_county_of(actor: Actor, engagement: Engagement) -> bool:
    """An officer of the county where the enterprise lies."""
    return actor.is_county and actor.region_id == engagement.enterprise.region_id


def is_county_approver_of(actor: Actor, engagement: Engagement) -> bool:
    """The approver of the county where the enterprise lies."""
    return actor.role == "county_approver" and actor.region_id == engagement.enterprise.region_id


def may_resume(actor: Actor, engagement: Engagement) -> bool:
    """Out of dispute: the enterprise agrees, or the county has mediated."""
    return decides_for_served(actor, engagement) or is_county_of(actor, engagement)
