"""Who stands before a page: the decorator of every view that is not public."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from pilot_portal.common.errors import NotAllowed

V = TypeVar("V", bound=Callable[..., HttpResponse])


def for_roles(*roles: str, readers: tuple[str, ...] = ()) -> Callable[[V], V]:
    """Only these roles see the page; `readers` (leader, auditor) by GET only.

    Anonymous: sign-in on GET, 403 on POST. Signed in with another role: 403. Whether the *object* is visible
    is the view's to ask of `visible_to(actor)` (404).
    """

    def decorate(view: V) -> V:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            role = request.actor.role  # type: ignore[attr-defined]  # put there by CurrentActor
            if role in roles or (role in readers and request.method in {"GET", "HEAD"}):
                return view(request, *args, **kwargs)
            if role == "public" and request.method in {"GET", "HEAD"}:
                return redirect_to_login(request.get_full_path())
            raise NotAllowed("您的身份不能使用这一页面；如有多个单位身份，请先切换。")

        guarded.roles = roles  # type: ignore[attr-defined]
        return cast("V", guarded)

    return decorate


def signed_in(view: V) -> V:
    """Everyone who signed in, whatever the role. Anonymous: sign-in on GET, 403 on POST."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method in {"GET", "HEAD"}:
            return redirect_to_login(request.get_full_path())
        raise NotAllowed("请先登录。")

    return cast("V", guarded)
