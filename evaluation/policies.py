"""Who may act at the year's end. Predicates over the actor and the case; no database."""

from evaluation.models import Award, Evaluation, Questionnaire, Result, Sanction
from pilot_portal.accounts.actors import Actor


def rates_for_enterprise(actor: Actor, questionnaire: Questionnaire) -> bool:
    """The enterprise's administrator or the member he named."""
    return actor.may_decide and actor.organisation_id == questionnaire.enterprise.organisation_id


def is_system(actor: Actor, _case: object) -> bool:
    """The clock."""
    return actor.role == "system"


def is_city(actor: Actor, _case: object) -> bool:
    """Anyone of the city's SME section."""
    return actor.is_city


def is_handler(actor: Actor, _case: object) -> bool:
    """The handler of the city's SME section."""
    return actor.role == "city_handler"


def is_chief(actor: Actor, _case: object) -> bool:
    """The chief of the city's SME section."""
    return actor.role == "city_chief"


def is_chief_not_proposer(actor: Actor, case: Award) -> bool:
    """The chief, and never the person who proposed the case (domain.md §1)."""
    return actor.role == "city_chief" and case.proposed_by_id != actor.user_id


def is_chief_not_preparer(actor: Actor, case: Sanction) -> bool:
    """The chief, and never the person who prepared the case (domain.md §1)."""
    return actor.role == "city_chief" and case.prepared_by_id != actor.user_id


def is_evaluated_admin(actor: Actor, evaluation: Evaluation) -> bool:
    """The administrator of the institution that is evaluated."""
    return actor.role == "institution_admin" and actor.organisation_id == evaluation.pilot.organisation_id


def confirms_for_enterprise(actor: Actor, result: Result) -> bool:
    """The enterprise's administrator or the member he named."""
    return actor.may_decide and actor.organisation_id == result.enterprise.organisation_id


def is_county_of(actor: Actor, result: Result) -> bool:
    """An officer of the county where the enterprise lies."""
    return actor.is_county and actor.region_id == result.enterprise.region_id


def reads_decision(actor: Actor, sanction: Sanction) -> bool:
    """The body that a decision is about, and the city's readers: it may name people."""
    own = actor.is_institution or actor.is_enterprise
    return actor.is_system or actor.reads_city or (own and actor.organisation_id == sanction.organisation_id)
