"""The print set by LibreOffice Writer: a flat OpenDocument each, a whole batch in one start of soffice.

`SOFFICE` in the environment names another program than the one on the path.
"""

import base64
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from tests.benchmarks.peers import codes
from tests.benchmarks.peers.clock import NotMeasured, Record, race

SOFFICE = os.environ.get("SOFFICE") or shutil.which("soffice")
BATCH = 50
TEMPLATE = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True
).get_template("libreoffice.fodt")


def batch_of(records: list[Record], home: Path) -> Iterator[bytes]:
    """The PDFs of one batch. Raises NotMeasured when LibreOffice makes none."""
    if SOFFICE is None:
        raise NotMeasured("soffice is not installed")
    sources = []
    for number, record in enumerate(records):
        code = base64.b64encode(codes.png(record["verify_url"])).decode()
        source = home / f"{number}.fodt"
        source.write_text(TEMPLATE.render(record, code=code), encoding="utf-8")
        sources.append(source)
    profile = f"-env:UserInstallation={(home / 'profile').as_uri()}"
    words = [SOFFICE, profile, "--headless", "--convert-to", "pdf", "--outdir", str(home)]
    subprocess.run([*words, *map(str, sources)], check=False, capture_output=True)
    for source in sources:
        pdf = source.with_suffix(".pdf")
        if not pdf.exists():
            raise NotMeasured("soffice made no PDF: LibreOffice Writer is not installed")
        yield pdf.read_bytes()
        pdf.unlink()


def papers(records: list[Record], home: Path) -> Iterator[bytes]:
    """All, batch after batch."""
    for start in range(0, len(records), BATCH):
        yield from batch_of(records[start : start + BATCH], home)


def version() -> str:
    """LibreOffice's own words about itself."""
    if SOFFICE is None:
        return ""
    told = subprocess.run([SOFFICE, "--version"], check=False, capture_output=True, text=True).stdout
    return " ".join(told.split()[1:2])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="portal-soffice-") as name:
        race(partial(papers, home=Path(name)), version())
