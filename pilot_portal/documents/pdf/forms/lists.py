"""Publications of the bureau that carry a table, in the frame of official documents.

Roster, demand list, ranking.

They are public: callers pass the names that may be shown and no contact of anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from pilot_portal.documents.pdf.flow import Block, Spacer, Table
from pilot_portal.documents.pdf.fonts import Fonts
from pilot_portal.documents.pdf.forms.common import (
    CENTRED,
    LISTED,
    VALUE,
    figure,
    fill,
    listed,
    note_block,
    table_rows,
)
from pilot_portal.documents.pdf.forms.letter import number_blocks
from pilot_portal.documents.pdf.grid import Grid
from pilot_portal.documents.pdf.official import (
    OFFICIAL,
    PITCH,
    Signature,
    body,
    head_blocks,
    official_page,
    signature_block,
)
from pilot_portal.documents.pdf.page import Document, Imprint
from pilot_portal.documents.pdf.text import Style

TALL = 24.0


@dataclass(frozen=True, slots=True)
class ListWords:
    """Title, opening paragraph and headers of a publication, and what it says instead when it lists nothing.

    `{year}`, `{count}` and `{batch}` are filled in.
    """

    title: str
    opening: str
    headers: tuple[str, ...]
    none: str = ""


ROSTER_WORDS = ListWords(
    "{year}年株洲市支持服务机构（平台）\n培育优质企业试点服务机构（平台）名单",
    "按照《关于开展服务机构（平台）培育优质企业试点工作的通知》要求，经申报、推荐和评定，"
    "现将试点服务机构（平台）名单予以公布，共{count}家。",
    ("序号", "服务机构（平台）名称", "所在县市区", "主要服务内容", "备注"),
    "按照《关于开展服务机构（平台）培育优质企业试点工作的通知》要求，经申报、推荐和评定，"
    "{year}年没有服务机构（平台）列入试点名单。",
)
DEMAND_WORDS = ListWords(
    "{year}年株洲市企业服务需求表（第{batch}批）",
    "按照《关于开展服务机构（平台）培育优质企业试点工作的通知》要求，现将企业服务需求予以发布，共{count}项，"
    "请试点服务机构（平台）按照发布的需求开展揭榜竞赛。",
    ("序号", "需求编号", "企业名称", "所属\n县市区", "所需服务", "企业现状", "发展目标"),
    "按照《关于开展服务机构（平台）培育优质企业试点工作的通知》要求，第{batch}批没有可以发布的企业服务需求。",
)
RANKING_WORDS = ListWords(
    "{year}年株洲市支持服务机构（平台）\n培育优质企业试点综合评价结果",
    "按照《关于开展服务机构（平台）培育优质企业试点工作的通知》要求，试点期内重点围绕企业满意度对试点服务机构（平台）"
    "开展了综合评价，现将{count}家试点服务机构（平台）的评价结果予以公布。",
    (
        "名次",
        "服务机构（平台）名称",
        "所在\n县市区",
        "服务企业\n（家）",
        "有效问卷\n（份）",
        "满意率",
        "得分",
        "结论",
    ),
    "按照《关于开展服务机构（平台）培育优质企业试点工作的通知》要求，试点期内没有需要综合评价的试点服务机构（平台）。",
)


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One pilot institution."""

    name: str
    county: str
    services: tuple[str, ...]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class RosterData:
    """The published roster; `opening` replaces the standing paragraph."""

    year: int
    issuer: str
    issued_on: date
    rows: tuple[RosterRow, ...]
    number: str = ""
    head: str = ""
    opening: str = ""
    note: str = ""
    imprint: Imprint = field(default_factory=Imprint)
    words: ListWords = ROSTER_WORDS


@dataclass(frozen=True, slots=True)
class DemandListRow:
    """One published demand; `company` is the name the firm allowed to show, or its masked form."""

    number: str
    company: str
    county: str
    services: tuple[str, ...]
    status: str
    target: str


@dataclass(frozen=True, slots=True)
class DemandListData:
    """A published list of demands (第 n 批); `window` says when and how to claim."""

    year: int
    batch: int
    issuer: str
    issued_on: date
    window: str
    rows: tuple[DemandListRow, ...]
    number: str = ""
    head: str = ""
    opening: str = ""
    note: str = ""
    imprint: Imprint = field(default_factory=Imprint)
    words: ListWords = DEMAND_WORDS


@dataclass(frozen=True, slots=True)
class RankingRow:
    """One institution's result, as texts where the rule decides how figures are shown."""

    rank: int | None  # none: not judged
    name: str
    county: str
    served: int
    answers: int
    satisfied: str
    score: str
    verdict: str


@dataclass(frozen=True, slots=True)
class RankingData:
    """A published ranking; `note` tells the cut-off and the rule."""

    year: int
    issuer: str
    issued_on: date
    rows: tuple[RankingRow, ...]
    number: str = ""
    head: str = ""
    opening: str = ""
    note: str = ""
    imprint: Imprint = field(default_factory=Imprint)
    words: ListWords = RANKING_WORDS


def _publication(
    data: RosterData | DemandListData | RankingData,
    rows: Sequence[Sequence[str]],
    styles: Sequence[Style],
    widths: Sequence[float],
    fonts: Fonts,
    *,
    batch: int = 0,
    extra: Sequence[Block] = (),
) -> Document:
    """Opening, table, note, signature: the order of every publication."""
    words = data.words
    filled = {"year": data.year, "count": len(rows), "batch": batch}
    title = fill(words.title, **filled)
    signature = signature_block(Signature(data.issuer, data.issued_on), data.imprint, fonts)
    note, tail = note_block(data.note, OFFICIAL.width, fonts)
    place = title.replace("\n", "")
    grid = Grid(
        widths,
        table_rows(words.headers, rows, styles, height=TALL, place=place),
        head=1,
        tail=tail + signature.height,
    )
    said = body(data.opening or fill(words.opening if rows else words.none, **filled))
    blocks: list[Block]
    if rows:
        blocks = [said, *extra, Spacer(PITCH / 3), Table(grid)]
    elif data.opening:
        blocks = [said, *extra, body(fill(words.none, **filled), keep=True)]
    else:
        blocks = [replace(said, keep=True)]
    blocks += [*note, signature]
    head = head_blocks(data.head, data.number) if data.head else number_blocks(data.number)
    return official_page(title, blocks, data.imprint, fonts, head=head)


def roster(data: RosterData, fonts: Fonts) -> Document:
    """Lay out the roster of pilot institutions. Raises MissingGlyph."""
    rows = [
        (str(at), row.name, row.county, listed(row.services), row.remark)
        for at, row in enumerate(data.rows, start=1)
    ]
    return _publication(data, rows, (CENTRED, VALUE, CENTRED, LISTED, VALUE), (8, 36, 14, 30, 12), fonts)


def demand_list(data: DemandListData, fonts: Fonts) -> Document:
    """Lay out a published demand list. Raises MissingGlyph."""
    rows = [
        (str(at), row.number, row.company, row.county, listed(row.services), row.status, row.target)
        for at, row in enumerate(data.rows, start=1)
    ]
    styles = (CENTRED, CENTRED, VALUE, CENTRED, LISTED, VALUE, VALUE)
    extra = [body(data.window)] if data.window else []
    return _publication(
        data, rows, styles, (6, 16.7, 20.9, 13.9, 17, 14.75, 14.75), fonts, batch=data.batch, extra=extra
    )


def ranking(data: RankingData, fonts: Fonts) -> Document:
    """Lay out a published ranking. Raises MissingGlyph."""
    rows = [
        (
            figure(row.rank),
            row.name,
            row.county,
            str(row.served),
            str(row.answers),
            row.satisfied,
            row.score,
            row.verdict,
        )
        for row in data.rows
    ]
    styles = (CENTRED, VALUE, CENTRED, CENTRED, CENTRED, CENTRED, CENTRED, CENTRED)
    return _publication(data, rows, styles, (6.5, 28.5, 13.6, 11.2, 11.2, 10, 9, 12), fonts)
