"""The pages of a contract for both its parties: the institution and the enterprise."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from matching import policies, queries
from matching.forms import ContractForm, LogForm, NoteForm, SignForm, SplitForm
from matching.models import Engagement
from matching.operations import choosing, engagements, files
from matching.rules import yuan
from matching.workflow import ENGAGEMENT
from pilot_portal.common import clock
from pilot_portal.common.audience import for_roles
from pilot_portal.common.errors import Refused
from pilot_portal.desk.moving import move_page, nothing, post_of, press
from pilot_portal.rounds.queries import Deadline, setting
from pilot_portal.workflow.queries import timeline

PARTIES = ("institution_admin", "institution_member", "enterprise_admin", "enterprise_member")
PAGES = {
    "sign": "sign/",
    "start_service": "start-service/",
    "deliver": "deliver/",
    "accept": "accept/",
    "dispute": "dispute/",
    "resume": "resume/",
    "settle": "settle/",
    "give_up": "give-up/",
}


def address(engagement: Engagement) -> str:
    """The page of a contract for its parties."""
    return f"/my/engagements/{engagement.number}/"


def facts(engagement: Engagement, *, at: Any) -> dict[str, Any]:
    """What every page of a contract shows, whoever looks."""
    limit = {
        Engagement.State.AGREED: ("签约截止", engagement.sign_until),
        Engagement.State.DELIVERED: ("验收截止", engagement.accept_until),
    }.get(Engagement.State(engagement.state))
    return {
        "engagement": engagement,
        "state": {
            "label": engagement.get_state_display(),
            "tone": ENGAGEMENT.tones.get(engagement.state, ""),
        },
        "kinds": [kind.label for kind in engagement.kinds.all()],
        "price": queries.price_of(engagement, has_actual=engagement.actual_list_price_fen is not None),
        "has_actual": engagement.actual_list_price_fen is not None,
        "logs": list(queries.logs_of(engagement)),
        "files": queries.file_rows(engagement),
        "entries": timeline("matching.engagement", engagement.pk),
        "deadline": Deadline(limit[0], at, limit[1], at) if limit and limit[1] else None,
    }


@for_roles(*PARTIES)
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """我的服务: the contracts of one's own body."""
    found = queries.visible_engagements(request.actor).order_by("-pk")
    page = Paginator(found, 20).get_page(request.GET.get("page"))
    context = {"engagements": list(page.object_list), "page": page}
    return render(request, "matching/party/engagements.html", context)


def _own(request: HttpRequest, number: str) -> Engagement:
    return get_object_or_404(queries.visible_engagements(request.actor), number=number)


@for_roles(*PARTIES)
@require_GET
def engagement_page(request: HttpRequest, number: str) -> HttpResponse:
    """One contract: parties with their contacts, price, log, files, what can be done."""
    engagement = _own(request, number)
    moves = [
        {"label": move.label, "tone": move.tone, "url": address(engagement) + PAGES[move.name]}
        for move in ENGAGEMENT.moves_open_to(request.actor, engagement)
        if move.name in PAGES and (move.name != "sign" or engagement.institution_signed_at)
    ]
    context = facts(engagement, at=clock.now()) | {
        "moves": moves,
        "contacts": queries.contacts_of(engagement),
        "may_prepare": engagement.state == Engagement.State.AGREED
        and policies.is_provider_admin(request.actor, engagement),
        "may_upload": engagement.state not in choosing.ENDED
        and policies.is_provider(request.actor, engagement),
        "purposes": [
            {"code": code, "label": label}
            for code, label in queries.PURPOSES.items()
            if code != engagements.CONTRACT or engagement.state == Engagement.State.AGREED
        ],
        "may_log": engagement.state == Engagement.State.IN_SERVICE
        and policies.is_provider(request.actor, engagement),
    }
    return render(request, "matching/party/engagement.html", context)


def _in_yuan(engagement: Engagement) -> dict[str, str]:
    columns = ("list_price_fen", "concession_fen", "enterprise_fen", "government_fen")
    return {column: yuan(getattr(engagement, column)) for column in columns}


@for_roles("institution_admin")
@require_http_methods(["GET", "POST"])
def contract(request: HttpRequest, number: str) -> HttpResponse:
    """The institution lays down the contract for the enterprise to confirm."""
    engagement, at = _own(request, number), clock.now()
    first = _in_yuan(engagement) | {
        "payment": engagement.payment,
        "signed_on": engagement.signed_on,
        "starts_on": engagement.starts_on,
        "ends_on": engagement.ends_on,
    }
    government_on = setting(engagement.round, "government_share_on", at=at)
    form = ContractForm(
        request.POST or None, request.FILES or None, initial=first, government_on=government_on
    )
    refusal = None
    if request.method == "POST":
        upload = request.FILES.get("contract")
        try:
            if upload:
                files.add_file(engagement, upload, purpose=engagements.CONTRACT, by=request.actor, at=at)
            if form.is_valid():
                engagements.prepare_contract(engagement, form.contract_data(), by=request.actor, at=at)
                messages.success(request, "合同已提交，等待企业确认签约。")
                return redirect("matching:party-engagement", number=number)
        except Refused as error:
            refusal = error
    context = {
        "engagement": engagement,
        "form": form,
        "refusal": refusal,
        "files": queries.file_rows(engagement, engagements.CONTRACT),
        "back_url": address(engagement),
    }
    status = refusal.status if refusal else (422 if form.is_bound else 200)
    return render(request, "matching/party/contract.html", context, status=status)


@for_roles("institution_admin", "institution_member")
@require_http_methods(["GET", "POST"])
def log(request: HttpRequest, number: str) -> HttpResponse:
    """Add an entry to the service log, with a proof where there is one."""
    engagement, at = _own(request, number), clock.now()
    form = LogForm(request.POST or None, initial=LogForm.first(clock.beijing_date(at)))
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            engagements.log_service(engagement, **form.cleaned_data, by=request.actor, at=at)
        except Refused as error:
            refusal = error
        else:
            messages.success(request, "服务记录已保存。")
            return redirect("matching:party-engagement", number=number)
    context = {"engagement": engagement, "form": form, "refusal": refusal, "back_url": address(engagement)}
    status = refusal.status if refusal else (422 if form.is_bound else 200)
    return render(request, "matching/party/log.html", context, status=status)


@for_roles("institution_admin", "institution_member")
@require_POST
def upload(request: HttpRequest, number: str) -> HttpResponse:
    """Add evidence: invoice, payment slip, stage proof, completion confirmation."""
    engagement = _own(request, number)
    found = request.FILES.get("file")
    if found is None:
        messages.error(request, "请选择要上传的文件。")
        return redirect("matching:party-engagement", number=number)
    purpose = request.POST.get("purpose", "")
    return press(
        request,
        lambda: files.add_file(engagement, found, purpose=purpose, by=request.actor, at=clock.now()),
        back=f"/my/engagements/{number}/",
        done="文件已上传。",
    )


def _move(request: HttpRequest, number: str, name: str, **parts: Any) -> HttpResponse:
    engagement = _own(request, number)
    return move_page(
        request,
        ENGAGEMENT,
        engagement,
        name,
        back=address(engagement),
        heading=f"合同 {engagement.number}",
        **parts,
    )


def _note_form(request: HttpRequest, name: str) -> NoteForm:
    return NoteForm(post_of(request), required=ENGAGEMENT.moves[name].note)


@for_roles("enterprise_admin", "enterprise_member")
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, number: str) -> HttpResponse:
    """The enterprise confirms the contract."""
    text = "确认后合同生效，双方按合同约定履行。请先核对合同扫描件、金额和日期。"
    laid_down = _own(request, number).institution_signed_at
    form = SignForm(post_of(request), initial={"seen": laid_down.isoformat() if laid_down else ""})
    return _move(request, number, "sign", form=form, act=engagements.sign, consequence=text)


@for_roles("institution_admin")
@require_http_methods(["GET", "POST"])
def start_service(request: HttpRequest, number: str) -> HttpResponse:
    """The institution begins to serve."""
    text, act = "开始服务后即可填写服务记录。", engagements.start_service
    return _move(request, number, "start_service", act=act, values=nothing, consequence=text)


@for_roles("institution_admin")
@require_http_methods(["GET", "POST"])
def deliver(request: HttpRequest, number: str) -> HttpResponse:
    """The institution asks for acceptance."""
    text = "提交后不能再增加服务记录；企业将在规定期限内验收。"
    form = _note_form(request, "deliver")
    return _move(request, number, "deliver", form=form, act=engagements.deliver, consequence=text)


@for_roles("enterprise_admin", "enterprise_member")
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, number: str) -> HttpResponse:
    """The enterprise accepts, with the prices actually paid."""
    engagement = _own(request, number)
    has_share = engagement.government_fen > 0
    form = SplitForm(post_of(request), initial=_in_yuan(engagement), government_on=has_share)
    text = "请填写实际发生的金额（元）；验收通过后服务完成，之后可评价满意度。"
    act = engagements.accept
    return _move(request, number, "accept", form=form, act=act, values=_actual, consequence=text)


def _actual(form: SplitForm) -> dict[str, Any]:
    return {"actual": form.split()}


@for_roles("enterprise_admin", "enterprise_member")
@require_http_methods(["GET", "POST"])
def dispute(request: HttpRequest, number: str) -> HttpResponse:
    """The enterprise does not accept."""
    text = "请写明不予验收的原因，县区工信部门会收到通知并协调。"
    form = _note_form(request, "dispute")
    return _move(request, number, "dispute", form=form, act=engagements.dispute, consequence=text)


@for_roles("enterprise_admin", "enterprise_member")
@require_http_methods(["GET", "POST"])
def resume(request: HttpRequest, number: str) -> HttpResponse:
    """Out of dispute back into service."""
    form, text = _note_form(request, "resume"), "争议协商一致后，合同回到服务中。"
    return _move(request, number, "resume", form=form, act=engagements.resume, consequence=text)


@for_roles("enterprise_admin", "enterprise_member")
@require_http_methods(["GET", "POST"])
def settle(request: HttpRequest, number: str) -> HttpResponse:
    """Out of dispute accepted after all."""
    form, text = _note_form(request, "settle"), "争议解决并按约定价格验收。"
    return _move(request, number, "settle", form=form, act=engagements.settle, consequence=text)


@for_roles("institution_admin")
@require_http_methods(["GET", "POST"])
def give_up(request: HttpRequest, number: str) -> HttpResponse:
    """The institution gives up before signing."""
    form, text = _note_form(request, "give_up"), "放弃后企业将改选其他机构，理由会告知企业。"
    return _move(request, number, "give_up", form=form, act=choosing.give_up, consequence=text)
