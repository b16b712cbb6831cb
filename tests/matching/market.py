"""The way of a claim to an accepted contract, step by step, as tests begin anywhere on it."""

import datetime as dt
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from demands import operations as demanding
from demands.models import Demand
from institutions.models import PilotInstitution
from matching.models import Claim, Engagement
from matching.operations import choosing, claims, engagements, files
from matching.rules import ClaimData, ContractData, Split
from pilot_portal.accounts.actors import Actor
from pilot_portal.common import clock
from tests import factories
from tests.factories import NOW

DAY = dt.timedelta(days=1)
CHOOSING = NOW + 21 * DAY  # the window of the factories' demands closes twenty days after NOW
PRICE = Split(10_000_00, 0, 2_000_00, 8_000_00)


def offer(**changed: object) -> ClaimData:
    """A claim's data without fault."""
    good = {
        "kinds": ("digital", "testing"),
        "proposal": "先现场诊断，再改造两条产线。",
        "days": 90,
        "list_price_fen": PRICE.list_price,
        "concession_fen": PRICE.concession,
        "enterprise_fen": PRICE.enterprise,
    }
    return ClaimData(**(good | changed))


def institution(**fields: object) -> tuple[PilotInstitution, Actor]:
    """A listed pilot institution and its administrator 周示例."""
    pilot = factories.pilot(**fields)
    return pilot, factories.institution_admin_zhou(pilot.organisation)


def submitted(
    demand: Demand, side: tuple[PilotInstitution, Actor], at: dt.datetime = NOW, **changed
) -> Claim:
    """A claim through the same operations as the pages."""
    pilot, zhou = side
    claim = claims.start_claim(demand, pilot=pilot, by=zhou, at=at)
    return claims.submit_claim(claim, offer(**changed), by=zhou, at=at)


def close(demand: Demand) -> Demand:
    """The clock closes the window."""
    demanding.close_windows(at=CHOOSING)
    demand.refresh_from_db()
    return demand


def pick(demand: Demand, claim: Claim, by: Actor, at: dt.datetime = CHOOSING) -> Engagement:
    """The enterprise chooses one claim for all it offers."""
    claim = Claim.objects.get(pk=claim.pk)
    return choosing.choose(demand, {kind.code: claim for kind in claim.kinds.all()}, by=by, at=at)[0]


def scan(name: str = "合同.pdf") -> SimpleUploadedFile:
    """A small file that is what its name says."""
    return SimpleUploadedFile(name, b"%PDF-1.4 sample", "application/pdf")


def terms(at: dt.datetime = CHOOSING, split: Split = PRICE, **changed: object) -> ContractData:
    """A contract's data without fault."""
    today = clock.beijing_date(at)
    good = {"signed_on": today, "starts_on": today, "ends_on": today + 90 * DAY, "payment": "ONCE"}
    return ContractData(split=split, **(good | changed))


def lay_down(engagement: Engagement, zhou: Actor, at: dt.datetime = CHOOSING) -> Engagement:
    """The institution uploads and lays down the contract."""
    files.add_file(engagement, scan(), purpose="contract", by=zhou, at=at)
    engagements.prepare_contract(engagement, terms(at), by=zhou, at=at)
    return engagement


def in_service(engagement: Engagement, zhou: Actor, wu: Actor, at: dt.datetime = CHOOSING) -> Engagement:
    """Signed by both, service begun."""
    lay_down(engagement, zhou, at)
    engagements.sign(engagement, by=wu, at=at)
    engagements.start_service(engagement, by=zhou, at=at)
    return engagement


def logged(engagement: Engagement, zhou: Actor, at: dt.datetime = CHOOSING, **changed: object):
    """One entry of the service log."""
    good = {"on": clock.beijing_date(at), "hours": Decimal(4), "people": 2, "text": "现场诊断。"}
    return engagements.log_service(engagement, **(good | changed), by=zhou, at=at)


def delivered(engagement: Engagement, zhou: Actor, wu: Actor, at: dt.datetime = CHOOSING) -> Engagement:
    """Served, logged and handed over for acceptance."""
    in_service(engagement, zhou, wu, at)
    logged(engagement, zhou, at)
    engagements.deliver(engagement, by=zhou, at=at)
    return engagement
