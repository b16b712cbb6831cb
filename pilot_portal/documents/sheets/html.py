"""Web pages saved as .xls, as many systems export: their tables as sheets.

The pages of strangers are read in one pass that never looks back: what is opened and not closed ends the
page, where a library's parser would look for its end from every place anew.
"""

import re
from html import unescape
from html.entities import html5

from pilot_portal.common.errors import Refused
from pilot_portal.documents.sheets.markup import MOST_MERGES, TOO_MANY_MERGES
from pilot_portal.documents.sheets.workbook import Cell, Gathering, Merge, Sheet, Workbook

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|(?<![\w-])height\s*:\s*0(?:pt|px)?\s*(?:;|$)", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f]+")
# A value in quotes may hold anything; a stray quote is a letter like others. Every repetition is possessive.
_TAG = re.compile(
    r"<(/?)([a-zA-Z][^\s/>]*+)"
    r"((?:[\s/]++|[^\s/>=]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|(?![\"'])[^\s>]*+))?+|=)*+)>"
)
_ATTRIBUTE = re.compile(r"([^\s/>=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|(?![\"'])([^\s>]*+)))?+")
_RAW_END = {name: re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE) for name in ("script", "style")}
_ENTITY = re.compile(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
_MOST_SPAN = 1_000
_MOST_TABLES = 50
_MOST_COLUMNS = 1_000
_MOST_DEPTH = 100
# 20,000 rows of 13 cells whose text stands in a tag of its own make a million.
_MOST_MARKS = 1_500_000
# Long styles are real; nothing else of a row or a cell is asked.
_MOST_ATTRIBUTES = 10_000
_TOO_MUCH_MARKUP = "网页中的标记过多，请用 Excel 或 WPS 另存为 .xlsx 再上传。"


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


class _Tables:
    """Outer tables of a page; text of tables inside a cell belongs to the cell."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self.depth = 0
        self.number = 0
        self.hidden = False
        self.cells: list[Cell] = []
        self.text: list[str] | None = None
        self.going = True
        self.merged = 0
        self._begin()

    def read(self, page: str) -> None:
        """Walk through a page from its beginning to its end."""
        place = 0
        while True:
            at = page.find("<", place)
            if self.text is not None and at != place:
                self._words(page[place:at] if at >= 0 else page[place:])
            if at < 0:
                return
            found = _TAG.match(page, at)
            place = self._tag(page, found) if found else self._other(page, at)

    def _tag(self, page: str, found: re.Match[str]) -> int:
        """A tag; gives where to read on."""
        name = found[2].lower()
        if found[1]:
            self._close(name)
        elif name in _RAW_END:
            end = _RAW_END[name].search(page, found.end())
            return end.start() if end else len(page)
        else:
            self._open(name, found[3])
        return found.end()

    def _other(self, page: str, at: int) -> int:
        """What begins like a tag and is none; gives where to read on, the end where it is never closed."""
        following = page[at + 1 : at + 2]
        if page.startswith("<!--", at):
            end = page.find("-->", at + 2)
            return end + len("-->") if end >= 0 else len(page)
        if following in {"!", "?", "/"}:
            return page.find(">", at) + 1 or len(page)
        if following.isascii() and following.isalpha():
            return len(page)
        if self.text is not None:
            self.text.append("<")
        return at + 1

    def _begin(self) -> None:
        self.gathering = Gathering()
        self.merges: list[Merge] = []
        self.number = 0
        self.going = True
        # Columns that a cell of an earlier row still covers: column -> last row.
        self.covered: dict[int, int] = {}

    def _open(self, tag: str, attributes: str) -> None:
        if tag == "table":
            self.depth += 1
            if self.depth == 1:
                self._begin()
            elif self.depth > _MOST_DEPTH:
                raise Refused("网页中的表格嵌套过深，请用 Excel 或 WPS 另存为 .xlsx 再上传。")
        elif self.depth != 1:
            return
        elif tag == "tr":
            self._end_row()
            self.number += 1
            self.cells = []
            self.hidden = bool(_HIDDEN.search(_given(attributes).get("style", "")))
        elif tag in {"td", "th"}:
            self._end_cell()
            given = _given(attributes)
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
            self.merged += 1
            if self.merged > MOST_MERGES:
                raise Refused(TOO_MANY_MERGES)
        if down > 1:
            self.covered.update(dict.fromkeys(range(left, left + right), self.number + down - 1))
        self.span = right
        self.text = []

    def _cover(self) -> None:
        while self.covered.get(len(self.cells) + 1, 0) >= self.number and len(self.cells) < _MOST_COLUMNS:
            self.cells.append("")

    def _close(self, tag: str) -> None:
        if tag == "table" and self.depth:
            self.depth -= 1
            if self.depth == 0:
                self.end_table()
        elif self.depth == 1 and tag in {"td", "th"}:
            self._end_cell()
        elif self.depth == 1 and tag == "tr":
            self._end_row()

    def _words(self, data: str) -> None:
        if self.text is not None:
            self.text.append(_SPACE.sub(" ", _plain(data)))

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


def _character(found: re.Match[str]) -> str:
    """What an entity stands for; one that nobody knows stays as it is."""
    return unescape(f"&{found[1]};") if found[1][0] == "#" or f"{found[1]};" in html5 else found[0]


def _plain(text: str) -> str:
    """A text without entities; the library's own way looks for the beginnings of unknown ones, one by one."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _given(attributes: str) -> dict[str, str]:
    """The attributes of a tag by their names; those of a row or cell, which are few."""
    found = _ATTRIBUTE.findall(attributes, 0, _MOST_ATTRIBUTES)
    return {name.lower(): _plain(first or second or third) for name, first, second, third in found}


def _span(text: str | None) -> int:
    return (
        min(max(1, int(text)), _MOST_SPAN) if text and text.isdecimal() and len(text) < len("100000") else 1
    )


def read_html(content: bytes) -> Workbook:
    """The tables of a page saved as .xls. Raises Refused where there is none, or too much of anything."""
    if content.count(b"<") + content.count(b"&") > _MOST_MARKS:
        raise Refused(_TOO_MUCH_MARKUP)
    page = _Tables()
    page.read(decode(content))
    if page.depth:
        page.end_table()
    if not page.sheets:
        raise Refused("网页中没有表格，请用 Excel 或 WPS 另存为 .xlsx 再上传。")
    return Workbook("html", tuple(page.sheets))
