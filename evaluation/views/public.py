"""The public page of results: ranking and progress of a round whose results are published."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evaluation import queries


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """评价结果: the published evaluations and awards, newest round first."""
    return render(request, "evaluation/public/results.html", {"rounds": queries.published_rounds()})
