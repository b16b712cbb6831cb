"""A process of our own that opens what strangers send, without the portal around it.

It may run out of memory, hang or crash: whoever asked only sees that no answer came.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from pilot_portal.common.errors import Refused

START = Path(__file__).with_name("start.py")


def ask_child(
    module: str, arguments: list[str], content: bytes, *, seconds: int, too_long: str
) -> dict[str, Any]:
    """Run the `main()` of a module in a fresh interpreter: bytes in on stdin, a JSON object out on stdout.

    Args:
        module: dotted name of the module.
        arguments: what it is told on the command line.
        content: what it reads.
        seconds: time that it may take.
        too_long: the sentence for the user when it takes longer.

    Gives what it answered, empty when it crashed. Raises Refused when its time is over.
    """
    try:
        # A fresh interpreter, not a fork: it works the same under gunicorn's and celery's workers.
        done = subprocess.run(  # noqa: S603 - the command is fixed, the stranger's bytes go in on a pipe
            [sys.executable, "-I", str(START), module, *arguments],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds + 2,
            cwd=START.parent,
            env={},
            check=False,
        )
        told = json.loads(done.stdout) if done.returncode == 0 else {}
    except subprocess.TimeoutExpired:
        raise Refused(too_long) from None
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
