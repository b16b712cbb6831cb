"""What stands in a county's Attachment 4, and its frozen editions."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django.db.models import QuerySet

from demands.models import CountySummary, Demand, DemandReport
from demands.queries.conditions import under
from demands.queries.demands import with_words
from pilot_portal.accounts.actors import Actor
from pilot_portal.regions.queries import active_regions
from pilot_portal.rounds.models import Round
from pilot_portal.workflow.models import Entry

STATE = Demand.State
NO_CONDITION: Mapping[str, str] = MappingProxyType({})
GIVEN_UP = frozenset({STATE.DRAFT, STATE.REFUSED, STATE.WITHDRAWN})
# What a county vouches for to the city: checked, and not taken back since.
VOUCHED_FOR = frozenset(
    {
        STATE.VERIFIED,
        STATE.NOT_PUBLISHED,
        STATE.PUBLISHED,
        STATE.CHOOSING,
        STATE.MATCHED,
        STATE.FULFILLED,
        STATE.UNCLAIMED,
    }
)


def _of(round_id: int, region_id: int | None) -> QuerySet[Demand]:
    demands = with_words(Demand.objects.filter(round_id=round_id))
    return demands if region_id is None else demands.filter(region_id=region_id)


def attachment_demands(
    round_id: int, region_id: int | None, query: Mapping[str, str] = NO_CONDITION
) -> QuerySet[Demand]:
    """What a workbook of Attachment 4 lists: every live demand under the conditions, by county and number."""
    demands = under(_of(round_id, region_id), query)
    if not query.get("state"):
        demands = demands.exclude(state__in=GIVEN_UP)
    return demands.exclude(state=STATE.DRAFT).order_by("region__position", "number")


def export_demands(
    round_id: int, region_id: int | None, query: Mapping[str, str] = NO_CONDITION
) -> QuerySet[Demand]:
    """What the plain export lists: everything ever submitted, under the conditions."""
    demands = under(_of(round_id, region_id), query)
    return demands.exclude(state=STATE.DRAFT).order_by("region__position", "number")


def vouched_demands(round_id: int, region_id: int) -> QuerySet[Demand]:
    """What a county's stamped Attachment 4 lists."""
    return _of(round_id, region_id).filter(state__in=VOUCHED_FOR).order_by("number")


def attachment_row(demand: Demand) -> dict[str, Any]:
    """One row of Attachment 4, field by field as the form has it."""
    kinds = sorted(demand.kinds.all(), key=lambda kind: kind.position)
    return {
        "company": demand.enterprise.name,
        "county": demand.region.name,
        "services": [kind.label for kind in kinds],
        "status": demand.present_tier.label if demand.present_tier else "",
        "target": demand.target_tier.label if demand.target_tier else "",
        "contact": f"{demand.contact} {demand.phone}".strip(),
        "remark": demand.remark,
    }


def visible_summaries(actor: Actor) -> QuerySet[CountySummary]:
    """The editions of a county's own; those who read the city's see all."""
    summaries = CountySummary.objects.select_related("round", "region", "made_by").order_by("-pk")
    if actor.is_county:
        return summaries.filter(region_id=actor.region_id)
    return summaries if actor.reads_city or actor.is_system else summaries.none()


def visible_reports(actor: Actor) -> QuerySet[DemandReport]:
    """The stamped reports: a county's own; those who read the city's see all."""
    reports = DemandReport.objects.select_related("round", "region", "summary", "submitted_by").order_by(
        "-submitted_at", "-pk"
    )
    if actor.is_county:
        return reports.filter(region_id=actor.region_id)
    return reports if actor.reads_city else reports.none()


def sees_report(actor: Actor, report_id: int, _purpose: str) -> bool:
    """Whether the actor may fetch the scan of a report."""
    return visible_reports(actor).filter(pk=report_id).exists()


def reported(summaries: Iterable[CountySummary], actor: Actor) -> dict[int, DemandReport]:
    """The report of each edition that was sent, by the edition's key."""
    found = visible_reports(actor).filter(summary__in=[summary.pk for summary in summaries])
    return {report.summary_id: report for report in found}


def newest_editions(summaries: Iterable[CountySummary]) -> set[int]:
    """The keys of those editions that nothing replaced."""
    pairs = {(summary.round_id, summary.region_id) for summary in summaries}
    newest: dict[tuple[int, int], tuple[int, int]] = {}
    rows = CountySummary.objects.filter(
        round_id__in={pair[0] for pair in pairs}, region_id__in={pair[1] for pair in pairs}
    )
    for pk, round_id, region_id, edition in rows.values_list("pk", "round_id", "region_id", "edition"):
        key = (round_id, region_id)
        newest[key] = max(newest.get(key, (0, 0)), (edition, pk))
    return {pk for _, pk in newest.values()}


def last_notes(reports: Iterable[DemandReport]) -> dict[int, str]:
    """Why a report was returned last, by its key."""
    keys = [report.pk for report in reports]
    rows = Entry.objects.filter(case_type="demands.demandreport", case_id__in=keys, move="return")
    return dict(rows.order_by("step").values_list("case_id", "note"))


def silent_regions(round: Round) -> list[str]:
    """The reporting units that have not sent a stamped Attachment 4, once the first of a round has."""
    sent = set(DemandReport.objects.filter(round=round).values_list("region_id", flat=True))
    if not sent:
        return []
    return list(active_regions().exclude(pk__in=sent).values_list("name", flat=True))
