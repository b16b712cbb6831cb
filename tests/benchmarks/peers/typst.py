"""The print set by typst with a warm compiler: fonts loaded once, everything it keeps between papers kept."""

import json
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

import typst

from tests.benchmarks.peers import codes
from tests.benchmarks.peers.clock import Record, race

TEMPLATE = Path(__file__).with_suffix(".typ")
FONTS = Path(__file__).resolve().parents[3] / "static" / "fonts"
COMPILER = typst.Compiler(str(TEMPLATE), font_paths=[str(FONTS)], ignore_system_fonts=True)


def paper(record: Record) -> bytes:
    """One application; without a structure tree, as the portal's."""
    inputs = {"record": json.dumps(record, ensure_ascii=False), "code": codes.svg(record["verify_url"])}
    return COMPILER.compile(sys_inputs=inputs, format="pdf", pdf_tags=False)


def papers(records: Iterable[Record]) -> Iterator[bytes]:
    """One after the other."""
    return map(paper, records)


if __name__ == "__main__":
    race(papers, version("typst"))
