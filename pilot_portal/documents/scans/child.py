"""What both reading processes do: take limits and bytes, answer with one JSON object.

Start: `start.py MODULE MEMORY SECONDS LENGTH…`; stdin holds parts of these lengths one after another.
"""

import json
import resource
import sys
from collections.abc import Callable
from typing import Any

UNREADABLE = "文件已损坏或设有密码，无法打开。"


def limit(memory: int, seconds: int) -> None:
    """Let the system stop this process at so many bytes of address space and seconds of work."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(work: Callable[..., dict[str, Any]], parts: list[bytes]) -> dict[str, Any]:
    """What goes back: what was found, or that the file cannot be opened."""
    try:
        return work(*parts)
    # Readers of broken files fail in more ways than they name; this process does nothing else.
    except Exception as error:  # noqa: BLE001
        return {"refused": UNREADABLE, "error": type(error).__name__}


def serve(work: Callable[..., dict[str, Any]]) -> None:
    """Read stdin, answer on stdout."""
    limit(int(sys.argv[1]), int(sys.argv[2]))
    parts = [sys.stdin.buffer.read(int(length)) for length in sys.argv[3:]]
    json.dump(answer(work, parts), sys.stdout, ensure_ascii=True, separators=(",", ":"))
