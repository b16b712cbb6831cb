"""`manage.py fill`: great numbers, each case as true as one made by hand."""

import io
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings

from demands.models import Demand, Enterprise
from institutions.models import Application, PilotInstitution
from matching.models import Claim, Engagement, Place
from pilot_portal.accounts.models import Organisation
from pilot_portal.common.text import check_credit_code
from pilot_portal.workflow.machine import REGISTRY
from pilot_portal.workflow.queries import audit_problems

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def fill(**numbers):
    """Run the command; gives its figures by name."""
    out = io.StringIO()
    call_command("fill", stdout=out, **numbers)
    return {
        line.split("\t")[0]: int(line.split("\t")[1]) for line in out.getvalue().splitlines() if "\t" in line
    }


@pytest.fixture(scope="module")
def filled(django_db_setup, django_db_blocker):
    """A demonstration with more in it; gone after this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        before = {model: model.objects.count() for model in (Enterprise, Application, Demand)}
        call_command("demo", stdout=io.StringIO())
        shown = {model: model.objects.count() for model in (Enterprise, Application, Demand)}
        assert sum(before.values()) < sum(shown.values())
        figures = fill(enterprises=60, institutions=40, demands=120)
        yield shown, figures
        transaction.set_rollback(True)


def test_as_many_are_made_as_were_asked_for(filled):
    shown, figures = filled
    assert Enterprise.objects.count() == shown[Enterprise] + 60 == shown[Enterprise] + figures["enterprises"]
    assert Application.objects.count() == shown[Application] + 40
    assert Demand.objects.count() == shown[Demand] + 120
    assert figures["pilots"] == 26
    assert figures["claims"] > figures["contracts"] > 0
    assert figures["ratings"] > 0


def test_every_trail_is_whole(filled):
    assert [problem for case_type in REGISTRY for problem in audit_problems(case_type)] == []


def test_no_institution_has_more_firms_than_it_can_serve_and_no_demand_two_contracts(filled):
    for pilot in PilotInstitution.objects.all():
        assert pilot.taken <= pilot.capacity
        assert pilot.taken == Place.objects.filter(pilot=pilot).count()
    alive = Engagement.objects.exclude(state="ENDED").values_list("claim_id", flat=True)
    assert max(Counter(alive).values()) == 1
    assert Claim.objects.filter(state="SUBMITTED", demand__state="MATCHED").count() == 0


def test_every_body_is_fictional_and_its_credit_code_right(filled):
    made = Organisation.objects.filter(memberships__user__username__startswith="fill-")
    assert made.count() > 60
    for body in made:
        assert "示例" in body.name
        assert check_credit_code(body.credit_code) == body.credit_code
    assert not Enterprise.objects.exclude(phone__startswith="138000000").exclude(phone="").exists()


def test_every_reporting_unit_has_its_share(filled):
    made = Application.objects.filter(organisation__memberships__user__username__startswith="fill-")
    shares = Counter(made.values_list("region__code", flat=True))
    assert max(shares.values()) - min(shares.values()) <= 1


def test_run_again_it_adds_more(filled):
    shown, _ = filled
    with transaction.atomic():
        again = fill(enterprises=5, institutions=20, demands=20)
        assert again["pilots"] == 13
        assert Enterprise.objects.count() == shown[Enterprise] + 65
        assert Demand.objects.count() == shown[Demand] + 140
        assert audit_problems("demands.demand") == []
        transaction.set_rollback(True)


def test_the_same_seed_makes_the_same(filled):
    def made(seed):
        with transaction.atomic():
            before = Enterprise.objects.order_by("-pk").first().pk
            fill(enterprises=10, seed=seed)
            names = list(Enterprise.objects.filter(pk__gt=before).order_by("pk").values_list("name", "size"))
            transaction.set_rollback(True)
        return names

    assert made(7) == made(7)
    assert made(7) != made(8)


def test_numbers_below_nothing_are_refused():
    with pytest.raises(CommandError, match="不能为负数"):
        call_command("fill", demands=-1)


def test_it_never_runs_in_production():
    before = Enterprise.objects.count()
    with override_settings(PRODUCTION=True), pytest.raises(CommandError, match="生产环境"):
        call_command("fill", enterprises=1)
    assert Enterprise.objects.count() == before
