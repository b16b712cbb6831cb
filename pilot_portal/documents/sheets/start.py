"""Starts the reading process without the portal around it: run by path, never imported.

`python -m pilot_portal.documents.sheets.child` does the same, but the packages on the way load Celery,
reportlab and the writers: nine tenths of a second for nothing. Here they are known by their folders alone.
"""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("pilot_portal", "pilot_portal.documents", "pilot_portal.documents.sheets")


def start() -> None:
    """Lay out the packages, then read."""
    for name in PACKAGES:
        package = ModuleType(name)
        package.__path__ = [str(ROOT.joinpath(*name.split(".")))]
        sys.modules[name] = package
    import_module("pilot_portal.documents.sheets.child").main()


if __name__ == "__main__":
    start()
