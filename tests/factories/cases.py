"""Cases of every life cycle, put straight into any state, and the people whom they concern."""

import datetime as dt
from typing import Any

from demands.models import CountySummary, Demand, DemandList, DemandReport, Question
from evaluation.models import Award, Evaluation, Questionnaire, Result, Sanction
from institutions.models import Application, ApplicationVersion, CountyReport, PilotInstitution
from matching.models import Claim, Engagement
from pilot_portal.accounts.models import Grant
from pilot_portal.bulletin.models import Publication
from pilot_portal.codes.models import ServiceKind, Tier
from pilot_portal.rounds.models import Round
from pilot_portal.workflow.machine import entry_digest
from pilot_portal.workflow.models import Case, Entry
from tests.factories.people import (
    NOW,
    enterprise,
    institution,
    make_round,
    member,
    next_number,
    organisation,
    region,
)


def put(case: Case, case_type: str, state: str) -> Case:
    """Save a case straight into a state, with a trail of one entry that says so."""
    case.state, case.step, case.digest = state, 0, ""
    case.save(force_insert=True)
    entry = Entry(
        case_type=case_type,
        case_id=case.pk,
        step=0,
        move="start",
        to_state=state,
        role="system",
        actor_display="系统",
        at=NOW,
    )
    entry.digest = entry_digest(entry)
    entry.save(force_insert=True)
    type(case)._default_manager.filter(pk=case.pk).update(digest=entry.digest)
    case.digest = entry.digest
    return case


def application(state: str = "DRAFT", **fields: Any) -> Application:
    """An application; one that was ever submitted has a number and a first version.

    The publicity of one in PUBLICITY is just over.
    """
    n = next_number()
    if state == "PUBLICITY":
        fields = {"publicity_until": NOW} | fields
    body = fields.pop("organisation", None) or institution()
    made = Application(
        round=fields.pop("round", None) or make_round(),
        organisation=body,
        region=fields.pop("region", None) or body.region,
        created_at=NOW,
        **fields,
    )
    if state != "DRAFT":
        made.number = made.number or f"{made.round.code}-A-{9000 + n:04}"
        made.versions_count, made.submitted_at, made.last_submitted_at = 1, NOW, NOW
    put(made, "institutions.application", state)
    if state != "DRAFT":
        version(made)
    return made


def version(made: Application, number: int = 1) -> ApplicationVersion:
    """A frozen version of an application, with the least it needs."""
    frozen = ApplicationVersion.objects.create(
        application=made,
        version=number,
        submitted_at=NOW,
        data={},
        digest="0" * 64,
        contact="示例联系人",
        phone="13800000077",
        capacity=30,
        committed=12,
    )
    frozen.kinds.set(ServiceKind.objects.filter(code__in=["testing", "innovation"]))
    return frozen


def county_report(state: str = "DRAFT", **fields: Any) -> CountyReport:
    """A county's report without rows."""
    where = fields.pop("region", None) or region()
    made = CountyReport(
        round=fields.pop("round", None) or make_round(),
        region=where,
        number=f"2023-R-{next_number():04}",
        created_at=NOW,
        edition=fields.pop("edition", next_number()),
        **fields,
    )
    put(made, "institutions.countyreport", state)
    return made


def pilot(state: str = "LISTED", **fields: Any) -> PilotInstitution:
    """An institution on the roster."""
    source = fields.pop("application", None) or application("CONFIRMED")
    made = PilotInstitution(
        round=source.round,
        organisation=source.organisation,
        application=source,
        region=source.region,
        listed_at=NOW,
        capacity=fields.pop("capacity", 30),
        committed=fields.pop("committed", 12),
        **fields,
    )
    put(made, "institutions.pilotinstitution", state)
    made.kinds.set(ServiceKind.objects.all())
    return made


def demand_list(in_round: Round) -> DemandList:
    """A published list whose claim window is open at NOW."""
    found = DemandList.objects.filter(round=in_round).first()
    if found:
        return found
    publication = Publication.objects.create(
        round=in_round,
        kind=Publication.Kind.DEMAND_LIST,
        number=f"{in_round.code}-N-{9000 + next_number()}",
        title="企业服务需求表（第一批）",
        published_at=NOW,
        payload={"rows": []},
    )
    return DemandList.objects.create(
        round=in_round,
        ordinal=1,
        publication=publication,
        published_at=NOW,
        claims_from=NOW - dt.timedelta(days=1),
        claims_until=NOW + dt.timedelta(days=20),
    )


def demand(state: str = "DRAFT", **fields: Any) -> Demand:
    """A demand; a published one stands on the round's list with an open claim window."""
    firm = fields.pop("enterprise", None) or enterprise()
    in_round = fields.pop("round", None) or make_round()
    n = next_number()
    made = Demand(
        round=in_round,
        region=firm.region,
        enterprise=firm,
        title=fields.pop("title", f"示例需求{n}"),
        situation="产线数据靠手工记录。",
        wish="完成产线数字化改造。",
        present_tier=Tier.objects.get(code="innovative"),
        target_tier=Tier.objects.get(code="provincial"),
        contact=fields.pop("contact", "示例联系人"),
        phone=fields.pop("phone", "13800000088"),
        created_at=NOW,
        **fields,
    )
    if state != "DRAFT":
        made.number, made.submitted_at = made.number or f"{in_round.code}-D-{9000 + n:04}", NOW
    if state in {"PUBLISHED", "CHOOSING", "MATCHED", "FULFILLED", "UNCLAIMED", "CLOSED"}:
        made.list, made.position, made.published_at = demand_list(in_round), n, NOW
        made.claims_until = made.claims_until or made.list.claims_until
        made.public_title, made.public_text = made.title, "产线数据靠手工记录，希望完成数字化改造。"
    put(made, "demands.demand", state)
    made.kinds.set(ServiceKind.objects.filter(code__in=["digital", "testing"]))
    return made


def summary(**fields: Any) -> CountySummary:
    """A frozen edition of a county's Attachment 4, without rows."""
    where = fields.pop("region", None) or region()
    number = next_number()
    return CountySummary.objects.create(
        round=fields.pop("round", None) or make_round(),
        region=where,
        edition=fields.pop("edition", number),
        number=f"F4-{number}",
        data={"unit": where.department, "place": where.name, "rows": [], "digest": ""},
        rows=0,
        made_at=NOW,
        **fields,
    )


def demand_report(state: str = "SUBMITTED", **fields: Any) -> DemandReport:
    """A county's stamped Attachment 4 on its way to the city."""
    frozen = fields.pop("summary", None) or summary(**fields)
    made = DemandReport(round=frozen.round, region=frozen.region, summary=frozen, submitted_at=NOW)
    put(made, "demands.demandreport", state)
    return made


def question(on: Demand, text: str = "现有设备是哪一年的？", **fields: Any) -> Question:
    """A question of an institution on a published demand, not answered."""
    return Question.objects.create(
        demand=on,
        ordinal=Question.objects.filter(demand=on).count() + 1,
        organisation=fields.pop("organisation", None) or institution(),
        text=text,
        asked_at=NOW,
        **fields,
    )


def claim(state: str = "DRAFT", **fields: Any) -> Claim:
    """An institution's claim on a demand in the state that fits."""
    demand_state = {"SELECTED": "MATCHED", "NOT_SELECTED": "CHOOSING", "SHORTLISTED": "CHOOSING"}
    on = fields.pop("demand", None) or demand(demand_state.get(state, "PUBLISHED"))
    made = Claim(
        demand=on,
        pilot=fields.pop("pilot", None) or pilot(),
        proposal="示例服务方案",
        days=60,
        list_price_fen=fields.pop("list_price_fen", 10_000_00),
        concession_fen=fields.pop("concession_fen", 2_000_00),
        enterprise_fen=fields.pop("enterprise_fen", 8_000_00),
        created_at=NOW,
        **fields,
    )
    if state != "DRAFT":
        made.number, made.submitted_at = f"{on.number}-{next_number():02}", NOW
    put(made, "matching.claim", state)
    made.kinds.set(on.kinds.all())
    return made


def engagement(state: str = "AGREED", **fields: Any) -> Engagement:
    """A service contract that came from a selected claim."""
    source = fields.pop("claim", None) or claim("SELECTED")
    made = Engagement(
        round=source.demand.round,
        number=f"{source.demand.round.code}-E-{9000 + next_number():04}",
        claim=source,
        demand=source.demand,
        pilot=source.pilot,
        enterprise=source.demand.enterprise,
        title=source.demand.title,
        list_price_fen=source.list_price_fen,
        government_fen=source.government_fen,
        concession_fen=source.concession_fen,
        enterprise_fen=source.enterprise_fen,
        created_at=NOW,
        ever_signed=state != "AGREED",
        **fields,
    )
    put(made, "matching.engagement", state)
    made.kinds.set(source.kinds.all())
    return made


def questionnaire(state: str = "OPEN", **fields: Any) -> Questionnaire:
    """The questionnaire of an accepted engagement."""
    source = fields.pop("engagement", None) or engagement("ACCEPTED", accepted_at=NOW)
    made = Questionnaire(
        round=source.round,
        engagement=source,
        pilot=source.pilot,
        enterprise=source.enterprise,
        opened_at=NOW,
        **fields,
    )
    put(made, "evaluation.questionnaire", state)
    return made


def evaluation(state: str = "COMPUTED", **fields: Any) -> Evaluation:
    """A computed evaluation of a pilot institution."""
    whose = fields.pop("pilot", None) or pilot()
    made = Evaluation(
        round=whose.round,
        pilot=whose,
        computed_at=NOW,
        questionnaires=10,
        answered=8,
        satisfied=7,
        left_out=0,
        served=12,
        committed=whose.committed,
        score=90,
        proposal=fields.pop("proposal", "keep"),
        **fields,
    )
    put(made, "evaluation.evaluation", state)
    return made


def award(state: str = "PROPOSED", **fields: Any) -> Award:
    """A proposed award; the publicity of one in PUBLICITY is just over."""
    if state == "PUBLICITY":
        fields = {"publicity_until": NOW} | fields
    source = fields.pop("evaluation", None) or evaluation("PUBLISHED")
    made = Award(
        round=source.round,
        pilot=source.pilot,
        evaluation=source,
        amount_fen=100_000_00,
        created_at=NOW,
        **fields,
    )
    put(made, "evaluation.award", state)
    return made


def sanction(state: str = "CLUE", **fields: Any) -> Sanction:
    """A sanction against an institution."""
    made = Sanction(
        round=fields.pop("round", None) or make_round(),
        organisation=fields.pop("organisation", None) or institution(),
        clue="示例线索",
        created_at=NOW,
        **fields,
    )
    put(made, "evaluation.sanction", state)
    return made


def result(state: str = "CLAIMED", **fields: Any) -> Result:
    """A cultivation result that an institution claims."""
    source = fields.pop("engagement", None) or engagement("ACCEPTED", accepted_at=NOW)
    made = Result(
        round=source.round,
        enterprise=source.enterprise,
        tier=fields.pop("tier", None) or Tier.objects.get(code="provincial"),
        pilot=source.pilot,
        reached_on=dt.date(2023, 9, 1),
        evidence="示例公告〔2023〕1号",
        created_at=NOW,
        **fields,
    )
    put(made, "evaluation.result", state)
    return made


def grant(state: str = "REQUESTED", **fields: Any) -> Grant:
    """A role in a county bureau that a system administrator asked for."""
    n = next_number()
    made = Grant(
        organisation=fields.pop("organisation", None) or organisation("county"),
        role=fields.pop("role", "county_handler"),
        name=f"新人示例{n}",
        mobile=fields.pop("mobile", f"138000000{n % 100:02}"),
        requested_by=fields.pop("requested_by", None) or member(organisation("city"), "sysadmin").user,
        requested_at=NOW,
        **fields,
    )
    put(made, "accounts.grant", state)
    return made
