"""The page that asks once more before a move: one pattern for all life cycles of the year's end."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from pilot_portal.common import clock
from pilot_portal.common.errors import Refused


def move_page(  # noqa: PLR0913 - everything that a confirming page shows and does
    request: HttpRequest,
    *,
    label: str,
    heading: str,
    form: Form,
    act: Callable[..., Any],
    values: Callable[[Form], dict[str, Any]],
    back: str,
    consequence: str = "",
    tone: str = "primary",
) -> HttpResponse:
    """Show the form; on a valid POST make the one act and go back. A refusal shows with everything typed."""
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            act(by=request.actor, at=clock.now(), **values(form))
        except Refused as error:
            refusal = error
        else:
            messages.success(request, f"已办理：{label}。")
            return redirect(back)
    context = {
        "move": {"label": label, "tone": tone},
        "form": form,
        "refusal": refusal,
        "consequence": consequence,
        "back_url": back,
        "heading": heading,
    }
    status = refusal.status if refusal else (422 if request.method == "POST" else 200)
    return render(request, "evaluation/confirm.html", context, status=status)


def post_of(request: HttpRequest) -> Any:
    """The POST data, or None on GET, so that an empty form is not bound."""
    return request.POST if request.method == "POST" else None


def everything(form: Form) -> dict[str, Any]:
    """All cleaned values, by their field names."""
    return dict(form.cleaned_data)


def nothing(_form: Form) -> dict[str, Any]:
    """No further values."""
    return {}
