"""The county's review, and the city's acts on cases that come up directly."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import F

from institutions import policies
from institutions.models import Application, DraftSection
from institutions.operations.telling import tell_county, tell_institution
from institutions.queries import is_reported, scan_is_current
from institutions.rules.sections import CHECKLIST
from institutions.workflow import APPLICATION
from pilot_portal.accounts.actors import Actor
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.rounds.models import Stage
from pilot_portal.rounds.operations import freeze_settings, number_in_force
from pilot_portal.rounds.queries import add_working_days, deadline, setting, working_day_before
from pilot_portal.workflow.machine import Applied

SAME_PERSON = "本批次要求两人办理：核对材料的人不能推荐，请由另一位审核人办理。"
NO_SCAN = "还没有收到本次提交版本的盖章扫描件，不能推荐。"


def open_by_county(application: Application, *, by: Actor, at: dt.datetime) -> None:
    """Note that the county has opened the case; from then on it cannot be taken back. Idempotent."""
    if policies.is_county_of(by, application):
        Application.objects.filter(pk=application.pk, opened_by_county_at=None).update(opened_by_county_at=at)


def mend_until(application: Application, *, at: dt.datetime) -> dt.datetime:
    """Five working days, but at the latest one working day before the county report's deadline.

    With less left the county must decide or ask for an extension (domain.md §2): raises Stale.
    """
    days = number_in_force(application.round, "mend_days", at=at, act="退回修改")
    until = add_working_days(at, days)
    report = deadline(application.round, Stage.Kind.COUNTY_REPORT, at=at, region_id=application.region_id)
    if report is None or application.route == Application.Route.DIRECT:
        return until
    latest = working_day_before(report.end)
    if latest <= at:
        raise Stale("距县区上报截止不足一个工作日，来不及补正：请作出推荐或不予推荐，或向市局申请延期。")
    return min(until, latest)


def clean_notes(sections: Mapping[str, str]) -> dict[str, str]:
    """The notes that say something, by section."""
    return {code: text.strip() for code, text in sections.items() if text.strip()}


@transaction.atomic
def return_application(
    application: Application, *, note: str, sections: Mapping[str, str], by: Actor, at: dt.datetime
) -> None:
    """The county returns the case with notes tied to sections: mend and come again, same case, same number.

    All problems are told at once (一次性告知). Raises NotAllowed, Refused without a note, Stale.
    """
    send_back(application, "return", note=note, sections=sections, by=by, at=at)


@transaction.atomic
def return_direct(
    application: Application, *, note: str, sections: Mapping[str, str], by: Actor, at: dt.datetime
) -> None:
    """The city returns a directly reported case."""
    send_back(application, "return_direct", note=note, sections=sections, by=by, at=at)


@transaction.atomic
def city_return_to_institution(
    application: Application, *, note: str, sections: Mapping[str, str], by: Actor, at: dt.datetime
) -> None:
    """The city returns a recommended case to the institution."""
    send_back(application, "city_return_to_institution", note=note, sections=sections, by=by, at=at)


def send_back(
    application: Application, name: str, *, note: str, sections: Mapping[str, str], by: Actor, at: dt.datetime
) -> None:
    """What every return does: the move with its notes, the days to mend, the sections open again."""
    notes = clean_notes(sections)
    text = note.strip() or "；".join(notes.values())
    move = APPLICATION.moves[name]
    until = mend_until(application, at=at) if application.state in move.sources else None
    APPLICATION.move(application, name, by=by, at=at, note=text, data={"sections": notes}, mend_until=until)
    DraftSection.objects.filter(application=application, section__in=notes).update(
        is_done=False, revision=F("revision") + 1
    )
    tell_institution(application, f"申报 {application.number} 已退回，请修改后重新提交", at=at, body=text)


@transaction.atomic
def recommend(application: Application, *, by: Actor, at: dt.datetime) -> None:
    """The county recommends; the stamped scan of the current version must be present."""
    if not APPLICATION.moves["recommend"].who(by, application):
        raise NotAllowed("只有该县区的审核人可以推荐。")
    if application.state == Application.State.SUBMITTED and not scan_is_current(application):
        raise Refused(NO_SCAN, [Problem(NO_SCAN, field="scan")])
    refuse_second_role(application, by=by, at=at)
    APPLICATION.move(application, "recommend", by=by, at=at, recommended_by=by.user)
    tell_institution(application, f"申报 {application.number} 已由县区推荐", at=at)


def refuse_second_role(application: Application, *, by: Actor, at: dt.datetime) -> None:
    """Where the round asks for two persons, whoever checked never approves."""
    two = number_in_force(application.round, "two_persons_county", at=at, act="推荐")
    if two and application.checklist.get("by") == by.user_id:
        raise NotAllowed(SAME_PERSON)


def two_persons(applications: Sequence[Application], *, at: dt.datetime) -> set[int]:
    """The keys of those rounds of the cases that ask for two persons at the county."""
    rounds = {application.round_id: application.round for application in applications}
    return {key for key, found in rounds.items() if setting(found, "two_persons_county", at=at)}


def plan_recommend(
    applications: Sequence[Application], *, by: Actor, at: dt.datetime
) -> tuple[list[Application], list[tuple[Application, str]]]:
    """What a batch will and will not do, and why: shown before it is done."""
    ready, refused = [], []
    two = two_persons(applications, at=at)
    for application in applications:
        if not APPLICATION.may(by, application, "recommend"):
            refused.append((application, f"目前为“{application.get_state_display()}”，不能推荐"))
        elif not scan_is_current(application):
            refused.append((application, NO_SCAN))
        elif application.round_id in two and application.checklist.get("by") == by.user_id:
            refused.append((application, SAME_PERSON))
        else:
            ready.append(application)
    return ready, refused


@transaction.atomic
def recommend_many(applications: Sequence[Application], *, by: Actor, at: dt.datetime) -> Applied:
    """Recommend a batch; what cannot be is told with its reason."""
    ready, refused = plan_recommend(applications, by=by, at=at)
    for found in {application.round_id: application.round for application in ready}.values():
        freeze_settings(found, ["two_persons_county"], act="推荐", at=at)
    result = APPLICATION.apply_many(ready, "recommend", by=by, at=at, recommended_by=by.user)
    for application in result.done:
        tell_institution(application, f"申报 {application.number} 已由县区推荐", at=at)
    result.refused = [*refused, *result.refused]
    return result


@transaction.atomic
def decline(application: Application, *, note: str, by: Actor, at: dt.datetime) -> None:
    """The county does not recommend, with its reasons."""
    APPLICATION.move(application, "decline", by=by, at=at, note=note, decided_at=at)
    freeze_settings(application.round, ["review_words"], act="不予推荐", at=at)
    tell_institution(application, f"申报 {application.number} 县区不予推荐", at=at, body=note.strip())


@transaction.atomic
def recall(application: Application, *, note: str, by: Actor, at: dt.datetime) -> None:
    """The county takes its recommendation back before its report is sent."""
    if is_reported(application):
        raise Stale("推荐文件已报送市局，不能撤回推荐；如有变化，请与市局联系。")
    APPLICATION.move(application, "recall", by=by, at=at, note=note, recommended_by=None)
    tell_institution(application, f"申报 {application.number} 县区撤回推荐，重新审核", at=at)


@transaction.atomic
def set_checklist(
    application: Application, items: Mapping[str, Mapping[str, object]], *, by: Actor, at: dt.datetime
) -> None:
    """Keep what the county checked: for each item yes, no or open, with a remark."""
    if not policies.is_county_of(by, application):
        raise NotAllowed("只有该县区的人员可以核对。")
    kept = {code: dict(items[code]) for code in CHECKLIST if code in items}
    won = Application.objects.filter(pk=application.pk, state=Application.State.SUBMITTED).update(
        checklist={"items": kept, "by": by.user_id, "at": at.isoformat()}
    )
    if not won:
        raise Stale("该申报已不在县区审核中。")


@transaction.atomic
def accept_direct(application: Application, *, by: Actor, at: dt.datetime) -> None:
    """The city accepts a directly reported case."""
    APPLICATION.move(application, "accept_direct", by=by, at=at)
    tell_institution(application, f"申报 {application.number} 市局已受理", at=at)


@transaction.atomic
def send_to_county(application: Application, *, note: str, by: Actor, at: dt.datetime) -> None:
    """The city sends a directly reported case to its county."""
    route = Application.Route.COUNTY
    APPLICATION.move(application, "send_to_county", by=by, at=at, note=note, route=route)
    tell_county(application, f"市局转来申报 {application.number}", at=at)


@transaction.atomic
def city_return_to_county(application: Application, *, note: str, by: Actor, at: dt.datetime) -> None:
    """The city returns a recommended case to the county."""
    APPLICATION.move(application, "city_return_to_county", by=by, at=at, note=note, recommended_by=None)
    tell_county(application, f"市局退回申报 {application.number}", at=at)


@transaction.atomic
def take_over(application: Application, *, note: str, by: Actor, at: dt.datetime) -> None:
    """The city takes over a case that the county left unhandled at its deadline."""
    report = deadline(application.round, Stage.Kind.COUNTY_REPORT, at=at, region_id=application.region_id)
    if report is not None and not report.is_over:
        raise Stale("县区上报期限未到，市局暂不能接办。")
    APPLICATION.move(application, "take_over", by=by, at=at, note=note, route=Application.Route.DIRECT)
    tell_institution(application, f"申报 {application.number} 由市局接办", at=at)
