"""What tests begin with: people, bodies, rounds, and cases in any state.

`case_in(life_cycle, state)` puts a case straight into a state (with a trail that says so), so that a test can
begin anywhere; `actor_for(role, case)` gives a person of the role in the body that the case concerns.
"""

from tests.factories.cases import *  # noqa: F403 - one name space for all tests
from tests.factories.lookup import *  # noqa: F403 - one name space for all tests
from tests.factories.people import *  # noqa: F403 - one name space for all tests
