"""Attachment 2: the promise of truthfulness, word for word (notice, 附件2).

It carries the case number, no version: it is stamped once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pilot_portal.documents.pdf.flow import Drawn, Paragraph, Spacer
from pilot_portal.documents.pdf.fonts import Fonts
from pilot_portal.documents.pdf.forms.common import fill, form_head, form_page
from pilot_portal.documents.pdf.frame import PORTRAIT
from pilot_portal.documents.pdf.official import SEAL
from pilot_portal.documents.pdf.page import MM, Document, Imprint, Page
from pilot_portal.documents.pdf.text import Style, draw_text, measure

PROMISE = Style("fangsong", 16, 32, "justify", 2)
SIGNS = Style("fangsong", 16, 32)


@dataclass(frozen=True, slots=True)
class Attachment2Words:
    """The form's words as issued."""

    mark: str = "附件2"
    title: str = "{year}年株洲市支持服务机构（平台）\n培育优质企业试点真实性承诺"
    promise: str = (
        "我单位承诺：此次申报{year}年度株洲市支持服务机构（平台）培育优质企业试点，所提交的申报材料内容和所附资料均真实、合法。"
        "如有不实之处，愿负相应的法律责任，并承担由此产生的一切后果。"
    )
    person: str = "法人代表（签字）："
    body: str = "单位（盖章）"
    day: str = "年　　月　　日"


@dataclass(frozen=True, slots=True)
class Attachment2Data:
    """The year of the round; the number stands in the imprint."""

    year: int
    imprint: Imprint = field(default_factory=Imprint)
    words: Attachment2Words = field(default_factory=Attachment2Words)


def attachment2(data: Attachment2Data, fonts: Fonts) -> Document:
    """Lay out the promise on one page. Raises MissingGlyph."""
    words = data.words
    title = fill(words.title, year=data.year)

    def signs(page: Page, x: float, y: float, width: float) -> None:
        draw_text(page, words.person, SIGNS, fonts, x + 32, y + 22)
        draw_text(page, words.body, SIGNS, fonts, x + width * 0.62, y + 22)
        middle = x + width * 0.62 + measure(words.body, fonts[SIGNS.role], SIGNS.size) / 2
        page.seals.append((middle - SEAL / 2, y + 16 - SEAL / 2, SEAL))
        day = Style(SIGNS.role, SIGNS.size, SIGNS.pitch, "right")
        draw_text(page, words.day, day, fonts, x, y + 22 + 64, width - 32)

    blocks = [
        *form_head(words.mark, title, narrow=82),
        Spacer(22 * MM),
        Paragraph(fill(words.promise, year=data.year), PROMISE, place_name=words.mark),
        Spacer(30 * MM),
        Drawn(130, signs),
    ]
    return form_page(title, blocks, PORTRAIT, data.imprint, fonts, words=data.words)
