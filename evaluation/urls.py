"""Addresses of the year's end, grouped by who stands before the page."""

from django.urls import path, register_converter

from evaluation.views import applicant, county, enterprise, party, public
from evaluation.views.city import evaluations as city
from evaluation.views.city import sanctions
from evaluation.workflow import AWARD, RESULT, SANCTION


def _one_of(names: list[str]) -> type:
    """A path converter that knows the moves of a life cycle: another name is no address."""

    class Converter:
        regex = "|".join(names)

        def to_python(self, value: str) -> str:
            return value

        def to_url(self, value: str) -> str:
            return value

    return Converter


register_converter(_one_of(sorted(AWARD.moves, key=len, reverse=True)), "award_move")
register_converter(_one_of(sorted(SANCTION.moves, key=len, reverse=True)), "sanction_move")
register_converter(
    _one_of([name for name in RESULT.moves if name in {"verify", "confirm", "revoke"}]), "result_move"
)

app_name = "evaluation"
urlpatterns = [
    # public
    path("results/", public.results, name="public-results"),
    # enterprise
    path("my/ratings/", enterprise.ratings, name="enterprise-ratings"),
    path("my/ratings/<int:pk>/", enterprise.rating, name="enterprise-rating"),
    path("my/ratings/<int:pk>/follow-up/", enterprise.follow_up, name="enterprise-follow-up"),
    path("my/results/", enterprise.result_list, name="enterprise-results"),
    path("my/results/<int:pk>/confirm/", enterprise.result_confirm, name="enterprise-result-confirm"),
    path("my/results/<int:pk>/deny/", enterprise.result_deny, name="enterprise-result-deny"),
    # institution
    path("my/evaluation/<slug:code>/", applicant.evaluation, name="applicant-evaluation"),
    path("my/evaluation/<slug:code>/object/", applicant.object_to, name="applicant-evaluation-object"),
    path("my/cultivation/", applicant.result_list, name="applicant-results"),
    path("my/cultivation/<int:pk>/shares/", applicant.result_shares, name="applicant-result-shares"),
    # institution and enterprise
    path("my/decisions/", party.decisions, name="party-decisions"),
    # county and city
    path("desk/results/", county.result_list, name="county-results"),
    path("desk/results/<int:pk>/<result_move:name>/", county.result_move, name="county-result-move"),
    # city
    path("desk/city/dashboard/", city.dashboard, name="city-dashboard"),
    path("desk/city/evaluations/", city.evaluation_rounds, name="city-evaluation-rounds"),
    path("desk/city/evaluations/case/<int:pk>/", city.evaluation, name="city-evaluation"),
    path("desk/city/evaluations/case/<int:pk>/decide/", city.decide, name="city-evaluation-decide"),
    path("desk/city/evaluations/case/<int:pk>/award/", city.propose_award, name="city-award-propose"),
    path("desk/city/evaluations/<slug:code>/", city.evaluations, name="city-evaluations"),
    path("desk/city/evaluations/<slug:code>/compute/", city.compute, name="city-evaluations-compute"),
    path("desk/city/evaluations/<slug:code>/notify/", city.notify, name="city-evaluations-notify"),
    path("desk/city/evaluations/<slug:code>/publish/", city.publish_results, name="city-evaluations-publish"),
    path(
        "desk/city/evaluations/<slug:code>/publish-awards/", city.publish_awards, name="city-awards-publish"
    ),
    path(
        "desk/city/evaluations/<slug:code>/publicity/",
        city.awards_to_publicity,
        name="city-awards-publicity",
    ),
    path("desk/city/awards/<int:pk>/<award_move:name>/", city.award_move, name="city-award-move"),
    path("desk/city/sanctions/", sanctions.sanction_list, name="city-sanctions"),
    path("desk/city/sanctions/clue/<slug:code>/", sanctions.clue, name="city-sanction-clue"),
    path("desk/city/sanctions/<int:pk>/", sanctions.sanction, name="city-sanction"),
    path(
        "desk/city/sanctions/<int:pk>/<sanction_move:name>/",
        sanctions.sanction_move,
        name="city-sanction-move",
    ),
]
