"""送达回证: the proof that a document was served. What is written by hand stays blank."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pilot_portal.documents.pdf.flow import Block, Paragraph, Table
from pilot_portal.documents.pdf.fonts import Fonts
from pilot_portal.documents.pdf.forms.common import NOTE, form_page
from pilot_portal.documents.pdf.frame import PORTRAIT
from pilot_portal.documents.pdf.grid import Cell, Grid, Row
from pilot_portal.documents.pdf.page import Document, Imprint
from pilot_portal.documents.pdf.text import Style

NAME = Style("song", 14, 24, "center")
TITLE = Style("title", 22, 36, "center")
LABEL = Style("hei", 12, 18, "center")
FILLED = Style("song", 12, 18)
BY_HAND = Style("song", 12, 18, "right")
LOW, HIGH = 44.0, 84.0


@dataclass(frozen=True, slots=True)
class ServiceProofWords:
    """The form's words: the usual ones of a proof of service."""

    title: str = "送达回证"
    document: str = "送达文书\n名称"
    number: str = "文　号"
    addressee: str = "受送达人"
    place: str = "送达地点"
    way: str = "送达方式"
    ways: str = "□直接送达　□留置送达　□邮寄送达　□电子送达　□公告送达"
    receipt: str = "受送达人\n签名或盖章"
    deputy: str = "代收人签名\n及代收理由"
    server: str = "送达人签名"
    witness: str = "见证人签名"
    remarks: str = "备　注"
    moment: str = "年　　月　　日　　时　　分"
    day: str = "年　　月　　日"
    note: str = (
        "注：受送达人收件后应当在“受送达人签名或盖章”栏签名、盖章并注明收到时间。由他人代收的，由代收人签名并注明"
        "与受送达人的关系和代收理由。受送达人拒绝签收的，由送达人在“备注”栏写明拒收的事由和时间，由见证人签名。"
    )


@dataclass(frozen=True, slots=True)
class ServiceProofData:
    """What is known when the document goes out: whose it is, which document, to whom."""

    issuer: str
    document: str
    number: str
    addressee: str
    imprint: Imprint = field(default_factory=Imprint)
    words: ServiceProofWords = field(default_factory=ServiceProofWords)


def service_proof(data: ServiceProofData, fonts: Fonts) -> Document:
    """Lay out the proof of service on one page. Raises MissingGlyph."""
    words = data.words

    def row(label: str, text: str, height: float, style: Style = FILLED) -> Row:
        name = label.replace("\n", "")
        cells = [
            Cell(label, LABEL, place=name),
            Cell(text, style, pad=(8, 4), valign="middle", place=name),
        ]
        return Row(cells, height)

    def signed(label: str, moment: str, height: float = HIGH) -> Row:
        # The time is written at the lower right, the name above it.
        return row(label, "\n" * int(height / BY_HAND.leading - 2) + moment, height, BY_HAND)

    rows = (
        row(words.document, data.document, LOW),
        row(words.number, data.number or "—", LOW),
        row(words.addressee, data.addressee, LOW),
        row(words.place, "", LOW),
        row(words.way, words.ways, LOW),
        signed(words.receipt, words.moment),
        signed(words.deputy, words.moment),
        signed(words.server, words.day, LOW + 12),
        signed(words.witness, words.day, LOW + 12),
        row(words.remarks, "", HIGH),
    )
    narrow = 90.0
    blocks: list[Block] = [
        Paragraph(data.issuer, NAME, narrow=narrow, keep=True),
        Paragraph(words.title, TITLE, after=16, narrow=narrow, keep=True),
        Table(Grid((20, 80), rows)),
        Paragraph(words.note, replace(NOTE, size=10, pitch=15), before=6),
    ]
    return form_page(words.title, blocks, PORTRAIT, data.imprint, fonts, words=data.words)
