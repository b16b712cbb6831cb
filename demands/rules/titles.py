"""Dated titles of firms: how they are written, how long they hold, what they make of a firm. Pure."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from demands.rules.terms import Terms
from demands.rules.words import TIER_CODES
from pilot_portal.common.text import to_halfwidth

# A title holds three years from the day it was granted (domain.md §2).
YEARS = 3
# The ladder from its lowest rung, with the parallel tops at the end; 升规入统 stands beside it.
LADDER = (
    "innovative",
    "provincial",
    "giant",
    "key-giant",
    "champion",
    "provincial-champion",
    "national-champion",
)
MILESTONE = "above-scale"
LEAP_DAY = (2, 29)
FIRST_YEAR, LAST_YEAR = 1990, 2099
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+0{1,2}:00(?::00)?)?")
_SOLID = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?|(\d{4})(\d{2})")
_YEAR = re.compile(r"(\d{4})\s*年?度?")
_SPAN = re.compile(r"\s*(?:至|到|~|～|—|--)\s*")


@dataclass(frozen=True)
class GivenTitle:
    """A title as a county writes it: the official word, days (Beijing), the rule and the proof it names."""

    word: str
    granted: dt.date | None = None
    expires: dt.date | None = None
    rule: str = ""
    evidence: str = ""

    @property
    def code(self) -> str:
        """The code of its tier."""
        return TIER_CODES.get(self.word, "")

    def __str__(self) -> str:
        days = f" {self.granted:%Y-%m-%d}" if self.granted else ""
        return f"{self.word}{days}{f' 至 {self.expires:%Y-%m-%d}' if self.expires else ''}"

    def to_json(self) -> dict[str, str]:
        """The title as a row of an import keeps it."""
        return {
            "word": self.word,
            "granted": self.granted.isoformat() if self.granted else "",
            "expires": self.expires.isoformat() if self.expires else "",
            "rule": self.rule,
            "evidence": self.evidence,
        }

    @classmethod
    def from_json(cls, data: dict[str, str]) -> "GivenTitle":
        """The title that `to_json` wrote."""
        granted, expires = (
            dt.date.fromisoformat(data[name]) if data[name] else None for name in ("granted", "expires")
        )
        return cls(data["word"], granted, expires, data["rule"], data["evidence"])


def expiry_of(granted: dt.date) -> dt.date:
    """The last day on which a title holds: three years on; one of 29 February ends on the 28th."""
    day = 28 if (granted.month, granted.day) == LEAP_DAY else granted.day
    return granted.replace(year=granted.year + YEARS, day=day)


def read_day(text: str) -> tuple[dt.date | None, str]:
    """A day as people write it, and why it is doubted ("" where it is not).

    A month alone is given as its first day with a doubt; a year alone is no day.
    """
    plain = to_halfwidth(text).strip()
    if not plain:
        return None, ""
    if found := _DAY.fullmatch(plain) or _SOLID.fullmatch(plain):
        return _real(found[1], found[2], found[3], plain)
    if found := _MONTH.fullmatch(plain):
        day, wrong = _real(found[1] or found[3], found[2] or found[4], "1", plain)
        return day, wrong or f"“{plain}”只写到月份，按 {day:%Y-%m-%d} 登记"
    if _YEAR.fullmatch(plain):
        return None, f"“{plain}”只写到年份，请写到年月日"
    return None, f"“{plain}”不是日期，请写成 2022-08-05"


def _real(year: str, month: str, day: str, plain: str) -> tuple[dt.date | None, str]:
    try:
        found = dt.date(int(year), int(month), int(day))
    except ValueError:
        return None, f"“{plain}”不是一个存在的日期"
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        return None, f"“{plain}”的年份有误"
    return found, ""


def read_line(line: str, tiers: Terms) -> tuple[GivenTitle | None, str]:
    """A title in one line, 「国家级专精特新“小巨人” 2022-08-05 至 2025-08-04」, and what is wrong with it."""
    begins = re.search(r"\d{4}", to_halfwidth(line))
    name, days = (line[: begins.start()], line[begins.start() :]) if begins else (line, "")
    word = tiers.find(name)
    if not word:
        return None, f"“{name.strip()}”不是规定的称号"
    read = [read_day(part) for part in _SPAN.split(days.strip())] if days.strip() else []
    if wrong := next((doubt for _, doubt in read if doubt), ""):
        return None, wrong
    granted, expires = (*(day for day, _ in read), None, None)[:2]
    if granted and expires and expires < granted:
        return None, f"“{line.strip()}”的有效期早于认定日期"
    return GivenTitle(word, granted, expires), ""


def holding(titles: Iterable[tuple[str, dt.date | None, dt.date | None]], day: dt.date) -> list[str]:
    """The codes of the titles that hold on a day: (code, expires, revoked), an unknown expiry holds on."""
    return [
        code
        for code, expires, revoked in titles
        if (expires is None or day <= expires) and (revoked is None or day < revoked)
    ]


def present_tier(codes: Sequence[str]) -> str:
    """The highest rung among the titles that hold; the milestone where there is none; "" for no title."""
    on_ladder = [code for code in codes if code in LADDER]
    if on_ladder:
        return max(on_ladder, key=LADDER.index)
    return MILESTONE if MILESTONE in codes else ""
