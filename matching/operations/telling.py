"""Telling claimants, both parties of a contract and the county. No phone ever stands in a message."""

import datetime as dt

from matching.models import Claim, Engagement
from pilot_portal.accounts.actors import COUNTY, ENTERPRISE, INSTITUTION, Actor
from pilot_portal.accounts.queries import recipients_in, recipients_of_region
from pilot_portal.notifications.operations import tell


def tell_claimant(claim: Claim, subject: str, *, at: dt.datetime, about: str = "") -> None:
    """A message to the people of the claimant; `about` tells apart what happens at the same step."""
    people = recipients_in([claim.pilot.organisation_id], set(INSTITUTION), at)
    tell(
        people,
        subject,
        key=f"claim:{claim.pk}:{claim.step}:{about}".rstrip(":"),
        at=at,
        path=f"/my/claims/{claim.pk}/",
    )


def tell_parties(engagement: Engagement, subject: str, *, at: dt.datetime, by: Actor, body: str = "") -> None:
    """A message to the other side (to both when the clock or the county acts); `body` is the reason given."""
    bodies = {engagement.pilot.organisation_id, engagement.enterprise.organisation_id} - {
        by.organisation_id,
        None,
    }
    people = recipients_in([key for key in bodies if key], set(INSTITUTION | ENTERPRISE), at)
    key = f"engagement:{engagement.pk}:{engagement.step}:{subject[:20]}"
    tell(people, subject, key=key, at=at, body=body, path=f"/my/engagements/{engagement.number}/")


def tell_county_of(engagement: Engagement, subject: str, *, at: dt.datetime, body: str = "") -> None:
    """A message to the county where the enterprise lies."""
    tell(
        recipients_of_region(engagement.enterprise.region_id, set(COUNTY), at),
        subject,
        key=f"engagement:{engagement.pk}:{engagement.step}:county",
        at=at,
        body=body,
        path=f"/desk/engagements/{engagement.number}/",
    )
