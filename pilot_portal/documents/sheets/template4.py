"""The empty Attachment 4 that a county hands out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from openpyxl.styles import Font

from pilot_portal.documents.pdf.forms.attachment4 import Attachment4Words
from pilot_portal.documents.sheets.attachment4 import CENTRED, GAP, WIDTHS
from pilot_portal.documents.sheets.blank import BlankTable, Choice, Line, blank_table
from pilot_portal.documents.sheets.write import HEI, SONG

HINTS = (
    "一行填一项需求；不要改动表头，不够时可在下方继续填写。",
    "所需服务可以填几类，用顿号隔开，例如：数智转型、人才招引。",
    "联系人和电话填在同一格，例如：龚示例 13800000001；该列已设为文本，号码不会被改写。",
    "不要合并单元格，不要写“同上”。",
)


@dataclass(frozen=True, slots=True)
class BlankAttachment4:
    """What stands on the empty form: the round's title, unit and place, and the words to choose from."""

    round_title: str
    unit: str
    place: str
    counties: Sequence[str]
    kinds: Sequence[str]
    tiers: Sequence[str]
    words: Attachment4Words = field(default_factory=Attachment4Words)


def blank_attachment4(form: BlankAttachment4) -> bytes:
    """The empty form as a workbook. What is filled into it reads back exactly."""
    words = form.words
    place = f"{words.unit}{form.unit}{GAP}{words.place}{form.place}"
    return blank_table(
        BlankTable(
            name=words.mark,
            lines=(
                Line(words.mark, Font(name=HEI, size=14), 24),
                Line(words.title, Font(name=SONG, size=20, bold=True), 36, centred=True),
                Line(place, Font(name=SONG, size=12), 24),
            ),
            headers=words.headers,
            widths=WIDTHS,
            hints=(*HINTS, words.note),
            hints_title=form.round_title,
            choices=(
                Choice("可选的县市区", form.counties, (2,)),
                # Several services may stand in one cell: the list is an offer there, not a rule.
                Choice("可选的服务", form.kinds, (3,), strict=False),
                Choice("可选的企业类型", form.tiers, (4, 5)),
            ),
            centred=frozenset(CENTRED),
        )
    )
