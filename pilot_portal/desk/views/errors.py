"""Error pages that Django asks for by name."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old: say so instead of frightening."""
    return render(request, "403_csrf.html", {"reason": reason}, status=403)
