"""Institutions that apply in great numbers: most are confirmed, the others stand where people must act."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction

from evaluation.management import story
from evaluation.management.crowd import BATCH, DAY, Crowd, batches, link
from institutions.models import Application, ApplicationVersion, DraftSection, PilotInstitution, YearFigures
from institutions.operations import reports, roster
from institutions.operations.applications import digest_of, frozen_data
from institutions.operations.confirmation import FROZEN, propose_many, to_publicity
from institutions.queries import CASE_TYPE, LICENCE, SCAN, latest_versions, sections_for
from institutions.rules import sections as form
from institutions.rules.checks import Checked, check_application
from institutions.workflow import APPLICATION, PILOT
from pilot_portal.accounts.actors import Actor
from pilot_portal.common import clock
from pilot_portal.common.errors import Stale
from pilot_portal.rounds.operations import freeze_settings, next_numbers
from pilot_portal.rounds.queries import add_working_days, setting
from pilot_portal.workflow.machine import Applied

# Of twenty applications thirteen become pilots; the others wait, each somewhere else.
FATES = ("confirmed",) * 13 + (
    "submitted",
    "submitted",
    "direct",
    "returned",
    "declined",
    "recommended",
    "proposed",
)
GO_UP = frozenset({"confirmed", "recommended", "proposed"})
SCALES = 500  # how many sizes of institutions there are


def all_done(applied: Applied) -> list[Any]:
    """The cases of a batch in which nothing may be refused; raises ValueError with the reason."""
    if applied.refused:
        raise ValueError(applied.refused[0][1])
    return applied.done


def apply(crowd: Crowd, count: int) -> int:
    """`count` institutions with their submitted applications; gives how many became pilots."""
    going: list[tuple[int, str]] = []
    for numbers in batches(crowd.numbers("I", count)):
        with transaction.atomic():
            going += _submit(crowd, numbers)
    _report(crowd)
    up = [key for key, fate in going if fate != "recommended"]
    chosen = {key for key, fate in going if fate == "confirmed"}
    for keys in batches(up):
        with transaction.atomic():
            _confirm(crowd, keys, chosen)
    if chosen:
        roster.publish_roster(
            crowd.round, document_number="示例工信发〔示例〕4号", by=crowd.cast.chief, at=crowd.now - 43 * DAY
        )
    return len(chosen)


def _raw(crowd: Crowd, application: Application, n: int) -> dict[str, dict[str, Any]]:
    """Everything an institution types, of its own size."""
    raw = story.answers(application, n % SCALES)
    capacity = crowd.dice.randint(20, 60)
    raw["services"]["capacity"] = str(capacity)
    raw["targets"]["committed"] = str(min(capacity, crowd.dice.randint(10, 20)))
    return raw


def _submit(crowd: Crowd, numbers: Sequence[int]) -> list[tuple[int, str]]:
    """Write, submit, and bring each application to where its county left it; gives those that went up."""
    round_, at = crowd.round, crowd.now - 68 * DAY
    actors = crowd.institutions(numbers)
    fates = crowd.fates(FATES, len(actors))
    own = {actor.organisation_id: actor for actor in actors}
    rows = [
        Application(
            round=round_,
            organisation=actor.organisation,
            region=crowd.region(n),
            number=number,
            created_at=at,
        )
        for n, actor, number in zip(numbers, actors, next_numbers(round_, "A", len(actors)), strict=True)
    ]

    def whose(case: Any) -> Actor:
        return own[case.organisation_id]

    made: list[Any] = APPLICATION.start_many(rows, by=whose, at=at)
    raws = [_raw(crowd, row, n) for row, n in zip(made, numbers, strict=True)]
    DraftSection.objects.bulk_create(
        [
            DraftSection(
                application=row,
                section=code,
                data=data,
                revision=1,
                is_done=True,
                updated_at=at,
                updated_by_id=whose(row).user_id,
            )
            for row, raw in zip(made, raws, strict=True)
            for code, data in raw.items()
        ],
        batch_size=BATCH,
    )
    owners = [(row.pk, whose(row)) for row in made]
    crowd.scans(CASE_TYPE, owners, purpose=LICENCE, name="营业执照.pdf", at=at)
    _move_on(crowd, made, fates, whose, at + DAY)
    _freeze(crowd, made, raws, whose, at + DAY)
    crowd.scans(CASE_TYPE, owners, purpose=SCAN, name="盖章扫描件.pdf", at=at + DAY + story.HOUR)
    _at_the_county(crowd, made, fates, at + 3 * DAY)
    return [(row.pk, fate) for row, fate in zip(made, fates, strict=True) if fate in GO_UP]


def _move_on(
    crowd: Crowd, rows: list[Any], fates: list[str], whose: Callable[[Any], Actor], at: dt.datetime
) -> None:
    freeze_settings(crowd.round, ["min_enterprises"], act="提交申报", at=at)
    changes = {"versions_count": 1, "submitted_at": at, "last_submitted_at": at}
    for name, route, is_direct in (("submit", "COUNTY", False), ("submit_direct", "DIRECT", True)):
        group = [row for row, fate in zip(rows, fates, strict=True) if (fate == "direct") == is_direct]
        reason = "所在园区工信部门正在交接，情况特殊。" if is_direct else ""
        all_done(
            APPLICATION.apply_many(
                group,
                name,
                by=whose,
                at=at,
                data={"version": 1},
                route=route,
                direct_reason=reason,
                **changes,
            )
        )


def _freeze(
    crowd: Crowd,
    rows: list[Any],
    raws: list[dict[str, dict[str, Any]]],
    whose: Callable[[Any], Actor],
    at: dt.datetime,
) -> None:
    """The frozen versions with their typed columns, kinds, chains and figures."""
    parts, years = sections_for(crowd.round, at), crowd.round.years_reported
    minimum, today = setting(crowd.round, "min_enterprises", at=at), clock.beijing_date(at)
    kinds = {code: kind.pk for code, kind in crowd.kinds.items()}
    chains = {chain.code: chain.pk for chain in crowd.chains}
    typed: list[Checked] = []
    versions = []
    for row, raw in zip(rows, raws, strict=True):
        checked = check_application(
            raw,
            parts,
            years,
            minimum=minimum,
            own_code=row.organisation.credit_code,
            today=today,
            has_licence=True,
        )
        if checked.problems:
            raise ValueError(checked.problems[0].message)
        data = frozen_data(row, checked, at)
        typed.append(checked)
        versions.append(
            ApplicationVersion(
                application=row,
                version=1,
                submitted_at=at,
                submitted_by_id=whose(row).user_id,
                data=data,
                digest=digest_of(data),
                contact=checked.values["contact"],
                phone=checked.values["phone"],
                capacity=checked.values["capacity"],
                committed=checked.values["committed"],
            )
        )
    made = ApplicationVersion.objects.bulk_create(versions)
    both = list(zip(made, typed, strict=True))
    link(
        ApplicationVersion.kinds.through,
        ((version.pk, kinds[code]) for version, checked in both for code in checked.values["kinds"]),
    )
    through = ApplicationVersion.chains.through
    through.objects.bulk_create(
        through(applicationversion_id=version.pk, chain_id=chains[code])
        for version, checked in both
        for code in checked.values["chains"]
    )
    YearFigures.objects.bulk_create(
        YearFigures(
            version=version,
            year=year,
            **{key: checked.values.get(f"{key}_{year}") for key, *_ in form.FIGURES},
        )
        for version, checked in both
        for year in years
    )


def _at_the_county(crowd: Crowd, rows: list[Any], fates: list[str], at: dt.datetime) -> None:
    """Each county opens what it has, recommends most, returns and declines some."""
    groups: dict[tuple[str, str], list[Any]] = {}
    for row, fate in zip(rows, fates, strict=True):
        groups.setdefault((row.region.code, fate), []).append(row)
    items = {code: {"answer": "yes", "remark": ""} for code in form.CHECKLIST}
    mend = add_working_days(crowd.now, 5)
    for (region, fate), group in groups.items():
        handler, approver = crowd.cast.officers[region]
        if fate in {"submitted", "direct"}:
            continue
        Application.objects.filter(pk__in=[row.pk for row in group]).update(
            opened_by_county_at=at,
            checklist={"items": items, "by": handler.user_id, "at": at.isoformat()},
        )
        if fate == "returned":
            note = "上一年度资产数据与附表不一致，请核对。"
            data = {"sections": {"finance": note}}
            all_done(
                APPLICATION.apply_many(
                    group, "return", by=handler, at=crowd.now - DAY, note=note, data=data, mend_until=mend
                )
            )
        elif fate == "declined":
            note = "服务案例不能提供佐证，建议下一年度再申报。"
            all_done(
                APPLICATION.apply_many(
                    group, "decline", by=approver, at=at + DAY, note=note, decided_at=at + DAY
                )
            )
        else:
            all_done(
                APPLICATION.apply_many(
                    group, "recommend", by=approver, at=at + DAY, recommended_by=approver.user
                )
            )


def _report(crowd: Crowd) -> None:
    """Each county reports what it recommended; one with an edition under way reports later."""
    at = crowd.now - 62 * DAY
    for region in crowd.regions:
        waiting = Application.objects.filter(round=crowd.round, region=region, state="RECOMMENDED")
        if not waiting.exists():
            continue
        with transaction.atomic():
            try:
                sent = story.report(crowd.round, crowd.cast.officers[region.code], at)
            except Stale:
                continue
            reports.accept_report(sent, by=crowd.cast.handler, at=at + DAY)


def _confirm(crowd: Crowd, keys: Sequence[int], chosen: set[int]) -> None:
    """The handler proposes, the chief publicizes and confirms: the roster grows."""
    at, chief = crowd.now - 60 * DAY, crowd.cast.chief
    rows = list(
        Application.objects.filter(pk__in=keys).select_related("organisation", "region").order_by("pk")
    )
    all_done(propose_many(rows, by=crowd.cast.handler, at=at))
    confirmed = [row for row in rows if row.pk in chosen]
    if confirmed:
        all_done(to_publicity(confirmed, by=chief, at=at + DAY))
    at = crowd.now - 44 * DAY
    all_done(APPLICATION.apply_many(confirmed, "confirm", by=chief, at=at, decided_at=at))
    freeze_settings(crowd.round, FROZEN, act="确认试点机构", at=at)
    versions = latest_versions([row.pk for row in confirmed])
    pilots: list[Any] = PILOT.start_many(
        [
            PilotInstitution(
                round=crowd.round,
                organisation=row.organisation,
                application=row,
                region=row.region,
                listed_at=at,
                capacity=versions[row.pk].capacity,
                committed=versions[row.pk].committed,
                introduction=str(versions[row.pk].data["values"].get("path") or ""),
            )
            for row in confirmed
        ],
        by=chief,
        at=at,
    )
    link(
        PilotInstitution.kinds.through,
        ((pilot.pk, kind.pk) for pilot in pilots for kind in versions[pilot.application_id].kinds.all()),
    )
