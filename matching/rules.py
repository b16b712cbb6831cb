"""What the notice computes about claims and contracts: price split, capacity, affiliates. Pure functions."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from pilot_portal.common.errors import Problem

FEN = 100
MOST_FEN = 10_000_000_000 * FEN  # ten thousand million 元: beyond it somebody mistyped
MOST_DAYS = 3650
MOST_PEOPLE = 999


@dataclass(frozen=True)
class Split:
    """list price = government share + concession + enterprise's payment; all in fen.

    「政府补一点，机构（平台）让一点，企业出一点」 (notice, 二（一）4).
    """

    list_price: int
    government: int
    concession: int
    enterprise: int


def split_problems(split: Split, *, government_cap: int, prefix: str = "") -> list[Problem]:
    """What is wrong with a split, all at once. `government_cap` is 0 until the round sets a share."""
    problems = []
    parts = {
        "government_fen": split.government,
        "concession_fen": split.concession,
        "enterprise_fen": split.enterprise,
        "list_price_fen": split.list_price,
    }
    problems += [
        Problem("金额不能为负数。", field=f"{prefix}{field}") for field, value in parts.items() if value < 0
    ]
    problems += [
        Problem("金额过大，请核对单位。", field=f"{prefix}{field}")
        for field, value in parts.items()
        if value > MOST_FEN
    ]
    if split.list_price <= 0:
        problems.append(Problem("请填写服务价格。", field=f"{prefix}list_price_fen"))
    total = split.government + split.concession + split.enterprise
    if total != split.list_price:
        problems.append(
            Problem(
                f"三方合计 {yuan(total)} 元，与服务价格 {yuan(split.list_price)} 元不等。",
                field=f"{prefix}list_price_fen",
            )
        )
    if split.government > government_cap:
        limit = f"不得超过 {yuan(government_cap)} 元" if government_cap else "本年度尚未明确，请填 0"
        problems.append(Problem(f"政府补助{limit}。", field=f"{prefix}government_fen"))
    return problems


def government_cap(list_price: int, *, is_on: bool, rate_percent: int, cap: int) -> int:
    """The most a government share may be, in fen: a rate with a cap; 0 while the round set none."""
    if not is_on:
        return 0
    by_rate = list_price * rate_percent // 100
    return min(by_rate, cap) if cap else by_rate


def yuan(fen: int) -> str:
    """Fen as 元 with two decimals and thousand separators."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // FEN:,}.{abs(fen) % FEN:02}"


def open_claims_limit(capacity: int, taken: int, factor: int) -> int:
    """How many open claims an institution may hold: factor × remaining capacity (default 3; domain.md §2)."""
    return factor * max(0, capacity - taken)


@dataclass(frozen=True)
class Body:
    """What is compared of a body to find affiliates."""

    credit_code: str | None
    legal_representative: str
    contacts: frozenset[str] = frozenset()
    people: frozenset[int] = frozenset()


def is_affiliated(one: Body, other: Body) -> bool:
    """Same credit code or legal representative: a claim is refused (domain.md §1)."""
    if one.credit_code and one.credit_code == other.credit_code:
        return True
    return bool(one.legal_representative) and one.legal_representative == other.legal_representative


def shared_hints(one: Body, other: Body) -> list[str]:
    """What two bodies share without being affiliates: flagged to county and city, not refused."""
    hints = []
    if one.people & other.people:
        hints.append("双方有同一经办人")
    if one.contacts & other.contacts:
        hints.append("双方联系电话相同")
    return hints


def uncovered(needed: Iterable[str], chosen: Iterable[str]) -> list[str]:
    """The kinds of a demand that no choice covers, in the demand's order."""
    have = set(chosen)
    return [kind for kind in needed if kind not in have]


@dataclass(frozen=True)
class ClaimData:
    """What an institution writes into a claim; money in fen."""

    kinds: tuple[str, ...] = ()
    proposal: str = ""
    milestones: str = ""
    days: int | None = None
    team: str = ""
    list_price_fen: int = 0
    government_fen: int = 0
    concession_fen: int = 0
    enterprise_fen: int = 0
    payment: str = "ONCE"
    bears_ungranted: str = "institution"

    @property
    def split(self) -> Split:
        """The three-way split of the price."""
        return Split(self.list_price_fen, self.government_fen, self.concession_fen, self.enterprise_fen)


@dataclass(frozen=True)
class ContractData:
    """What both sides agree on at signing; money in fen."""

    signed_on: dt.date
    starts_on: dt.date
    ends_on: dt.date
    split: Split
    payment: str
