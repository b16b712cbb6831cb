"""What apps above demands tell its pages: how many claims, who was chosen, who is in good standing.

matching and evaluation stand above this app; they register providers in their `apps.ready()`.
Each provider answers for a whole page at once, so that lists keep their number of queries.
"""

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass

from demands.models import Demand
from pilot_portal.accounts.actors import Actor


@dataclass(frozen=True)
class Link:
    """A way on from a demand's page into the next act (揭榜, 查看方案)."""

    label: str
    url: str
    tone: str = "plain"
    note: str = ""


Counter = Callable[[Collection[int]], dict[int, int]]
Names = Callable[[Collection[int]], dict[int, str]]
Standing = Callable[[Actor, dt.datetime], frozenset[int]]
Links = Callable[[Actor, Demand, dt.datetime], list[Link]]

COUNTERS: list[Counter] = []
NAMES: list[Names] = []
STANDINGS: list[Standing] = []
LINKS: list[Links] = []


def register_claim_counter(provider: Counter) -> None:
    """`provider(demand ids)` gives how many claims were submitted on each; ids without may be left out."""
    if provider not in COUNTERS:
        COUNTERS.append(provider)


def register_chosen_names(provider: Names) -> None:
    """`provider(demand ids)` gives the names of the chosen institutions, joined by 、."""
    if provider not in NAMES:
        NAMES.append(provider)


def register_standing(provider: Standing) -> None:
    """`provider(actor, at)` gives the keys of the rounds in which the actor's body is in good standing."""
    if provider not in STANDINGS:
        STANDINGS.append(provider)


def register_case_links(provider: Links) -> None:
    """`provider(actor, demand, at)` gives the ways on from a demand's page for this actor."""
    if provider not in LINKS:
        LINKS.append(provider)


def claim_counts(demand_ids: Collection[int]) -> dict[int, int]:
    """How many claims each demand has; 0 where nobody says."""
    counts = dict.fromkeys(demand_ids, 0)
    for provider in COUNTERS:
        for key, count in provider(demand_ids).items():
            counts[key] = counts.get(key, 0) + count
    return counts


def chosen_names(demand_ids: Collection[int]) -> dict[int, str]:
    """Who was chosen, for the demands where somebody was."""
    found: dict[int, str] = {}
    for provider in NAMES:
        found |= provider(demand_ids)
    return found


def rounds_in_good_standing(actor: Actor, at: dt.datetime) -> frozenset[int]:
    """The rounds in which the actor may see firm and county of open demands (domain.md §5)."""
    if not actor.is_institution:
        return frozenset()
    return frozenset().union(*(provider(actor, at) for provider in STANDINGS))


def case_links(actor: Actor, demand: Demand, at: dt.datetime) -> list[Link]:
    """All ways on from a demand's page for this actor."""
    return [link for provider in LINKS for link in provider(actor, demand, at)]
