"""Hiding a question that should not stand in public. County and city."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from demands import operations, queries
from demands.forms.staff import NoteForm
from demands.queries.questions import visible_questions
from pilot_portal.accounts.actors import CITY, COUNTY
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Refused


@for_roles(*COUNTY, *CITY)
@require_http_methods(["GET", "POST"])
def hide(request: HttpRequest, pk: int, ordinal: int) -> HttpResponse:
    """Asks for the reason, then hides question and answer; the reason is public."""
    found = get_object_or_404(queries.visible_demands(request.actor), pk=pk)
    question = get_object_or_404(visible_questions(request.actor, found), ordinal=ordinal)
    question.demand = found
    audience = "county" if request.actor.is_county else "city"
    back = reverse(f"demands:{audience}-demand", args=[pk])
    form, refusal, status = NoteForm(request.POST if request.method == "POST" else None), "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                operations.hide_question(
                    question, reason=form.cleaned_data["note"], by=request.actor, at=clock.now()
                )
            except NotAllowed:
                raise
            except Refused as refused:
                refusal, status = refused.message, refused.status
            else:
                messages.success(request, f"第 {ordinal} 问已隐去。")
                return redirect(back)
    return render(
        request,
        "demands/county/confirm.html",
        {
            "demand": found,
            "form": form,
            "refusal": refusal,
            "move": {"label": "隐去这一问", "tone": "danger"},
            "consequence": f"“{question.text}”及其答复不再公开，原处显示您写的理由。",
            "back_url": back,
        },
        status=status,
    )
