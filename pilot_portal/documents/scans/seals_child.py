"""The process that looks at the electronic signatures of a PDF; loading their library costs half a second."""

from dataclasses import asdict
from typing import Any

from pilot_portal.documents.scans.child import serve
from pilot_portal.documents.scans.signatures import changes, seals_of


def check(original: bytes, content: bytes, roots: bytes) -> dict[str, Any]:
    """What was added behind the original where one is given, the signatures of the PDF otherwise."""
    if original:
        return {"changes": changes(original, content)}
    return {"seals": [asdict(seal) for seal in seals_of(content, roots)]}


def main() -> None:
    """Read stdin, answer on stdout."""
    serve(check)
