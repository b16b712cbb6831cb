"""The QR of a paper: error correction M, one path, the same for the same text."""

from __future__ import annotations

import re
from functools import lru_cache

import zxingcpp

from pilot_portal.documents.pdf.page import MM, Page

SIDE = 28 * MM
BLACK = re.compile(rb"\x00+")


@lru_cache(maxsize=256)
def qr_path(text: str) -> tuple[int, str]:
    """Modules a side (without quiet zone) and the filled path.

    Its unit is one module, its origin the lower left corner, y runs upwards.
    """
    # Written by the library that reads it again on scans; a sixth of the time of one written in Python.
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    image = memoryview(code.to_image(scale=1, add_quiet_zones=False))
    side, modules = image.shape[0], image.tobytes()
    parts = [
        f"{run.start()} {side - row - 1} {run.end() - run.start()} 1 re"
        for row in range(side)
        for run in BLACK.finditer(modules[row * side : (row + 1) * side])
    ]
    return side, " ".join(parts) + " f"


def draw_qr(page: Page, text: str, x: float, y: float, side: float = SIDE) -> None:
    """Draw the code with its upper left corner at (x, y), `side` points wide without its quiet zone."""
    modules, path = qr_path(text)
    page.fills.append((x, y + side, side / modules, path))
