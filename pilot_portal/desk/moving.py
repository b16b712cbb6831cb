"""The page that asks once more before a move: one pattern for every life cycle."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Refused
from pilot_portal.workflow.machine import Workflow
from pilot_portal.workflow.models import Case

Values = Callable[[Any], dict[str, Any]]


def everything(form: Any) -> dict[str, Any]:
    """All cleaned values, by their field names."""
    return dict(form.cleaned_data)


def nothing(_form: Any) -> dict[str, Any]:
    """No further values."""
    return {}


def post_of(request: HttpRequest) -> Any:
    """The POST data, or None on GET, so that an empty form is not bound."""
    return request.POST if request.method == "POST" else None


def act_page(  # noqa: PLR0913 - everything that a confirming page shows and does
    request: HttpRequest,
    *,
    label: str,
    heading: str,
    form: Form,
    act: Callable[..., Any],
    back: str,
    values: Values = everything,
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
    return render(request, "desk/confirm.html", context, status=status)


def move_page(  # noqa: PLR0913 - as act_page, with its case and life cycle
    request: HttpRequest,
    flow: Workflow,
    case: Case,
    name: str,
    *,
    act: Callable[..., Any],
    back: str,
    form: Form | None = None,
    values: Values = everything,
    heading: str = "",
    consequence: str = "",
) -> HttpResponse:
    """The page of one move of a case. Whoever may never make it is told so at once (403).

    `act(case, by=…, at=…, **values)` is the operation; without `form` an empty one is used.
    """
    move = flow.moves[name]
    if not move.who(request.actor, case):
        raise NotAllowed(f"您没有权限办理“{move.label}”。")
    return act_page(
        request,
        label=move.label,
        heading=f"{move.label} · {heading}" if heading else move.label,
        form=Form(post_of(request)) if form is None else form,
        act=partial(act, case),
        back=back,
        values=values,
        consequence=consequence,
        tone=move.tone,
    )


def press(
    request: HttpRequest, act: Callable[[], Any], *, back: str, done: str | Callable[[Any], str]
) -> HttpResponse:
    """A button without a page of its own: make the act, go back with a word on what came of it.

    A refusal is told on the page the user comes back to, where the state that caused it shows; only
    `NotAllowed` is left to become 403. `done` is the word on success, or makes it of what the act gave.
    """
    try:
        made = act()
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done(made) if callable(done) else done)
    return redirect(back)
