"""Reading the year's end: questionnaires, tallies, rankings, progress toward the six targets."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Case, Count, F, Prefetch, Q, QuerySet, When

from demands.models import Demand
from evaluation import rules
from evaluation.models import Award, Evaluation, Questionnaire, Result, ResultShare, Sanction
from institutions.models import Application, PilotInstitution
from matching.models import Claim, Engagement
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import Organisation
from pilot_portal.bulletin.models import Publication
from pilot_portal.bulletin.queries import published
from pilot_portal.codes.models import ServiceKind
from pilot_portal.regions.queries import active_regions
from pilot_portal.rounds.models import Round, Stage
from pilot_portal.rounds.queries import settings_of
from pilot_portal.workflow.models import Entry

SANCTION_TYPE = "evaluation.sanction"
ANSWERED = ("ANSWERED", "FOLLOWED_UP", "CLOSED")
ACCEPTED = ("ACCEPTED", "ACCEPTED_BY_COUNTY")
SIGNED_ON = ("SIGNED", "IN_SERVICE", "DELIVERED", "DISPUTED", *ACCEPTED)


def visible_questionnaires(actor: Actor) -> QuerySet[Questionnaire]:
    """The enterprise sees its own; county and city all of theirs; the institution never a single one."""
    rows = Questionnaire.objects.select_related(
        "engagement__demand", "enterprise__region", "pilot__organisation", "round"
    )
    if actor.role == "system" or actor.reads_city:
        return rows
    if actor.is_enterprise:
        return rows.filter(enterprise__organisation_id=actor.organisation_id)
    if actor.is_county:
        return rows.filter(enterprise__region_id=actor.region_id)
    return rows.none()


def open_ones_first(rows: QuerySet[Questionnaire]) -> QuerySet[Questionnaire]:
    """What still waits for an answer on top, then the newest."""
    waits = Case(When(state="OPEN", is_left_out=False, then=0), default=1)
    return rows.order_by(waits, "-pk")


def visible_evaluations(actor: Actor) -> QuerySet[Evaluation]:
    """City, leader, auditor: all; an institution its own once it was told; the public what is published."""
    rows = Evaluation.objects.select_related("pilot__organisation", "pilot__region", "round", "publication")
    if actor.role == "system" or actor.reads_city:
        return rows
    told = Q(state__in=["NOTIFIED", "OBJECTED", "DECIDED", "PUBLISHED"])
    if actor.is_institution:
        return rows.filter(told, pilot__organisation_id=actor.organisation_id)
    if actor.is_county:
        return rows.filter(told, pilot__region_id=actor.region_id)
    return rows.filter(state="PUBLISHED")


def by_rank(rows: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    """The first on top, those without a rank at the end, on every database."""
    return rows.order_by(F("rank").asc(nulls_last=True), "pk")


def public_score(evaluation: Evaluation) -> str:
    """The score as others than the city see it: none below five answers (domain.md §5)."""
    if evaluation.score is None or not rules.may_show(evaluation.answered):
        return "—"
    return str(evaluation.score)


def visible_awards(actor: Actor) -> QuerySet[Award]:
    """City, leader, auditor: all; an institution its own; others those in publicity or approved."""
    rows = Award.objects.select_related(
        "pilot__organisation", "pilot__region", "round", "evaluation", "publication"
    )
    if actor.role == "system" or actor.reads_city:
        return rows
    open_ = Q(state__in=["PUBLICITY", "APPROVED", "PAID", "REDUCED"])
    if actor.is_institution:
        return rows.filter(Q(pilot__organisation_id=actor.organisation_id) | open_)
    return rows.filter(open_)


def visible_sanctions(actor: Actor) -> QuerySet[Sanction]:
    """City, leader, auditor: all; the body concerned from the hearing on; others the published ones."""
    rows = Sanction.objects.select_related("organisation__region", "round", "publication")
    if actor.role == "system" or actor.reads_city:
        return rows
    published = Q(state__in=["PUBLISHED", "REVERSED"], publication__isnull=False)
    if actor.is_institution or actor.is_enterprise:
        heard = Q(organisation_id=actor.organisation_id) & ~Q(state__in=["CLUE", "VERIFYING"])
        return rows.filter(heard | published)
    return rows.filter(published)


def decided_against(actor: Actor) -> QuerySet[Sanction]:
    """The decisions on sanctions against one's own body, reversed ones marked as such."""
    rows = Sanction.objects.select_related("organisation", "round", "publication")
    if not (actor.is_institution or actor.is_enterprise):
        return rows.none()
    return rows.filter(organisation_id=actor.organisation_id, state__in=["DECIDED", "PUBLISHED", "REVERSED"])


def _decisions() -> QuerySet[Entry]:
    return Entry.objects.filter(case_type=SANCTION_TYPE, move="decide")


def decision_entry(pk: int) -> Entry | None:
    """The entry of a decision on a sanction."""
    return _decisions().filter(pk=pk).first()


def newest_decision(document_number: str) -> Entry | None:
    """The newest decision with this document number; the newest of all where none is named."""
    numbered = Sanction.objects.exclude(document_number="")
    if document_number:
        numbered = numbered.filter(document_number=document_number)
    return _decisions().filter(case_id__in=numbered.values("pk")).order_by("-at", "-pk").first()


def decisions_of(sanctions: Iterable[Sanction]) -> dict[int, Entry]:
    """By sanction the entry of its decision. One query."""
    rows = _decisions().filter(case_id__in=[sanction.pk for sanction in sanctions])
    return {entry.case_id: entry for entry in rows}


def sanction_of(entry: Entry) -> Sanction | None:
    """The sanction that an entry belongs to."""
    return Sanction.objects.select_related("organisation", "round").filter(pk=entry.case_id).first()


def decision_of(entry: Entry, sanction: Sanction) -> dict[str, str]:
    """Measure, number and last day as decided: kept with the entry, an older one has them in the case."""
    ends_on = sanction.ends_on.isoformat() if sanction.ends_on else ""
    case = {
        "measure": sanction.measure,
        "document_number": sanction.document_number,
        "ends_on": ends_on,
    }
    return case | {key: str(entry.data[key]) for key in case if key in entry.data}


def visible_results(actor: Actor) -> QuerySet[Result]:
    """The institutions and enterprise concerned, the enterprise's county, the city, leader and auditor."""
    rows = Result.objects.select_related(
        "enterprise__region", "tier", "pilot__organisation", "round"
    ).prefetch_related(
        Prefetch(
            "shares", ResultShare.objects.select_related("pilot__organisation").order_by("-percent", "pk")
        )
    )
    if actor.role == "system" or actor.reads_city:
        return rows
    if actor.is_institution:
        shared = ResultShare.objects.filter(pilot__organisation_id=actor.organisation_id).values("result")
        return rows.filter(Q(pilot__organisation_id=actor.organisation_id) | Q(pk__in=shared))
    if actor.is_enterprise:
        return rows.filter(enterprise__organisation_id=actor.organisation_id)
    if actor.is_county:
        return rows.filter(enterprise__region_id=actor.region_id)
    return rows.none()


def may_share(result: Result) -> list[tuple[int, str]]:
    """The institutions that ever signed with the firm in the result's round: roster entry and name."""
    rows = Engagement.objects.filter(round=result.round, enterprise=result.enterprise, ever_signed=True)
    found = rows.values_list("pilot_id", "pilot__organisation__name").distinct()
    return sorted(found, key=lambda row: (row[0] != result.pilot_id, row[1]))


def thresholds(round: Round, *, at: dt.datetime) -> rules.Thresholds:
    """The round's numbers for the exit test in force at `at`."""
    values = settings_of(round, at=at)
    return rules.Thresholds(
        values["exit_satisfied_share"], values["exit_min_answers"], values["exit_min_answer_share"]
    )


def served_by_pilot(pilot_ids: Iterable[int]) -> dict[int, int]:
    """Distinct SMEs with an accepted engagement, per institution; large firms do not count."""
    rows = (
        Engagement.objects.filter(pilot_id__in=list(pilot_ids), state__in=ACCEPTED)
        .exclude(enterprise__size="LARGE")
        .values("pilot_id")
        .annotate(n=Count("enterprise", distinct=True))
    )
    return {row["pilot_id"]: row["n"] for row in rows}


def tallies(pilots: Iterable[PilotInstitution]) -> dict[int, tuple[rules.Tally, Decimal | None]]:
    """What is counted of each institution, and its mean score, in two queries for all of them."""
    pilots = list(pilots)
    served = served_by_pilot(p.pk for p in pilots)
    counted: dict[int, list[Questionnaire]] = {p.pk: [] for p in pilots}
    left_out: dict[int, int] = dict.fromkeys(counted, 0)
    for row in Questionnaire.objects.filter(pilot__in=pilots).only(
        "pilot_id", "answers", "overall", "is_left_out", "state"
    ):
        if row.is_left_out:
            left_out[row.pilot_id] += 1
        else:
            counted[row.pilot_id].append(row)
    by_weight = rules.weights()
    result = {}
    for pilot in pilots:
        rows = counted[pilot.pk]
        answered = [row for row in rows if row.overall is not None]
        tally = rules.Tally(
            questionnaires=len(rows),
            answered=len(answered),
            satisfied=sum(rules.is_satisfied(row.overall or 0) for row in answered),
            left_out=left_out[pilot.pk],
            served=served.get(pilot.pk, 0),
            committed=pilot.committed,
        )
        result[pilot.pk] = (
            tally,
            rules.mean_score([rules.score(row.answers, by_weight) for row in answered]),
        )
    return result


def term_passed_percent(round: Round, *, at: dt.datetime) -> int:
    """How much of the service term has passed, in percent."""
    term = Stage.objects.filter(round=round, kind=Stage.Kind.SERVICE).first()
    if term is None or at <= term.starts_at:
        return 0
    whole = (term.ends_at - term.starts_at).total_seconds()
    return min(100, int((at - term.starts_at).total_seconds() * 100 // whole))


TARGETS = {
    "target_innovative": "创新型中小企业",
    "target_provincial": "省级专精特新",
    "target_giant": "国家级“小巨人”",
    "target_key_giant": "重点“小巨人”",
    "target_champion": "制造业单项冠军",
    "target_above_scale": "升规入统",
}


def progress(round: Round, *, at: dt.datetime) -> list[rules.Progress]:
    """The six targets 200/80/30/10/6/200 of the notice against the confirmed results of the pilot."""
    values = settings_of(round, at=at)
    passed = term_passed_percent(round, at=at)
    rows = (
        Result.objects.filter(round=round, state="CONFIRMED")
        .values("tier__target_key")
        .annotate(n=Count("enterprise", distinct=True))
    )
    reached = {row["tier__target_key"]: row["n"] for row in rows}
    return [rules.Progress(label, reached.get(key, 0), values[key], passed) for key, label in TARGETS.items()]


def funnel(round: Round) -> list[tuple[str, int]]:
    """From collected demand to rated service: six steps, each a subset of the one before."""
    published = ("PUBLISHED", "CHOOSING", "MATCHED", "FULFILLED", "UNCLAIMED", "CLOSED", "WITHDRAWN")
    demands = Demand.objects.filter(round=round)
    listed = demands.filter(list__isnull=False, state__in=published)
    claims = Claim.objects.filter(demand__round=round, submitted_at__isnull=False)
    contracts = Engagement.objects.filter(round=round, demand__isnull=False)
    return [
        ("需求摸底", demands.exclude(state="DRAFT").count()),
        ("公开发布", listed.count()),
        ("有机构揭榜", claims.values("demand").distinct().count()),
        ("选定签约", contracts.filter(ever_signed=True).values("demand").distinct().count()),
        ("服务完成", contracts.filter(state__in=ACCEPTED).values("demand").distinct().count()),
        (
            "企业已评价",
            contracts.filter(
                state__in=ACCEPTED,
                pk__in=Questionnaire.objects.filter(round=round, overall__isnull=False).values("engagement"),
            )
            .values("demand")
            .distinct()
            .count(),
        ),
    ]


def by_county(round: Round) -> list[dict[str, Any]]:
    """Per reporting unit: demands, signed contracts, accepted ones."""
    demands = dict(
        Demand.objects.filter(round=round)
        .exclude(state="DRAFT")
        .values_list("region_id")
        .annotate(n=Count("pk"))
    )
    contracts = Engagement.objects.filter(round=round).values_list("enterprise__region_id")
    signed = dict(contracts.filter(ever_signed=True).annotate(n=Count("pk")))
    done = dict(contracts.filter(state__in=ACCEPTED).annotate(n=Count("pk")))
    return [
        {
            "name": region.short_name,
            "demands": demands.get(region.pk, 0),
            "signed": signed.get(region.pk, 0),
            "done": done.get(region.pk, 0),
        }
        for region in active_regions()
    ]


def supply_and_demand(round: Round) -> list[dict[str, Any]]:
    """Per service kind: enterprises that ask for it, and those that institutions promised to serve."""
    asking = dict(
        Demand.objects.filter(round=round)
        .exclude(state="DRAFT")
        .values_list("kinds__code")
        .annotate(n=Count("enterprise", distinct=True))
    )
    offering: dict[str, int] = {}
    for code, committed in PilotInstitution.objects.filter(round=round, state="LISTED").values_list(
        "kinds__code", "committed"
    ):
        offering[code] = offering.get(code, 0) + committed
    return [
        {"name": kind.label, "demand": asking.get(kind.code, 0), "supply": offering.get(kind.code, 0)}
        for kind in ServiceKind.objects.order_by("position")
    ]


def served_firms(pilots: Sequence[PilotInstitution]) -> list[tuple[str, str]]:
    """The firms an institution ever signed with in its rounds: "roster entry-firm", and the name."""
    rows = (
        Engagement.objects.filter(pilot__in=pilots, ever_signed=True)
        .values_list("pilot_id", "enterprise_id", "enterprise__name", "round__year")
        .distinct()
    )
    ordered = sorted(rows, key=lambda row: (-row[3], row[2]))
    several = len(pilots) > 1
    return [(f"{p}-{firm}", f"{name}（{year}年度）" if several else name) for p, firm, name, year in ordered]


def answers_for_institution(evaluation: Evaluation) -> dict[str, Any]:
    """What an institution learns of its ratings: means, texts that firms allowed; no firm, no date.

    Below five answers only the result and its count are shown (domain.md §5).
    """
    rows = list(
        Questionnaire.objects.filter(pilot=evaluation.pilot, overall__isnull=False, is_left_out=False)
    )
    if not rules.may_show(len(rows)):
        return {"count": len(rows), "means": [], "comments": []}
    means = [
        (
            label,
            (sum(Decimal(row.answers[key]) for row in rows) / len(rows)).quantize(rules.CENT, ROUND_HALF_UP),
        )
        for key, label in rules.DIMENSIONS.items()
    ]
    # Sorted by the text itself: the order tells nothing of who or when.
    comments = sorted(row.comment for row in rows if row.comment and row.comment_public)
    return {"count": len(rows), "means": means, "comments": comments}


def bodies_of(round: Round) -> list[tuple[str, str]]:
    """The institutions, applicants and enterprises of a round: key of the body and its name, by name.

    Whoever handed something in may have handed in something untrue (notice 三（三）).
    """
    applied = Application.objects.filter(round=round).exclude(state="DRAFT").values("organisation")
    asked = Demand.objects.filter(round=round).exclude(state="DRAFT").values("enterprise__organisation")
    listed = PilotInstitution.objects.filter(round=round).values("organisation")
    bodies = Organisation.objects.filter(Q(pk__in=applied) | Q(pk__in=asked) | Q(pk__in=listed))
    return [(str(pk), name) for pk, name in bodies.order_by("name", "pk").values_list("pk", "name")]


def published_rounds() -> list[dict[str, Any]]:
    """The newest results and awards that were published, by round, as frozen."""
    rows = published().filter(kind__in=[Publication.Kind.RESULT, Publication.Kind.AWARD], withdrawn_at=None)
    by_round: dict[int, dict[str, Any]] = {}
    for publication in rows[:20]:
        entry = by_round.setdefault(publication.round_id, {"round": publication.round, "shown": []})
        if publication.kind not in {shown.kind for shown in entry["shown"]}:
            entry["shown"].append(publication)
    return list(by_round.values())
