"""What the pages of a case offer: the letter of each step that called for one, newest first."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from institutions import policies
from institutions.documents.letters import OF_APPLICATIONS, OF_REPORTS
from institutions.documents.pilots import OF_PILOTS, SERVICE_PROOF
from institutions.models import Application, CountyReport, PilotInstitution
from institutions.queries.letters import (
    APPLICATION_TYPE,
    PILOT_TYPE,
    REPORT_TYPE,
    entries_with_letters,
    pilot_of,
)
from pilot_portal.accounts.actors import Actor
from pilot_portal.documents.registry import PaperKind


@dataclass(frozen=True)
class Offer:
    """A letter that may be asked for: of which entry, and the proof of its service for whoever serves it."""

    kind: str
    title: str
    subject: int
    at: dt.datetime
    proof: str = ""


def _offers(
    case_type: str, case_ids: Collection[int], letters: Mapping[str, PaperKind], *, served: bool
) -> dict[int, list[Offer]]:
    proof = SERVICE_PROOF.code if served else ""
    return {
        key: [
            Offer(letters[entry.move].code, letters[entry.move].title, entry.pk, entry.at, proof)
            for entry in entries
        ]
        for key, entries in entries_with_letters(case_type, case_ids, letters).items()
    }


def letters_of_case(actor: Actor, application: Application) -> list[Offer]:
    """Of an application and the pilot institution it became. Three queries."""
    served = policies.serves_letters_of(actor, application)
    pilot = pilot_of(application)
    told: list[Offer] = []
    if pilot is not None and policies.reads_letters_of(actor, pilot):
        told = letters_of_pilots(actor, [pilot]).get(pilot.pk, [])
    own = _offers(APPLICATION_TYPE, [application.pk], OF_APPLICATIONS, served=served)
    return [*told, *own.get(application.pk, [])]


def letters_of_pilots(actor: Actor, pilots: Collection[PilotInstitution]) -> dict[int, list[Offer]]:
    """By pilot institution, for those whose letters the actor reads. One query."""
    read = [pilot.pk for pilot in pilots if policies.reads_letters_of(actor, pilot)]
    served = any(policies.serves_letters_of(actor, pilot) for pilot in pilots)
    return _offers(PILOT_TYPE, read, OF_PILOTS, served=served)


def receipts_of(report: CountyReport) -> list[Offer]:
    """The receipts of a county report, one each time it was sent. One query."""
    return _offers(REPORT_TYPE, [report.pk], OF_REPORTS, served=False).get(report.pk, [])
