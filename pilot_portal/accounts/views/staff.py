"""Accounts of public bodies: who stands where, what was asked for, the second person's decision."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from pilot_portal.accounts import operations, queries
from pilot_portal.accounts.forms import GrantForm, ReasonForm
from pilot_portal.accounts.models import Grant
from pilot_portal.accounts.workflow import GRANT
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Refused

ASKS, DECIDES = "sysadmin", "city_chief"


@for_roles(ASKS, DECIDES, readers=("auditor",))
@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """账号授权: everybody in the public bodies, what waits for the chief; POST asks for a role."""
    at, refusal = clock.now(), None
    roles = [role for kind in operations.PUBLIC_BODIES for role in operations.ROLES_OF[kind]]
    bodies = list(queries.public_bodies())
    form = GrantForm(request.POST or None, bodies=bodies, roles=sorted(roles))
    if request.method == "POST" and request.actor.role != ASKS:
        raise NotAllowed("由系统管理员提出申请，科长批准。")
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            operations.request_grant(
                form.bodies[data["organisation"]],
                data["role"],
                name=data["name"],
                mobile=data["mobile"],
                deputy_until=data["deputy_until"],
                deputy_order=data["deputy_order"],
                by=request.actor,
                at=at,
            )
        except Refused as error:
            refusal = error
            for problem in error.problems:
                form.add_error(problem.field, problem.message)
        else:
            messages.success(request, "申请已提交，由科长批准后生成邀请码。")
            return redirect("accounts:staff")
    page = Paginator(queries.staff(at), 50).get_page(request.GET.get("page"))
    grants = list(queries.visible_grants(request.actor).order_by("-pk")[:30])
    context = {
        "page": page,
        "members": list(page.object_list),
        "grants": [
            {
                "grant": grant,
                "state": {"label": grant.get_state_display(), "tone": GRANT.tones.get(grant.state, "")},
                "moves": GRANT.moves_open_to(request.actor, grant),
                "code": grant.invitation.code
                if grant.invitation and grant.invitation.spent_at is None and grant.invitation.expires_at > at
                else "",
            }
            for grant in grants
        ],
        "form": form if request.actor.role == ASKS else None,
        "refusal": refusal,
        "may_end": request.actor.role == ASKS,
    }
    status = refusal.status if refusal else (422 if form.is_bound else 200)
    return render(request, "accounts/staff.html", context, status=status)


@for_roles(ASKS)
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End somebody's place in a public body: he has left or moved."""
    member = get_object_or_404(queries.staff(clock.now()), pk=pk)
    try:
        operations.end_membership(member, by=request.actor, at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{member.user}的{member.get_role_display()}身份已停用，其登录已失效。")
    return redirect("accounts:staff")


@for_roles(ASKS, DECIDES)
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Approve, refuse or take back what was asked for; asked once more before."""
    grant: Grant = get_object_or_404(queries.visible_grants(request.actor), pk=pk)
    acts = {
        "approve": operations.approve_grant,
        "refuse": operations.refuse_grant,
        "withdraw": operations.withdraw_grant,
    }
    if name not in acts:
        raise Http404
    move, refusal = GRANT.moves[name], None
    if not move.who(request.actor, grant):
        raise NotAllowed("申请人和批准人须是两人；由科长批准。")
    form = ReasonForm(request.POST or None) if move.note else None
    if request.method == "POST" and (form is None or form.is_valid()):
        values = form.cleaned_data if form else {}
        try:
            acts[name](grant, by=request.actor, at=clock.now(), **values)
        except Refused as error:
            refusal = error
        else:
            messages.success(request, f"已办理：{move.label}。")
            return redirect("accounts:staff")
    context = {
        "grant": grant,
        "move": {"label": move.label, "tone": move.tone},
        "form": form,
        "refusal": refusal,
        "back_url": "/accounts/staff/",
        "consequence": "批准后生成邀请码，由系统管理员交给本人。" if name == "approve" else "",
    }
    status = refusal.status if refusal else (422 if form is not None and form.is_bound else 200)
    return render(request, "accounts/grant.html", context, status=status)
