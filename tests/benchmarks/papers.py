"""Time to build the example of each kind of paper."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import call_command

from tests.benchmarks.measure import Figure, milliseconds


def figures() -> Iterator[Figure]:
    """Each kind that has an example."""
    listed = StringIO()
    call_command("paper", "--list", stdout=listed)
    with TemporaryDirectory() as folder:
        target = Path(folder) / "paper.pdf"
        for line in listed.getvalue().splitlines():
            kind, _, number = line.partition("\t")
            if number.strip():
                words = ("paper", kind, number.strip(), "--out", str(target))
                figure = milliseconds(
                    f"paper {kind}", lambda words=words: call_command(*words, stdout=StringIO())
                )
                yield figure
