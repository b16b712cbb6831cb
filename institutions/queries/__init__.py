"""Reading applications, county reports and the roster: who sees what, lists, what stands in a draft."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet

from institutions.models import (
    Application,
    ApplicationVersion,
    CountyReport,
    DraftSection,
    PilotInstitution,
    ReportRow,
)
from institutions.rules import sections as form
from institutions.rules.checks import Checked, check_application, finance_problems
from pilot_portal.accounts.actors import Actor
from pilot_portal.attachments.queries import files_of
from pilot_portal.codes.models import Chain, ServiceKind
from pilot_portal.common import clock
from pilot_portal.common.text import credit_code_hint
from pilot_portal.documents.queries import readings_of, scan_lines
from pilot_portal.rounds.models import Extension, Round, Stage
from pilot_portal.rounds.queries import Deadline, deadline, round_shown, rounds_newest_first, setting
from pilot_portal.workflow.models import Entry

CASE_TYPE = "institutions.application"
REPORT_TYPE = "institutions.countyreport"
# The states in which the county may still change its report.
OPEN_REPORTS = frozenset({CountyReport.State.DRAFT, CountyReport.State.RETURNED})
LICENCE, SCAN, PROOF = "licence", "scan", "proof"
UNSENT = ("DRAFT",)


def visible_applications(actor: Actor) -> QuerySet[Application]:
    """The institution its own; the county those of its region, the city all, once they were sent."""
    rows = Application.objects.select_related("round", "region", "organisation")
    if actor.role == "system":
        return rows
    if actor.is_institution:
        return rows.filter(organisation_id=actor.organisation_id)
    sent = rows.filter(submitted_at__isnull=False)
    if actor.is_county:
        return sent.filter(region_id=actor.region_id).exclude(state="SUBMITTED_CITY")
    return sent if actor.reads_city else rows.none()


def visible_reports(actor: Actor) -> QuerySet[CountyReport]:
    """The county its own; the city what was sent."""
    rows = CountyReport.objects.select_related("round", "region")
    if actor.role == "system":
        return rows
    if actor.is_county:
        return rows.filter(region_id=actor.region_id)
    return rows.exclude(state="DRAFT") if actor.reads_city else rows.none()


def visible_pilots(actor: Actor) -> QuerySet[PilotInstitution]:
    """The institution its own; counties and the city all; others those on a published roster."""
    rows = PilotInstitution.objects.select_related("round", "region", "organisation", "application")
    if actor.role == "system" or actor.is_county or actor.reads_city:
        return rows
    if actor.is_institution:
        return rows.filter(organisation_id=actor.organisation_id)
    return public_pilots()


def public_pilots() -> QuerySet[PilotInstitution]:
    """What the public sees: the roster of rounds whose roster is published, with who left marked as such."""
    return PilotInstitution.objects.filter(published_at__isnull=False).select_related(
        "round", "region", "organisation"
    )


def awaits_reply(pilot: PilotInstitution) -> bool:
    """Whether the institution may still answer the prior notice of its removal."""
    return (
        pilot.removal_notice_at is not None
        and not pilot.removal_reply
        and pilot.state not in {"REMOVED", "EXITED", "COMPLETED"}
    )


def sections_for(round: Round, at: dt.datetime | None = None) -> tuple[form.Section, ...]:
    """The sections of a round's application with the choices of today's code tables."""
    day = clock.beijing_date(at) if at else None
    begun, not_over = (Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day))
    valid = begun & not_over if day else Q()
    kinds = tuple(ServiceKind.objects.filter(valid).order_by("position").values_list("code", "label"))
    chains = tuple(Chain.objects.filter(valid).order_by("position").values_list("code", "label"))
    return form.sections(round.years_reported, kinds=kinds, chains=chains)


def drafts_of(application: Application) -> dict[str, DraftSection]:
    """The saved sections of a draft by code."""
    return {row.section: row for row in DraftSection.objects.filter(application=application)}


def raw_of(application: Application) -> dict[str, dict[str, Any]]:
    """Everything typed so far, by section."""
    return {code: row.data for code, row in drafts_of(application).items()}


def problems_of(application: Application, *, at: dt.datetime) -> Checked:
    """All that keeps the application from being submitted, at once, and the warnings."""
    return check_application(
        raw_of(application),
        sections_for(application.round, at),
        application.round.years_reported,
        minimum=setting(application.round, "min_enterprises", at=at),
        own_code=application.organisation.credit_code,
        today=clock.beijing_date(at),
        has_licence=files_of(CASE_TYPE, application.pk, LICENCE).exists(),
    )


@dataclass(frozen=True)
class Progress:
    """How far one section is: done, editing, empty or fix (returned with a note or wrong)."""

    section: form.Section
    status: str
    hint: str = ""


def progress_of(application: Application, *, at: dt.datetime) -> list[Progress]:
    """The task list: every section with its status."""
    saved, checked = drafts_of(application), problems_of(application, at=at)
    wrong: dict[str, int] = {}
    for problem in checked.problems:
        wrong[problem.section] = wrong.get(problem.section, 0) + 1
    notes = return_notes(application) if application.state == "RETURNED" else {}
    rows = []
    for part in sections_for(application.round, at):
        draft = saved.get(part.code)
        if part.code in notes and not (draft and draft.is_done):
            rows.append(Progress(part, "fix", notes[part.code]))
        elif draft is None:
            rows.append(Progress(part, "empty"))
        elif draft.is_done and part.code not in wrong:
            rows.append(Progress(part, "done"))
        elif draft.is_done:
            rows.append(Progress(part, "fix", f"{wrong[part.code]} 处需修改"))
        else:
            rows.append(Progress(part, "editing"))
    return rows


def last_return(application: Application) -> Entry | None:
    """The newest return of the case, with its notes by section in `data`."""
    moves = ("return", "return_direct", "city_return_to_institution")
    return (
        Entry.objects.filter(case_type=CASE_TYPE, case_id=application.pk, move__in=moves)
        .order_by("-step")
        .first()
    )


def return_notes(application: Application) -> dict[str, str]:
    """The notes of the newest return by section."""
    entry = last_return(application)
    return dict(entry.data.get("sections", {})) if entry else {}


def current_version(application: Application) -> ApplicationVersion | None:
    """The newest frozen submission."""
    return ApplicationVersion.objects.filter(application=application).order_by("-version").first()


def versions_of(application: Application) -> list[ApplicationVersion]:
    """All frozen submissions, oldest first."""
    return list(ApplicationVersion.objects.filter(application=application).order_by("version"))


def scan_is_current(application: Application) -> bool:
    """Whether a stamped scan came in after the last submission."""
    if application.last_submitted_at is None:
        return False
    return (
        files_of(CASE_TYPE, application.pk, SCAN)
        .filter(uploaded_at__gte=application.last_submitted_at)
        .exists()
    )


def application_deadline(application: Application, *, at: dt.datetime) -> Deadline | None:
    """The end of the application stage for this case: round, county and case extensions considered."""
    return deadline(
        application.round,
        Stage.Kind.APPLICATION,
        at=at,
        region_id=application.region_id,
        case=(CASE_TYPE, application.pk),
    )


def submission_deadline(application: Application, *, at: dt.datetime) -> Deadline | None:
    """Until when this case can be submitted: the stage's end, for a returned one its own days to mend."""
    if application.state == Application.State.RETURNED and application.mend_until is not None:
        begun = application.last_submitted_at or application.created_at
        return Deadline("补正", begun, application.mend_until, at)
    return application_deadline(application, at=at)


def counts_by_round(actor: Actor) -> list[tuple[Round, dict[str, int]]]:
    """How many visible applications stand in each state, by round, newest first. Two queries."""
    rows = visible_applications(actor).order_by().values_list("round_id", "state").annotate(n=Count("pk"))
    counts: dict[int, dict[str, int]] = {}
    for round_id, state, count in rows:
        counts.setdefault(round_id, {})[state] = count
    rounds = rounds_newest_first().filter(pk__in=counts)
    return [(found, counts[found.pk]) for found in rounds]


def queue_of(
    actor: Actor, code: str, state: str, at: dt.datetime
) -> tuple[list[Round], Round | None, dict[str, int]]:
    """All rounds, the one whose queue a page shows, and how many cases stand in each of its states.

    It is the one asked for; else the newest with cases in this state, so that a page does not open on an
    empty queue while another is full; else the newest that has begun. Four queries.
    """
    rounds, chosen = round_shown(code, Stage.Kind.APPLICATION, at)
    counts = {found.pk: by_state for found, by_state in counts_by_round(actor)}
    if chosen is None or chosen.code != code:
        chosen = next((found for found in rounds if counts.get(found.pk, {}).get(state)), chosen)
    return rounds, chosen, counts.get(chosen.pk, {}) if chosen else {}


def rows_of(report: CountyReport) -> list[ReportRow]:
    """The rows of a county report in order."""
    return list(
        ReportRow.objects.filter(report=report)
        .select_related("application__organisation", "application__region", "application__round")
        .order_by("position")
    )


def recommended_for(round: Round, region_id: int) -> QuerySet[Application]:
    """The recommended applications of a county that no report of it lists yet."""
    listed = ReportRow.objects.filter(report__round=round, report__region_id=region_id, is_set_aside=False)
    return (
        Application.objects.filter(round=round, region_id=region_id, state="RECOMMENDED")
        .exclude(pk__in=listed.values("application"))
        .select_related("organisation")
        .order_by("number")
    )


def is_reported(application: Application) -> bool:
    """Whether the case stands in a report that was sent to the city."""
    return ReportRow.objects.filter(
        application=application, report__state__in=["SUBMITTED", "ACCEPTED"], is_set_aside=False
    ).exists()


def latest_versions(application_ids: list[int]) -> dict[int, ApplicationVersion]:
    """The newest version of each application, with its kinds, in two queries."""
    versions = (
        ApplicationVersion.objects.filter(application_id__in=application_ids)
        .prefetch_related("kinds")
        .order_by("application_id", "version")
    )
    return {version.application_id: version for version in versions}


def may_see_file(actor: Actor, case_id: int, purpose: str) -> bool:
    """Whoever sees an application sees its files."""
    return visible_applications(actor).filter(pk=case_id).exists()


def may_see_report_file(actor: Actor, case_id: int, purpose: str) -> bool:
    """Whoever sees a county report sees its scan."""
    return visible_reports(actor).filter(pk=case_id).exists()


def open_rounds(at: dt.datetime, region_id: int | None = None) -> list[Round]:
    """The rounds whose application stage is open, for all or by an extension of this county; newest first."""
    later = Extension.objects.filter(Q(region=None) | Q(region_id=region_id), case_id=None, ends_at__gt=at)
    stages = Stage.objects.filter(kind=Stage.Kind.APPLICATION, starts_at__lte=at).filter(
        Q(ends_at__gt=at) | Q(pk__in=later.values("stage"))
    )
    rounds = Round.objects.filter(stages__in=stages, status__in=["OPEN", "CONSULTATION"])
    return list(rounds.order_by("-year", "-code"))


def frozen_report(report: CountyReport, rows: Sequence[ReportRow]) -> dict[str, object]:
    """The rows of Attachment 1 as they are printed."""
    versions = latest_versions([row.application_id for row in rows])
    return {
        "year": report.round.year,
        "unit": report.region.department,
        "edition": report.edition,
        "rows": [
            {
                "number": row.application.number,
                "name": row.application.organisation.name,
                "contact": f"{versions[row.application_id].contact} {versions[row.application_id].phone}",
                "kinds": [
                    k.label
                    for k in sorted(versions[row.application_id].kinds.all(), key=lambda k: k.position)
                ],
                "capacity": versions[row.application_id].capacity,
                "remark": row.remark,
            }
            for row in rows
        ],
    }


def hints_for(application: Application, version: ApplicationVersion) -> list[dict[str, str]]:
    """What the system looked at; people judge. Rows for the checks component."""
    values = version.data.get("values", {})
    code = values.get("credit_code") or ""
    rows = [
        {"tone": "good", "text": f"信用代码校验位正确（{credit_code_hint(code)}）"},
        {"tone": "good", "text": f"承诺服务 {version.committed} 家，不大于年服务能力 {version.capacity} 家"},
    ]
    others = (
        ApplicationVersion.objects.filter(application__round=application.round, phone=version.phone)
        .exclude(application=application)
        .values_list("application__organisation__name", flat=True)
        .distinct()[:3]
    )
    rows += [{"tone": "warn", "text": f"联系电话与“{name}”相同"} for name in others]
    same_person = (
        Application.objects.filter(
            round=application.round,
            organisation__legal_representative=application.organisation.legal_representative,
        )
        .exclude(pk=application.pk)
        .exclude(organisation__legal_representative="")
        .values_list("organisation__name", flat=True)[:3]
    )
    rows += [{"tone": "warn", "text": f"法定代表人与“{name}”相同"} for name in same_person]
    typed = {key: value for key, value in values.items() if value is not None}
    figures = {
        key: Decimal(str(value)) if isinstance(value, str) and key.rsplit("_", 1)[-1].isdigit() else value
        for key, value in typed.items()
        if key.rsplit("_", 1)[-1].isdigit() and not key.startswith("case")
    }
    warnings = finance_problems(figures, application.round.years_reported).warnings
    rows += [{"tone": "warn", "text": warning.message} for warning in warnings]
    if not warnings:
        rows.append({"tone": "good", "text": "资产、收支各项相互一致"})
    scan = "已收到本次版本的盖章扫描件" if scan_is_current(application) else "尚未收到本次版本的盖章扫描件"
    rows.append({"tone": "good" if scan_is_current(application) else "warn", "text": scan})
    return rows + scan_hints(application, version)


def scan_hints(application: Application, version: ApplicationVersion) -> list[dict[str, str]]:
    """What was read on the stamped scans of the last submission. Two queries."""
    scans = files_of(CASE_TYPE, application.pk, SCAN).filter(uploaded_at__gte=version.submitted_at)
    return scan_lines(readings_of(list(scans)), {"application-set"}, version.pk)


def file_rows(case_type: str, case_id: int) -> list[dict[str, Any]]:
    """The files of a case as the attachments component shows them."""
    words = {"licence": "营业执照（法人证书）", "scan": "盖章扫描件", "proof": "佐证材料"}
    return [
        {
            "title": f"{words.get(file.purpose, file.purpose)}：{file.name}",
            "purpose": file.purpose,
            "url": f"/files/{file.uuid}/",
            "size": file.size,
            "at": file.uploaded_at,
        }
        for file in files_of(case_type, case_id)
    ]
