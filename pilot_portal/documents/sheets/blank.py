"""An empty table to hand out: drop-down lists, text-typed cells, a sheet of hints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from pilot_portal.documents.sheets.layout import ROW_HEIGHT
from pilot_portal.documents.sheets.write import A4_PAPER, FOOTER, HEI, SONG

ROWS = 500
LISTS = "填表说明"
HEAD_HEIGHT = 34
LINE = Side(style="thin")
BOX = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)


@dataclass(frozen=True, slots=True)
class Choice:
    """A list of words for columns (counted from 0); where `strict`, nothing else may be typed."""

    title: str
    words: Sequence[str]
    columns: Sequence[int]
    strict: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """A line above the table, across its whole width."""

    text: str
    font: Font
    height: float
    centred: bool = False


@dataclass(frozen=True, slots=True)
class BlankTable:
    """What stands on an empty table: name of the sheet, lines above, headers, widths, hints and lists."""

    name: str
    lines: Sequence[Line]
    headers: Sequence[str]
    widths: Sequence[float]
    hints: Sequence[str]
    choices: Sequence[Choice]
    hints_title: str = ""
    centred: frozenset[int] = frozenset()

    @property
    def head_row(self) -> int:
        """The row of the headers, counted from 1."""
        return len(self.lines) + 1


def _head(sheet: Worksheet, form: BlankTable) -> None:
    width = len(form.headers)
    for row, line in enumerate(form.lines, 1):
        cell = sheet.cell(row, 1, line.text)
        cell.font = line.font
        cell.alignment = Alignment(horizontal="center" if line.centred else None, vertical="center")
        sheet.row_dimensions[row].height = line.height
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)
    sheet.row_dimensions[form.head_row].height = HEAD_HEIGHT
    for column, title in enumerate(form.headers, 1):
        cell = sheet.cell(form.head_row, column, title)
        cell.font, cell.border = Font(name=SONG, size=11, bold=True), BOX
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.fill = PatternFill("solid", start_color="F2F2F2")


def _body(sheet: Worksheet, form: BlankTable) -> None:
    font = Font(name=SONG, size=11)
    for row in range(form.head_row + 1, form.head_row + 1 + ROWS):
        sheet.row_dimensions[row].height = ROW_HEIGHT
        for column in range(len(form.headers)):
            cell = sheet.cell(row, column + 1)
            cell.font, cell.border, cell.number_format = font, BOX, "@"
            across = "center" if column in form.centred else "left"
            cell.alignment = Alignment(horizontal=across, vertical="center", wrap_text=True)


def _hints(sheet: Worksheet, form: BlankTable) -> list[str]:
    """The sheet of hints and lists; gives where each list stands."""
    sheet.column_dimensions["A"].width = 100
    sheet.cell(1, 1, form.hints_title).font = Font(name=HEI, size=14)
    row = 2
    for text in form.hints:
        sheet.cell(row, 1, text).alignment = Alignment(wrap_text=True, vertical="top")
        row += 1
    where: list[str] = []
    for choice in form.choices:
        row += 1
        sheet.cell(row, 1, choice.title).font = Font(name=SONG, bold=True)
        where.append(f"'{LISTS}'!$A${row + 1}:$A${row + len(choice.words)}")
        for word in choice.words:
            row += 1
            sheet.cell(row, 1, word)
        row += 1
    return where


def _choose(sheet: Worksheet, form: BlankTable, where: Sequence[str]) -> None:
    first = form.head_row + 1
    for choice, formula in zip(form.choices, where, strict=True):
        for column in choice.columns:
            rule = DataValidation(type="list", formula1=formula, allow_blank=True)
            rule.showErrorMessage, rule.showInputMessage = choice.strict, True
            rule.error = "请从下拉列表中选择。"
            rule.prompt = "从下拉列表中选择" if choice.strict else "可填几类，用顿号隔开"
            letter = get_column_letter(column + 1)
            rule.add(f"{letter}{first}:{letter}{first + ROWS - 1}")
            sheet.add_data_validation(rule)


def blank_table(form: BlankTable) -> bytes:
    """The empty table as a workbook. What is filled into it reads back exactly."""
    book = Workbook()
    sheet = book.active
    sheet.title = form.name
    for number, wide in enumerate(form.widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = wide
    _head(sheet, form)
    _body(sheet, form)
    _choose(sheet, form, _hints(book.create_sheet(LISTS), form))
    sheet.freeze_panes = f"A{form.head_row + 1}"
    sheet.print_title_rows = f"{form.head_row}:{form.head_row}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4_PAPER
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = FOOTER.removeprefix("&C")
    out = BytesIO()
    book.save(out)
    return out.getvalue()
