"""The enterprise's page: compare the offers on its demand and choose."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from demands.models import Demand
from demands.queries import visible_demands
from demands.workflow import DEMAND
from matching import queries
from matching.forms import ChoiceForm
from matching.models import Claim
from matching.operations import choosing
from matching.rules import yuan
from matching.workflow import CLAIM
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import Refused
from pilot_portal.desk.moving import press
from pilot_portal.rounds.queries import Deadline


def _offers(demand: Demand, claims: list[Claim]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    rows = []
    for kind in demand.kinds.all():
        able = [
            (str(claim.pk), f"{claim.pilot.organisation.name}（企业支付 {yuan(claim.enterprise_fen)} 元）")
            for claim in claims
            if kind in claim.kinds.all()
        ]
        rows.append((kind.code, kind.label, able))
    return rows


@for_roles("enterprise_admin", "enterprise_member")
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, number: str) -> HttpResponse:
    """The opened offers side by side, and the choice for each kind."""
    at = clock.now()
    demand = get_object_or_404(visible_demands(request.actor), number=number)
    claims = queries.offers_on(demand)
    may_choose = DEMAND.may(request.actor, demand, "match")
    if request.method == "POST" and "shortlist" in request.POST:
        claim = next((c for c in claims if str(c.pk) == request.POST["shortlist"]), None)
        if claim is None:
            raise Http404
        return press(
            request,
            lambda: choosing.shortlist(claim, by=request.actor, at=at),
            back=request.path,
            done=f"{claim.pilot.organisation.name}已列入候选。",
        )
    form = ChoiceForm(request.POST or None, offers=_offers(demand, claims))
    refusal = None
    if request.method == "POST" and form.is_valid():
        by_key = {claim.pk: claim for claim in claims}
        try:
            choosing.choose(
                demand,
                {code: by_key[pk] for code, pk in form.chosen().items()},
                by=request.actor,
                at=at,
            )
        except Refused as error:
            refusal = error
        else:
            messages.success(request, "已选定服务机构，对方会收到通知；请等待其提交合同。")
            return redirect("matching:party-engagements")
    deadline = Deadline("选择截止", at, demand.choose_until, at) if demand.choose_until else None
    rows = [
        {
            "claim": claim,
            "state": {"label": claim.get_state_display(), "tone": CLAIM.tones.get(claim.state, "")},
            "may_shortlist": may_choose and CLAIM.may(request.actor, claim, "shortlist"),
            "kinds": [kind.label for kind in claim.kinds.all()],
            "price": queries.price_of(claim),
            "is_unconfirmed": claim.confirmed_correction < demand.asking_correction,
        }
        for claim in claims
    ]
    context = {
        "demand": demand,
        "rows": rows,
        "form": form if may_choose else None,
        "may_choose": may_choose,
        "sealed": demand.state in queries.SEALED,
        "sealed_count": queries.claim_counts([demand.pk]).get(demand.pk, 0),
        "deadline": deadline,
        "refusal": refusal,
    }
    status = refusal.status if refusal else (422 if form.is_bound else 200)
    return render(request, "matching/enterprise/choose.html", context, status=status)
