"""What makes the file a PDF/A-3b.

Metadata, output intent, associated file, and stream ends as ISO 19005-3 wants them.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfdoc

from pilot_portal.documents.pdf.page import Document

PRODUCER = "reportlab"
CREATOR = "pilot-portal"
PROFILE = Path(__file__).with_name("srgb.icc")
# The moment written into a paper that shows no frozen version.
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
OWN_KEYS = ("AF", "OutputIntents", "AcroForm")
SEAL_NAME = "seal-"
LEVEL = 2
Box = tuple[float, float, float, float]

XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>zh-CN</rdf:li></rdf:Bag></dc:language>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<xmp:CreatorTool>{creator}</xmp:CreatorTool>
<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdf:Producer>{producer}</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


class Squeezed:
    """The filter of every stream: reportlab's own looks five times as long for a thirtieth of the size."""

    pdfname = "FlateDecode"

    @staticmethod
    def encode(content: bytes | str) -> bytes:
        """The compressed bytes."""
        return zlib.compress(content.encode("latin-1") if isinstance(content, str) else content, LEVEL)


class Stream(pdfdoc.PDFStream):
    """A stream whose data is followed by a line end before `endstream` (ISO 19005-3, 6.1.7.1)."""

    def format(self, document: pdfdoc.PDFDocument) -> bytes:
        """The object's bytes."""
        return super().format(document).removesuffix(b"endstream\n") + b"\nendstream\n"


class _Info(pdfdoc.PDFInfo):
    """Only what the XMP says too: the archive format asks that both agree."""

    def __init__(self, title: str, moment: str) -> None:
        super().__init__()
        self.title, self.moment = title, moment

    def format(self, document: pdfdoc.PDFDocument) -> bytes:
        """The information dictionary."""
        entries = {
            "Title": pdfdoc.PDFString(self.title),
            "Producer": pdfdoc.PDFString(PRODUCER),
            "Creator": pdfdoc.PDFString(CREATOR),
            "CreationDate": pdfdoc.PDFString(self.moment),
            "ModDate": pdfdoc.PDFString(self.moment),
        }
        return pdfdoc.PDFDictionary(entries).format(document)


@lru_cache(maxsize=1)
def _profile() -> bytes:
    return PROFILE.read_bytes()


def _stream(content: bytes, *, squeeze: bool = True, **entries: object) -> Stream:
    stream = Stream(content=content, filters=[Squeezed] if squeeze else None)
    for key, value in entries.items():
        stream.dictionary[key] = value
    return stream


def make_archive(
    doc: pdfdoc.PDFDocument,
    document: Document,
    attached: bytes | None,
    attached_name: str,
    seals: Sequence[tuple[str, Box]] = (),
) -> None:
    """Give a reportlab document the parts of PDF/A-3b; call it after the last page.

    `seals` are the places of seals (name of the page, rectangle in points from the lower left).
    """
    moment = (document.dated or UNDATED).astimezone(UTC)
    stamp = moment.strftime("D:%Y%m%d%H%M%S+00'00'")
    catalog = doc.Catalog
    catalog.__NoDefault__ = [*catalog.__NoDefault__, *OWN_KEYS]
    doc.info = _Info(document.title, stamp)
    xmp = XMP.format(
        title=escape(document.title),
        creator=CREATOR,
        producer=PRODUCER,
        moment=moment.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
    )
    catalog.Metadata = _stream(xmp.encode("utf-8"), squeeze=False, Type="/Metadata", Subtype="/XML")
    intent = {
        "Type": "/OutputIntent",
        "S": "/GTS_PDFA1",
        "OutputConditionIdentifier": pdfdoc.PDFString("sRGB"),
        "Info": pdfdoc.PDFString("sRGB IEC61966-2.1"),
        "DestOutputProfile": doc.Reference(_stream(_profile(), N=3), "outputProfile"),
    }
    catalog.OutputIntents = pdfdoc.PDFArray([pdfdoc.PDFDictionary(intent)])
    catalog.ViewerPreferences = pdfdoc.ViewerPreferencesPDFDictionary({"DisplayDocTitle": "true"})
    # Empty: whoever signs adds his field, and what he added can be told from what he must not (pyHanko).
    catalog.AcroForm = pdfdoc.PDFDictionary({"Fields": pdfdoc.PDFArray([])})
    names: dict[str, object] = {}
    if seals:
        names["Dests"] = _seal_names(seals)
    if attached is not None:
        names["EmbeddedFiles"] = _attach(doc, attached, attached_name, stamp)
    if names:
        doc.Catalog.Names = pdfdoc.PDFDictionary(names)
    # reportlab's own file identifier knows neither the attachment nor the moment.
    doc.updateSignature(hashlib.sha256(xmp.encode("utf-8") + (attached or b"")).digest())


def _seal_names(seals: Sequence[tuple[str, Box]]) -> pdfdoc.PDFDictionary:
    """Named destinations seal-1, seal-2 …: a seal program finds where the seal goes, viewers show nothing."""
    entries: list[object] = []
    for number, (page, box) in enumerate(seals, start=1):
        place = [pdfdoc.PDFObjectReference(page), "/FitR", *(f"{edge:.2f}" for edge in box)]
        entries += [pdfdoc.PDFString(f"{SEAL_NAME}{number}"), pdfdoc.PDFArray(place)]
    return pdfdoc.PDFDictionary({"Names": pdfdoc.PDFArray(entries)})


def _attach(doc: pdfdoc.PDFDocument, content: bytes, name: str, stamp: str) -> pdfdoc.PDFDictionary:
    """Attach a file and name it as associated with the document; gives its name tree."""
    parameters = {"Size": len(content), "ModDate": pdfdoc.PDFString(stamp)}
    file = _stream(
        content, Type="/EmbeddedFile", Subtype="/application#2Fjson", Params=pdfdoc.PDFDictionary(parameters)
    )
    reference = doc.Reference(file, "attachedFile")
    specification = pdfdoc.PDFDictionary(
        {
            "Type": "/Filespec",
            "F": pdfdoc.PDFString(name),
            "UF": pdfdoc.PDFString(name),
            "Desc": pdfdoc.PDFString("本文件所载内容的数据"),
            "AFRelationship": "/Data",
            "EF": pdfdoc.PDFDictionary({"F": reference, "UF": reference}),
        }
    )
    entry = doc.Reference(specification, "attachedSpec")
    doc.Catalog.AF = pdfdoc.PDFArray([entry])
    return pdfdoc.PDFDictionary({"Names": pdfdoc.PDFArray([pdfdoc.PDFString(name), entry])})
