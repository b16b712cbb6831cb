"""The whole year, played by named people in their browsers: from the opened round to the published award.

PostgreSQL, Redis, a web server and a worker run as processes; the portal's clock is set ahead between stages.
What the journey itself does not show in a browser (the second and third institution's papers, the second
firm's contract) is done by the same operations the pages call.
"""

import pytest
from django.core.management import call_command

from tests.journeys.chapters import applications, demands, year_end
from tests.journeys.chapters.year import Year

pytestmark = [pytest.mark.journey, pytest.mark.postgresql_only]


def test_the_whole_year(at_work, time, tmp_path):
    year = Year(at_work, time, tmp_path)
    applications.open_the_round(year)
    applications.apply(year)
    applications.two_more_apply(year)
    applications.review_and_recommend(year)
    applications.the_county_reports(year)
    applications.confirm_and_publish_the_roster(year)
    demands.import_check_and_publish_demands(year)
    demands.three_claim(year)
    demands.the_enterprise_chooses(year)
    demands.contract_logs_acceptance(year)
    demands.another_firm_is_served_badly(year)
    year_end.rate(year)
    year_end.evaluate(year)
    year_end.remove_one_award_one(year)
    call_command("verify_audit")  # raises where a case and its trail differ
