"""Invitations of firms: many at once, printed as slips, ticked as handed out, prolonged."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from demands import operations, queries
from demands.documents.slips import SLIPS, invitation_url, slip_words
from demands.queries.enterprises import county_invitations, in_progress, slip_sheets
from pilot_portal.accounts.actors import COUNTY
from pilot_portal.accounts.models import Invitation
from pilot_portal.accounts.operations import mark_delivered, renew_invitation
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Refused
from pilot_portal.common.text import wholes
from pilot_portal.documents.models import Paper
from pilot_portal.documents.operations import request_paper

PAGE = 30
SHEETS = 6
STATES = {"open": "待发放", "delivered": "已送达，待使用", "used": "已使用", "expired": "已过期"}


def _state(invitation: Invitation) -> dict[str, str]:
    if invitation.spent_at:
        return {"label": "已使用", "tone": "ok"}
    if invitation.expires_at <= clock.now():
        return {"label": "已过期", "tone": "bad"}
    return (
        {"label": "已送达", "tone": "info"}
        if invitation.delivered_at
        else {"label": "待发放", "tone": "wait"}
    )


@for_roles(*COUNTY)
@require_GET
def invitation_list(request: HttpRequest) -> HttpResponse:
    """Every invitation of the county's firms with where it stands, and the sheets of slips."""
    at, state = clock.now(), request.GET.get("state", "")
    rows = county_invitations(request.actor)
    page = Paginator(in_progress(rows, state, at), PAGE).get_page(request.GET.get("page"))
    counts = {key: in_progress(rows, key, at).order_by().count() for key in STATES}
    return render(
        request,
        "demands/county/invitations.html",
        {
            "page": page,
            "rows": [
                {
                    "invitation": found,
                    "state": _state(found),
                    "url": invitation_url(found),
                    "words": slip_words(found),
                    "is_open": found.spent_at is None,
                }
                for found in page.object_list
            ],
            "sheets": list(slip_sheets(request.actor)[:SHEETS]),
            "state": state if state in STATES else "",
            "stats": [
                {"count": counts[key], "label": label, "url": f"?state={key}", "current": state == key}
                for key, label in STATES.items()
            ],
        },
    )


@for_roles(*COUNTY)
@require_POST
def invite_many(request: HttpRequest) -> HttpResponse:
    """Invites the ticked firms: a sheet of slips."""
    keys = wholes(request.POST.getlist("firm"))
    firms = list(queries.visible_enterprises(request.actor).filter(pk__in=keys).order_by("name", "pk"))
    try:
        made = operations.make_slips(firms, by=request.actor, at=clock.now())
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("demands:county-enterprise-list")
    count = len(made.sheet.data["slips"])
    messages.success(
        request, f"已生成 {count} 家企业的邀请单 {made.sheet.number}，打印裁开后发放并登记送达。"
    )
    for name, why in made.left_out:
        messages.warning(request, f"{name}：{why}")
    return redirect("demands:county-invitation-list")


@for_roles(*COUNTY)
@require_POST
def print_slips(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet as PDF."""
    sheet = get_object_or_404(slip_sheets(request.actor), pk=pk)
    paper = request_paper(SLIPS, sheet, by=request.actor, at=clock.now())
    if paper.status == Paper.Status.DONE:
        return redirect("documents:download", key=paper.uuid)
    messages.info(request, "正在生成邀请单，完成后可在本页下载。")
    return redirect("documents:mine")


@for_roles(*COUNTY)
@require_POST
def delivered(request: HttpRequest) -> HttpResponse:
    """Ticks the slips that were handed out."""
    keys = wholes(request.POST.getlist("invitation"))
    rows = list(county_invitations(request.actor).filter(pk__in=keys))
    count = mark_delivered(rows, by=request.actor, at=clock.now())
    messages.success(request, f"已登记 {count} 份邀请送达。") if rows else messages.error(
        request, "请先勾选已经送达的邀请。"
    )
    return redirect(reverse("demands:county-invitation-list"))


@for_roles(*COUNTY)
@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Prolongs an invitation by 30 days from now; link and code stay the same."""
    found = get_object_or_404(county_invitations(request.actor), pk=pk)
    try:
        renew_invitation(found, by=request.actor, at=clock.now())
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"{found.organisation.name}的邀请已续期 30 天，邀请码不变。")
    return redirect("demands:county-invitation-list")
