"""What is looked at before a spreadsheet is read: bombs, entities, macros, passwords, links to elsewhere.

Runs over bytes of a stranger. Everything is counted while it streams; nothing is believed that the file says
of itself.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

from pilot_portal.common.errors import Refused
from pilot_portal.documents.sheets.biff import LINKS, LOCKED, MACROS, check_records
from pilot_portal.documents.sheets.compound import BROKEN, MAGIC, Compound
from pilot_portal.documents.sheets.markup import (
    Attributes,
    SheetFacts,
    SheetScan,
    Start,
    TablesScan,
    refuse_declarations,
    refuse_too_much,
    scan,
)
from pilot_portal.documents.sheets.workbook import MOST_ROWS, TOO_MUCH

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 200 * 1024 * 1024
MOST_RATIO = 200
# Below this nothing can hurt: tiny parts of blanks may well pack better than 1 : 200.
RATIO_FROM = 1024 * 1024
MOST_PARTS = 2_000
CHUNK = 256 * 1024
# What makes a parser stop and tell (tags, entities, ends of lines) in the sheets, in what says how the parts
# belong together, in everything: counting takes no time, reading does. 20,000 rows of 12 texts have 1.5
# million, 20,000 typed mail addresses 20,000 links.
_MARKS = (b"<", b"&", b"\n", b"\r")
MOST_MARKS, MOST_MARKS_ODS, MOST_LINKS, MOST_MARKS_IN_ALL = 3_500_000, 2_500_000, 300_000, 8_000_000

NOT_A_SHEET = "这不是电子表格。请上传 .xlsx、.xls 或 .et 文件。"
BOMB = "文件解压后过大，为安全起见不予读取。请删除多余的工作表和空行后另存再传。"
TOO_MANY_CELLS = (
    f"表格内容过大：数据超过 {MOST_ROWS} 行，或数据以外带格式的空单元格过多。"
    "请删除空行、空列，或分成几份后上传。"
)
_TEXTS = (".xml", ".rels", ".vml", ".rdf")
_BINDING = (".rels", "[Content_Types].xml", "workbook.xml", "manifest.xml")
_HTML = re.compile(rb"<\s*(?:!doctype\s+html|html|table|meta|head|body)\b", re.IGNORECASE)


@dataclass
class Checked:
    """A file that passed: its kind (xlsx, ods, xls, html) and, where XML told, the facts by name of sheet."""

    kind: str
    sheets: dict[str, SheetFacts] = field(default_factory=dict)


@dataclass(frozen=True)
class Link:
    """A relationship of a part: the last word of its type, its target, whether it leads outside."""

    kind: str
    target: str
    external: bool


def check(content: bytes) -> Checked:
    """Look at the bytes of an upload. Raises Refused with a sentence for anything not plausible."""
    if not content:
        raise Refused("文件是空的，请检查后重新上传。")
    if len(content) > MOST_BYTES:
        raise Refused("文件超过 20 MB，请分成几份后分别上传。")
    if content.startswith(MAGIC):
        return _check_compound(content)
    if content.startswith(b"PK"):
        try:
            return _check_archive(content)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError):
            raise Refused(BROKEN) from None
    if _looks_like_html(content):
        return Checked("html")
    raise Refused(NOT_A_SHEET)


def _looks_like_html(content: bytes) -> bool:
    head = content[:4096].replace(b"\x00", b"")
    return bool(_HTML.search(head)) and b"%PDF" not in head


def _check_compound(content: bytes) -> Checked:
    found = Compound(content)
    if found.names & {"EncryptedPackage", "EncryptionInfo"}:
        raise Refused(LOCKED)
    if any(name.casefold().startswith(("_vba_project", "vba", "macros")) for name in found.names):
        raise Refused(MACROS)
    if not {name.casefold() for name in found.names} & {"workbook", "book"}:
        raise Refused(NOT_A_SHEET)
    return Checked("xls", check_records(found.stream("Workbook", "Book")))


def _check_archive(content: bytes) -> Checked:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or len({part.filename.casefold() for part in parts}) < len(parts):
            raise Refused(BROKEN)
        if any(part.flag_bits & 1 for part in parts):
            raise Refused(LOCKED)
        _refuse_names(parts)
        _refuse_bombs(archive, parts)
        names = {part.filename for part in parts}
        if "[Content_Types].xml" in names:
            return _check_xlsx(archive, parts)
        if "content.xml" in names:
            return _check_ods(archive, parts)
    raise Refused(NOT_A_SHEET)


def _refuse_names(parts: list[zipfile.ZipInfo]) -> None:
    for part in parts:
        name = part.filename.casefold()
        if name.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in name:
            raise Refused(MACROS)
        if name.startswith(("basic/", "scripts/")) and not name.endswith("/"):
            raise Refused(MACROS)
        if "/externallinks/" in name:
            raise Refused(LINKS)


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _marks(chunk: bytes) -> int:
    return sum(map(chunk.count, _MARKS))


def _refuse_bombs(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    total, marks, links = 0, 0, 0
    for part in parts:
        size = 0
        is_text, binds = part.filename.endswith(_TEXTS), part.filename.endswith(_BINDING)
        for chunk in _chunks(archive, part):
            size += len(chunk)
            total += len(chunk)
            if total > MOST_UNPACKED:
                raise Refused(BOMB)
            if size > RATIO_FROM and size > MOST_RATIO * max(part.compress_size, 1):
                raise Refused(BOMB)
            if is_text:
                found = _marks(chunk)
                marks += found
                links += found if binds else 0
            if marks > MOST_MARKS_IN_ALL or links > MOST_LINKS:
                raise Refused(TOO_MUCH)


def _refuse_marks(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo], most: int) -> None:
    """Raise Refused where the sheets have more cells, filled or only coloured, than can be looked at.

    Told before they are looked at one by one: this alone says so within two seconds.
    """
    marks = 0
    for part in parts:
        for chunk in _chunks(archive, part):
            marks += _marks(chunk)
            if marks > most:
                raise Refused(TOO_MANY_CELLS)


def _walk(archive: zipfile.ZipFile, part: zipfile.ZipInfo, start: Start) -> None:
    scan(_chunks(archive, part), start)


def _links(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> dict[str, Link]:
    found: dict[str, Link] = {}

    def start(name: str, attributes: Attributes) -> None:
        if name == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            external = attributes.get("TargetMode", "").casefold() == "external"
            found[attributes.get("Id", "")] = Link(kind, attributes.get("Target", ""), external)

    _walk(archive, part, start)
    # A typed e-mail address becomes a hyperlink by itself: nobody follows it here.
    if any(
        link.kind.startswith("externalLink") or (link.external and link.kind != "hyperlink")
        for link in found.values()
    ):
        raise Refused(LINKS)
    return found


def _check_xlsx(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> Checked:
    by_name = {part.filename: part for part in parts}
    links = {name: _links(archive, part) for name, part in by_name.items() if name.endswith(".rels")}
    _refuse_types(archive, by_name["[Content_Types].xml"])
    mains = [link.target for link in links.get("_rels/.rels", {}).values() if link.kind == "officeDocument"]
    book = mains[0].lstrip("/") if mains else ""
    if book not in by_name:
        raise Refused(NOT_A_SHEET)
    folder, _, name = book.rpartition("/")
    targets = links.get(posixpath.join(folder, "_rels", f"{name}.rels"), {})
    titles: dict[str, str] = {}
    hidden: set[str] = set()
    for found in _listed(archive, by_name[book]):
        if found.link in targets and targets[found.link].kind == "worksheet":
            path = posixpath.normpath(posixpath.join("/", folder, targets[found.link].target)).lstrip("/")
            titles[path] = found.title
            if not found.visible:
                hidden.add(path)
    if not titles:
        raise Refused(NOT_A_SHEET)
    if not titles.keys() <= by_name.keys() or len(set(titles.values())) < len(titles):
        raise Refused(BROKEN)
    checked = Checked("xlsx")
    # A sheet behind the curtain is never read, however long last year's list is.
    seen = titles.keys() - hidden
    _refuse_marks(archive, [by_name[path] for path in titles], MOST_MARKS)
    for name, part in by_name.items():
        if name in seen:
            walker = SheetScan()
            scan(_chunks(archive, part), walker.start, walker.begin)
            checked.sheets[titles[name]] = walker.facts
            refuse_too_much(checked.sheets.values())
        elif name.endswith(_TEXTS):
            refuse_declarations(_chunks(archive, part))
    return checked


def _refuse_types(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    types: set[str] = set()

    def start(_name: str, attributes: Attributes) -> None:
        types.add(attributes.get("ContentType", "").casefold())

    _walk(archive, part, start)
    if any("macroenabled" in kind or "vbaproject" in kind for kind in types):
        raise Refused(MACROS)
    if any("sheet.binary" in kind for kind in types):
        raise Refused("暂不支持 .xlsb，请另存为 .xlsx 后再传。")
    if not any("spreadsheetml" in kind for kind in types):
        raise Refused(NOT_A_SHEET)


@dataclass(frozen=True)
class _Listed:
    """A sheet as the workbook lists it."""

    title: str
    link: str
    visible: bool


def _listed(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> list[_Listed]:
    found: list[_Listed] = []

    def start(name: str, attributes: Attributes) -> None:
        if name == "sheet":
            link = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            visible = attributes.get("state", "visible") not in {"hidden", "veryHidden"}
            found.append(_Listed(attributes.get("name", ""), link, visible))

    _walk(archive, part, start)
    return found


def _check_ods(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> Checked:
    by_name = {part.filename: part for part in parts}
    tables = TablesScan()

    def manifest(name: str, attributes: Attributes) -> None:
        if name == "encryption-data":
            raise Refused(LOCKED)

    _refuse_marks(archive, [by_name["content.xml"]], MOST_MARKS_ODS)
    _walk(archive, by_name["content.xml"], tables.start)
    refuse_too_much(tables.tables.values())
    for name, part in by_name.items():
        if name.endswith("manifest.xml"):
            _walk(archive, part, manifest)
        elif name.endswith(_TEXTS) and name != "content.xml":
            refuse_declarations(_chunks(archive, part))
    if tables.is_linked:
        raise Refused(LINKS)
    if not tables.tables:
        raise Refused(NOT_A_SHEET)
    return Checked("ods", tables.tables)
