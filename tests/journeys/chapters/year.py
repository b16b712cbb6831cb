"""What the chapters of the year hand on to each other."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from evaluation.management import story
from pilot_portal.accounts.actors import Actor
from pilot_portal.common import clock
from pilot_portal.rounds.models import Round, Stage
from tests import factories
from tests.journeys.fixtures import Time
from tests.journeys.people import Person


class Year:
    """What the chapters hand on to each other."""

    def __init__(self, at_work: Callable[..., Person], time: Time, folder: Path) -> None:
        self.at_work, self.time = at_work, time
        self.scan = folder / "盖章扫描件.pdf"
        self.scan.write_bytes(story.SCAN)
        self.county = factories.county_reviewer_wang(), factories.county_approver_li()
        self.city = factories.city_handler_chen(), factories.city_chief_zhao()
        self.wang, self.li = (at_work(actor) for actor in self.county)
        self.chen, self.zhao = (at_work(actor) for actor in self.city)
        self.passer_by = at_work("路过的人")
        self.zhou: Person
        self.gong: Person
        self.unhappy: Actor
        self.others: list[Actor] = []
        self.code = str(time.today().year)

    @property
    def round(self) -> Round:
        """The round, fresh."""
        return Round.objects.get(code=self.code)

    def stage(self, kind: str) -> Stage:
        """A stage of the round."""
        return Stage.objects.get(round__code=self.code, kind=kind)

    def now(self) -> dt.datetime:
        """The portal's clock."""
        return clock.now()


def day(date: dt.date) -> str:
    """A day as a date control takes it."""
    return date.isoformat()
