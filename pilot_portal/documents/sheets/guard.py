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
from pilot_portal.documents.sheets.markup import Attributes, SheetFacts, SheetScan, Start, TablesScan, scan

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 200 * 1024 * 1024
MOST_RATIO = 200
# Below this nothing can hurt: tiny parts of blanks may well pack better than 1 : 200.
RATIO_FROM = 1024 * 1024
MOST_PARTS = 2_000
CHUNK = 256 * 1024

NOT_A_SHEET = "这不是电子表格。请上传 .xlsx、.xls 或 .et 文件。"
BOMB = "文件解压后过大，为安全起见不予读取。请删除多余的工作表和空行后另存再传。"
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


def _refuse_bombs(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    total = 0
    for part in parts:
        size = 0
        for chunk in _chunks(archive, part):
            size += len(chunk)
            total += len(chunk)
            if total > MOST_UNPACKED:
                raise Refused(BOMB)
            if size > RATIO_FROM and size > MOST_RATIO * max(part.compress_size, 1):
                raise Refused(BOMB)


def _walk(archive: zipfile.ZipFile, part: zipfile.ZipInfo, start: Start) -> None:
    scan(_chunks(archive, part), start)


def _ignore(name: str, attributes: Attributes) -> None:
    """Parts that are only looked through for a DTD."""


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
    for title, link_id in _sheet_ids(archive, by_name[book]).items():
        if link_id in targets and targets[link_id].kind == "worksheet":
            path = posixpath.normpath(posixpath.join("/", folder, targets[link_id].target))
            titles[path.lstrip("/")] = title
    if not titles:
        raise Refused(NOT_A_SHEET)
    if not titles.keys() <= by_name.keys():
        raise Refused(BROKEN)
    checked = Checked("xlsx")
    for name, part in by_name.items():
        if name in titles:
            walker = SheetScan()
            _walk(archive, part, walker.start)
            checked.sheets[titles[name]] = walker.facts
        elif name.endswith((".xml", ".vml")):
            _walk(archive, part, _ignore)
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


def _sheet_ids(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> dict[str, str]:
    found: dict[str, str] = {}

    def start(name: str, attributes: Attributes) -> None:
        if name == "sheet":
            link = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            found[attributes.get("name", "")] = link

    _walk(archive, part, start)
    return found


def _check_ods(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> Checked:
    by_name = {part.filename: part for part in parts}
    tables = TablesScan()
    outside: list[str] = []

    def content(name: str, attributes: Attributes) -> None:
        tables.start(name, attributes)
        if name in {"table-source", "cell-range-source", "dde-source"}:
            outside.append(name)

    def manifest(name: str, attributes: Attributes) -> None:
        if name == "encryption-data":
            raise Refused(LOCKED)

    _walk(archive, by_name["content.xml"], content)
    for name, part in by_name.items():
        if name.endswith((".xml", ".rdf")) and name != "content.xml":
            _walk(archive, part, manifest if name.endswith("manifest.xml") else _ignore)
    if outside:
        raise Refused(LINKS)
    if not tables.tables:
        raise Refused(NOT_A_SHEET)
    return Checked("ods", tables.tables)
