"""Faces inside one PDF.

Two-byte codes, one subset a face, and a ToUnicode map that is right beyond the basic plane.

reportlab cuts a TrueType font into subsets of 256 characters and writes code points above U+FFFF into
ToUnicode as five hexadecimal digits, so that 𬭎 is copied as something else; it also keeps the text state
per subset. Here a face is one composite font (Type0, Identity-H): code n is the n-th character met, which
is glyph n of the subset, and ToUnicode holds UTF-16 with surrogates. Codes are given in the order of use:
the same paper gives the same bytes.
"""

from __future__ import annotations

import hashlib

from reportlab.pdfbase import pdfdoc, pdfmetrics

from pilot_portal.documents.pdf.archive import Stream
from pilot_portal.documents.pdf.faces import Face

NO_FONT = "PortalNoFont"
SYMBOLIC = 4
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


class UsedFace:
    """One face in one document."""

    __slots__ = ("codes", "face", "name")

    def __init__(self, face: Face, name: str) -> None:
        self.face, self.name = face, name
        self.codes = _Codes()

    def hex(self, text: str) -> str:
        """The text as the body of a hexadecimal string."""
        return "".join(map(self.codes.__getitem__, text))


class UsedFaces:
    """All faces of one document; reportlab calls addObjects when the file is written."""

    def __init__(self, doc: pdfdoc.PDFDocument) -> None:
        self._used: dict[int, UsedFace] = {}
        doc.delayedFonts.append(self)

    def __getitem__(self, face: Face) -> UsedFace:
        used = self._used.get(id(face))
        if used is None:
            used = self._used[id(face)] = UsedFace(face, f"F{len(self._used) + 1}")
        return used

    def addObjects(self, doc: pdfdoc.PDFDocument) -> None:  # noqa: N802 - called by reportlab
        """Write every face that was used into the document."""
        fonts = doc.idToObject["BasicFonts"].dict
        for used in self._used.values():
            if used.codes:
                fonts[used.name] = _font(doc, used)


def _stream(doc: pdfdoc.PDFDocument, content: bytes, name: str, **entries: int) -> pdfdoc.PDFObjectReference:
    stream = Stream(content=content, filters=[pdfdoc.PDFZCompress])
    for key, value in entries.items():
        stream.dictionary[key] = value
    return doc.Reference(stream, name)


def _font(doc: pdfdoc.PDFDocument, used: UsedFace) -> pdfdoc.PDFObjectReference:
    face, characters = used.face, list(used.codes)
    glyphs = [0, *(face.cmap[ord(character)] for character in characters)]
    scale = 1000 / face.units
    widths = [face.advance(glyph) * scale for glyph in glyphs]
    name = pdfdoc.PDFName(f"{_tag(''.join(characters))}+{face.name}")
    file = face.subset(glyphs)
    descriptor = pdfdoc.PDFDictionary(
        {
            "Type": "/FontDescriptor",
            "FontName": name,
            "Flags": SYMBOLIC,
            "FontBBox": pdfdoc.PDFArray(list(face.box)),
            "ItalicAngle": face.italic_angle,
            "Ascent": face.ascent,
            "Descent": face.descent,
            "CapHeight": face.cap_height,
            "StemV": 80,
            "FontFile2": _stream(doc, file, f"fontFile:{used.name}", Length1=len(file)),
        }
    )
    descendant = pdfdoc.PDFDictionary(
        {
            "Type": "/Font",
            "Subtype": "/CIDFontType2",
            "BaseFont": name,
            "CIDSystemInfo": pdfdoc.PDFDictionary(
                {
                    "Registry": pdfdoc.PDFString("Adobe"),
                    "Ordering": pdfdoc.PDFString("Identity"),
                    "Supplement": 0,
                }
            ),
            "CIDToGIDMap": "/Identity",
            "DW": 1000,
            "W": _widths(widths),
            "FontDescriptor": doc.Reference(descriptor, f"fontDescriptor:{used.name}"),
        }
    )
    font = pdfdoc.PDFDictionary(
        {
            "Type": "/Font",
            "Subtype": "/Type0",
            "BaseFont": name,
            "Encoding": "/Identity-H",
            "DescendantFonts": pdfdoc.PDFArray([doc.Reference(descendant, f"cidFont:{used.name}")]),
            "ToUnicode": _stream(doc, to_unicode(characters).encode("ascii"), f"toUnicode:{used.name}"),
        }
    )
    return doc.Reference(font, f"font:{used.name}")


def _widths(widths: list[float]) -> pdfdoc.PDFArray:
    """The W array: only what differs from the full width, in runs."""
    out: list[object] = []
    run: list[float] = []
    for code, width in enumerate([*widths, 1000.0]):
        if width == 1000:  # noqa: PLR2004 - DW above
            if run:
                out += [code - len(run), pdfdoc.PDFArray([f"{value:g}" for value in run])]
                run = []
        else:
            run.append(round(width, 3))
    return pdfdoc.PDFArray(out)


def _tag(text: str) -> str:
    """Six capital letters that name the subset, the same for the same characters."""
    number = int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big")
    letters = ""
    for _ in range(6):
        number, digit = divmod(number, 26)
        letters += chr(65 + digit)
    return letters


def to_unicode(characters: list[str]) -> str:
    """A ToUnicode CMap: code n + 1 → characters[n], in UTF-16 with surrogates."""
    entries = [
        f"<{code:04X}> <{character.encode('utf-16-be').hex().upper()}>"
        for code, character in enumerate(characters, start=1)
    ]
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
