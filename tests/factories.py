"""People, bodies and cases for tests. All of it is fictional: 示例, region 000000, phones 138000000xx.

`case_in(life_cycle, state)` puts a case straight into a state (with a trail that says so), so that a test can
begin anywhere; `actor_for(role, case)` gives a person of the role in the body that the case concerns.
"""

import datetime as dt
import itertools
from typing import Any

from stdnum.cn import uscc

from demands.models import Demand, DemandList, Enterprise
from evaluation.models import Award, Evaluation, Questionnaire, Result, Sanction
from institutions.models import Application, ApplicationVersion, CountyReport, PilotInstitution
from matching.models import Claim, Engagement
from pilot_portal.accounts.actors import PUBLIC, SYSTEM, Actor
from pilot_portal.accounts.models import Membership, Organisation, User
from pilot_portal.bulletin.models import Publication
from pilot_portal.codes.models import ServiceKind, Tier
from pilot_portal.common import clock
from pilot_portal.common.text import name_key
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round, Stage
from pilot_portal.workflow.machine import REGISTRY, entry_digest
from pilot_portal.workflow.models import Case, Entry

NOW = dt.datetime(2023, 3, 6, 10, 0, tzinfo=clock.BEIJING)
PASSWORD = "Correct-horse-2023"
_counter = itertools.count(1)
_BODY = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(n: int) -> str:
    """The n-th fictional credit code of region 000000."""
    number, digits = n, ""
    for _ in range(7):
        number, rest = divmod(number, 31)
        digits = _BODY[rest] + digits
    body = f"91000000MA{digits}"
    return body + uscc.calc_check_digit(body)


def region(code: str = "430203") -> Region:
    """A reporting unit; 芦淞区 unless said otherwise."""
    return Region.objects.get(code=code)


def make_round(code: str = "2023", *, at: dt.datetime = NOW, **fields: Any) -> Round:
    """A round whose stages are all open from a day before `at` to thirty days after it."""
    year = int(code[:4])
    made, new = Round.objects.get_or_create(
        code=code,
        defaults={
            "year": year,
            "title": f"{year}年株洲市支持服务机构（平台）培育优质企业试点",
            "document_number": "示例〔2023〕1号",
            "baseline_date": dt.date(year, 1, 1),
        }
        | fields,
    )
    if new:
        Stage.objects.bulk_create(
            Stage(
                round=made, kind=kind, starts_at=at - dt.timedelta(days=1), ends_at=at + dt.timedelta(days=30)
            )
            for kind in Stage.Kind.values
        )
    return made


def organisation(kind: str, name: str = "", **fields: Any) -> Organisation:
    """A body of a kind; counties and the city are found again, others are new."""
    n = next(_counter)
    if kind == Organisation.Kind.COUNTY:
        where = fields.pop("region", None) or region()
        found = Organisation.objects.filter(kind=kind, region=where).first()
        name = name or where.department
        fields["region"] = where
    elif kind == Organisation.Kind.CITY:
        found = Organisation.objects.filter(kind=kind).first()
        name = name or "市工业和信息化局中小企业科"
    else:
        found = None
        word = "检测技术" if kind == Organisation.Kind.INSTITUTION else "精密制造"
        name = name or f"株洲示例{word}{n}号有限公司"
        fields.setdefault("region", region())
        fields.setdefault("credit_code", credit_code(n))
        fields.setdefault("legal_representative", f"法定{n}")
    if found:
        return found
    return Organisation.objects.create(kind=kind, name=name, name_key=name_key(name), **fields)


def institution(name: str = "", **fields: Any) -> Organisation:
    """A service institution."""
    return organisation(Organisation.Kind.INSTITUTION, name, **fields)


def user(name: str = "", **fields: Any) -> User:
    """A person with a fictional name and the password of all test people."""
    n = next(_counter)
    return User.objects.create_user(
        fields.pop("username", f"person{n}"), PASSWORD, name=name or f"示例{n}", **fields
    )


def member(body: Organisation, role: str, name: str = "", **fields: Any) -> Actor:
    """A new person who stands in a body with a role."""
    person = user(name)
    membership = Membership.objects.create(
        user=person, organisation=body, role=role, starts_at=NOW - dt.timedelta(days=400), **fields
    )
    return Actor(person, membership)


def county_reviewer_wang(where: Region | None = None) -> Actor:
    """王示例, handler of a county bureau."""
    return member(organisation("county", region=where or region()), "county_handler", "王示例")


def county_approver_li(where: Region | None = None) -> Actor:
    """李示例, approver of a county bureau."""
    return member(organisation("county", region=where or region()), "county_approver", "李示例")


def city_handler_chen() -> Actor:
    """陈示例, handler of the city's SME section."""
    return member(organisation("city"), "city_handler", "陈示例")


def city_chief_zhao() -> Actor:
    """赵示例, chief of the city's SME section."""
    return member(organisation("city"), "city_chief", "赵示例")


def institution_admin_zhou(body: Organisation | None = None) -> Actor:
    """周示例, administrator of an institution."""
    return member(body or institution(), "institution_admin", "周示例")


def enterprise_admin_wu(firm: Enterprise | None = None) -> Actor:
    """吴示例, administrator of an enterprise."""
    firm = firm or enterprise()
    assert firm.organisation is not None
    return member(firm.organisation, "enterprise_admin", "吴示例")


def enterprise(name: str = "", *, where: Region | None = None, **fields: Any) -> Enterprise:
    """A firm of the library with a body of its own."""
    n = next(_counter)
    name = name or f"株洲示例精密{n}号有限公司"
    where = where or region()
    body = organisation(Organisation.Kind.ENTERPRISE, name, region=where)
    return Enterprise.objects.create(
        name=name,
        name_key=name_key(name),
        region=where,
        organisation=body,
        credit_code=body.credit_code,
        size=Enterprise.Size.SMALL,
        is_manufacturing=True,
        in_library=True,
        contact="示例联系人",
        phone="13800000088",
        created_at=NOW,
        **fields,
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
    """An application; one that was ever submitted has a number and a first version."""
    n = next(_counter)
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
        number=f"2023-R-{next(_counter):04}",
        created_at=NOW,
        edition=fields.pop("edition", next(_counter)),
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
        number=f"{in_round.code}-N-{9000 + next(_counter)}",
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
    n = next(_counter)
    made = Demand(
        round=in_round,
        region=firm.region,
        enterprise=firm,
        title=fields.pop("title", f"示例需求{n}"),
        situation="产线数据靠手工记录。",
        wish="完成产线数字化改造。",
        present_tier=Tier.objects.get(code="innovative"),
        target_tier=Tier.objects.get(code="provincial"),
        contact="示例联系人",
        phone="13800000088",
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
        made.number, made.submitted_at = f"{on.number}-{next(_counter):02}", NOW
    put(made, "matching.claim", state)
    made.kinds.set(on.kinds.all())
    return made


def engagement(state: str = "AGREED", **fields: Any) -> Engagement:
    """A service contract that came from a selected claim."""
    source = fields.pop("claim", None) or claim("SELECTED")
    made = Engagement(
        round=source.demand.round,
        number=f"{source.demand.round.code}-E-{9000 + next(_counter):04}",
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
    """A proposed award."""
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


MAKERS = {
    "application": application,
    "county_report": county_report,
    "pilot_institution": pilot,
    "demand": demand,
    "claim": claim,
    "engagement": engagement,
    "questionnaire": questionnaire,
    "evaluation": evaluation,
    "award": award,
    "sanction": sanction,
    "result": result,
}
CASE_TYPES = {
    "application": "institutions.application",
    "county_report": "institutions.countyreport",
    "pilot_institution": "institutions.pilotinstitution",
    "demand": "demands.demand",
    "claim": "matching.claim",
    "engagement": "matching.engagement",
    "questionnaire": "evaluation.questionnaire",
    "evaluation": "evaluation.evaluation",
    "award": "evaluation.award",
    "sanction": "evaluation.sanction",
    "result": "evaluation.result",
}


def case_in(life_cycle: str, state: str) -> Case:
    """A case of a life cycle, put straight into a state."""
    return MAKERS[life_cycle](state)


def flow_of(life_cycle: str) -> Any:
    """The Workflow of a life cycle of `tests/expected/moves.csv`."""
    return REGISTRY[CASE_TYPES[life_cycle]]


def institution_of(case: Any) -> Organisation:
    """The institution that a case concerns."""
    if isinstance(case, Application | PilotInstitution):
        return case.organisation
    if isinstance(case, Sanction):
        return case.organisation
    holder = getattr(case, "pilot", None)
    return holder.organisation if holder else institution()


def enterprise_of(case: Any) -> Organisation:
    """The enterprise (its body) that a case concerns."""
    firm = getattr(case, "enterprise", None)
    if firm is None and getattr(case, "demand", None):
        firm = case.demand.enterprise
    return (firm or enterprise()).organisation


def region_of(case: Any) -> Region:
    """The reporting unit that a case concerns."""
    for name in ("region",):
        if getattr(case, name, None):
            return getattr(case, name)
    for name in ("enterprise", "pilot", "organisation"):
        holder = getattr(case, name, None)
        if holder is not None and holder.region:
            return holder.region
    demand_ = getattr(case, "demand", None)
    return demand_.region if demand_ else region()


def actor_for(role: str, case: Any, *, foreign: bool = False) -> Actor:
    """A person of the role: in the body (or county) that the case concerns, or in a foreign one."""
    if role == "public":
        return PUBLIC
    if role == "system":
        return SYSTEM
    if role.startswith("institution"):
        return member(institution() if foreign else institution_of(case), role)
    if role.startswith("enterprise"):
        firm = enterprise()
        return member(firm.organisation if foreign else enterprise_of(case), role)
    if role.startswith("county"):
        where = region_of(case)
        if foreign:
            where = Region.objects.exclude(pk=where.pk).order_by("position").first() or where
        return member(organisation("county", region=where), role)
    return member(organisation("city"), role)
