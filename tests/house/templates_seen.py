"""The last step of `make test`: every template file was rendered by some test of the run.

    python -m tests.house.templates_seen FOLDER

FOLDER holds the lists that the run's processes left (TEMPLATES_SEEN); prints what nobody rendered.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def template_files() -> set[Path]:
    """All templates of the portal, those of the apps included."""
    return {
        path
        for folder in (ROOT / "templates", *ROOT.glob("*/templates"), *ROOT.glob("pilot_portal/*/templates"))
        for path in folder.rglob("*")
        if path.suffix in {".html", ".txt"}
    }


def never_rendered(folder: Path) -> list[Path]:
    """The template files that stand in no list of the folder."""
    seen = {
        Path(line)
        for report in folder.glob("*.txt")
        for line in report.read_text(encoding="utf-8").splitlines()
    }
    return sorted(template_files() - seen)


def main() -> int:
    """Prints the verdict; 1 when a template was never rendered."""
    unseen = never_rendered(Path(sys.argv[1]))
    for path in unseen:
        print(f"never rendered by a test: {path.relative_to(ROOT)}")
    print(f"templates: {len(template_files())}, never rendered: {len(unseen)}")
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main())
