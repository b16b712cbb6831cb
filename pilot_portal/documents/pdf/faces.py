"""One TrueType face as the papers use it.

Which characters it holds, how wide they are, and the bytes of a subset.

Only what embedding needs is kept: the character map, the advance widths and a memory map of the outlines,
so that worker processes share the pages of the file and a face costs a few megabytes.
"""

from __future__ import annotations

import hashlib
import mmap
import struct
import sys
from array import array
from collections.abc import Callable, Iterable
from itertools import accumulate
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError

from pilot_portal.common.errors import Refused

ARGS_ARE_WORDS, HAS_SCALE, MORE, HAS_XY_SCALE, HAS_2X2 = 0x0001, 0x0008, 0x0020, 0x0040, 0x0080
INSTRUCTION_TABLES = ("cvt ", "fpgm", "prep")


class UnfitFont(Refused):
    """A font file named in the settings cannot be used.

    It is missing, damaged, or has no TrueType outlines.
    """

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"字体文件“{path.name}”不能使用：{why}。请检查 PORTAL_FONTS 设置。")


def _numbers(kind: str, data: bytes) -> array[int]:
    """Big-endian numbers of a table."""
    numbers = array(kind, data)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


class _Kept(dict[int, tuple[bytes, int]]):
    """Glyph → its record and checksum, for those that were met: a few thousand in years."""

    def __init__(self, read: Callable[[int], tuple[bytes, int]]) -> None:
        super().__init__()
        self.read = read

    def __missing__(self, glyph: int) -> tuple[bytes, int]:
        self[glyph] = found = self.read(glyph)
        return found


def _bytes(kind: str, numbers: Iterable[int]) -> bytes:
    """Numbers as a table holds them."""
    table = array(kind, numbers)
    if sys.byteorder == "little":
        table.byteswap()
    return table.tobytes()


def _read_cmap(table: bytes) -> dict[int, int]:
    """Code point → glyph, from the widest Unicode subtable (format 12 or 4).

    fontTools goes by way of glyph names, which takes a quarter of a second for a Chinese face.
    """
    best: tuple[int, int] | None = None
    for number in range(struct.unpack_from(">H", table, 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHI", table, 4 + number * 8)
        kind = struct.unpack_from(">H", table, offset)[0]
        if (platform == 0 or (platform == 3 and encoding in {1, 10})) and kind in {4, 12}:  # noqa: PLR2004 - cmap's own codes
            best = max(best or (0, 0), (kind, offset))
    if best is None:
        return {}
    kind, offset = best
    return _segments(table, offset) if kind == 4 else _groups(table, offset)  # noqa: PLR2004 - cmap's own codes


def _groups(table: bytes, offset: int) -> dict[int, int]:
    """Format 12."""
    cmap: dict[int, int] = {}
    count = struct.unpack_from(">I", table, offset + 12)[0]
    for first, last, glyph in struct.iter_unpack(">III", table[offset + 16 : offset + 16 + count * 12]):
        cmap.update(zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True))
    return cmap


def _segments(table: bytes, offset: int) -> dict[int, int]:
    """Format 4."""
    count = struct.unpack_from(">H", table, offset + 6)[0] // 2
    at = offset + 14
    ends = struct.unpack_from(f">{count}H", table, at)
    starts = struct.unpack_from(f">{count}H", table, at + 2 + count * 2)
    deltas = struct.unpack_from(f">{count}H", table, at + 2 + count * 4)
    offsets_at = at + 2 + count * 6
    cmap: dict[int, int] = {}
    for segment, (first, last, delta) in enumerate(zip(starts, ends, deltas, strict=True)):
        place = offsets_at + segment * 2
        shift = struct.unpack_from(">H", table, place)[0]
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = (
                code if shift == 0 else struct.unpack_from(">H", table, place + shift + (code - first) * 2)[0]
            )
            if glyph or shift == 0:
                cmap[code] = (glyph + delta) & 0xFFFF
    return {code: glyph for code, glyph in cmap.items() if glyph}


class Face:
    """A parsed face.

    Takes the path of a .ttf or .ttc file and the index inside a collection. Raises UnfitFont. Attributes:
    name (PostScript name), digest (sha256 of the file), units (per em), ascent and descent (per mille),
    box, italic_angle, cap_height, and cmap (code point → glyph).
    """

    __slots__ = (
        "_advances",
        "_glyf",
        "_heads",
        "_loca",
        "_map",
        "_outlines",
        "ascent",
        "box",
        "cap_height",
        "cmap",
        "descent",
        "digest",
        "instructions",
        "italic_angle",
        "name",
        "units",
    )

    def __init__(self, path: Path, index: int = 0) -> None:
        try:
            with path.open("rb") as file, TTFont(file, fontNumber=index, lazy=True) as font:
                if "glyf" not in font:
                    raise UnfitFont(path, "不是 TrueType（glyf）轮廓")
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                self.digest = hashlib.sha256(self._map).hexdigest()
                self._read(font)
        except (OSError, ValueError, KeyError, AssertionError, struct.error, TTLibError) as error:
            raise UnfitFont(path, "文件不存在或已损坏") from error

    def _read(self, font: TTFont) -> None:
        head, hhea = font["head"], font["hhea"]
        self.units = head.unitsPerEm
        per_mille = 1000 / self.units
        self.box = tuple(round(value * per_mille) for value in (head.xMin, head.yMin, head.xMax, head.yMax))
        os2 = font["OS/2"]
        self.ascent = round(os2.sTypoAscender * per_mille)
        self.descent = round(os2.sTypoDescender * per_mille)
        self.cap_height = round(getattr(os2, "sCapHeight", os2.sTypoAscender) * per_mille)
        self.italic_angle = font["post"].italicAngle
        self.name = (font["name"].getDebugName(6) or "Unnamed").replace(" ", "")
        self.cmap = _read_cmap(font.reader["cmap"])
        metrics, count = font.reader["hmtx"], hhea.numberOfHMetrics
        self._advances = _numbers("H", metrics[: count * 4])[::2]
        loca = font.reader["loca"]
        self._loca = (
            _numbers("I", loca) if head.indexToLocFormat else array("I", (n * 2 for n in _numbers("H", loca)))
        )
        entry = font.reader.tables["glyf"]
        self._glyf = entry.offset
        self._outlines = _Kept(self._outline)
        self.instructions = {tag: font.reader[tag] for tag in INSTRUCTION_TABLES if tag in font.reader}
        self._heads = {tag: font.reader[tag] for tag in ("head", "hhea", "maxp")}

    def advance(self, glyph: int) -> int:
        """Advance width in font units."""
        return self._advances[min(glyph, len(self._advances) - 1)]

    def width(self, code: int) -> float | None:
        """Advance width of a character in em, or None when the face does not hold it."""
        glyph = self.cmap.get(code)
        return None if glyph is None else self.advance(glyph) / self.units

    def _outline(self, glyph: int) -> tuple[bytes, int]:
        """The glyf record of one glyph, filled up to whole words, and the sum of these."""
        record = self._map[self._glyf + self._loca[glyph] : self._glyf + self._loca[glyph + 1]]
        record += bytes(-len(record) % 4)
        return record, _checksum(record)

    def subset(self, glyphs: list[int]) -> bytes:
        """A TrueType file whose glyph n is `glyphs[n]`.

        Parts of composite glyphs are appended behind them.
        """
        order = list(glyphs)
        place: dict[int, int] = {}
        records, checksum = [], 0
        for glyph in order:  # it grows on the way
            record, words = self._outlines[glyph]
            if record[:2] > b"\x7f":  # a negative number of contours: a composite
                record = _renumber(record, order, place)
                words = _checksum(record)
            records.append(record)
            checksum += words
        offsets = list(accumulate(map(len, records), initial=0))
        advances = _bytes("H", map(self.advance, order))
        # Beside the advance stands the left edge of the outline, as its record tells it.
        metrics = b"".join(
            advances[at * 2 : at * 2 + 2] + (record[2:4] or b"\0\0") for at, record in enumerate(records)
        )
        head = bytearray(self._heads["head"])
        head[8:12] = bytes(4)
        head[50:52] = b"\x00\x01"
        maxp = bytearray(self._heads["maxp"])
        maxp[4:6] = struct.pack(">H", len(order))
        hhea = bytearray(self._heads["hhea"])
        hhea[34:36] = struct.pack(">H", len(order))
        return _assemble(
            {
                **self.instructions,
                "glyf": b"".join(records),
                "head": bytes(head),
                "hhea": bytes(hhea),
                "hmtx": metrics,
                "loca": _bytes("I", offsets),
                "maxp": bytes(maxp),
            },
            {"glyf": checksum},
        )


def _renumber(record: bytes, order: list[int], place: dict[int, int]) -> bytes:
    """Point the parts of a composite glyph at their places in the subset.

    Parts that are not there yet are appended to `order`.
    """
    out = bytearray(record)
    at = 10
    while True:
        flags, part = struct.unpack_from(">HH", out, at)
        if part not in place:
            place[part] = len(order)
            order.append(part)
        struct.pack_into(">H", out, at + 2, place[part])
        at += 4 + (4 if flags & ARGS_ARE_WORDS else 2)
        at += 2 if flags & HAS_SCALE else 4 if flags & HAS_XY_SCALE else 8 if flags & HAS_2X2 else 0
        if not flags & MORE:
            return bytes(out)


def _checksum(data: bytes) -> int:
    return sum(_numbers("I", data)) & 0xFFFFFFFF


def _assemble(tables: dict[str, bytes], checksums: dict[str, int]) -> bytes:
    """Put tables into a TrueType file, in the order of their tags. `checksums` are those known already."""
    count = len(tables)
    power = count.bit_length() - 1
    header = struct.pack(
        ">IHHHH", 0x00010000, count, (1 << power) * 16, power, count * 16 - (1 << power) * 16
    )
    at = 12 + count * 16
    directory, body = [], []
    head_at = total = 0
    for tag in sorted(tables):
        data = tables[tag]
        padded = data + bytes(-len(data) % 4)
        if tag == "head":
            head_at = at
        checksum = checksums[tag] & 0xFFFFFFFF if tag in checksums else _checksum(padded)
        total += checksum
        directory.append(struct.pack(">4sIII", tag.encode("ascii"), checksum, at, len(data)))
        body.append(padded)
        at += len(padded)
    begin = b"".join((header, *directory))
    file = bytearray(b"".join((begin, *body)))
    struct.pack_into(">I", file, head_at + 8, (0xB1B0AFBA - _checksum(begin) - total) & 0xFFFFFFFF)
    return bytes(file)
