"""Faces inside one PDF.

Two-byte codes, one subset a face, and a ToUnicode map that is right beyond the basic plane.

reportlab cuts a TrueType font into subsets of 256 characters and writes code points above U+FFFF into
ToUnicode as five hexadecimal digits, so that 𬭎 is copied as something else; it also keeps the text state
per subset. Here a face is one composite font (Type0, Identity-H): code n is the n-th character met, which
is glyph n of the subset, and ToUnicode holds UTF-16 with surrogates. Codes are given in the order of use:
the same paper gives the same bytes.

What a form prints on every paper stands in a part of its own of each face, in the order of code points: it
is the same on every paper, so it is cut and compressed once per process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import digits

from reportlab.pdfbase import pdfdoc, pdfmetrics

from pilot_portal.documents.pdf.archive import Squeezed
from pilot_portal.documents.pdf.faces import Face
from pilot_portal.documents.pdf.page import Document

NO_FONT = "PortalNoFont"
SYMBOLIC = 4
KEPT = 32  # parts of faces, of 20 to 80 KB each
# Whatever figures a paper has, its part of the form is the same.
FIGURES = frozenset("0123456789.,-")
CHUNK = 100  # entries in one bfchar section of a CMap, by its specification


class _NoFace:
    name = NO_FONT


class _NoFont:
    """Named as the canvas's initial font, so that no page begins by setting Helvetica."""

    face = _NoFace
    fontName = NO_FONT  # noqa: N815 - reportlab's name
    _dynamicFont = 1  # noqa: N815 - reportlab's name
    _multiByte = 1  # noqa: N815 - reportlab's name


class _Codes(dict[str, str]):
    """Character → its code as four hexadecimal digits, given at first use."""

    def __missing__(self, character: str) -> str:
        self[character] = code = f"{len(self) + 1:04X}"
        return code


class _Utf16(dict[str, str]):
    """Character → its UTF-16 as hexadecimal digits."""

    def __missing__(self, character: str) -> str:
        self[character] = digits = character.encode("utf-16-be").hex().upper()
        return digits


UTF_16 = _Utf16()


class _Figures(dict[str, str]):
    """Character of a figure → its code, a digit between the shifts that centre it."""

    def __init__(self, face: Face, codes: _Codes) -> None:
        super().__init__()
        self.shifts, self.codes = _shifts(face), codes

    def __missing__(self, character: str) -> str:
        code, shift = self.codes[character], self.shifts.get(character)
        self[character] = piece = f">{shift}<{code}>{shift}<" if shift else code
        return piece


class UsedFace:
    """One face in one document."""

    __slots__ = ("codes", "face", "figures", "name")

    def __init__(self, face: Face, name: str) -> None:
        self.face, self.name = face, name
        self.codes = _Codes()
        self.figures = _Figures(face, self.codes)

    def hex(self, text: str) -> str:
        """The text as the body of a hexadecimal string."""
        return "".join(map(self.codes.__getitem__, text))

    def columns(self, text: str) -> str:
        """The text as the body of an array, each digit in the middle of the widest one's advance."""
        return f"<{''.join(map(self.figures.__getitem__, text))}>"


@lru_cache(maxsize=KEPT)
def _shifts(face: Face) -> dict[str, str]:
    """Digit → half of what it is narrower than the widest one, to be moved to the right (mille of an em)."""
    widths = {digit: face.width(ord(digit)) or 0.0 for digit in digits}
    widest = max(widths.values())
    return {digit: f"{(width - widest) * 500:.3f}" for digit, width in widths.items() if width < widest}


class UsedFaces:
    """All faces of one document; reportlab calls addObjects when the file is written."""

    def __init__(self, doc: pdfdoc.PDFDocument) -> None:
        self._used: dict[tuple[int, bool], UsedFace] = {}
        self._printed: set[str] = set()  # texts, not characters
        doc.delayedFonts.append(self)

    def print(self, document: Document) -> None:
        """Give the codes of what the form prints on every paper; called once, before the first page."""
        met: dict[Face, set[str]] = {}
        for page in document.pages:
            for _x, _y, face, _size, _space, _colour, text in page.texts:
                if document.printed.issuperset(text):
                    self._printed.add(text)
                    met.setdefault(face, set()).update(text)
        for face, characters in met.items():
            figures = {figure for figure in FIGURES if ord(figure) in face.cmap}
            self._face(face, printed=True).hex("".join(sorted(characters | figures)))

    def of(self, face: Face, text: str) -> UsedFace:
        """The part of a face in which a text is set."""
        return self._face(face, printed=text in self._printed)

    def _face(self, face: Face, *, printed: bool) -> UsedFace:
        used = self._used.get((id(face), printed))
        if used is None:
            used = self._used[id(face), printed] = UsedFace(face, f"F{len(self._used) + 1}")
        return used

    def addObjects(self, doc: pdfdoc.PDFDocument) -> None:  # noqa: N802 - called by reportlab
        """Write every face that was used into the document."""
        fonts = doc.idToObject["BasicFonts"].dict
        for used in self._used.values():
            if used.codes:
                fonts[used.name] = _font(doc, used)


@dataclass(frozen=True, slots=True)
class _Part:
    """What a file holds of a face: its name, its widths, its subset and ToUnicode map as stream objects."""

    name: str
    widths: str
    file: bytes
    to_unicode: bytes


@lru_cache(maxsize=KEPT)
def _part(face: Face, characters: str) -> _Part:
    """Make the part of a face; kept, for labels and titles of a form are the same on every paper."""
    glyphs = [0, *(face.cmap[ord(character)] for character in characters)]
    scale = 1000 / face.units
    file = face.subset(glyphs)
    return _Part(
        name=pdfdoc.PDFName(f"{_tag(characters)}+{face.name}"),
        widths=_widths([face.advance(glyph) * scale for glyph in glyphs]),
        file=_stream(file, f" /Length1 {len(file)}"),
        to_unicode=_stream(to_unicode(characters).encode("ascii")),
    )


def _stream(content: bytes, entries: str = "") -> bytes:
    """A compressed stream, ended as the archive format wants it."""
    squeezed = Squeezed.encode(content)
    head = f"<<\n/Filter [ /FlateDecode ] /Length {len(squeezed)}{entries}\n>>\nstream\n"
    return b"".join((head.encode("ascii"), squeezed, b"\nendstream\n"))


def _font(doc: pdfdoc.PDFDocument, used: UsedFace) -> pdfdoc.PDFObjectReference:
    """Add the objects of a face, written out: reportlab's dictionaries take longer than the glyphs."""
    face, part = used.face, _part(used.face, "".join(used.codes))

    def add(kind: str, entries: str | bytes) -> str:
        content = f"<<\n{entries}\n>>".encode("ascii") if isinstance(entries, str) else entries
        return doc.Reference(content, f"{kind}:{used.name}").format(doc).decode("ascii")

    box = " ".join(map(str, face.box))
    file = add("fontFile", part.file)
    descriptor = add(
        "fontDescriptor",
        f"/Ascent {face.ascent} /CapHeight {face.cap_height} /Descent {face.descent} /Flags {SYMBOLIC}"
        f" /FontBBox [ {box} ] /FontFile2 {file} \n  /FontName {part.name}"
        f" /ItalicAngle {face.italic_angle:g} /StemV 80 /Type /FontDescriptor",
    )
    descendant = add(
        "cidFont",
        f"/BaseFont {part.name} /CIDSystemInfo <<\n/Ordering (Identity) /Registry (Adobe) /Supplement 0\n>>"
        f" /CIDToGIDMap /Identity /DW 1000 /FontDescriptor {descriptor} /Subtype /CIDFontType2 \n "
        f" /Type /Font /W {part.widths}",
    )
    mapped = add("toUnicode", part.to_unicode)
    font = (
        f"<<\n/BaseFont {part.name} /DescendantFonts [ {descendant} ] /Encoding /Identity-H /Subtype /Type0"
        f" /ToUnicode {mapped} /Type /Font\n>>"
    )
    return doc.Reference(font.encode("ascii"), f"font:{used.name}")


def _widths(widths: list[float]) -> str:
    """The W array: only what differs from the full width, in runs."""
    out: list[object] = []
    run: list[str] = []
    for code, width in enumerate([*widths, 1000.0]):
        if width != 1000:  # noqa: PLR2004 - DW above
            run.append(f"{round(width, 3):g}")
        elif run:
            out += [str(code - len(run)), pdfdoc.PDFArray(run)]
            run = []
    return pdfdoc.PDFArray(out).format(None).decode("ascii")


def _tag(text: str) -> str:
    """Six capital letters that name the subset, the same for the same characters."""
    number = int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big")
    letters = ""
    for _ in range(6):
        number, digit = divmod(number, 26)
        letters += chr(65 + digit)
    return letters


def to_unicode(characters: Sequence[str]) -> str:
    """A ToUnicode CMap: code n + 1 → characters[n], in UTF-16 with surrogates."""
    entries = [f"<{code:04X}> <{UTF_16[character]}>" for code, character in enumerate(characters, start=1)]
    sections = [
        f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar"
        for part in (entries[start : start + CHUNK] for start in range(0, len(entries), CHUNK))
    ]
    return "\n".join(
        (
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def",
            "/CMapType 2 def",
            "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange",
            *sections,
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end\nend",
        )
    )


pdfmetrics.registerFont(_NoFont())
