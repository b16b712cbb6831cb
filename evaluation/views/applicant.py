"""The institution's pages: its evaluation, its cultivation results."""

from functools import partial

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from demands.models import Enterprise
from evaluation import queries
from evaluation.forms import NoteForm, ResultForm, SharesForm
from evaluation.operations import evaluating, results
from evaluation.rules import may_show
from evaluation.workflow import EVALUATION
from matching.queries import pilots_of
from pilot_portal.codes.models import Tier
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Refused
from pilot_portal.desk.moving import act_page, move_page, post_of
from pilot_portal.workflow.queries import timeline

INSTITUTION = ("institution_admin", "institution_member")


@for_roles(*INSTITUTION)
@require_GET
def evaluation(request: HttpRequest, code: str) -> HttpResponse:
    """期满评价 of one's own institution, once told: the numbers explained."""
    row = get_object_or_404(
        queries.visible_evaluations(request.actor),
        round__code=code,
        pilot__organisation=request.actor.organisation,
    )
    context = {
        "row": row,
        "few": not may_show(row.answered),
        "ratings": queries.answers_for_institution(row),
        "may_object": EVALUATION.may(request.actor, row, "object"),
        "entries": timeline("evaluation.evaluation", row.pk),
    }
    return render(request, "evaluation/applicant/evaluation.html", context)


@for_roles("institution_admin")
@require_http_methods(["GET", "POST"])
def object_to(request: HttpRequest, code: str) -> HttpResponse:
    """Object to the figures."""
    row = get_object_or_404(
        queries.visible_evaluations(request.actor),
        round__code=code,
        pilot__organisation=request.actor.organisation,
    )
    return move_page(
        request,
        EVALUATION,
        row,
        "object",
        form=NoteForm(post_of(request)),
        act=evaluating.object_to,
        values=lambda form: {"text": form.cleaned_data["note"]},
        back=f"/my/evaluation/{code}/",
        heading=f"{row.round.label}期满评价",
        consequence="请写明哪一项数字有误、依据是什么。",
    )


@for_roles(*INSTITUTION)
@require_http_methods(["GET", "POST"])
def result_list(request: HttpRequest) -> HttpResponse:
    """培育成果: what the institution has claimed, and the form to claim another."""
    at, refusal = clock.now(), None
    if request.method == "POST" and request.actor.role != "institution_admin":
        raise NotAllowed("由贵机构管理员申报培育成果。")
    pilots = {pilot.pk: pilot for pilot in pilots_of(request.actor)}
    page = Paginator(queries.visible_results(request.actor).order_by("-pk"), 20).get_page(
        request.GET.get("page")
    )
    form = None
    if pilots and request.actor.role == "institution_admin":
        tiers = [(t.code, t.label) for t in Tier.objects.exclude(code="other").order_by("position")]
        firms = queries.served_firms(list(pilots.values()))
        form = ResultForm(post_of(request), enterprises=firms, tiers=tiers)
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            of_round, firm = data["enterprise"].split("-")
            try:
                results.claim_result(
                    pilots[int(of_round)],
                    get_object_or_404(Enterprise, pk=firm),
                    get_object_or_404(Tier, code=data["tier"]),
                    reached_on=data["reached_on"],
                    evidence=data["evidence"],
                    by=request.actor,
                    at=at,
                )
            except Refused as error:
                refusal = error
            else:
                return redirect("evaluation:applicant-results")
    context = {"rows": list(page.object_list), "page": page, "form": form, "refusal": refusal}
    context["own"] = request.actor.organisation_id
    status = refusal.status if refusal else (422 if form is not None and form.is_bound else 200)
    return render(request, "evaluation/applicant/results.html", context, status=status)


@for_roles("institution_admin")
@require_http_methods(["GET", "POST"])
def result_shares(request: HttpRequest, pk: int) -> HttpResponse:
    """State how several institutions share a result that this one claimed."""
    row = get_object_or_404(queries.visible_results(request.actor), pk=pk)
    if row.pilot.organisation_id != request.actor.organisation_id:
        raise NotAllowed("由申报该成果的机构登记份额。")
    initial = {f"share_{share.pilot_id}": share.percent for share in row.shares.all()}
    return act_page(
        request,
        label="登记份额",
        heading=f"登记份额 · {row.enterprise.name} · {row.tier.label}",
        form=SharesForm(post_of(request), sharers=queries.may_share(row), initial=initial),
        act=partial(results.state_shares, row),
        values=lambda form: {"shares": form.shares()},
        back="/my/cultivation/",
        consequence="几家机构共同服务的，份额合计 100%，由企业确认成果时一并确认；成果仍只计一次。",
    )
