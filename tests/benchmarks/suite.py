"""Takes the figures in the environment that `python -m tests.benchmarks` prepared; prints JSON lines."""

import importlib
import json
import sys

import django

MODULES = ("pages", "papers", "imports", "exports")


def main() -> int:
    """Runs the named modules, all by default."""
    django.setup()
    for name in sys.argv[1:] or MODULES:
        module = importlib.import_module(f"tests.benchmarks.{name}")
        for figure in module.figures():
            print(figure.line(), file=sys.stderr, flush=True)
            print(json.dumps(figure.record(), ensure_ascii=False), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
