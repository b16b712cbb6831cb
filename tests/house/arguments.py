"""Column `args` of the permission matrix: the objects that addresses name, made anew for each row.

`own_…` belongs to the world's institution, enterprise and county; `foreign_…` to other ones.
"""

import datetime as dt
from collections.abc import Callable

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from demands.models import (
    Demand,
    DemandReport,
    Enterprise,
    EnterpriseMerge,
    ImportBatch,
    ImportRow,
    RecordClaim,
    SlipSheet,
    Title,
)
from evaluation.models import Award, Evaluation, Questionnaire, Result, Sanction
from institutions.models import Application, CountyReport, PilotInstitution
from matching.models import Claim, Engagement
from pilot_portal.accounts.models import Invitation, Role
from pilot_portal.bulletin.models import Publication
from pilot_portal.codes.models import Tier
from pilot_portal.documents.models import Paper
from pilot_portal.documents.operations import upload_scans
from pilot_portal.notifications.models import Message
from tests import factories
from tests.house.world import World

Arguments = dict[str, object]


def notice(world: World) -> Arguments:
    """A published notice."""
    made = Publication.objects.create(
        round=world.round,
        kind=Publication.Kind.NOTICE,
        number="2023-N-0001",
        title="示例通知",
        body="示例正文",
        published_at=world.at,
    )
    return {"number": made.number}


def own_message(world: World) -> Arguments:
    """A message in the inbox of the institution's administrator."""
    user = world.people["institution_admin"].user
    made = Message.objects.create(user=user, subject="示例消息", key="matrix", created_at=world.at)
    return {"pk": made.pk}


def paper(world: World, status: str) -> Paper:
    """A paper that the institution's administrator asked for."""
    made = Paper(
        kind="matrix",
        title="示例文书",
        dedupe=f"matrix-{status}",
        status=status,
        requested_by=world.people["institution_admin"].user,
        organisation=world.institution,
        requested_at=world.at,
        verify_code=f"{status.lower():a<32}"[:32],
        file_name="示例.pdf",
    )
    made.file.save("example.pdf", ContentFile(b"%PDF-1.7"), save=False)
    made.save()
    return made


def own_scan(world: World) -> Arguments:
    """A scan that the institution's administrator uploaded and nobody looked into yet."""
    person = world.people["institution_admin"]
    upload = SimpleUploadedFile("扫描.pdf", b"%PDF-1.7 ")
    (reading,) = upload_scans([upload], by=person, at=world.at)
    return {"pk": reading.pk}


def demand(world: World, state: str, *, own: bool = True) -> Demand:
    """A demand of the world's enterprise or of another one in another county; its claim window is open."""
    firm = world.firm if own else factories.enterprise(where=factories.region("430223"))
    until = world.at + dt.timedelta(days=10)
    return factories.demand(state, enterprise=firm, round=world.round, claims_until=until)


def claim(world: World, state: str, *, own: bool = True) -> Claim:
    """A claim of the world's institution, or of another one, on a demand of the world's enterprise."""
    on = {"SELECTED": "MATCHED"}.get(state, "PUBLISHED")
    pilot = world.pilot if own else factories.pilot()
    return factories.claim(state, demand=demand(world, on), pilot=pilot)


def engagement(world: World, state: str, *, own: bool = True) -> Engagement:
    """A contract between the world's institution and enterprise, or between others in another county."""
    if own:
        return factories.engagement(state, claim=claim(world, "SELECTED"))
    elsewhere = factories.institution(region=factories.region("430223"))
    application = factories.application("CONFIRMED", organisation=elsewhere, round=world.round)
    pilot = factories.pilot(application=application)
    selected = factories.claim("SELECTED", demand=demand(world, "MATCHED", own=False), pilot=pilot)
    return factories.engagement(state, claim=selected)


def import_batch(world: World, *, own: bool = True) -> ImportBatch:
    """A workbook that a county sent and that waits to be taken over."""
    return ImportBatch.objects.create(
        round=world.round,
        region=world.region if own else factories.region("430223"),
        file_name="示例.xlsx",
        sha256="0" * 64,
        uploaded_by=world.people["county_handler"].user,
        uploaded_at=world.at,
    )


def import_row(world: World, *, own: bool = True) -> dict[str, int]:
    """A row of such a workbook in which the firm's name is missing."""
    data = {"row": 5, "county": "", "services": [], "status": "", "target": "", "warn": ["company"]}
    data |= {"company": "", "contact": "", "phone": "", "remark": ""}
    batch = import_batch(world, own=own)
    ImportRow.objects.create(batch=batch, ordinal=1, sheet="示例", row=5, data=data, level="wrong")
    return {"pk": batch.pk, "ordinal": 1}


def question(world: World) -> dict[str, int]:
    """A question that the firm has not answered."""
    asked = factories.question(demand(world, "PUBLISHED"))
    return {"pk": asked.demand_id, "ordinal": asked.ordinal}


def title(world: World) -> dict[str, int]:
    """A title of the world's enterprise."""
    granted = Title.objects.create(
        enterprise=world.firm, tier=Tier.objects.get(code="provincial"), granted_on=dt.date(2022, 8, 5)
    )
    return {"pk": world.firm.pk, "title": granted.pk}


def merge(world: World) -> dict[str, int]:
    """A record that was merged into the world's enterprise."""
    double = factories.enterprise(where=world.region)
    double.merged_into = world.firm
    double.save()
    made = EnterpriseMerge.objects.create(
        kept=world.firm, merged=double, reason="同一企业", moved={}, at=world.at
    )
    return {"pk": world.firm.pk, "merged": made.pk}


def foreign_firm() -> Enterprise:
    """A firm of another county."""
    return factories.enterprise(where=factories.region("430223"))


def invitation(firm: Enterprise) -> Invitation:
    """An invitation of a firm's administrator that nobody used."""
    return Invitation.objects.create(
        organisation=firm.organisation,
        role=Role.ENTERPRISE_ADMIN,
        created_at=factories.NOW,
        expires_at=factories.NOW + dt.timedelta(days=30),
    )


def slips(firm: Enterprise, at: dt.datetime) -> SlipSheet:
    """A sheet with one slip."""
    made = invitation(firm)
    sheet = SlipSheet.objects.create(
        region=firm.region, number=f"S-{made.pk}", data={"slips": [[firm.name, made.pk]]}, made_at=at
    )
    sheet.invitations.add(made)
    return sheet


def record_claim(world: World) -> RecordClaim:
    """A body that says a record of the county's library is its own."""
    return RecordClaim.objects.create(
        enterprise=factories.enterprise(where=world.region),
        organisation=factories.organisation("enterprise", region=world.region),
        ground=RecordClaim.Ground.NAME,
        asked_at=world.at,
    )


def evaluated(world: World, state: str) -> Evaluation:
    """The evaluation of the world's institution."""
    return factories.evaluation(state, pilot=world.pilot)


def questionnaire(world: World, state: str) -> Questionnaire:
    """The questionnaire of a contract of the world's enterprise."""
    return factories.questionnaire(state, engagement=engagement(world, "ACCEPTED"))


def result(world: World, state: str) -> Result:
    """A cultivation result of the world's enterprise."""
    return factories.result(state, engagement=engagement(world, "ACCEPTED"))


def application(world: World, state: str, *, own: bool = True) -> Application:
    """An application in the next round: of the world's institution, or of another one in another county."""
    next_round = factories.make_round("2024", at=world.at)
    if own:
        return factories.application(state, organisation=world.institution, round=next_round)
    elsewhere = factories.institution(region=factories.region("430223"))
    return factories.application(state, organisation=elsewhere, round=next_round)


def report(world: World, state: str, *, own: bool = True) -> CountyReport:
    """The report of the world's county, or of another one."""
    where = world.region if own else factories.region("430223")
    return factories.county_report(state, region=where, round=world.round)


def published_pilot(world: World) -> Arguments:
    """The world's institution on a published roster."""
    PilotInstitution.objects.filter(pk=world.pilot.pk).update(published_at=world.at)
    return {"pk": world.pilot.pk}


ARGUMENTS: dict[str, Callable[[World], Arguments]] = {
    "": lambda _world: {},
    "round": lambda world: {"code": world.round.code},
    "notice": notice,
    "own_message": own_message,
    "waiting_paper": lambda world: {"key": paper(world, "REQUESTED").uuid},
    "failed_paper": lambda world: {"key": paper(world, "FAILED").uuid},
    "own_scan": own_scan,
    "code_of_paper": lambda world: {"code": paper(world, "DONE").verify_code},
    "institution_member": lambda world: {"pk": world.people["institution_member"].membership.pk},
    "enterprise_member": lambda world: {"pk": world.people["enterprise_member"].membership.pk},
    "county_handler": lambda world: {"pk": world.people["county_handler"].membership.pk},
    "grant": lambda _world: {"pk": factories.grant().pk},
    "public_demand": lambda world: {"number": demand(world, "PUBLISHED").number},
    "draft_demand": lambda world: {"number": demand(world, "DRAFT").number or "2023-D-0000"},
    "open_demand": lambda world: {"number": demand(world, "PUBLISHED", own=False).number},
    "own_choosing_demand": lambda world: {"number": demand(world, "CHOOSING").number},
    "foreign_choosing_demand": lambda world: {"number": demand(world, "CHOOSING", own=False).number},
    "own_claim_draft": lambda world: {"pk": claim(world, "DRAFT").pk},
    "own_claim_submitted": lambda world: {"pk": claim(world, "SUBMITTED").pk},
    "own_claim_selected": lambda world: {"pk": claim(world, "SELECTED").pk},
    "foreign_claim": lambda world: {"pk": claim(world, "SUBMITTED", own=False).pk},
    "foreign_engagement": lambda world: {"number": engagement(world, "IN_SERVICE", own=False).number},
    "own_firm": lambda world: {"pk": world.firm.pk},
    "foreign_firm": lambda _world: {"pk": factories.enterprise(where=factories.region("430223")).pk},
    "own_title": title,
    "own_summary": lambda world: {"pk": factories.summary(region=world.region, round=world.round).pk},
    "foreign_summary": lambda _world: {"pk": factories.summary(region=factories.region("430223")).pk},
    "own_invitation": lambda world: {"pk": invitation(world.firm).pk},
    "foreign_invitation": lambda _world: {"pk": invitation(foreign_firm()).pk},
    "own_slips": lambda world: {"pk": slips(world.firm, world.at).pk},
    "foreign_slips": lambda world: {"pk": slips(foreign_firm(), world.at).pk},
    "own_merge": merge,
    "own_import": lambda world: {"pk": import_batch(world).pk},
    "foreign_import": lambda world: {"pk": import_batch(world, own=False).pk},
    "own_import_row": import_row,
    "own_question": question,
    "foreign_import_row": lambda world: import_row(world, own=False),
    "open_round": lambda world: {"code": factories.make_round("2025", at=world.at).code},
    "own_pilot": lambda world: {"pk": world.pilot.pk},
    "published_pilot": published_pilot,
    "own_record_claim": lambda world: {"pk": record_claim(world).pk},
}
for state in Application.State.values:
    ARGUMENTS[f"own_application_round_{state.lower()}"] = lambda world, state=state: {
        "code": application(world, state).round.code
    }
    ARGUMENTS[f"own_application_{state.lower()}"] = lambda world, state=state: {
        "number": application(world, state).number
    }
    ARGUMENTS[f"foreign_application_{state.lower()}"] = lambda world, state=state: {
        "number": application(world, state, own=False).number
    }
for state in CountyReport.State.values:
    ARGUMENTS[f"own_report_{state.lower()}"] = lambda world, state=state: {
        "number": report(world, state).number
    }
    ARGUMENTS[f"foreign_report_{state.lower()}"] = lambda world, state=state: {
        "number": report(world, state, own=False).number
    }
for state in DemandReport.State.values:
    ARGUMENTS[f"demand_report_{state.lower()}"] = lambda world, state=state: {
        "pk": factories.demand_report(state, region=world.region, round=world.round).pk
    }
for state in Engagement.State.values:
    ARGUMENTS[f"own_engagement_{state.lower()}"] = lambda world, state=state: {
        "number": engagement(world, state).number
    }
for state in Demand.State.values:
    ARGUMENTS[f"own_demand_{state.lower()}"] = lambda world, state=state: {"pk": demand(world, state).pk}
    ARGUMENTS[f"foreign_demand_{state.lower()}"] = lambda world, state=state: {
        "pk": demand(world, state, own=False).pk
    }
for state in Questionnaire.State.values:
    ARGUMENTS[f"own_questionnaire_{state.lower()}"] = lambda world, state=state: {
        "pk": questionnaire(world, state).pk
    }
for state in Result.State.values:
    ARGUMENTS[f"own_result_{state.lower()}"] = lambda world, state=state: {"pk": result(world, state).pk}
for state in Evaluation.State.values:
    ARGUMENTS[f"evaluation_{state.lower()}"] = lambda world, state=state: {"pk": evaluated(world, state).pk}
    ARGUMENTS[f"own_round_evaluated_{state.lower()}"] = lambda world, state=state: {
        "code": evaluated(world, state).round.code
    }
for state in Award.State.values:
    ARGUMENTS[f"award_{state.lower()}"] = lambda world, state=state: {
        "pk": factories.award(state, evaluation=evaluated(world, "PUBLISHED")).pk
    }
for state in Sanction.State.values:
    ARGUMENTS[f"sanction_{state.lower()}"] = lambda world, state=state: {
        "pk": factories.sanction(state, round=world.round, organisation=world.institution).pk
    }


def arguments(world: World, said: str) -> Arguments:
    """What a row says: the name of an object, and further arguments as `name=value`, apart by blanks."""
    key, *further = said.split(" ") if "=" not in said.split(" ", maxsplit=1)[0] else ["", *said.split(" ")]
    return ARGUMENTS[key](world) | dict(word.split("=", 1) for word in further)


def is_known(said: str) -> bool:
    """Whether the object that a row names is one of these."""
    first = said.split(" ", maxsplit=1)[0]
    return "=" in first or first in ARGUMENTS
