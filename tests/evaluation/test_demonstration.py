"""The demonstration's finished year: its published pages hold together, figure by figure."""

import re

import pytest
from django.core.management import call_command

from evaluation import queries, rules
from evaluation.models import Award, Evaluation, Questionnaire
from pilot_portal.accounts.models import User
from pilot_portal.bulletin.models import Publication
from pilot_portal.common import clock

pytestmark = pytest.mark.django_db
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


@pytest.fixture
def last_year():
    call_command("demo", verbosity=0)
    return Evaluation.objects.order_by("pk").first().round


def test_the_finished_year_is_public_and_counts_up(last_year, client_of):
    guest = client_of()
    rows = list(queries.by_rank(Evaluation.objects.filter(round=last_year)))
    results = Publication.objects.get(round=last_year, kind="RESULT")
    given = Publication.objects.get(round=last_year, kind="AWARD")
    listed = guest.get("/results/").content.decode()
    for told in (results, given):
        assert f"/notices/{told.number}/" in listed
    # The list, line by line against the evaluations and the questionnaires behind them.
    assert [line["name"] for line in results.payload["rows"]] == [row.pilot.organisation.name for row in rows]
    for line, row in zip(results.payload["rows"], rows, strict=True):
        counted = Questionnaire.objects.filter(pilot=row.pilot, overall__isnull=False, is_left_out=False)
        assert (line["answered"], line["served"], line["rank"]) == (counted.count(), row.served, row.rank)
        assert row.satisfied == sum(rules.is_satisfied(q.overall) for q in counted)
        assert line["score"] == queries.public_score(row)
    ranks = [line["rank"] for line in results.payload["rows"]]
    assert ranks == sorted(ranks)
    # Awards go to those who stay, from the top; the one that left has none.
    awarded = Award.objects.filter(publication=given)
    assert {a.evaluation.decision for a in awarded.select_related("evaluation")} == {"keep"}
    left = {row.pilot.organisation.name for row in rows if row.decision == "remove"}
    assert left
    assert not left & {line["name"] for line in given.payload["rows"]}
    # No published page of the year tells a phone, a firm's mark or an official's name.
    private = set(User.objects.exclude(name="").values_list("name", flat=True))
    firms = {q.enterprise.name for q in Questionnaire.objects.select_related("enterprise")}
    for told in Publication.objects.filter(
        round=last_year, kind__in=["RESULT", "AWARD", "SANCTION", "REMOVAL"]
    ):
        page = guest.get(f"/notices/{told.number}/")
        assert page.status_code == 200
        main = page.content.decode().split("<main")[1].split("</main>")[0]
        assert not PHONE.search(main)
        assert not [name for name in private | firms if name in main]
    # The dashboard counts what the city confirmed.
    reached = [row.reached for row in queries.progress(last_year, at=clock.now())]
    assert reached == [1, 1, 1, 0, 0, 1]
