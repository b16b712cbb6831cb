"""`manage.py demo`: rounds in which everybody has work, and a case in every state of every life cycle."""

import datetime as dt

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings

from demands.models import Demand
from institutions.models import Application
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import Membership, Organisation, Role, User
from pilot_portal.bulletin.models import Publication
from pilot_portal.common import clock
from pilot_portal.common.text import check_credit_code
from pilot_portal.desk.registry import cards_for
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round, Stage
from pilot_portal.workflow.machine import REGISTRY
from pilot_portal.workflow.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demonstration, built once for this file and gone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo")
        yield
        transaction.set_rollback(True)


def counted() -> dict[str, int]:
    """Rows by model."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def this_year() -> Round:
    return Round.objects.filter(is_demo=True).order_by("-year", "code").first()


def test_run_again_it_moves_only_its_calendar(demo):
    before, entries = counted(), Entry.objects.count()
    application = Stage.objects.filter(round=this_year(), kind="application")
    application.update(ends_at=clock.now() - dt.timedelta(days=9))
    others = Stage.objects.exclude(round=this_year()).order_by("pk").values_list("starts_at", "ends_at")
    finished = list(others)
    call_command("demo")
    assert counted() == before
    assert Entry.objects.count() == entries
    assert application.get().ends_at > clock.now()
    assert list(others.all()) == finished


def test_an_account_for_every_role_in_a_line_of_four(demo, capsys):
    call_command("demo", "--accounts")
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert {len(line) for line in lines} == {4}
    assert {role for role, *_ in lines} == set(Role.values)
    for _, body, username, password in lines:
        person = User.objects.get(username=username)
        assert person.check_password(password)
        assert Membership.objects.filter(user=person, organisation__name=body, ends_at=None).exists()


def test_every_reporting_unit_has_officers_and_cases(demo):
    for region in Region.objects.filter(is_active=True):
        officers = Membership.objects.filter(organisation__kind="county", organisation__region=region)
        assert set(officers.values_list("role", flat=True)) == {"county_handler", "county_approver"}, region
        assert (
            Application.objects.filter(region=region).exists()
            or Demand.objects.filter(region=region).exists()
        )


@pytest.mark.parametrize(
    "role",
    ["institution_admin", "enterprise_admin", "county_handler", "city_handler", "city_chief", "sysadmin"],
)
def test_today_somebody_of_each_acting_role_has_something_to_do(demo, role):
    at = clock.now()
    people = Membership.objects.filter(role=role, ends_at=None, user__is_demo=True)
    todos = [
        todo
        for person in people.select_related("user", "organisation__region")
        for card in cards_for(role)
        for todo in card.provider(Actor(person.user, person), at)
    ]
    assert todos


# Nothing leads there yet: no act of the portal hands a contract over to another institution.
LATER = {"matching.engagement": {"TRANSFERRED"}}


@pytest.mark.parametrize("case_type", sorted(REGISTRY))
def test_a_case_stands_in_every_state_of_every_life_cycle(demo, case_type):
    cases = apps.get_model(case_type)._default_manager
    shown = set(cases.values_list("state", flat=True))
    assert shown == set(REGISTRY[case_type].states.values) - LATER.get(case_type, set())


def test_its_trails_hold(demo):
    call_command("verify_audit")


def test_last_year_shows_results_and_awards(demo, client):
    kinds = set(Publication.objects.exclude(round=this_year()).values_list("kind", flat=True))
    assert {"ROSTER", "DEMAND_LIST", "RESULT", "AWARD"} <= kinds
    page = client.get("/results/").content.decode()
    assert "期满评价结果" in page
    assert "评比奖补名单" in page


def test_nothing_of_it_is_real(demo):
    for body in Organisation.objects.exclude(credit_code=None):
        assert "示例" in body.name
        assert body.credit_code[2:8] == "000000"
        assert check_credit_code(body.credit_code)
    for phone in Demand.objects.values_list("phone", flat=True):
        assert phone.startswith("138000000"), phone
    assert not User.objects.exclude(email="").exists()


def test_production_takes_no_demonstration():
    before = counted()
    with override_settings(PRODUCTION=True), pytest.raises(CommandError, match="生产环境"):
        call_command("demo")
    assert counted() == before
