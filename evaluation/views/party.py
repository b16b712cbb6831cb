"""What institutions and enterprises alike read: the decisions on sanctions against their own body."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from evaluation import queries
from evaluation.workflow import SANCTION
from pilot_portal.common.audience import for_roles

PARTIES = ("institution_admin", "institution_member", "enterprise_admin", "enterprise_member")


@for_roles(*PARTIES)
@require_GET
def decisions(request: HttpRequest) -> HttpResponse:
    """处理决定: what was decided against one's own body, with the letter."""
    page = Paginator(queries.decided_against(request.actor).order_by("-pk"), 20)
    shown = page.get_page(request.GET.get("page"))
    rows = list(shown.object_list)
    entries = queries.decisions_of(rows)
    context = {
        "page": shown,
        "rows": [
            {
                "sanction": row,
                "state": {"label": row.get_state_display(), "tone": SANCTION.tones.get(row.state, "")},
                "entry": entries.get(row.pk),
            }
            for row in rows
        ],
    }
    return render(request, "evaluation/party/decisions.html", context)
