"""The roster: publishing it, warning, rectifying, suspending, leaving, removing, completing."""

import datetime as dt

from django.db import transaction

from institutions.documents import ROSTER
from institutions.models import PilotInstitution
from institutions.operations.confirmation import require_number
from institutions.queries import awaits_reply
from institutions.workflow import PILOT
from pilot_portal.accounts.actors import SYSTEM, Actor
from pilot_portal.accounts.queries import recipients_in, recipients_of_city
from pilot_portal.bulletin.models import Publication
from pilot_portal.bulletin.operations import publish
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Stale
from pilot_portal.documents.letterhead import PROGRAMME, grounds_of
from pilot_portal.documents.operations import request_paper
from pilot_portal.notifications.operations import tell
from pilot_portal.rounds.models import Round
from pilot_portal.rounds.operations import freeze_settings
from pilot_portal.rounds.queries import add_working_days

SUSPENSION_DAYS = 30
REPLY_DAYS = 5
REMEDY = "remedy_words"


@transaction.atomic
def publish_roster(round: Round, *, by: Actor, at: dt.datetime, document_number: str = "") -> Publication:
    """Publish the confirmed institutions of a round as a frozen list; later editions replace it.

    Raises NotAllowed for others than the chief, Stale when nobody is confirmed or nothing has changed since.
    Source: notice 三（四）.
    """
    if by.role != "city_chief":
        raise NotAllowed("只有中小企业科科长可以发布名单。")
    pilots = list(
        PilotInstitution.objects.filter(round=round)
        .exclude(state__in=["REMOVED", "EXITED"])
        .select_related("organisation", "region", "application__organisation", "application__region")
        .prefetch_related("kinds")
        .order_by("region__position", "pk")
    )
    if not pilots:
        raise Stale("还没有确认的试点机构，不能发布名单。")
    rows = [published_row(pilot) for pilot in pilots]
    former = (
        Publication.objects.filter(round=round, kind=Publication.Kind.ROSTER).order_by("-edition").first()
    )
    if former is not None and former.withdrawn_at is None and former.payload["rows"] == rows:
        raise Stale("名单与已公布的一致，没有变化。")
    publication = publish(
        round,
        Publication.Kind.ROSTER,
        f"{round.label}试点服务机构（平台）名单",
        payload={"rows": rows},
        by=by,
        at=at,
        document_number=document_number,
        replaces=former,
    )
    PilotInstitution.objects.filter(pk__in=[p.pk for p in pilots], published_at=None).update(published_at=at)
    request_paper(ROSTER, publication, by=by, at=at)
    return publication


def published_row(pilot: PilotInstitution) -> dict[str, object]:
    """What the public learns of one institution of the roster."""
    kinds = sorted(pilot.kinds.all(), key=lambda kind: kind.position)
    return {
        "name": pilot.organisation.name,
        "region": pilot.region.name,
        "kinds": [kind.label for kind in kinds],
        "committed": pilot.committed,
    }


def tell_pilot(pilot: PilotInstitution, subject: str, *, at: dt.datetime, body: str = "") -> None:
    """A message to the people of a pilot institution."""
    people = recipients_in([pilot.organisation_id], {"institution_admin", "institution_member"}, at)
    tell(people, subject, key=f"pilot:{pilot.pk}:{pilot.step}", at=at, body=body, path="/my/pilot/")


def named(pilot: PilotInstitution) -> dict[str, str]:
    """The institution's name as it is told: what letters print of a move is kept with the move."""
    return {"name": pilot.organisation.name}


@transaction.atomic
def warn(pilot: PilotInstitution, *, note: str, days: int, by: Actor, at: dt.datetime) -> None:
    """Ask an institution to mend its ways within some working days (整改通知)."""
    until = add_working_days(at, days)
    data = named(pilot) | {"days": days, "until": until.isoformat()}
    PILOT.move(pilot, "warn", by=by, at=at, note=note, data=data, rectify_until=until)
    tell_pilot(pilot, "整改通知：请在期限内整改", at=at, body=note.strip())


@transaction.atomic
def take_up(pilot: PilotInstitution, *, by: Actor, at: dt.datetime, note: str = "") -> None:
    """The institution takes the mending up."""
    PILOT.move(pilot, "rectify", by=by, at=at, note=note)


@transaction.atomic
def restore(pilot: PilotInstitution, *, by: Actor, at: dt.datetime, note: str = "") -> None:
    """The city finds it mended."""
    PILOT.move(pilot, "restore", by=by, at=at, note=note, rectify_until=None)
    tell_pilot(pilot, "整改合格，恢复试点", at=at)


@transaction.atomic
def suspend(
    pilot: PilotInstitution,
    *,
    note: str,
    document_number: str,
    by: Actor,
    at: dt.datetime,
    days: int = SUSPENSION_DAYS,
) -> None:
    """Suspend for some days (default 30); its claims are frozen by matching."""
    require_number(document_number)
    until = at + dt.timedelta(days=days)
    PILOT.move(
        pilot,
        "suspend",
        by=by,
        at=at,
        note=note,
        data=named(pilot)
        | {"document_number": document_number.strip(), "days": days, "until": until.isoformat()},
        suspended_from=pilot.state,
        suspended_until=until,
    )
    freeze_settings(pilot.round, [REMEDY], act="暂停试点", at=at)
    tell_pilot(pilot, f"暂停试点 {days} 天", at=at, body=note.strip())


@transaction.atomic
def resume(pilot: PilotInstitution, *, by: Actor, at: dt.datetime, note: str = "") -> None:
    """End a suspension: back to the state before it."""
    former = pilot.suspended_from or PilotInstitution.State.LISTED
    PILOT.move(
        pilot, f"resume_{former.lower()}", by=by, at=at, note=note, suspended_from="", suspended_until=None
    )
    tell_pilot(pilot, "暂停期满，恢复试点", at=at)


def resume_overdue(*, at: dt.datetime) -> int:
    """The clock: suspensions whose end has come; gives how many were ended."""
    over = PilotInstitution.objects.filter(state="SUSPENDED", suspended_until__lte=at)
    pilots = list(over.select_related("organisation"))
    for pilot in pilots:
        resume(pilot, by=SYSTEM, at=at)
    return len(pilots)


@transaction.atomic
def exit_programme(pilot: PilotInstitution, *, note: str, by: Actor, at: dt.datetime) -> None:
    """Leave on one's own request."""
    PILOT.move(pilot, "exit", by=by, at=at, note=note)


@transaction.atomic
def give_removal_notice(pilot: PilotInstitution, *, note: str, by: Actor, at: dt.datetime) -> None:
    """Prior notice of a removal (移出事先告知): the time to reply runs from its recorded service.

    Leaves an Entry with reasons and days; the institution keeps its state and is told. Raises NotAllowed for
    others than the chief, Stale where nothing can be removed, Refused without reasons.
    """
    if by.role != "city_chief":
        raise NotAllowed("只有中小企业科科长可以发出事先告知。")
    if pilot.state not in PILOT.moves["remove"].sources:
        raise Stale(f"该机构目前为“{pilot.get_state_display()}”，不能移出。")
    until = add_working_days(at, REPLY_DAYS)
    PILOT.move(
        pilot,
        f"notice_{pilot.state.lower()}",
        by=by,
        at=at,
        note=note,
        data=named(pilot) | {"days": REPLY_DAYS, "until": until.isoformat()},
        removal_notice_at=at,
        removal_reply="",
    )
    tell_pilot(pilot, f"移出事先告知：请在 {REPLY_DAYS} 个工作日内陈述申辩", at=at, body=note.strip())


def refuse_reply(pilot: PilotInstitution, *, by: Actor) -> None:
    """Raise NotAllowed for others than the institution's administrator, Stale without an open notice."""
    if not (by.role == "institution_admin" and by.organisation_id == pilot.organisation_id):
        raise NotAllowed("只有该机构的管理员可以陈述申辩。")
    if not awaits_reply(pilot):
        raise Stale("没有待陈述的事先告知，或已经陈述。")


@transaction.atomic
def reply_to_notice(pilot: PilotInstitution, text: str, *, by: Actor, at: dt.datetime) -> None:
    """The institution answers the prior notice, once. Raises NotAllowed, Stale."""
    refuse_reply(pilot, by=by)
    won = PilotInstitution.objects.filter(pk=pilot.pk, removal_reply="").update(removal_reply=text.strip())
    if not won:
        raise Stale("没有待陈述的事先告知，或已经陈述。")
    subject = f"{pilot.organisation.name}已陈述申辩"
    chiefs = recipients_of_city({"city_chief", "city_handler"}, at)
    key = f"pilot-reply:{pilot.pk}:{at:%Y%m%d}"
    tell(chiefs, subject, key=key, at=at, path="/desk/city/roster/", body=text.strip())


@transaction.atomic
def remove(
    pilot: PilotInstitution, *, note: str, document_number: str, by: Actor, at: dt.datetime
) -> Publication:
    """Remove an institution after notice and reply; published. Raises Stale while the days to reply run.

    An answer given earlier ends the waiting. Source: domain.md §3 Pilot institution.
    """
    require_number(document_number)
    if pilot.removal_notice_at is None:
        raise Stale("移出前须先发出事先告知。")
    until = add_working_days(pilot.removal_notice_at, REPLY_DAYS)
    if at < until and not pilot.removal_reply:
        raise Stale(f"机构陈述申辩期限至 {clock.spoken(until)}，暂不能移出。")
    data = named(pilot) | {
        "document_number": document_number.strip(),
        "notice_at": pilot.removal_notice_at.isoformat(),
        "replied": bool(pilot.removal_reply),
    }
    PILOT.move(pilot, "remove", by=by, at=at, note=note, data=data)
    freeze_settings(pilot.round, [REMEDY], act="移出试点", at=at)
    tell_pilot(pilot, "移出决定", at=at, body=note.strip())
    return publish(
        pilot.round,
        Publication.Kind.REMOVAL,
        f"关于将{pilot.organisation.name}移出试点的决定",
        payload={"name": pilot.organisation.name, "region": pilot.region.name},
        by=by,
        at=at,
        body=(
            f"依据{grounds_of(pilot.round)}有关规定，经研究，决定将{pilot.organisation.name}"
            f"移出{pilot.round.year}年度{PROGRAMME}服务机构（平台）名单。"
        ),
        document_number=document_number.strip(),
    )


@transaction.atomic
def complete(pilot: PilotInstitution, *, by: Actor, at: dt.datetime, note: str = "") -> None:
    """The term is over and evaluated."""
    PILOT.move(pilot, "complete", by=by, at=at, note=note)
    tell_pilot(pilot, "试点期满，已完成", at=at)
