"""The print set by xhtml2pdf: the fonts registered once with its reportlab, not parsed for every paper."""

import base64
import logging
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

import xhtml2pdf
from jinja2 import Environment, FileSystemLoader
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from xhtml2pdf import pisa
from xhtml2pdf.default import DEFAULT_FONT

from tests.benchmarks.peers import codes
from tests.benchmarks.peers.clock import Record, race

HERE = Path(__file__).parent
FONTS = HERE.parents[2] / "static" / "fonts"
SERIF, SANS = FONTS / "noto-serif-sc" / "0.4.3", FONTS / "noto-sans-sc" / "0.4.3"
TEMPLATE = Environment(loader=FileSystemLoader(HERE), autoescape=True).get_template("xhtml2pdf.jinja")

for family, regular, bold in (
    ("song", SERIF / "NotoSerifSC-Regular.ttf", SERIF / "NotoSerifSC-Bold.ttf"),
    ("hei", SANS / "NotoSansSC-Regular.ttf", SANS / "NotoSansSC-Bold.ttf"),
):
    for is_bold, path in enumerate((regular, bold)):
        pdfmetrics.registerFont(TTFont(path.stem, path))
        for is_italic in (0, 1):
            addMapping(family, is_bold, is_italic, path.stem)
    DEFAULT_FONT[family] = family
logging.disable(logging.WARNING)


def paper(record: Record) -> bytes:
    """One application."""
    code = base64.b64encode(codes.png(record["verify_url"])).decode()
    out = BytesIO()
    done = pisa.CreatePDF(TEMPLATE.render(record, code=f"data:image/png;base64,{code}"), dest=out)
    if done.err:
        raise RuntimeError(done.log)
    return out.getvalue()


def papers(records: Iterable[Record]) -> Iterator[bytes]:
    """One after the other."""
    return map(paper, records)


if __name__ == "__main__":
    race(papers, xhtml2pdf.__version__)
