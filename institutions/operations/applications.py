"""Submitting an application and taking it back."""

import datetime as dt
import hashlib
import json
from contextlib import suppress
from decimal import Decimal
from typing import Any

from django.db import transaction

from institutions.models import Application, ApplicationVersion, YearFigures
from institutions.operations.drafts import refuse_after_deadline
from institutions.operations.telling import tell_city, tell_county
from institutions.queries import CASE_TYPE, application_deadline, problems_of, sections_for
from institutions.rules import sections as form
from institutions.rules.checks import Checked
from institutions.workflow import APPLICATION
from pilot_portal.accounts.actors import SYSTEM, Actor
from pilot_portal.codes.models import Chain, ServiceKind
from pilot_portal.common.errors import Problem, Refused, Stale
from pilot_portal.rounds.operations import freeze_settings, next_numbers
from pilot_portal.workflow.queries import model_of


def plain(value: Any) -> Any:
    """A typed value as it is frozen in JSON: decimals and days as text."""
    return str(value) if isinstance(value, Decimal | dt.date) else value


def frozen_data(application: Application, checked: Checked, at: dt.datetime) -> dict[str, Any]:
    """What a version freezes: the values, the labels of what was chosen, year and county."""
    parts = sections_for(application.round, at)
    labels = {
        f.key: dict(f.choices) for _part, f in form.all_fields(parts) if f.kind in {form.CHOICE, form.CHOICES}
    }
    values = {key: plain(value) for key, value in checked.values.items()}
    chosen = {
        key: [words[code] for code in ([values[key]] if isinstance(values[key], str) else values[key] or [])]
        for key, words in labels.items()
        if values.get(key)
    }
    return {
        "year": application.round.year,
        "years": list(application.round.years_reported),
        "county": application.region.name,
        "values": values,
        "labels": chosen,
    }


def digest_of(data: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def submit_application(
    application: Application, *, by: Actor, at: dt.datetime, direct_reason: str = ""
) -> ApplicationVersion:
    """Submit: freezes a version, gives the number at the first time, meets the deadline.

    With `direct_reason` it goes to the city (情况特殊服务机构可直接报送). Raises NotAllowed, Stale after the
    deadline, Refused with all problems at once, tied to section and field. Source: notice 三（二）（三）.
    """
    name = "submit_direct" if direct_reason.strip() else "submit"
    if not APPLICATION.may(by, application, name):
        APPLICATION.move(application, name, by=by, at=at)  # says why not, before anything else is told
    refuse_after_deadline(application, at=at)
    checked = problems_of(application, at=at)
    if checked.problems:
        raise Refused(f"有 {len(checked.problems)} 处需要修改，改好后再提交。", checked.problems)
    number = application.number or next_numbers(application.round, "A")[0]
    version_number = application.versions_count + 1
    route = Application.Route.DIRECT if direct_reason.strip() else Application.Route.COUNTY
    APPLICATION.move(
        application,
        name,
        by=by,
        at=at,
        data={"version": version_number},
        number=number,
        route=route,
        direct_reason=direct_reason.strip(),
        versions_count=version_number,
        submitted_at=application.submitted_at or at,
        last_submitted_at=at,
        opened_by_county_at=None,
        mend_until=None,
    )
    version = freeze_version(application, checked, version_number, by=by, at=at)
    freeze_settings(application.round, ["min_enterprises"], act="提交申报", at=at)
    if route == Application.Route.DIRECT:
        tell_city(application, f"{application.organisation.name}直报申报，待受理", at=at)
    else:
        again = "重新提交" if version_number > 1 else "提交"
        tell_county(application, f"{application.organisation.name}已{again}申报", at=at)
    return version


def freeze_version(
    application: Application, checked: Checked, number: int, *, by: Actor, at: dt.datetime
) -> ApplicationVersion:
    """Write the version with its typed columns and figures; part of `submit_application` alone."""
    values, data = checked.values, frozen_data(application, checked, at)
    version = ApplicationVersion.objects.create(
        application=application,
        version=number,
        submitted_at=at,
        submitted_by=by.user,
        data=data,
        digest=digest_of(data),
        contact=values["contact"],
        phone=values["phone"],
        capacity=values["capacity"],
        committed=values["committed"],
    )
    version.kinds.set(ServiceKind.objects.filter(code__in=values["kinds"]))
    version.chains.set(Chain.objects.filter(code__in=values["chains"]))
    YearFigures.objects.bulk_create(
        YearFigures(
            version=version,
            year=year,
            **{key: values.get(f"{key}_{year}") for key, _label, _kind, _sub in form.FIGURES},
        )
        for year in application.round.years_reported
    )
    return version


@transaction.atomic
def take_back(application: Application, *, by: Actor, at: dt.datetime) -> None:
    """Take a submission back to mend it, until the county has opened it."""
    # Written, not only read: whoever comes second, the county opening or this, sees the other.
    unopened = Application.objects.filter(pk=application.pk, opened_by_county_at=None)
    if not unopened.update(opened_by_county_at=None):
        raise Stale("县区已打开审核，不能再撤回修改；如需修改，请联系县区退回。")
    refuse_after_deadline_to_take_back(application, at=at)
    APPLICATION.move(application, "take_back", by=by, at=at)


def refuse_after_deadline_to_take_back(application: Application, *, at: dt.datetime) -> None:
    """Raise Stale once the stage is over: what is taken back then could not be submitted again."""
    window = application_deadline(application, at=at)
    if window is not None and window.is_over:
        raise Stale("申报期已截止，撤回后将不能再提交；如需修改，请联系县区退回。")


@transaction.atomic
def withdraw_application(application: Application, *, by: Actor, at: dt.datetime, note: str = "") -> None:
    """Withdraw the application for good (it may be reopened within the stage)."""
    APPLICATION.move(application, "withdraw", by=by, at=at, note=note)


@transaction.atomic
def reopen(application: Application, *, by: Actor, at: dt.datetime) -> None:
    """Reopen a withdrawn or lapsed case within the stage (or its extension): same case, same number."""
    window = application_deadline(application, at=at)
    if window is None or not window.is_open:
        raise Stale("申报期已截止；确需重新填报的，请市局办理延期。")
    APPLICATION.move(application, "reopen", by=by, at=at)


def lapse_overdue(*, at: dt.datetime) -> int:
    """The clock: drafts after the stage and returned cases after their days lapse; gives how many."""
    count = 0
    drafts = model_of(CASE_TYPE)._default_manager.filter(state__in=["DRAFT", "RETURNED"])
    for application in drafts.select_related("round", "region", "organisation"):
        if application.state == Application.State.RETURNED:
            over = application.mend_until is not None and at >= application.mend_until
        else:
            window = application_deadline(application, at=at)
            over = window is not None and window.is_over
        if over:
            with suppress(Stale):  # somebody was quicker; the others' turn comes all the same
                APPLICATION.move(application, "lapse", by=SYSTEM, at=at)
                count += 1
    return count


def section_problems(problems: list[Problem]) -> dict[str, list[Problem]]:
    """Problems by section."""
    grouped: dict[str, list[Problem]] = {}
    for problem in problems:
        grouped.setdefault(problem.section, []).append(problem)
    return grouped
