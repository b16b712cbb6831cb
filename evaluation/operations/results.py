"""Cultivation results (培育成果): claimed by institutions, confirmed by firm, county and city."""

import datetime as dt
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import F

from demands.models import Enterprise
from evaluation import queries
from evaluation.models import Result, ResultShare
from evaluation.workflow import RESULT
from institutions.models import PilotInstitution
from matching.models import Engagement
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.queries import recipients_in
from pilot_portal.codes.models import Tier
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.notifications.operations import tell
from pilot_portal.rounds.models import Stage

WHOLE = 100


def a_year_later(day: dt.date) -> dt.date:
    """The same day twelve months on; of 29 February the 1 March."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return dt.date(day.year + 1, 3, 1)


@transaction.atomic
def claim_result(
    pilot: PilotInstitution,
    enterprise: Enterprise,
    tier: Tier,
    *,
    reached_on: dt.date,
    evidence: str,
    by: Actor,
    at: dt.datetime,
) -> Result:
    """An institution claims that a firm it served reached a tier; once per firm and tier (domain.md §3).

    Raises NotAllowed, Refused (not served, before the baseline, too late, no evidence), Stale when claimed
    already: then the institutions agree on their shares.
    """
    if not (by.role == "institution_admin" and by.organisation_id == pilot.organisation_id):
        raise NotAllowed("只有试点机构的管理员可以申报培育成果。")
    problems = []
    if not Engagement.objects.filter(pilot=pilot, enterprise=enterprise, ever_signed=True).exists():
        problems.append(Problem("只能申报本机构服务过的企业。", field="enterprise"))
    baseline = pilot.round.baseline_date
    if baseline and reached_on < baseline:
        problems.append(Problem(f"认定日期须在基准日 {baseline} 之后。", field="reached_on"))
    term = Stage.objects.filter(round=pilot.round, kind=Stage.Kind.SERVICE).first()
    after = clock.beijing_date(term.ends_at) if term else None  # the first day after the term
    if after and reached_on >= a_year_later(after):
        problems.append(Problem("试点期满 12 个月以后认定的不再计入。", field="reached_on"))
    if reached_on > clock.beijing_date(at):
        problems.append(Problem("认定日期不能晚于今天。", field="reached_on"))
    if not evidence.strip():
        problems.append(Problem("请填写认定文件名称和文号。", field="evidence"))
    if problems:
        raise Refused(f"有 {len(problems)} 处需要修改。", problems)
    result = Result(
        round=pilot.round,
        enterprise=enterprise,
        tier=tier,
        pilot=pilot,
        reached_on=reached_on,
        evidence=evidence.strip(),
        is_supplementary=after is not None and reached_on >= after,
        created_at=at,
    )
    try:
        with transaction.atomic():
            RESULT.start(result, by=by, at=at)
    except IntegrityError as error:
        raise Stale("该企业的这一称号已有机构申报，如属共同服务，请与其商定份额，由其登记。") from error
    ResultShare.objects.create(result=result, pilot=pilot, percent=100)
    if enterprise.organisation_id:
        people = recipients_in([enterprise.organisation_id], {"enterprise_admin", "enterprise_member"}, at)
        tell(
            people,
            "服务机构申报了贵企业的培育成果，请确认",
            key=f"result:{result.pk}:0",
            at=at,
            path="/my/results/",
        )
    return result


@transaction.atomic
def state_shares(result: Result, shares: Mapping[int, int], *, by: Actor, at: dt.datetime) -> None:
    """State how several institutions share one result: percent by roster entry; it still counts once.

    Only until the firm confirms, who confirms the shares with the result. Raises NotAllowed, Refused (not
    100 together, one who never served the firm, the claimant without a share), Stale.
    """
    if not (by.role == "institution_admin" and by.organisation_id == result.pilot.organisation_id):
        raise NotAllowed("只有申报该成果的机构管理员可以登记份额。")
    given = {pilot: percent for pilot, percent in shares.items() if percent}
    if sum(given.values()) != WHOLE or any(percent < 0 for percent in given.values()):
        raise Refused(f"各机构份额合计须为 100%，现为 {sum(given.values())}%。")
    if result.pilot_id not in given:
        raise Refused("申报机构自己须有份额。")
    if not set(given) <= {pk for pk, _ in queries.may_share(result)}:
        raise Refused("只有本批次服务过该企业的机构可以共享成果。")
    # Written first: whoever confirms at this moment waits, or has been quicker.
    still = Result.objects.filter(pk=result.pk, state=Result.State.CLAIMED).update(tier=F("tier"))
    if not still:
        raise Stale("企业已经答复，份额不能再改。")
    ResultShare.objects.filter(result=result).delete()
    ResultShare.objects.bulk_create(
        ResultShare(result=result, pilot_id=pilot, percent=percent) for pilot, percent in given.items()
    )


@transaction.atomic
def enterprise_confirm(result: Result, *, by: Actor, at: dt.datetime) -> None:
    """The firm confirms that the service helped it there."""
    RESULT.move(result, "enterprise_confirm", by=by, at=at)


@transaction.atomic
def deny(result: Result, *, by: Actor, at: dt.datetime, note: str) -> None:
    """The firm denies it, with its reason."""
    RESULT.move(result, "deny", by=by, at=at, note=note)


@transaction.atomic
def verify(result: Result, *, by: Actor, at: dt.datetime) -> None:
    """The county has checked the evidence."""
    RESULT.move(result, "verify", by=by, at=at)


@transaction.atomic
def confirm(result: Result, *, by: Actor, at: dt.datetime) -> None:
    """The city counts it toward the six targets."""
    RESULT.move(result, "confirm", by=by, at=at)


@transaction.atomic
def revoke(result: Result, *, by: Actor, at: dt.datetime, note: str) -> None:
    """A result that did not hold no longer counts."""
    RESULT.move(result, "revoke", by=by, at=at, note=note)
