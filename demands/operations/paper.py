"""A demand received on paper, entered by the county on the firm's behalf (代录)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from demands import policies, queries
from demands.models import Demand, Enterprise
from demands.queries.enterprises import STANDING
from demands.rules.paper import OnPaper, read_paper
from demands.rules.rows import row_key
from demands.rules.words import LIBRARY_TIERS
from demands.workflow import DEMAND
from pilot_portal.accounts.actors import Actor
from pilot_portal.attachments.operations import store
from pilot_portal.codes.models import ServiceKind, Tier
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.common.text import name_key
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round
from pilot_portal.rounds.operations import next_numbers

CASE_TYPE = "demands.demand"
PURPOSE = "paper"


def _firm(paper: OnPaper, region: Region, at: dt.datetime) -> Enterprise:
    """The firm's record in the county; a firm that is not known gets one."""
    key = name_key(paper.company)
    firm, _ = Enterprise.objects.get_or_create(
        region=region,
        name_key=key,
        **STANDING,
        defaults={
            "name": paper.company,
            "contact": paper.contact,
            "phone": paper.phone,
            "in_library": paper.present_tier in LIBRARY_TIERS,
            "created_at": at,
        },
    )
    return firm


def _refuse_a_double(round: Round, key: str) -> None:
    double = Demand.objects.filter(round=round, row_key=key).values_list("number", flat=True).first()
    if double:
        text = f"该企业本批次已有同样服务和目标的需求 {double}，不必再录。"
        raise Refused(text, [Problem(text, field="company")])


@transaction.atomic
def enter_paper_demand(
    raw: Mapping[str, Any],
    scan: UploadedFile | None,
    *,
    round: Round,
    by: Actor,
    at: dt.datetime,
) -> Demand:
    """Enter a paper demand with its scan, date of receipt and receiver; it is checked like any other.

    Leaves: a record for an unknown firm, a numbered demand in SUBMITTED whose trail says when the paper came,
    the scan beside it. The firm finds it among its own once it has an account. Raises NotAllowed for anyone
    but a county, Stale where the round has ended or a colleague was quicker, Refused with all problems.
    """
    region = by.organisation.region if by.organisation else None
    if region is None or not policies.may_import(by, region.pk):
        raise NotAllowed("只有县市区工信部门可以代录纸质需求。")
    if round.status == Round.Status.CLOSED:
        raise Stale("该批次已结束，不再接收需求。")
    missing = [] if scan else [Problem("请上传纸质件的扫描件或照片。", field="scan")]
    try:
        paper = read_paper(raw, queries.choices(at))
    except Refused as refusal:
        problems = [*refusal.problems, *missing]
        raise Refused(f"有 {len(problems)} 处需要修改。", problems) from refusal
    if scan is None:
        raise Refused("有 1 处需要修改。", missing)
    key = row_key(paper.company, paper.kinds, paper.target_tier)
    _refuse_a_double(round, key)
    firm = _firm(paper, region, at)
    tiers = {
        tier.code: tier for tier in Tier.objects.filter(code__in=[paper.present_tier, paper.target_tier])
    }
    demand = Demand(
        round=round,
        region=region,
        enterprise=firm,
        origin=Demand.Origin.PAPER,
        number=next_numbers(round, "D")[0],
        row_key=key,
        present_tier=tiers.get(paper.present_tier),
        target_tier=tiers.get(paper.target_tier),
        situation=paper.situation,
        wish=paper.wish,
        contact=paper.contact,
        phone=paper.phone,
        remark=paper.remark,
        received_on=paper.received_on,
        received_by=paper.received_by,
        name_public=firm.name_public,
        created_at=at,
        submitted_at=at,
    )
    told = {"received_on": paper.received_on.isoformat(), "received_by": paper.received_by}
    try:
        with transaction.atomic():
            DEMAND.start_many([demand], by=by, at=at, state=Demand.State.SUBMITTED, data=told)
    except IntegrityError as error:
        raise Stale("同样的需求刚刚被录入，请刷新后再看。") from error
    demand.kinds.set(ServiceKind.objects.filter(code__in=paper.kinds))
    try:
        store(scan, case_type=CASE_TYPE, case_id=demand.pk, purpose=PURPOSE, by=by, at=at)
    except Refused as refusal:
        raise Refused(refusal.message, [Problem(refusal.message, field="scan")]) from refusal
    return demand
