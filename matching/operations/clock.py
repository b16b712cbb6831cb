"""What the clock does with claims and contracts."""

import datetime as dt

from django.db import transaction
from django.db.models import Q

from demands.models import Demand
from demands.operations.telling import tell_county, tell_enterprise
from demands.workflow import DEMAND
from institutions.models import PilotInstitution
from matching.models import UNDECIDED, ChosenKind, Claim, Engagement
from matching.operations.choosing import carry_demand_along, free_place
from matching.operations.telling import tell_claimant, tell_parties
from matching.workflow import CLAIM, ENGAGEMENT
from pilot_portal.accounts.actors import SYSTEM
from pilot_portal.common.errors import Stale
from pilot_portal.rounds.queries import add_working_days

SUSPENDED = PilotInstitution.State.SUSPENDED
GONE = ("WITHDRAWN", "NOT_PUBLISHED", "CLOSED")
SETTLED = ("FULFILLED", "UNCLAIMED")
ASKING_DAYS = 10  # working days in which the county asks an enterprise that has not chosen (domain.md §3)


@transaction.atomic
def lapse_unsigned(*, at: dt.datetime) -> int:
    """Contracts not signed in their days end; the demand opens for choosing again (domain.md §3 Demand).

    The cause lies with the enterprise where the institution had laid down the contract in time.
    """
    overdue = Engagement.objects.filter(state=Engagement.State.AGREED, sign_until__lte=at)
    count = 0
    for engagement in overdue.select_related("pilot", "enterprise", "demand"):
        is_prepared = engagement.institution_signed_at is not None
        cause = Engagement.Cause.ENTERPRISE if is_prepared else Engagement.Cause.INSTITUTION
        try:
            ENGAGEMENT.move(engagement, "lapse", by=SYSTEM, at=at, terminated_cause=cause)
        except Stale:
            continue
        tell_parties(engagement, f"合同 {engagement.number} 逾期未签约，已终止", at=at, by=SYSTEM)
        ChosenKind.objects.filter(claim_id=engagement.claim_id).delete()
        free_place(engagement.pilot, engagement.enterprise)
        if engagement.demand is not None:
            carry_demand_along(engagement.demand, at=at)
        count += 1
    return count


@transaction.atomic
def void_orphans(*, at: dt.datetime) -> int:
    """Claims on demands that were withdrawn or closed become void; their claimants are told."""
    orphans = Claim.objects.filter(
        demand__state__in=GONE, state__in=["DRAFT", "SUBMITTED", "SHORTLISTED", "FROZEN"]
    ).select_related("pilot", "demand")
    done = CLAIM.apply_many(list(orphans), "void", by=SYSTEM, at=at).done
    for claim in done:
        tell_claimant(claim, f"需求 {claim.demand.number} 已撤回，揭榜作废", at=at)
    return len(done)


@transaction.atomic
def lapse_drafts(*, at: dt.datetime) -> int:
    """Drafts whose claim window has closed lapse, and offers left undecided on a demand that is settled."""
    late = Q(state=Claim.State.DRAFT) & ~Q(demand__state=Demand.State.PUBLISHED)
    left = Q(state__in=UNDECIDED, demand__state__in=SETTLED)
    found = Claim.objects.filter(late | left).select_related("pilot")
    return len(CLAIM.apply_many(list(found), "lapse", by=SYSTEM, at=at).done)


@transaction.atomic
def freeze_suspended(*, at: dt.datetime) -> int:
    """Claims of suspended institutions are frozen, those of resumed ones thawed."""
    frozen = Claim.objects.filter(pilot__state=SUSPENDED, state__in=["SUBMITTED", "SHORTLISTED"])
    thawed = Claim.objects.filter(state="FROZEN").exclude(pilot__state=SUSPENDED)
    one = CLAIM.apply_many(list(frozen), "freeze", by=SYSTEM, at=at).done
    two = CLAIM.apply_many(list(thawed), "unfreeze", by=SYSTEM, at=at).done
    return len(one) + len(two)


@transaction.atomic
def end_choosing(*, at: dt.datetime) -> int:
    """Demands whose days to choose (and the county's ten working days after) are over: 企业未选.

    The county is asked once when the enterprise's days are over. Gives how many demands ended.
    """
    late = Demand.objects.filter(state=Demand.State.CHOOSING, choose_until__lte=at)
    over = []
    for demand in late.select_related("enterprise", "region"):
        if add_working_days(demand.choose_until, ASKING_DAYS) <= at:
            over.append(demand)
        else:
            tell_county(demand, "企业逾期未选定机构，请督促", at=at)
    done = DEMAND.apply_many(
        over, "not_chosen", by=SYSTEM, at=at, note="企业未选", prepared_by=None, prepared_at=None
    ).done
    for demand in done:
        tell_enterprise(demand, "逾期未选定机构，本次揭榜已结束", at=at)
    left = Claim.objects.filter(demand__in=done, state__in=UNDECIDED).select_related("pilot", "demand")
    for claim in CLAIM.apply_many(list(left), "lapse", by=SYSTEM, at=at).done:
        tell_claimant(claim, f"需求 {claim.demand.number} 企业未选定机构，揭榜失效", at=at)
    return len(done)
