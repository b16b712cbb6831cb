"""The content security policy on every answer, and the net under refusals that no view caught."""

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pilot_portal.common.errors import NotAllowed, Refused, Stale

POLICY = "; ".join(  # noqa: FLY002 - one directive a line reads best
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
    ]
)


class ContentSecurityPolicy:
    """One policy for every page, demo and production alike."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the header; pages of signed-in people are never kept by shared caches."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response


class Refusals:
    """Turns a refusal that left a view into its page: 403, 409 or 422, with the sentence for the user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; an address with a NUL, which nobody types and no database takes, is no address (400)."""
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in the address")
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Anonymous people are asked to sign in first (GET); everybody else is told why."""
        if not isinstance(exception, Refused):
            return None
        if (
            isinstance(exception, NotAllowed)
            and not request.user.is_authenticated
            and request.method == "GET"
        ):
            return redirect_to_login(request.get_full_path())
        template = {NotAllowed.status: "403.html", Stale.status: "409.html"}.get(exception.status, "422.html")
        return render(request, template, {"refusal": exception}, status=exception.status)
