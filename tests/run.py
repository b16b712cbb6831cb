"""Runs the phases of `make test` one after the other, tells what failed and what was not proved.

python -m tests.run check main sqlite journeys templates long
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests import servers

ROOT = Path(__file__).resolve().parents[1]
SEEN = ROOT / "var" / "tests" / "templates-seen"
PYTEST = [sys.executable, "-m", "pytest"]
# Two cores are the house's measure; --dist loadfile keeps a file's expensive fixtures in one process.
PARALLEL = ["-n", "2", "--dist", "loadfile"]

PHASES: dict[str, tuple[str, list[str], dict[str, str]]] = {
    "check": ("静态检查 / make check", [sys.executable, "-m", "tests.check"], {}),
    "main": (
        "全部测试 / all tests, on PostgreSQL where the machine has it",
        [*PYTEST, *PARALLEL, "-m", "not journey and not long"],
        {},
    ),
    "sqlite": (
        "两种数据库的测试 / tests of both databases, on SQLite",
        [*PYTEST, *PARALLEL, "-m", "both_databases and not journey and not long"],
        {"TEST_DATABASE": "sqlite"},
    ),
    "journeys": (
        "全年流程 / journeys in a browser",
        [*PYTEST, "-m", "journey and not long"],
        {},
    ),
    "long": ("耗时测试 / long tests", [*PYTEST, "-m", "long"], {}),
    "templates": (
        "模板均被渲染 / every template was rendered",
        [sys.executable, "-m", "tests.house.templates_seen", str(SEEN)],
        {},
    ),
}


def main() -> int:
    """Runs the named phases, all of them even when one fails; 1 when any failed."""
    shutil.rmtree(SEEN, ignore_errors=True)
    closing = []
    failed = False
    for name in sys.argv[1:]:
        title, words, extra = PHASES[name]
        print(f"\n=== {name}: {title} ===", flush=True)
        began = time.monotonic()
        env = {**os.environ, "TEMPLATES_SEEN": str(SEEN), **extra}
        code = subprocess.run(words, cwd=ROOT, env=env, check=False).returncode
        # A phase without a test proves nothing: pytest's own code for it counts as failed.
        good = code == 0
        failed = failed or not good
        closing.append(f"  {'✓' if good else '✗'} {name:<10} {time.monotonic() - began:6.0f} s  {title}")
    print("\n=== 结果 / result ===")
    print("\n".join(closing))
    absent = servers.report_missing()
    if absent:
        print(absent)
    print("全部通过 / all passed" if not failed else "有未通过的 / something failed", flush=True)
    return 1 if failed or (absent and servers.in_ci()) else 0


if __name__ == "__main__":
    sys.exit(main())
