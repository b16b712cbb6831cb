"""Coming in: registering a body, spending an invitation."""

from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pilot_portal.accounts import operations
from pilot_portal.accounts.forms import CodeForm, PersonForm, RegisterForm
from pilot_portal.accounts.middleware import MEMBERSHIP_KEY
from pilot_portal.accounts.models import Membership
from pilot_portal.common import clock
from pilot_portal.common.errors import Refused

BACKEND = "pilot_portal.accounts.backends.MobileOrNameBackend"


def _enter(request: HttpRequest, membership: Membership) -> HttpResponse:
    login(request, membership.user, backend=BACKEND)
    request.session[MEMBERSHIP_KEY] = membership.pk
    return redirect("desk:home")


@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """A service institution or an enterprise registers itself by its credit code."""
    form, refusal = RegisterForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            membership = operations.register(form.body(), form.person(), at=clock.now())
        except Refused as error:
            refusal = error
        else:
            messages.success(request, f"{membership.organisation.name}已注册，您是管理员。")
            return _enter(request, membership)
    status = refusal.status if refusal else (422 if form.is_bound else 200)
    return render(request, "accounts/register.html", {"form": form, "refusal": refusal}, status=status)


@require_http_methods(["GET", "POST"])
def invitation_code(request: HttpRequest) -> HttpResponse:
    """The short code of a slip leads to the invitation."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = operations.find_invitation(form.cleaned_data["code"])
        if found is not None:
            return redirect("accounts:invitation", secret=found.secret)
        form.add_error("code", "没有这个邀请码，请核对后再输入。")
    status = 422 if form.is_bound else 200
    return render(request, "accounts/invitation_code.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """An invitation: opened by GET (a link preview spends nothing), spent by POST alone."""
    found = operations.find_invitation(secret)
    if found is None:
        raise Http404
    at, user = clock.now(), request.actor.user
    first = {"name": found.name, "mobile": found.mobile}
    form = None if user else PersonForm(request.POST or None, initial=first)
    refusal = None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            if user:
                membership = operations.accept_invitation(found, user, at=at)
            else:
                membership = operations.accept_as_new(found, form.person(), at=at)
        except Refused as error:
            refusal = error
        else:
            messages.success(request, f"您已加入{membership.organisation.name}。")
            return _enter(request, membership)
    is_open = found.spent_at is None and found.expires_at > at
    context = {"invitation": found, "form": form, "refusal": refusal, "is_open": is_open}
    status = refusal.status if refusal else (422 if form is not None and form.is_bound else 200)
    return render(request, "accounts/invitation.html", context, status=status)
