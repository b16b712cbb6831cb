"""长辈版: larger text, kept in a cookie."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from pilot_portal.desk.context import LARGE_TEXT_COOKIE

YEAR_SECONDS = 365 * 24 * 3600


@require_safe
def text_size(request: HttpRequest, size: str) -> HttpResponse:
    """Choose the usual or the larger text, and go back where one came from."""
    back = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = redirect(back if safe else "bulletin:home")
    if size == "large":
        response.set_cookie(
            LARGE_TEXT_COOKIE,
            "1",
            max_age=YEAR_SECONDS,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(LARGE_TEXT_COOKIE)
    return response
