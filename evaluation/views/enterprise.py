"""The enterprise's pages: rating services, confirming results."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from evaluation import queries
from evaluation.forms import FollowUpForm, NoteForm, RatingForm
from evaluation.models import Questionnaire
from evaluation.operations import results, satisfaction
from evaluation.rules import DIMENSIONS
from evaluation.workflow import QUESTIONNAIRE, RESULT
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.desk.moving import move_page, nothing, post_of
from pilot_portal.rounds.models import Stage
from pilot_portal.rounds.queries import deadline

ENTERPRISE = ("enterprise_admin", "enterprise_member")


@for_roles(*ENTERPRISE)
@require_GET
def ratings(request: HttpRequest) -> HttpResponse:
    """满意度评价: the questionnaires of one's own firm."""
    found = queries.open_ones_first(queries.visible_questionnaires(request.actor))
    page = Paginator(found, 20).get_page(request.GET.get("page"))
    return render(
        request, "evaluation/enterprise/ratings.html", {"rows": list(page.object_list), "page": page}
    )


@for_roles(*ENTERPRISE)
@require_http_methods(["GET", "POST"])
def rating(request: HttpRequest, pk: int) -> HttpResponse:
    """One questionnaire: answer it once; afterwards as answered, with the follow-up.

    Whoever comes too late is told why (409) above all that he typed.
    """
    row = get_object_or_404(queries.visible_questionnaires(request.actor), pk=pk)
    at, refusal = clock.now(), None
    if request.method == "POST" and not QUESTIONNAIRE.moves["answer"].who(request.actor, row):
        raise NotAllowed("由贵企业管理员（或其指定的经办人）评价。")
    closed = satisfaction.why_not_now(row, at=at)
    form = RatingForm(post_of(request)) if request.method == "POST" or not closed else None
    if request.method == "POST" and closed:
        refusal = Stale(f"评价未能提交：{closed}您填写的内容还在下面。")
    elif form is not None and form.is_valid():
        data = form.cleaned_data
        try:
            satisfaction.answer(
                row,
                form.answers(),
                reasons=form.reasons(),
                would_continue=data["would_continue"] == "1",
                comment=data["comment"],
                comment_public=data["comment_public"],
                by=request.actor,
                at=at,
            )
        except Refused as error:
            refusal = error
        else:
            messages.success(request, "评价已提交，谢谢。")
            return redirect("evaluation:enterprise-ratings")
    context = {
        "row": row,
        "form": form,
        "marks": [form[key] for key in DIMENSIONS] if form else [],
        "pairs": [(form[key], form[f"reason_{key}"]) for key in DIMENSIONS] if form else [],
        "answers": [
            (label, row.answers.get(key), row.reasons.get(key, "")) for key, label in DIMENSIONS.items()
        ],
        "refusal": refusal,
        "closed": closed,
        "is_open": row.state == Questionnaire.State.OPEN,
        "deadline": deadline(row.round, Stage.Kind.SATISFACTION, at=at),
        "may_answer": QUESTIONNAIRE.moves["answer"].who(request.actor, row),
        "may_follow_up": QUESTIONNAIRE.may(request.actor, row, "follow_up"),
    }
    status = refusal.status if refusal else (422 if request.method == "POST" else 200)
    return render(request, "evaluation/enterprise/rating.html", context, status=status)


@for_roles(*ENTERPRISE)
@require_http_methods(["GET", "POST"])
def follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """One follow-up."""
    row = get_object_or_404(queries.visible_questionnaires(request.actor), pk=pk)
    return move_page(
        request,
        QUESTIONNAIRE,
        row,
        "follow_up",
        form=FollowUpForm(post_of(request)),
        act=satisfaction.follow_up,
        back=f"/my/ratings/{row.pk}/",
        heading=row.engagement.title,
        consequence="只能追评一次，评分不变。",
    )


@for_roles(*ENTERPRISE)
@require_GET
def result_list(request: HttpRequest) -> HttpResponse:
    """培育成果 that institutions claim of this firm."""
    page = Paginator(queries.visible_results(request.actor).order_by("-pk"), 20).get_page(
        request.GET.get("page")
    )
    shown = [(row, RESULT.moves_open_to(request.actor, row)) for row in page.object_list]
    return render(request, "evaluation/enterprise/results.html", {"rows": shown, "page": page})


@for_roles(*ENTERPRISE)
@require_http_methods(["GET", "POST"])
def result_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The firm confirms a result."""
    row = get_object_or_404(queries.visible_results(request.actor), pk=pk)
    return move_page(
        request,
        RESULT,
        row,
        "enterprise_confirm",
        act=results.enterprise_confirm,
        values=nothing,
        back="/my/results/",
        heading=row.tier.label,
        consequence=f"{row.pilot.organisation.name}申报：贵企业于 {row.reached_on} 获“{row.tier.label}”。"
        f"成果份额：{row.shares_in_words or row.pilot.organisation.name}。",
    )


@for_roles(*ENTERPRISE)
@require_http_methods(["GET", "POST"])
def result_deny(request: HttpRequest, pk: int) -> HttpResponse:
    """The firm denies a result."""
    row = get_object_or_404(queries.visible_results(request.actor), pk=pk)
    return move_page(
        request,
        RESULT,
        row,
        "deny",
        form=NoteForm(post_of(request)),
        act=results.deny,
        back="/my/results/",
        heading=row.tier.label,
    )
