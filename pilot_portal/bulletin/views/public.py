"""The public site: home, notices, help."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from pilot_portal.bulletin import faces, queries
from pilot_portal.bulletin.registry import EXTRAS, blocks
from pilot_portal.common import clock


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the pilot is, figures and lists of the apps, the newest notices."""
    at = clock.now()
    shown = [{"template": block.template, "context": block.provider(at)} for block in blocks()]
    return render(request, "bulletin/home.html", {"blocks": shown, "notices": list(queries.listed()[:8])})


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """All publications."""
    page = Paginator(queries.listed(), 20).get_page(request.GET.get("page"))
    return render(request, "bulletin/notices.html", {"page": page, "notices": list(page.object_list)})


@require_safe
def notice(request: HttpRequest, number: str) -> HttpResponse:
    """One publication, as frozen."""
    found = get_object_or_404(queries.published(), number=number)
    extra = EXTRAS.get(found.kind)
    later = extra.later(found) if extra else {}
    context = {"notice": found, "files": extra.files(found) if extra else []}
    context |= queries.editions_beside(found) | faces.table_of(found, later)
    return render(request, "bulletin/notice.html", context)


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """使用帮助."""
    return render(request, "pages/help.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """无障碍说明."""
    return render(request, "pages/accessibility.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """个人信息保护."""
    return render(request, "pages/privacy.html")
