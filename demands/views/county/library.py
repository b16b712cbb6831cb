"""企业库: the list of a county's firms, and the firms that claim their record."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from demands import operations, queries
from demands.forms.filters import EnterpriseFilter, code_choices, region_choices
from demands.queries.enterprises import demand_counts, record_claims_for, with_accounts
from demands.queries.firms import tiers_of
from pilot_portal.accounts.actors import COUNTY
from pilot_portal.codes.models import Chain, Tier
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Refused

READERS = ("city_handler", "city_chief", "leader", "auditor")
PAGE = 20


@for_roles(*COUNTY, readers=READERS)
@require_GET
def enterprise_list(request: HttpRequest) -> HttpResponse:
    """The firms of the county: search, filter, how many demands each has."""
    at = clock.now()
    firms, day = with_accounts(queries.visible_enterprises(request.actor), at), clock.beijing(at).date()
    listed = EnterpriseFilter(
        request.GET,
        firms,
        day=day,
        choices={"chain": code_choices(Chain), "county": region_choices(), "tier": code_choices(Tier)},
    )
    if request.actor.is_county:
        del listed.form.fields["county"]
    page = Paginator(listed.qs.order_by("region__position", "name", "pk"), PAGE).get_page(
        request.GET.get("page")
    )
    rows = list(page.object_list)
    counts, tiers = demand_counts(rows), tiers_of(rows, day)
    return render(
        request,
        "demands/county/enterprises.html",
        {
            "filter": listed,
            "page": page,
            "rows": [
                {
                    "firm": firm,
                    "demands": counts.get(firm.pk, 0),
                    "tier": tiers.get(firm.pk, ""),
                    "url": reverse("demands:county-enterprise", args=[firm.pk]),
                    "library": {
                        "label": "在库" if firm.in_library else "未入库",
                        "tone": "ok" if firm.in_library else "wait",
                    },
                }
                for firm in rows
            ],
            "is_county": request.actor.is_county,
            "claims": list(record_claims_for(request.actor)) if request.actor.is_county else [],
            "reset_url": "?",
        },
    )


@for_roles(*COUNTY, readers=("leader", "auditor"))
@require_GET
def claim_list(request: HttpRequest) -> HttpResponse:
    """The firms that say a record is theirs."""
    return render(
        request,
        "demands/county/claims.html",
        {
            "claims": [{"claim": claim} for claim in record_claims_for(request.actor)],
            "may_decide": request.actor.is_county,
        },
    )


@for_roles(*COUNTY)
@require_POST
def decide_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Agrees that the body is the firm of the record, or not, with the reason."""
    claim = get_object_or_404(record_claims_for(request.actor), pk=pk)
    agree = "agree" in request.POST
    try:
        operations.decide_record_claim(
            claim, agree=agree, by=request.actor, at=clock.now(), note=request.POST.get("note", "")
        )
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"{claim.organisation.name}：{'已确认' if agree else '未确认'}。")
    return redirect("demands:county-claim-list")
