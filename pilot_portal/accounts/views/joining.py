"""Coming in: registering a body, spending an invitation."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth import login
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from pilot_portal.accounts import operations
from pilot_portal.accounts.forms import CodeForm, PersonForm, RegisterForm
from pilot_portal.accounts.middleware import MEMBERSHIP_KEY
from pilot_portal.accounts.models import Membership
from pilot_portal.common import clock
from pilot_portal.common.errors import Refused

BACKEND = "pilot_portal.accounts.backends.MobileOrNameBackend"
# Wrong codes in ten minutes: from one address (or by one person who is signed in), and in all. When somebody
# guesses from many addresses, each is given few; nobody is shut out who has not guessed himself.
WINDOW = 600
MOST_WRONG, MOST_WRONG_IN_ALL, FEW_WRONG = 10, 200, 3
# A link's own secret is far longer and is not guessed.
LONGEST_CODE = 20
TOO_MANY = "邀请码错误次数过多，请 10 分钟后再试；邀请单上的二维码和链接不受影响。"


def _enter(request: HttpRequest, membership: Membership) -> HttpResponse:
    login(request, membership.user, backend=BACKEND)
    request.session[MEMBERSHIP_KEY] = membership.pk
    return redirect("desk:home")


@require_http_methods(["GET", "HEAD", "POST"])
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
    context = {"form": form, "refusal": refusal}
    if isinstance(refusal, operations.Unattended):
        address = reverse("accounts:invitation-code")
        context["problems"] = [{"message": "输入邀请单上的邀请码", "url": address}]
    return render(request, "accounts/register.html", context, status=status)


def _counters(request: HttpRequest) -> tuple[str, str]:
    """The counter of who asks and that of all; new ones every ten minutes."""
    user, window = request.actor.user, int(clock.now().timestamp()) // WINDOW
    who = f"user:{user.pk}" if user else get_adapter(request).get_client_ip(request)
    return f"invitation-code:{who}:{window}", f"invitation-code:{window}"


def _guesses(request: HttpRequest) -> bool:
    """Whether who asks has typed too many wrong codes."""
    own, everybody = (cache.get(key, 0) for key in _counters(request))
    return own >= (FEW_WRONG if everybody >= MOST_WRONG_IN_ALL else MOST_WRONG)


def _count_wrong(request: HttpRequest) -> None:
    for key in _counters(request):
        if not cache.add(key, 1, 2 * WINDOW):
            try:
                cache.incr(key)
            except ValueError:  # thrown out in between
                continue


@require_http_methods(["GET", "HEAD", "POST"])
def invitation_code(request: HttpRequest) -> HttpResponse:
    """The short code of a slip leads to the invitation; not to be found by trying."""
    form = CodeForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        if _guesses(request):
            form.add_error("code", TOO_MANY)
            status = 429
        elif (found := operations.find_invitation(form.cleaned_data["code"])) is not None:
            return redirect("accounts:invitation", secret=found.secret)
        else:
            _count_wrong(request)
            form.add_error("code", "没有这个邀请码，请核对后再输入。")
    return render(request, "accounts/invitation_code.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """An invitation: opened by GET (a link preview spends nothing), spent by POST alone."""
    is_code = len(secret) <= LONGEST_CODE
    if is_code and _guesses(request):
        form = CodeForm({"code": secret})
        form.add_error("code", TOO_MANY)
        return render(request, "accounts/invitation_code.html", {"form": form}, status=429)
    found = operations.find_invitation(secret)
    if found is None:
        if is_code:
            _count_wrong(request)
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
