"""Who may act on applications, county reports and the roster. Predicates; no database."""

from institutions.models import Application, CountyReport, PilotInstitution
from pilot_portal.accounts.actors import Actor


def is_of_institution(actor: Actor, case: Application | PilotInstitution) -> bool:
    """Anyone of the institution whose case it is."""
    return actor.is_institution and actor.organisation_id == case.organisation_id


def is_admin_of(actor: Actor, case: Application | PilotInstitution) -> bool:
    """The administrator of the institution whose case it is."""
    return actor.role == "institution_admin" and actor.organisation_id == case.organisation_id


def is_county_of(actor: Actor, case: Application | CountyReport | PilotInstitution) -> bool:
    """Handler or approver of the county bureau that the case goes through."""
    return actor.is_county and actor.region_id == case.region_id


def is_county_approver_of(actor: Actor, case: Application | CountyReport) -> bool:
    """The approver of the county bureau: recommends and reports upward."""
    return actor.role == "county_approver" and actor.region_id == case.region_id


def is_city(actor: Actor, _case: object) -> bool:
    """Anyone of the city's SME section."""
    return actor.is_city


def is_city_handler(actor: Actor, _case: object) -> bool:
    """The handler of the city's SME section: prepares."""
    return actor.role == "city_handler"


def is_city_chief(actor: Actor, _case: object) -> bool:
    """The chief of the city's SME section: decides exits and sanctions."""
    return actor.role == "city_chief"


def is_chief_not_proposer(actor: Actor, application: Application) -> bool:
    """The chief confirms, never the person who proposed the case (domain.md §1)."""
    return actor.role == "city_chief" and application.proposed_by_id != actor.user_id


def may_reopen(actor: Actor, application: Application) -> bool:
    """The institution itself, or the city by an extension."""
    return is_admin_of(actor, application) or actor.is_city


def is_system(actor: Actor, _case: object) -> bool:
    """The clock."""
    return actor.role == "system"


def ends_suspension(actor: Actor, _case: object) -> bool:
    """The chief, or the clock when the suspension's end has come."""
    return actor.role in {"city_chief", "system"}


def reads_letters_of(actor: Actor, case: Application | PilotInstitution) -> bool:
    """Whose letters they are, the bureau of the county, the city's readers; nobody of the public."""
    return actor.is_system or is_of_institution(actor, case) or is_county_of(actor, case) or actor.reads_city


def serves_letters_of(actor: Actor, case: Application | PilotInstitution) -> bool:
    """The bureaus that hand letters over."""
    return actor.is_system or is_county_of(actor, case) or actor.reads_city
