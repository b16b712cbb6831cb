"""A county's workbook coming in: the file, read, as the structure that everything works on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile

from pilot_portal.common.errors import Refused


@dataclass(frozen=True)
class Read:
    """What was understood of a workbook, and the digest of its bytes."""

    parsed: dict[str, Any]
    sha256: str


def refused(sentence: str) -> dict[str, Any]:
    """What `import_demands --json` prints of a file that was refused as a whole."""
    return {"unit": None, "sheets": [], "error": sentence}


def read_bytes(content: bytes, name: str) -> Read:
    """Read a workbook."""
    raise Refused("暂不能读取表格。")


def read_upload(upload: UploadedFile) -> Read:
    """Read an uploaded workbook; it is left at its beginning."""
    upload.seek(0)
    content = upload.read()
    upload.seek(0)
    return read_bytes(content, upload.name or "")


def read_path(path: Path) -> Read:
    """Read a workbook on a disk; a file that is not there is refused like any other."""
    try:
        content = path.read_bytes()
    except OSError:
        return Read(refused(f"没有找到文件 {path.name}，或没有权限读取。"), "")
    return read_bytes(content, path.name)


def as_upload(path: Path) -> UploadedFile:
    """A file on a disk as if it had been uploaded, to be kept beside its import."""
    return SimpleUploadedFile(path.name, path.read_bytes())
