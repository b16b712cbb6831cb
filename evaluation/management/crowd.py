"""What every step of `fill` works with: fictional bodies and people in great numbers, one stored scan."""

import datetime as dt
import random
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Model

from demands.models import Enterprise, Title
from evaluation.management import story
from evaluation.management.cast import PHONES, Cast, credit_code
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import Membership, Organisation, Role, User
from pilot_portal.attachments.models import Attachment
from pilot_portal.attachments.operations import store
from pilot_portal.codes.models import Chain, ServiceKind, Tier
from pilot_portal.common.text import name_key
from pilot_portal.regions.models import Region
from pilot_portal.regions.queries import active_regions
from pilot_portal.rounds.models import Round
from pilot_portal.rounds.operations import next_numbers

T = TypeVar("T")
BATCH = 500
DAY = dt.timedelta(days=1)
MARK = "fill-"  # the user names begin with it
FICTIONAL = "91000000MA"  # as the credit codes do
# The demonstration's own codes lie below.
FIRST_INSTITUTION, FIRST_ENTERPRISE = 10_000_000, 100_000_000
WORDS = ("恒远", "启明", "瑞丰", "湘盛", "联众", "博创", "华信", "宏图", "金穗", "云程", "安泰", "新航")
SERVICES = ("检测技术", "数智服务", "管理咨询", "技术转移", "人才服务", "质量服务", "共享制造", "上市辅导")
TRADES = ("精密制造", "传动", "电子", "新材料", "陶瓷", "航空部件", "环保设备", "服饰", "电瓷", "刀具")
SIZES = ("SMALL",) * 6 + ("MICRO",) * 2 + ("MEDIUM", "LARGE")
TITLES = ("innovative", "provincial", "giant", "", "")
WITH_ACCOUNT = 0.7  # of the firms; for the others their county speaks


def batches(rows: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """The rows in pieces of at most `size`."""
    return (rows[first : first + size] for first in range(0, len(rows), size))


def link(model: type[Model], pairs: Iterable[tuple[int, int]]) -> None:
    """Write the rows of a many-to-many table of kinds: (key of the owner, key of the kind)."""
    owner = next(f for f in model._meta.fields if f.is_relation and f.related_model is not ServiceKind)
    kind = next(f for f in model._meta.fields if f.related_model is ServiceKind)
    rows = [model(**{owner.attname: key, kind.attname: of}) for key, of in pairs]
    model._default_manager.bulk_create(rows, batch_size=BATCH * 4)


def actors_of(bodies: Iterable[int | None], role: str) -> dict[int, Actor]:
    """The person with a role in each of the bodies."""
    found = Membership.objects.filter(
        organisation_id__in={key for key in bodies if key}, role=role, ends_at=None
    ).select_related("user", "organisation")
    return {row.organisation_id: Actor(row.user, row) for row in found.order_by("-pk")}


class Crowd:
    """The round, its people, a seeded generator; makes bodies with their administrators."""

    def __init__(self, round: Round, cast: Cast, *, now: dt.datetime, seed: int) -> None:
        self.round, self.cast, self.now = round, cast, now
        self.dice = random.Random(seed)  # noqa: S311 - invented data needs no secrecy
        self.regions: list[Region] = list(active_regions())
        self.kinds = {kind.code: kind for kind in ServiceKind.objects.filter(code__in=story.KINDS)}
        self.tiers = {tier.code: tier for tier in Tier.objects.all()}
        self.chains = list(Chain.objects.order_by("position"))
        self.since = now - 500 * DAY
        self._scan: Attachment | None = None

    def numbers(self, series: str, count: int) -> range:
        """The next numbers of what was ever filled into this round: never used twice."""
        if not count:
            return range(0)
        last = int(next_numbers(self.round, f"FILL-{series}", count)[-1].rsplit("-", 1)[1])
        return range(last - count + 1, last + 1)

    def fates(self, pattern: Sequence[str], count: int) -> list[str]:
        """What becomes of each of `count` cases: each run through the pattern in another order."""
        drawn: list[str] = []
        while len(drawn) < count:
            drawn += self.dice.sample(pattern, len(pattern))
        return drawn[:count]

    def some_kinds(self) -> list[ServiceKind]:
        """One to three kinds of service."""
        return self.dice.sample(list(self.kinds.values()), self.dice.choice((1, 2, 2, 3)))

    def region(self, n: int) -> Region:
        """Round the reporting units, so that each has its share however few are made."""
        return self.regions[n % len(self.regions)]

    def _bodies(self, kind: str, role: str, named: Sequence[tuple[int, str, str, Region]]) -> list[Actor]:
        word = Organisation.Kind(kind).label[:2]
        bodies = Organisation.objects.bulk_create(
            Organisation(
                kind=kind,
                name=name,
                name_key=name_key(name),
                credit_code=code,
                legal_representative=f"{word}法定示例{n}号",
                region=region,
            )
            for n, name, code, region in named
        )
        users = User.objects.bulk_create(
            User(
                username=f"{MARK}{kind}-{n:06}",
                name=f"{word}示例{n}号",
                is_demo=True,
                password=make_password(None),
            )
            for n, *_ in named
        )
        made = Membership.objects.bulk_create(
            Membership(user=user, organisation=body, role=role, starts_at=self.since)
            for user, body in zip(users, bodies, strict=True)
        )
        return [Actor(user, row) for user, row in zip(users, made, strict=True)]

    def institutions(self, numbers: Sequence[int]) -> list[Actor]:
        """Service institutions with their administrators."""
        named = [
            (
                n,
                f"{self.dice.choice(WORDS)}{n}示例{self.dice.choice(SERVICES)}有限公司",
                credit_code(FIRST_INSTITUTION + n),
                self.region(n),
            )
            for n in numbers
        ]
        return self._bodies(Organisation.Kind.INSTITUTION, Role.INSTITUTION_ADMIN, named)

    def enterprises(self, count: int) -> int:
        """Firms of the counties' libraries with their titles, seven of ten with an account."""
        for numbers in batches(self.numbers("E", count)):
            with transaction.atomic():
                self._firms(numbers)
        return count

    def _firms(self, numbers: Sequence[int]) -> None:
        dice = self.dice
        named = [
            (
                n,
                f"{dice.choice(WORDS)}{n}示例{dice.choice(TRADES)}有限公司",
                credit_code(FIRST_ENTERPRISE + n),
                self.region(n),
            )
            for n in numbers
        ]
        known = [row for row in named if dice.random() < WITH_ACCOUNT]
        actors = self._bodies(Organisation.Kind.ENTERPRISE, Role.ENTERPRISE_ADMIN, known)
        bodies = {row[0]: actor.organisation for row, actor in zip(known, actors, strict=True)}
        firms = Enterprise.objects.bulk_create(
            Enterprise(
                name=name,
                name_key=name_key(name),
                credit_code=code,
                region=region,
                organisation=bodies.get(n),
                legal_representative=f"企业法定示例{n}号",
                size=dice.choice(SIZES),
                size_year=self.round.year - 1,
                is_manufacturing=dice.random() < 0.95,  # noqa: PLR2004 - a share
                chain=dice.choice(self.chains),
                contact=f"联系示例{n}号",
                phone=f"138000000{n % PHONES:02}",
                in_library=True,
                name_public=dice.random() < 0.6,  # noqa: PLR2004 - a share
                created_at=self.since,
            )
            for n, name, code, region in named
        )
        titles = [(firm, code) for firm in firms if (code := dice.choice(TITLES))]
        granted = self.since.date()
        Title.objects.bulk_create(
            Title(
                enterprise=firm,
                tier=self.tiers[code],
                granted_on=granted,
                expires_on=granted.replace(year=granted.year + 3, day=min(granted.day, 28)),
                rule_version="〔2022〕63号",
                evidence="示例公告〔示例〕7号",
            )
            for firm, code in titles
        )

    def scans(
        self, case_type: str, rows: Sequence[tuple[int, Actor]], *, purpose: str, name: str, at: dt.datetime
    ) -> None:
        """A file at each case; all of them are one and the same stored scan."""
        if not rows:
            return
        if self._scan is None:
            key, by = rows[0]
            self._scan = store(
                story.scan(name), case_type=case_type, case_id=key, purpose=purpose, by=by, at=at
            )
            rows = rows[1:]
        one = self._scan
        Attachment.objects.bulk_create(
            Attachment(
                case_type=case_type,
                case_id=key,
                purpose=purpose,
                name=name,
                suffix=one.suffix,
                mime=one.mime,
                size=one.size,
                sha256=one.sha256,
                file=one.file.name,
                organisation_id=by.organisation_id,
                uploaded_by_id=by.user_id,
                uploaded_at=at,
            )
            for key, by in rows
        )
