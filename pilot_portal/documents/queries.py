"""Reading papers."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse

from pilot_portal.accounts.actors import Actor
from pilot_portal.documents.models import Paper
from pilot_portal.documents.pdf import load_fonts
from pilot_portal.documents.registry import PAPERS, SHEETS, PaperKind
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round


def key_of(kind: PaperKind, subject: Any) -> str:
    """What makes a paper this one: subject and version, layout, fonts."""
    fonts = load_fonts(settings.PORTAL_FONTS)
    return f"{kind.code}:{subject.pk}:{kind.version(subject)}:{kind.layout}:{fonts.digest[:16]}"


def mine(user_id: int) -> QuerySet[Paper]:
    """The papers a person asked for, first or after another, newest first."""
    shared = Paper.also_asked_by.through.objects.filter(user_id=user_id).values("paper_id")
    return Paper.objects.filter(Q(requested_by_id=user_id) | Q(pk__in=shared)).order_by(
        "-requested_at", "-pk"
    )


def may_download(actor: Actor, paper: Paper) -> bool:
    """A workbook is its asker's alone, as long as he may see it; a paper everyone's who sees its subject."""
    if not actor.is_authenticated:
        return False
    if paper.kind in SHEETS:
        return paper.requested_by_id == actor.user_id and _may_export(actor, paper)
    kind = PAPERS.get(paper.kind)
    subject: Any = kind.get(paper.subject_id or 0) if kind else None
    return kind is not None and subject is not None and kind.may_see(actor, subject)


def _may_export(actor: Actor, paper: Paper) -> bool:
    round_ = Round.objects.filter(code=paper.params["round"]).first()
    code = paper.params["region"]
    region = Region.objects.filter(code=code).first() if code else None
    return round_ is not None and SHEETS[paper.kind].may_see(actor, round_, region)


def public_papers(kinds: Sequence[PaperKind], subject: Any) -> list[tuple[PaperKind, str]]:
    """The public papers of a subject, each with its address; empty while it is being made."""
    keys = {key_of(kind, subject): kind for kind in kinds}
    built = set(
        Paper.objects.filter(dedupe__in=keys, status=Paper.Status.DONE).values_list("dedupe", flat=True)
    )
    number = {kind.code: kind.number(subject) for kind in kinds}
    return [
        (kind, reverse("documents:public", args=[kind.code, number[kind.code]]) if key in built else "")
        for key, kind in keys.items()
    ]


def public_paper(code: str, number: str) -> Paper | None:
    """The built paper of a public kind whose subject has this number."""
    kind = PAPERS.get(code)
    subject: Any = kind.find(number) if kind and kind.is_public else None
    if kind is None or subject is None:
        return None
    return Paper.objects.filter(dedupe=key_of(kind, subject), status=Paper.Status.DONE).first()


def papers_of(kinds: list[str], subject_id: int) -> QuerySet[Paper]:
    """The papers that exist of one subject."""
    return Paper.objects.filter(kind__in=kinds, subject_id=subject_id).order_by("kind")


def by_verify_code(code: str) -> Paper | None:
    """The built paper whose QR bears this code."""
    return Paper.objects.filter(verify_code=code.lower(), status=Paper.Status.DONE).first()


def standing(paper: Paper) -> str:
    """What became of a built paper since: replaced, withdrawn; empty while it stands."""
    kind = PAPERS.get(paper.kind)
    subject: Any = kind.get(paper.subject_id or 0) if kind else None
    if kind is None:
        return ""
    if subject is None:
        return "所依据的材料已不存在。"
    if kind.version(subject) != paper.params.get("version", ""):
        return "所依据的材料后来有改动，本件不是最新的。"
    return kind.standing(subject)


def by_digest(sha256: str) -> Paper | None:
    """The built paper whose file has exactly these bytes."""
    return Paper.objects.filter(sha256=sha256, status=Paper.Status.DONE).first()


def oldest_waiting() -> Paper | None:
    """The row that has waited longest: the age of the queue."""
    return Paper.objects.filter(status=Paper.Status.REQUESTED).order_by("requested_at").first()
