"""Reading papers."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from pilot_portal.accounts.actors import Actor
from pilot_portal.attachments.models import Attachment
from pilot_portal.documents.models import BundleItem, Paper, ScanReading
from pilot_portal.documents.pdf import load_fonts
from pilot_portal.documents.registry import BUNDLES, EXPORTS, PAPERS, TAKERS, PaperKind
from pilot_portal.documents.scans import Finding, Seal
from pilot_portal.documents.scans.finding import CHANGED, NOTHING, SEALED
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round

UNDER_WAY = (Paper.Status.REQUESTED, Paper.Status.RUNNING)
# Building its papers is nearly all the work of a bundle.
SHARE_OF_BUILDING = 95
WAITING = (ScanReading.Status.REQUESTED, ScanReading.Status.RUNNING)


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


def rows_of(papers: Sequence[Paper]) -> list[dict[str, Any]]:
    """Papers as a list shows them: how far each is, in percent and in words. One query at most."""
    bundles = [paper.pk for paper in papers if paper.kind in BUNDLES and paper.status in UNDER_WAY]
    counts = {}
    if bundles:
        waiting = Count("pk", filter=Q(paper__status__in=UNDER_WAY))
        items = BundleItem.objects.filter(bundle__in=bundles).values("bundle")
        rows = items.annotate(total=Count("pk"), waiting=waiting)
        counts = {row["bundle"]: (row["total"] - row["waiting"], row["total"]) for row in rows}
    return [{"paper": paper} | _progress(paper, counts.get(paper.pk)) for paper in papers]


def _progress(paper: Paper, count: tuple[int, int] | None) -> dict[str, Any]:
    if count is None:
        return {"share": paper.progress if paper.status == Paper.Status.RUNNING else 0, "so_far": ""}
    built, total = count
    so_far = f"已生成 {built} / {total} 份" if built < total else "正在打包"
    return {"share": max(paper.progress, built * SHARE_OF_BUILDING // total), "so_far": so_far}


def may_download(actor: Actor, paper: Paper) -> bool:
    """An export is its asker's alone, as long as he may see it; a paper everyone's who sees its subject."""
    if not actor.is_authenticated:
        return False
    if paper.kind in EXPORTS:
        return paper.requested_by_id == actor.user_id and _may_export(actor, paper)
    kind = PAPERS.get(paper.kind)
    subject: Any = kind.get(paper.subject_id or 0) if kind else None
    return kind is not None and subject is not None and kind.may_see(actor, subject)


def _may_export(actor: Actor, paper: Paper) -> bool:
    round_ = Round.objects.filter(code=paper.params["round"]).first()
    code = paper.params["region"]
    region = Region.objects.filter(code=code).first() if code else None
    return round_ is not None and EXPORTS[paper.kind].may_see(actor, round_, region)


def public_papers(kinds: Sequence[PaperKind], subject: Any) -> list[tuple[PaperKind, str]]:
    """The public papers of a subject, each with its address; empty while it is being made."""
    rows = Paper.objects.filter(
        kind__in=[kind.code for kind in kinds], subject_id=subject.pk, status=Paper.Status.DONE
    )
    built = {(code, params.get("version", "")) for code, params in rows.values_list("kind", "params")}
    return [
        (
            kind,
            reverse("documents:public", args=[kind.code, kind.number(subject)])
            if (kind.code, kind.version(subject)) in built
            else "",
        )
        for kind in kinds
    ]


def public_paper(code: str, number: str) -> Paper | None:
    """The built paper of a public kind whose subject has this number."""
    kind = PAPERS.get(code)
    subject: Any = kind.find(number) if kind and kind.is_public else None
    if kind is None or subject is None:
        return None
    # The first that was built, whatever fonts and layout are in use since.
    built = Paper.objects.filter(kind=code, subject_id=subject.pk, status=Paper.Status.DONE).order_by("pk")
    version = kind.version(subject)
    return next((paper for paper in built if paper.params.get("version", "") == version), None)


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
    """The built paper whose file, with the portal's signature or without, has exactly these bytes."""
    same = Q(sha256=sha256) | Q(sealed_sha256=sha256)
    return Paper.objects.filter(same, status=Paper.Status.DONE).first()


def oldest_waiting() -> Paper | None:
    """The row that has waited longest: the age of the queue."""
    return Paper.objects.filter(status=Paper.Status.REQUESTED).order_by("requested_at").first()


# Scans ------------------------------------------------------------------------------------


def readings_of(attachments: Sequence[Attachment]) -> list[ScanReading]:
    """What was found on uploaded scans, in their order; those that nobody looked into left out. One query."""
    found = {
        reading.attachment_id: reading
        for reading in ScanReading.objects.filter(attachment__in=attachments).select_related("paper")
    }
    return [found[file.pk] for file in attachments if file.pk in found]


def my_scans(user_id: int) -> QuerySet[ScanReading]:
    """The scans a person uploaded without saying whose they are, not yet placed, newest first."""
    own = ScanReading.objects.filter(attachment__uploaded_by=user_id, attachment__case_type="documents.scan")
    return own.filter(placed_at=None).select_related("attachment", "paper").order_by("-requested_at", "-pk")


def scan_rows(readings: Iterable[ScanReading], actor: Actor) -> list[dict[str, Any]]:
    """Unplaced scans as the page lists them: what was found, and the button where there is a place for it."""
    rows = []
    for reading in readings:
        paper = reading.paper
        taker = TAKERS.get(paper.kind) if paper else None
        if paper is None:
            lines = scan_lines([reading], (), None)
        elif may_download(actor, paper):
            lines = scan_lines([reading], {paper.kind}, paper.subject_id)
        else:
            # Of another's paper not even the number is told.
            lines, taker = [{"tone": "bad", "text": "二维码属于您无权办理的文书。"}], None
        label = taker.label if taker and taker.may(actor) else ""
        rows.append(
            {"reading": reading, "waiting": reading.status in WAITING, "lines": lines, "label": label}
        )
    return rows


def scan_lines(
    readings: Sequence[ScanReading],
    kinds: Collection[str],
    subject_id: int | None,
    versions: Collection[str] = (),
) -> list[dict[str, str]]:
    """What the scans of a case say, as lines with a tone (good, warn, bad, info).

    `kinds` are the papers that were to be stamped, `subject_id` their subject, `versions` how it stands now
    where it may still change; pages are counted over all scans together, as several photographs may make one
    paper.
    """
    if any(reading.status in WAITING for reading in readings):
        return [{"tone": "info", "text": "正在识别扫描件上的二维码，稍后刷新可见结果。"}]
    lines: list[dict[str, str]] = []
    for reading in readings:
        own = _lines_of(reading, kinds, subject_id)
        lines += own
        printed = reading.paper.params.get("version", "") if reading.paper else ""
        if versions and own[0]["tone"] == "good" and printed not in versions:
            lines.append({"tone": "bad", "text": "打印之后材料有改动，请重新打印、盖章、上传。"})
    right = {
        reading.paper_id: reading.paper
        for reading in readings
        if reading.paper and reading.paper.kind in kinds and reading.paper.subject_id == subject_id
    }
    expected = sum(paper.pages for paper in right.values() if paper)
    pages = sum(reading.pages for reading in readings)
    if right and expected > pages:
        lines.append({"tone": "warn", "text": f"应有 {expected} 页，扫描件只有 {pages} 页，请核对是否缺页。"})
    elif right:
        lines.append({"tone": "good", "text": f"扫描件 {pages} 页，不少于应有的 {expected} 页。"})
    return lines


def _lines_of(reading: ScanReading, kinds: Collection[str], subject_id: int | None) -> list[dict[str, str]]:
    if reading.status == ScanReading.Status.FAILED:
        return [{"tone": "warn", "text": f"扫描件未能识别：{reading.error}"}]
    finding, paper = Finding.from_json(reading.finding), reading.paper
    if reading.added == NOTHING:
        return [{"tone": "bad", "text": "上传的是未盖章的电子原件，请打印盖章后上传扫描件。"}]
    if paper is not None and paper.kind in kinds and paper.subject_id == subject_id:
        line = {"tone": "good", "text": f"二维码与本件一致：{paper.title} {paper.number}"}
    elif paper is not None:
        line = {"tone": "bad", "text": f"二维码属于另一份文书：{paper.title} {paper.number}，请核对。"}
    elif finding.codes or finding.strange:
        line = {"tone": "bad", "text": "扫描件上的二维码不是本平台文书的，请核对。"}
    else:
        line = {"tone": "warn", "text": "没有识别到二维码，请逐页人工核对。"}
    lines = [line, *(seal_line(seal) for seal in finding.seals)]
    if reading.added == CHANGED:
        lines.append({"tone": "bad", "text": "在本平台出具的原件之后被加上了别的内容，不能采信。"})
    elif reading.added == SEALED:
        lines.append({"tone": "good", "text": "所盖的正是本平台出具的原件，除印章外没有改动。"})
    return lines


def seal_line(seal: Seal) -> dict[str, str]:
    """What is to be said of an electronic signature, with names: for those who see the file."""
    if seal.unknown:
        return {"tone": "warn", "text": "电子印章所用算法（如国密 SM2）本平台不能核验，请用签章软件核对。"}
    if not seal.intact:
        return {"tone": "bad", "text": f"电子印章无效：{seal.signer}，文件在签章之后被改动或签名已损坏。"}
    if seal.changed:
        return {"tone": "bad", "text": f"电子印章（{seal.signer}）之后文件被加上了别的内容。"}
    time = "，含可信时间戳" if seal.stamped else ""
    if seal.trusted:
        return {"tone": "good", "text": f"电子印章有效：{seal.signer}，由 {seal.issuer} 签发{time}。"}
    who = f"{seal.signer}，签发者 {seal.issuer} 不在信任名单"
    return {"tone": "warn", "text": f"电子印章完好，但{who}，请核对{time}。"}
