"""How a figure is taken: some warm-up, then the median of several runs; two cores are noisy."""

import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

KIB_OF_MIB = 1024


@dataclass(frozen=True)
class Figure:
    """One measured figure.

    Attributes:
        name: what was measured, in words.
        value: the median.
        unit: of the value.
        low: the smallest of the runs.
        high: the largest of the runs.
        runs: how many were measured.
        note: what explains it, e.g. rows or queries.
    """

    name: str
    value: float
    unit: str
    low: float
    high: float
    runs: int
    note: str = ""

    def line(self) -> str:
        """The figure as a line of the table."""
        spread = f"{self.low:.1f}–{self.high:.1f}"
        return f"{self.name:<44} {self.value:>10.1f} {self.unit:<6} {spread:>18}  {self.note}"

    def record(self) -> dict[str, object]:
        """The figure for a file."""
        return asdict(self)


def peak_memory() -> float:
    """The most memory that this process held, in MiB.

    Linux hands `ru_maxrss` down through exec: a small child of a large parent would tell the parent's. VmHWM
    belongs to the program alone.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_OF_MIB
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) / KIB_OF_MIB


def milliseconds(name: str, act: Callable[[], object], *, runs: int = 15, note: str = "") -> Figure:
    """The time of one act, in milliseconds."""
    for _ in range(3):
        act()
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    return Figure(name, statistics.median(taken), "ms", min(taken), max(taken), runs, note)
