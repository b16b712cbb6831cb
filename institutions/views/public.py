"""The public pages of the pilot institutions."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from institutions import queries
from institutions.workflow import PILOT
from pilot_portal.codes.models import ServiceKind
from pilot_portal.regions.queries import active_regions


@require_safe
def pilot_list(request: HttpRequest) -> HttpResponse:
    """试点机构: by county and kind; who left stays visible, marked."""
    found = queries.public_pilots().prefetch_related("kinds")
    region, kind = request.GET.get("region", ""), request.GET.get("kind", "")
    if region:
        found = found.filter(region__code=region)
    if kind:
        found = found.filter(kinds__code=kind)
    page = Paginator(found.order_by("-round__year", "region__position", "pk"), 20)
    shown = page.get_page(request.GET.get("page"))
    rows = [
        {
            "pilot": pilot,
            "kinds": [k.label for k in sorted(pilot.kinds.all(), key=lambda k: k.position)],
            "state": {"label": pilot.get_state_display(), "tone": PILOT.tones.get(pilot.state, "")},
        }
        for pilot in shown.object_list
    ]
    context = {
        "rows": rows,
        "page": shown,
        "regions": list(active_regions()),
        "kinds": list(ServiceKind.objects.order_by("position")),
        "region": region,
        "kind": kind,
    }
    return render(request, "institutions/public/list.html", context)


@require_safe
def pilot_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One pilot institution: what it offers; no contact but the service line it publishes by consent."""
    pilot = get_object_or_404(queries.public_pilots().prefetch_related("kinds"), pk=pk)
    context = {
        "pilot": pilot,
        "kinds": [k.label for k in sorted(pilot.kinds.all(), key=lambda k: k.position)],
        "state": {"label": pilot.get_state_display(), "tone": PILOT.tones.get(pilot.state, "")},
    }
    return render(request, "institutions/public/detail.html", context)
