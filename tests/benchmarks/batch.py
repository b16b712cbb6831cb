"""So many print sets, one after the other in one process: CPU time and memory on the way, as one JSON line.

python -m tests.benchmarks.batch PAPERS
"""

import json
import sys
from pathlib import Path

from tests.benchmarks.measure import KIB_OF_MIB, peak_memory
from tests.benchmarks.peers.applications import application
from tests.benchmarks.peers.clock import cpu
from tests.benchmarks.peers.portal import paper

TOLD = (100, 500, 1000)


def memory() -> dict[str, float]:
    """MiB that this process holds now: all of it, and without the pages of files that it shares."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {
        "resident": int(lines["VmRSS"].split()[0]) / KIB_OF_MIB,
        "own": int(lines["RssAnon"].split()[0]) / KIB_OF_MIB,
    }


def main() -> int:
    """Builds them and tells."""
    count = int(sys.argv[1])
    told = {"before": memory()}
    began = cpu()
    for number in range(1, count + 1):
        paper(application(number), attached=True)
        if number in TOLD or number == count:
            told[f"after {number}"] = memory()
    line = {"papers": count, "cpu": cpu() - began, "peak": peak_memory(), "memory": told}
    sys.stdout.write(json.dumps(line) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
