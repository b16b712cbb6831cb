"""Telling firms and counties what became of a demand. No phone, no contact ever stands in a message."""

import datetime as dt
from collections.abc import Sequence

from demands.models import Demand
from pilot_portal.accounts.actors import COUNTY, ENTERPRISE
from pilot_portal.accounts.queries import recipients_in, recipients_of_region
from pilot_portal.notifications.operations import tell


def tell_enterprises(
    demands: Sequence[Demand], subject: str, *, key: str, at: dt.datetime, body: str = ""
) -> None:
    """The same message to the people of many firms; firms without account are reached by their county."""
    bodies = {d.enterprise.organisation_id for d in demands if d.enterprise.organisation_id}
    if bodies:
        users = recipients_in(sorted(bodies), set(ENTERPRISE), at)
        tell(users, subject, key=key, at=at, body=body, path="/my/demands/")


def tell_enterprise(demand: Demand, subject: str, *, at: dt.datetime, body: str = "") -> None:
    """A message about one demand to the people of its firm."""
    if demand.enterprise.organisation_id:
        tell(
            recipients_in([demand.enterprise.organisation_id], set(ENTERPRISE), at),
            f"{subject}（{demand.number}）",
            key=f"demand:{demand.pk}:{demand.step}",
            at=at,
            body=body,
            path=f"/my/demands/{demand.pk}/",
        )


def tell_county(demand: Demand, subject: str, *, at: dt.datetime, body: str = "") -> None:
    """A message about one demand to the county that checks it."""
    tell(
        recipients_of_region(demand.region_id, set(COUNTY), at),
        f"{subject}：{demand.enterprise.name}（{demand.number}）",
        key=f"demand:{demand.pk}:{demand.step}:county",
        at=at,
        body=body,
        path=f"/desk/county/demands/{demand.pk}/",
    )
