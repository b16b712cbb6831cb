"""A workbook of Attachment 4 rows written in a process of its own: its CPU time and memory, as one JSON line.

python -m tests.benchmarks.writer portal|openpyxl ROWS
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pilot_portal.documents.pdf.forms import Attachment4Data, Attachment4Row
from pilot_portal.documents.sheets import write_attachment4
from tests.benchmarks.measure import peak_memory

PLACE = "芦淞区"


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
    data = Attachment4Data(unit="示例申报单位", place=PLACE, rows=())
    with target.open("w+b") as stream:
        write_attachment4(data, stream, rows(count))


def _by_openpyxl(count: int, target: Path) -> None:
    """The same cells with the same looks in openpyxl's write-only mode."""
    from openpyxl import Workbook  # noqa: PLC0415 - not in the memory of the portal's own writer
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Alignment, Border, Font, Side  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet("附件4")
    font, line = Font(name="宋体", size=11), Side(style="thin")
    border = Border(left=line, right=line, top=line, bottom=line)
    left = Alignment(horizontal="left", vertical="center", wrap_text=True)
    centre = Alignment(horizontal="center", vertical="center", wrap_text=True)
    for number, row in enumerate(rows(count), start=1):
        values = (str(number), row.company, row.county, "、".join(row.services), row.status, row.target)
        cells = []
        for place, value in enumerate((*values, row.contact, row.remark)):
            cell = WriteOnlyCell(sheet, value=value or None)
            cell.font, cell.border, cell.number_format = font, border, "@"
            cell.alignment = centre if place in {0, 2} else left
            cells.append(cell)
        sheet.append(cells)
    book.save(target)


WRITERS = {"portal": _by_portal, "openpyxl": _by_openpyxl}


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
