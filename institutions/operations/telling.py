"""Whom an act on an application is told to."""

import datetime as dt

from institutions.models import Application
from pilot_portal.accounts.queries import recipients_in, recipients_of_city, recipients_of_region
from pilot_portal.notifications.operations import tell

INSTITUTION = {"institution_admin", "institution_member"}
COUNTY = {"county_handler", "county_approver"}
CITY = {"city_handler", "city_chief"}


def tell_institution(application: Application, subject: str, *, at: dt.datetime, body: str = "") -> None:
    """A message to the people of the applicant."""
    people = recipients_in([application.organisation_id], INSTITUTION, at)
    key = f"application:{application.pk}:{application.step}"
    tell(people, subject, key=key, at=at, body=body, path=f"/my/application/{application.round.code}/")


def tell_county(application: Application, subject: str, *, at: dt.datetime) -> None:
    """A message to the officers of the case's county."""
    people = recipients_of_region(application.region_id, COUNTY, at)
    key = f"application:{application.pk}:{application.step}"
    tell(people, subject, key=key, at=at, path=f"/desk/county/applications/{application.number}/")


def tell_city(application: Application, subject: str, *, at: dt.datetime) -> None:
    """A message to the city's section."""
    key = f"application:{application.pk}:{application.step}"
    people = recipients_of_city(CITY, at)
    tell(people, subject, key=key, at=at, path=f"/desk/city/applications/{application.number}/")
