"""The process that opens a scan: how many pages, which codes stand on them."""

from io import BytesIO
from typing import Any

import pypdfium2
from PIL import Image

from pilot_portal.documents.scans.child import serve
from pilot_portal.documents.scans.codes import code_of, page_images, picture, read_codes

PDF_HEAD = b"%PDF-"
# A scanner's PDF may begin with a few bytes of its own.
HEAD_BYTES = 1024


def look(content: bytes) -> dict[str, Any]:
    """Pages and codes of a PDF or a picture."""
    if PDF_HEAD in content[:HEAD_BYTES]:
        with pypdfium2.PdfDocument(content) as pdf:
            pages = len(pdf)
        texts = read_codes(lambda: page_images(content))
    else:
        pages = 1
        with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as image:
            page = picture(image)
        texts = read_codes(lambda: [page])
    codes = list(dict.fromkeys(code for text in texts if (code := code_of(text))))
    return {"pages": pages, "codes": codes, "strange": bool(texts) and not codes}


def main() -> None:
    """Read stdin, answer on stdout."""
    serve(look)
