"""Opening a stranger's file in a process of its own."""

from pathlib import Path
from typing import Any

from pilot_portal.common.child import ask_child
from pilot_portal.common.errors import Refused
from pilot_portal.documents.scans.finding import Finding, Seal

PAGES, SEALS = "pilot_portal.documents.scans.pages_child", "pilot_portal.documents.scans.seals_child"
MEMORY = 2048 * 1024 * 1024
SECONDS = 60
SIGNATURE = b"/ByteRange"
UNREADABLE = "无法打开这个文件，请重新扫描或另存为 PDF 后再试。"
TOO_LONG = "打开文件用时过长，已停止。请降低扫描分辨率（300 dpi 以内）或分成几份后再试。"


def inspect(content: bytes, *, roots: Path | None = None, seconds: int = SECONDS) -> Finding:
    """Look into a PDF, JPEG or PNG: how many pages, which codes, which signatures.

    Args:
        content: the whole file.
        roots: a PEM file of issuers to trust; without it no certificate is.
        seconds: time that it may take.

    Raises Refused with a sentence for a file that cannot be opened.
    """
    told = _told(PAGES, [content], seconds)
    seals: tuple[Seal, ...] = ()
    if SIGNATURE in content:
        known = roots.read_bytes() if roots else b""
        seals = tuple(Seal(**seal) for seal in _told(SEALS, [b"", content, known], seconds)["seals"])
    return Finding(told["pages"], tuple(told["codes"]), seals, told["strange"])


def changes_since(original: bytes, content: bytes, *, seconds: int = SECONDS) -> str:
    """What was added to a PDF that begins with the original's bytes: see `signatures.changes`.

    Raises Refused for a file that cannot be opened.
    """
    return str(_told(SEALS, [original, content, b""], seconds)["changes"])


def _told(module: str, parts: list[bytes], seconds: int) -> dict[str, Any]:
    words = [str(MEMORY), str(seconds), *(str(len(part)) for part in parts)]
    told = ask_child(module, words, b"".join(parts), seconds=seconds, too_long=TOO_LONG)
    if "refused" in told or not told:
        raise Refused(told.get("refused") or UNREADABLE)
    return told
