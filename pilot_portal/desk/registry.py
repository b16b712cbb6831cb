"""What the apps put on the desk: cards of work to do, and places in the main navigation."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from pilot_portal.accounts.actors import Actor


@dataclass(frozen=True)
class Todo:
    """One line of a card: how many, of what, why it matters, where to do it."""

    count: int
    title: str
    path: str
    detail: str = ""
    act: str = "办理"


@dataclass(frozen=True)
class Card:
    """A card of the desk. `provider(actor, at)` gives its lines within a fixed number of queries."""

    code: str
    title: str
    roles: frozenset[str]
    provider: Callable[[Actor, dt.datetime], list[Todo]]
    position: int = 50


@dataclass(frozen=True)
class NavItem:
    """A place in the main navigation for some roles.

    Attributes:
        also: names of pages that stand elsewhere by address but belong to this place.
    """

    label: str
    url_name: str
    roles: frozenset[str]
    position: int
    also: tuple[str, ...] = ()


CARDS: dict[str, Card] = {}
NAV: dict[str, NavItem] = {}


def register_card(card: Card) -> None:
    """Put a card on the desk of its roles."""
    if CARDS.setdefault(card.code, card) is not card:
        raise ValueError(f"card {card.code} is registered twice")


def register_nav(*items: NavItem) -> None:
    """Put places into the main navigation."""
    for item in items:
        NAV[f"{item.url_name}:{item.label}"] = item


def nav_for(role: str) -> list[NavItem]:
    """The navigation of a role, in order."""
    return sorted((i for i in NAV.values() if role in i.roles), key=lambda i: i.position)


def cards_for(role: str) -> list[Card]:
    """The cards of a role, in order."""
    return sorted((c for c in CARDS.values() if role in c.roles), key=lambda c: c.position)
