"""The print set by WeasyPrint: the fonts found by a private fontconfig, the style sheet parsed once."""

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path

import weasyprint
from jinja2 import Environment, FileSystemLoader
from weasyprint.text.fonts import FontConfiguration

from tests.benchmarks.peers import codes
from tests.benchmarks.peers.clock import Record, race

HERE = Path(__file__).parent
FONTS = FontConfiguration()
STYLE = weasyprint.CSS(HERE / "weasyprint.css", font_config=FONTS)
TEMPLATE = Environment(loader=FileSystemLoader(HERE), autoescape=True).get_template("weasyprint.jinja")


def paper(record: Record) -> bytes:
    """One application."""
    code = base64.b64encode(codes.png(record["verify_url"])).decode()
    text = TEMPLATE.render(record, code=f"data:image/png;base64,{code}")
    return weasyprint.HTML(string=text).write_pdf(stylesheets=[STYLE], font_config=FONTS)


def papers(records: Iterable[Record]) -> Iterator[bytes]:
    """One after the other."""
    return map(paper, records)


if __name__ == "__main__":
    race(papers, weasyprint.__version__)
