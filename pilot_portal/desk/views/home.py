"""The home of everyone who signed in: what is to be done, by role."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pilot_portal.common import clock
from pilot_portal.common.audience import signed_in
from pilot_portal.desk.registry import Todo, cards_for
from pilot_portal.notifications.queries import inbox


def shown(todo: Todo) -> dict[str, object]:
    """A line of a card as the component takes it."""
    return {
        "count": todo.count,
        "label": todo.title,
        "note": todo.detail,
        "url": todo.path,
        "action": todo.act,
    }


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Cards with work to do, and the newest messages."""
    at = clock.now()
    cards = [(card, card.provider(request.actor, at)) for card in cards_for(request.actor.role)]
    busy = [(card, todos) for card, todos in cards if todos]
    return render(
        request,
        "desk/home.html",
        {
            "cards": [(card, [shown(todo) for todo in todos]) for card, todos in busy],
            "news": list(inbox(request.user.pk)[:6]),
            "may_manage_members": request.actor.role in {"institution_admin", "enterprise_admin"},
        },
    )
