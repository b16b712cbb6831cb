"""A workbook of 100,000 rows with the full layout, beside openpyxl's write-only mode in the same run."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.measure import Figure

ROWS = 100_000
ROOT = Path(__file__).resolve().parents[2]


def written(by: str, count: int = ROWS) -> dict[str, float]:
    """CPU seconds and memory in MiB of a process that writes so many rows."""
    words = [sys.executable, "-m", "tests.benchmarks.writer", by, str(count)]
    done = subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def figures() -> Iterator[Figure]:
    """The portal's writer and openpyxl's."""
    ours, theirs = written("portal"), written("openpyxl-write-only")
    for name, told in (("portal", ours), ("openpyxl", theirs)):
        cpu, peak = told["cpu"], told["peak"]
        note = f"{told['size'] / 1e6:.1f} MB; this / openpyxl = {cpu / theirs['cpu']:.2f}"
        yield Figure(f"export 100,000 rows: {name}", cpu, "s CPU", cpu, cpu, 1, note)
        note = f"{told['before']:.0f} MiB before the first row"
        yield Figure(f"export 100,000 rows: {name}, memory", peak, "MiB", peak, peak, 1, note)
