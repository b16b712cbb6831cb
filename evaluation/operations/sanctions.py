"""Sanctions (惩处措施, notice 三（三）): clue, verification, hearing, decision, publication, reversal."""

import datetime as dt

from django.db import transaction

from evaluation.models import Sanction
from evaluation.workflow import SANCTION
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import Organisation
from pilot_portal.accounts.queries import recipients_in
from pilot_portal.bulletin.models import Publication
from pilot_portal.bulletin.operations import publish, withdraw
from pilot_portal.common.errors import NotAllowed, Problem, Refused
from pilot_portal.documents.letterhead import grounds_of
from pilot_portal.documents.pdf.official import chinese_date
from pilot_portal.notifications.operations import tell
from pilot_portal.rounds.models import Round
from pilot_portal.rounds.operations import freeze_settings

PARTIES = {"institution_admin", "institution_member", "enterprise_admin", "enterprise_member"}


@transaction.atomic
def open_clue(
    round: Round,
    organisation: Organisation,
    text: str,
    *,
    by: Actor,
    at: dt.datetime,
) -> Sanction:
    """Note a clue against an institution, applicant or enterprise."""
    if by.role != "city_handler":
        raise NotAllowed("只有市局经办人可以登记线索。")
    if not text.strip():
        raise Refused("请写明线索。", [Problem("请写明线索。", field="clue")])
    sanction = Sanction(
        round=round, organisation=organisation, clue=text.strip(), created_at=at, prepared_by=by.user
    )
    SANCTION.start(sanction, by=by, at=at)
    return sanction


@transaction.atomic
def verify(sanction: Sanction, *, by: Actor, at: dt.datetime) -> None:
    """Begin to verify a clue."""
    SANCTION.move(sanction, "verify", by=by, at=at)


@transaction.atomic
def hear(sanction: Sanction, *, findings: str, statement: str, by: Actor, at: dt.datetime) -> None:
    """Record what was found and what the body concerned says (or that it said nothing in time)."""
    problems = [
        Problem("请填写此项。", field=key)
        for key, value in {"findings": findings, "statement": statement}.items()
        if not value.strip()
    ]
    if problems:
        raise Refused("请填写核查情况和当事人陈述（未陈述的写明“逾期未陈述”）。", problems)
    SANCTION.move(sanction, "hear", by=by, at=at, findings=findings.strip(), statement=statement.strip())


@transaction.atomic
def decide(
    sanction: Sanction,
    *,
    measure: str,
    document_number: str,
    ends_on: dt.date | None,
    by: Actor,
    at: dt.datetime,
    note: str,
) -> None:
    """The chief records the decision with its measure, number and the day until which it is published.

    The body concerned is told. Raises Refused where one of them is missing, NotAllowed, Stale.
    """
    problems = []
    if measure not in Sanction.Measure.values:
        problems.append(Problem("请选择措施。", field="measure"))
    if not document_number.strip():
        problems.append(Problem("请填写文号。", field="document_number"))
    if ends_on is None:
        problems.append(Problem("请填写公布截止日期。", field="ends_on"))
    if problems:
        raise Refused("处理决定须写明措施、文号和公布截止日期。", problems)
    SANCTION.move(
        sanction,
        "decide",
        by=by,
        at=at,
        note=note,
        data={
            "name": sanction.organisation.name,
            "measure": measure,
            "document_number": document_number.strip(),
            "ends_on": ends_on.isoformat() if ends_on else "",
        },
        measure=measure,
        document_number=document_number.strip(),
        ends_on=ends_on,
    )
    freeze_settings(sanction.round, ["remedy_words"], act="处理决定", at=at)
    people = recipients_in([sanction.organisation_id], PARTIES, at)
    key = f"sanction:{sanction.pk}:{sanction.step}"
    tell(people, "处理决定书", key=key, at=at, path="/my/decisions/")


@transaction.atomic
def publish_sanction(sanction: Sanction, *, by: Actor, at: dt.datetime) -> Publication:
    """Publish a decision: the body, the measure, the number, until when; no private person's name."""
    publication = publish(
        sanction.round,
        Publication.Kind.SANCTION,
        f"关于对{sanction.organisation.name}的处理决定",
        payload={
            "name": sanction.organisation.name,
            "measure": sanction.get_measure_display(),
            "document_number": sanction.document_number,
            "ends_on": sanction.ends_on.isoformat() if sanction.ends_on else "",
        },
        by=by,
        at=at,
        body=(
            f"依据{grounds_of(sanction.round)}“四、实施要求”第（三）项的规定，经研究，决定对"
            f"{sanction.organisation.name}作出“{sanction.get_measure_display()}”的处理。"
            + (f"公布期至{chinese_date(sanction.ends_on)}。" if sanction.ends_on else "")
        ),
        document_number=sanction.document_number,
    )
    SANCTION.move(sanction, "publish", by=by, at=at, publication=publication)
    return publication


@transaction.atomic
def reverse(sanction: Sanction, *, by: Actor, at: dt.datetime, note: str) -> None:
    """Reverse a decision; published ones are marked in the same place."""
    SANCTION.move(sanction, "reverse", by=by, at=at, note=note)
    if sanction.publication is not None:
        withdraw(sanction.publication, reason=note, at=at)


@transaction.atomic
def drop(sanction: Sanction, *, by: Actor, at: dt.datetime, note: str) -> None:
    """A clue that did not hold."""
    SANCTION.move(sanction, "drop", by=by, at=at, note=note)
