"""One's own account and body: profile, switching, members."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from pilot_portal.accounts import operations, queries
from pilot_portal.accounts.forms import InviteForm, ProfileForm
from pilot_portal.accounts.middleware import MEMBERSHIP_KEY
from pilot_portal.accounts.models import Membership, Organisation
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles, signed_in
from pilot_portal.common.errors import Refused
from pilot_portal.common.text import whole

ADMINISTRATORS = ("institution_admin", "enterprise_admin")


@signed_in
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """我的账号."""
    user, refusal = request.actor.user, None
    first = {"name": user.name, "mobile": user.mobile or "", "email": user.email}
    form = ProfileForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_profile(user, **form.cleaned_data)
        except Refused as error:
            refusal = error
        else:
            messages.success(request, "账号信息已保存。")
            return redirect("accounts:profile")
    memberships = list(queries.live_memberships(user, clock.now()))
    context = {"form": form, "refusal": refusal, "memberships": memberships}
    status = refusal.status if refusal else (422 if form.is_bound else 200)
    return render(request, "accounts/profile.html", context, status=status)


@signed_in
@require_http_methods(["GET", "POST"])
def switch(request: HttpRequest) -> HttpResponse:
    """Choose in which body one acts."""
    at = clock.now()
    if request.method == "POST":
        chosen = whole(request.POST.get("membership")) or 0
        membership = operations.switched(request.actor.user, chosen, at=at)
        request.session[MEMBERSHIP_KEY] = membership.pk
        messages.success(request, f"已切换到{membership.organisation.name}。")
        return redirect("desk:home")
    memberships = list(queries.live_memberships(request.actor.user, at))
    return render(request, "accounts/switch.html", {"memberships": memberships})


def _own_body(request: HttpRequest) -> Organisation:
    body = request.actor.organisation
    if body is None:
        raise Http404
    return body


@for_roles(*ADMINISTRATORS)
@require_http_methods(["GET", "POST"])
def members(request: HttpRequest) -> HttpResponse:
    """The administrator's page: who stands in the body, inviting."""
    body, at, refusal = _own_body(request), clock.now(), None
    roles = list(operations.ROLES_OF[body.kind])[::-1]
    form = InviteForm(request.POST or None, roles=roles, initial={"role": roles[0].value})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            operations.invite(
                body,
                data["role"],
                by=request.actor,
                at=at,
                name=data["name"],
                mobile=data["mobile"],
                agent=form.agent(),
            )
        except Refused as error:
            refusal = error
        else:
            messages.success(request, "邀请已生成，请把网址或邀请码交给对方。")
            return redirect("accounts:members")
    context = {
        "body": body,
        "members": list(queries.members_of(body, at)),
        "invitations": list(queries.open_invitations(body, at)),
        "form": form,
        "refusal": refusal,
        "is_enterprise": body.kind == Organisation.Kind.ENTERPRISE,
    }
    status = refusal.status if refusal else (422 if form.is_bound else 200)
    return render(request, "accounts/members.html", context, status=status)


def _member(request: HttpRequest, pk: int) -> Membership:
    return get_object_or_404(queries.members_of(_own_body(request), clock.now()), pk=pk)


@for_roles(*ADMINISTRATORS)
@require_POST
def remove_member(request: HttpRequest, pk: int) -> HttpResponse:
    """End a member's membership."""
    try:
        operations.end_membership(_member(request, pk), by=request.actor, at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "已移除该成员，其登录已失效。")
    return redirect("accounts:members")


@for_roles(*ADMINISTRATORS)
@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the administration over to a member."""
    to = _member(request, pk)
    try:
        operations.hand_over(request.actor.membership, to, by=request.actor, at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("accounts:members")
    messages.success(request, f"管理员已移交给{to.user}。")
    return redirect("desk:home")


@for_roles(*ADMINISTRATORS)
@require_POST
def name_decider(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a member decide for the enterprise, or no longer."""
    may = request.POST.get("may_decide") == "1"
    operations.name_decider(_member(request, pk), may, by=request.actor)
    messages.success(request, "已保存。")
    return redirect("accounts:members")
