"""The environment of each peer: pinned packages, apart from the portal's own, made at first use."""

import hashlib
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
HOME = ROOT / "var" / "bench" / "venvs"


def python_of(peer: str) -> Path:
    """The interpreter of a peer, with what its list names. Raises CalledProcessError when pip fails."""
    pinned = HERE / f"{peer}.txt"
    wanted = hashlib.sha256(pinned.read_bytes()).hexdigest()
    home = HOME / peer
    python, stamp = home / "bin" / "python", home / ".installed"
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"making the environment of {peer}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        pip = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
        subprocess.run([*pip, "--no-deps", "-r", str(pinned)], check=True)
        stamp.write_text(wanted)
    return python
