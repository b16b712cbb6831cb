"""Starts a reading process without the portal around it: run by path, never imported.

`python -m` does the same, but the packages on the way load Celery, reportlab and the writers: nine tenths of
a second for nothing. Here they are known by their folders alone.
"""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


def start() -> None:
    """Lay out the packages above the named module, then run its `main()`; it finds its own arguments."""
    module = sys.argv.pop(1)
    folders = module.split(".")[:-1]
    for depth in range(1, len(folders) + 1):
        name = ".".join(folders[:depth])
        package = ModuleType(name)
        package.__path__ = [str(ROOT.joinpath(*folders[:depth]))]
        sys.modules[name] = package
    import_module(module).main()


if __name__ == "__main__":
    start()
