"""The city's confirmation (评定): propose, publicity, confirm, not confirm, revoke, reinstate."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from institutions.models import Application, PilotInstitution
from institutions.operations.telling import tell_institution
from institutions.queries import current_version, latest_versions
from institutions.workflow import APPLICATION, PILOT
from pilot_portal.accounts.actors import Actor
from pilot_portal.bulletin.models import Publication
from pilot_portal.bulletin.operations import publish
from pilot_portal.common import clock
from pilot_portal.common.contacts import without_contacts
from pilot_portal.common.errors import Problem, Refused, Stale
from pilot_portal.documents.letterhead import NOTICE
from pilot_portal.rounds.models import Round
from pilot_portal.rounds.operations import freeze_settings, number_in_force
from pilot_portal.rounds.queries import add_working_days, publicity_missing
from pilot_portal.workflow.machine import Applied

# Published with the round, frozen at confirmation (domain.md §2).
FROZEN = [
    "publicity_on",
    "exit_satisfied_share",
    "exit_min_answers",
    "exit_min_answer_share",
    "award_count",
    "min_enterprises",
]


@transaction.atomic
def propose(application: Application, *, by: Actor, at: dt.datetime) -> None:
    """The city handler proposes a case for confirmation."""
    APPLICATION.move(application, "propose", by=by, at=at, proposed_by=by.user)


@transaction.atomic
def propose_many(applications: Sequence[Application], *, by: Actor, at: dt.datetime) -> Applied:
    """Propose a batch."""
    return APPLICATION.apply_many(applications, "propose", by=by, at=at, proposed_by=by.user)


@transaction.atomic
def to_publicity(applications: Sequence[Application], *, by: Actor, at: dt.datetime) -> Applied:
    """Bring proposed cases into publicity with one frozen notice a round; what cannot be is told."""
    result = Applied()
    for round_ in dict.fromkeys(application.round for application in applications):
        _refuse_without_publicity(round_, at=at)
        days = number_in_force(round_, "publicity_days", at=at, act="公示")
        until = add_working_days(at, days)
        group = [application for application in applications if application.round == round_]
        moved = APPLICATION.apply_many(group, "to_publicity", by=by, at=at, publicity_until=until)
        if moved.done:
            _publish_notice(moved.done, days, until, by=by, at=at)
        result.done += moved.done
        result.refused += moved.refused
    return result


@transaction.atomic
def one_to_publicity(application: Application, *, by: Actor, at: dt.datetime) -> Publication:
    """Bring one proposed case into publicity. Raises NotAllowed, Stale (also where a round has none)."""
    days = number_in_force(application.round, "publicity_days", at=at, act="公示")
    until = add_working_days(at, days)
    APPLICATION.move(application, "to_publicity", by=by, at=at, publicity_until=until)
    _refuse_without_publicity(application.round, at=at)
    return _publish_notice([application], days, until, by=by, at=at)


def _refuse_without_publicity(round: Round, *, at: dt.datetime) -> None:
    if not number_in_force(round, "publicity_on", at=at, act="公示"):
        raise Stale("本批次不设公示环节，可直接确认。")


def _publish_notice(
    applications: Sequence[Application], days: int, until: dt.datetime, *, by: Actor, at: dt.datetime
) -> Publication:
    versions = latest_versions([application.pk for application in applications])
    return publish(
        applications[0].round,
        Publication.Kind.PUBLICITY,
        f"{applications[0].round.label}拟确认试点服务机构（平台）公示",
        body=(
            f"按照{NOTICE}要求，经申报、推荐和审核，拟确认下列 {len(applications)} 家服务机构（平台）为"
            f"{applications[0].round.label}试点服务机构（平台），现予公示。"
            f"公示期 {days} 个工作日，至 {clock.spoken(until)}。如有异议，请在公示期内书面反映。"
        ),
        payload={"rows": [roster_row(application, versions) for application in applications]},
        by=by,
        at=at,
    )


def roster_row(application: Application, versions: dict) -> dict[str, object]:
    """What the public learns of one institution: name, county, kinds. Never a contact."""
    version = versions.get(application.pk)
    kinds = sorted(version.kinds.all(), key=lambda kind: kind.position) if version else []
    return {
        "name": application.organisation.name,
        "region": application.region.name,
        "kinds": [kind.label for kind in kinds],
    }


@transaction.atomic
def confirm(application: Application, *, by: Actor, at: dt.datetime) -> PilotInstitution:
    """The chief confirms: the institution stands on the roster with its capacity and promise.

    Raises NotAllowed (also for the proposer himself), Stale (also before the end of the publicity).
    """
    APPLICATION.move(application, "confirm", by=by, at=at, decided_at=at)
    waiting = publicity_missing(application.round, application.publicity_until, at=at)
    if waiting:
        raise Stale(waiting)
    pilot = list_on_roster(application, by=by, at=at)
    freeze_settings(application.round, FROZEN, act="确认试点机构", at=at)
    tell_institution(application, f"贵机构已确认为{application.round.label}试点服务机构", at=at)
    return pilot


def list_on_roster(application: Application, *, by: Actor, at: dt.datetime) -> PilotInstitution:
    """The roster entry of a confirmed application."""
    version = current_version(application)
    if version is None:
        raise Refused("该申报没有提交过的版本，不能确认。")
    pilot = PilotInstitution(
        round=application.round,
        organisation=application.organisation,
        application=application,
        region=application.region,
        listed_at=at,
        capacity=version.capacity,
        committed=version.committed,
        # Everybody reads it: what tells how to reach somebody stays in the application.
        introduction=without_contacts(
            str(version.data.get("values", {}).get("path") or ""), names=(version.contact,)
        ),
    )
    PILOT.start(pilot, by=by, at=at)
    pilot.kinds.set(version.kinds.all())
    return pilot


def confirm_many(applications: Sequence[Application], *, by: Actor, at: dt.datetime) -> Applied:
    """Confirm a batch one by one; what cannot be is told with its reason."""
    result = Applied()
    for application in applications:
        try:
            confirm(application, by=by, at=at)
        except Refused as refusal:
            result.refused.append((application, refusal.message))
        else:
            result.done.append(application)
    return result


@transaction.atomic
def not_confirm(application: Application, *, note: str, by: Actor, at: dt.datetime) -> None:
    """The chief does not confirm, with reasons."""
    APPLICATION.move(application, "not_confirm", by=by, at=at, note=note, decided_at=at)
    freeze_settings(application.round, ["review_words"], act="不予确认", at=at)
    tell_institution(application, f"申报 {application.number} 不予确认", at=at, body=note.strip())


@transaction.atomic
def revoke(application: Application, *, note: str, document_number: str, by: Actor, at: dt.datetime) -> None:
    """Revoke a confirmation; the roster entry is removed with it."""
    require_number(document_number)
    data = {"document_number": document_number.strip()}
    APPLICATION.move(application, "revoke", by=by, at=at, note=note, data=data, decided_at=at)
    pilot = PilotInstitution.objects.filter(application=application).first()
    if pilot is not None and pilot.state in PILOT.moves["remove"].sources:
        of_pilot = data | {"name": application.organisation.name}
        PILOT.move(pilot, "remove", by=by, at=at, note=note, data=of_pilot)
        freeze_settings(application.round, ["remedy_words"], act="撤销确认", at=at)
    tell_institution(application, f"申报 {application.number} 已撤销确认", at=at, body=note.strip())


@transaction.atomic
def reinstate(
    application: Application, *, note: str, document_number: str, by: Actor, at: dt.datetime
) -> PilotInstitution:
    """Confirm after all, by an upheld objection with document number."""
    require_number(document_number)
    data = {"document_number": document_number.strip()}
    APPLICATION.move(application, "reinstate", by=by, at=at, note=note, data=data, decided_at=at)
    tell_institution(application, f"申报 {application.number} 已恢复确认", at=at, body=note.strip())
    return list_on_roster(application, by=by, at=at)


def require_number(document_number: str) -> None:
    """Raise Refused without a document number."""
    if not document_number.strip():
        raise Refused("请填写文号。", [Problem("请填写文号。", field="document_number")])
