"""Who may act on a demand, a record of the library, an import, a list: predicates without queries.

A demand comes with its `enterprise` loaded (queries do that).
"""

from demands.models import Demand, DemandReport, Enterprise, ImportBatch
from pilot_portal.accounts.actors import Actor


def is_system(actor: Actor, case: object) -> bool:
    """The clock, or an act of another life cycle that carries the demand along."""
    return actor.is_system


def is_of_enterprise(actor: Actor, demand: Demand) -> bool:
    """Stands in the firm whose demand it is."""
    return (
        actor.is_enterprise
        and actor.organisation_id is not None
        and demand.enterprise.organisation_id == actor.organisation_id
    )


def decides_for_enterprise(actor: Actor, demand: Demand) -> bool:
    """The administrator of the firm, or a member he named (domain.md §1)."""
    return actor.may_decide and is_of_enterprise(actor, demand)


def is_county_of(actor: Actor, demand: Demand) -> bool:
    """Works in the county bureau that checks the demand."""
    return actor.is_county and actor.region_id == demand.region_id


def is_city(actor: Actor, demand: Demand) -> bool:
    """Works in the city's SME section."""
    return actor.is_city


def is_city_chief(actor: Actor, demand: Demand) -> bool:
    """The chief of the city's SME section, who confirms and publishes."""
    return actor.role == "city_chief"


def keeps_record(actor: Actor, enterprise: Enterprise) -> bool:
    """The county bureau that keeps the firm's record."""
    return actor.is_county and actor.region_id == enterprise.region_id


def may_import(actor: Actor, region_id: int) -> bool:
    """The county bureau takes in its own Attachment 4."""
    return actor.is_county and actor.region_id == region_id


def owns_import(actor: Actor, batch: ImportBatch) -> bool:
    """The county bureau whose import it is."""
    return may_import(actor, batch.region_id)


def may_send(actor: Actor, region_id: int) -> bool:
    """The approver of the county bureau reports upward (domain.md §1)."""
    return actor.role == "county_approver" and actor.region_id == region_id


def sends_report(actor: Actor, report: DemandReport) -> bool:
    """The approver of the county whose report it is."""
    return may_send(actor, report.region_id)


def receives_report(actor: Actor, report: DemandReport) -> bool:
    """The city's SME section."""
    return actor.is_city


def may_prepare(actor: Actor) -> bool:
    """The city's section selects demands and edits the public text."""
    return actor.is_city


def may_publish(actor: Actor) -> bool:
    """The chief publishes a list."""
    return actor.role == "city_chief"
