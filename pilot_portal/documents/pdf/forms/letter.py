"""Letters in the frame of official documents.

收件回执, 一次性补正告知书, 整改通知 and every other letter of the year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from pilot_portal.documents.pdf.flow import Block, Paragraph
from pilot_portal.documents.pdf.fonts import Fonts
from pilot_portal.documents.pdf.official import (
    PLAIN,
    Signature,
    before_signature,
    body,
    enclosure_blocks,
    head_blocks,
    heading,
    official_page,
    signature_block,
)
from pilot_portal.documents.pdf.page import Document, Imprint


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a letter: level 1 一、, 2 （一）, 3 1."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class LetterData:
    """A letter.

    `head` is the red head (empty: none), `closing` a last paragraph such as 特此通知。, `contact` a line
    （联系人：…） under the signature.
    """

    title: str
    addressee: str
    paragraphs: tuple[str | Heading, ...]
    issuer: str
    issued_on: date
    number: str = ""
    head: str = ""
    enclosures: tuple[str, ...] = ()
    closing: str = ""
    contact: str = ""
    seal: bool = True
    imprint: Imprint = field(default_factory=Imprint)


def text_blocks(paragraphs: Sequence[str | Heading]) -> list[Paragraph]:
    """Paragraphs and headings as blocks."""
    return [
        heading(part.text, part.level) if isinstance(part, Heading) else body(part) for part in paragraphs
    ]


def letter(data: LetterData, fonts: Fonts) -> Document:
    """Lay out a letter. Raises MissingGlyph."""
    blocks: list[Block] = []
    if data.addressee:
        blocks.append(Paragraph(data.addressee, PLAIN, keep=True))
    closing = (data.closing,) if data.closing else ()
    text = text_blocks((*data.paragraphs, *closing))
    blocks += before_signature(text, enclosures=bool(data.enclosures))
    blocks += enclosure_blocks(data.enclosures, fonts)
    signature = Signature(data.issuer, data.issued_on, data.seal)
    blocks.append(signature_block(signature, data.imprint, fonts, keep=bool(data.contact)))
    if data.contact:
        blocks.append(body(f"（{data.contact}）"))
    head = head_blocks(data.head, data.number) if data.head else number_blocks(data.number)
    return official_page(data.title, blocks, data.imprint, fonts, head=head)


def number_blocks(number: str) -> list[Block]:
    """The document number above the title when there is no red head."""
    if not number:
        return []
    style = PLAIN
    return [
        Paragraph(number, type(style)(style.role, style.size, style.pitch, "right", 0, style.space), after=6)
    ]
