"""企业库: the county keeps its firms, agrees to claims of records, invites."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from demands import operations, queries
from demands.forms.filters import EnterpriseFilter, code_choices, region_choices
from demands.forms.staff import RecordForm
from demands.models import Enterprise
from demands.queries.enterprises import demand_counts, invitations_of, record_claims_for
from demands.views.county.case import state_of
from pilot_portal.accounts.actors import COUNTY
from pilot_portal.codes.models import Chain
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Refused

READERS = ("city_handler", "city_chief", "leader", "auditor")
PAGE = 20
FIELDS = (
    *("name", "legal_representative", "contact", "phone", "size", "size_year", "industry", "in_library"),
    *("name_public", "name_public_proof"),
)


@for_roles(*COUNTY, readers=READERS)
@require_GET
def enterprise_list(request: HttpRequest) -> HttpResponse:
    """The firms of the county: search, filter, how many demands each has."""
    firms = queries.visible_enterprises(request.actor)
    listed = EnterpriseFilter(
        request.GET, firms, choices={"chain": code_choices(Chain), "county": region_choices()}
    )
    if request.actor.is_county:
        del listed.form.fields["county"]
    page = Paginator(listed.qs.order_by("region__position", "name", "pk"), PAGE).get_page(
        request.GET.get("page")
    )
    rows = list(page.object_list)
    counts = demand_counts(rows)
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


def _initial(firm: Enterprise) -> dict[str, Any]:
    initial = {field: getattr(firm, field) for field in FIELDS}
    manufacturing = {True: "yes", False: "no", None: ""}[firm.is_manufacturing]
    return initial | {
        "credit_code": firm.credit_code or "",
        "chain": firm.chain.code if firm.chain else "",
        "is_manufacturing": manufacturing,
    }


@for_roles(*COUNTY, readers=READERS)
@require_http_methods(["GET", "POST"])
def enterprise(request: HttpRequest, pk: int) -> HttpResponse:
    """A firm's record: the county keeps it, others read it."""
    at = clock.now()
    firm = get_object_or_404(queries.visible_enterprises(request.actor), pk=pk)
    problems, status = (), 200
    form = RecordForm(
        request.POST if request.method == "POST" else None, chains=code_choices(Chain), initial=_initial(firm)
    )
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                operations.save_record(firm, form.cleaned_data, by=request.actor, at=at)
            except NotAllowed:
                raise
            except Refused as refused:
                for problem in refused.problems:
                    form.add_error(problem.field, problem.message)
                status = refused.status
            else:
                messages.success(request, "企业信息已保存。")
                return redirect("demands:county-enterprise", pk=pk)
    if not request.actor.is_county:
        for field in form.fields.values():
            field.disabled = True
    demands = list(
        queries.visible_demands(request.actor).filter(enterprise=firm).order_by("-submitted_at", "-pk")[:PAGE]
    )
    return render(
        request,
        "demands/county/enterprise.html",
        {
            "firm": firm,
            "form": form,
            "problems": problems,
            "may_edit": request.actor.is_county,
            "demands": [
                {
                    "demand": row,
                    "state": state_of(row),
                    "url": reverse("demands:county-demand", args=[row.pk]),
                    "kinds": " · ".join(kind.label for kind in row.kinds.all()),
                }
                for row in demands
            ],
            "invitations": invitations_of(firm) if request.actor.is_county else [],
            "at": at,
        },
        status=status,
    )


@for_roles(*COUNTY)
@require_POST
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Invites the firm's contact: a link and a short code to hand out, valid 30 days."""
    firm = get_object_or_404(queries.visible_enterprises(request.actor), pk=pk)
    try:
        made = operations.invite_enterprise(firm, by=request.actor, at=clock.now())
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"已生成邀请，短码 {made.code}，请交给企业联系人。")
    return redirect("demands:county-enterprise", pk=pk)


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
