"""A workbook of Attachment 4 rows written in a process of its own: its CPU time and memory, as one JSON line.

python -m tests.benchmarks.writer portal|openpyxl-write-only|openpyxl|xlsxwriter ROWS
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pilot_portal.documents.pdf.forms import Attachment4Data, Attachment4Row
from pilot_portal.documents.sheets import write_attachment4
from pilot_portal.documents.sheets.attachment4 import CENTRED, GAP, WIDTHS
from pilot_portal.documents.sheets.layout import ROW_HEIGHT
from tests.benchmarks.measure import peak_memory

if TYPE_CHECKING:  # openpyxl is not in the memory of the portal's own writer
    from openpyxl.cell import Cell
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet.worksheet import Worksheet

PLACE = "芦淞区"
DATA = Attachment4Data(unit="示例申报单位", place=PLACE, rows=())
WORDS = DATA.words
UNIT = f"{WORDS.unit}{DATA.unit}{GAP}{WORDS.place}{DATA.place}"
HEAD = 4
HEIGHTS = {1: 24, 2: 36, 3: 24, HEAD: 34}


def rows(count: int) -> Iterator[Attachment4Row]:
    """So many firms."""
    for number in range(1, count + 1):
        yield Attachment4Row(
            company=f"株洲示例{number:06}制造有限公司",
            county=PLACE,
            services=("数智转型", "人才招引"),
            status="创新型中小企业",
            target="省级专精特新中小企业",
            contact=f"龚示例 138{number:08}",
            remark="",
        )


def _by_portal(count: int, target: Path) -> None:
    with target.open("w+b") as stream:
        write_attachment4(DATA, stream, rows(count))


def texts(count: int) -> Iterator[tuple[str, ...]]:
    """The cells of the rows, as texts."""
    for number, row in enumerate(rows(count), start=1):
        services = "、".join(row.services)
        yield (
            str(number),
            row.company,
            row.county,
            services,
            row.status,
            row.target,
            row.contact,
            row.remark,
        )


class _Looks:
    """The looks of the form as openpyxl's objects."""

    def __init__(self) -> None:
        from openpyxl.styles import Alignment, Border, Font, Side  # noqa: PLC0415 - see _by_openpyxl

        line = Side(style="thin")
        self.border = Border(left=line, right=line, top=line, bottom=line)
        self.left = Alignment(horizontal="left", vertical="center", wrap_text=True)
        self.centre = Alignment(horizontal="center", vertical="center", wrap_text=True)
        self.font, self.bold = Font(name="宋体", size=11), Font(name="宋体", size=11, bold=True)
        self.mark, self.title = Font(name="黑体", size=14), Font(name="宋体", size=20, bold=True)
        self.unit, self.note = Font(name="宋体", size=12), Font(name="宋体", size=10)

    def dress(self, cell: "Cell", place: int, *, head: bool = False) -> None:
        """Give a cell of the table its look."""
        cell.font, cell.border, cell.number_format = self.bold if head else self.font, self.border, "@"
        cell.alignment = self.centre if head or place in CENTRED else self.left

    def page(self, sheet: "Worksheet") -> None:
        """Give the sheet its widths, heights and print settings; before its first row."""
        sheet.sheet_format.defaultRowHeight, sheet.sheet_format.customHeight = ROW_HEIGHT, True
        sheet.freeze_panes, sheet.print_title_rows = "A5", "4:4"
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
        sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight = True, 0
        sheet.oddFooter.center.text = "第 &P 页　共 &N 页"
        for place, width in enumerate(WIDTHS):
            sheet.column_dimensions["ABCDEFGH"[place]].width = width
        for number, height in HEIGHTS.items():
            sheet.row_dimensions[number].height = height


def _by_write_only(count: int, target: Path) -> None:
    """The same cells with the same looks in openpyxl's write-only mode, as its manual shows it."""
    from openpyxl import Workbook  # noqa: PLC0415 - not in the memory of the portal's own writer
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    book, looks = Workbook(write_only=True), _Looks()
    sheet = book.create_sheet("附件4")
    looks.page(sheet)

    def line(text: str, font: "Font", alignment: "Alignment") -> None:
        cell = WriteOnlyCell(sheet, value=text)
        cell.font, cell.alignment = font, alignment
        sheet.append([cell])

    line(WORDS.mark, looks.mark, looks.left)
    line(WORDS.title, looks.title, looks.centre)
    line(UNIT, looks.unit, looks.left)
    head = [WriteOnlyCell(sheet, value=title) for title in WORDS.headers]
    for place, cell in enumerate(head):
        looks.dress(cell, place, head=True)
    sheet.append(head)
    for values in texts(count):
        cells = [WriteOnlyCell(sheet, value=value or None) for value in values]
        for place, cell in enumerate(cells):
            looks.dress(cell, place)
        sheet.append(cells)
    line(WORDS.note, looks.note, looks.left)
    for number in (2, 3, HEAD + count + 1):
        sheet.merged_cells.ranges.add(f"A{number}:H{number}")
    book.save(target)


def _by_openpyxl(count: int, target: Path) -> None:
    """The same in openpyxl's ordinary mode."""
    from openpyxl import Workbook  # noqa: PLC0415 - not in the memory of the portal's own writer

    book, looks = Workbook(), _Looks()
    sheet = book.active
    sheet.title = "附件4"
    looks.page(sheet)
    lines = (
        (1, WORDS.mark, looks.mark, looks.left),
        (2, WORDS.title, looks.title, looks.centre),
        (3, UNIT, looks.unit, looks.left),
        (HEAD + count + 1, WORDS.note, looks.note, looks.left),
    )
    for number, values in enumerate([WORDS.headers, *texts(count)], start=HEAD):
        for place, value in enumerate(values):
            looks.dress(sheet.cell(number, place + 1, value or None), place, head=number == HEAD)
    for number, text, font, alignment in lines:
        cell = sheet.cell(number, 1, text)
        cell.font, cell.alignment = font, alignment
        if number > 1:
            sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=8)
    book.save(target)


def _by_xlsxwriter(count: int, target: Path) -> None:
    """The same by XlsxWriter's own calls, with constant memory."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - as above

    with Workbook(target, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("附件4")
        usual = {
            "font_name": "宋体",
            "font_size": 11,
            "valign": "vcenter",
            "text_wrap": True,
            "num_format": "@",
        }
        left = book.add_format({**usual, "border": 1, "align": "left"})
        centre = book.add_format({**usual, "border": 1, "align": "center"})
        head = book.add_format({**usual, "border": 1, "align": "center", "bold": True})
        title = book.add_format({**usual, "font_size": 20, "bold": True, "align": "center"})
        unit, note = (book.add_format({**usual, "font_size": size}) for size in (12, 10))
        sheet.set_default_row(ROW_HEIGHT)
        sheet.freeze_panes(HEAD, 0)
        sheet.repeat_rows(HEAD - 1)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C第 &P 页　共 &N 页")
        for place, width in enumerate(WIDTHS):
            sheet.set_column(place, place, width)
        for number, height in HEIGHTS.items():
            sheet.set_row(number - 1, height)
        sheet.write_string(0, 0, WORDS.mark, book.add_format({"font_name": "黑体", "font_size": 14}))
        sheet.merge_range(1, 0, 1, 7, WORDS.title, title)
        sheet.merge_range(2, 0, 2, 7, UNIT, unit)
        sheet.write_row(HEAD - 1, 0, WORDS.headers, head)
        for number, values in enumerate(texts(count), start=HEAD):
            for place, value in enumerate(values):
                sheet.write_string(number, place, value, centre if place in CENTRED else left)
        sheet.merge_range(HEAD + count, 0, HEAD + count, 7, WORDS.note, note)


WRITERS = {
    "portal": _by_portal,
    "openpyxl-write-only": _by_write_only,
    "openpyxl": _by_openpyxl,
    "xlsxwriter": _by_xlsxwriter,
}


def main() -> int:
    """Writes the workbook, tells CPU seconds, peak memory and what the process had before, in MiB."""
    writer, count = WRITERS[sys.argv[1]], int(sys.argv[2])
    before = peak_memory()
    with tempfile.TemporaryDirectory(prefix="portal-writer-") as folder:
        began = time.process_time()
        target = Path(folder) / "rows.xlsx"
        writer(count, target)
        told = {
            "cpu": time.process_time() - began,
            "before": before,
            "peak": peak_memory(),
            "size": target.stat().st_size,
        }
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
