"""The factories can put every life cycle into every state: other tests begin there."""

import pytest

from tests import factories

MODELS = {
    "application": factories.Application,
    "county_report": factories.CountyReport,
    "pilot_institution": factories.PilotInstitution,
    "demand": factories.Demand,
    "demand_report": factories.DemandReport,
    "claim": factories.Claim,
    "engagement": factories.Engagement,
    "questionnaire": factories.Questionnaire,
    "evaluation": factories.Evaluation,
    "award": factories.Award,
    "sanction": factories.Sanction,
    "result": factories.Result,
}


@pytest.mark.django_db
@pytest.mark.parametrize("life_cycle", sorted(MODELS))
def test_a_case_can_stand_in_every_state(life_cycle: str) -> None:
    for state in MODELS[life_cycle].State.values:
        case = factories.case_in(life_cycle, state)
        case.refresh_from_db()
        assert case.state == state
        assert len(case.digest) == 64
