"""The layout that Attachments 1 and 4 share as workbooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pilot_portal.documents.sheets.columns import Column, Value
from pilot_portal.documents.sheets.write import HEI, Book

MARK_ROW, TITLE_ROW, UNIT_ROW, HEAD_ROW = range(4)
BLANK_ROWS = 8  # rows ruled in a form that has none
NOTE_HEIGHT = 48.0
ROW_HEIGHT = 27.0


@dataclass(frozen=True, slots=True)
class FormSheet:
    """A form.

    Its mark, title, unit line, columns, note, and the words of a report of none (empty: ruled rows).
    """

    mark: str
    title: str
    unit: str
    columns: Sequence[Column]
    note: str
    none: str


def write_form(book: Book, form: FormSheet, rows: Iterable[Sequence[Value]]) -> int:
    """Write the form's one sheet and return the number of rows.

    Raises Refused for a text longer than a cell.
    """
    columns, width = form.columns, len(form.columns)
    sheet = book.sheet(form.mark)
    book.columns(sheet, columns)
    sheet.repeat_rows(HEAD_ROW)
    sheet.freeze_panes(HEAD_ROW + 1, 0)
    sheet.set_row(MARK_ROW, 24)
    sheet.write_string(MARK_ROW, 0, form.mark, book.style(font_name=HEI, font_size=14))
    sheet.set_row(TITLE_ROW, 36)
    book.span(sheet, TITLE_ROW, width, form.title, book.style(font_size=20, bold=True, align="center"))
    sheet.set_row(UNIT_ROW, 24)
    book.span(sheet, UNIT_ROW, width, form.unit, book.style(font_size=12))
    sheet.set_row(HEAD_ROW, 34)
    for at, column in enumerate(columns):
        sheet.write_string(HEAD_ROW, at, column.title, book.head())
    count, data = 0, book.rows(sheet, columns, ROW_HEIGHT)
    for count, values in enumerate(rows, 1):
        data.write(HEAD_ROW + count, values)
    end = HEAD_ROW + 1 + count
    if not count and form.none:
        sheet.set_row(end, ROW_HEIGHT)
        book.span(sheet, end, width, form.none, book.style(border=1, align="center"))
        end += 1
    elif not count:
        for _ in range(BLANK_ROWS):
            data.write(end, [None] * width)
            end += 1
    sheet.set_row(end, NOTE_HEIGHT)
    book.span(sheet, end, width, form.note, book.style(font_size=10, text_wrap=True, valign="top"))
    return count
