"""The institution's pages: the hall of open demands, its claims."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from demands.queries.corrections import corrections_of
from matching import queries
from matching.forms import ClaimForm, NoteForm
from matching.models import UNDECIDED, Claim
from matching.operations import choosing, claims
from matching.workflow import CLAIM
from pilot_portal.attachments.operations import note_access
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import Refused
from pilot_portal.common.text import whole
from pilot_portal.desk.moving import move_page, post_of, press
from pilot_portal.rounds.queries import Deadline, setting
from pilot_portal.workflow.queries import timeline

INSTITUTION = ("institution_admin", "institution_member")
DRAFT = Claim.State.DRAFT


@for_roles(*INSTITUTION)
@require_GET
def hall(request: HttpRequest) -> HttpResponse:
    """揭榜大厅: the demands that may be claimed now, with what the institution already claimed."""
    at = clock.now()
    pilots = list(queries.pilots_of(request.actor))
    found = queries.open_demands(pilots, at=at)
    kind = request.GET.get("kind", "")
    if kind:
        found = found.filter(kinds__code=kind)
    page = Paginator(found, 20).get_page(request.GET.get("page"))
    demands = list(page.object_list)
    counts = queries.claim_counts(d.pk for d in demands)
    claims_ = queries.visible_claims(request.actor).filter(demand__in=demands, state__in=UNDECIDED)
    own = {claim.demand_id: claim for claim in claims_}
    private = [demand.number for demand in demands if not demand.name_public]
    if private:  # names that are not public: each look is logged (domain.md §5)
        what, numbers = "揭榜大厅中的企业名称", "、".join(private)
        note_access(
            what, by=request.actor, at=at, query=numbers, count=len(private), purpose="试点机构查看需求"
        )
    rows = [
        {
            "demand": demand,
            "kinds": [k.label for k in demand.kinds.all()],
            "count": counts.get(demand.pk, 0),
            "claim": own.get(demand.pk),
            "deadline": Deadline("揭榜截止", demand.list.claims_from, demand.claims_until, at),
        }
        for demand in demands
    ]
    return render(request, "matching/applicant/hall.html", {"rows": rows, "page": page, "pilots": pilots})


@for_roles(*INSTITUTION)
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """我的揭榜."""
    found = queries.visible_claims(request.actor).order_by("-pk")
    page = Paginator(found, 20).get_page(request.GET.get("page"))
    return render(request, "matching/applicant/claims.html", {"claims": list(page.object_list), "page": page})


@for_roles(*INSTITUTION)
@require_POST
def start(request: HttpRequest, number: str) -> HttpResponse:
    """Begin a claim on an open demand."""
    at = clock.now()
    pilots = {pilot.round_id: pilot for pilot in queries.pilots_of(request.actor)}
    demand = get_object_or_404(queries.open_demands(pilots.values(), at=at), number=number)
    try:
        claim = claims.start_claim(demand, pilot=pilots[demand.round_id], by=request.actor, at=at)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("matching:applicant-hall")
    return redirect("matching:applicant-claim", pk=claim.pk)


def _form(claim: Claim, data: Any = None) -> ClaimForm:
    kinds = [(kind.code, kind.label) for kind in claim.demand.kinds.all()]
    government_on = setting(claim.demand.round, "government_share_on", at=clock.now())
    first = claim.draft or {"kinds": [code for code, _ in kinds], "payment": "ONCE", "concession_fen": "0"}
    return ClaimForm(data, initial=first, kinds=kinds, government_on=government_on)


def _page(
    request: HttpRequest,
    claim: Claim,
    form: ClaimForm | None,
    *,
    status: int = 200,
    refusal: Refused | None = None,
) -> HttpResponse:
    at, demand = clock.now(), claim.demand
    base = f"/my/claims/{claim.pk}/"
    urls = {"withdraw": f"{base}withdraw/", "decline": f"{base}decline/"}
    moves = [
        {"label": move.label, "tone": move.tone, "url": urls[move.name]}
        for move in CLAIM.moves_open_to(request.actor, claim)
        if move.name in urls and not (move.name == "decline" and queries.is_signed(claim))
    ]
    context = {
        "claim": claim,
        "state": {"label": claim.get_state_display(), "tone": CLAIM.tones.get(claim.state, "")},
        "demand": demand,
        "demand_kinds": [kind.label for kind in demand.kinds.all()],
        "price": queries.price_of(claim),
        "claim_kinds": [kind.label for kind in claim.kinds.all()],
        "form": form,
        "refusal": refusal,
        "deadline": Deadline("揭榜截止", demand.list.claims_from, demand.claims_until, at),
        "may_submit": CLAIM.may(request.actor, claim, "submit"),
        "moves": moves,
        "entries": timeline("matching.claim", claim.pk),
        "corrections": corrections_of(demand),
        "must_confirm": claim.state in {"SUBMITTED", "SHORTLISTED", "FROZEN"}
        and claim.confirmed_correction < demand.asking_correction,
        "may_confirm": request.actor.role == "institution_admin",
    }
    return render(request, "matching/applicant/claim.html", context, status=status)


@for_roles(*INSTITUTION)
@require_http_methods(["GET", "POST"])
def claim_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A claim: the form while it is a draft, afterwards as submitted. POST saves; `act=submit` submits."""
    claim = get_object_or_404(queries.visible_claims(request.actor).prefetch_related("kinds"), pk=pk)
    if request.method == "GET":
        return _page(request, claim, _form(claim) if claim.state == DRAFT else None)
    form, at = _form(claim, request.POST), clock.now()
    revision = whole(request.POST.get("revision")) or 0
    try:
        claims.save_claim(claim, form.typed(), revision=revision, by=request.actor, at=at)
        if request.POST.get("act") != "submit":
            messages.success(request, "草稿已保存，提交前不算揭榜。")
            return redirect("matching:applicant-claim", pk=pk)
        if not form.is_valid():
            return _page(request, claim, form, status=422)
        claims.submit_claim(claim, form.claim_data(), by=request.actor, at=at)
    except Refused as refusal:
        return _page(request, claim, form, status=refusal.status, refusal=refusal)
    messages.success(request, f"已揭榜，编号 {claim.number}。揭榜期结束前，企业和其他机构都看不到您的方案。")
    return redirect("matching:applicant-claim", pk=pk)


@for_roles(*INSTITUTION)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a claim back."""
    claim = get_object_or_404(queries.visible_claims(request.actor), pk=pk)
    return move_page(
        request,
        CLAIM,
        claim,
        "withdraw",
        form=NoteForm(post_of(request), required=False),
        act=claims.withdraw_claim,
        back=f"/my/claims/{claim.pk}/",
        heading=f"需求 {claim.demand.number}",
        consequence="撤回后该揭榜不再参加选择；揭榜期内可以重新揭榜。",
    )


@for_roles("institution_admin")
@require_http_methods(["GET", "POST"])
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up after being chosen."""
    claim = get_object_or_404(queries.visible_claims(request.actor), pk=pk)
    return move_page(
        request,
        CLAIM,
        claim,
        "decline",
        form=NoteForm(post_of(request)),
        act=choosing.decline_selection,
        back=f"/my/claims/{claim.pk}/",
        heading=f"需求 {claim.demand.number}",
        consequence="放弃后企业将改选其他机构，您的理由会告知企业。",
    )


@for_roles("institution_admin")
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Goes on after the demand was corrected."""
    claim = get_object_or_404(queries.visible_claims(request.actor), pk=pk)
    return press(
        request,
        lambda: claims.confirm_correction(claim, by=request.actor, at=clock.now()),
        back=f"/my/claims/{claim.pk}/",
        done="已确认继续揭榜。",
    )
