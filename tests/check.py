"""`make check`: all static checks, each run even when an earlier one fails.

python -m tests.check [NAME...]
"""

import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
BIN = Path(PYTHON).parent


def _templates() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.html"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


def _production(folder: str) -> dict[str, str]:
    """Production settings with secrets that are thrown away."""
    return {
        "PORTAL_MODE": "production",
        "PORTAL_VAR": folder,
        "SECRET_KEY": secrets.token_urlsafe(64),
        "AUDIT_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "portal.example.test",
        "SITE_ORIGIN": "https://portal.example.test",
        "DATABASE_URL": "",
        "REDIS_URL": "",
    }


def checks(folder: str) -> dict[str, tuple[list[str], dict[str, str]]]:
    """Name → command and environment of each check; the folder is thrown away afterwards."""
    manage = [PYTHON, "manage.py"]
    test = {"PORTAL_MODE": "test", "PORTAL_VAR": folder, "DATABASE_URL": "", "REDIS_URL": ""}
    templates = _templates()
    djade = [str(BIN / "djade"), "--target-version", "5.2", "--check", *templates]
    return {
        "ruff": ([PYTHON, "-m", "ruff", "check", "."], {}),
        "format": ([PYTHON, "-m", "ruff", "format", "--check", "."], {}),
        "mypy": ([PYTHON, "-m", "mypy"], test),
        **({"djade": (djade, {})} if templates else {}),
        "imports": ([str(BIN / "lint-imports"), "--no-cache"], {}),
        "migrations": ([*manage, "makemigrations", "--check", "--dry-run"], test),
        "deploy": ([*manage, "check", "--deploy", "--fail-level", "WARNING"], _production(folder)),
    }


def main() -> int:
    """Runs the named checks (all by default); 1 when any failed."""
    failed = []
    with tempfile.TemporaryDirectory(prefix="portal-check-") as folder:
        for name, (words, extra) in checks(folder).items():
            if sys.argv[1:] and name not in sys.argv[1:]:
                continue
            print(f"--- {name}", flush=True)
            if subprocess.run(words, cwd=ROOT, env={**os.environ, **extra}, check=False).returncode != 0:
                failed.append(name)
    print(f"make check: failed: {', '.join(failed)}" if failed else "make check: ✓", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
