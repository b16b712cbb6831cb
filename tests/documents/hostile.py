"""Spreadsheets that mean harm or are broken, built where they are needed; none is kept in the repository."""

import base64
import io
import random
import struct
import zipfile
from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "samples" / "attachment4"
STANDARD = SAMPLES / "01_standard.xlsx"
SHEET = "xl/worksheets/sheet1.xml"
OOXML = "http://schemas.openxmlformats.org"
MAIN = f'xmlns="{OOXML}/spreadsheetml/2006/main"'


def changed(parts: dict[str, bytes] | None = None, *, source: Path = STANDARD) -> bytes:
    """The standard workbook with parts put in or replaced."""
    parts = parts or {}
    out = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, old.read(name)))
        for name in parts.keys() - set(old.namelist()):
            new.writestr(name, parts[name])
    return out.getvalue()


def part(name: str) -> bytes:
    """A part of the standard workbook."""
    with zipfile.ZipFile(STANDARD) as archive:
        return archive.read(name)


def sheet(cells: str) -> bytes:
    """The standard workbook with these rows alone."""
    return changed({SHEET: f"<worksheet {MAIN}><sheetData>{cells}</sheetData></worksheet>".encode()})


def text_cell(place: str, text: str = "示例") -> str:
    """A cell that holds its text itself."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def bomb() -> bytes:
    """300 MB of blanks in 300 KB."""
    return changed({SHEET: b" " * 300_000_000})


def many_parts_bomb() -> bytes:
    """Parts that each keep to the ratio and together go beyond what may be unpacked."""
    out = io.BytesIO()
    half = bytes(range(256)) * 40 + bytes(2_000_000)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for number in range(120):
            archive.writestr(f"xl/media/{number}.bin", half)
    return out.getvalue()


def far_cell() -> bytes:
    """One cell at the end of the world."""
    return sheet(f'<row r="1">{text_cell("A1")}</row><row r="1048576">{text_cell("XFD1048576")}</row>')


def entity() -> bytes:
    """Laughter a billion times."""
    laughs = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(9))
    head = f'<?xml version="1.0"?><!DOCTYPE worksheet [{laughs}]>'
    body = f'<worksheet {MAIN}><sheetData><row r="1">{text_cell("A1", "&e8;")}</row></sheetData></worksheet>'
    return changed({SHEET: (head + body).encode()})


def outer_entity() -> bytes:
    """A shared string that wants a file of the server."""
    text = '<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    return changed({"xl/sharedStrings.xml": f"{text}<sst {MAIN}><si><t>&x;</t></si></sst>".encode()})


def outer_link() -> bytes:
    """A workbook that draws on another."""
    rels = part("xl/_rels/workbook.xml.rels").decode()
    kind = f"{OOXML}/officeDocument/2006/relationships/externalLink"
    more = (
        f'<Relationship Id="rId99" Type="{kind}" Target="externalLinks/externalLink1.xml"/></Relationships>'
    )
    return changed({"xl/_rels/workbook.xml.rels": rels.replace("</Relationships>", more).encode()})


def outer_picture() -> bytes:
    """A sheet whose picture is fetched from elsewhere."""
    kind = f"{OOXML}/officeDocument/2006/relationships/image"
    link = f'<Relationship Id="rId1" Type="{kind}" Target="http://example.org/x.png" TargetMode="External"/>'
    rels = f'<Relationships xmlns="{OOXML}/package/2006/relationships">{link}</Relationships>'
    return changed({"xl/worksheets/_rels/sheet1.xml.rels": rels.encode()})


def macro() -> bytes:
    """A workbook with a macro project."""
    return changed({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"})


def macro_type() -> bytes:
    """A workbook that says it may hold macros."""
    types = part("[Content_Types].xml").decode()
    return changed(
        {"[Content_Types].xml": types.replace("sheet.main+xml", "sheet.macroEnabled.main+xml").encode()}
    )


def locked_archive() -> bytes:
    """A zip whose first part says it is encrypted."""
    content = bytearray(changed())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(mark) + offset] |= 1
    return bytes(content)


def compound(*names: str) -> bytes:
    """An OLE compound file with streams of these names and nothing in them."""
    end, free, fat = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, end, 0, end, 0)
    head += struct.pack("<109I", 0, *[free] * 108)
    table = struct.pack("<128I", fat, end, *[free] * 126)
    entries = b""
    for kind, name in zip((5, 2, 2, 2), ("Root Entry", *names), strict=False):
        word = name.encode("utf-16-le") + b"\0\0"
        entries += word.ljust(64, b"\0") + struct.pack("<HBB", len(word), kind, 1)
        entries += struct.pack("<3I", free, free, free).ljust(60, b"\0")
    return head + table + entries.ljust(512, b"\0")


def endless_compound() -> bytes:
    """A compound file whose directory bites its own tail."""
    content = bytearray(compound("Workbook"))
    struct.pack_into("<I", content, 512 + 4, 1)
    return bytes(content)


def page(markup: bytes) -> bytes:
    """A web page saved as .xls whose table begins and goes on like this."""
    return b"<html><table>" + markup


def filled_rows(count: int, columns: str = "ABCDEFGHIJKL") -> str:
    """So many rows of an .xlsx with a number in each of these columns."""
    rows = []
    for row in range(1, count + 1):
        cells = "".join(f'<c r="{letter}{row}"><v>{row}</v></c>' for letter in columns)
        rows.append(f'<row r="{row}">{cells}</row>')
    return "".join(rows)


def noise(size: int) -> str:
    """Letters that do not pack well, so that a file passes for a real one; the same at each run."""
    return base64.b32encode(random.Random(1).randbytes(size * 5 // 8)).decode()


def many_sheets(count: int, rows: str) -> bytes:
    """A workbook with so many sheets of the same rows."""
    sheets = range(1, count + 1)
    office = f"{OOXML}/officeDocument/2006/relationships"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    links = "".join(
        f'<Relationship Id="r{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in sheets
    )
    names = "".join(f'<sheet name="表{n}" sheetId="{n}" r:id="r{n}"/>' for n in sheets)
    book = f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
    parts = {
        "[Content_Types].xml": f'<Types><Override PartName="/xl/workbook.xml" ContentType="{kind}"/></Types>',
        "_rels/.rels": f"<Relationships>{book}</Relationships>",
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{office}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships>{links}</Relationships>",
    }
    for n in sheets:
        parts[f"xl/worksheets/sheet{n}.xml"] = f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def record(kind: int, content: bytes = b"") -> bytes:
    """A record of an .xls."""
    return struct.pack("<HH", kind, len(content)) + content


def old_book(records: bytes, *, sheets: int = 1, before: bytes = b"") -> bytes:
    """An .xls with so many sheets that all have these very records; `before` stands among the global ones."""
    begin = record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0))
    names = [f"S{number}".encode() for number in range(sheets)]
    place = len(begin) + sum(12 + len(name) for name in names) + len(before) + 4
    listed = b"".join(record(0x85, struct.pack("<IBBBB", place, 0, 0, len(name), 0) + name) for name in names)
    inside = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0)) + records + record(0x0A)
    return _filled_compound(begin + listed + before + record(0x0A) + inside)


def number(row: int, column: int) -> bytes:
    """A cell of an .xls, counted from 0."""
    return record(0x0203, struct.pack("<HHHd", row, column, 0, 1.0))


def _filled_compound(stream: bytes) -> bytes:
    """An OLE compound file with this stream as its workbook; the table of sectors stands behind."""
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    count = max(8, (len(stream) + 511) // 512)
    tables = 1
    while tables * 128 < 1 + count + tables + tables // 127 + 1:
        tables += 1
    more = max(0, (tables - 109 + 126) // 127)
    first = 1 + count
    follow = [end, *range(2, count + 1), end, *[0xFFFFFFFD] * tables, *[0xFFFFFFFC] * more]
    follow += [free] * (tables * 128 - len(follow))
    holders = list(range(first, first + tables))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, tables, 0, 0, 4096, end, 0, first + tables if more else end, more)
    head += struct.pack("<109I", *(holders[:109] + [free] * (109 - len(holders[:109]))))
    entries = b""
    for kind, name, begin, size in ((5, "Root Entry", end, 0), (2, "Workbook", 1, count * 512)):
        word = name.encode("utf-16-le") + b"\0\0"
        entries += word.ljust(64, b"\0") + struct.pack("<HBB", len(word), kind, 1)
        entries += struct.pack("<3I36x2I4x", free, free, free, begin, size)
    behind = b""
    for piece in range(more):
        part_of = holders[109 + 127 * piece : 109 + 127 * (piece + 1)]
        part_of += [free] * (127 - len(part_of))
        behind += struct.pack("<128I", *part_of, first + tables + piece + 1 if piece + 1 < more else end)
    content = entries.ljust(512, b"\0") + stream.ljust(count * 512, b"\0")
    return head + content + struct.pack(f"<{len(follow)}I", *follow) + behind


def doubled_part() -> bytes:
    """Two parts of one name: readers disagree about which one counts."""
    out = io.BytesIO(changed())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(SHEET.upper(), f"<worksheet {MAIN}/>")
    return out.getvalue()
