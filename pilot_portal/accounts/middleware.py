"""Puts the actor on every request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from pilot_portal.accounts.actors import PUBLIC, Actor
from pilot_portal.accounts.queries import actor_for
from pilot_portal.common import clock

MEMBERSHIP_KEY = "membership"


def _actor(request: HttpRequest) -> Actor:
    if not request.user.is_authenticated:
        return PUBLIC
    return actor_for(request.user, request.session.get(MEMBERSHIP_KEY), clock.now())


class CurrentActor:
    """`request.actor`: who stands before the page; read from the database only when asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Attach a lazy actor."""
        request.actor = SimpleLazyObject(lambda: _actor(request))
        return self.get_response(request)
