"""The QR of a paper on a scan: pages are rasterised, a code that does not read at once is looked at again.

28 mm at error correction M read at 150 dpi; what a phone or an old scanner adds (noise, blur, a crease) is
taken off by a median filter and twice the size (platform: tried, one retry).
"""

import re
from collections.abc import Callable, Iterable, Iterator

import pypdfium2
import zxingcpp
from PIL import Image, ImageFilter

DPI = 200
POINTS = 72
MOST_PAGES = 60
# Enough for A3 at 300 dpi; a larger picture is made smaller first.
MOST_PIXELS = 20_000_000
REFUSED_PIXELS = 200_000_000
ADDRESS = re.compile(r"/verify/([0-9a-f]{32})/?$")


def page_images(content: bytes) -> Iterator[Image.Image]:
    """The pages of a PDF in grey, at 200 dpi or what an oversized page allows."""
    with pypdfium2.PdfDocument(content) as pdf:
        for number in range(min(len(pdf), MOST_PAGES)):
            page = pdf[number]
            width, height = page.get_size()
            scale = min(DPI / POINTS, (MOST_PIXELS / max(1.0, width * height)) ** 0.5)
            yield page.render(scale=scale, grayscale=True).to_pil()
            page.close()


def picture(content: Image.Image) -> Image.Image:
    """A photograph in grey, turned as the camera was held, and small enough to work on."""
    if content.width * content.height > REFUSED_PIXELS:
        raise ValueError("too many pixels")
    factor = (MOST_PIXELS / (content.width * content.height)) ** 0.5
    if factor < 1:
        content.draft("L", (int(content.width * factor), int(content.height * factor)))
    grey = content.convert("L")
    if grey.width * grey.height > MOST_PIXELS:
        grey = grey.resize((int(grey.width * factor), int(grey.height * factor)))
    return grey


def read_once(image: Image.Image) -> list[str]:
    """The texts of the QR codes that read at first sight."""
    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    return [code.text for code in found if code.text]


def read_again(image: Image.Image) -> list[str]:
    """The same through a median filter and at twice the size; takes twenty times as long."""
    calm = image.filter(ImageFilter.MedianFilter(3))
    return read_once(calm.resize((calm.width * 2, calm.height * 2), Image.Resampling.BICUBIC))


def read_codes(pages: Callable[[], Iterable[Image.Image]]) -> list[str]:
    """The texts of all QR codes on the pages; the second, slow look only where the first found none at all.

    `pages()` gives the pages anew for each look, so that not all of them stand in memory.
    """
    for look in (read_once, read_again):
        texts = [text for page in pages() for text in look(page)]
        if texts:
            return texts
    return []


def code_of(text: str) -> str:
    """The verification code that a QR's text leads to; empty where it is none of a paper."""
    found = ADDRESS.search(text.strip())
    return found[1] if found else ""
