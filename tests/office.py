"""LibreOffice without a window: the other software in which workbooks are made and opened."""

import subprocess
from pathlib import Path

SECONDS = 120


def converted(soffice: str, source: Path, suffix: str, folder: Path) -> Path:
    """A file as LibreOffice writes it in another format; `suffix` may name its filter (`xls:MS Excel 97`)."""
    profile = folder / "profile"
    target = folder / "converted"
    words = [
        soffice,
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--norestore",
        "--convert-to",
        suffix,
        "--outdir",
        str(target),
        str(source),
    ]
    subprocess.run(words, check=True, capture_output=True, timeout=SECONDS)
    return target / f"{source.stem}.{suffix.partition(':')[0]}"
