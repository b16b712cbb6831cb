"""The files that house tests read: what the repository holds or is about to hold."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("institutions", "demands", "matching", "evaluation")
PRODUCT = ("pilot_portal", *APPS)


@cache
def repository_files() -> tuple[Path, ...]:
    """All files of the repository, those not yet added included, those ignored left out."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = listed.stdout.decode().split("\0")
    return tuple(sorted(ROOT / name for name in names if name and (ROOT / name).is_file()))


def short(path: Path) -> str:
    """The path as a person names it, from the top of the repository."""
    return path.relative_to(ROOT).as_posix()


def product_code() -> list[Path]:
    """The portal's own modules, migrations left out."""
    return [
        path
        for path in repository_files()
        if path.suffix == ".py" and short(path).split("/")[0] in PRODUCT and "migrations" not in path.parts
    ]


def templates() -> list[Path]:
    """All templates."""
    return [
        path
        for path in repository_files()
        if "templates" in path.relative_to(ROOT).parts[:3] and path.suffix in {".html", ".txt", ".svg"}
    ]


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def calls(path: Path) -> list[ast.Call]:
    """All calls in a module."""
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]


def called_name(call: ast.Call) -> str:
    """The last word of what is called: `save` of `form.save(…)`, `Q` of `Q(…)`."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def found_in(paths: list[Path], pattern: re.Pattern[str]) -> list[str]:
    """`file:line: text` of each place where the pattern stands."""
    places = []
    for path in paths:
        text = path.read_text(encoding="utf-8", errors="replace")
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            places.append(f"{short(path)}:{line}: {match.group(0)[:120]}")
    return places
