"""The paper of a publication that no app prints in a form of its own: 公示, 动态调整, 处理决定, 通知."""

import re
from collections.abc import Callable
from typing import Any

from pilot_portal.bulletin.faces import COLUMNS, said
from pilot_portal.bulletin.models import Publication
from pilot_portal.bulletin.queries import standing
from pilot_portal.bulletin.registry import Later, NoticeExtra, NoticeFile
from pilot_portal.common import clock
from pilot_portal.documents.letterhead import BUREAU, imprint_of, write
from pilot_portal.documents.pdf.forms import NoticeColumn, NoticeData, notice
from pilot_portal.documents.queries import papers_of, public_papers
from pilot_portal.documents.registry import PaperKind, Printing

Kind = Publication.Kind
KINDS = (Kind.PUBLICITY, Kind.REMOVAL, Kind.SANCTION, Kind.NOTICE)
CLOSING = {Kind.PUBLICITY: "特此公示。", Kind.REMOVAL: "特此公告。", Kind.SANCTION: "特此公告。"}
# Public column → its share of the width and how it is set; the others are words of the usual width.
SET_AS = {
    "rank": (8, "middle"),
    "number": (17, "middle"),
    "name": (34, "words"),
    "company": (30, "words"),
    "title": (30, "words"),
    "region": (13, "middle"),
    "county": (13, "middle"),
    "kinds": (30, "list"),
    "services": (26, "list"),
    "committed": (12, "middle"),
    "served": (12, "middle"),
    "answered": (12, "middle"),
    "share": (11, "middle"),
    "score": (11, "middle"),
    "decision": (11, "middle"),
    "measure": (16, "middle"),
    "amount_fen": (18, "middle"),
    "ends_on": (15, "middle"),
}
USUAL = (18, "words")
# The space that pages leave between a word and a figure; documents leave none.
BETWEEN = re.compile(r"(?<=[\u4e00-\u9fff]) (?=\d)|(?<=\d) (?=[\u4e00-\u9fff])")


def table_for_paper(
    rows: list[dict[str, Any]],
) -> tuple[tuple[NoticeColumn, ...], tuple[tuple[str, ...], ...]]:
    """The public columns that the rows have, and their cells: what the page shows, as a paper sets it."""
    keys = [key for key in COLUMNS if any(key in row for row in rows)]
    columns = tuple(NoticeColumn(COLUMNS[key], *SET_AS.get(key, USUAL)) for key in keys)
    return columns, tuple(tuple(said(key, row.get(key)) for key in keys) for row in rows)


def of_kinds(*kinds: str) -> tuple[Callable[[int], Any], Callable[[str], Any], Callable[[], str | None]]:
    """How a paper of publications finds its subject: by key, by number, and an example's number."""
    rows = Publication.objects.filter(kind__in=kinds)

    def get(pk: int) -> Publication | None:
        return rows.select_related("round").filter(pk=pk).first()

    def find(number: str) -> Publication | None:
        return rows.select_related("round").filter(number=number).first()

    def example() -> str | None:
        return rows.order_by("-published_at", "-pk").values_list("number", flat=True).first()

    return get, find, example


def of_publications(
    code: str, title: str, kinds: tuple[str, ...], build: Callable[[Publication, Printing], bytes]
) -> PaperKind:
    """A public paper of publications of these kinds."""
    get, find, example = of_kinds(*kinds)
    return PaperKind(
        code=code,
        title=title,
        get=get,
        find=find,
        number=lambda publication: publication.number,
        build=build,
        may_see=lambda _actor, _publication: True,
        file_name=lambda publication: f"{publication.title}.pdf",
        example=example,
        date=lambda publication: publication.published_at,
        standing=standing,
        edition=lambda publication: f"第 {publication.edition} 版",
        is_public=True,
    )


def _build(publication: Publication, printing: Printing) -> bytes:
    payload = publication.payload
    lines = [BETWEEN.sub("", line.strip()) for line in publication.body.splitlines()]
    paragraphs = tuple(line for line in lines if line)
    rows = payload.get("rows") or []
    if not rows and not paragraphs and any(key in payload for key in COLUMNS):
        rows = [payload]
    columns, cells = table_for_paper(rows)
    data = NoticeData(
        title=publication.title,
        paragraphs=paragraphs,
        issuer=BUREAU,
        issued_on=clock.beijing_date(publication.published_at),
        columns=columns,
        rows=cells,
        closing=CLOSING.get(Kind(publication.kind), ""),
        number=publication.document_number,
        imprint=imprint_of(
            publication.round,
            publication.number,
            printing,
            publication.published_at,
            version=f"第{publication.edition}版",
        ),
    )
    return write(notice, data)


NOTICE_PAPER = of_publications("notice", "公示、公告", KINDS, _build)


def files_of(*kinds: PaperKind) -> Callable[[Publication], list[NoticeFile]]:
    """The files that were ordered of a publication, each with its address once it is made. Two queries."""

    def files(publication: Publication) -> list[NoticeFile]:
        ordered = {paper.kind for paper in papers_of([kind.code for kind in kinds], publication.pk)}
        offered = [kind for kind in kinds if kind.code in ordered]
        label = publication.get_kind_display()
        return [NoticeFile(f"{label}（PDF）", url) for _, url in public_papers(offered, publication)]

    return files


def nothing_later(_publication: Publication) -> dict[str, Later]:
    """Rows that stay as they were published."""
    return {}


EXTRAS = tuple(NoticeExtra(kind, files_of(NOTICE_PAPER), nothing_later) for kind in KINDS)
