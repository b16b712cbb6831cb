"""What the clock does with claims and contracts."""

import datetime as dt

from django.db import transaction

from demands.models import Demand
from demands.workflow import DEMAND
from institutions.models import PilotInstitution
from matching.models import ChosenKind, Claim, Engagement
from matching.operations.choosing import free_place, release_demand
from matching.operations.claims import tell_claimant
from matching.workflow import CLAIM, ENGAGEMENT
from pilot_portal.accounts.actors import SYSTEM
from pilot_portal.common.errors import Stale

SUSPENDED = PilotInstitution.State.SUSPENDED
GONE = ("WITHDRAWN", "NOT_PUBLISHED", "CLOSED")


@transaction.atomic
def lapse_unsigned(*, at: dt.datetime) -> int:
    """Contracts not signed in their days end; the demand opens for choosing again (domain.md §3 Demand)."""
    overdue = Engagement.objects.filter(state=Engagement.State.AGREED, sign_until__lte=at)
    count = 0
    for engagement in overdue.select_related("pilot", "enterprise", "demand"):
        try:
            ENGAGEMENT.move(
                engagement, "lapse", by=SYSTEM, at=at, terminated_cause=Engagement.Cause.INSTITUTION
            )
        except Stale:
            continue
        ChosenKind.objects.filter(claim_id=engagement.claim_id).delete()
        free_place(engagement.pilot, engagement.enterprise)
        if engagement.demand is not None:
            release_demand(engagement.demand, at=at)
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
    """Drafts whose claim window has closed lapse."""
    late = Claim.objects.filter(state=Claim.State.DRAFT).exclude(demand__state=Demand.State.PUBLISHED)
    return len(CLAIM.apply_many(list(late.select_related("pilot")), "lapse", by=SYSTEM, at=at).done)


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
    """Demands whose days to choose (and the county's ten working days after) are over: 企业未选."""
    over = Demand.objects.filter(state=Demand.State.CHOOSING, choose_until__lte=at - dt.timedelta(days=14))
    done = DEMAND.apply_many(list(over.select_related("enterprise")), "not_chosen", by=SYSTEM, at=at).done
    left = Claim.objects.filter(demand__in=done, state__in=["SUBMITTED", "SHORTLISTED"])
    CLAIM.apply_many(list(left.select_related("pilot")), "lapse", by=SYSTEM, at=at)
    return len(done)
