"""Applications as institutions bring them about: through the acts that the pages use."""

import datetime as dt
from typing import Any

from evaluation.management import story
from institutions.models import Application, ApplicationVersion
from institutions.operations import drafts, review
from institutions.operations.applications import submit_application
from institutions.rules import sections as form
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import Organisation
from pilot_portal.common import clock
from pilot_portal.rounds.models import Round, Stage
from tests import factories
from tests.factories import NOW

HOUR, SECOND = dt.timedelta(hours=1), dt.timedelta(seconds=1)
DAY = 24 * HOUR
# 「2023年3月10日前」: completely received before the 11th begins in Zhuzhou.
END = dt.datetime(2023, 3, 11, 0, 0, tzinfo=clock.BEIJING)
YEARS = (2021, 2022)
CODE = factories.credit_code(800_001)
# The sections of the 2023 round, as pure rules see them: kinds and chains without their code tables.
PARTS = form.sections(
    YEARS,
    kinds=tuple((code, code) for code in story.KINDS),
    chains=(("rail", "轨道交通"), ("hard-materials", "硬质材料")),
)


def typed() -> dict[str, dict[str, Any]]:
    """A complete application as typed, section by section; touches no database."""
    body = Organisation(name="株洲示例检测技术有限公司", legal_representative="法定示例", credit_code=CODE)
    return story.answers(Application(organisation=body, round=Round(year=2023)), 1)


def with_(section: str, **changed: Any) -> dict[str, dict[str, Any]]:
    """A complete application with some fields of one section typed otherwise."""
    raw = typed()
    raw[section] = raw[section] | changed
    return raw


def draft(by: Actor, at: dt.datetime = NOW, in_round: Round | None = None, sections: int = 10) -> Application:
    """An application with its sections filled (all by default) and the licence, not yet submitted."""
    return story.fill_application(in_round or factories.make_round(), by, 1, at, sections)


def sent(by: Actor, at: dt.datetime = NOW, in_round: Round | None = None, **how: Any) -> Application:
    """A submitted application, its stamped scan an hour later (`with_scan=False`: none)."""
    application = draft(by, at, in_round)
    story.submit(application, by, at, **how)
    return application


def retype(application: Application, section: str, *, by: Actor, at: dt.datetime, **changed: Any) -> None:
    """Open a section as it stands, type some fields anew, save it as done."""
    saved = application.sections.get(section=section)
    drafts.save_section(
        application, section, saved.data | changed, revision=saved.revision, done=True, by=by, at=at
    )


def round_until(end: dt.datetime = END, code: str = "2023") -> Round:
    """A round whose application stage ends at a moment."""
    made = factories.make_round(code)
    Stage.objects.filter(round=made, kind=Stage.Kind.APPLICATION).update(ends_at=end)
    return made


def fresh(application: Application) -> Application:
    """The case as it stands in the database now."""
    return Application.objects.get(pk=application.pk)


def submit(application: Application, by: Actor, at: dt.datetime = NOW, **how: Any) -> ApplicationVersion:
    """Submit."""
    return submit_application(application, by=by, at=at, **how)


def returned(by: Actor, county: Actor, at: dt.datetime = NOW) -> Application:
    """An application that the county returned an hour after it came, with a note to one section."""
    case = sent(by, at)
    notes = {"finance": "从业人数"}
    review.return_application(case, note="请核对", sections=notes, by=county, at=at + HOUR)
    return case
