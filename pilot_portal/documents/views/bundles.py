"""Many papers as one .zip: what will be in it, what for."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from pilot_portal.accounts.actors import CITY, COUNTY
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.documents import operations
from pilot_portal.documents.forms import BundleForm
from pilot_portal.documents.registry import BUNDLES, SheetOrder
from pilot_portal.rounds.models import Round


@for_roles(*COUNTY, *CITY)
@require_http_methods(["GET", "POST"])
def bundle(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """Ask for a bundle of a round: a county's of its own unit, the city's of all. Unseen ones are 404."""
    bundle_kind = BUNDLES.get(kind)
    round_ = get_object_or_404(Round, code=code)
    actor = request.actor
    region = actor.organisation.region if actor.is_county else None
    if bundle_kind is None or not bundle_kind.may_see(actor, round_, region):
        raise Http404
    at = clock.now()
    folders = bundle_kind.folders(SheetOrder(round=round_, region=region, actor=actor, at=at))
    counts = [(folder.name, folder.subjects.count()) for folder in folders]
    total = sum(count for _name, count in counts)
    form = BundleForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if form.is_valid() and total:
            purpose = form.cleaned_data["purpose"]
            paper = operations.request_export(bundle_kind, round_, region, by=actor, at=at, purpose=purpose)
            messages.info(request, f"已开始生成“{paper.title}”，完成后可在本页下载。")
            return redirect("documents:mine")
        status = 422
    context = {
        "kind": bundle_kind,
        "round": round_,
        "region": region,
        "counts": counts,
        "total": total,
        "form": form,
    }
    return render(request, "documents/bundle.html", context, status=status)
