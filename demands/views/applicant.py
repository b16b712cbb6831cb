"""What a pilot institution does on a demand's public page: it asks."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from demands import operations, queries
from demands.forms.questions import QuestionForm
from demands.views.public import demand_page
from pilot_portal.accounts.actors import INSTITUTION
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Refused


@for_roles(*INSTITUTION)
@require_POST
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Asks; what was typed stays on the page when it is refused."""
    found = get_object_or_404(queries.published(), number=number.upper())
    form = QuestionForm(request.POST)
    refusal, status = "", 422
    if form.is_valid():
        try:
            operations.ask_question(found, form.cleaned_data["text"], by=request.actor, at=clock.now())
        except NotAllowed:
            raise
        except Refused as refused:
            status = refused.status
            refusal = "" if refused.problems else refused.message
            for problem in refused.problems:
                form.add_error(problem.field, problem.message)
        else:
            messages.success(request, "问题已发给企业，答复后在本页公开。")
            return redirect("demands:public-demand", number=found.number)
    return demand_page(request, found, question_form=form, refusal=refusal, status=status)
