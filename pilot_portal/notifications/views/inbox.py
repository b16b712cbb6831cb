"""The inbox: everyone who signed in sees his own."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from pilot_portal.common import clock
from pilot_portal.common.audience import signed_in
from pilot_portal.notifications import queries
from pilot_portal.notifications.operations import mark_read


@signed_in
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """A page of the person's messages, newest first."""
    page = Paginator(queries.inbox(request.user.pk), 20).get_page(request.GET.get("page"))
    messages = list(page.object_list)
    return render(request, "notifications/inbox.html", {"page": page, "messages_list": messages})


@signed_in
@require_GET
def open_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a message as read and go where it points."""
    message = get_object_or_404(queries.inbox(request.user.pk), pk=pk)
    mark_read(request.user.pk, [pk], at=clock.now())
    return redirect(message.path or "notifications:inbox")


@signed_in
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all messages as read."""
    mark_read(request.user.pk, None, at=clock.now())
    return redirect("notifications:inbox")
