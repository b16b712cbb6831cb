"""The empty Attachment 4 that a county hands out: drop-down lists, text-typed cells, hints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from pilot_portal.documents.pdf.forms.attachment4 import Attachment4Words
from pilot_portal.documents.sheets.attachment4 import CENTRED, GAP, WIDTHS
from pilot_portal.documents.sheets.layout import HEAD_ROW, MARK_ROW, ROW_HEIGHT, TITLE_ROW, UNIT_ROW
from pilot_portal.documents.sheets.write import A4_PAPER, FOOTER, HEI, SONG

ROWS = 500
LISTS = "填表说明"
LINE = Side(style="thin")
BOX = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
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


def _head(sheet: Worksheet, form: BlankAttachment4) -> None:
    words, width = form.words, len(form.words.headers)
    lines = (
        (MARK_ROW, words.mark, Font(name=HEI, size=14), 24, Alignment(vertical="center")),
        (
            TITLE_ROW,
            words.title,
            Font(name=SONG, size=20, bold=True),
            36,
            Alignment(horizontal="center", vertical="center"),
        ),
        (
            UNIT_ROW,
            f"{words.unit}{form.unit}{GAP}{words.place}{form.place}",
            Font(name=SONG, size=12),
            24,
            Alignment(vertical="center"),
        ),
    )
    for row, text, font, height, alignment in lines:
        cell = sheet.cell(row + 1, 1, text)
        cell.font, cell.alignment = font, alignment
        sheet.row_dimensions[row + 1].height = height
        sheet.merge_cells(start_row=row + 1, start_column=1, end_row=row + 1, end_column=width)
    sheet.row_dimensions[HEAD_ROW + 1].height = 34
    for column, title in enumerate(words.headers, 1):
        cell = sheet.cell(HEAD_ROW + 1, column, title)
        cell.font, cell.border = Font(name=SONG, size=11, bold=True), BOX
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.fill = PatternFill("solid", start_color="F2F2F2")


def _body(sheet: Worksheet, width: int) -> None:
    font = Font(name=SONG, size=11)
    for row in range(HEAD_ROW + 2, HEAD_ROW + 2 + ROWS):
        sheet.row_dimensions[row].height = ROW_HEIGHT
        for column in range(1, width + 1):
            cell = sheet.cell(row, column)
            cell.font, cell.border, cell.number_format = font, BOX, "@"
            across = "center" if column - 1 in CENTRED else "left"
            cell.alignment = Alignment(horizontal=across, vertical="center", wrap_text=True)


def _notes(sheet: Worksheet, form: BlankAttachment4) -> dict[str, str]:
    """The sheet of hints and lists; gives where each list stands."""
    sheet.column_dimensions["A"].width = 100
    sheet.cell(1, 1, form.round_title).font = Font(name=HEI, size=14)
    row = 2
    for text in (*HINTS, form.words.note):
        sheet.cell(row, 1, text).alignment = Alignment(wrap_text=True, vertical="top")
        row += 1
    where: dict[str, str] = {}
    for name, title, listed in (
        ("counties", "可选的县市区", form.counties),
        ("kinds", "可选的服务", form.kinds),
        ("tiers", "可选的企业类型", form.tiers),
    ):
        row += 1
        sheet.cell(row, 1, title).font = Font(name=SONG, bold=True)
        where[name] = f"'{LISTS}'!$A${row + 1}:$A${row + len(listed)}"
        for word in listed:
            row += 1
            sheet.cell(row, 1, word)
        row += 1
    return where


def blank_attachment4(form: BlankAttachment4) -> bytes:
    """The empty form as a workbook. What is filled into it reads back exactly."""
    book = Workbook()
    sheet = book.active
    sheet.title = form.words.mark
    width = len(form.words.headers)
    for number, wide in enumerate(WIDTHS):
        sheet.column_dimensions[chr(ord("A") + number)].width = wide
    _head(sheet, form)
    _body(sheet, width)
    where = _notes(book.create_sheet(LISTS), form)
    first, last = HEAD_ROW + 2, HEAD_ROW + 1 + ROWS
    columns = ("C", "counties"), ("D", "kinds"), ("E", "tiers"), ("F", "tiers")
    for column, name in columns:
        # Several services may stand in one cell: the list is an offer there, not a rule.
        strict = name != "kinds"
        choice = DataValidation(type="list", formula1=where[name], allow_blank=True)
        choice.showErrorMessage, choice.showInputMessage = strict, True
        choice.error = "请从下拉列表中选择。"
        choice.prompt = "从下拉列表中选择" if strict else "可填几类，用顿号隔开"
        choice.add(f"{column}{first}:{column}{last}")
        sheet.add_data_validation(choice)
    sheet.freeze_panes = f"A{first}"
    sheet.print_title_rows = f"{HEAD_ROW + 1}:{HEAD_ROW + 1}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4_PAPER
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = FOOTER.removeprefix("&C")
    out = BytesIO()
    book.save(out)
    return out.getvalue()
