"""The print set as the portal makes it: plain, with its data attached, with the portal's signature too.

python -m tests.benchmarks.peers.portal plain|attached|signed RECORDS WARM-UP FOLDER
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from io import StringIO
from pathlib import Path

import django
from django.core.management import call_command

from pilot_portal.common import clock
from pilot_portal.documents.pdf import canonical, load_fonts, save
from pilot_portal.documents.pdf.forms import Attachment2Data, Attachment3Data, print_set
from tests.benchmarks.peers.applications import application
from tests.benchmarks.peers.clock import Record, race

Application = tuple[Attachment2Data, Attachment3Data]


def paper(data: Application, *, attached: bool) -> bytes:
    """One print set, built as `institutions.documents` builds it."""
    fonts = load_fonts()
    content = canonical(data[1]) if attached else None
    return save(print_set(*data, fonts), fonts, attached=content)


def sealed(folder: Path) -> Callable[[Application], bytes]:
    """What makes a print set and signs it, with a key of this run."""
    os.environ.update(SEAL_KEY_PASSWORD="only-for-this-run", SEAL_KEY_FILE=str(folder / "seal.p12"))
    django.setup()
    from pilot_portal.documents.signing.system import SystemSeal  # noqa: PLC0415 - only once Django is ready

    call_command("seal_key", str(folder / "seal.p12"), stdout=StringIO())
    seal = SystemSeal()
    return lambda data: seal.seal(paper(data, attached=True), at=clock.now())


def main() -> None:
    """Runs the named way."""
    way = sys.argv.pop(1)
    with tempfile.TemporaryDirectory(prefix="portal-seal-") as folder:
        one = sealed(Path(folder)) if way == "signed" else partial(paper, attached=way == "attached")

        def papers(data: list[Application]) -> Iterator[bytes]:
            return map(one, data)

        def read(record: Record) -> Application:
            return application(record["application"])

        race(papers, prepare=read)


if __name__ == "__main__":
    main()
