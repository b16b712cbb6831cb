"""A county's workbook coming in: the file, read, as the structure that everything works on."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from pilot_portal.common.errors import Refused


@dataclass(frozen=True)
class Read:
    """What was understood of a workbook, and the digest of its bytes."""

    parsed: dict[str, Any]
    sha256: str


def read_bytes(content: bytes, name: str) -> Read:
    """Read a workbook."""
    raise Refused("暂不能读取表格。")


def read_upload(upload: UploadedFile) -> Read:
    """Read an uploaded workbook; it is left at its beginning."""
    upload.seek(0)
    content = upload.read()
    upload.seek(0)
    return read_bytes(content, upload.name or "")


def digest(content: bytes) -> str:
    """The digest by which the same file is known again."""
    return hashlib.sha256(content).hexdigest()
