"""A firm's record: the county keeps it, grants titles, merges doubles, invites; others read it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from demands import operations, queries
from demands.forms.filters import SOON, code_choices
from demands.forms.staff import ReasonForm, RecordForm, RevokeTitleForm, TitleForm
from demands.models import Enterprise, Title
from demands.queries.enterprises import demand_counts, invitations_of, with_accounts
from demands.queries.firms import history_of, likely_doubles, merges_into, titles_of
from demands.rules.titles import holding
from demands.views.county.case import state_of
from pilot_portal.accounts.actors import COUNTY
from pilot_portal.codes.models import Chain, Tier
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.common.text import whole

READERS = ("city_handler", "city_chief", "leader", "auditor")
SHOWN_DEMANDS = 20
FIELDS = (
    *("name", "legal_representative", "contact", "phone", "size", "size_year", "industry", "in_library"),
    *("name_public", "name_public_proof", "key_link", "above_scale_since", "revision"),
)
YES_NO = {True: "yes", False: "no", None: ""}


def _initial(firm: Enterprise) -> dict[str, Any]:
    initial = {field: getattr(firm, field) for field in FIELDS}
    return initial | {
        "credit_code": firm.credit_code or "",
        "chain": firm.chain.code if firm.chain else "",
        "is_manufacturing": YES_NO[firm.is_manufacturing],
        "is_above_scale": YES_NO[firm.is_above_scale],
    }


def _firm(request: HttpRequest, pk: int) -> Enterprise:
    firms = with_accounts(queries.visible_enterprises(request.actor), clock.now())
    return get_object_or_404(firms, pk=pk)


def _title_rows(firm: Enterprise) -> list[dict[str, Any]]:
    """The titles with what has become of each by today."""
    day = clock.beijing(clock.now()).date()
    rows = []
    for title in titles_of(firm):
        if title.revoked_on:
            state = {"label": f"{title.revoked_on:%Y-%m-%d} 撤销", "tone": "bad"}
        elif not holding([(title.tier.code, title.expires_on, None)], day):
            state = {"label": "已到期", "tone": ""}
        elif title.expires_on and title.expires_on <= day + SOON:
            state = {"label": "即将到期", "tone": "wait"}
        else:
            state = {"label": "有效", "tone": "ok"}
        rows.append({"title": title, "state": state, "may_revoke": title.revoked_on is None})
    return rows


def _page(
    request: HttpRequest, firm: Enterprise, *, form: RecordForm, title_form: TitleForm, status: int
) -> HttpResponse:
    is_county = request.actor.is_county
    if not is_county:
        for field in form.fields.values():
            field.disabled = True
    demands = queries.visible_demands(request.actor).filter(enterprise=firm)
    doubles = likely_doubles(firm, queries.visible_enterprises(request.actor)) if is_county else []
    return render(
        request,
        "demands/county/enterprise.html",
        {
            "firm": firm,
            "form": form,
            "title_form": title_form,
            "may_edit": is_county,
            "titles": _title_rows(firm),
            "demands": [
                {
                    "demand": row,
                    "state": state_of(row),
                    "url": reverse("demands:county-demand", args=[row.pk]),
                    "kinds": " · ".join(kind.label for kind in row.kinds.all()),
                }
                for row in demands.order_by("-submitted_at", "-pk")[:SHOWN_DEMANDS]
            ],
            "doubles": [
                {
                    "firm": other,
                    "url": reverse("demands:county-enterprise-merge", args=[firm.pk]) + f"?with={other.pk}",
                }
                for other in doubles
            ],
            "merges": merges_into(firm) if is_county else [],
            "history": history_of(firm),
            "invitations": invitations_of(firm) if is_county else [],
            "at": clock.now(),
        },
        status=status,
    )


@for_roles(*COUNTY, readers=READERS)
@require_http_methods(["GET", "POST"])
def enterprise(request: HttpRequest, pk: int) -> HttpResponse:
    """A firm's record: the county keeps it, others read it."""
    firm = _firm(request, pk)
    posted = request.POST if request.method == "POST" else None
    form = RecordForm(posted, chains=code_choices(Chain), initial=_initial(firm))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                operations.save_record(
                    firm, form.cleaned_data, revision=form.seen, by=request.actor, at=clock.now()
                )
            except NotAllowed:
                raise
            except Refused as refused:
                for problem in refused.problems:
                    form.add_error(problem.field, problem.message)
                if not refused.problems:
                    form.add_error(None, refused.message)
                if isinstance(refused, Stale):
                    # What was typed stays; who has read the history may save it over the colleague's.
                    firm = _firm(request, pk)
                    form.data = form.data.copy()
                    form.data["revision"] = str(firm.revision)
                status = refused.status
            else:
                messages.success(request, "企业信息已保存。")
                return redirect("demands:county-enterprise", pk=pk)
    return _page(request, firm, form=form, title_form=TitleForm(tiers=code_choices(Tier)), status=status)


@for_roles(*COUNTY)
@require_POST
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Adds a dated title."""
    firm = _firm(request, pk)
    form = TitleForm(request.POST, tiers=code_choices(Tier))
    status = 422
    if form.is_valid():
        try:
            operations.grant_title(
                firm, operations.TitleGiven(**form.cleaned_data), by=request.actor, at=clock.now()
            )
        except NotAllowed:
            raise
        except Refused as refused:
            for problem in refused.problems:
                form.add_error(problem.field, problem.message)
            if not refused.problems:
                form.add_error(None, refused.message)
            status = refused.status
        else:
            messages.success(request, "称号已登记。")
            return redirect("demands:county-enterprise", pk=pk)
    record = RecordForm(chains=code_choices(Chain), initial=_initial(firm))
    return _page(request, firm, form=record, title_form=form, status=status)


@for_roles(*COUNTY)
@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, pk: int, title: int) -> HttpResponse:
    """A title was taken away: the day and why."""
    firm = _firm(request, pk)
    found = get_object_or_404(Title.objects.select_related("enterprise", "tier"), pk=title, enterprise=firm)
    form = RevokeTitleForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        operations.revoke_title(found, **form.cleaned_data, by=request.actor, at=clock.now())

    return _asked(
        request,
        firm,
        form,
        act,
        said="称号已标为撤销。",
        words={
            "title": f"撤销称号 {found.tier.label}",
            "move": {"label": "撤销称号", "tone": "danger"},
            "consequence": "称号保留在企业记录中，标明撤销日期；从该日起不再计入企业现状。",
        },
    )


def _asked(
    request: HttpRequest, firm: Enterprise, form: Any, act: Any, *, said: str, words: dict[str, Any]
) -> HttpResponse:
    """The page that asks once more, and the act when it was answered."""
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                act()
            except NotAllowed:
                raise
            except Refused as refused:
                status = refused.status
                for problem in refused.problems:
                    form.add_error(problem.field if problem.field in form.fields else None, problem.message)
                refusal = "" if refused.problems else refused.message
            else:
                messages.success(request, said)
                return redirect("demands:county-enterprise", pk=firm.pk)
    context = {"firm": firm, "form": form, "refusal": refusal} | words
    context["back_url"] = reverse("demands:county-enterprise", args=[firm.pk])
    return render(request, "demands/county/record_act.html", context, status=status)


@for_roles(*COUNTY)
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Merges another record of the same firm into this one: both side by side, the reason."""
    firm = _firm(request, pk)
    chosen = whole(request.GET.get("with"))
    if chosen is None:
        return redirect("demands:county-enterprise", pk=pk)
    other = _firm(request, chosen)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        operations.merge_records(
            firm, other, reason=form.cleaned_data["reason"], by=request.actor, at=clock.now()
        )

    counts = demand_counts([firm, other])
    return _asked(
        request,
        firm,
        form,
        act,
        said=f"已将“{other.name}”并入本记录。",
        words={
            "title": "合并重复的企业记录",
            "pair": [
                {
                    "firm": found,
                    "role": role,
                    "titles": "；".join(
                        f"{title.tier.label} {title.granted_on or ''}" for title in titles_of(found)
                    ),
                    "demands": counts.get(found.pk, 0),
                }
                for found, role in ((firm, "保留"), (other, "并入"))
            ],
            "swap_url": reverse("demands:county-enterprise-merge", args=[other.pk]) + f"?with={firm.pk}",
            "move": {"label": "合并", "tone": "danger"},
            "consequence": f"“{other.name}”的需求、合同、称号归到“{firm.name}”，"
            "保留的记录没有填的信息从并入的记录补上；并入的记录不再显示。合并可以撤销。",
        },
    )


@for_roles(*COUNTY)
@require_http_methods(["GET", "POST"])
def part(request: HttpRequest, pk: int, merged: int) -> HttpResponse:
    """Parts two records that were merged."""
    firm = _firm(request, pk)
    merges = {found.pk: found for found in merges_into(firm)}
    found = merges.get(merged)
    if found is None:
        messages.error(request, "这次合并已经撤销。")
        return redirect("demands:county-enterprise", pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        operations.undo_merge(found, reason=form.cleaned_data["reason"], by=request.actor, at=clock.now())

    return _asked(
        request,
        firm,
        form,
        act,
        said=f"已撤销合并，“{found.merged.name}”恢复为单独的记录。",
        words={
            "title": f"撤销与“{found.merged.name}”的合并",
            "move": {"label": "撤销合并", "tone": "danger"},
            "consequence": "合并时移过来的需求、合同、称号移回去；合并之后新办的留在本记录。",
        },
    )


@for_roles(*COUNTY)
@require_POST
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Invites the firm's contact: a link and a short code to hand out, valid 30 days."""
    firm = _firm(request, pk)
    try:
        made = operations.invite_enterprise(firm, by=request.actor, at=clock.now())
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"已生成邀请，短码 {made.code}，请交给企业联系人。")
    return redirect("demands:county-enterprise", pk=pk)
