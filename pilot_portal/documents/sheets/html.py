"""Web pages saved as .xls, as many systems export: their tables as sheets."""

import re
from html.parser import HTMLParser

from pilot_portal.common.errors import Refused
from pilot_portal.documents.sheets.workbook import Cell, Gathering, Merge, Sheet, Workbook

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|(?<![\w-])height\s*:\s*0(?:pt|px)?\s*(?:;|$)", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_MOST_SPAN = 1_000
_MOST_TABLES = 50
_MOST_COLUMNS = 1_000


def decode(content: bytes) -> str:
    """The text of a page in whatever of the usual encodings it is."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    named = _CHARSET.search(content[:4096])
    names = ["utf-8-sig", named[1].decode("ascii") if named else "gb18030", "gb18030"]
    if named and named[1].lower() in {b"gb2312", b"gbk", b"gb18030"}:
        names = ["gb18030", "utf-8-sig"]
    for name in names:
        try:
            return content.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    raise Refused("网页格式的表格编码无法识别，请用 Excel 或 WPS 另存为 .xlsx 再上传。")


class _Tables(HTMLParser):
    """Outer tables of a page; text of tables inside a cell belongs to the cell."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sheets: list[Sheet] = []
        self.depth = 0
        self.number = 0
        self.hidden = False
        self.cells: list[Cell] = []
        self.text: list[str] | None = None
        self.silent = 0
        self.going = True
        self._begin()

    def _begin(self) -> None:
        self.gathering = Gathering()
        self.merges: list[Merge] = []
        self.number = 0
        self.going = True
        # Columns that a cell of an earlier row still covers: column -> last row.
        self.covered: dict[int, int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An opening tag."""
        given = {name: value or "" for name, value in attrs}
        if tag in {"script", "style"}:
            self.silent += 1
        elif tag == "table":
            self.depth += 1
            if self.depth == 1:
                self._begin()
        elif self.depth != 1:
            return
        elif tag == "tr":
            self._end_row()
            self.number += 1
            self.cells = []
            self.hidden = bool(_HIDDEN.search(given.get("style", "")))
        elif tag in {"td", "th"}:
            self._end_cell()
            self._cell(_span(given.get("rowspan")), _span(given.get("colspan")))
        elif tag == "br" and self.text is not None:
            self.text.append("\n")

    def _cell(self, down: int, right: int) -> None:
        self._cover()
        left = len(self.cells) + 1
        if left + right > _MOST_COLUMNS:
            raise Refused("表格的列数过多，请删除数据以外的列后重试。")
        self.number = max(self.number, 1)
        if down > 1 or right > 1:
            self.merges.append(Merge(self.number, left, self.number + down - 1, left + right - 1))
        if down > 1:
            self.covered.update(dict.fromkeys(range(left, left + right), self.number + down - 1))
        self.span = right
        self.text = []

    def _cover(self) -> None:
        while self.covered.get(len(self.cells) + 1, 0) >= self.number and len(self.cells) < _MOST_COLUMNS:
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        """A closing tag."""
        if tag in {"script", "style"}:
            self.silent = max(0, self.silent - 1)
        elif tag == "table" and self.depth:
            self.depth -= 1
            if self.depth == 0:
                self.end_table()
        elif self.depth == 1 and tag in {"td", "th"}:
            self._end_cell()
        elif self.depth == 1 and tag == "tr":
            self._end_row()

    def handle_data(self, data: str) -> None:
        """Text between tags."""
        if self.text is not None and not self.silent:
            self.text.append(_SPACE.sub(" ", data))

    def _end_cell(self) -> None:
        if self.text is None:
            return
        self.cells.append("".join(self.text).strip(" "))
        self.cells += [""] * (self.span - 1)
        self.text = None

    def _end_row(self) -> None:
        self._end_cell()
        if self.cells and self.going:
            self.going = self.gathering.add(self.number, self.cells, hidden=self.hidden)
        self.cells = []

    def end_table(self) -> None:
        """The table is complete."""
        self._end_row()
        if len(self.sheets) >= _MOST_TABLES:
            raise Refused("网页中的表格过多，请只保留需求表后另存为 .xlsx 再上传。")
        self.sheets.append(
            Sheet(
                name=f"表{len(self.sheets) + 1}",
                visible=True,
                rows=tuple(self.gathering.rows),
                merges=tuple(self.merges),
                more=not self.going,
            )
        )


def _span(text: str | None) -> int:
    return (
        min(max(1, int(text)), _MOST_SPAN) if text and text.isdecimal() and len(text) < len("100000") else 1
    )


def read_html(content: bytes) -> Workbook:
    """The tables of a page saved as .xls. Raises Refused where there is none."""
    page = _Tables()
    page.feed(decode(content))
    page.close()
    if page.depth:
        page.end_table()
    if not page.sheets:
        raise Refused("网页中没有表格，请用 Excel 或 WPS 另存为 .xlsx 再上传。")
    return Workbook("html", tuple(page.sheets))
