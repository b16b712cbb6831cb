"""The QR of a paper for the peers: the same symbol as the portal's (error correction M, one mask)."""

from io import BytesIO

import segno

MASK = 2


def png(url: str) -> bytes:
    """The symbol as PNG, eight pixels a module, without quiet zone."""
    out = BytesIO()
    segno.make_qr(url, error="m", mask=MASK, boost_error=False).save(out, kind="png", scale=8, border=0)
    return out.getvalue()


def svg(url: str) -> str:
    """The symbol as SVG, without quiet zone."""
    symbol = segno.make_qr(url, error="m", mask=MASK, boost_error=False)
    return symbol.svg_inline(border=0, omitsize=True)
