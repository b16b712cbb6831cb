"""What the county's and the city's pages share: one case, one confirming page for each move."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from institutions import queries
from institutions.models import Application
from institutions.rules.comparison import differences
from institutions.workflow import APPLICATION
from pilot_portal.common import clock
from pilot_portal.common.errors import Refused
from pilot_portal.documents.queries import papers_of
from pilot_portal.workflow.queries import timeline

TABS = {"content": "申报内容", "changes": "与上次对比", "files": "附件", "checklist": "核对清单"}
Values = Callable[[Any], dict[str, Any]]


def case_context(request: HttpRequest, application: Application, base: str) -> dict[str, Any]:
    """Everything the case page shows of one application (look/2-county-review)."""
    versions = queries.versions_of(application)
    current = versions[-1] if versions else None
    parts = queries.sections_for(application.round)
    changed = differences(versions[-2].data, current.data, parts) if current and len(versions) > 1 else []
    files = queries.file_rows(queries.CASE_TYPE, application.pk)
    tab = request.GET.get("tab", "content")
    counts = {"changes": len(changed), "files": len(files)}
    return {
        "application": application,
        "current": current,
        "again": len(versions) if len(versions) > 1 else 0,
        "state": {
            "label": application.get_state_display(),
            "tone": APPLICATION.tones.get(application.state, ""),
        },
        "tabs": [
            {
                "label": f"{label}（{counts[key]}）" if counts.get(key) else label,
                "url": f"?tab={key}",
                "current": key == tab,
            }
            for key, label in TABS.items()
        ],
        "tab": tab if tab in TABS else "content",
        "parts": queries.shown_sections(current, parts) if current else [],
        "changed": changed,
        "first": versions[-2] if len(versions) > 1 else None,
        "files": files,
        "hints": queries.hints_for(application, current) if current else [],
        "entries": timeline(queries.CASE_TYPE, application.pk),
        "papers": list(papers_of(["application-set", "receipt"], current.pk)) if current else [],
        "moves": [
            {"label": m.label, "tone": m.tone, "url": f"{base}{application.number}/{m.name}/"}
            for m in APPLICATION.moves_open_to(request.actor, application)
        ],
        "base": base,
    }


def move_page(  # noqa: PLR0913 - everything that a confirming page shows and does
    request: HttpRequest,
    *,
    label: str,
    heading: str,
    form: Form,
    act: Callable[..., Any],
    values: Values,
    back: str,
    consequence: str = "",
    tone: str = "primary",
) -> HttpResponse:
    """Show the form; on a valid POST make the one act and go back. A refusal shows with everything typed."""
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            act(by=request.actor, at=clock.now(), **values(form))
        except Refused as error:
            refusal = error
        else:
            messages.success(request, f"已办理：{label}。")
            return redirect(back)
    context = {
        "move": {"label": label, "tone": tone},
        "form": form,
        "refusal": refusal,
        "consequence": consequence,
        "back_url": back,
        "heading": heading,
    }
    status = refusal.status if refusal else (422 if request.method == "POST" else 200)
    return render(request, "institutions/confirm.html", context, status=status)


def post_of(request: HttpRequest) -> Any:
    """The POST data, or None on GET, so that an empty form is not bound."""
    return request.POST if request.method == "POST" else None


def everything(form: Any) -> dict[str, Any]:
    """All cleaned values, by their field names."""
    return dict(form.cleaned_data)


def nothing(_form: Any) -> dict[str, Any]:
    """No further values."""
    return {}


def return_values(form: Any) -> dict[str, Any]:
    """A return's note and its notes by section."""
    return {"note": form.cleaned_data["note"], "sections": form.notes()}
