"""From laid-out pages to a file: PDF/A-3b, every font embedded, the same pages always the same bytes.

The archive's parts (XMP, the sRGB output intent, the attached JSON as an associated file) are written in
the same pass, not by opening the file again. No structure tree is claimed.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

from reportlab.pdfgen.canvas import Canvas

from pilot_portal.documents.pdf.archive import Squeezed, Stream, make_archive
from pilot_portal.documents.pdf.embed import NO_FONT, UsedFaces
from pilot_portal.documents.pdf.fonts import Fonts
from pilot_portal.documents.pdf.page import Document, Page

PDF_1_7 = (1, 7)
# Bezier handle of a quarter circle
ROUND = 0.5522847498


class PaperCanvas(Canvas):
    """A canvas whose page streams end as PDF/A wants it, with our own fonts."""

    def __init__(self, target: io.BytesIO) -> None:
        super().__init__(
            target,
            pageCompression=1,
            invariant=1,
            initialFontName=NO_FONT,
            pdfVersion=PDF_1_7,
            lang="zh-CN",
            verbosity=0,
        )
        self.faces = UsedFaces(self._doc)
        self.seals: list[tuple[str, tuple[float, float, float, float]]] = []

    def put(self, page: Page) -> None:
        """Write one page."""
        self.setPageSize((round(page.width, 3), round(page.height, 3)))
        self.addLiteral("\n".join(_operators(page, self.faces)))
        name = self._doc.thisPageName()
        self.seals += [
            (name, (x, page.height - top - side, x + side, page.height - top)) for x, top, side in page.seals
        ]
        self.showPage()
        written = self._doc.idToObject[name]
        written.Contents = Stream(content=written.stream, filters=[Squeezed])
        written.Trans = None

    def archive(self, document: Document, attached: bytes | None, attached_name: str) -> None:
        """Add what the archive format asks for."""
        make_archive(self._doc, document, attached, attached_name, self.seals)


def _operators(page: Page, faces: UsedFaces) -> Iterable[str]:
    """PDF operators of a page; our y runs downwards."""
    height = page.height
    for x, top, width, tall, colour in page.bars:
        yield f"q {colour} {x:.2f} {height - top - tall:.2f} {width:.2f} {tall:.2f} re f Q"
    now: tuple[str, float] | None = None
    for x1, y1, x2, y2, width, colour in page.rules:
        if now != (colour, width):
            yield f"{_stroke(colour)} {width:g} w"
            now = (colour, width)
        yield f"{x1:.2f} {height - y1:.2f} m {x2:.2f} {height - y2:.2f} l S"
    for x, y, radius, width, colour in page.circles:
        yield f"q {_stroke(colour)} {width:g} w {_circle(x, height - y, radius)} S Q"
    for x, y, scale, path in page.fills:
        yield f"q 0 g {scale:.5f} 0 0 {scale:.5f} {x:.3f} {height - y:.3f} cm {path} Q"
    if page.texts:
        yield "BT"
        yield from _text_operators(page, faces)
        yield "ET"


def _text_operators(page: Page, faces: UsedFaces) -> Iterable[str]:
    font = space = colour = None
    for x, y, face, size, spacing, ink, text in page.texts:
        if ink != colour:
            colour = ink
            yield ink
        used = faces.of(face, text)
        if font != (used.name, size):
            font = (used.name, size)
            yield f"/{used.name} {size:g} Tf"
        wanted = spacing or 0.0
        if wanted != space:
            space = wanted
            yield f"{wanted:.4f} Tc"
        shown = f"[{used.columns(text)}] TJ" if spacing is None else f"<{used.hex(text)}> Tj"
        yield f"1 0 0 1 {x:.2f} {page.height - y:.2f} Tm {shown}"


def _stroke(colour: str) -> str:
    """The fill operator of a colour as stroke operator."""
    return colour.replace("rg", "RG").replace("g", "G")


def _circle(x: float, y: float, radius: float) -> str:
    k = radius * ROUND
    return (
        f"{x + radius:.2f} {y:.2f} m "
        f"{x + radius:.2f} {y + k:.2f} {x + k:.2f} {y + radius:.2f} {x:.2f} {y + radius:.2f} c "
        f"{x - k:.2f} {y + radius:.2f} {x - radius:.2f} {y + k:.2f} {x - radius:.2f} {y:.2f} c "
        f"{x - radius:.2f} {y - k:.2f} {x - k:.2f} {y - radius:.2f} {x:.2f} {y - radius:.2f} c "
        f"{x + k:.2f} {y - radius:.2f} {x + radius:.2f} {y - k:.2f} {x + radius:.2f} {y:.2f} c h"
    )


def save(
    document: Document, fonts: Fonts, *, attached: bytes | None = None, attached_name: str = "paper.json"
) -> bytes:
    """The file of a laid-out paper.

    Takes the document and, in `attached`, the canonical JSON of exactly what it prints, which becomes an
    associated file of the PDF. The same input gives the same bytes. `fonts` is taken so that callers hold
    one signature for all papers.
    """
    del fonts  # the faces travel with the texts
    target = io.BytesIO()
    canvas = PaperCanvas(target)
    canvas.setTitle(document.title)
    canvas.faces.print(document)
    for page in document.pages:
        canvas.put(page)
    canvas.archive(document, attached, attached_name)
    canvas.save()
    return target.getvalue()
