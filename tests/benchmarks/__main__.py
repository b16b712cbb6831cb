"""`make bench`: a private database, the demonstration round and bulk data, then every figure.

    python -m tests.benchmarks [--enterprises N] [--institutions N] [--demands N] [MODULE...]

Writes var/bench/<time>.json beside what it prints. PostgreSQL where the machine has it, SQLite otherwise.
"""

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests import servers

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Prepares, measures, writes the file; 1 when a step failed."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--enterprises", type=int, default=2000)
    parser.add_argument("--institutions", type=int, default=200)
    parser.add_argument("--demands", type=int, default=2000)
    parser.add_argument("modules", nargs="*")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-"))
        has_postgresql = servers.program("postgresql") is not None
        env = {
            **os.environ,
            "PORTAL_MODE": "test",
            "PORTAL_VAR": folder,
            "DATABASE_URL": stack.enter_context(servers.postgresql()) if has_postgresql else "",
            "DJANGO_SETTINGS_MODULE": "pilot_portal.settings",
        }
        bulk = [f"--{name}={getattr(given, name)}" for name in ("enterprises", "institutions", "demands")]
        for words in (["migrate", "-v", "0"], ["createcachetable", "-v", "0"], ["demo"], ["fill", *bulk]):
            print("manage.py", *words, flush=True)
            subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=env, check=True)
        suite = [sys.executable, "-m", "tests.benchmarks.suite", *given.modules]
        taken = subprocess.run(suite, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=True).stdout
    target = ROOT / "var" / "bench" / f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    record = {
        "database": "postgresql" if has_postgresql else "sqlite",
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "rows": {name: getattr(given, name) for name in ("enterprises", "institutions", "demands")},
        "figures": [json.loads(line) for line in taken.splitlines()],
    }
    target.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(target.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
