"""What the letters of the bureau have in common: who writes, on what grounds, with which fonts and marks."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.conf import settings

from pilot_portal.documents.pdf import Document, Fonts, Imprint, canonical, load_fonts, save
from pilot_portal.documents.registry import Printing
from pilot_portal.rounds.models import Round

BUREAU = "株洲市工业和信息化局"
PROGRAMME = "株洲市支持服务机构（平台）培育优质企业试点"
ENDS = ("。", "！", "？", "；", "…", "）", ".")
NOTICE = "《关于开展服务机构（平台）培育优质企业试点工作的通知》"


def fonts_in_use() -> Fonts:
    """The fonts of the roles of type, parsed once per process."""
    return load_fonts(settings.PORTAL_FONTS)


def look_of(round: Round) -> dict[str, Any]:
    """A rehearsal and a demonstration say so on every page."""
    return {"banner": "征求意见" if round.is_rehearsal else "", "specimen": round.is_demo}


def grounds_of(round: Round) -> str:
    """The notice that a decision of the round rests on, with its number where it has one."""
    return f"{NOTICE}（{round.document_number}）" if round.document_number else NOTICE


def sentence(text: str) -> str:
    """What somebody typed, as a sentence of a letter."""
    return text if text.endswith(ENDS) else f"{text}。"


def imprint_of(
    round: Round, number: str, printing: Printing, at: dt.datetime | None, *, version: str = ""
) -> Imprint:
    """What the foot of a paper says; `at` is the moment of what it shows."""
    return Imprint(number=number, version=version, verify_url=printing.verify_url, dated=at, **look_of(round))


def write(form: Callable[[Any, Fonts], Document], data: Any) -> bytes:
    """The file of a form filled with data, which it carries as JSON. Raises MissingGlyph."""
    fonts = fonts_in_use()
    return save(form(data, fonts), fonts, attached=canonical(data))
