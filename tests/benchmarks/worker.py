"""A worker of one sweep in a process of its own: its time and its memory, as one JSON line.

python -m tests.benchmarks.worker imports|papers
"""

import json
import resource
import sys
import time

import django

from tests.benchmarks.measure import KIB_OF_MIB, peak_memory


def main() -> int:
    """Works what waits, then tells seconds and peak memory in MiB, of this process and of its children."""
    django.setup()
    from demands.tasks import sweep_imports  # noqa: PLC0415 - only once Django is ready
    from pilot_portal.documents.tasks import sweep  # noqa: PLC0415

    began = time.perf_counter()
    worked = {"imports": sweep_imports, "papers": sweep}[sys.argv[1]]()
    told = {
        "worked": worked,
        "seconds": time.perf_counter() - began,
        "own": peak_memory(),
        "children": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / KIB_OF_MIB,
    }
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
