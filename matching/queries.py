"""Reading claims and engagements: who sees what, lists, counts."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Count, F, Q, QuerySet

from demands.models import Demand, Enterprise
from institutions.models import ApplicationVersion, PilotInstitution
from matching.models import UNDECIDED, Claim, Engagement, PriceSplit, ServiceLog
from matching.rules import Body, shared_hints, yuan
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import Organisation
from pilot_portal.accounts.queries import members_of
from pilot_portal.attachments.queries import files_of

# States in which offers on a demand are still sealed: the claim window is open.
SEALED = (Demand.State.PUBLISHED,)
# Ended without a choice: offers stay sealed for good where the window had not closed before.
ENDED_EARLY = (Demand.State.WITHDRAWN, Demand.State.CLOSED)
# What an enterprise and staff see of claims: never another's draft.
SENT = ("SUBMITTED", "SHORTLISTED", "SELECTED", "NOT_SELECTED", "DECLINED", "FROZEN", "LAPSED", "VOID")


def body_of(organisation: Organisation) -> Body:
    """What is compared of a body to find affiliates."""
    return Body(organisation.credit_code, organisation.legal_representative)


def bodies_of(firm: Enterprise) -> list[Body]:
    """The same of a firm: as the library knows it, and as it registered itself."""
    known = [Body(firm.credit_code, firm.legal_representative)]
    return [*known, body_of(firm.organisation)] if firm.organisation else known


def claimants_of(demand: Demand) -> QuerySet[PilotInstitution]:
    """The institutions with an undecided claim on a demand."""
    live = Claim.objects.filter(demand=demand, state__in=UNDECIDED)
    return PilotInstitution.objects.filter(pk__in=live.values("pilot")).select_related("organisation")


def claims_in_force() -> QuerySet[Claim]:
    """Claims on a demand as it is published now: published again (流榜 before), it begins anew."""
    return Claim.objects.filter(created_at__gte=F("demand__published_at"))


def visible_claims(actor: Actor) -> QuerySet[Claim]:
    """Offers are sealed: from other institutions always, from everybody else until the window closes.

    Source: domain.md §3 Claim.
    """
    claims = Claim.objects.select_related(
        "demand__enterprise",
        "demand__region",
        "demand__round",
        "demand__present_tier",
        "demand__target_tier",
        "pilot__organisation",
    )
    if actor.role == "system":
        return claims
    if actor.is_institution:
        return claims.filter(pilot__organisation_id=actor.organisation_id)
    opened = (
        claims.filter(state__in=SENT, submitted_at__isnull=False)
        .exclude(demand__state__in=SEALED)
        .exclude(demand__state__in=ENDED_EARLY, demand__choose_until=None)
    )
    if actor.is_enterprise:
        return opened.filter(demand__enterprise__organisation_id=actor.organisation_id)
    if actor.is_county:
        return opened.filter(demand__region_id=actor.region_id)
    return opened if actor.reads_city else claims.none()


def visible_engagements(actor: Actor) -> QuerySet[Engagement]:
    """Both parties, the enterprise's county, the institution's county, the city, leader and auditor."""
    engagements = Engagement.objects.select_related(
        "demand",
        "enterprise__region",
        "enterprise__organisation",
        "pilot__organisation",
        "pilot__region",
        "round",
        "claim",
    )
    if actor.role == "system" or actor.reads_city:
        return engagements
    if actor.is_institution:
        return engagements.filter(pilot__organisation_id=actor.organisation_id)
    if actor.is_enterprise:
        return engagements.filter(enterprise__organisation_id=actor.organisation_id)
    if actor.is_county:
        return engagements.filter(
            Q(enterprise__region_id=actor.region_id) | Q(pilot__region_id=actor.region_id)
        )
    return engagements.none()


def claim_counts(demand_ids: Iterable[int]) -> dict[int, int]:
    """How many institutions claimed each demand: the number alone is public, never who or for how much."""
    rows = (
        claims_in_force()
        .filter(
            demand_id__in=list(demand_ids), state__in=["SUBMITTED", "SHORTLISTED", "SELECTED", "NOT_SELECTED"]
        )
        .values("demand_id")
        .annotate(n=Count("pk"))
    )
    return {row["demand_id"]: row["n"] for row in rows}


def logs_of(engagement: Engagement) -> QuerySet[ServiceLog]:
    """The service log of a contract, newest first."""
    return (
        ServiceLog.objects.filter(engagement=engagement).select_related("written_by").order_by("-on", "-pk")
    )


def served_enterprises(pilot: PilotInstitution) -> int:
    """Distinct SMEs with an accepted engagement: the "不少于10家" of the notice; large firms do not count."""
    return (
        Engagement.objects.filter(pilot=pilot, state__in=["ACCEPTED", "ACCEPTED_BY_COUNTY"])
        .exclude(enterprise__size="LARGE")
        .values("enterprise")
        .distinct()
        .count()
    )


def overdue(state: str, column: str, at: dt.datetime) -> QuerySet[Engagement]:
    """Contracts in a state whose deadline column has passed."""
    return Engagement.objects.filter(**{"state": state, f"{column}__lte": at})


def pilots_of(actor: Actor) -> QuerySet[PilotInstitution]:
    """The roster entries of an institution's people, newest round first."""
    return (
        PilotInstitution.objects.filter(organisation_id=actor.organisation_id)
        .select_related("round", "organisation")
        .order_by("-round__year", "-pk")
    )


def open_demands(pilots: Iterable[PilotInstitution], *, at: dt.datetime) -> QuerySet[Demand]:
    """The demands these institutions may claim now (揭榜大厅), soonest deadline first."""
    rounds = [pilot.round_id for pilot in pilots if pilot.state == PilotInstitution.State.LISTED]
    return (
        Demand.objects.filter(
            round_id__in=rounds, state="PUBLISHED", list__claims_from__lte=at, claims_until__gt=at
        )
        .select_related("enterprise", "region", "round", "present_tier", "target_tier", "list")
        .prefetch_related("kinds")
        .order_by("claims_until", "pk")
    )


def offers_on(demand: Demand) -> list[Claim]:
    """The opened offers on a demand, cheapest for the enterprise first; empty while they are sealed."""
    if demand.state in SEALED:
        return []
    return list(
        claims_in_force()
        .filter(demand=demand, state__in=["SUBMITTED", "SHORTLISTED", "SELECTED", "NOT_SELECTED"])
        .select_related("pilot__organisation", "pilot__region", "demand__enterprise")
        .prefetch_related("kinds")
        .order_by("enterprise_fen", "submitted_at")
    )


def price_of(holder: PriceSplit, *, has_actual: bool = False) -> dict[str, object]:
    """The three-way split as the price table shows it, in 元; a government share of nothing is not shown."""
    rows = [
        ("政府补助", "拟申请，以市局批复为准", "government_fen"),
        ("机构让利", "", "concession_fen"),
        ("企业支付", "", "enterprise_fen"),
    ]
    if not holder.government_fen:
        rows = rows[1:]

    def actual(column: str) -> str:
        value = getattr(holder, f"actual_{column}", None) if has_actual else None
        return "—" if value is None else yuan(value)

    return {
        "rows": [
            {"label": label, "note": note, "planned": yuan(getattr(holder, column)), "actual": actual(column)}
            for label, note, column in rows
        ],
        "total_planned": yuan(holder.list_price_fen),
        "total_actual": actual("list_price_fen"),
        "note": "",
    }


PURPOSES = {
    "contract": "合同",
    "invoice": "发票",
    "payment": "付款凭证",
    "proof": "阶段成果",
    "completion": "完成确认单",
}


def file_rows(engagement: Engagement, purpose: str | None = None) -> list[dict[str, object]]:
    """The evidence of a contract as the attachments component shows it."""
    return [
        {
            "title": f"{PURPOSES.get(file.purpose, file.purpose)}：{file.name}",
            "url": f"/files/{file.uuid}/",
            "size": file.size,
            "at": file.uploaded_at,
        }
        for file in files_of("matching.engagement", engagement.pk, purpose)
    ]


def contacts_of(engagement: Engagement) -> list[dict[str, str]]:
    """Chosen institution and enterprise see each other's contact (domain.md §5); nobody else through here."""
    version = (
        ApplicationVersion.objects.filter(application_id=engagement.pilot.application_id)
        .order_by("-version")
        .first()
    )
    demand, firm = engagement.demand, engagement.enterprise
    return [
        {
            "side": "服务机构",
            "name": engagement.pilot.organisation.name,
            "contact": version.contact if version else "",
            "phone": version.phone if version else "",
        },
        {
            "side": "企业",
            "name": firm.name,
            "contact": (demand.contact if demand else "") or firm.contact,
            "phone": (demand.phone if demand else "") or firm.phone,
        },
    ]


def hints_of(engagement: Engagement, *, at: dt.datetime) -> list[str]:
    """What both sides of a contract share without being affiliates, for county and city (domain.md §1)."""
    phones = [frozenset({side["phone"]} - {""}) for side in contacts_of(engagement)]
    bodies = (engagement.pilot.organisation, engagement.enterprise.organisation)
    people = [
        frozenset(members_of(b, at).values_list("user_id", flat=True)) if b else frozenset() for b in bodies
    ]
    own, firm = (
        Body(None, "", contacts=contacts, people=own_people)
        for contacts, own_people in zip(phones, people, strict=True)
    )
    return shared_hints(own, firm)


def is_signed(claim: Claim) -> bool:
    """Whether the contract of this claim went beyond being agreed: it can no longer be declined."""
    return Engagement.objects.filter(claim=claim).exclude(state=Engagement.State.AGREED).exists()


def may_see_file(actor: Actor, case_id: int, purpose: str) -> bool:
    """Whoever sees a contract sees its evidence."""
    return visible_engagements(actor).filter(pk=case_id).exists()


def counts_by_state(engagements: QuerySet[Engagement]) -> dict[str, int]:
    """How many contracts stand in each state."""
    return dict(engagements.order_by().values_list("state").annotate(n=Count("pk")))
