"""What every contestant shares: its papers come in as JSON lines, its CPU time and memory go out as one line.

Standard library alone: this runs in the peers' environments.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import KIB_OF_MIB, peak_memory

Record = dict[str, Any]


class NotMeasured(Exception):  # noqa: N818 - it is a result, not a mistake
    """What a contestant needs is not on this machine."""


def cpu() -> float:
    """CPU seconds of this process, its threads, and the children that have ended."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def race(
    make_all: Callable[[list[Any]], Iterable[bytes]],
    version: str = "",
    prepare: Callable[[Record], Any] = lambda record: record,
) -> None:
    """Make the papers of the first records as a warm-up, then those of the others against the clock.

    `make_all` gives a PDF for each record, in order; the PDFs stay in the folder named last. `prepare` reads
    a record into what the program works from, before the clock runs.
    """
    try:
        told = _run(make_all, prepare)
    except NotMeasured as reason:
        told = {"not_measured": str(reason)}
    sys.stdout.write(json.dumps({**told, "version": version}) + "\n")


def _run(
    make_all: Callable[[list[Any]], Iterable[bytes]], prepare: Callable[[Record], Any]
) -> dict[str, float]:
    parser = argparse.ArgumentParser()
    parser.add_argument("records", type=Path)
    parser.add_argument("warm_up", type=int)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    lines = given.records.read_text(encoding="utf-8").splitlines()
    records = [prepare(json.loads(line)) for line in lines]
    for _ in make_all(records[: given.warm_up]):
        pass
    measured = records[given.warm_up :]
    began, began_wall, size, count = cpu(), time.perf_counter(), 0, 0
    for pdf in make_all(measured):
        (given.folder / f"{count:04}.pdf").write_bytes(pdf)
        size += len(pdf)
        count += 1
    return {
        "papers": count,
        "cpu": cpu() - began,
        "wall": time.perf_counter() - began_wall,
        "peak": max(peak_memory(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / KIB_OF_MIB),
        "bytes": size / count,
    }
