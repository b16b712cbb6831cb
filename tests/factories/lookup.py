"""A case of any life cycle in any state, and people in the roles that it concerns."""

from typing import Any

from evaluation.models import Sanction
from institutions.models import Application, PilotInstitution
from pilot_portal.accounts.actors import PUBLIC, SYSTEM, Actor
from pilot_portal.accounts.models import Organisation
from pilot_portal.regions.models import Region
from pilot_portal.workflow.machine import REGISTRY
from pilot_portal.workflow.models import Case
from tests.factories.cases import (
    application,
    award,
    claim,
    county_report,
    demand,
    demand_report,
    engagement,
    evaluation,
    grant,
    pilot,
    questionnaire,
    result,
    sanction,
)
from tests.factories.people import (
    enterprise,
    institution,
    member,
    organisation,
    region,
)

MAKERS = {
    "grant": grant,
    "application": application,
    "county_report": county_report,
    "pilot_institution": pilot,
    "demand": demand,
    "demand_report": demand_report,
    "claim": claim,
    "engagement": engagement,
    "questionnaire": questionnaire,
    "evaluation": evaluation,
    "award": award,
    "sanction": sanction,
    "result": result,
}
CASE_TYPES = {
    "grant": "accounts.grant",
    "application": "institutions.application",
    "county_report": "institutions.countyreport",
    "pilot_institution": "institutions.pilotinstitution",
    "demand": "demands.demand",
    "demand_report": "demands.demandreport",
    "claim": "matching.claim",
    "engagement": "matching.engagement",
    "questionnaire": "evaluation.questionnaire",
    "evaluation": "evaluation.evaluation",
    "award": "evaluation.award",
    "sanction": "evaluation.sanction",
    "result": "evaluation.result",
}


def case_in(life_cycle: str, state: str) -> Case:
    """A case of a life cycle, put straight into a state."""
    return MAKERS[life_cycle](state)


def flow_of(life_cycle: str) -> Any:
    """The Workflow of a life cycle of `tests/expected/moves.csv`."""
    return REGISTRY[CASE_TYPES[life_cycle]]


def institution_of(case: Any) -> Organisation:
    """The institution that a case concerns."""
    if isinstance(case, Application | PilotInstitution):
        return case.organisation
    if isinstance(case, Sanction):
        return case.organisation
    holder = getattr(case, "pilot", None)
    return holder.organisation if holder else institution()


def enterprise_of(case: Any) -> Organisation:
    """The enterprise (its body) that a case concerns."""
    firm = getattr(case, "enterprise", None)
    if firm is None and getattr(case, "demand", None):
        firm = case.demand.enterprise
    return (firm or enterprise()).organisation


def region_of(case: Any) -> Region:
    """The reporting unit that a case concerns."""
    for name in ("region",):
        if getattr(case, name, None):
            return getattr(case, name)
    for name in ("enterprise", "pilot", "organisation"):
        holder = getattr(case, name, None)
        if holder is not None and holder.region:
            return holder.region
    demand_ = getattr(case, "demand", None)
    return demand_.region if demand_ else region()


def actor_for(role: str, case: Any, *, foreign: bool = False) -> Actor:
    """A person of the role: in the body (or county) that the case concerns, or in a foreign one."""
    if role == "public":
        return PUBLIC
    if role == "system":
        return SYSTEM
    if role.startswith("institution"):
        return member(institution() if foreign else institution_of(case), role)
    if role.startswith("enterprise"):
        firm = enterprise()
        return member(firm.organisation if foreign else enterprise_of(case), role)
    if role.startswith("county"):
        where = region_of(case)
        if foreign:
            where = Region.objects.exclude(pk=where.pk).order_by("position").first() or where
        return member(organisation("county", region=where), role)
    return member(organisation("city"), role)
