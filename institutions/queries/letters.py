"""The steps of applications, reports and pilot institutions that a letter was written for."""

from collections.abc import Collection, Iterable

from institutions.models import Application, CountyReport, PilotInstitution
from pilot_portal.workflow.models import Entry

APPLICATION_TYPE = "institutions.application"
REPORT_TYPE = "institutions.countyreport"
PILOT_TYPE = "institutions.pilotinstitution"
Subject = Application | CountyReport | PilotInstitution


def entry_of(pk: int, case_types: Collection[str], moves: Collection[str]) -> Entry | None:
    """An entry by its key, where it is one of these moves."""
    return Entry.objects.filter(pk=pk, case_type__in=case_types, move__in=moves).first()


def case_of(entry: Entry) -> Subject | None:
    """The case that an entry belongs to, with what its letters name."""
    if entry.case_type == REPORT_TYPE:
        return CountyReport.objects.select_related("round", "region").filter(pk=entry.case_id).first()
    if entry.case_type == APPLICATION_TYPE:
        rows = Application.objects.select_related("round", "region", "organisation")
        return rows.filter(pk=entry.case_id).first()
    pilots = PilotInstitution.objects.select_related("round", "region", "organisation", "application")
    return pilots.filter(pk=entry.case_id).first()


def number_of(case: Subject) -> str:
    """The number that a case is known by: a pilot institution keeps the one of its application."""
    return (case.application.number if isinstance(case, PilotInstitution) else case.number) or ""


def newest_entry(number: str, case_type: str, moves: Collection[str]) -> Entry | None:
    """The newest of these moves of the case with this number."""
    if case_type == REPORT_TYPE:
        keys = CountyReport.objects.filter(number=number).values("pk")
    elif case_type == APPLICATION_TYPE:
        keys = Application.objects.filter(number=number).values("pk")
    else:
        keys = PilotInstitution.objects.filter(application__number=number).values("pk")
    rows = Entry.objects.filter(case_type=case_type, case_id__in=keys, move__in=moves)
    return rows.order_by("-step").first()


def example_number(case_type: str, moves: Collection[str]) -> str | None:
    """The number of some case that made one of these moves."""
    entry = Entry.objects.filter(case_type=case_type, move__in=moves).order_by("pk").first()
    case = case_of(entry) if entry else None
    return number_of(case) if case else None


def entries_with_letters(
    case_type: str, case_ids: Iterable[int], moves: Collection[str]
) -> dict[int, list[Entry]]:
    """By case the entries that a letter was written for, newest first. One query."""
    found: dict[int, list[Entry]] = {}
    rows = Entry.objects.filter(case_type=case_type, case_id__in=list(case_ids), move__in=moves)
    for entry in rows.order_by("-step"):
        found.setdefault(entry.case_id, []).append(entry)
    return found


def pilot_of(application: Application) -> PilotInstitution | None:
    """The pilot institution that an application became."""
    return PilotInstitution.objects.filter(application=application).first()
