"""What every template gets: the actor, the navigation, unread messages, banners."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from pilot_portal.accounts.actors import PUBLIC, Actor
from pilot_portal.accounts.queries import live_memberships
from pilot_portal.common import clock
from pilot_portal.desk.registry import nav_for
from pilot_portal.notifications.queries import unread_count

LARGE_TEXT_COOKIE = "large_text"


@dataclass(frozen=True)
class Place:
    """One link of the main navigation as it is drawn."""

    label: str
    url: str
    current: bool


def _places(request: HttpRequest, actor: Actor) -> list[Place]:
    items = nav_for(actor.role)
    addresses = {reverse(name): item for item in items for name in (item.url_name, *item.also)}
    # The longest address that begins the current one tells the current place.
    longest = max((url for url in addresses if request.path.startswith(url)), key=len, default="")
    here = addresses.get(longest)
    return [Place(item.label, reverse(item.url_name), item is here) for item in items]


def portal(request: HttpRequest) -> dict[str, Any]:
    """The context of every page. Evaluated before the template renders, so that rendering runs no query."""
    actor = getattr(request, "actor", PUBLIC)
    user = actor.user
    others = []
    if user:
        others = [
            m for m in live_memberships(user, clock.now()) if m.pk != getattr(actor.membership, "pk", None)
        ]
    return {
        "actor": actor,
        "nav": _places(request, actor),
        "unread": unread_count(user.pk) if user else 0,
        "other_memberships": others,
        "is_demo": settings.IS_DEMO,
        "site_name": "优质企业培育服务平台",
        "site_owner": "市工业和信息化局中小企业科",
        "text_size_class": "large-text" if request.COOKIES.get(LARGE_TEXT_COOKIE) == "1" else "",
    }
